//go:build race

package dealstate_test

// underRace lets tests of one goroutine, which the race detector makes slow and
// teaches nothing, do less.
const underRace = true
