package bulk

import (
	"hash/fnv"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Options say how a log is read. The zero value reads on all cores, takes up to
// [DefaultMaxBytes], and stops at the first bad line.
type Options struct {
	// Workers is how many goroutines decode lines or rows, 32 at most; 0: one a core.
	Workers int
	// MaxBytes bounds the memory of the log; 0: DefaultMaxBytes. Names count as they weigh
	// while it is read: 150 bytes a deal and 600 a statement, each with its text;
	// [ReadSorted] adds 200 a deal. Reading takes more for a while: the index of ids is copied as it grows, and each worker keeps the
	// names that it met.
	MaxBytes int64
	// Bad is called with each bad line, in their order: one that is not well-formed,
	// whose deal has no agreement, that names a party or commitment which its agreement
	// does not know, or whose id was used for something else. An error that it returns
	// ends the reading; nil counts the line and leaves it out. Without Bad, the first bad
	// line ends the reading.
	Bad func(*dealstate.LineError) error
	// Keep, if set, says of which deals the log is to be, such as those of a shard; see
	// [ShardOf]. Lines or rows of the others are held to be well-formed and count in
	// [Progress].Lines, and are left out of all else. It is asked once of each deal, in the
	// order in which they first appear, from the caller's goroutine; the names of those that
	// are left out stay in memory until the log is read.
	Keep func(deal string) bool
	// Progress is called from the caller's goroutine, some four times a MiB of lines or rows;
	// of events, at every 4,096 of them, and at each bad one.
	Progress func(Progress)
}

// DefaultMaxBytes is how much memory a log may take unless told otherwise.
const DefaultMaxBytes = 4 << 30

// Skip is an [Options].Bad that goes on. [Progress] counts the bad lines.
func Skip(*dealstate.LineError) error { return nil }

// ShardOf says which of so many shards, counted from 0, a deal belongs to, on every machine
// and in every release: its id's 64-bit FNV-1a hash, modulo the number of shards. It panics
// where there is no shard.
func ShardOf(deal string, shards int) int {
	hash := fnv.New64a()
	hash.Write([]byte(deal))
	return int(hash.Sum64() % uint64(shards))
}

// Progress is how far the reading has come.
type Progress struct {
	Bytes      int64 // of lines
	Lines      int64 // or events, good and bad
	Events     int64 // kept, each once
	Duplicates int64 // left out: the same event again
	Bad        int64
}
