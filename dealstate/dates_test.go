package dealstate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// readBoth reads one event of the given fields from JSON and from CSV, and holds the
// two to one another.
func readBoth(t *testing.T, fields map[string]string) (dealstate.Event, error) {
	t.Helper()
	keys := []string{"id", "deal", "kind", "party", "role", "at", "recorded", "until"}
	fields["id"], fields["deal"], fields["party"], fields["role"] = "e", "d", "a", "instrument"
	var pairs, cells []string
	for _, key := range keys {
		cells = append(cells, `"`+fields[key]+`"`)
		if fields[key] != "" {
			pairs = append(pairs, fmt.Sprintf("%q:%q", key, fields[key]))
		}
	}
	var fromJSON, fromCSV dealstate.Event
	err := fromJSON.UnmarshalJSON([]byte("{" + strings.Join(pairs, ",") + "}"))
	for e, errCSV := range dealstate.ReadEventsCSV(strings.NewReader(strings.Join(keys, ",") + "\n" + strings.Join(cells, ",") + "\n")) {
		fromCSV = e
		if err != nil {
			require.ErrorContains(t, errCSV, err.Error())
		} else {
			require.NoError(t, errCSV)
		}
	}
	require.Equal(t, fromJSON, fromCSV)
	return fromJSON, err
}

// The table is that of the page of formats: what a date alone means in each field.
func TestDatesAloneInEvents(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ at, recorded, until, wantAt, wantRecorded, wantUntil string }{
		{"2025-06-27", "", "", "2025-06-27T00:00:00Z", "2025-06-27T23:59:59Z", ""},
		{"2025-06-27T00:00:00Z", "", "", "2025-06-27T00:00:00Z", "", ""},
		{"2025-06-27", "2025-06-27", "", "2025-06-27T00:00:00Z", "2025-06-27T23:59:59Z", ""},
		{"2025-06-27", "2025-06-28", "", "2025-06-27T00:00:00Z", "2025-06-28T23:59:59Z", ""},
		{"2025-06-27", "2025-06-27T08:00:00Z", "", "2025-06-27T00:00:00Z", "2025-06-27T08:00:00Z", ""},
		{"2025-06-27T09:00:00Z", "2025-06-27", "", "2025-06-27T09:00:00Z", "2025-06-27T23:59:59Z", ""},
		{"2025-06-27", "", "2025-07-31", "2025-06-27T00:00:00Z", "2025-06-27T23:59:59Z", "2025-08-01T00:00:00Z"},
		{"2025-06-27", "", "2025-07-31T12:00:00Z", "2025-06-27T00:00:00Z", "2025-06-27T23:59:59Z", "2025-07-31T12:00:00Z"},
	} {
		kind := "approve"
		if c.until != "" {
			kind = "extend"
		}
		e, err := readBoth(t, map[string]string{"kind": kind, "at": c.at, "recorded": c.recorded, "until": c.until})
		require.NoError(t, err)
		at := func(text string) string {
			if text == "" {
				return "0001-01-01T00:00:00Z"
			}
			return text
		}
		require.Equal(t, []string{at(c.wantAt), at(c.wantRecorded), at(c.wantUntil)},
			[]string{e.At.Format("2006-01-02T15:04:05Z07:00"), e.Recorded.Format("2006-01-02T15:04:05Z07:00"), e.Until.Format("2006-01-02T15:04:05Z07:00")}, "%+v", c)
	}
	for _, bad := range []string{"2025-06-31", "2025-6-27", "27 June 2025", "2025-06-27T0:00:00Z", "2025-06-27T00:00:00,5Z", "0001-01-01T00:00:00Z", "0001-01-01"} {
		_, err := readBoth(t, map[string]string{"kind": "approve", "at": bad})
		fieldErr(t, err, "at")
		require.NotContains(t, err.Error(), "missing", bad)
	}
}

func TestActsOfTheDeadlinesDayAreInTime(t *testing.T) {
	t.Parallel()
	var a dealstate.Agreement
	require.NoError(t, a.UnmarshalJSON([]byte(`{"id":"d","parties":[{"id":"a"},{"id":"b"}],"deadline":"2025-06-30","effect":{"not_before":"2025-07-05"}}`)))
	require.Equal(t, date(t, "07-01"), a.Deadline)
	require.Equal(t, date(t, "07-05"), a.Effect.NotBefore)
	s, decisions := told(t, a, "07-06", "06-01 approve a\n2025-06-30T23:59:59Z approve b")
	require.Equal(t, dealstate.Applied, decisions[1].Outcome)
	require.Equal(t, dealstate.StateImplemented, s.State)
	require.Equal(t, date(t, "07-05"), s.Since)
}

// An act known by its date alone is not seen before its day is over.
func TestADatedActIsNotSeenBeforeItsDayIsOver(t *testing.T) {
	t.Parallel()
	e, err := readBoth(t, map[string]string{"kind": "approve", "at": "2025-06-27"})
	require.NoError(t, err)
	e.Deal = "pair"
	for known, want := range map[string]int{"2025-06-27T23:59:58Z": 0, "2025-06-27T23:59:59Z": 1} {
		s, _, err := machine(t, pair()).Fold([]dealstate.Event{e}, dealstate.View{KnownBy: date(t, known)})
		require.NoError(t, err)
		require.Len(t, s.Approved, want)
	}
}
