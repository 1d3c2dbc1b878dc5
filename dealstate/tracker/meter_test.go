package tracker_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// The package's document names every metric, and no other.
func TestTheDocumentNamesEveryMetric(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "meter.go", nil, 0)
	require.NoError(t, err)
	var names []string
	ast.Inspect(file, func(n ast.Node) bool {
		if of, ok := n.(*ast.BasicLit); ok && of.Kind == token.STRING {
			name, err := strconv.Unquote(of.Value)
			require.NoError(t, err)
			names = append(names, name)
		}
		return true
	})
	text, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	var said []string
	for _, m := range regexp.MustCompile(`(?m)^//\t(tracker_\w+) `).FindAllStringSubmatch(string(text), -1) {
		said = append(said, m[1])
	}
	require.Equal(t, names, said)
}

// A newsroom that says nothing about logging hears of what goes wrong, from both packages.
func TestWithoutALogWhatGoesWrongGoesToTheDefaultOne(t *testing.T) {
	t.Parallel()
	require.Same(t, slog.Default(), tracker.DefaultLog())
}

func TestAMeterIsToldWhatHappens(t *testing.T) {
	t.Parallel()
	meter := &counts{of: map[string]int64{}}
	clock := tracker.NewManual(dirtylog.OnDay(2))
	tr := started(t, &journal.Memory{}, clock, tracker.Options{Meter: meter, Recent: 1, Hot: 1})
	_, err := tr.Add(t.Context(), agreementOf("paris"))
	require.NoError(t, err)
	said := approval("e2", "london", "us", dirtylog.OnDay(1))
	said.Role = dealstate.Press
	_, err = tr.Apply(t.Context(), said)
	require.Error(t, err)
	clock.Advance(30 * 24 * time.Hour)
	late := negotiated("e3", "london") // after the deadline it comes to light that it was approved before
	late.Kind, late.At = dealstate.Approve, dirtylog.OnDay(1)
	for i, party := range []string{"us", "china"} {
		late.ID, late.Party = []string{"e3", "e4"}[i], party
		_, err = tr.Record(t.Context(), late)
		require.NoError(t, err)
	}
	take(t, tr, tracker.Filter{}, 3)
	meter.mu.Lock()
	defer meter.mu.Unlock()
	for _, name := range []string{"tracker_entries", "tracker_revised", "tracker_fired", "tracker_refused", "tracker_loads", "tracker_catch_ups"} {
		require.Positive(t, meter.of[name], "%s of %v", name, slices.Sorted(maps.Keys(meter.of)))
	}
	require.Equal(t, int64(5), meter.of["tracker_entries"])
	for _, name := range []string{"tracker_append_seconds", "tracker_lag_seconds", "tracker_recover_seconds"} {
		require.Positive(t, meter.observed[name], name)
	}
}
