package dealstate

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/bitset"
)

// Two situations are the same only if no field tells them apart.
func TestSituationsThatDifferInAnyFieldAreNotTheSame(t *testing.T) {
	t.Parallel()
	m, other := everyKindMachine(t, false), everyKindMachine(t, true)
	e, then := &entry{}, time.Unix(1, 0)
	changes := map[string]func(*situation){
		"m": func(s *situation) { s.m = other }, "state": func(s *situation) { s.state++ }, "since": func(s *situation) { s.since = then },
		"by": func(s *situation) { s.by = "x" }, "moved": func(s *situation) { s.moved = e }, "now": func(s *situation) { s.now = then },
		"actor": func(s *situation) { s.actor++ }, "revision": func(s *situation) { s.revision++ },
		"approved": func(s *situation) { s.approved.Add(0) }, "rejected": func(s *situation) { s.rejected.Add(0) }, "performed": func(s *situation) { s.performed.Add(0) },
		"signed": func(s *situation) { s.signed.Add(0) }, "applied": func(s *situation) { s.applied.Add(0) }, "suspended": func(s *situation) { s.suspended.Add(0) },
		"held": func(s *situation) { s.held.Add(0) }, "acts": func(s *situation) { s.acts[0].revision++ }, "nearest": func(s *situation) { s.nearest[0] = e },
		"records": func(s *situation) { s.records[0].done = e }, "denied": func(s *situation) { s.denied[0] = e }, "disputes": func(s *situation) { s.disputes.add(e) },
		"verdict": func(s *situation) { s.verdict = condition.Lost }, "met": func(s *situation) { s.met = then }, "inForce": func(s *situation) { s.inForce = then },
		"trigger": func(s *situation) { s.trigger = then }, "clocks": func(s *situation) { s.clocks[termClock].by = []extension{{}} },
		"fired": func(s *situation) { s.fired[0] = then }, "leaving": func(s *situation) { s.leaving = []leave{{}} }, "lastLeft": func(s *situation) { s.lastLeft = then },
		"timers": func(s *situation) { s.timers[0].fired = true }, "reached": func(s *situation) { s.reached++ }, "judgedAt": func(s *situation) { s.judgedAt = then },
		"concernsPart": func(s *situation) { s.concernsPart = true }, "agreed": func(s *situation) { s.agreed = true },
		"warnings": func(s *situation) { s.warnings.add(Reason{}) }, "foreseen": func(s *situation) { s.foreseen.acts++ }, "implemented": func(s *situation) { s.implemented = e },
	}
	for i := range reflect.TypeFor[situation]().NumField() {
		name := reflect.TypeFor[situation]().Field(i).Name
		a, b := newSituation(m), newSituation(m)
		require.True(t, a.same(&b))
		if name == "scratch" { // room for undoing
			continue
		}
		require.Contains(t, changes, name, "what tells two situations apart by it?")
		changes[name](&b)
		require.False(t, a.same(&b), name)
	}
}

// A checkpoint stays as it was, whatever becomes of the situation, and gives all back.
func TestACheckpointHoldsAllOfASituationAndSharesNothingThatChanges(t *testing.T) {
	t.Parallel()
	m := everyKindMachine(t, false)
	leaving := anEvent(Withdraw)
	leaving.At = leaving.At.AddDate(0, 0, 1)
	deal, _ := folded(t, m, []Event{anEvent(Approve), anEvent(Perform), anEvent(Dispute), leaving})
	now := deal.folded().now
	saved := now.saved()
	require.True(t, saved.same(&now.situation))
	f := now.spare()
	f.from(saved)
	require.True(t, f.same(saved))
	for _, set := range []*bitset.Set{&f.approved, &f.rejected, &f.performed, &f.signed, &f.applied, &f.suspended, &f.held} {
		for i := range *set {
			(*set)[i] = ^(*set)[i]
		}
	}
	f.acts[0].revision, f.nearest[0], f.records[0], f.denied[0] = 9, &entry{}, record{}, &entry{}
	f.disputes.add(&entry{})
	f.warnings.add(Reason{})
	f.timers[0].fired = !f.timers[0].fired
	f.leaving[0].party++
	require.True(t, saved.same(&now.situation))
	f.from(nil)
	begun := newSituation(m)
	require.True(t, f.same(&begun))
}
