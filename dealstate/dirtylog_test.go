package dealstate_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// Short names for what package dirtylog makes.
var (
	dayOne          = dirtylog.DayOne
	bothSides       = dirtylog.BothSides
	fiveParties     = dirtylog.FiveParties
	dirtyAgreements = slices.Concat(dirtylog.Standard, dirtylog.Intricate)
)

func onDay(n int) time.Time                       { return dirtylog.OnDay(n) }
func pledges(of ...string) []dealstate.Commitment { return dirtylog.Pledges(of...) }
func pick[T any](rng *rand.Rand, from []T) T      { return dirtylog.Pick(rng, from) }

// dirtyLog makes a log of n events, in no order.
func dirtyLog(rng *rand.Rand, a dealstate.Agreement, n int) []dealstate.Event {
	return dirtylog.Log(rng, a, a.ID, n, dirtylog.Kinds)
}

// history is an agreement with a whole log of it.
type history struct {
	agreement dealstate.Agreement
	events    []dealstate.Event
}

// machines holds what history.machine compiled, by the agreement's JSON: all tests together
// have thousands of histories, of a few dozen agreements. A machine never changes.
var machines sync.Map

func (h history) machine(t testing.TB) *dealstate.Machine {
	t.Helper()
	key := toJSON(t, h.agreement)
	if m, ok := machines.Load(key); ok {
		return m.(*dealstate.Machine)
	}
	m := machine(t, h.agreement)
	machines.Store(key, m)
	return m
}

// dirtyHistories gives logs of every dirty agreement.
func dirtyHistories(seed uint64, logs, n int) []history {
	rng := rand.New(rand.NewPCG(seed, 1))
	var all []history
	for _, a := range dirtyAgreements {
		for range logs {
			all = append(all, history{a, dirtyLog(rng, a, n)})
		}
	}
	return all
}

// ofTimers gives logs of the agreements that have timers of their own.
func ofTimers(seed uint64, logs, n int) (all []history) {
	for _, h := range dirtyHistories(seed, logs, n) {
		if len(h.agreement.Timers) > 0 {
			all = append(all, h)
		}
	}
	return all
}

// begun gives the history of a deal that came into force before what its log tells, in
// which clocks of deals in force come due more often.
func (h history) begun() history {
	start := []dealstate.Event{{ID: "go", Kind: dealstate.Implement, Role: dealstate.Instrument, At: onDay(-1)}}
	for _, p := range h.agreement.Parties {
		for _, k := range []dealstate.Kind{dealstate.Sign, dealstate.Approve} {
			start = append(start, dealstate.Event{ID: k.String() + "-" + p.ID, Kind: k, Party: p.ID, Role: dealstate.Instrument, At: onDay(-2)})
		}
	}
	for i := range start {
		start[i].Deal = h.agreement.ID
	}
	return history{h.agreement, append(start, h.events...)}
}

// realHistories gives the embedded US–China logs.
func realHistories(t testing.TB) []history {
	t.Helper()
	var all []history
	for _, a := range uschina.Agreements() {
		h := history{agreement: a}
		for e, err := range uschina.Events() {
			require.NoError(t, err)
			if e.Deal == a.ID {
				h.events = append(h.events, e)
			}
		}
		require.NotEmpty(t, h.events)
		all = append(all, h)
	}
	return all
}

func shuffled(rng *rand.Rand, events []dealstate.Event) []dealstate.Event {
	events = slices.Clone(events)
	rng.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	return events
}

func recordAll(t testing.TB, d *dealstate.Deal, events []dealstate.Event) {
	t.Helper()
	for _, e := range events {
		_, err := d.Record(e)
		require.NoError(t, err, e.ID)
	}
}

func toJSON(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}

// allOf is everything a deal can be asked, as text.
func allOf(t testing.TB, d *dealstate.Deal) string {
	t.Helper()
	return toJSON(t, d.Latest()) + toJSON(t, slices.Collect(d.Decisions())) + toJSON(t, slices.Collect(d.Events())) + d.Explain()
}
