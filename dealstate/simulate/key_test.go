package simulate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// Where two paths lead to the same key, whatever follows must come out alike.
func TestSituationsOfOneKeyHaveOneFuture(t *testing.T) {
	t.Parallel()
	june := time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC)
	m, err := dealstate.Compile(dealstate.Agreement{ID: "x", Parties: []dealstate.Party{{ID: "us"}, {ID: "china"}},
		Commitments: []dealstate.Commitment{{ID: "pledge", Party: "us"}}, Deadline: june.AddDate(0, 0, 10),
		Effect: &dealstate.Delay{Days: 3}, Term: &dealstate.Delay{Days: 15}})
	require.NoError(t, err)
	x, err := newExplorer(t.Context(), Beginning(m, dealstate.Strict, june), Search{})
	require.NoError(t, err)
	first := map[string][]int{}
	compared := 0
	for seed := range uint64(proof.Times(40_000, 15_000)) {
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
	require.Greater(t, compared, 10_000)
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
