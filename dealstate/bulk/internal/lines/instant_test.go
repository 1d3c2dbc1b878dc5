package lines

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
)

func TestEveryDayIsCountedAsTheLibraryCounts(t *testing.T) {
	t.Parallel()
	for day := nanos.First; day.Before(nanos.Last); day = day.AddDate(0, 0, 1) {
		text := day.Format(time.RFC3339)
		ns, ok := parseInstant([]byte(text))
		require.True(t, ok)
		if ns != day.UnixNano() {
			require.Equal(t, day.UnixNano(), ns, text)
		}
	}
}

func TestEveryClockIsReadAsTheLibraryReadsIt(t *testing.T) {
	t.Parallel()
	check := func(text string) {
		want, err := time.Parse(time.RFC3339, "2025-01-01T"+text+"Z")
		ns, ok := clockOf(load([]byte(text), 0))
		require.Equal(t, err == nil, ok, "%q", text)
		if ok {
			require.Equal(t, want.Sub(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)).Nanoseconds(), ns)
		}
	}
	for second := range 24 * 3600 {
		check(time.Unix(int64(second), 0).UTC().Format(time.TimeOnly))
	}
	for i := range 8 {
		for b := range 256 {
			text := []byte("12:34:56")
			text[i] = byte(b)
			check(string(text))
		}
	}
}
