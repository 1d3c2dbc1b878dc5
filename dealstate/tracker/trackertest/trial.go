package trackertest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// trial is one journal under test and the tracker that is open on it. A claim owns it.
type trial struct {
	testing.TB
	store   Store
	ctx     context.Context
	o       tracker.Options // with which the tracker is opened, and opened again
	clock   *tracker.Manual
	journal journal.Journal
	*tracker.Tracker
	trackers []*tracker.Tracker // all that were opened
	journals []journal.Journal  // all that were opened
}

// begin opens a fresh journal and a tracker on it, whose clock shows the day.
func (x *trial) begin(day int, o tracker.Options) {
	x.Helper()
	x.clock = tracker.NewManual(dirtylog.OnDay(day))
	if x.o = o; o.Clock == nil {
		x.o.Clock = x.clock
	}
	x.journal = x.opened(x.store.Fresh(x))
	x.Tracker = x.open(x.journal, x.o)
}

func (x *trial) opened(j journal.Journal) journal.Journal {
	x.journals = append(x.journals, j)
	return j
}

func (x *trial) open(j journal.Journal, o tracker.Options) *tracker.Tracker {
	x.Helper()
	t, err := tracker.Open(x.ctx, j, o)
	if err != nil {
		x.Fatalf("Open: %v", err)
	}
	x.trackers = append(x.trackers, t)
	return t
}

// beside opens another tracker, as another process does if the store allows that.
func (x *trial) beside(o tracker.Options) *tracker.Tracker {
	x.Helper()
	return x.open(x.opened(x.store.Beside(x, x.journal)), o)
}

// kill leaves the tracker and its journal, and opens the journal again. The tracker is closed
// first; this is equal to a kill, because Close writes nothing.
func (x *trial) kill() {
	x.Helper()
	x.leave()
	x.again()
}

// leave closes the tracker. If the clock is behind the tracker's time, it sets the clock to that
// time: firings are not stored, so clocks would fire twice.
func (x *trial) leave() {
	x.Helper()
	if now := x.Now(); now.After(x.clock.Now()) {
		x.clock.Set(now)
	}
	if err := x.Tracker.Close(); err != nil {
		x.Fatalf("Close: %v", err)
	}
	x.settle()
}

// settle returns when no append is under way in the journal. It appends a stored entry again,
// which is answered after all earlier appends.
func (x *trial) settle() {
	x.Helper()
	for e, err := range x.journal.Read(x.ctx, 0) {
		if err == nil {
			_, err = x.journal.Append(x.ctx, []journal.Entry{e})
		}
		if err != nil {
			x.Fatalf("what is kept is appended again: %v", err)
		}
		return
	}
}

// again opens the journal as it was left, and a tracker on it.
func (x *trial) again() {
	x.Helper()
	x.journal = x.opened(x.store.Again(x, x.journal))
	x.Tracker = x.open(x.journal, x.o)
}

// close closes everything that was opened, the journals last.
func (x *trial) close() {
	x.Helper()
	for _, t := range x.trackers {
		if err := t.Close(); err != nil {
			x.Errorf("Close of a tracker: %v", err)
		}
	}
	for _, j := range slices.Backward(x.journals) {
		if err := j.Close(); err != nil {
			x.Errorf("Close of a journal: %v", err)
		}
	}
	x.trackers, x.journals = nil, nil
}

// add adds agreements to the tracker.
func (x *trial) add(agreements ...dealstate.Agreement) {
	x.Helper()
	for _, a := range agreements {
		if _, err := x.Add(x.ctx, a); err != nil {
			x.Fatalf("Add of %s: %v", a.ID, err)
		}
	}
}

// record records events that must be accepted.
func (x *trial) record(events ...dealstate.Event) []tracker.Recorded {
	x.Helper()
	all, err := x.Record(x.ctx, events...)
	if err != nil {
		x.Fatalf("Record of %v: %v", events, err)
	}
	if len(all) != len(events) {
		x.Fatalf("Record of %d events gives the outcome of %d", len(events), len(all))
	}
	return all
}

// told gives the next n changes of a tracker.
func (x *trial) told(t *tracker.Tracker, f tracker.Filter, n int) (all []tracker.Change) {
	x.Helper()
	x.watch(t, f, func(c tracker.Change) bool {
		all = append(all, c)
		return len(all) < n
	})
	return all
}

// until gives the changes of a tracker, up to the entry at a position.
func (x *trial) until(t *tracker.Tracker, f tracker.Filter, position int64) (all []tracker.Change) {
	x.Helper()
	x.watch(t, f, func(c tracker.Change) bool {
		all = append(all, c)
		return c.Entry.Position != position
	})
	return all
}

// watch yields changes until the consumer stops, and checks that they are in order.
func (x *trial) watch(t *tracker.Tracker, f tracker.Filter, more func(tracker.Change) bool) {
	x.Helper()
	last := f.From
	for c, err := range t.Watch(x.ctx, f) {
		if err != nil {
			x.Fatalf("Watch from %v, after %v: %v", f.From, last, err)
		}
		if c.Place.Compare(last) <= 0 {
			x.Fatalf("Watch tells %v after %v: out of order", c.Place, last)
		}
		if last = c.Place; !more(c) {
			return
		}
	}
}

// at is where a deal stands now, under the tracker's own policy.
func (x *trial) at(deal string) dealstate.Snapshot {
	x.Helper()
	s, err := x.At(x.ctx, deal, dealstate.View{})
	if err != nil {
		x.Fatalf("At of %s: %v", deal, err)
	}
	return s
}

// entries gives the journal's entries of a deal.
func (x *trial) entries(deal string) (all []journal.Entry) {
	x.Helper()
	for e, err := range x.Events(x.ctx, deal) {
		if err != nil {
			x.Fatalf("Events of %s: %v", deal, err)
		}
		all = append(all, e)
	}
	return all
}

// last gives the number of entries in the journal.
func (x *trial) last() int64 {
	x.Helper()
	last, err := x.journal.Last(x.ctx)
	if err != nil {
		x.Fatalf("Last: %v", err)
	}
	return last
}

// same compares a value with the expected one.
func (x *trial) same(want, have any, format string, args ...any) {
	x.Helper()
	if !reflect.DeepEqual(want, have) {
		x.Fatalf("%s:\nhave %+v\nwant %+v", fmt.Sprintf(format, args...), have, want)
	}
}

// sameChanges compares changes with the expected ones, one by one.
func (x *trial) sameChanges(want, have []tracker.Change, format string, args ...any) {
	x.Helper()
	what := fmt.Sprintf(format, args...)
	for i := range min(len(want), len(have)) {
		x.same(want[i], have[i], "%s: change %d", what, i+1)
	}
	if len(want) != len(have) {
		x.Fatalf("%s: %d changes; want %d", what, len(have), len(want))
	}
}

// isA fails unless the error has this type, and gives it.
func isA[E error](x *trial, err error) E {
	x.Helper()
	var want E
	if !errors.As(err, &want) {
		x.Fatalf("the error is %v, a %T; want a %T", err, err, want)
	}
	return want
}

// agreement is a standard one with every clock, under an id: a deadline on day 9, in effect
// three days after both have approved, for eight days.
func agreement(id string) dealstate.Agreement {
	a := dirtylog.Standard[1]
	a.ID = id
	return a
}

// negotiated is an event that takes a new deal to negotiated.
func negotiated(id, deal string) dealstate.Event {
	return dealstate.Event{ID: id, Deal: deal, Kind: dealstate.Negotiate, Role: dealstate.Instrument, At: dirtylog.OnDay(0)}
}

func approval(id, deal, party string, at time.Time) dealstate.Event {
	return dealstate.Event{ID: id, Deal: deal, Kind: dealstate.Approve, Party: party, Role: dealstate.Instrument, At: at}
}

// note is an event that changes nothing and is told under every policy.
func note(id, deal string, at time.Time) dealstate.Event {
	return dealstate.Event{ID: id, Deal: deal, Kind: dealstate.Note, At: at}
}
