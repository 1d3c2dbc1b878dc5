//go:build !race

package dealstate_test

const underRace = false
