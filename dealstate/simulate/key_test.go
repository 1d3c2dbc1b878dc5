package simulate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Where two paths lead to the same key, whatever follows must come out alike.
// This also fails if the core's key takes another form than reduce reads.
func TestSituationsOfOneKeyHaveOneFuture(t *testing.T) {
	t.Parallel()
	june := time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC)
	m, err := dealstate.Compile(dealstate.Agreement{ID: "x", Parties: []dealstate.Party{{ID: "us"}, {ID: "china"}},
		Commitments: []dealstate.Commitment{{ID: "pledge", Party: "us"}}, Deadline: june.AddDate(0, 0, 10),
		Effect: &dealstate.Delay{Days: 3}, Term: &dealstate.Delay{Days: 15}})
	require.NoError(t, err)
	x, err := newExplorer(Beginning(m, dealstate.Strict, june), Search{})
	require.NoError(t, err)
	first := map[string][]int{}
	compared := 0
	for seed := range uint64(40_000) {
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
		word[i] = rng.IntN(len(x.Letters))
		if rng.IntN(3) == 0 {
			word[i] = 0 // time passes
		}
	}
	return word
}

func (x *explorer) keyAfter(word []int) string {
	x.here.Set(x.start.cursor)
	for _, letter := range word {
		x.take(x.here, letter)
	}
	return string(reduce(x.here.AppendKey(nil), x.start.agreement, x.here.Now()))
}

// tell says what each of the further letters does.
func (x *explorer) tell(word, more []int) (told []string) {
	x.keyAfter(word)
	for _, letter := range more {
		before := x.here.Now()
		outcome := x.take(x.here, letter)
		told = append(told, fmt.Sprint(outcome, x.here.State(), x.here.Verdict(), x.here.Now().Sub(before)))
	}
	return told
}

func TestReduceReadsTheCoresKey(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(dealstate.Agreement{ID: "x", Parties: []dealstate.Party{{ID: "us"}, {ID: "china"}}, Deadline: time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	c := m.Cursor(dealstate.Strict)
	c.Advance(time.Date(2025, 7, 2, 0, 0, 0, 0, time.UTC))
	one := reduce(c.AppendKey(nil), m.Agreement(), c.Now())
	c.Advance(time.Date(2025, 8, 2, 0, 0, 0, 0, time.UTC))
	require.Equal(t, one, reduce(c.AppendKey(nil), m.Agreement(), c.Now()), "a lapsed deal is the same a month later")
	require.Equal(t, []byte("odd"), reduce([]byte("odd"), m.Agreement(), c.Now()))
	x, err := Paths(context.Background(), Beginning(m, dealstate.Strict, time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)), Search{})
	require.NoError(t, err)
	require.True(t, x.Complete)
}
