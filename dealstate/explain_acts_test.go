package dealstate_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

func TestExplanationTellsNoticesSuspensionsAndFailures(t *testing.T) {
	t.Parallel()
	m, err := dealstate.ReadMachine(strings.NewReader(`{"id":"d","parties":[{"id":"a","name":"Ada"},{"id":"b"},{"id":"c"}],"effect":{"days":0},"notice":{"months":12},
		"commitments":[{"id":"pay","party":"a","deadline":"2025-01-10T00:00:00Z"},{"id":"ship","party":"b"}]}`))
	require.NoError(t, err)
	var log []dealstate.Event
	for e, err := range dealstate.ReadEvents(strings.NewReader(`{"id":"s","deal":"d","kind":"sign","party":"c","role":"instrument","at":"2025-01-01T00:00:00Z"}
{"id":"p","deal":"d","kind":"apply","party":"c","role":"instrument","at":"2025-01-01T00:00:00Z"}
{"id":"a","deal":"d","kind":"approve","party":"a","role":"instrument","at":"2025-01-02T00:00:00Z"}
{"id":"b","deal":"d","kind":"approve","party":"b","role":"instrument","at":"2025-01-02T00:00:00Z"}
{"id":"c","deal":"d","kind":"approve","party":"c","role":"instrument","at":"2025-01-03T00:00:00Z"}
{"id":"w","deal":"d","kind":"withdraw","party":"a","role":"instrument","at":"2025-02-01T00:00:00Z"}
{"id":"x","deal":"d","kind":"suspend","party":"b","role":"instrument","at":"2025-02-02T00:00:00Z"}
{"id":"y","deal":"d","kind":"breach","party":"b","commitment":"ship","role":"instrument","at":"2025-02-03T00:00:00Z"}
`), m.Admit) {
		require.NoError(t, err)
		log = append(log, e)
	}
	at := func(day string) string {
		view, err := dealstate.ParseView(day, "", "strict")
		require.NoError(t, err)
		s, _, err := m.Fold(log, view)
		require.NoError(t, err)
		return s.Explain()
	}
	before, later := at("2025-01-02"), at("2025-02-03")
	require.Contains(t, before, "Signed by: c.\nApplied provisionally by: c.\n")
	require.NotContains(t, before, "Under notice")
	require.Contains(t, later, "Suspended by: b.\nUnder notice: Ada leaves on 1 February 2026.\nCommitments: Ada has performed 0 of 1; b has performed 0 of 1.\n"+
		"  Of these, pay of Ada overdue since 10 January 2025, ship of b broken on 3 February 2025 (y).\n")
	require.NotContains(t, later, "Signed by")
}
