package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
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

func TestNoLogForgesALineOrShiftsAColumn(t *testing.T) {
	t.Parallel()
	const word = "us\u202e\u200b"
	agreement, err := json.Marshal(dealstate.Agreement{ID: "d", Title: hostile, Parties: []dealstate.Party{{ID: word, Name: hostile, Approver: "Xi" + word}},
		Lifecycle: &dealstate.Lifecycle{Initial: "谈判" + word, States: []dealstate.State{"谈判" + word, "中国", "done"}, Rules: []dealstate.Rule{
			{ID: "规则" + word, On: dealstate.Approve, From: []dealstate.State{"谈判" + word}, To: "中国"}, {ID: "end", On: dealstate.Implement, From: []dealstate.State{"中国"}, To: "done"}}}})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "agreement.json")
	require.NoError(t, os.WriteFile(file, agreement, 0o600))
	var log strings.Builder
	for _, kind := range []dealstate.Kind{dealstate.Note, dealstate.Approve, dealstate.Approve} {
		line, err := json.Marshal(dealstate.Event{ID: kind.String() + word + log.String()[:min(log.Len(), 1)], Deal: "d" + word, Kind: kind, Party: word, By: hostile, Role: dealstate.Instrument,
			At: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), Note: hostile, Source: dealstate.Source{Publisher: hostile}})
		require.NoError(t, err)
		log.Write(append(line, '\n'))
	}
	log.WriteString(`{"id":"` + word + `\u001b[2J x","deal":"d","` + word + `":1}` + "\n")
	code, stdout, stderr := runPipeline(t, log.String(), false, "-agreement", file, "-skip")
	require.Zero(t, code, stderr)
	requireInert(t, stdout)
	requireInert(t, stderr)
	require.Contains(t, stderr, "the first bad line was")
	require.Contains(t, stdout, "\n  中国"+strings.Repeat(" ", 28)+"         1  █")
	code, _, stderr = runPipeline(t, log.String(), false, "-agreement", file)
	require.Equal(t, 1, code)
	requireInert(t, stderr)
}
