package proof_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

func TestTheVariableAsksForTheWholeProof(t *testing.T) {
	for value, want := range map[string]int{"": 40, "0": 40, "1": 400} {
		t.Setenv(proof.Variable, value)
		require.Equal(t, want, proof.Times(400, 40), "%q", value)
		require.Equal(t, value == "1", proof.Whole(), "%q", value)
	}
}

func TestAnotherValueIsNotTakenForEither(t *testing.T) {
	t.Setenv(proof.Variable, "yes")
	require.PanicsWithValue(t, `DEALSTATE_PROOF is "yes"; want 1 for the whole proof, 0 or nothing for the short run`, func() { proof.Whole() })
}

func TestAShortRunIsAPartOfTheProof(t *testing.T) {
	for _, value := range []string{"", "1"} {
		t.Setenv(proof.Variable, value)
		require.Panics(t, func() { proof.Times(400, 0) }, "%q", value)
		require.Panics(t, func() { proof.Times(400, 401) }, "%q", value)
		require.Equal(t, 7, proof.Times(7, 7), "%q", value)
	}
}

func TestProcessorTimeGrowsWithWork(t *testing.T) {
	before := proof.CPU()
	for proof.CPU() == before { // ends, for to ask is work too
	}
	require.Greater(t, proof.CPU(), before)
}
