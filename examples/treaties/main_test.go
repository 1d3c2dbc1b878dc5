package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

func TestEveryTreatyIsDatedAsItsEvidenceAllows(t *testing.T) {
	t.Parallel()
	treaties, err := load()
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(treaties), 13)
	view, err := dealstate.ParseView("2026-06-30", "", "strict")
	require.NoError(t, err)
	for _, treaty := range treaties {
		trigger, force, s, err := treaty.dates(view)
		require.NoError(t, err, treaty.ID)
		require.NotEmpty(t, treaty.Source, treaty.ID)
		if treaty.Evidence == "short list" {
			require.NotEqual(t, treaty.Official, force, "%s: the list is not short after all", treaty.ID)
			require.Equal(t, dealstate.ReasonIncomplete, s.Warnings[0].Code, treaty.ID)
			continue
		}
		for _, w := range s.Warnings { // a clock brought it into force, and nothing is on record since
			require.Equal(t, dealstate.ReasonRecordEnds, w.Code, treaty.ID)
		}
		require.Equal(t, orDash(treaty.Trigger), trigger, treaty.ID)
		require.Equal(t, orDash(treaty.Official), force, treaty.ID)
	}
}

func TestPartiesOfATreatyAreBoundFromTheirOwnDate(t *testing.T) {
	t.Parallel()
	treaties, err := load()
	require.NoError(t, err)
	view, err := dealstate.ParseView("2018-01-01", "", "strict")
	require.NoError(t, err)
	s, err := treaties[0].at(view)
	require.NoError(t, err)
	for party, from := range map[string]string{"fiji": "2016-11-04", "france": "2016-11-04", "slovakia": "2016-11-04", "japan": "2016-12-08"} {
		p, ok := s.Party(party)
		require.True(t, ok, party)
		require.Equal(t, from, p.InForce.Format("2006-01-02"), party)
	}
}

func TestAMismatchExitsWithOne(t *testing.T) {
	t.Parallel()
	treaties, err := load()
	require.NoError(t, err)
	treaties[0].Official = "2016-11-05"
	var out bytes.Buffer
	wrong, err := compare(&out, treaties, dealstate.View{Policy: dealstate.Strict})
	require.NoError(t, err)
	require.Positive(t, wrong)
	require.Contains(t, out.String(), "WRONG")
}

func TestBeforeItsTimeNoTreatyIsWrong(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	require.Zero(t, run([]string{"-asof", "1990-01-01"}, &stdout, &stderr), stderr.String())
	require.Equal(t, 13, strings.Count(stdout.String(), "not yet")) // all but VCLT, CTBT and Rush–Bagot
}

func TestWhatWasNotKnownYetIsNotWrong(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	require.Zero(t, run([]string{"-known", "1900-01-01"}, &stdout, &stderr), stderr.String())
	require.Contains(t, stdout.String(), "not known then")
	require.NotContains(t, stdout.String(), "WRONG")
}

func TestTheTableIsPrinted(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	require.Zero(t, run(nil, &stdout, &stderr), stderr.String())
	for _, want := range []string{
		"2005-02-16  to the day",
		"1994-11-16  FLAGGED, the list is short",
		"ctbt: 35 of the 44 needed in annex-2 (pending); missing: china, egypt, india, iran, israel, north-korea, pakistan, russia, united-states.",
		"2016-10-04                awaiting_approvals  all of [63 of the 55 needed in state (met); 52.11 % of the 55 % of the weight needed",
		"2016-10-05                approved",
		"2016-10-05, known then    awaiting_approvals",
	} {
		require.Contains(t, stdout.String(), want)
	}
}

func TestOneTreatyIsExplained(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	require.Zero(t, run(strings.Fields("-explain paris -asof 2016-10-04"), &stdout, &stderr), stderr.String())
	require.Less(t, strings.Count(stdout.String(), "\n"), 12)
	require.Contains(t, stdout.String(), "Shortest way to meet it: 1 more, such as Russia.")
}

func TestWrongFlagsAreExplained(t *testing.T) {
	t.Parallel()
	for args, code := range map[string]int{"-asof never": 2, "paris": 2, "-explain geneva": 1, "-nope": 2} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, code, run(strings.Fields(args), &stdout, &stderr), args)
		require.NotEmpty(t, stderr.String())
	}
}
