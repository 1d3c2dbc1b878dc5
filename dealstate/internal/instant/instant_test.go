package instant_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

func TestInstantComesBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "2025-06-27T09:00:00Z", "2025-06-27T09:00:00.000000001Z", "9999-12-31T23:59:59.999999999Z", "0001-01-01T00:00:01Z"} {
		read, err := instant.Parse("at", text)
		require.NoError(t, err, text)
		require.Equal(t, text, instant.Format(read))
	}
	read, err := instant.Parse("at", "2025-06-27T09:00:00+08:00")
	require.NoError(t, err)
	require.Equal(t, "2025-06-27T01:00:00Z", instant.Format(read))
}

func TestWhatIsNoInstantNamesItsField(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"x", "2025-06-27", "2025-02-30T00:00:00Z", "10000-01-01T00:00:00Z"} {
		_, err := instant.Parse("until", text)
		require.ErrorContains(t, err, "until: ", text)
	}
	require.NoError(t, instant.Check("at", instant.Last))
	require.ErrorContains(t, instant.Check("at", instant.Last.Add(1)), "at: year 10000")
	require.ErrorContains(t, instant.Check("at", time.Time{}.Add(-1)), "at: year 0")
}

func TestMomentOfADateIsTheEndOfItsDay(t *testing.T) {
	t.Parallel()
	day, err := instant.ParseMoment("as_of", "2025-06-28")
	require.NoError(t, err)
	require.Equal(t, "2025-06-28T23:59:59.999999999Z", instant.Format(day))
	require.Equal(t, "the end of 28 June 2025", instant.SayMoment(day, "never"))
	require.Equal(t, "never", instant.SayMoment(time.Time{}, "never"))
	_, err = instant.ParseMoment("as_of", "tomorrow")
	require.ErrorContains(t, err, "as_of: \"tomorrow\" is neither a date nor an instant")
}

func TestMidnightIsSaidAsADateAlone(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2025, 6, 27, 0, 0, 0, 0, time.UTC)
	require.Equal(t, "27 June 2025", instant.Say(midnight))
	require.Equal(t, "27 June 2025 00:00:01 UTC", instant.Say(midnight.Add(time.Second)))
	require.Equal(t, midnight, instant.Earliest(midnight, midnight.Add(1)))
	require.Equal(t, midnight.Add(1), instant.Latest(midnight, midnight.Add(1)))
}
