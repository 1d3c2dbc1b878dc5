package jetstream_test

import (
	"testing"

	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/jetstream"
	"github.com/fe115bb3/dealtracker/dealstate/tracker/trackertest"
)

// After a crash of its process a tracker has a new connection, and a store that knows nothing.
// Another tracker has a connection and a store of its own, as another process has.
func TestLaw14ATrackerOverThreeServersKeepsItsPromises(t *testing.T) {
	t.Parallel()
	c := start(t, 3, always)
	o := jetstream.Options{Replicas: 3}
	anew := func(t testing.TB, j journal.Journal) journal.Journal {
		return open(t, connect(t, c.urls()), j.(*jetstream.Store).Stream(), o)
	}
	trackertest.Run(t, trackertest.Store{
		Rounds: proof.Times(12, 2),
		Fresh:  func(t testing.TB) journal.Journal { return open(t, connect(t, c.urls()), fresh(), o) },
		Again:  anew,
		Beside: anew,
	})
}
