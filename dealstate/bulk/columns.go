package bulk

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lines"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/sparse"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Columns are events as a caller may have them already: one row an event, with
// numbers for what repeats. Instants are Unix nanoseconds; math.MinInt64 is one left out.
type Columns struct {
	Deals      []string    // ids
	Statements []Statement // what events say

	Deal      []uint32 // by row: its place in Deals
	Statement []uint32 // by row: its place in Statements
	At        []int64
	Recorded  []int64  // nil: At
	ID        []string // nil: every row is an event of its own, and its id is its number in ten digits

	Ref   map[uint32]string // by row: of a retract, and where else an event refers to another
	Until map[uint32]int64  // by row: of an extend

	// Bad says, by row, why it is no event, where the caller knows. Nothing else is then looked
	// at in the row.
	Bad map[uint32]error
	// Content gives what a row says that no column holds, such as its note, as a number; a hash
	// will do. It is asked of rows that have one id, to tell a duplicate from a conflict, and
	// may be asked until the log is made. Nil: nothing. An error ends the reading.
	Content func(row uint32) (uint64, error)
}

// FromColumns makes a log of columns, in some nanoseconds a row. It copies them.
// With ids it looks for duplicates and conflicts, as reading does. Nothing bounds
// its memory.
//
// The first row that is not well-formed, names a party or commitment which its
// agreement does not know, or has an id used for something else, gives a *[RowError].
// Columns of unequal length and a deal without an agreement are a
// *[dealstate.FieldError]. The context is looked at every 4,096 rows.
func FromColumns(ctx context.Context, c Columns, a Agreements) (*Log, error) {
	for i, deal := range c.Deals {
		if _, err := a.machine(deal); err != nil {
			return nil, fmt.Errorf("deals[%d]: %w", i, err)
		}
		if err := field.CheckID("deal", deal); err != nil {
			return nil, fmt.Errorf("deals[%d]: %w", i, err)
		}
	}
	r := newColumnReader(a, Options{MaxBytes: math.MaxInt64, Bad: func(e *dealstate.LineError) error {
		return &RowError{Row: e.Line - 1, Err: e.Err}
	}})
	r.b.log.numbered = c.ID == nil
	if err := r.read(ctx, c); err != nil {
		return nil, err
	}
	return r.b.log, nil
}

// ReadColumns makes a log of columns that come in parts, such as the row groups of a file:
// each with deals and statements of its own numbering, and with ids. It asks for a part when
// it has copied the one before; of that it keeps Content, if there is one.
//
// A bad row is what a bad line is to [ReadLines], numbered from 1 through all parts; so is each
// row of a deal without an agreement. An error of the sequence ends the reading, and so do
// columns of unequal length or without ids, a *[dealstate.FieldError].
// Of the options it takes all but Workers. The context is looked at every 4,096 rows.
func ReadColumns(ctx context.Context, parts iter.Seq2[Columns, error], a Agreements, opt Options) (*Log, error) {
	r := newColumnReader(a, opt)
	for c, err := range parts {
		if err == nil && c.ID == nil {
			err = field.Errorf("id", "missing; want one for each row, for numbers of rows are no ids where columns come in parts")
		}
		if err == nil {
			err = r.read(ctx, c)
		}
		if err != nil {
			return nil, err
		}
	}
	return r.b.log, ctx.Err()
}

func (c *Columns) check() error {
	for _, column := range []struct {
		name string
		len  int
		may  bool
	}{{"statement", len(c.Statement), false}, {"at", len(c.At), false}, {"recorded", len(c.Recorded), c.Recorded == nil}, {"id", len(c.ID), c.ID == nil}} {
		if column.len != len(c.Deal) && !column.may {
			return field.Errorf(column.name, "%d rows; want %d, as deal has", column.len, len(c.Deal))
		}
	}
	if int64(len(c.Deal)) > maxRows {
		return field.Errorf("deal", "%d rows; want at most %d", len(c.Deal), int64(maxRows))
	}
	return nil
}

// extras lists the rows that have more to them.
func (c *Columns) extras() []uint32 {
	rows := slices.Concat(slices.Collect(maps.Keys(c.Ref)), slices.Collect(maps.Keys(c.Until)), slices.Collect(maps.Keys(c.Bad)))
	slices.Sort(rows)
	return slices.Compact(rows)
}

// columnReader puts the rows of columns into a log, part by part, and is not kept. Where two
// of the caller's numbers have one name, the log has one number.
type columnReader struct {
	b        *builder
	admitted []sparse.Row[bool] // by the log's machine and statement
	contents partContents

	Columns               // the part at hand
	extras     []uint32   // rows still to come that have a ref, an until or an error
	deals      []partDeal // by the caller's number
	refusals   map[uint32]error
	statements []uint32 // the log's number, by the caller's; unnumbered until a row is good that has it
	part       batch
}

// partDeal is what the log knows of one of the caller's deals.
type partDeal struct {
	number  uint32 // the log's, or noDeal if it is left out; unnumbered until a row is good that has it: one without rows is not in the log
	machine uint32
	hash    uint32 // of its id
	asked   bool   // the rest is known, but for the number
	refused bool   // there is no agreement, or no such id: refusals says which
}

// unnumbered is another number than noDeal.
const unnumbered = noDeal - 1

func newColumnReader(a Agreements, opt Options) *columnReader {
	r := &columnReader{b: newBuilder(a, opt)}
	r.b.sameContent = r.contents.same
	return r
}

// read copies a part into the log.
func (r *columnReader) read(ctx context.Context, c Columns) error {
	if err := c.check(); err != nil {
		return err
	}
	r.Columns, r.extras = c, c.extras()
	r.statements = slices.Repeat([]uint32{unnumbered}, len(c.Statements))
	r.findDeals()
	r.contents.add(len(c.Deal), c.Content)
	for from := 0; from < len(c.Deal); from += batchRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.fillBatch(from, min(from+batchRows, len(c.Deal)))
		if err := r.b.put(&r.part); err != nil {
			return err
		}
	}
	if len(r.extras) > 0 {
		return &RowError{Row: int(r.extras[0]), Err: field.Errorf("ref, until or bad", "given for a row that is not there; there are %d", len(c.Deal))}
	}
	return nil
}

// findDeals finds the deals that the log has already.
func (r *columnReader) findDeals() {
	r.deals, r.refusals = slices.Grow(r.deals[:0], len(r.Deals))[:len(r.Deals)], map[uint32]error{}
	for from := 0; from < len(r.deals); from += batchRows {
		some := r.deals[from:min(from+batchRows, len(r.deals))]
		for i := range some {
			some[i] = partDeal{number: unnumbered, hash: hashOfName([]byte(r.Deals[from+i]))}
		}
		for i := range some { // all at once: one by one, each would be waited for
			r.b.touched += r.b.deals.touch(some[i].hash)
		}
		for i := range some {
			if n, ok := r.b.deals.find([]byte(r.Deals[from+i]), some[i].hash); ok {
				some[i].number, some[i].machine, some[i].asked = n, r.b.log.machine[n], true
			}
		}
	}
}

// fillBatch fills the batch with some rows.
func (r *columnReader) fillBatch(from, to int) {
	r.part.reset()
	r.part.events, r.part.lines = to-from, to-from
	for _, deal := range r.Deal[from:to] { // all at once, as above
		if int(deal) < len(r.deals) {
			r.b.touched += r.deals[deal].hash
		}
	}
	for row := from; row < to; row++ {
		if err := r.add(uint32(row), row-from+1); err != nil {
			r.part.blame(row-from+1, err)
		}
	}
}

func (r *columnReader) add(row uint32, line int) error {
	more, err := r.extra(row)
	if err != nil {
		return err
	}
	deal, err := r.dealOf(row)
	if err != nil {
		return err
	}
	d := detail{at: r.At[row], recorded: r.At[row], id: row, content: r.contents.number(row)}
	if r.Recorded != nil {
		if d.recorded = r.Recorded[row]; d.recorded == nanos.None {
			d.recorded = d.at
		}
	}
	if !r.isAdmitted(row, deal, d.at) || more != nothingMore {
		if err := r.admit(row, deal, d, more); err != nil {
			return err
		}
	}
	if deal.number == unnumbered {
		deal.number = r.numberOf(r.Deals[r.Deal[row]], deal)
	}
	in := arrival{deal: deal.number, statement: r.statements[r.Statement[row]], detail: d, line: int32(line)}
	if r.ID == nil && more == nothingMore {
		r.part.rows = append(r.part.rows, in)
		return nil
	}
	r.part.add(in, []byte(r.id(row)), nil, []byte(more.ref), more.until)
	if r.ID == nil {
		r.part.rows[len(r.part.rows)-1].id = row
	}
	return nil
}

// numberOf is the log's number of a deal that it may not have yet; noDeal if it is left out.
func (r *columnReader) numberOf(name string, d *partDeal) uint32 {
	if r.b.opt.Keep != nil && !r.b.keeps([]byte(name), d.hash) {
		return noDeal
	}
	return r.b.numberDeal([]byte(name), d.hash, d.machine)
}

// extra is what few rows have; an error, if the caller says that the row is bad.
func (r *columnReader) extra(row uint32) (extra, error) {
	if len(r.extras) == 0 || r.extras[0] != row {
		return nothingMore, nil
	}
	r.extras = r.extras[1:]
	if err := r.Bad[row]; err != nil {
		return nothingMore, err
	}
	more := extra{ref: r.Ref[row], until: nanos.None}
	if until, ok := r.Until[row]; ok {
		more.until = until
	}
	return more, nil
}

// dealOf asks about a deal at its first row.
func (r *columnReader) dealOf(row uint32) (*partDeal, error) {
	n, statement := r.Deal[row], r.Statement[row]
	if int(n) >= len(r.deals) || int(statement) >= len(r.statements) {
		return nil, field.Errorf("deal or statement", "%d and %d; there are %d deals and %d statements", n, statement, len(r.deals), len(r.statements))
	}
	d := &r.deals[n]
	if !d.asked {
		d.asked = true
		if err := r.ask(r.Deals[n], d); err != nil {
			d.refused, r.refusals[n] = true, err
		}
	}
	if d.refused {
		return nil, r.refusals[n]
	}
	return d, nil
}

func (r *columnReader) ask(name string, d *partDeal) error {
	if err := field.CheckID("deal", name); err != nil {
		return err
	}
	m, err := r.b.log.agreements.machine(name)
	if err != nil {
		return err
	}
	d.machine = r.b.numberMachine(m)
	for len(r.admitted) < len(r.b.log.machines) {
		r.admitted = append(r.admitted, sparse.Row[bool]{})
	}
	return nil
}

// isAdmitted reports whether it is known, without asking the library, that the agreement
// admits a row that has nothing more to it.
func (r *columnReader) isAdmitted(row uint32, deal *partDeal, at int64) bool {
	statement := r.statements[r.Statement[row]]
	return statement != unnumbered && r.admitted[deal.machine].Get(statement) && at != nanos.None &&
		(r.ID == nil || lines.PlainID([]byte(r.ID[row])))
}

// admit asks the library about a row. If it is good, its statement has a number.
func (r *columnReader) admit(row uint32, deal *partDeal, d detail, more extra) error {
	s := r.Statements[r.Statement[row]]
	s.Modality = max(s.Modality, dealstate.Asserted)
	m := r.b.log.machines[deal.machine]
	e := s.event(r.id(row), m.Deal())
	e.At, e.Recorded, e.Until, e.Ref = nanos.Time(d.at), nanos.Time(d.recorded), nanos.Time(more.until), more.ref
	if err := m.Admit(e); err != nil {
		return err
	}
	statement := &r.statements[r.Statement[row]]
	if *statement == unnumbered {
		*statement = r.b.numberStatement(&s, s.hash())
	}
	if s.Kind != dealstate.Extend && s.Kind != dealstate.Retract { // those have more to them
		r.admitted[deal.machine].Set(*statement, true)
	}
	return nil
}

func (r *columnReader) id(row uint32) string {
	if r.ID == nil {
		return numberID(row)
	}
	return r.ID[row]
}

// partContents finds the content of a row by its number through all parts, from 1. Each part
// stays until the log is made.
type partContents struct {
	parts []partContent
	rows  uint64
}

// partContent is a part by the number of rows before it, and its own Content.
type partContent struct {
	before uint64
	of     func(row uint32) (uint64, error)
}

func (p *partContents) add(rows int, of func(uint32) (uint64, error)) {
	p.parts = append(p.parts, partContent{before: p.rows, of: of})
	p.rows += uint64(rows)
}

// number is that of a row of the last part; 0 if there is nothing to ask about it.
func (p *partContents) number(row uint32) uint64 {
	last := &p.parts[len(p.parts)-1]
	if last.of == nil {
		return 0
	}
	return last.before + uint64(row) + 1
}

// same reports whether two rows, by number, have the same content.
func (p *partContents) same(a, b uint64) (bool, error) {
	x, err := p.of(a)
	if err != nil {
		return false, err
	}
	y, err := p.of(b)
	return x == y, err
}

func (p *partContents) of(number uint64) (uint64, error) {
	if number == 0 {
		return 0, nil
	}
	n, exact := slices.BinarySearchFunc(p.parts, number-1, func(part partContent, row uint64) int {
		return int(int64(part.before) - int64(row))
	})
	if !exact {
		n--
	}
	return p.parts[n].of(uint32(number - 1 - p.parts[n].before))
}
