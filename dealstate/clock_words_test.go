package dealstate_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// A deadline given as a date is read, and shown, as that date: acts of the day are in time.
// At any other clock's instant something begins, and that instant is shown.
func TestADeadlineReadsAsTheLastDayThatIsInTime(t *testing.T) {
	t.Parallel()
	say := func(t time.Time) string { return t.Format("2 Jan 2006 15:04") }
	midnight := time.Date(2026, 12, 16, 0, 0, 0, 0, time.UTC)
	for _, c := range dealstate.Clocks() {
		want := "16 Dec 2026 00:00"
		if c == dealstate.Deadline || c == dealstate.Overdue {
			want = "end of 15 Dec 2026 00:00"
		}
		require.Equal(t, want, c.DueWords(midnight, say), c)
		require.Equal(t, "16 Dec 2026 05:01", c.DueWords(midnight.Add(5*time.Hour+time.Minute), say), c)
	}
	require.Equal(t, "16 Dec 2026 00:00", dealstate.Clock(0).DueWords(midnight, say))
}

// The reader of JSON and the parser for Go programs take one date for the same instant.
func TestParseDeadlineReadsADateAsTheJSONFormDoes(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"2026-12-15", "2026-12-15T05:01:00Z", "2024-02-29"} {
		m, err := dealstate.ReadMachine(strings.NewReader(`{"id":"x","parties":[{"id":"a"},{"id":"b"}],"deadline":"` + text + `"}`))
		require.NoError(t, err)
		got, err := dealstate.ParseDeadline(text)
		require.NoError(t, err)
		require.Equal(t, m.Agreement().Deadline, got, text)
	}
	none, err := dealstate.ParseDeadline("")
	require.NoError(t, err)
	require.Zero(t, none)
	for _, wrong := range []string{"15 Dec 2026", "2026-12-32", "0000-12-31"} {
		_, err := dealstate.ParseDeadline(wrong)
		require.ErrorContains(t, err, "deadline: ", wrong)
	}
}

// Explain and the reasons say the day that was agreed, also where an extension moves it.
func TestWordsAboutADeadlineNameItsLastDay(t *testing.T) {
	t.Parallel()
	m, err := dealstate.ReadMachine(strings.NewReader(`{"id":"x","parties":[{"id":"a"},{"id":"b"}],"deadline":"2026-12-15"}`))
	require.NoError(t, err)
	d := m.NewDeal(dealstate.Strict)
	require.Contains(t, d.At(dealstate.View{}).Explain(), "Next clock: deadline, due by the end of 15 December 2026.")
	said := func(id, until string) string {
		var e dealstate.Event
		require.NoError(t, json.Unmarshal([]byte(`{"id":"`+id+`","deal":"x","kind":"extend","by":"A","role":"instrument","at":"2026-12-01","until":"`+until+`"}`), &e))
		did, _ := d.Record(e)
		return did.String()
	}
	require.Contains(t, said("short", "2026-12-10"), "it does not reach beyond the end of 15 December 2026")
	require.Contains(t, said("long", "2027-02-28"), "the deadline is now the end of 28 February 2027")
}
