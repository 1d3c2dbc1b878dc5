package simulate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// Where two paths lead to the same key, whatever follows must come out alike.
func TestSituationsOfOneKeyHaveOneFuture(t *testing.T) {
	t.Parallel()
	june := func(day int) time.Time { return time.Date(2025, 6, day, 0, 0, 0, 0, time.UTC) }
	days := func(n int) *dealstate.Delay { return &dealstate.Delay{Days: n} }
	two, three := []dealstate.Party{{ID: "us"}, {ID: "china"}}, []dealstate.Party{{ID: "chile"}, {ID: "fiji"}, {ID: "kenya"}}
	most := condition.Count(condition.AtLeast(2), "")
	for name, of := range map[string]struct {
		dealstate.Agreement
		least int // compared
	}{
		"clocks": {dealstate.Agreement{Parties: two, Commitments: []dealstate.Commitment{{ID: "pledge", Party: "us"}}, Deadline: june(20), Effect: days(3), Term: days(15)}, 10_000},
		"notice": {dealstate.Agreement{Parties: two, Notice: &dealstate.NoticePeriod{Delay: *days(5)}, Effect: days(1), Term: days(7), Renew: days(4)}, 8_000},
		"join": {dealstate.Agreement{Parties: three, Approval: most, Effect: days(3), Deadline: june(20), Term: days(9), Renew: days(3),
			Join: &dealstate.Join{Delay: *days(5)}}, 4_000},
		"joins in force": {dealstate.Agreement{Parties: three, Approval: most, Deadline: june(20), Effect: days(2), Notice: &dealstate.NoticePeriod{Delay: *days(5)},
			Join: &dealstate.Join{Delay: *days(4), From: dealstate.FromForce}}, 4_000},
		"window": {dealstate.Agreement{Parties: three, Effect: days(8), Term: days(4),
			Approval: condition.All(most, condition.Reached(june(12)), condition.Not(condition.Reached(june(15))))}, 4_000},
		"floor": {dealstate.Agreement{Parties: two, Deadline: june(12), Effect: &dealstate.Delay{NotBefore: june(15)}, Term: days(4)}, 10_000},
		"duties": {dealstate.Agreement{Parties: two, Term: days(9), Timers: []dealstate.OwnTimer{{ID: "grace", After: *days(4)}},
			Commitments: []dealstate.Commitment{{ID: "soon", Party: "us", Deadline: june(13)}, {ID: "then", Party: "china", Within: days(2)}},
			Lifecycle: &dealstate.Lifecycle{Extends: "standard", States: []dealstate.State{"late"}, InForce: []dealstate.State{"late"}, Rules: []dealstate.Rule{
				{ID: "be_late", On: dealstate.Overdue, From: []dealstate.State{dealstate.StateImplemented}, To: "late", Order: -1},
				{ID: "snap", On: dealstate.Timer("grace"), From: []dealstate.State{"late"}, To: dealstate.StateTerminated},
				{ID: "mend", On: dealstate.Perform, From: []dealstate.State{"late"}, To: dealstate.StateImplemented, Order: -1}}}}, 4_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			of.ID = "x"
			m, err := dealstate.Compile(of.Agreement)
			require.NoError(t, err)
			requireOneFutureAKey(t, Beginning(m, dealstate.Strict, june(10)), of.least)
		})
	}
}

func requireOneFutureAKey(t *testing.T, s Start, least int) {
	x, err := newExplorer(t.Context(), s, Search{})
	require.NoError(t, err)
	first := map[string][]int{}
	compared := 0
	for seed := range uint64(proof.Times(40_000, 4_000)) {
		rng := rand.New(rand.NewPCG(seed, 1))
		word := x.randomWord(rng, 1+rng.IntN(8))
		key := x.keyAfter(word)
		other, seen := first[key]
		if !seen {
			first[key] = word
			continue
		}
		compared++
		more := x.randomWord(rng, 6)
		require.Equal(t, x.tell(other, more), x.tell(word, more), "%v and %v, then %v", x.pathOf(other), x.pathOf(word), x.pathOf(more))
	}
	require.Greater(t, compared, proof.Times(least, least/20))
}

func (x *explorer) randomWord(rng *rand.Rand, n int) []int {
	word := make([]int, n)
	for i := range word {
		word[i] = rng.IntN(len(x.Inputs))
		if rng.IntN(3) == 0 {
			word[i] = 0 // time passes
		}
	}
	return word
}

func (x *explorer) keyAfter(word []int) string {
	x.here.Set(x.start.cursor)
	for _, input := range word {
		x.apply(x.here, input)
	}
	return string(x.here.AppendKey(nil))
}

// tell says what each of the further inputs does.
func (x *explorer) tell(word, more []int) (told []string) {
	x.keyAfter(word)
	for _, input := range more {
		before := x.here.Now()
		outcome := x.apply(x.here, input)
		told = append(told, fmt.Sprint(outcome, x.here.State(), x.here.Verdict(), x.here.Now().Sub(before)))
	}
	return told
}

// How long ago a clock fired makes no difference to what can follow; if the key
// told, every situation would be new for as long as time passes.
func TestALapsedDealIsTheSameAMonthLaterSoExplorationEnds(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(dealstate.Agreement{ID: "x", Parties: []dealstate.Party{{ID: "us"}, {ID: "china"}}, Deadline: time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	c := m.Cursor(dealstate.Strict)
	c.Advance(time.Date(2025, 7, 2, 0, 0, 0, 0, time.UTC))
	one := c.AppendKey(nil)
	c.Advance(time.Date(2025, 8, 2, 0, 0, 0, 0, time.UTC))
	require.Equal(t, one, c.AppendKey(nil))
	// Weeks go on passing when no clock runs any more.
	inputs := []Input{{Wait: 7 * 24 * time.Hour}}
	for _, l := range Alphabet(m.Agreement()) {
		if l.Event.Kind != dealstate.Extend { // which would put the deadline off for ever
			inputs = append(inputs, l)
		}
	}
	june := Beginning(m, dealstate.Strict, time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC))
	x, err := Paths(context.Background(), june, Search{Alphabet: inputs})
	require.NoError(t, err)
	require.True(t, x.Complete)
}
