package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

const forged = "State: implemented since 1 January 2020 (treaty)."

// hostile is what a stranger may write into a name or a note.
const hostile = "x\x1b[2J\n" + forged + "\n\u2028\u202e\u009b31m\ttab"

// requireInert refuses control characters but our own line feeds, and forged
// lines.
func requireInert(t *testing.T, text string) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		require.False(t, strings.ContainsFunc(line, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl) }), "%+q", line)
		require.NotEqual(t, forged, strings.TrimSpace(line))
	}
}

func strangersDeal(t *testing.T) *dealstate.Deal {
	a := dealstate.Agreement{ID: "d\u202e", Title: hostile, Parties: []dealstate.Party{{ID: "us\u202e", Name: hostile, Approver: "Trump\u202e"}, {ID: "中国", Approver: "习近平"}}}
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	deal := m.NewDeal(dealstate.Strict)
	for i, party := range []string{"us\u202e", "中国"} {
		for k, by := range []string{hostile, "外交部发言人"} {
			_, err := deal.Record(dealstate.Event{ID: fmt.Sprintf("%s-%d\u202e", party, k), Deal: a.ID, Kind: dealstate.Approve, Party: party, By: by, Role: dealstate.Government,
				At: time.Date(2025, 6, 10+i, k, 0, 0, 0, time.UTC), Note: hostile, Source: dealstate.Source{Publisher: hostile}})
			require.NoError(t, err)
		}
	}
	return deal
}

func TestNoStrangerForgesALineOrShiftsAColumn(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	deal := strangersDeal(t)
	timeline(&out, deal)
	dates(&out, deal)
	sideBySide(&out, deal)
	requireInert(t, out.String())
	require.Contains(t, out.String(), render.Inert(hostile))
	require.Contains(t, out.String(), "approve us\\u202e  x\\x1b")
	require.Contains(t, out.String(), "approve 中国      外交部发言人, government", "six columns for us and its mark are four for 中国, and two blanks more")
}

func TestAStrangersTitleIsPrintedInert(t *testing.T) {
	t.Parallel()
	o, err := parseFlags(nil, nil)
	require.NoError(t, err)
	o.deal.Agreement.Title = hostile
	var out strings.Builder
	require.NoError(t, tell(&out, o))
	requireInert(t, out.String())
	require.Contains(t, out.String(), render.Inert(hostile))
}
