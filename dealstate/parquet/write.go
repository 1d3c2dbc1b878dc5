package parquet

import (
	"fmt"
	"io"
	"iter"
	"time"

	pq "github.com/parquet-go/parquet-go"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
)

// groupRows is how many rows a row group has: what goroutines share out among themselves when
// the file is read, at some 100 bytes a row. More would take more memory; fewer would have more
// dictionaries, each of which names again most of the deals.
const groupRows = 1 << 18

// WriteEvents writes events in any order, and stops at the first error of the sequence or of the
// writer. A bad event, or one with an instant that does not fit into 64 bits of nanoseconds, is a
// *[dealstate.LineError] with its number, from 1.
func WriteEvents(w io.Writer, events iter.Seq2[dealstate.Event, error]) error {
	return write(w, "events", events, fillEvent)
}

func fillEvent(to *eventRow, e dealstate.Event, at *stamps) error {
	*to = eventRow{ID: e.ID, Deal: e.Deal, Kind: e.Kind.String(), Party: e.Party, By: e.By, Role: e.Role.String(), Modality: e.Modality.String(),
		At: at.must("at", e.At), Recorded: at.may("recorded", e.Recorded), Revision: int32(e.Revision), Ref: e.Ref, Commitment: e.Commitment,
		Until: at.may("until", e.Until), Source: sourceRow{e.Source.Publisher, e.Source.URL, e.Source.Published}, Note: e.Note}
	return e.Validate()
}

// WriteSpells writes how long each deal was in each state.
func WriteSpells(w io.Writer, spells iter.Seq[analytics.Spell]) error {
	return write(w, "spells", sure(spells), func(to *spellRow, s analytics.Spell, at *stamps) error {
		*to = spellRow{Deal: s.Deal, State: string(s.State), Next: string(s.Next), By: s.By.String(), From: at.must("from", s.From), To: at.must("to", s.To),
			Seconds: s.Seconds, Censored: s.Censored, Unseen: s.Unseen}
		return nil
	})
}

// WriteWaits writes how long each deal waited for each approval.
func WriteWaits(w io.Writer, waits iter.Seq[analytics.Wait]) error {
	return write(w, "waits", sure(waits), func(to *waitRow, s analytics.Wait, at *stamps) error {
		*to = waitRow{Deal: s.Deal, Party: s.Party, Approver: s.Approver, By: s.By.String(), From: at.must("from", s.From), To: at.must("to", s.To),
			Seconds: s.Seconds, Censored: s.Censored}
		return nil
	})
}

// WritePanel writes where deals stood on dates. A date is the instant, which CSV and JSON
// write as a day where it is the last one of the day.
func WritePanel(w io.Writer, cells iter.Seq[analytics.Cell]) error {
	return write(w, "panel", sure(cells), func(to *cellRow, c analytics.Cell, at *stamps) error {
		*to = cellRow{Deal: c.Deal, Date: at.must("date", c.Date), Policy: c.Policy, State: string(c.State), Since: at.may("since", c.Since), Days: int64(c.Days), Awaiting: c.Awaiting}
		return nil
	})
}

// WriteTransitions writes every change of state, as [bulk.Log.Transitions] gives them.
func WriteTransitions(w io.Writer, transitions iter.Seq2[bulk.Transition, error]) error {
	return write(w, "transitions", transitions, func(to *transitionRow, t bulk.Transition, at *stamps) error {
		*to = transitionRow{Deal: t.Deal, Event: t.Event, Kind: t.Kind.String(), Clock: t.Clock.String(), Party: t.Party, Commitment: t.Commitment, Timer: t.Timer,
			At: at.must("at", t.At), Rule: t.Rule, From: string(t.From), To: string(t.To)}
		return nil
	})
}

// WriteSnapshots writes where deals stand. The most used values have their own columns; the whole
// snapshot is in a column of JSON.
func WriteSnapshots(w io.Writer, snapshots iter.Seq2[dealstate.Snapshot, error]) error {
	return write(w, "snapshots", snapshots, func(to *snapshotRow, s dealstate.Snapshot, at *stamps) error {
		all, err := s.MarshalJSON()
		*to = snapshotRow{Deal: s.Deal, Title: s.Title, State: string(s.State), Since: at.may("since", s.Since), By: s.By, Revision: int32(s.Revision),
			Awaiting: s.Awaiting, Approved: s.Approved, AsOf: at.may("as_of", s.AsOf), KnownBy: at.may("known_by", s.KnownBy), Policy: s.Policy,
			Approval: approvalRow{s.Approval.Verdict.String(), s.Approval.Text, s.Approval.Have, s.Approval.Need}, InForce: at.may("in_force", s.InForce),
			Snapshot: string(all)}
		if next := s.Next; next != nil {
			to.Next = nextRow{next.Clock.String(), next.Party, next.Commitment, next.Timer, at.may("next.due", next.Due)}
		}
		for _, warning := range s.Warnings {
			to.Warnings = append(to.Warnings, warning.Code.String())
		}
		return err
	})
}

// sure is a sequence that does not fail.
func sure[T any](rows iter.Seq[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// schemaVersion is the number of every schema, which files have under dealstate.schema behind
// the name of the table.
const schemaVersion = 1

// write writes the rows of a table, one for each value. After an error, the output is not a
// complete file.
func write[Row, T any](w io.Writer, table string, values iter.Seq2[T, error], fill func(*Row, T, *stamps) error, more ...pq.WriterOption) error {
	out := pq.NewGenericWriter[Row](w, append([]pq.WriterOption{pq.NewSchema(table, pq.SchemaOf(new(Row))), pq.Compression(&pq.Zstd), pq.MaxRowsPerRowGroup(groupRows),
		pq.DefaultEncodingFor(pq.Int64, &pq.DeltaBinaryPacked), pq.DefaultEncodingFor(pq.Int32, &pq.DeltaBinaryPacked), pq.CreatedBy("dealstate", fmt.Sprint(schemaVersion), ""),
		pq.KeyValueMetadata("dealstate.schema", fmt.Sprintf("%s %d", table, schemaVersion))}, more...)...)
	rows, n, at := make([]Row, 0, 256), 0, &stamps{}
	for value, err := range values {
		if err != nil {
			return err
		}
		n++
		rows = rows[:len(rows)+1]
		if err := fill(&rows[len(rows)-1], value, at); err != nil || at.err != nil {
			return &dealstate.LineError{Line: n, Err: orElse(err, at.err)}
		}
		if len(rows) == cap(rows) {
			if _, err := out.Write(rows); err != nil {
				return err
			}
			rows = rows[:0]
			at.given = 0
		}
	}
	if _, err := out.Write(rows); err != nil {
		return err
	}
	return out.Close()
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// stamps gives the instants of some rows as nanoseconds, in memory that it uses again, and keeps
// the first error.
type stamps struct {
	room  []int64
	given int
	err   error
}

func (s *stamps) must(name string, t time.Time) int64 {
	ns, err := nanosOf(name, t)
	if s.err == nil {
		s.err = err
	}
	return ns
}

// may gives nil for the zero instant.
func (s *stamps) may(name string, t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	if s.given == len(s.room) { // what was given before stays where it is
		s.room, s.given = make([]int64, max(256, len(s.room))), 0
	}
	at := &s.room[s.given]
	s.given++
	*at = s.must(name, t)
	return at
}
