package render_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// clockLinesOf are the lines of a timeline that name clocks.
func clockLinesOf(t *testing.T, a dealstate.Agreement, asOf time.Time, events ...dealstate.Event) (lines []string) {
	t.Helper()
	deal, err := dealstate.New(a, dealstate.Strict)
	require.NoError(t, err)
	for _, e := range events {
		e.Deal, e.Role = a.ID, dealstate.Instrument
		_, err := deal.Record(e)
		require.NoError(t, err)
	}
	var b strings.Builder
	require.NoError(t, render.Timeline{Replays: []render.Replay{render.ReplayOf(deal, dealstate.View{AsOf: asOf})}}.Text(&b, render.Plain))
	axis, _, _ := strings.Cut(b.String(), "\n\n")
	for line := range strings.Lines(axis) {
		if words, is := strings.CutPrefix(line, "◷ "); is {
			lines = append(lines, strings.TrimSpace(words))
		}
	}
	return lines
}

func quota() dealstate.Agreement {
	return dealstate.Agreement{ID: "trio", Parties: []dealstate.Party{{ID: "a"}, {ID: "b"}, {ID: "c"}}}
}

func onDay(month time.Month, day int) time.Time {
	return time.Date(2025, month, day, 0, 0, 0, 0, time.UTC)
}

// The deadline that is in force is named beside a clock of the same instant, and one that an
// extension has moved is said to be an earlier one.
func TestTheTimelineNamesTheDeadlineInForce(t *testing.T) {
	t.Parallel()
	a := quota()
	a.Deadline = onDay(10, 1)
	a.Commitments = []dealstate.Commitment{{ID: "b-quota", Party: "b", Deadline: onDay(12, 32)}}
	require.Equal(t, []string{"earlier deadline end of 30 Sep 2025", "deadline end of 31 Dec 2025", "overdue of b-quota due end of 31 Dec 2025"},
		clockLinesOf(t, a, onDay(11, 10), dealstate.Event{ID: "n", Kind: dealstate.Negotiate, At: onDay(6, 2)},
			dealstate.Event{ID: "x", Kind: dealstate.Extend, At: onDay(9, 20), Until: onDay(12, 32)}))
}

// A deal that is over has no deadline ahead.
func TestTheTimelineOfADealThatIsOverNamesNoDeadlineBehindItsEnd(t *testing.T) {
	t.Parallel()
	a := quota()
	a.Deadline = onDay(4, 1)
	require.Empty(t, clockLinesOf(t, a, onDay(3, 10), dealstate.Event{ID: "n", Kind: dealstate.Negotiate, At: onDay(1, 2)},
		dealstate.Event{ID: "end", Kind: dealstate.Terminate, At: onDay(2, 28)}))
}
