package benchguard

import (
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
)

func otherPairs(t testing.TB) []pair {
	return []pair{
		{Name: "simulate_lives", Begin: func() (ours, reference side) { return living(t), drawing() }},
		{Name: "render_timeline_1000", Begin: func() (ours, reference side) { return timeline(t), encoding(t) }},
	}
}

const lives = 20_000

// living runs the simplest lives: two approvals after two exponential waits.
func living(t testing.TB) side {
	start := simulate.Beginning(parties(t, 2), dealstate.Strict, june)
	model := simulate.Model{Parties: []simulate.Party{
		{Party: "party-000", Wait: simulate.Exponential(20 * 24 * time.Hour)}, {Party: "party-001", Wait: simulate.Exponential(30 * 24 * time.Hour)}}}
	return side{Units: lives, Do: func() {
		_, err := simulate.Run(context.Background(), start, model, simulate.Options{Lives: lives, Until: june.AddDate(1, 0, 0), Workers: 1})
		require.NoError(t, err)
	}}
}

// drawing draws the two waits of a life, and does nothing with them.
func drawing() side {
	rng, sum := rand.New(rand.NewPCG(1, 1)), 0.0
	return side{Units: lives, Do: func() {
		for range lives {
			sum += rng.ExpFloat64() + rng.ExpFloat64()
		}
	}}
}

func timeline(t testing.TB) side {
	m := parties(t, 2)
	replay, err := render.ReplayOfEvents(m, consents(m, 1_000), dealstate.View{})
	require.NoError(t, err)
	return side{Units: 1, Do: func() { require.NoError(t, render.Timeline{Replays: []render.Replay{replay}}.SVG(io.Discard)) }}
}

// encoding writes the same reports as JSON, as plain structs without the library's
// own methods.
func encoding(t testing.TB) side {
	type plain dealstate.Event
	var all []plain
	for _, e := range consents(parties(t, 2), 1_000) {
		e.Modality = dealstate.Asserted // without a method, left out is no value
		all = append(all, plain(e))
	}
	out := json.NewEncoder(io.Discard)
	return side{Units: 1, Do: func() { require.NoError(t, out.Encode(all)) }}
}
