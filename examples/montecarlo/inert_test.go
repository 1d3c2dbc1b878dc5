package main

import (
	"context"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

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

func TestAStrangersTitleForgesNoLine(t *testing.T) {
	t.Parallel()
	o, err := parseFlags([]string{"-n", "200"}, nil)
	require.NoError(t, err)
	o.deal.Agreement.Title = hostile
	var out strings.Builder
	require.NoError(t, tell(context.Background(), &out, o))
	requireInert(t, out.String())
	require.Contains(t, out.String(), render.Inert(hostile))
}
