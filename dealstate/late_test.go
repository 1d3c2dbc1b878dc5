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
			for n, e := range longLog(rng, a, 220) {
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
				known = append(known, e)
				s, want, err := m.Fold(known, dealstate.View{Policy: p})
				require.NoError(t, err, label)
				after := slices.Collect(d.Decisions())
				requireEqualLists(t, want, after, label)
				added := e.ID
				if did.Outcome == dealstate.Duplicate {
					added = ""
				}
				requireEqualLists(t, revisionsBetween(before, after, added), did.Revised, label)
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
	require.Greater(t, doubts, 1000)
	require.Greater(t, checkpoints, 500)
	require.Greater(t, spared, 500)
	require.Greater(t, revisions, 5000)
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
