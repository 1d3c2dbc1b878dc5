package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

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

// joining is what each treaty's own article says of a party whose deposit comes after
// the one that brought the treaty into force: so many days after its own deposit.
var joining = map[string]int{
	"paris": 30, "kyoto": 90, "cbd": 90, "unfccc": 90, "stockholm-pops": 90, "cartagena": 90, "rotterdam": 90,
	"unclos": 30, // article 308(2): not the twelve months of the first sixty
	"vclt":   30, "basel": 90, "rcep": 60, "bbnj": 30, "wto-fisheries": 0, "wto-tfa": 0, "rush-bagot": 0,
}

// Every party that has deposited once, and never left, is bound from the day that the
// calendar gives: computed here from the deposits alone, by dates.
func TestEveryPartyOfEveryTreatyIsBoundFromItsOwnDate(t *testing.T) {
	t.Parallel()
	treaties, err := load()
	require.NoError(t, err)
	view, err := dealstate.ParseView("2026-06-30", "", "strict")
	require.NoError(t, err)
	late := map[string]int{}
	for _, treaty := range treaties {
		trigger, _, s, err := treaty.dates(view)
		require.NoError(t, err)
		for _, p := range s.Parties {
			deposit, once := treaty.onlyDeposit(p.Party)
			if s.InForce.IsZero() || !once {
				continue
			}
			want := s.InForce
			if deposit.Format(time.DateOnly) > trigger {
				if own := deposit.AddDate(0, 0, joining[treaty.ID]); own.After(want) {
					want = own
				}
				late[treaty.ID]++
			}
			require.Equal(t, want, p.InForce, "%s: %s deposited on %s", treaty.ID, p.Party, deposit.Format(time.DateOnly))
		}
	}
	require.Equal(t, 166-60, late["unclos"], "all deposits on the list but the first sixty")
	require.Greater(t, late["paris"], 80)
}

// onlyDeposit is a party's deposit, if it is the only thing that it ever did.
func (t *treaty) onlyDeposit(party string) (at time.Time, once bool) {
	acts := 0
	for _, e := range t.events {
		if e.Party == party {
			acts++
			at = e.At
		}
	}
	return at, acts == 1
}

func TestAPartyUnderNoticeIsBoundUntilItLeaves(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ treaty, party, asOf, inForce, leaves string }{
		{"paris", "united-states", "2020-11-03", "2016-11-04", "2020-11-04"}, // article 28(2): a year after the notice
		{"paris", "united-states", "2020-11-04", "", ""},
		{"paris", "united-states", "2021-02-19", "2021-02-19", ""}, // thirty days after it joined anew
		{"paris", "united-states", "2025-06-30", "2021-02-19", "2026-01-27"},
		{"paris", "united-states", "2026-01-27", "", ""},
		{"kyoto", "canada", "2012-12-14", "2005-02-16", "2012-12-15"}, // article 27(2)
		{"kyoto", "canada", "2012-12-15", "", ""},
		{"rush-bagot", "united-states", "1864-12-31", "1817-04-29", "1865-05-23"}, // six months
		{"rush-bagot", "united-states", "1865-12-31", "1817-04-29", ""},           // revoked in time: it never ceased to be bound
	} {
		s := standing(t, row.treaty, row.asOf, "")
		p, ok := s.Party(row.party)
		require.True(t, ok)
		require.Equal(t, row.inForce, date(p.InForce), "%+v", row)
		require.Equal(t, row.leaves, date(p.Leaves), "%+v", row)
	}
	require.Equal(t, dealstate.StateImplemented, standing(t, "rush-bagot", "1900-01-01", "").State)
	require.Equal(t, dealstate.StateTerminated, standing(t, "rush-bagot", "1865-06-01", "1865-06-01").State, "as London had to read it, before Washington confirmed")
}

func standing(t *testing.T, id, asOf, known string) dealstate.Snapshot {
	t.Helper()
	treaties, err := load()
	require.NoError(t, err)
	view, err := dealstate.ParseView(asOf, known, "strict")
	require.NoError(t, err)
	for _, treaty := range treaties {
		if treaty.ID == id {
			s, err := treaty.at(view)
			require.NoError(t, err)
			return s
		}
	}
	require.FailNow(t, "no treaty "+id)
	return dealstate.Snapshot{}
}

func date(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(time.DateOnly)
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

// A deposit that came too late is on record, and is not said to be lacking.
func TestARefusedDepositIsExplained(t *testing.T) {
	t.Parallel()
	m, err := dealstate.ReadMachine(strings.NewReader(`{"id":"fish","parties":[{"id":"iceland"},{"id":"norway"}],"deadline":"2025-10-01"}`))
	require.NoError(t, err)
	late := dealstate.Event{ID: "late", Deal: "fish", Kind: dealstate.Approve, Party: "norway", Role: dealstate.Instrument, At: time.Date(2025, 10, 5, 0, 0, 0, 0, time.UTC)}
	var out bytes.Buffer
	require.NoError(t, explain(&out, "fish", []treaty{{ID: "fish", machine: m, events: []dealstate.Event{late}}}, dealstate.View{}))
	require.Contains(t, out.String(), "Approval by norway: given on 5 October 2025 (late), after the deadline: refused")
}

func TestWrongFlagsAreExplained(t *testing.T) {
	t.Parallel()
	for args, code := range map[string]int{"-asof never": 2, "paris": 2, "-explain geneva": 1, "-nope": 2} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, code, run(strings.Fields(args), &stdout, &stderr), args)
		require.NotEmpty(t, stderr.String())
	}
}
