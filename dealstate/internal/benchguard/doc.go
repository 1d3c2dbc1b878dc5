// Package benchguard holds the library's speed: it measures the headline
// operations beside their references, in one process, and says which of them has
// become slower, as a ratio to its reference, than the committed ratio allows.
//
//	go test -count=1 -v ./dealstate/internal/benchguard -measure
//	go test -count=1 -v ./dealstate/internal/benchguard -update
//
// The first command compares with testdata/ratios.txt, the second writes that file
// anew. Without a flag nothing is measured. A ratio, unlike a duration, is much the
// same on another machine, or on one that has other work to do.
package benchguard
