package bulk

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Columns are events as a caller may have them already: one row an event, with
// numbers for what repeats. Instants are Unix nanoseconds.
type Columns struct {
	Deals []string // ids
	Acts  []Act    // what events say

	Deal     []uint32 // by row: its place in Deals
	Act      []uint32 // by row: its place in Acts
	At       []int64
	Recorded []int64  // nil: At
	ID       []string // nil: every row is an event of its own, and its id is its number in ten digits

	Ref   map[uint32]string // by row: of a retract, and where else an event refers to another
	Until map[uint32]int64  // by row: of an extend
}

// FromColumns makes a log of columns. Without ids it borrows them, so do not
// change them any more, and checks each row in a nanosecond or two. With ids it
// copies, and looks for duplicates and conflicts, as reading does.
//
// The first row that is not well-formed, or that its agreement cannot mean,
// gives a *RowError.
func FromColumns(ctx context.Context, c Columns, a Agreements) (*Log, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	l := &Log{deals: c.Deals, acts: c.Acts, deal: c.Deal, act: c.Act, at: c.At, recorded: c.Recorded, refs: c.Ref, untils: c.Until}
	if l.recorded == nil {
		l.recorded = c.At
	}
	if err := l.findMachines(a); err != nil {
		return nil, err
	}
	l.acts = tidied(c.Acts)
	if err := l.admit(ctx); err != nil {
		return nil, err
	}
	l.read = Progress{Lines: int64(len(c.Deal)), Events: int64(len(c.Deal))}
	if c.ID == nil {
		return l, nil
	}
	return l.withIDs(ctx, c.ID, a)
}

func (c *Columns) check() error {
	for _, column := range []struct {
		name string
		len  int
		may  bool
	}{{"act", len(c.Act), false}, {"at", len(c.At), false}, {"recorded", len(c.Recorded), c.Recorded == nil}, {"id", len(c.ID), c.ID == nil}} {
		if column.len != len(c.Deal) && !column.may {
			return fieldErr(column.name, "%d rows; want %d, as deal has", column.len, len(c.Deal))
		}
	}
	if len(c.Deal) > maxRows {
		return fieldErr("deal", "%d rows; want at most %d", len(c.Deal), maxRows)
	}
	return nil
}

func (l *Log) findMachines(a Agreements) error {
	numbers := map[*dealstate.Machine]uint32{}
	l.machine = make([]uint32, len(l.deals))
	for i, deal := range l.deals {
		m := a(deal)
		if m == nil {
			return fieldErr(fmt.Sprintf("deals[%d]", i), "no agreement for %q", clip(deal))
		}
		n, ok := numbers[m]
		if !ok {
			n = uint32(len(l.machines))
			numbers[m] = n
			l.machines = append(l.machines, m)
		}
		l.machine[i] = n
	}
	return nil
}

func tidied(acts []Act) []Act {
	out := make([]Act, len(acts))
	for i, a := range acts {
		if a.Modality == 0 {
			a.Modality = dealstate.Asserted
		}
		out[i] = a
	}
	return out
}

// admit asks the library about every act of every machine, once, and about
// the few rows that have more to them.
func (l *Log) admit(ctx context.Context) error {
	admitted := make([][]bool, len(l.machines))
	for i := range admitted {
		admitted[i] = make([]bool, len(l.acts))
	}
	for row, deal := range l.deal {
		if row%stride == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		act := l.act[row]
		if int(deal) >= len(l.machine) || int(act) >= len(l.acts) {
			return &RowError{Row: row, Err: fieldErr("deal or act", "%d and %d; there are %d deals and %d acts", deal, act, len(l.deals), len(l.acts))}
		}
		ok := &admitted[l.machine[deal]][act]
		if *ok && l.at[row] != none && l.recorded[row] != none {
			continue
		}
		if err := l.admitRow(uint32(row)); err != nil {
			return &RowError{Row: row, Err: err}
		}
		kind := l.acts[act].Kind
		*ok = kind != dealstate.Extend && kind != dealstate.Retract // those have more to them
	}
	return l.admitExtras()
}

func (l *Log) admitExtras() error {
	rows := slices.Concat(slices.Collect(maps.Keys(l.refs)), slices.Collect(maps.Keys(l.untils)))
	slices.Sort(rows)
	for _, row := range rows {
		if err := l.admitRow(row); err != nil {
			return &RowError{Row: int(row), Err: err}
		}
	}
	return nil
}

func (l *Log) admitRow(row uint32) error {
	if int(row) >= len(l.deal) {
		return fieldErr("ref or until", "given for a row that is not there; there are %d", len(l.deal))
	}
	e := l.event(row)
	return l.machineOf(l.deal[row]).Admit(e)
}

// withIDs builds the log anew, each event once.
func (l *Log) withIDs(ctx context.Context, ids []string, a Agreements) (*Log, error) {
	events := func(yield func(dealstate.Event, error) bool) {
		for row := range l.deal {
			e := l.event(uint32(row))
			e.ID, e.Deal = ids[row], l.deals[l.deal[row]]
			if !yield(e, nil) {
				return
			}
		}
	}
	out, err := ReadEvents(ctx, events, a, Options{Bad: func(e *dealstate.LineError) error {
		return &RowError{Row: e.Line - 1, Err: e.Err}
	}})
	return out, err
}
