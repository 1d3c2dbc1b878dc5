package bulk

import (
	"context"
	"fmt"
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
// numbers for what repeats. Instants are Unix nanoseconds.
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
	if err := c.check(); err != nil {
		return nil, err
	}
	r := columnReader{Columns: c, extras: c.extras()}
	r.b = newBuilder(a, Options{MaxBytes: math.MaxInt64, Bad: func(e *dealstate.LineError) error {
		return &RowError{Row: e.Line - 1, Err: e.Err}
	}})
	r.b.log.numbered = c.ID == nil
	if err := r.names(); err != nil {
		return nil, err
	}
	var part batch
	for from := 0; from < len(c.Deal); from += batchRows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r.fillBatch(from, min(from+batchRows, len(c.Deal)), &part)
		if err := r.b.put(&part); err != nil {
			return nil, err
		}
	}
	if len(r.extras) > 0 {
		return nil, &RowError{Row: int(r.extras[0]), Err: field.Errorf("ref or until", "given for a row that is not there; there are %d", len(c.Deal))}
	}
	return r.b.log, nil
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
	rows := slices.Concat(slices.Collect(maps.Keys(c.Ref)), slices.Collect(maps.Keys(c.Until)))
	slices.Sort(rows)
	return slices.Compact(rows)
}

// columnReader puts the rows of columns into a log, and is not kept. Where two of the caller's
// numbers have one name, the log has one number.
type columnReader struct {
	Columns
	b          *builder
	extras     []uint32 // rows still to come that have a ref or an until
	deals      []uint32 // the log's number, by the caller's; unnumbered until a row names it
	machines   []uint32 // by the caller's deal
	statements []uint32
	admitted   []sparse.Row[bool] // by machine and the caller's statement
}

func (r *columnReader) names() error {
	for i, deal := range r.Deals {
		m, err := r.b.log.agreements.machine(deal)
		if err == nil && !lines.PlainID([]byte(deal)) {
			err = field.CheckID("deal", deal)
		}
		if err != nil {
			return fmt.Errorf("deals[%d]: %w", i, err)
		}
		r.deals, r.machines = append(r.deals, unnumbered), append(r.machines, r.b.numberMachine(m))
	}
	for _, s := range r.Statements {
		if s.Modality == 0 {
			s.Modality = dealstate.Asserted
		}
		r.statements = append(r.statements, r.b.numberStatement(&s, s.hash()))
	}
	r.admitted = make([]sparse.Row[bool], len(r.b.log.machines))
	return nil
}

const unnumbered = math.MaxUint32

// deal numbers a deal at its first row: one without rows is not in the log.
func (r *columnReader) deal(d uint32) uint32 {
	if r.deals[d] == unnumbered {
		name := []byte(r.Deals[d])
		r.deals[d] = r.b.numberDeal(name, hashOfName(name), r.machines[d])
	}
	return r.deals[d]
}

// fillBatch fills a batch with some rows.
func (r *columnReader) fillBatch(from, to int, part *batch) {
	part.reset()
	part.events, part.lines = to-from, to-from
	for row := from; row < to; row++ {
		if err := r.add(row, row-from+1, part); err != nil {
			part.blame(row-from+1, err)
		}
	}
}

func (r *columnReader) add(row, line int, part *batch) error {
	deal, statement := r.Deal[row], r.Statement[row]
	if int(deal) >= len(r.deals) || int(statement) >= len(r.statements) {
		return field.Errorf("deal or statement", "%d and %d; there are %d deals and %d statements", deal, statement, len(r.deals), len(r.statements))
	}
	more := nothingMore
	if len(r.extras) > 0 && r.extras[0] == uint32(row) {
		more, r.extras = r.extra(row), r.extras[1:]
	}
	d := detail{at: r.At[row], recorded: r.At[row], id: uint32(row)}
	if r.Recorded != nil {
		if d.recorded = r.Recorded[row]; d.recorded == nanos.None {
			d.recorded = d.at
		}
	}
	if admitted := &r.admitted[r.machines[deal]]; !admitted.Get(statement) || d.at == nanos.None || more != nothingMore || r.ID != nil {
		if err := r.admit(row, d, more); err != nil {
			return err
		}
		kind := r.Statements[statement].Kind
		admitted.Set(statement, kind != dealstate.Extend && kind != dealstate.Retract) // those have more to them
	}
	in := arrival{deal: r.deal(deal), statement: r.statements[statement], detail: d, line: int32(line)}
	if r.ID == nil && more == nothingMore {
		part.rows = append(part.rows, in)
		return nil
	}
	part.add(in, []byte(r.id(row)), nil, []byte(more.ref), more.until)
	if r.ID == nil {
		part.rows[len(part.rows)-1].id = uint32(row)
	}
	return nil
}

func (r *columnReader) id(row int) string {
	if r.ID == nil {
		return numberID(uint32(row))
	}
	return r.ID[row]
}

func (r *columnReader) extra(row int) extra {
	more := extra{ref: r.Ref[uint32(row)], until: nanos.None}
	if until, ok := r.Until[uint32(row)]; ok {
		more.until = until
	}
	return more
}

// admit asks the library about a row.
func (r *columnReader) admit(row int, d detail, more extra) error {
	m := r.b.log.machines[r.machines[r.Deal[row]]]
	e := r.b.log.statements[r.statements[r.Statement[row]]].event(r.id(row), m.Deal())
	e.At, e.Recorded, e.Until, e.Ref = nanos.Time(d.at), nanos.Time(d.recorded), nanos.Time(more.until), more.ref
	return m.Admit(e)
}
