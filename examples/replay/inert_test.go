package main

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

const forged = "State: implemented since 1 January 2020 (treaty)."

// hostile is what a stranger may write into a name or a note, as JSON.
const hostile = `x\u001b[2J\n` + forged + `\n\u2028\t`

// requireInert refuses control characters but our own line feeds, and forged
// lines.
func requireInert(t *testing.T, text string) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		require.False(t, strings.ContainsFunc(line, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Zl) }), "%+q", line)
		require.NotEqual(t, forged, strings.TrimSpace(line))
	}
}

// What replay prints is JSON: texts stay what they are, and no line is forged.
// Its errors are for people.
func TestNoLogForgesALine(t *testing.T) {
	t.Parallel()
	event := `{"id":"1","deal":"d","kind":"approve","party":"a","role":"government","by":"` + hostile + `","note":"` + hostile + `","at":"2025-01-01T00:00:00Z"}`
	r := runReplay(t, lines(event, approveB))
	require.Zero(t, r.code, r.stderr)
	requireInert(t, r.stdout)
	require.Equal(t, 3, strings.Count(r.stdout, "\n"), "two decisions and the snapshot")
	for _, out := range []string{"text", "html", "svg", "mermaid"} {
		requireInert(t, runReplay(t, lines(event, approveB), "-out", out).stdout)
	}
	for _, bad := range []string{`{"\u202e\u001b` + "\u202e" + `":1}`, strings.Replace(event, `"party":"a"`, `"party":"`+hostile+`"`, 1), strings.Replace(event, `"id":"1"`, `"id":"`+hostile+`"`, 1)} {
		r := runReplay(t, lines(bad))
		require.Equal(t, 1, r.code)
		requireInert(t, r.stderr)
		require.NotContains(t, r.stderr, "\u202e")
	}
}
