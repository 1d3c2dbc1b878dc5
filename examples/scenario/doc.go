// Package scenario shows how a program's own tests use scenario files: text
// that an analyst can read and write, run by go test. It has no code but its
// test.
//
//	go test ./examples/scenario                # run the files under testdata
//	go test ./examples/scenario -update        # bring failing expectations to what holds; read the diff
//
// london.scenario is about a deal that package uschina knows. chips.scenario is
// about three parties whose agreement, chips.json, is a file beside it, and
// club.scenario about members that sign, leave with notice and keep their commitments
// or do not. The test also writes a scenario in Go, and holds a program's own rule
// against logs made from seeds.
package scenario
