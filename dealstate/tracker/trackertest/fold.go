package trackertest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// steps is the number of steps of a round.
const steps = 60

// isTheFold is law 14: in whatever order events are recorded, and whatever happens in between,
// the tracker and its changes equal a fold of the entries that it acknowledged.
func isTheFold(x *trial) {
	for seed := range x.store.Rounds {
		r := newRound(x, uint64(seed))
		for range steps {
			r.step()
		}
		r.end()
		r.checkKept()
		r.checkStates()
		r.checkTold()
		r.checkOtherPolicies()
		r.checkPlaces()
		x.close()
	}
}

// round is a tracker that gets random events, is killed and opened again, and a model of the
// entries that it acknowledged.
type round struct {
	*trial
	rng     *rand.Rand
	ids     []string                     // of the deals
	coming  map[string][]dealstate.Event // what is still to be recorded, by deal
	model   []journal.Entry              // what was acknowledged, by position
	changes []tracker.Change             // to a watcher, over all restarts
	notes   int                          // how many were recorded to end a watching
	ends    map[string]int64             // the position of the last entry of each deal, once all is recorded
}

func newRound(x *trial, seed uint64) *round {
	r := &round{trial: x, rng: rand.New(rand.NewPCG(seed, 14)), coming: map[string][]dealstate.Event{}, ends: map[string]int64{}}
	x.begin(0, tracker.Options{Policy: dealstate.Policies()[r.rng.IntN(3)], Hot: 1 + r.rng.IntN(200), Recent: 1 + r.rng.IntN(60)})
	all := slices.Concat(dirtylog.Agreements, dirtylog.Intricate)
	for i := range 4 {
		a := dirtylog.Pick(r.rng, all)
		a.ID = fmt.Sprintf("deal-%d", i)
		x.add(a)
		r.ids, r.model = append(r.ids, a.ID), append(r.model, journal.Entry{Position: int64(i + 1), Agreement: &a})
		r.coming[a.ID] = dirtylog.Log(r.rng, a, a.ID, 14, dirtylog.Kinds)
	}
	return r
}

// step records some events of some deal, or lets time pass or jump back, or kills, or
// watches.
func (r *round) step() {
	switch dice := r.rng.IntN(20); {
	case dice < 11:
		r.recordSome()
	case dice < 15:
		r.clock.Advance(time.Duration(r.rng.Int64N(int64(50 * time.Hour))))
	case dice < 16:
		r.clock.Advance(-time.Duration(r.rng.Int64N(int64(5 * time.Hour))))
	case dice < 18:
		r.goOnWatching(r.note(dirtylog.Pick(r.rng, r.ids)))
	default:
		r.kill()
	}
}

func (r *round) recordSome() {
	id := dirtylog.Pick(r.rng, r.ids)
	n := min(1+r.rng.IntN(2), len(r.coming[id]))
	for _, e := range r.coming[id][:n] {
		if r.rng.IntN(2) == 0 {
			e.Recorded = time.Time{}
		}
		r.keep(e)
	}
	r.coming[id] = r.coming[id][n:]
}

// keep records an event, compares the answer with that of Check (law 5), and adds what is
// acknowledged to the model.
func (r *round) keep(e dealstate.Event) int64 {
	r.Helper()
	want, err := r.Check(r.ctx, e)
	if err != nil {
		r.Fatalf("Check of %v: %v", e, err)
	}
	kept := e
	if e.Recorded.IsZero() {
		kept.Recorded = r.Now()
	}
	all := r.record(e)
	r.same(want, all[0].Decision, "law 5: Record of %v, and what Check said", e)
	switch p := all[0].Place.Position; {
	case p == int64(len(r.model)+1):
		r.model = append(r.model, journal.Entry{Position: p, Event: kept})
	case p < 1 || p > int64(len(r.model)) || !r.model[p-1].Event.Same(e):
		r.Fatalf("%v was acknowledged at position %d, when %d entries were kept", e, p, len(r.model))
	}
	return all[0].Place.Position
}

// note records a note, which is a change under every policy, and gives its position.
func (r *round) note(deal string) int64 {
	r.Helper()
	r.notes++
	return r.keep(note(fmt.Sprintf("note-%d", r.notes), deal, r.Now()))
}

// goOnWatching continues to watch up to the entry at a position.
func (r *round) goOnWatching(to int64) {
	r.Helper()
	f := tracker.Filter{}
	if n := len(r.changes); n > 0 {
		f.From = r.changes[n-1].Place
	}
	r.changes = append(r.changes, r.until(r.Tracker, f, to)...)
}

// end records one more note of each deal, so that every watch has an end.
func (r *round) end() {
	for _, id := range r.ids {
		r.ends[id] = r.note(id)
	}
	r.goOnWatching(r.last())
}

// checkKept compares the journal with what was acknowledged.
func (r *round) checkKept() {
	n := 0
	for e, err := range r.journal.Read(r.ctx, 0) {
		if err != nil {
			r.Fatalf("Read: %v", err)
		}
		if n == len(r.model) {
			r.Fatalf("the journal has %v, which was not acknowledged", e)
		}
		want := r.model[n]
		if n++; e.Position != want.Position || e.Deal() != want.Deal() || !e.Event.Same(want.Event) || !e.Event.Recorded.Equal(want.Event.Recorded) {
			r.Fatalf("the journal has at %d\n%+v; acknowledged was at %d\n%+v", e.Position, e, want.Position, want)
		}
	}
	if n < len(r.model) {
		r.Fatalf("the journal has %d entries; acknowledged were %d", n, len(r.model))
	}
}

// logOf gives the acknowledged events of a deal up to a position.
func (r *round) logOf(id string, upTo int64) (m *dealstate.Machine, events []dealstate.Event) {
	r.Helper()
	for _, e := range r.model[:upTo] {
		switch {
		case e.Deal() != id:
		case e.Agreement == nil:
			events = append(events, e.Event)
		default:
			var err error
			if m, err = dealstate.Compile(*e.Agreement); err != nil {
				r.Fatal(err)
			}
		}
	}
	return m, events
}

// fold is the reference: a plain fold of what was acknowledged.
func (r *round) fold(id string, upTo int64, v dealstate.View) (dealstate.Snapshot, []dealstate.Decision) {
	r.Helper()
	m, events := r.logOf(id, upTo)
	s, all, err := m.Fold(events, v)
	if err != nil {
		r.Fatal(err)
	}
	return s, all
}

// checkStates compares the tracker, its changes, and its list of deals with the fold.
func (r *round) checkStates() {
	states := map[string]dealstate.State{}
	for _, c := range r.changes {
		r.same(states[c.Deal], c.From, "%v of %s: where the deal stood before", c.Place, c.Deal)
		states[c.Deal] = c.To
	}
	page, err := r.Deals(r.ctx, tracker.Query{})
	if err != nil || len(page.Deals) != len(r.ids) {
		r.Fatalf("Deals gives %d deals, %v; want %d", len(page.Deals), err, len(r.ids))
	}
	for i, id := range r.ids {
		r.checkViews(id)
		want, _ := r.fold(id, int64(len(r.model)), dealstate.View{AsOf: r.Now(), Policy: r.o.Policy})
		r.same(want, r.at(id), "law 14: At of %s", id)
		r.same(want.State, states[id], "what was told of %s leads to where it stands", id)
		d := page.Deals[i]
		r.same([]any{want.State, want.Since, want.Next, len(want.Warnings)}, []any{d.State, d.Since, d.Next, d.Warnings}, "Deals of %s", id)
		r.same(sorted(want.Awaiting), sorted(d.Awaiting), "whom %s awaits, in Deals", id)
	}
}

// checkViews compares a deal with the fold under every policy.
func (r *round) checkViews(id string) {
	r.Helper()
	for _, p := range dealstate.Policies() {
		v := dealstate.View{AsOf: r.Now(), Policy: p}
		want, _ := r.fold(id, int64(len(r.model)), v)
		have, err := r.At(r.ctx, id, v)
		if err != nil {
			r.Fatalf("At of %s under %s: %v", id, p.Name, err)
		}
		r.same(want, have, "law 14: At of %s under %s", id, p.Name)
	}
}

func sorted(of []string) []string { return slices.Sorted(slices.Values(of)) }

// checkTold compares the live changes with those told later, from the beginning and from places
// in between, for all deals and for one.
func (r *round) checkTold() {
	last := int64(len(r.model))
	r.sameChanges(r.changes, r.until(r.Tracker, tracker.Filter{}, last), "what is told later")
	for range 3 {
		n := r.rng.IntN(len(r.changes) - len(r.ids)) // before the notes at the end
		from, rest := r.changes[n].Place, r.changes[n+1:]
		r.sameChanges(rest, r.until(r.Tracker, tracker.Filter{From: from}, last), "what is told from %v on", from)
		id := dirtylog.Pick(r.rng, r.ids)
		of := slices.DeleteFunc(slices.Clone(rest), func(c tracker.Change) bool { return c.Deal != id })
		r.sameChanges(of, r.until(r.Tracker, tracker.Filter{From: from, Deal: id}, r.ends[id]), "what is told of %s from %v on", id, from)
	}
}

// checkOtherPolicies compares the changes under other policies with those of a tracker whose own
// policy it is.
func (r *round) checkOtherPolicies() {
	last := int64(len(r.model))
	for _, p := range dealstate.Policies() {
		o := r.o
		o.Policy, o.Recent = p, 100_000
		want := r.until(r.beside(o), tracker.Filter{}, last)
		r.sameChanges(want, r.until(r.Tracker, tracker.Filter{Policy: p}, last), "what is told under %s", p.Name)
		n := r.rng.IntN(len(want) - len(r.ids))
		from := want[n].Place
		r.sameChanges(want[n+1:], r.until(r.Tracker, tracker.Filter{Policy: p, From: from}, last), "what is told under %s from %v on", p.Name, from)
	}
}

// checkPlaces compares each change with a fold as of its place: the state of the deal, and the
// decisions when all changes up to there are put together.
func (r *round) checkPlaces() {
	decided := map[string]map[string]dealstate.Decision{}
	for _, c := range r.changes {
		s, all := r.fold(c.Deal, c.Place.Position, dealstate.View{AsOf: c.Place.Instant, Policy: r.o.Policy})
		r.same(s.State, c.To, "%v of %s: where the deal stands", c.Place, c.Deal)
		by := decided[c.Deal]
		if by == nil {
			by = map[string]dealstate.Decision{}
			decided[c.Deal] = by
		}
		put(by, c)
		for _, d := range all {
			r.same(d, by[subject(d)], "%v of %s: what was told of %s", c.Place, c.Deal, subject(d))
		}
		for of, d := range by {
			planned := d.Clock == 0 && d.At.After(c.Place.Instant)
			if !planned && !slices.ContainsFunc(all, func(d dealstate.Decision) bool { return subject(d) == of }) {
				r.Fatalf("%v of %s: told was %v, and the fold has no such decision", c.Place, c.Deal, d)
			}
		}
	}
}

// put adds the decisions of a change to those told before.
func put(by map[string]dealstate.Decision, c tracker.Change) {
	for _, d := range c.Decisions {
		if d.Outcome != dealstate.Duplicate {
			by[subject(d)] = d
		}
	}
	for _, v := range c.Revised {
		if v.Now.Kind == 0 && v.Now.Clock == 0 {
			delete(by, subject(v.Was))
		} else {
			by[subject(v.Now)] = v.Now
		}
	}
}

// subject is what a decision is on: an event, or a clock at an instant.
func subject(d dealstate.Decision) string {
	if d.Clock == 0 {
		return d.Event
	}
	return d.Fired().String() + d.At.String()
}
