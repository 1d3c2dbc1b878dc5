package dealstate_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

func TestDelayCountsOnTheCalendar(t *testing.T) {
	t.Parallel()
	type delay = dealstate.Delay
	for _, c := range []struct {
		name  string
		delay delay
		from  string
		want  string
	}{
		{"no delay keeps the instant", delay{}, "2025-06-27T09:30:00Z", "2025-06-27T09:30:00Z"},
		{"a day ends at the start of the next date", delay{Days: 1}, "2025-06-27T23:59:59Z", "2025-06-28"},
		{"from midnight, a day is a day", delay{Days: 1}, "2025-06-27", "2025-06-28"},
		{"days cross the end of February", delay{Days: 1}, "2025-02-28", "2025-03-01"},
		{"days see the leap day", delay{Days: 1}, "2024-02-28", "2024-02-29"},
		{"a year of days", delay{Days: 365}, "2024-01-01", "2024-12-31"},

		{"a month from the 31st is cut", delay{Months: 1}, "2025-01-31", "2025-02-28"},
		{"a month from the 31st in a leap year", delay{Months: 1}, "2024-01-31", "2024-02-29"},
		{"a month from the 30th is cut too", delay{Months: 1}, "2025-01-30", "2025-02-28"},
		{"a month from the 28th is not stretched", delay{Months: 1}, "2025-02-28", "2025-03-28"},
		{"two months do not pass through the cut", delay{Months: 2}, "2025-01-31", "2025-03-31"},
		{"a month into a month of 30", delay{Months: 1}, "2025-05-31", "2025-06-30"},
		{"a month over the new year", delay{Months: 1}, "2025-12-31", "2026-01-31"},
		{"a year from a leap day", delay{Months: 12}, "2024-02-29", "2025-02-28"},
		{"four years from a leap day", delay{Months: 48}, "2024-02-29", "2028-02-29"},
		{"1900 was no leap year", delay{Months: 1}, "1900-01-31", "1900-02-28"},
		{"2000 was one", delay{Months: 1}, "2000-01-31", "2000-02-29"},
		{"a month drops the time of day", delay{Months: 1}, "2025-01-15T17:00:00Z", "2025-02-15"},

		{"first of the next month", delay{FirstOfMonth: 1}, "2025-06-27", "2025-07-01"},
		{"from the first, still the next", delay{FirstOfMonth: 1}, "2025-06-01", "2025-07-01"},
		{"first of the third month following", delay{FirstOfMonth: 3}, "2025-10-31", "2026-01-01"},
		{"days, then the first", delay{Days: 60, FirstOfMonth: 1}, "2025-01-01", "2025-04-01"},
		{"days before months", delay{Days: 1, Months: 1}, "2025-01-30", "2025-02-28"},
		{"days before months, at the other end", delay{Days: 1, Months: 1}, "2025-01-31", "2025-03-01"},
		{"months before the first", delay{Months: 1, FirstOfMonth: 1}, "2025-01-31", "2025-03-01"},
		{"all three", delay{Days: 30, Months: 2, FirstOfMonth: 1}, "2025-01-15", "2025-05-01"},

		{"a floor alone keeps the time of day", delay{NotBefore: date(t, "2025-11-10T05:01:00Z")}, "2025-11-05", "2025-11-10T05:01:00Z"},
		{"a floor that is past does nothing", delay{NotBefore: date(t, "2025-11-10T05:01:00Z")}, "2025-11-12T13:00:00Z", "2025-11-12T13:00:00Z"},
		{"a floor after the days", delay{Days: 90, NotBefore: date(t, "2025-08-12T04:01:00Z")}, "2025-05-14T04:01:00Z", "2025-08-12T04:01:00Z"},
		{"a floor before the days", delay{Days: 90, NotBefore: date(t, "2025-01-01")}, "2025-05-14T04:01:00Z", "2025-08-12"},

		{"the date is the UTC date", delay{Days: 1}, "2025-06-27T23:00:00-05:00", "2025-06-29"},
	} {
		require.Equal(t, date(t, c.want).UTC(), c.delay.After(date(t, c.from)), c.name)
	}
}

func TestDelayNeverRunsBackwards(t *testing.T) {
	t.Parallel()
	for days := range 3 {
		for months := range 3 {
			for first := range 3 {
				d := dealstate.Delay{Days: days, Months: months, FirstOfMonth: first}
				for at := date(t, "2023-12-25T12:00:00Z"); at.Year() < 2025; at = at.Add(31 * time.Hour) {
					require.False(t, d.After(at).Before(at), "%s from %s", d, at)
				}
			}
		}
	}
}

func TestLaterStartNeverEndsEarlier(t *testing.T) {
	t.Parallel()
	for _, d := range []dealstate.Delay{{Days: 30}, {Months: 1}, {FirstOfMonth: 2}, {Days: 5, Months: 1}, {Months: 1, FirstOfMonth: 1}} {
		before := d.After(date(t, "2023-12-25"))
		for at := date(t, "2023-12-25"); at.Year() < 2026; at = at.Add(7 * time.Hour) {
			require.False(t, d.After(at).Before(before), "%s from %s", d, at)
			before = d.After(at)
		}
	}
}

// Dates of the depositaries: the day on which the last condition was met, the
// delay of the entry-into-force article, and the official day.
func TestDelayGivesTheOfficialDayOfRealTreaties(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		treaty, trigger string
		delay           dealstate.Delay
		official        string
	}{
		{"Paris Agreement, article 21", "2016-10-05", dealstate.Delay{Days: 30}, "2016-11-04"},
		{"Kyoto Protocol, article 25", "2004-11-18", dealstate.Delay{Days: 90}, "2005-02-16"},
		{"RCEP, article 20.6", "2021-11-02", dealstate.Delay{Days: 60}, "2022-01-01"},
		{"BBNJ Agreement, article 68", "2025-09-19", dealstate.Delay{Days: 120}, "2026-01-17"},
		{"WTO Trade Facilitation Agreement", "2017-02-22", dealstate.Delay{}, "2017-02-22"},
		{"WTO Fisheries Subsidies", "2025-09-15", dealstate.Delay{}, "2025-09-15"},
		{"UNCLOS, article 308", "1993-11-16", dealstate.Delay{Months: 12}, "1994-11-16"},
		{"Vienna Convention on the Law of Treaties, article 84", "1979-12-28", dealstate.Delay{Days: 30}, "1980-01-27"},
		{"Basel Convention", "1992-02-05", dealstate.Delay{Days: 90}, "1992-05-05"},
		{"UNFCCC, article 23", "1993-12-21", dealstate.Delay{Days: 90}, "1994-03-21"},
		{"Stockholm Convention on POPs", "2004-02-17", dealstate.Delay{Days: 90}, "2004-05-17"},
		{"Convention on Biological Diversity", "1993-09-30", dealstate.Delay{Days: 90}, "1993-12-29"},
		{"Rotterdam Convention", "2003-11-26", dealstate.Delay{Days: 90}, "2004-02-24"},
		{"Cartagena Protocol", "2003-06-13", dealstate.Delay{Days: 90}, "2003-09-11"},
	} {
		require.Equal(t, date(t, c.official), c.delay.After(date(t, c.trigger)), c.treaty)
	}
}

func TestDepositLateInTheDayGivesTheSameOfficialDay(t *testing.T) {
	t.Parallel()
	require.Equal(t, date(t, "2016-11-04"), dealstate.Delay{Days: 30}.After(date(t, "2016-10-05T18:45:00Z")))
}

func TestEntryIntoForceIsExactToTheInstant(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Effect = &dealstate.Delay{Days: 30}
	text := "2016-09-01 approve a\n2016-10-05T12:00:00Z approve b"
	for asOf, want := range map[string]dealstate.State{
		"2016-10-05T11:59:59Z": "awaiting_b_approval",
		"2016-10-05T12:00:00Z": dealstate.StateApproved,
		"2016-11-03T23:59:59Z": dealstate.StateApproved,
		"2016-11-04":           dealstate.StateImplemented,
	} {
		s, _ := told(t, a, asOf, text)
		require.Equal(t, want, s.State, asOf)
	}
	s, _ := told(t, a, "2016-10-06", text)
	require.Equal(t, &dealstate.ClockStatus{Clock: dealstate.Effect, Due: date(t, "2016-11-04")}, s.Next)
	s, _ = told(t, a, "2016-11-05", text)
	require.Equal(t, date(t, "2016-11-04"), s.Since)
	require.Equal(t, "effect", s.By)
}

func TestDelayOfNoTimeTakesEffectAtTheInstantOfTheLastApproval(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Effect = &dealstate.Delay{}
	deal := open(t, a, "06-01 approve a\n06-02 approve b")
	require.Equal(t, dealstate.StateImplemented, deal.Latest().State)
	require.Equal(t, date(t, "06-02"), deal.Latest().Since)
}

func TestTermEndsAtItsInstantAndNotBefore(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Effect, a.Term = &dealstate.Delay{}, &dealstate.Delay{Months: 12}
	text := "2024-02-28 approve a\n2024-02-29 approve b"
	s, _ := told(t, a, "2025-02-27T23:59:59Z", text)
	require.Equal(t, dealstate.StateImplemented, s.State)
	s, _ = told(t, a, "2025-02-28", text)
	require.Equal(t, dealstate.StateExpired, s.State)
	require.Equal(t, "term", s.By)
}

func TestApprovalAtTheDeadlinesInstantComesTooLate(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Deadline = date(t, "07-01")
	for last, want := range map[string]dealstate.State{"2025-06-30T23:59:59Z": dealstate.StateApproved, "07-01": dealstate.StateLapsed} {
		s, _ := told(t, a, "07-02", "06-01 approve a\n"+last+" approve b")
		require.Equal(t, want, s.State, last)
	}
}

func TestDelaySaysItselfInWords(t *testing.T) {
	t.Parallel()
	require.Equal(t, "at once", dealstate.Delay{}.String())
	require.Equal(t, "1 day, 2 months, to the first of the month, 1 month on, not before 10 November 2025 05:01:00 UTC",
		dealstate.Delay{Days: 1, Months: 2, FirstOfMonth: 1, NotBefore: date(t, "2025-11-10T05:01:00Z")}.String())
}

// RFC 3339 ends with the year 9999: a clock beyond it must not make a snapshot
// that cannot be read back.
func TestClockBeyondTheLastYearDoesNotBreakTheText(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Effect = &dealstate.Delay{Months: 12_000}
	s, _ := told(t, a, "", "9900-01-01 approve a\n9900-01-02 approve b")
	roundTrip(t, s)
}
