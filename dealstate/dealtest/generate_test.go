package dealtest_test

import (
	"encoding/json"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func agreements(t testing.TB) []dealstate.Agreement {
	t.Helper()
	truce, err := dealtest.Resolve(scenario.Ref{File: "truce.json"}, "testdata")
	require.NoError(t, err)
	alone := dealstate.Agreement{ID: "alone", Parties: []dealstate.Party{{ID: "fiji"}}, Deadline: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}
	return append(uschina.Agreements(), truce, alone)
}

// each goes through logs of every agreement.
func each(t *testing.T, s dealtest.Style, visit func(a dealstate.Agreement, log []dealstate.Event)) {
	t.Helper()
	eachOf(t, agreements(t), s, proof.Times(20, 6), visit)
}

func eachOf(t *testing.T, all []dealstate.Agreement, s dealtest.Style, seeds int, visit func(a dealstate.Agreement, log []dealstate.Event)) {
	t.Helper()
	for _, a := range all {
		for seed := range uint64(seeds) {
			log, err := dealtest.Log(a, s, seed, 40)
			require.NoError(t, err)
			require.NotEmpty(t, log)
			visit(a, log)
		}
	}
}

func TestEveryEventOfAValidLogIsApplied(t *testing.T) {
	t.Parallel()
	total := 0
	each(t, dealtest.Valid, func(a dealstate.Agreement, log []dealstate.Event) {
		d, err := dealstate.New(a, dealstate.Strict)
		require.NoError(t, err)
		for _, e := range log {
			require.NoError(t, d.Apply(e))
		}
		total += len(log)
	})
	require.Greater(t, total, proof.Times(20, 6)*7*20, "logs are of half their length at least, on the average")
}

func TestEveryEventOfEveryLogIsAdmitted(t *testing.T) {
	t.Parallel()
	for _, s := range dealtest.Styles() {
		each(t, s, func(a dealstate.Agreement, log []dealstate.Event) {
			m, err := dealstate.Compile(a)
			require.NoError(t, err)
			for _, e := range log {
				require.NoError(t, m.Admit(e))
			}
			if s != dealtest.Valid {
				require.Len(t, log, 40)
			}
			_, _, err = m.Fold(log, dealstate.View{})
			require.NoError(t, err)
		})
	}
}

func TestDirtyAndAdversarialLogsHoldWhatTheyPromise(t *testing.T) {
	t.Parallel()
	for _, s := range []dealtest.Style{dealtest.Dirty, dealtest.Adversarial} {
		seen := map[string]bool{}
		each(t, s, func(a dealstate.Agreement, log []dealstate.Event) {
			d, err := dealstate.New(a, dealstate.Strict)
			require.NoError(t, err)
			for _, e := range log {
				did, err := d.Record(e)
				require.NoError(t, err)
				note(seen, did)
			}
			for did := range d.Decisions() {
				note(seen, did)
			}
		})
		for _, word := range []string{"applied", "refused", "noted", "duplicate", "revises", "retracted", "voids", "modality", "policy", "clock"} {
			require.True(t, seen[word], "%s: never %s", s, word)
		}
		if s == dealtest.Adversarial {
			require.True(t, seen["no_target"] && seen["circular"] && seen["revision_mismatch"], "%v", seen)
		}
	}
}

func note(seen map[string]bool, d dealstate.Decision) {
	seen[d.Outcome.String()] = true
	seen["revises"] = seen["revises"] || len(d.Revised) > 0
	for _, r := range d.Reasons {
		seen[r.Code.String()] = true
	}
}

func TestOrderOfArrivalDoesNotMatterToGeneratedLogs(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 1))
	for _, s := range dealtest.Styles() {
		each(t, s, func(a dealstate.Agreement, log []dealstate.Event) {
			m, err := dealstate.Compile(a)
			require.NoError(t, err)
			one, _, err := m.Fold(log, dealstate.View{})
			require.NoError(t, err)
			rng.Shuffle(len(log), func(i, j int) { log[i], log[j] = log[j], log[i] })
			two, _, err := m.Fold(log, dealstate.View{})
			require.NoError(t, err)
			require.Equal(t, one, two)
		})
	}
}

// The sums change when the generator does; a release's notes then say so.
func TestEqualSeedsGiveEqualLogs(t *testing.T) {
	t.Parallel()
	sums := map[string]uint64{}
	for _, s := range dealtest.Styles() {
		h := fnv.New64a()
		eachOf(t, agreements(t)[5:], s, 20, func(a dealstate.Agreement, log []dealstate.Event) {
			text, err := json.Marshal(log)
			require.NoError(t, err)
			h.Write(text)
		})
		sums[s.String()] = h.Sum64()
	}
	text, err := json.MarshalIndent(sums, "", "  ")
	require.NoError(t, err)
	path := filepath.Join("testdata", "sums.json")
	if dealtest.Updating() {
		require.NoError(t, os.WriteFile(path, text, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(text))
}

func TestLogRefusesWhatItCannotMake(t *testing.T) {
	t.Parallel()
	_, err := dealtest.Log(uschina.London(), 0, 1, 10)
	require.EqualError(t, err, "dealtest: style 0 is unknown; want Valid, Dirty or Adversarial")
	_, err = dealtest.Log(dealstate.Agreement{}, dealtest.Valid, 1, 10)
	var field *dealstate.FieldError
	require.ErrorAs(t, err, &field)
	for _, s := range dealtest.Styles() {
		for n := range 3 {
			log, err := dealtest.Log(uschina.London(), s, 1, n)
			require.NoError(t, err)
			require.LessOrEqual(t, len(log), n)
		}
	}
}
