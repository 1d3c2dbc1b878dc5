package dealstate

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/looplab/fsm"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// looplab/fsm is the authority on transitions. The machine's table must equal
// what a looplab machine does that is built here, from the public rules alone.

var walkParties = []Party{{ID: "us", Approver: "Trump"}, {ID: "china", Approver: "Xi"}, {ID: "eu", Weight: 1}}

// walkAgreements bring both standard lifecycles, and one of their own.
var walkAgreements = []Agreement{
	{ID: "walk", Parties: walkParties[:2], Commitments: []Commitment{{ID: "c", Party: "us"}},
		Deadline: walkDay(20), Effect: &Delay{Days: 2}, Term: &Delay{Days: 9}},
	{ID: "walk", Parties: walkParties, Commitments: []Commitment{{ID: "c", Party: "us"}}, Approval: condition.Count(condition.AtLeast(2), ""),
		Deadline: walkDay(20), Effect: &Delay{}, Term: &Delay{Days: 9}},
	{ID: "walk", Parties: walkParties[:2], Commitments: []Commitment{{ID: "c", Party: "us"}}, Deadline: walkDay(9), Lifecycle: &Lifecycle{
		Initial: "talk", States: []State{"talk", "deal", "dead"}, Final: []State{"dead"}, Rules: []Rule{
			{ID: "shake", On: Approve, From: []State{"talk"}, To: "deal", When: condition.ApprovalMet(), Order: 1},
			{ID: "nod", On: Approve, From: []State{"talk"}, Order: 2},
			{ID: "back", On: Withdraw, From: []State{"deal", "talk"}, To: "talk", When: condition.ActOf("us")},
			{ID: "walk_out", On: Withdraw, From: []State{"deal"}, To: "dead", When: condition.Not(condition.ActOf("us"))},
			{ID: "keep", On: Perform, From: []State{"talk", "deal"}},
			{ID: "timeout", On: Deadline, From: []State{"talk"}, To: "dead", When: condition.Not(condition.Performed("c"))},
		}}},
}

func walkDay(n int) time.Time { return time.Date(2025, 6, 1+n, 0, 0, 0, 0, time.UTC) }

func walkMachines(t testing.TB) []*Machine {
	t.Helper()
	var all []*Machine
	for _, a := range walkAgreements {
		m, err := Compile(a)
		require.NoError(t, err)
		all = append(all, m)
	}
	return all
}

// rawFSM builds a looplab machine from the rules, as a reader of the table would.
func rawFSM(l Lifecycle, before fsm.Callback) *fsm.FSM {
	var events []fsm.EventDesc
	for _, r := range l.Rules {
		for _, from := range r.From {
			to := r.To
			if to == "" {
				to = from
			}
			events = append(events, fsm.EventDesc{Name: r.ID, Src: []string{string(from)}, Dst: string(to)})
		}
	}
	callbacks := fsm.Callbacks{}
	if before != nil {
		callbacks["before_event"] = before
	}
	return fsm.NewFSM(string(l.Initial), events, callbacks)
}

// fireRaw fires one rule in one state. Staying in the state is an error to
// looplab, and no error here.
func fireRaw(f *fsm.FSM, rule string, in State) (State, error) {
	f.SetState(string(in))
	err := f.Event(context.Background(), rule)
	var same fsm.NoTransitionError
	if errors.As(err, &same) {
		err = nil
	}
	return State(f.Current()), err
}

func TestTableEqualsLooplabInEveryCell(t *testing.T) {
	t.Parallel()
	for _, m := range walkMachines(t) {
		raw := rawFSM(m.Lifecycle(), nil)
		cells, transitions := 0, 0
		for r, rule := range m.lifecycle.Rules {
			for s, state := range m.lifecycle.States {
				cells++
				want, err := fireRaw(raw, rule.ID, state)
				if err != nil {
					require.IsType(t, fsm.InvalidEventError{}, err)
					require.Equal(t, -1, m.next[r][s], "%s in %s", rule.ID, state)
					continue
				}
				transitions++
				require.GreaterOrEqual(t, m.next[r][s], 0, "%s in %s", rule.ID, state)
				require.Equal(t, want, m.lifecycle.States[m.next[r][s]], "%s in %s", rule.ID, state)
			}
		}
		require.Equal(t, len(m.lifecycle.Rules)*len(m.lifecycle.States), cells)
		require.Less(t, transitions, cells)
	}
}

// The order in which rules are tried must neither miss nor add one.
func TestTheRulesTriedAreThoseThatLooplabOffers(t *testing.T) {
	t.Parallel()
	for _, m := range walkMachines(t) {
		raw := rawFSM(m.Lifecycle(), nil)
		for s, state := range m.lifecycle.States {
			raw.SetState(string(state))
			var tried []string
			for k := range m.tried {
				last := -1 << 31
				for _, r := range m.tried[k][s] {
					require.Equal(t, k, m.lifecycle.Rules[r].On.row())
					require.GreaterOrEqual(t, m.lifecycle.Rules[r].Order, last)
					last = m.lifecycle.Rules[r].Order
					tried = append(tried, m.lifecycle.Rules[r].ID)
				}
			}
			require.ElementsMatch(t, raw.AvailableTransitions(), tried, state)
		}
	}
}

// walkEvent makes an event that the walk agreements admit, out of two bytes.
func walkEvent(m *Machine, n int, what, when byte) Event {
	parties := m.agreement.Parties
	e := Event{ID: fmt.Sprintf("e%03d", n), Deal: "walk", Kind: Kind(1 + int(what)%numKinds), Role: Instrument,
		Party: parties[int(what/16)%len(parties)].ID, At: walkDay(int(when % 32))}
	if when >= 224 {
		e.Role = Press
	}
	if when >= 64 && when < 96 {
		e.Recorded = e.At.AddDate(0, 0, int(what%5))
	}
	switch e.Kind {
	case Amend, Suspend, Resume, Terminate, Apply:
		if what/16%4 != 3 { // mostly an act of all sides
			e.Party = ""
		}
	case Perform, Breach:
		e.Party, e.Commitment = "us", "c"
	case Extend:
		e.Until = e.At.AddDate(0, 0, 1+int(what/16))
	case Retract, Settle:
		e.Ref = fmt.Sprintf("e%03d", max(0, n-1-int(what/16)))
		if e.Ref == e.ID {
			e.Ref = "elsewhere"
		}
	}
	return e
}

// compareWalk records the events as they come, through looplab, and folds them
// by the table; then it fires every decision on a raw looplab machine.
func compareWalk(t require.TestingT, m *Machine, policy Policy, events []Event) int {
	deal := m.NewDeal(policy)
	for _, e := range events {
		dry, err := deal.Check(e)
		require.NoError(t, err)
		wet, err := deal.Record(e)
		require.NoError(t, err)
		require.Equal(t, dry.Outcome, wet.Outcome)
	}
	live := slices.Collect(deal.Decisions())
	snap, table, err := m.Fold(events, View{Policy: policy})
	require.NoError(t, err)
	require.Equal(t, table, live, "live and table disagree")
	require.Equal(t, snap, deal.Latest())

	raw := rawFSM(m.Lifecycle(), nil)
	for _, d := range live {
		if d.Rule == "" {
			require.Equal(t, d.From, d.To)
			continue
		}
		require.Equal(t, string(d.From), raw.Current(), "%s begins where the last one ended", d)
		to, err := fireRaw(raw, d.Rule, d.From)
		require.NoError(t, err, "%s", d)
		require.Equal(t, d.To, to, "%s", d)
	}
	return len(live)
}

func TestRandomWalksTakeLooplabAndTheTableToTheSameStates(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 7))
	for _, m := range walkMachines(t) {
		seen := map[State]bool{}
		for range proof.Times(400, 300) {
			var events []Event
			for n := range 25 {
				what := byte(rng.Uint32())
				if rng.IntN(3) == 0 {
					what = what&0xF0 | byte(Approve-1)
				}
				events = append(events, walkEvent(m, n, what, byte(rng.Uint32())))
			}
			if rng.IntN(2) == 0 { // in order: every step is live
				slices.SortFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
			}
			compareWalk(t, m, Strict, events)
			for _, d := range slices.Collect(mustOpen(t, m, events).Decisions()) {
				seen[d.To] = true
			}
		}
		require.Len(t, seen, len(m.lifecycle.States), "the walks come to every state")
	}
}

func mustOpen(t *testing.T, m *Machine, events []Event) *Deal {
	t.Helper()
	deal := m.NewDeal(Reported)
	for _, e := range events {
		_, err := deal.Record(e)
		require.NoError(t, err)
	}
	return deal
}

func FuzzTableEqualsLooplab(f *testing.F) {
	f.Add(byte(0), []byte{0, 1, 2, 3, 18, 4, 6, 9})
	f.Add(byte(1), []byte{2, 1, 18, 2, 34, 3, 6, 4, 10, 5, 11, 6, 12, 7, 14, 250})
	f.Add(byte(2), []byte{2, 1, 18, 1, 4, 2, 20, 2, 7, 3, 2, 70, 15, 8})
	machines := walkMachines(f)
	f.Fuzz(func(t *testing.T, which byte, data []byte) {
		m := machines[int(which)%len(machines)]
		var events []Event
		for n := 0; n+1 < min(len(data), 80); n += 2 {
			events = append(events, walkEvent(m, n/2, data[n], data[n+1]))
		}
		if len(events) > 0 {
			compareWalk(t, m, Policies()[int(which/8)%3], events)
		}
	})
}

// looplab is asked about a rule only once its guard is met, and then has the last word.
func TestARuleWhoseGuardIsUnmetIsNotFired(t *testing.T) {
	t.Parallel()
	for _, m := range walkMachines(t) {
		guarded := 0
		for r, rule := range m.lifecycle.Rules {
			s := newSituation(m) // nobody has approved, nothing is due
			verdict := m.guards[r].Eval(&s)
			if verdict == condition.Met {
				continue
			}
			guarded++
			from := m.states[rule.From[0]]
			next, ok := m.fire(r, from, verdict)
			require.False(t, ok, rule.ID)
			require.Equal(t, from, next)
			require.NotEmpty(t, s.unmet(r), rule.ID)
			require.Panics(t, func() { refuseAll(m).moveByLooplab(r, from) }, "a deal never passes over looplab's refusal")
		}
		require.Positive(t, guarded)
	}
}

// refuseAll gives a machine whose looplab runners know no transition.
func refuseAll(m *Machine) *Machine {
	deaf := &Machine{agreement: m.agreement, lifecycle: m.lifecycle.clone(), states: m.states, initial: m.initial, next: m.next}
	for i := range deaf.lifecycle.Rules {
		deaf.lifecycle.Rules[i].From = nil
	}
	deaf.runners = &sync.Pool{New: func() any { return newRunner(deaf) }}
	return deaf
}

func TestARefusalLeavesTheRunnerFitForTheNextRule(t *testing.T) {
	t.Parallel()
	m := walkMachines(t)[0]
	r := newRunner(m)
	implement := slices.IndexFunc(m.lifecycle.Rules, func(r Rule) bool { return r.ID == "implement" })
	submit := slices.IndexFunc(m.lifecycle.Rules, func(r Rule) bool { return r.ID == "submit" })
	resume := slices.IndexFunc(m.lifecycle.Rules, func(r Rule) bool { return r.ID == "resume" })
	for range 3 {
		_, ok := r.fire(implement, m.initial, condition.Pending) // not asked
		require.False(t, ok)
		_, ok = r.fire(resume, m.initial, condition.Met) // no such transition
		require.False(t, ok)
		next, ok := r.fire(submit, m.initial, condition.Met)
		require.True(t, ok)
		require.Equal(t, StateAwaitingApprovals, m.lifecycle.States[next])
	}
}

// A panic inside looplab may leave its locks held, so that runner must not
// come back.
func TestARunnerThatPanickedIsNotPutBack(t *testing.T) {
	t.Parallel()
	m := walkMachines(t)[0]
	const broken = 1_000 // a rule that is not there
	made := 0
	m.runners = &sync.Pool{New: func() any { made++; return newRunner(m) }}
	for range 50 {
		require.Panics(t, func() { m.fire(broken, m.initial, condition.Met) })
	}
	require.Equal(t, 50, made, "each call took a new one")
}

// looplab keeps the last of two transitions with one event and source, and
// says nothing.
func TestARuleIDGivenTwiceIsRefusedForLooplabWouldOverwriteTheFirst(t *testing.T) {
	t.Parallel()
	raw := fsm.NewFSM("a", fsm.Events{{Name: "go", Src: []string{"a"}, Dst: "b"}, {Name: "go", Src: []string{"a"}, Dst: "c"}}, nil)
	require.NoError(t, raw.Event(context.Background(), "go"))
	require.Equal(t, "c", raw.Current(), "the trap")

	a := walkAgreements[2]
	twice := *a.Lifecycle
	twice.Rules = append(slices.Clone(twice.Rules), Rule{ID: "shake", On: Amend, From: []State{"talk"}, To: "dead"})
	a.Lifecycle = &twice
	_, err := Compile(a)
	var field *FieldError
	require.ErrorAs(t, err, &field)
	require.Equal(t, "lifecycle.rules[shake]", field.Field)
}

func TestNamesThatLooplabWouldReadAsCallbacksAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"before_deal", "after_x", "enter_state", "leave_talk", "event", "state", "before_", "deal"} {
		a := walkAgreements[2]
		odd := *a.Lifecycle
		odd.Rules = append(slices.Clone(odd.Rules), Rule{ID: name, On: Amend, From: []State{"talk"}})
		a.Lifecycle = &odd
		_, err := Compile(a)
		var field *FieldError
		require.ErrorAs(t, err, &field, name)
		require.Contains(t, field.Field, name)
	}
}

// Every deal of a machine shares its looplab machines; none may remember the
// deal before.
func TestDealsThatShareAMachineDoNotMeet(t *testing.T) {
	t.Parallel()
	m := walkMachines(t)[0]
	rng := rand.New(rand.NewPCG(8, 8))
	var logs [][]Event
	for range 8 {
		var events []Event
		for n := range 20 {
			events = append(events, walkEvent(m, n, byte(rng.Uint32()), byte(rng.Uint32())))
		}
		logs = append(logs, events)
	}
	deals := make([]*Deal, len(logs))
	for i := range deals {
		deals[i] = m.NewDeal(Strict)
	}
	for n := range 20 { // turn by turn
		for i, d := range deals {
			_, err := d.Record(logs[i][n])
			require.NoError(t, err)
		}
	}
	for i, d := range deals {
		alone, err := Compile(walkAgreements[0])
		require.NoError(t, err)
		want, _, err := alone.Fold(logs[i], View{})
		require.NoError(t, err)
		require.Equal(t, want, d.Latest())
	}
}
