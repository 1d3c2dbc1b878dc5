package dealstate_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
)

// A machine that shares another's tables gives what one of its own would.
func TestAnAlikeMachineAnswersAsIfCompiledForItself(t *testing.T) {
	t.Parallel()
	for i, a := range slices.Concat(dirtylog.Agreements, dirtylog.Intricate) {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		other := a
		other.ID, other.Title, other.Implements, other.Deadline = "other", "Another text", []string{"first"}, dirtylog.OnDay(8)
		own, err := dealstate.Compile(other)
		require.NoError(t, err)
		alike, ok := m.For(other)
		require.True(t, ok)
		require.Equal(t, own.Agreement(), alike.Agreement())
		require.Equal(t, a.ID, m.Agreement().ID, "the first is as it was")
		require.Equal(t, own.Clocks(), alike.Clocks())
		rng := rand.New(rand.NewPCG(uint64(i), 3))
		for range 5 {
			log := dirtylog.Log(rng, other, other.ID, 15, dirtylog.Kinds)
			want, decided, err := own.Fold(log, dealstate.View{Policy: dealstate.Official})
			require.NoError(t, err)
			got, alsoDecided, err := alike.Fold(log, dealstate.View{Policy: dealstate.Official})
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.Equal(t, decided, alsoDecided)
			loaded := alike.NewDeal(dealstate.Official)
			for _, e := range log {
				_, err := loaded.Record(e)
				require.NoError(t, err)
			}
			require.Equal(t, want, loaded.Latest())
		}
	}
}

func TestAnAgreementThatDiffersInMoreOrIsNotValidIsNotAlike(t *testing.T) {
	t.Parallel()
	a := dirtylog.Standard[1]
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	for name, change := range map[string]func(*dealstate.Agreement){
		"an alias":     func(a *dealstate.Agreement) { a.Parties[0].Aliases = []string{"T."} },
		"a party":      func(a *dealstate.Agreement) { a.Parties = a.Parties[:1] },
		"no parties":   func(a *dealstate.Agreement) { a.Parties = nil },
		"the term":     func(a *dealstate.Agreement) { a.Term = &dealstate.Delay{Days: 9} },
		"no id":        func(a *dealstate.Agreement) { a.ID = "" },
		"itself":       func(a *dealstate.Agreement) { a.Implements = []string{a.ID} },
		"a commitment": func(a *dealstate.Agreement) { a.Commitments[0].Title = "tariffs" },
	} {
		other := m.Agreement()
		change(&other)
		_, ok := m.For(other)
		require.False(t, ok, name)
	}
	_, ok := m.For(a)
	require.True(t, ok, "as it is")
}
