package analytics_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// many is an agreement of five parties, three of which suffice.
func many() dealstate.Agreement {
	a := dealstate.Agreement{ID: "many", Approval: condition.Count(condition.AtLeast(3), ""), Effect: &dealstate.Delay{Days: 10}, Term: &dealstate.Delay{Months: 3}}
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		a.Parties = append(a.Parties, dealstate.Party{ID: id, Name: "Party " + id})
	}
	a.Commitments = []dealstate.Commitment{{ID: "tariffs", Party: "a", Title: "Lower tariffs"}}
	return a
}

// withDeadline is London with a deadline, so that clocks fire.
func withDeadline() dealstate.Agreement {
	a := uschina.London()
	a.ID, a.Deadline, a.Term = "london-deadline", at("2025-07-01T00:00:00Z"), &dealstate.Delay{Months: 2}
	return a
}

// deals gives n generated deals an agreement, each under an id of its own.
func deals(t *testing.T, style dealtest.Style, n, events int) []*dealstate.Deal {
	t.Helper()
	var all []*dealstate.Deal
	for _, a := range []dealstate.Agreement{uschina.London(), withDeadline(), many()} {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		id := a.ID
		for seed := range n {
			a.ID = fmt.Sprintf("%s-%03d", id, seed)
			log, err := dealtest.Log(a, style, uint64(seed), events)
			require.NoError(t, err)
			of, ok := m.For(a)
			require.True(t, ok)
			d, err := loadInto(of, dealstate.Strict, log)
			require.NoError(t, err)
			all = append(all, d)
		}
	}
	return all
}

func generated(t *testing.T, a dealstate.Agreement, style dealtest.Style, seed uint64, events int) *dealstate.Deal {
	t.Helper()
	log, err := dealtest.Log(a, style, seed, events)
	require.NoError(t, err)
	d, err := load(a, dealstate.Strict, log)
	require.NoError(t, err)
	return d
}

func load(a dealstate.Agreement, p dealstate.Policy, log []dealstate.Event) (*dealstate.Deal, error) {
	m, err := dealstate.Compile(a)
	if err != nil {
		return nil, err
	}
	return loadInto(m, p, log)
}

func loadInto(m *dealstate.Machine, p dealstate.Policy, log []dealstate.Event) (*dealstate.Deal, error) {
	return m.Load(p, func(yield func(dealstate.Event, error) bool) {
		for _, e := range log {
			if !yield(e, nil) {
				return
			}
		}
	})
}

func london(t *testing.T, p dealstate.Policy) *dealstate.Deal {
	t.Helper()
	d, err := uschina.Open(uschina.London(), p)
	require.NoError(t, err)
	return d
}

// mixed deals the decisions of all deals out in turns, each deal's in their order.
func mixed(all []*dealstate.Deal) []dealstate.Decision {
	var out []dealstate.Decision
	rest := make([][]dealstate.Decision, len(all))
	left := 0
	for i, d := range all {
		rest[i] = slices.Collect(d.Decisions())
		left += len(rest[i])
	}
	for i := 0; left > 0; i++ {
		if r := &rest[i%len(rest)]; len(*r) > 0 {
			out = append(out, (*r)[0])
			*r = (*r)[1:]
			left--
		}
	}
	return out
}
