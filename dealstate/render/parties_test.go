package render_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// ofParties is a deal of n parties, each with a commitment, each of which approves and performs.
func ofParties(tb testing.TB, n int) *dealstate.Deal {
	tb.Helper()
	a := dealstate.Agreement{ID: "many", Approval: condition.Count(condition.AtLeast(int64(n/2)), ""), Effect: &dealstate.Delay{Days: 30}}
	for i := range n {
		id := fmt.Sprintf("p%05d", i)
		a.Parties = append(a.Parties, dealstate.Party{ID: id, Name: "Party " + id, Approver: "Minister " + id})
		a.Commitments = append(a.Commitments, dealstate.Commitment{ID: "c-" + id, Party: id, Title: "What " + id + " owes"})
	}
	m, err := dealstate.Compile(a)
	if err != nil {
		tb.Fatal(err)
	}
	day := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	deal, err := m.Load(dealstate.Strict, func(yield func(dealstate.Event, error) bool) {
		for i, p := range a.Parties {
			at := day.Add(time.Duration(i) * time.Hour)
			if !yield(dealstate.Event{ID: "a" + p.ID, Deal: a.ID, Kind: dealstate.Approve, Party: p.ID, By: p.Approver, Role: dealstate.Approver, At: at}, nil) ||
				!yield(dealstate.Event{ID: "s" + p.ID, Deal: a.ID, Kind: dealstate.Sign, Party: p.ID, Role: dealstate.Instrument, At: at}, nil) ||
				!yield(dealstate.Event{ID: "z" + p.ID, Deal: a.ID, Kind: dealstate.Perform, Party: p.ID, Commitment: "c-" + p.ID, Role: dealstate.Instrument, At: at.AddDate(2, 0, 0)}, nil) {
				return
			}
		}
	})
	if err != nil {
		tb.Fatal(err)
	}
	return deal
}

// The reference is encoding/json, writing the same snapshot and reports.
func BenchmarkParties(b *testing.B) {
	for _, n := range []int{500, 5_000} {
		replay := render.ReplayOf(ofParties(b, n), dealstate.View{})
		for _, of := range []struct {
			name  string
			write func() error
		}{
			{"json", func() error {
				return errors.Join(json.NewEncoder(io.Discard).Encode(replay.Snapshot), json.NewEncoder(io.Discard).Encode(replay.Events))
			}},
			{"explain", func() error { _, err := io.WriteString(io.Discard, replay.Snapshot.Explain()); return err }},
			{"page", func() error { return render.DealPage{Replays: []render.Replay{replay}}.HTML(io.Discard) }},
			{"text", func() error { return render.Timeline{Replays: []render.Replay{replay}}.Text(io.Discard, render.Plain) }},
		} {
			b.Run(fmt.Sprint(of.name, "/", n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := of.write(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/party")
			})
		}
	}
}

// Ten times the parties take ten times the memory: nothing is copied for each of them.
func TestWhatIsToldOfManyPartiesTakesMemoryInProportion(t *testing.T) {
	bytes := func(write func() error) float64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		require.NoError(t, write())
		runtime.ReadMemStats(&after)
		return float64(after.TotalAlloc - before.TotalAlloc)
	}
	few, many := render.ReplayOf(ofParties(t, 200), dealstate.View{}), render.ReplayOf(ofParties(t, 2000), dealstate.View{})
	for name, write := range map[string]func(render.Replay) error{
		"explain": func(r render.Replay) error { _ = r.Snapshot.Explain(); return nil },
		"page":    func(r render.Replay) error { return render.DealPage{Replays: []render.Replay{r, r}}.HTML(io.Discard) },
		"text": func(r render.Replay) error {
			return render.Timeline{Replays: []render.Replay{r}}.Text(io.Discard, render.Plain)
		},
		"board": func(r render.Replay) error {
			return render.Board{Rows: []render.BoardRow{{Replay: r}}}.HTML(io.Discard)
		},
	} {
		require.Less(t, bytes(func() error { return write(many) }), 15*bytes(func() error { return write(few) }), name)
	}
}

// Of many refused approvals a row names the first few, each with its last word, whatever
// the id of the report.
func TestARowNamesAFewRefusedApprovalsAndCountsTheRest(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "d", Deadline: time.Date(2025, 1, 10, 0, 0, 0, 0, time.UTC)}
	var events []dealstate.Event
	for i := range 9 {
		party := string(rune('a' + i))
		a.Parties = append(a.Parties, dealstate.Party{ID: party})
		events = append(events, dealstate.Event{ID: party + strings.Repeat("x", 200), Deal: "d", Kind: dealstate.Approve, Party: party, Role: dealstate.Instrument, At: time.Date(2025, 1, 12, 0, 0, 0, 0, time.UTC)})
	}
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	replay, err := render.ReplayOfEvents(m, events, dealstate.View{})
	require.NoError(t, err)
	var page strings.Builder
	require.NoError(t, render.Board{Rows: []render.BoardRow{{Replay: replay}}}.HTML(&page))
	require.Equal(t, 6, strings.Count(page.String(), "), after the deadline: refused</span>"))
	require.Contains(t, page.String(), "and 3 more refused</span>")
}
