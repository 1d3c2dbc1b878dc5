package trackertest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// london begins a trial of one deal, negotiated.
func (x *trial) london(day int, o tracker.Options) {
	x.Helper()
	x.begin(day, o)
	x.add(agreement("london"))
	x.record(negotiated("e1", "london"))
}

// says fails unless the error has exactly this text.
func (x *trial) says(err error, want, format string, args ...any) {
	x.Helper()
	if err == nil || err.Error() != want {
		x.Fatalf("%s: the error is %v; want %s", fmt.Sprintf(format, args...), err, want)
	}
}

// recordedOnce records an event, and repeats it: at once, later, and after the tracker was
// killed.
func recordedOnce(x *trial) {
	x.london(2, tracker.Options{})
	e := approval("e2", "london", "us", dirtylog.OnDay(1))
	first := x.record(e)[0]
	again := func(when string) {
		x.Helper()
		r := x.record(e)[0]
		x.same(dealstate.Duplicate, r.Decision.Outcome, "the outcome of the same again, %s", when)
		x.same(first.Place, r.Place, "the place of the same again, %s", when)
		applied, err := x.Apply(x.ctx, e)
		if err != nil {
			x.Fatalf("Apply of the same again, %s: %v", when, err)
		}
		x.same(dealstate.Duplicate, applied.Decision.Outcome, "the outcome of the same event applied again, %s", when)
		x.same(int64(3), x.last(), "entries in the journal, %s", when)
	}
	again("at once")
	x.clock.Advance(time.Hour)
	again("an hour later")
	x.kill()
	again("after a restart")
	earlier := e
	earlier.Recorded = dirtylog.OnDay(1)
	known := x.record(earlier)[0]
	x.same(dealstate.Duplicate, known.Decision.Outcome, "the outcome of the same event, known earlier")
	x.same(int64(4), known.Place.Position, "that it was known earlier is kept, at position")
	x.kill()
	s, err := x.At(x.ctx, "london", dealstate.View{KnownBy: dirtylog.OnDay(1).Add(time.Hour)})
	if err != nil {
		x.Fatalf("At: %v", err)
	}
	x.same([]string{"us"}, s.Approved, "who had approved, as known on day 1")
}

// otherContent records other content under ids that are already used, within one call and after
// a restart.
func otherContent(x *trial) {
	x.london(2, tracker.Options{})
	x.add(agreement("geneva"))
	london, geneva := approval("e9", "london", "us", dirtylog.OnDay(1)), approval("e9", "geneva", "us", dirtylog.OnDay(1))
	x.record(london)
	london.Party = "china"
	refused := func(index int, events ...dealstate.Event) {
		x.Helper()
		before := x.last()
		_, err := x.Record(x.ctx, events...)
		of := isA[*tracker.EventError](x, err)
		x.same(index, of.Index, "which event is at fault")
		x.same("e9", isA[*dealstate.ConflictError](x, err).ID, "the id that is taken")
		x.same(before, x.last(), "entries after a conflict")
	}
	for range 2 {
		refused(0, london, geneva) // the other deal has no event with that id
		other := geneva
		other.Party = "china"
		refused(2, geneva, geneva, other)
		_, err := x.Apply(x.ctx, london)
		isA[*dealstate.ConflictError](x, err)
		_, err = x.Check(x.ctx, london)
		isA[*dealstate.ConflictError](x, err)
		x.same([]string{"us"}, x.at("london").Approved, "who has approved")
		x.kill()
	}
}

// allOrNone records a good event together with a bad one.
func allOrNone(x *trial) {
	x.london(2, tracker.Options{})
	good := approval("e2", "london", "us", dirtylog.OnDay(1))
	taken := good
	taken.ID = "e1"
	for _, c := range []struct {
		bad  dealstate.Event
		is   func(error) bool
		text string
	}{
		{approval("e3", "lodnon", "us", dirtylog.OnDay(1)), is[*tracker.UnknownDealError], `event 2 ("e3"): deal: "lodnon" is unknown; add its agreement first; did you mean "london"?`},
		{approval("e3", "london", "fiji", dirtylog.OnDay(1)), is[*dealstate.FieldError], `event 2 ("e3"): party: "fiji" is not a party; want one of us, china`},
		{dealstate.Event{ID: "e3", Deal: "london", Kind: dealstate.Note}, is[*dealstate.FieldError], `event 2 ("e3"): at: missing; want the instant at which it happened, in RFC 3339`},
		{taken, is[*dealstate.ConflictError], `event 2 ("e1"): id: "e1" is recorded with other content; retract it and record the correction under a new id`},
	} {
		_, err := x.Record(x.ctx, good, c.bad)
		x.says(err, c.text, "Record of %v", c.bad)
		x.same(1, isA[*tracker.EventError](x, err).Index, "which event is at fault: %v", err)
		if !c.is(err) {
			x.Fatalf("the error is %v, a %T; it unwraps to another type", err, err)
		}
		x.same(int64(2), x.last(), "entries after: %v", err)
	}
	none, err := x.Record(x.ctx)
	if err != nil || len(none) != 0 {
		x.Fatalf("Record of nothing gives %v, %v", none, err)
	}
	_, err = x.Check(x.ctx, approval("e3", "lodnon", "us", dirtylog.OnDay(1)))
	x.says(err, `deal: "lodnon" is unknown; add its agreement first; did you mean "london"?`, "Check of one event, of which nobody says which")
	both := x.record(good, approval("e3", "london", "china", dirtylog.OnDay(1)))
	x.same([]int64{3, 4}, []int64{both[0].Place.Position, both[1].Place.Position}, "the places of two good events")
}

func is[E error](err error) bool { return errors.As(err, new(E)) }

// agreementsAreKept adds agreements of every sort, and compares them with the stored ones after
// a restart.
func agreementsAreKept(x *trial) {
	x.begin(0, tracker.Options{})
	all := slices.Concat(dirtylog.Agreements, dirtylog.Intricate)
	places := map[string]tracker.Place{}
	for i := range all {
		all[i].ID, all[i].Title = fmt.Sprintf("deal-%02d", i), fmt.Sprintf("Accord No. %d", i)
		if i > 0 {
			all[i].Implements = []string{all[i-1].ID}
		}
		place, err := x.Add(x.ctx, all[i])
		if err != nil {
			x.Fatalf("Add of %s: %v", all[i].ID, err)
		}
		places[all[i].ID] = place
	}
	for range 2 {
		for _, a := range all {
			x.checkAgreement(a, places[a.ID])
		}
		x.same(int64(len(all)), x.last(), "entries in the journal")
		x.kill()
	}
	_, err := x.Add(x.ctx, dealstate.Agreement{ID: "empty"})
	x.same("parties", isA[*dealstate.FieldError](x, err).Field, "the field of an agreement that says nothing")
}

// checkAgreement compares an agreement that was added with the stored one.
func (x *trial) checkAgreement(a dealstate.Agreement, place tracker.Place) {
	x.Helper()
	again, err := x.Add(x.ctx, a)
	if err != nil {
		x.Fatalf("Add of %s again: %v", a.ID, err)
	}
	x.same(place, again, "the place of %s, added again", a.ID)
	want, _ := a.MarshalJSON()
	have, err := x.entries(a.ID)[0].Agreement.MarshalJSON()
	if err != nil {
		x.Fatalf("the agreement of %s: %v", a.ID, err)
	}
	x.same(string(want), string(have), "the agreement of %s", a.ID)
	a.Title = "Another text"
	_, err = x.Add(x.ctx, a)
	x.same(a.ID, isA[*dealstate.ConflictError](x, err).ID, "the id that is taken")
	x.says(err, fmt.Sprintf("id: %q is an agreement with other content; a new text is a new agreement that implements the old one, or an amend", a.ID), "Add of another text")
}

// whoRecorded records with and without a name and an instant, and compares both with the stored
// entries.
func whoRecorded(x *trial) {
	x.begin(2, tracker.Options{})
	desk := journal.WithRecorder(x.ctx, "desk")
	if _, err := x.Add(desk, agreement("london")); err != nil {
		x.Fatalf("Add: %v", err)
	}
	x.record(negotiated("e1", "london"))
	x.clock.Advance(time.Hour)
	dated := approval("e2", "london", "us", dirtylog.OnDay(1))
	dated.Recorded = dirtylog.OnDay(1).Add(time.Nanosecond)
	if _, err := x.Record(desk, dated); err != nil {
		x.Fatalf("Record: %v", err)
	}
	for range 2 {
		all := x.entries("london")
		x.same(3, len(all), "entries of the deal")
		x.same([]string{"desk", "", "desk"}, []string{all[0].By, all[1].By, all[2].By}, "who had them recorded")
		hour := dirtylog.OnDay(2).Add(time.Hour)
		for i, want := range []time.Time{dirtylog.OnDay(2), dirtylog.OnDay(2), hour} {
			x.same(want, all[i].Accepted, "when entry %d was accepted", i+1)
		}
		x.same(dirtylog.OnDay(2), all[1].Event.Recorded, "the instant with which an event without one is stamped")
		x.same(dated.Recorded, all[2].Event.Recorded, "the instant with which an event came")
		x.kill()
	}
}

// refusalKeepsNothing applies an event without effect, and then a note.
func refusalKeepsNothing(x *trial) {
	x.london(2, tracker.Options{})
	said := approval("e2", "london", "us", dirtylog.OnDay(1))
	said.Role = dealstate.Press
	for range 2 {
		would, err := x.Check(x.ctx, said)
		if err != nil {
			x.Fatalf("Check: %v", err)
		}
		_, err = x.Apply(x.ctx, said)
		refusal := isA[*dealstate.Refusal](x, err)
		x.same(dealstate.Noted, refusal.Decision.Outcome, "what a refusal says")
		x.same(would, refusal.Decision, "law 5: what Apply says, and what Check said")
		x.same(int64(2), x.last(), "entries after a refusal and a Check")
		x.kill()
	}
	if _, err := x.Apply(x.ctx, note("n1", "london", dirtylog.OnDay(2))); err != nil {
		x.Fatalf("Apply of a note: %v", err)
	}
	x.same(int64(3), x.last(), "entries after a note")
}

// ticking is a clock that never shows an instant twice.
type ticking struct {
	*tracker.Manual
	ticks *atomic.Int64
}

// Now gives the instant, a nanosecond later each time.
func (c ticking) Now() time.Time { return c.Manual.Now().Add(time.Duration(c.ticks.Add(1))) }

// oneApplies lets many goroutines apply an approval of the same party, over two trackers. Only
// the first may succeed: a party's second approval changes nothing.
func oneApplies(x *trial) {
	const rounds, racers = 40, 8
	clock := ticking{tracker.NewManual(dirtylog.OnDay(1)), new(atomic.Int64)}
	x.begin(1, tracker.Options{Clock: clock})
	desks := []*tracker.Tracker{x.Tracker, x.beside(x.o)}
	for n := range rounds {
		id := fmt.Sprintf("deal-%d", n)
		x.Tracker = desks[n%2]
		x.add(agreement(id))
		x.record(negotiated("e1", id))
		errs := make([]error, racers)
		var racing sync.WaitGroup
		for i := range errs {
			racing.Go(func() {
				_, errs[i] = desks[i%2].Apply(x.ctx, approval(fmt.Sprintf("a%d", i), id, "us", dirtylog.OnDay(1)))
			})
		}
		racing.Wait()
		applied := 0
		for _, err := range errs {
			if err == nil {
				applied++
			} else {
				isA[*dealstate.Refusal](x, err)
			}
		}
		x.same(1, applied, "how many of %d applied what only one may", racers)
	}
	x.same(int64(3*rounds), x.last(), "entries, for nothing of a refusal is kept")
}

// follows tests that a tracker tells, and answers with, what another tracker records.
func follows(x *trial) {
	x.begin(0, tracker.Options{})
	reader := x.Tracker
	x.Tracker = x.beside(tracker.Options{Policy: dealstate.Official, Clock: x.clock})
	x.add(agreement("london"))
	x.record(negotiated("e1", "london"))
	changes := x.told(reader, tracker.Filter{}, 2)
	x.same(dealstate.StateNegotiated, changes[1].To, "where the deal stands for who follows")
	x.record(approval("e2", "london", "us", dirtylog.OnDay(0)))
	next := x.told(reader, tracker.Filter{From: changes[1].Place}, 1)
	x.same("e2", next[0].Entry.Event.ID, "what is told next")
	s, err := reader.At(x.ctx, "london", dealstate.View{})
	if err != nil {
		x.Fatalf("At: %v", err)
	}
	x.same([]string{"us"}, s.Approved, "who has approved, for who follows")
	decision, err := reader.Check(x.ctx, approval("e3", "london", "us", dirtylog.OnDay(0)))
	if err != nil {
		x.Fatalf("Check: %v", err)
	}
	if decision.Outcome == dealstate.Applied {
		x.Fatalf("a second approval of one party would be applied by who follows: %v", decision)
	}
}

// missedClocks lets clocks come due while no tracker runs. They fire when a tracker is opened
// again, at their instants and once.
func missedClocks(x *trial) {
	x.london(1, tracker.Options{})
	x.add(agreement("geneva"))
	x.record(approval("e2", "london", "us", dirtylog.OnDay(1)), approval("e3", "london", "china", dirtylog.OnDay(1)))
	begun := x.Place()
	ahead := x.due(1, 20)
	x.same(3, len(ahead), "clocks that are due, an effect, a deadline and a term")
	x.leave()
	x.clock.Set(dirtylog.OnDay(20))
	x.again()
	x.same(ahead, x.due(1, 20), "what Due says of what nobody saw")
	end := x.record(note("n1", "london", x.Now()))[0].Place.Position
	told := x.until(x.Tracker, tracker.Filter{From: begun}, end)
	x.same(len(ahead), len(told)-1, "how many clocks fired of which nobody saw that they came due")
	for i, d := range ahead {
		x.same(d.Deal, told[i].Deal, "whose clock fires")
		x.same([]dealstate.Decision{d.Decision}, told[i].Decisions, "what the clock does")
		x.same(d.Decision.At, told[i].Place.Instant, "when it fires")
	}
	x.same(dealstate.StateExpired, x.at("london").State, "where the deal stands whose term is over")
	x.same(dealstate.StateLapsed, x.at("geneva").State, "where the deal stands whose deadline is over")
	x.kill()
	x.record(note("n2", "london", x.Now()))
	next := x.told(x.Tracker, tracker.Filter{From: told[len(ahead)].Place}, 1)
	x.same("n2", next[0].Entry.Event.ID, "what is told after the clocks, each of which fires once")
	x.same(ahead, x.due(1, 20), "what Due says of what is past")
}

// due gives the answer of Due for the days from the first to before the second.
func (x *trial) due(from, before int) []tracker.Due {
	x.Helper()
	all, err := x.Due(x.ctx, dirtylog.OnDay(from), dirtylog.OnDay(before))
	if err != nil {
		x.Fatalf("Due: %v", err)
	}
	return all
}

// dueAhead compares what Due says in advance with what is told afterwards.
func dueAhead(x *trial) {
	x.begin(2, tracker.Options{Hot: 40})
	x.manyDeals()
	from, to := 3, 13
	ahead := x.due(from, to)
	if len(ahead) == 0 {
		x.Fatalf("Due says that no clock fires")
	}
	begun := x.Place()
	x.clock.Set(dirtylog.OnDay(to).Add(-1))
	end := x.record(note("end", "deal-00", x.Now()))[0].Place.Position
	var told []dealstate.Decision
	for _, c := range x.until(x.Tracker, tracker.Filter{From: begun}, end) {
		if c.Entry.Position == 0 {
			told = append(told, c.Decisions...)
		}
	}
	x.same(len(told), len(ahead), "clocks that Due said would fire, and that fired")
	for i, d := range ahead {
		if !slices.ContainsFunc(told, func(have dealstate.Decision) bool { return have.Clock != 0 && reflect.DeepEqual(have, d.Decision) }) || !strings.Contains(d.Title, "Accord") {
			x.Fatalf("Due said %+v, which did not come", d)
		}
		if i > 0 && d.Decision.At.Before(ahead[i-1].Decision.At) {
			x.Fatalf("Due says %v after %v: out of order", d, ahead[i-1])
		}
	}
	for range 2 {
		x.same(ahead, x.due(from, to), "what Due says of what is past")
		if later := x.due(to-1, to); len(later) >= len(ahead) {
			x.Fatalf("Due gives %d clocks of the last day, and %d of all days", len(later), len(ahead))
		}
		x.kill()
	}
}

// manyDeals adds thirty deals in many states, some with clocks.
func (x *trial) manyDeals() {
	x.Helper()
	for i := range 30 {
		a := agreement(fmt.Sprintf("deal-%02d", (i*7)%30))
		a.Title = fmt.Sprintf("Accord No. %d", i)
		if a.Deadline = dirtylog.OnDay(10 + i%5); i%3 == 0 {
			a.Deadline = time.Time{}
		}
		x.add(a)
		if i%2 == 0 {
			e := negotiated("e1", a.ID)
			e.At = e.At.Add(time.Duration(i%4) * time.Hour)
			x.record(e)
		}
		if i%4 == 0 {
			x.record(approval("e2", a.ID, "us", dirtylog.OnDay(1)))
		}
	}
}
