package web

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// A calendar's lines hold 75 octets at most, never break within a character, and a
// stranger's text begins no line of its own (RFC 5545, sections 3.1 and 3.3.11).
func TestCalendarLinesAreFoldedAndTextsEscaped(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 8, 12, 4, 1, 0, 0, time.UTC)
	hostile := "中国;a,b\\c\r\nEND:VCALENDAR\x00\nBEGIN:VEVENT" + strings.Repeat("美", 60)
	text := calendar{name: hostile, events: []calendarEvent{{uid: hostile, summary: hostile, description: hostile, at: at}}}.text(at)
	require.Equal(t, 1, strings.Count(text, "\r\nEND:VCALENDAR\r\n"))
	require.Equal(t, 1, strings.Count(text, "\r\nBEGIN:VEVENT\r\n"))
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		require.LessOrEqual(t, len(line), mostOctets)
		require.True(t, strings.ToValidUTF8(line, "?") == line, line)
		require.NotContains(t, line, "\n")
		require.NotContains(t, line, "\x00")
	}
	unfolded := strings.ReplaceAll(text, "\r\n ", "")
	require.Contains(t, unfolded, `SUMMARY:中国\;a\,b\\c\nEND:VCALENDAR\nBEGIN:VEVENT`+strings.Repeat("美", 60)+"\r\n")
	require.Contains(t, unfolded, "DTSTART:20250812T040100Z\r\n")
}

func TestACalendarIsWrittenWithoutAServer(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 6, 20, 0, 0, 0, 0, time.UTC)
	due := []tracker.Due{{Deal: "d", Title: "Truce", Decision: dealstate.Decision{Deal: "d", Clock: dealstate.Deadline, At: at, Outcome: dealstate.Applied}}}
	var text strings.Builder
	require.NoError(t, Calendar(&text, "Mine", due, at))
	for _, line := range []string{"X-WR-CALNAME:Mine", "DTSTART;VALUE=DATE:20250619", "SUMMARY:Truce: deadline"} {
		require.Contains(t, text.String(), line+"\r\n")
	}
}
