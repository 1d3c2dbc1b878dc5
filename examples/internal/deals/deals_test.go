package deals_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/leaders"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
	"github.com/fe115bb3/dealtracker/examples/internal/deals"
)

func TestEveryRealDealIsListedOnceAndFoundByBothNames(t *testing.T) {
	t.Parallel()
	var listed, real []string
	for _, d := range deals.All() {
		listed = append(listed, d.Agreement.ID)
		for _, name := range []string{d.Name, d.Agreement.ID} {
			found, err := deals.Find(name)
			require.NoError(t, err)
			require.Equal(t, d.Agreement.ID, found.Agreement.ID)
		}
	}
	for _, a := range append(uschina.Agreements(), leaders.Agreements()...) {
		real = append(real, a.ID)
	}
	require.ElementsMatch(t, real, listed)
}

func TestTheEventsAreThoseOfAllDeals(t *testing.T) {
	t.Parallel()
	all := 0
	for _, err := range deals.Events() {
		require.NoError(t, err)
		all++
	}
	for _, d := range deals.All() {
		deal, err := d.Open(dealstate.Strict)
		require.NoError(t, err)
		for range deal.Events() {
			all--
		}
	}
	require.Zero(t, all)
}
