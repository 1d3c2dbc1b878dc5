package dealstate_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// A late report is folded from the nearest checkpoint, and no further than to where the
// deal stands as before. Nobody must be able to tell.

// longLog is a dirty log of so many events over more days, most of them learned after they
// happened, with duplicates that were recorded earlier, in the order in which they come.
func longLog(rng *rand.Rand, a dealstate.Agreement, n int) []dealstate.Event {
	events := dirtylog.Log(rng, a, a.ID, n, append(slices.Clone(dirtylog.Kinds), dealstate.Retract, dealstate.Note, dealstate.Dispute))
	foreseen := rng.IntN(4) == 0
	for i := range events {
		e := &events[i]
		e.At = e.At.Add(time.Duration(rng.IntN(40)-10) * 24 * time.Hour)
		if rng.IntN(2) == 0 {
			e.At = e.At.Add(time.Duration(rng.IntN(24)) * time.Hour)
		}
		if e.Recorded.Before(e.At) && !foreseen {
			e.Recorded = e.At.Add(time.Duration(rng.IntN(60)) * time.Hour)
		}
		if !e.Until.IsZero() {
			e.Until = e.At.AddDate(0, 0, 1+rng.IntN(20))
		}
	}
	slices.SortFunc(events, inFoldOrder)
	rng.Shuffle(len(events)/3, func(i, j int) { events[i], events[j] = events[j], events[i] }) // some come in order
	for i := range events {
		if rng.IntN(3) == 0 {
			j := rng.IntN(len(events))
			events[i], events[j] = events[j], events[i]
		}
	}
	for range n / 10 {
		again := pick(rng, events)
		again.Recorded = learned(again).Add(-time.Duration(rng.IntN(50)) * time.Hour)
		events = slices.Insert(events, rng.IntN(len(events)+1), again)
	}
	return events
}

func TestADealRecordedInAnyOrderIsOneFold(t *testing.T) {
	t.Parallel()
	checkpoints, spared, revisions, doubts := 0, 0, 0, 0
	for i, a := range slices.Concat(dirtyAgreements, dirtylog.Agreements) {
		for try := range proof.Times(20, 1) {
			rng := rand.New(rand.NewPCG(uint64(i), uint64(try)))
			m := machine(t, a)
			m.SetSpacing(1 + rng.IntN(9))
			p := pick(rng, dealstate.Policies())
			d := m.NewDeal(p)
			var known []dealstate.Event
			var before []dealstate.Decision
			for n, e := range longLog(rng, a, proof.Times(220, 110)) {
				label := fmt.Sprintf("%s, try %d, event %d: %s", a.ID, try, n, e.ID)
				var checked dealstate.Decision
				if n%5 == 0 {
					var err error
					checked, err = d.Check(e)
					require.NoError(t, err, label)
				}
				did, steps, err := d.RecordStepwise(e)
				require.NoError(t, err, label)
				if n%5 == 0 {
					require.Equal(t, checked, did, label)
				}
				if steps > 1 && steps < len(known) {
					spared++
				}
				s, want, err := m.Fold(append(known, e), dealstate.View{Policy: p})
				require.NoError(t, err, label)
				_, alone, err := m.Fold(known, dealstate.View{Policy: p, AsOf: s.AsOf})
				require.NoError(t, err, label)
				known = append(known, e)
				after := slices.Collect(d.Decisions())
				requireEqualLists(t, want, after, label)
				added := e.ID
				if did.Outcome == dealstate.Duplicate {
					added = ""
				}
				requireEqualLists(t, markedByTime(revisionsBetween(before, after, added), alone), did.Revised, label)
				revisions += len(did.Revised)
				latest := d.Latest()
				requireEqualLists(t, s.Warnings, latest.Warnings, label)
				doubts += len(orderDoubts(s))
				if before = after; n%20 == 0 {
					require.Equal(t, toJSON(t, s), toJSON(t, latest), label)
				}
			}
			checkpoints += d.Checkpoints()
			loaded, err := m.Load(p, func(yield func(dealstate.Event, error) bool) {
				for _, e := range known {
					if !yield(e, nil) {
						return
					}
				}
			})
			require.NoError(t, err)
			require.Equal(t, allOf(t, loaded), allOf(t, d), a.ID)
			for of := range loaded.Events() {
				e, did, ok := d.Event(of.ID)
				require.True(t, ok)
				require.Equal(t, of, e)
				require.Equal(t, of.ID, did.Event)
			}
		}
	}
	t.Logf("%d checkpoints; %d reports for which less than the log was folded; %d revisions; %d doubts", checkpoints, spared, revisions, doubts)
	require.Greater(t, doubts, proof.Times(1000, 200))
	require.Greater(t, checkpoints, 500)
	require.Greater(t, spared, 500)
	require.Greater(t, revisions, proof.Times(5000, 2000))
}

// requireEqualLists tells only the first difference: the lists are long.
func requireEqualLists[T any](t *testing.T, want, got []T, label string) {
	t.Helper()
	for i := range min(len(want), len(got)) {
		if !reflect.DeepEqual(want[i], got[i]) {
			require.Equal(t, fmt.Sprintf("%+v", want[i]), fmt.Sprintf("%+v", got[i]), "%s, at %d", label, i)
		}
	}
	require.Len(t, got, len(want), label)
}

// revisionsBetween compares all that was decided before with all that is after: what
// changed, in the order after, and then what is gone. What was decided on the added event
// is no revision.
func revisionsBetween(before, after []dealstate.Decision, added string) (all []dealstate.Revision) {
	type on struct {
		event, party, commitment, timer string
		clock                           dealstate.Clock
		at                              time.Time
	}
	upon := func(d dealstate.Decision) on {
		if d.Event != "" {
			return on{event: d.Event}
		}
		return on{clock: d.Clock, party: d.Party, commitment: d.Commitment, timer: d.Timer, at: d.At}
	}
	was := map[on][]dealstate.Decision{}
	for _, d := range before {
		was[upon(d)] = append(was[upon(d)], d)
	}
	for _, d := range after {
		of := upon(d)
		switch old := was[of]; {
		case d.Event != "" && d.Event == added:
		case len(old) == 0:
			all = append(all, dealstate.Revision{Now: d})
		default:
			if was[of] = old[1:]; !reflect.DeepEqual(old[0], d) {
				all = append(all, dealstate.Revision{Was: old[0], Now: d})
			}
		}
	}
	for _, d := range before {
		if of := upon(d); len(was[of]) > 0 {
			all, was[of] = append(all, dealstate.Revision{Was: was[of][0]}), was[of][1:]
		}
	}
	return all
}

// markedByTime marks the clocks that fire only now, and fire in a fold of the log without the
// event as well, at the instant of which the log speaks with it.
func markedByTime(revised []dealstate.Revision, alone []dealstate.Decision) []dealstate.Revision {
	for i, r := range revised {
		revised[i].ByTime = r.Was.Clock == 0 && r.Now.Clock != 0 && slices.ContainsFunc(alone, func(d dealstate.Decision) bool {
			return d.Fired() == r.Now.Fired() && d.To == r.Now.To && d.Outcome == r.Now.Outcome
		})
	}
	return revised
}

// Logs known by date, recorded in order, have doubts about the last day that the next event
// of that day may change.
func TestDoubtsOfADealRecordedDayByDayAreThoseOfOneFold(t *testing.T) {
	t.Parallel()
	doubts := 0
	for try := range proof.Times(40, 2) {
		for i, a := range dirtyAgreements {
			rng := rand.New(rand.NewPCG(uint64(i), uint64(try)))
			m := machine(t, a)
			m.SetSpacing(1 + rng.IntN(3))
			events := dirtylog.Log(rng, a, a.ID, 60, dirtylog.TameKinds)
			for n := range events {
				events[n].Recorded, events[n].Modality = time.Time{}, dealstate.Asserted
				events[n].At = events[n].At.Truncate(24 * time.Hour).Add(time.Duration(6*rng.IntN(3)) * time.Hour)
			}
			slices.SortFunc(events, inFoldOrder)
			d := m.NewDeal(dealstate.Official)
			for n, e := range events {
				_, err := d.Record(e)
				require.NoError(t, err)
				s, _, err := m.Fold(events[:n+1], dealstate.View{Policy: dealstate.Official})
				require.NoError(t, err)
				requireEqualLists(t, s.Warnings, d.Latest().Warnings, fmt.Sprintf("%s, try %d, event %d: %s", a.ID, try, n, e.ID))
				doubts += len(orderDoubts(s))
			}
		}
	}
	require.Greater(t, doubts, 500)
}

// Retracts of retracts, chains and circles of them, that come in any order.
func TestRetractsRecordedInAnyOrderAreOneFold(t *testing.T) {
	t.Parallel()
	circles := 0
	m := machine(t, pair())
	m.SetSpacing(2)
	for try := range uint64(proof.Times(3_000, 150)) {
		rng := rand.New(rand.NewPCG(try, 17))
		var events []dealstate.Event
		for i := range 4 + rng.IntN(12) {
			e := dealstate.Event{ID: fmt.Sprint("e", i), Deal: "pair", Kind: dealstate.Retract, Ref: fmt.Sprint("e", rng.IntN(14)), At: onDay(rng.IntN(9))}
			switch rng.IntN(5) {
			case 0:
				e.Kind, e.Ref, e.Party, e.Role = pick(rng, []dealstate.Kind{dealstate.Approve, dealstate.Withdraw, dealstate.Dispute}), "", "a", dealstate.Instrument
			case 1:
				e.Kind, e.Ref = dealstate.Note, ""
			case 2:
				e.Modality = pick(rng, []dealstate.Modality{dealstate.Denied, dealstate.Asserted})
			}
			if e.Kind == dealstate.Retract && e.Ref == e.ID {
				e.Ref = "e99"
			}
			events = append(events, e)
			if rng.IntN(4) == 0 {
				e.Recorded = e.At.Add(-time.Duration(1+rng.IntN(9)) * time.Hour)
				events = append(events, e)
			}
		}
		rng.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		d := m.NewDeal(dealstate.Strict)
		for n, e := range events {
			before := slices.Collect(d.Decisions())
			checked, err := d.Check(e)
			require.NoError(t, err)
			did, err := d.Record(e)
			require.NoError(t, err)
			require.Equal(t, checked, did)
			_, want, err := m.Fold(events[:n+1], dealstate.View{})
			require.NoError(t, err)
			after, label := slices.Collect(d.Decisions()), fmt.Sprintf("try %d, event %d: %s", try, n, e.ID)
			requireEqualLists(t, want, after, label)
			if did.Outcome == dealstate.Duplicate {
				e.ID = ""
			}
			requireEqualLists(t, revisionsBetween(before, after, e.ID), did.Revised, label)
		}
		for dec := range d.Decisions() {
			if slices.ContainsFunc(dec.Reasons, func(r dealstate.Reason) bool { return r.Code == dealstate.ReasonCircular }) {
				circles++
			}
		}
	}
	require.Greater(t, circles, proof.Times(30, 10))
}
