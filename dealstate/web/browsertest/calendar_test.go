package browsertest

import (
	"net/http"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"github.com/stretchr/testify/require"
)

// The calendar is read by somebody else's reader.
func TestTheCalendarIsReadByAnIndependentParser(t *testing.T) {
	answer, err := http.Get(newDesk(t).URL + "/calendar.ics")
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, "text/calendar; charset=utf-8", answer.Header.Get("Content-Type"))
	read, err := ical.NewDecoder(answer.Body).Decode()
	require.NoError(t, err)
	due := map[string]time.Time{}
	for _, e := range read.Events() {
		summary, err := e.Props.Text(ical.PropSummary)
		require.NoError(t, err)
		due[summary], err = e.DateTimeStart(time.UTC)
		require.NoError(t, err)
	}
	require.Equal(t, time.Date(2025, 8, 12, 4, 1, 0, 0, time.UTC), due["Stockholm extension of the tariff pause: deadline"], "%v", due)
}
