package bulk

import (
	"bytes"
	"cmp"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lines"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/sparse"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// decoder turns lines and events into rows of a batch. It numbers their statements and
// machines itself, so that no two goroutines share a table; the builder translates the
// numbers. What it has seen before costs no allocation.
type decoder struct {
	agreements Agreements
	number     int // among the decoders of one log
	scanner    lines.Scanner
	rows       *lines.RowScanner // of CSV, with the table that knows its header; nil: it decodes JSON lines
	table      *dealstate.Table
	deals      interner // deals whose machine their name alone does not tell
	machine    []uint32 // by such a deal
	machineNo  map[*dealstate.Machine]uint32
	index      statementIndex
	admitted   []sparse.Row[bool] // by machine and statement
	names
}

// names are what the numbers of a batch stand for. They only grow at the end,
// so a copy stays right while the decoder goes on.
type names struct {
	machines   []*dealstate.Machine
	statements []Statement
	hashes     []uint64 // of the statements
}

func newDecoder(a Agreements) *decoder {
	d := &decoder{agreements: a, machineNo: map[*dealstate.Machine]uint32{}}
	if a.all != nil {
		d.numberOf(a.all)
	}
	return d
}

// decode decodes a block into a batch, and gives what is left of it.
func (d *decoder) decode(b lines.Block, to *batch) (rest lines.Block) {
	if d.rows != nil {
		return d.decodeRows(b, to)
	}
	return d.decodeBlock(b, to)
}

// decodeBlock decodes the lines of a block into a batch, and gives those that are left.
func (d *decoder) decodeBlock(b lines.Block, to *batch) (rest lines.Block) {
	to.reset()
	to.expect(b.Text)
	buf, at, n := b.Buf[:b.Text+lines.Margin], 0, 0
	var scanned lines.Line
	for at < b.Text && to.stop == nil && len(to.bad) < maxBad {
		n++
		next := d.scanner.Scan(buf, at, &scanned)
		if next > 0 && next-at <= dealstate.MaxLine && d.addScannedLine(&scanned, n, to) {
			to.events++
			at = next
			continue
		}
		text := lineAt(buf[:b.Text], at)
		at += len(text)
		statement, ok := d.decodeLine(text, n, b.First && at == len(text), to)
		if ok && next == at && d.scanner.Again(&scanned) {
			d.scanner.Learn(&scanned, statement, d.statements[statement].Kind)
		}
	}
	switch {
	case to.stop != nil:
		n-- // add names the line behind those of the batch
	case at < b.Text:
		rest = lines.Block{Buf: b.Buf[at:], Text: b.Text - at, Err: b.Err}
	default:
		to.stop = b.Err
	}
	to.lines, to.bytes = n, at
	to.names, to.from = d.names, d.number
	return rest
}

// maxBad is how many bad lines a batch takes, lest a few bytes each fill the memory
// with errors.
const maxBad = 1 << 10

// lineAt gives the line that begins there, with its newline.
func lineAt(text []byte, at int) []byte {
	if end := bytes.IndexByte(text[at:], '\n'); end >= 0 {
		return text[at : at+end+1]
	}
	return text[at:]
}

// addScannedLine adds a line that says what was met before, with other instants and another
// id. If it does not, the line is to be decoded in full.
func (d *decoder) addScannedLine(l *lines.Line, line int, to *batch) bool {
	statement, ok := d.scanner.Find(l)
	return ok && d.addScanned(l, statement, line, to)
}

func (d *decoder) addScanned(l *lines.Line, statement uint32, line int, to *batch) bool {
	hash := hashOfName(l.Deal)
	machine, ok := d.machineOf(l.Deal, hash, statement)
	if !ok {
		return false
	}
	to.add(arrival{machine: machine, statement: statement, hash: hash, line: int32(line), detail: detail{at: l.At, recorded: l.Learned(),
		content: contentOf(l.Note, l.URL, l.Published)}}, l.ID, l.Deal, l.Ref, l.Until)
	return true
}

// machineOf is the number of the machine that runs a deal, if it is known that
// the text is a deal's name as it is, and that the machine admits the statement.
func (d *decoder) machineOf(deal []byte, hash, statement uint32) (machine uint32, ok bool) {
	plain := lines.PlainID(deal)
	if plain && d.agreements.all != nil {
		return 0, d.admitted[0].Get(statement)
	}
	if !plain && !lines.Plain(deal) {
		return 0, false
	}
	if n, ok := d.deals.find(deal, hash); ok {
		return d.machine[n], d.admitted[d.machine[n]].Get(statement)
	}
	if !plain {
		return 0, false
	}
	m, err := d.agreements.machine(string(deal))
	if err != nil {
		return 0, false
	}
	if machine = d.numberOf(m); !d.admitted[machine].Get(statement) {
		return 0, false // not to be kept, for it may be a bad line
	}
	d.addDeal(deal, machine)
	return machine, true
}

func (d *decoder) addDeal(name []byte, machine uint32) {
	d.deals.add(name)
	d.machine = append(d.machine, machine)
}

// maxLineEnd bounds what may end a line, as in dealstate.ReadEvents: a flood of \r is
// no line end.
const maxLineEnd = 16

var byteOrderMark = []byte("\xef\xbb\xbf")

// decodeLine has the library decode a line. Not ok: it is blank, or bad.
func (d *decoder) decodeLine(line []byte, n int, first bool, to *batch) (statement uint32, ok bool) {
	if len(line) > dealstate.MaxLine && (len(line) > dealstate.MaxLine+maxLineEnd || len(bytes.TrimRight(line, "\r\n")) > dealstate.MaxLine) {
		to.stop = lines.TooLong()
		return 0, false
	}
	if first {
		line = bytes.TrimPrefix(line, byteOrderMark)
	}
	if line = bytes.TrimSpace(line); len(line) == 0 {
		return 0, false
	}
	to.events++
	var e dealstate.Event
	err := e.UnmarshalJSON(line)
	if err == nil {
		statement, err = d.addEvent(&e, n, to)
	}
	if err != nil {
		to.blame(n, err)
	}
	return statement, err == nil
}

// addEvent adds a valid event to the batch, or says why its agreement does not admit it,
// or why a log cannot hold it.
func (d *decoder) addEvent(e *dealstate.Event, line int, to *batch) (statement uint32, err error) {
	at, err1 := nanosOf("at", e.At)
	recorded, err2 := nanosOf("recorded", e.Recorded)
	until, err3 := nanosOf("until", e.Until)
	m, err4 := d.agreements.machine(e.Deal)
	if err := cmp.Or(err1, err2, err3, err4); err != nil {
		return 0, err
	}
	if recorded == nanos.None {
		recorded = at
	}
	machine, deal := d.numberOf(m), []byte(e.Deal)
	if statement, err = d.admit(e, machine); err != nil {
		return 0, err
	}
	// Now that it is known to be good: bad lines must not fill the memory.
	hash := hashOfName(deal)
	if _, ok := d.deals.find(deal, hash); !ok && (d.agreements.all == nil || !lines.PlainID(deal)) {
		d.addDeal(deal, machine)
	}
	to.add(arrival{machine: machine, statement: statement, hash: hash, line: int32(line), detail: detail{at: at, recorded: recorded,
		content: contentOf([]byte(e.Note), []byte(e.Source.URL), []byte(e.Source.Published))}}, []byte(e.ID), deal, []byte(e.Ref), until)
	return statement, nil
}

// nanosOf gives an instant of a field as the log holds it.
func nanosOf(name string, t time.Time) (int64, error) {
	switch {
	case t.IsZero():
		return nanos.None, nil
	case t.Before(nanos.First) || t.After(nanos.Last):
		return 0, field.Errorf(name, "year %d is out of range; want 1678 to 2261, which is what a bulk log can hold", t.UTC().Year())
	}
	return t.UnixNano(), nil
}

func (d *decoder) numberOf(m *dealstate.Machine) uint32 {
	n, ok := d.machineNo[m]
	if !ok {
		n = uint32(len(d.machines))
		d.machineNo[m] = n
		d.machines = append(d.machines, m)
		d.admitted = append(d.admitted, sparse.Row[bool]{})
	}
	return n
}

// admit gives the number of an event's statement. It asks the machine of the deal, which
// knows the deal by its agreement's id, whether it admits the statement.
func (d *decoder) admit(e *dealstate.Event, machine uint32) (uint32, error) {
	s := statementOf(e)
	hash := s.hash()
	n, known := d.index.find(d.statements, &s, hash)
	if known && d.admitted[machine].Get(n) {
		return n, nil
	}
	m, here := d.machines[machine], *e
	here.Deal = m.Deal()
	if err := m.Admit(here); err != nil {
		return 0, err
	}
	if !known {
		n = uint32(len(d.statements))
		d.index.add(hash)
		d.statements, d.hashes = append(d.statements, s), d.index.hashes
	}
	d.admitted[machine].Set(n, true)
	return n, nil
}
