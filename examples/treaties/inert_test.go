package main

import (
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

func TestNoTreatyForgesALineOrShiftsAColumn(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(dealstate.Agreement{ID: "d\u202e", Title: hostile, Incomplete: hostile, Parties: []dealstate.Party{{ID: "us\u202e", Name: hostile}}})
	require.NoError(t, err)
	treaties := []treaty{{ID: "paris", Title: hostile, Rule: hostile, Remark: hostile, machine: m}, {ID: "cn" + hostile, Title: "巴黎协定", Rule: "五十五", Official: "2016-11-04", Evidence: "short list", machine: m}}
	var out strings.Builder
	_, err = compare(&out, treaties, dealstate.View{AsOf: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Policy: dealstate.Strict})
	require.NoError(t, err)
	requireInert(t, out.String())
	rows := strings.Split(out.String(), "\n")
	column := strings.Index(rows[0], "rule") // the header is ASCII
	require.Equal(t, render.Pad("巴黎协定", column)+"五十五", strings.TrimRight(rows[2], " ")[:len(render.Pad("巴黎协定", column)+"五十五")])
}
