package bulk

import "github.com/fe115bb3/dealtracker/dealstate"

// Options say how a log is read. The zero value reads on all cores, takes up to
// [DefaultMaxBytes], and stops at the first bad line.
type Options struct {
	// Workers is how many goroutines parse; 0: one a core.
	Workers int
	// MaxBytes bounds the memory of the finished log; 0: DefaultMaxBytes. While the
	// index of ids grows, its old copy is there too, and each worker has the names
	// that it met.
	MaxBytes int64
	// Bad is called with each bad line, in their order: one that is not
	// well-formed, that its agreement cannot mean, or whose id is taken. What it
	// returns ends the reading, unless it is nil: then the line is counted and left out.
	// Left out, the first bad line ends the reading.
	Bad func(*dealstate.LineError) error
	// Progress is called about once a MiB of input, from the goroutine that reads.
	Progress func(Progress)
}

// DefaultMaxBytes is how much memory a log may take unless told otherwise.
const DefaultMaxBytes = 4 << 30

// Skip is an [Options].Bad that goes on. [Progress] counts the bad lines.
func Skip(*dealstate.LineError) error { return nil }

// Progress is how far the reading has come.
type Progress struct {
	Bytes      int64 // of lines
	Lines      int64 // or events, good and bad
	Events     int64 // kept
	Duplicates int64 // of events kept, with the same content
	Bad        int64
}
