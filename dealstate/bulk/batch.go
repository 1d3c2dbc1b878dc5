package bulk

import (
	"hash/maphash"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lines"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
)

// batch is a part of a log on its way there. One goroutine decodes into it and another one
// adds it to the log; then it is used again.
type batch struct {
	names  names
	from   int // the decoder by whose numbers; zero if the batch bears the log's
	rows   []arrival
	text   []byte // of each row its id, and the name of its deal
	extras []extra
	bad    []*dealstate.LineError
	stop   error // ends the log behind this batch
	events int   // or lines that are not blank, good and bad
	lines  int   // all lines
	bytes  int
}

// batchRows is how many rows of columns, or events of a sequence, make a batch.
const batchRows = 1 << 12

// arrival is an event on its way: its statement and machine as the decoder numbers them,
// and its deal by name, until the builder translates them. Its line is counted from the batch's first.
type arrival struct {
	deal      uint32 // as the log numbers it, once it is there
	name      uint32 // where the deal's name ends in the text
	hash      uint32 // of that name
	idHash    uint32 // of the id in its deal, if the builder found it already; 0: not yet
	machine   uint32
	statement uint32
	line      int32
	more      int32 // its place in extras, counted from 1; 0: none
	detail
}

// extra is what few rows have.
type extra struct {
	ref   string
	until int64 // none if left out
}

var nothingMore = extra{until: nanos.None}

func (b *batch) reset() {
	*b = batch{rows: b.rows[:0], text: b.text[:0], extras: b.extras[:0], bad: b.bad[:0]}
}

// expect makes room for the rows of a text of so many bytes, as far as that is usual.
func (b *batch) expect(bytes int) {
	b.rows = slices.Grow(b.rows, min(bytes, lines.BlockSize)/128)
	b.text = slices.Grow(b.text, min(bytes, lines.BlockSize)/8)
}

// add adds an event; ref may be empty, and until none.
func (b *batch) add(r arrival, id, deal, ref []byte, until int64) {
	if len(ref) > 0 || until != nanos.None {
		b.extras = append(b.extras, extra{ref: string(ref), until: until})
		r.more = int32(len(b.extras))
	}
	b.text = append(b.text, id...)
	r.id = uint32(len(b.text))
	b.text = append(b.text, deal...)
	r.name = uint32(len(b.text))
	b.rows = append(b.rows, r)
}

func (b *batch) extraOf(r *arrival) extra {
	if r.more == 0 {
		return nothingMore
	}
	return b.extras[r.more-1]
}

func (b *batch) blame(line int, err error) {
	b.bad = append(b.bad, &dealstate.LineError{Line: line, Err: err})
}

func (b *batch) idOf(row int) []byte {
	var from uint32
	if row > 0 {
		from = b.rows[row-1].name
	}
	return b.text[from:b.rows[row].id]
}

func (b *batch) dealOf(r *arrival) []byte { return b.text[r.id:r.name] }

// seed is one for the whole program, so that hashes of different goroutines
// can be compared. No hash reaches any output.
var seed = maphash.MakeSeed()

// contentOf hashes the texts that nothing but a comparison ever asks for. Two
// contents of equal hash are taken for equal: a chance of one in 2^64.
func contentOf(note, url, published []byte) (h uint64) {
	for _, text := range [...][]byte{note, url, published} {
		if len(text) > 0 {
			h = h*0x9E3779B97F4A7C15 + maphash.Bytes(seed, text)
		}
		h = h<<1 | h>>63
	}
	return h
}
