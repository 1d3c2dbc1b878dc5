package scenario_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func TestScenarios(t *testing.T) { dealtest.RunFile(t, "testdata/*.scenario") }

func TestTheDealWaitsForBothPresidents(t *testing.T) {
	s := dealtest.Begin(t, uschina.London())
	s.On("2025-06-20").By("Xi").Approve("china").State("awaiting_trump_approval")
	s.On("2025-06-21").Implement(dealtest.AllSides).Refused("us has not approved")
	s.On("2025-06-22").By("Trump").Approve("us").State(dealstate.StateApproved)
	s.On("2025-06-23").Implement(dealtest.AllSides).State(dealstate.StateImplemented)
}

// The same as a table: go test -run 'TestWhomTheDealWaitsFor/Xi_alone' runs one case.
func TestWhomTheDealWaitsFor(t *testing.T) {
	dealtest.RunCases(t, uschina.London(),
		dealtest.Case{Name: "nobody has approved", Want: "awaiting us, china"},
		dealtest.Case{Name: "Xi alone", Acts: "2025-06-20 approve china by xi", Want: "awaiting us"},
		dealtest.Case{Name: "both, then a new text", Want: "stale us, china", Acts: `
			2025-06-20 approve china by xi
			2025-06-22 approve us by trump
			2025-06-23 amend`})
}

// mayShip is a rule of a user's program that depends on a deal.
func mayShip(s dealstate.Snapshot) bool { return s.State == dealstate.StateImplemented }

func TestNothingShipsWithoutBothApprovalsWhateverIsReported(t *testing.T) {
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	for _, style := range dealtest.Styles() {
		for seed := range uint64(50) {
			log, err := dealtest.Log(m.Agreement(), style, seed, 40)
			require.NoError(t, err)
			snap, _, err := m.Fold(log, dealstate.View{})
			require.NoError(t, err)
			if mayShip(snap) {
				require.Len(t, snap.Approved, 2, "style %s, seed %d", style, seed)
			}
		}
	}
}
