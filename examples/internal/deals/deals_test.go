package deals_test

import (
	"testing"
	"time"

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

func TestTheRecordEndsWithItsLastReport(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"london": "2026-06-02", "busan": "2026-06-02", "turnberry": "2026-07-01", "india": "2026-06-02", "mercosur": "2026-05-08"} {
		d, err := deals.Find(name)
		require.NoError(t, err)
		end, err := d.RecordEnds()
		require.NoError(t, err)
		require.Equal(t, want, end.Format(time.DateOnly), name)
		deal, err := d.Open(dealstate.Strict)
		require.NoError(t, err)
		for e := range deal.Events() {
			require.False(t, e.Recorded.After(end), e.ID)
		}
	}
}
