package bulk

import "github.com/fe115bb3/dealtracker/dealstate"

// batch is a part of a log on its way there.
type batch struct {
	names  names
	from   int // which intake's numbers
	rows   []arrival
	text   []byte // ids
	extras []extra
	bad    []*dealstate.LineError
	stop   error // ends the log behind this batch
	events int   // or lines that are not blank, good and bad
	lines  int   // all lines
	bytes  int
}

// arrival is an event on its way, its names as the intake numbers them. Its line
// is counted from the batch's first.
type arrival struct {
	deal uint32
	act  uint32
	fact
	line int32
	more int32 // its place in extras, counted from 1; 0: none
}

// extra is what few rows have.
type extra struct {
	ref   string
	until int64 // none if left out
}

var nothingMore = extra{until: none}

func (b *batch) reset() {
	*b = batch{rows: b.rows[:0], text: b.text[:0], extras: b.extras[:0], bad: b.bad[:0]}
}

// add takes an event in; ref may be empty, and until none.
func (b *batch) add(deal, act uint32, f fact, id, ref []byte, until int64, line int) {
	more := 0
	if len(ref) > 0 || until != none {
		b.extras = append(b.extras, extra{ref: string(ref), until: until})
		more = len(b.extras)
	}
	b.text = append(b.text, id...)
	f.id = uint32(len(b.text))
	b.rows = append(b.rows, arrival{deal: deal, act: act, fact: f, line: int32(line), more: int32(more)})
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
		from = b.rows[row-1].id
	}
	return b.text[from:b.rows[row].id]
}

// clip shortens text that came from outside before it enters a message.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && s[cut]&0xC0 == 0x80 { // never inside a UTF-8 sequence
		cut--
	}
	return s[:cut] + "…"
}
