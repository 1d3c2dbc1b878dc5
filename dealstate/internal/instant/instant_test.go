package instant_test

import (
	"fmt"
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

// The table follows RFC 3339, section 5.6 (the grammar) and 5.8 (the examples), row
// by row of the grammar: what each part may be, and what it may not.
func TestInstantsAreRFC3339InFullAndNothingLaxer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		// section 5.8
		"1985-04-12T23:20:50.52Z":      "1985-04-12T23:20:50.52Z",
		"1996-12-19T16:39:57-08:00":    "1996-12-20T00:39:57Z",
		"1990-12-31T23:59:60Z":         "1991-01-01T00:00:00Z",
		"1990-12-31T15:59:60-08:00":    "1991-01-01T00:00:00Z",
		"1937-01-01T12:00:27.87+00:20": "1937-01-01T11:40:27.87Z",
		// the notes of section 5.6 and 4.3
		"2025-06-27t09:00:00z": "2025-06-27T09:00:00Z", "2025-06-27T09:00:00-00:00": "2025-06-27T09:00:00Z",
		"2025-06-27T23:59:60.25Z": "2025-06-28T00:00:00.25Z", "2025-06-27T00:00:00+23:59": "2025-06-26T00:01:00Z",
		"2025-06-27T00:00:00.1234567891Z": "2025-06-27T00:00:00.123456789Z", "2024-02-29T00:00:00Z": "2024-02-29T00:00:00Z",
	} {
		got, err := instant.Parse("at", text)
		require.NoError(t, err, text)
		require.Equal(t, want, instant.Format(got), text)
		require.Equal(t, instant.Tidy(got), got, text)
		moment, err := instant.ParseMoment("as_of", text)
		require.NoError(t, err, text)
		require.Equal(t, got, moment)
	}
	for _, text := range []string{
		"2025-06-27T0:00:00Z", "2025-06-27T00:0:00Z", "2025-06-27T00:00:0Z", "2025-6-27T00:00:00Z", "2025-06-7T00:00:00Z", "25-06-27T00:00:00Z", "02025-06-27T00:00:00Z", "+2025-06-27T00:00:00Z",
		"2025-06-27T00:00:00,5Z", "2025-06-27T00:00:00.Z", "2025-06-27T00:00:00. Z", "2025-06-27T00:00:00.5", "2025-06-27T00:00:00", "2025-06-27T00:00Z", "2025-06-27T00Z",
		"2025-06-27T00:00:00+24:00", "2025-06-27T00:00:00+24:59", "2025-06-27T00:00:00+00:60", "2025-06-27T00:00:00+0000", "2025-06-27T00:00:00+00", "2025-06-27T00:00:00+0:00", "2025-06-27T00:00:00 01:00", "2025-06-27T00:00:00ZZ", "2025-06-27T00:00:00UTC",
		"2025-06-27T24:00:00Z", "2025-06-27T00:60:00Z", "2025-06-27T00:00:60Z", "2025-06-27T23:58:60Z", "2025-06-27T23:59:60+01:00", "2025-06-27T23:59:61Z",
		"2025-06-27 00:00:00Z", "2025-06-27T00-00-00Z", "2025/06/27T00:00:00Z", "20250627T000000Z", "2025-178T00:00:00Z", "2025-W26-5T00:00:00Z",
		"2025-02-29T00:00:00Z", "2025-13-01T00:00:00Z", "2025-00-01T00:00:00Z", "2025-01-00T00:00:00Z", "2025-01-32T00:00:00Z",
		" 2025-06-27T00:00:00Z", "2025-06-27T00:00:00Z ", "２025-06-27T00:00:00Z", "2025-06-27T0０:00:00Z", "now", "2025-06-27T",
	} {
		_, err := instant.Parse("at", text)
		require.ErrorContains(t, err, "at: ", "%q", text)
		require.ErrorContains(t, err, "is no instant; want RFC 3339", "%q", text)
		_, err = instant.ParseMoment("as_of", text)
		require.ErrorContains(t, err, "as_of: ", "%q", text)
	}
}

func TestTheVeryFirstInstantIsRefusedAndNotTakenForNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"0001-01-01T00:00:00Z", "0001-01-01T01:00:00+01:00"} {
		_, err := instant.Parse("at", text)
		require.ErrorContains(t, err, "is the very first instant, which stands for one left out; want a later one")
		_, err = instant.ParseMoment("as_of", text)
		require.ErrorContains(t, err, "is the very first instant")
	}
	_, _, err := instant.ParseDay("at", "0001-01-01", instant.Begins)
	require.ErrorContains(t, err, "is the very first instant")
	_, err = instant.Parse("at", "0001-01-01T00:30:00+01:00")
	require.ErrorContains(t, err, "year 0 is out of range")
	_, err = instant.Parse("at", "9999-12-31T23:59:60Z")
	require.ErrorContains(t, err, "year 10000 is out of range")
}

func TestADateAloneMeansWhatItsFieldSays(t *testing.T) {
	t.Parallel()
	for day, want := range map[instant.Day]string{
		instant.Begins: "2025-06-30T00:00:00Z", instant.Ends: "2025-07-01T00:00:00Z", instant.Learned: "2025-06-30T23:59:59Z",
	} {
		got, isDate, err := instant.ParseDay("at", "2025-06-30", day)
		require.NoError(t, err)
		require.True(t, isDate)
		require.Equal(t, want, instant.Format(got))
		got, isDate, err = instant.ParseDay("at", "2025-06-30T00:00:00Z", day)
		require.NoError(t, err)
		require.False(t, isDate)
		require.Equal(t, "2025-06-30T00:00:00Z", instant.Format(got))
		_, _, err = instant.ParseDay("at", "2025-06-31", day)
		require.EqualError(t, err, `at: "2025-06-31" is no instant; want RFC 3339, such as 2025-06-27T09:00:00Z, or a date alone`)
		none, isDate, err := instant.ParseDay("at", "", day)
		require.NoError(t, err)
		require.False(t, isDate)
		require.Zero(t, none)
	}
	_, _, err := instant.ParseDay("at", "2025-06-30", 0)
	require.Error(t, err)
	_, _, err = instant.ParseDay("deadline", "9999-12-31", instant.Ends)
	require.ErrorContains(t, err, "deadline: year 10000 is out of range")
}

// The calendar is that of package time, day by day, and so is what is no day.
func TestDatesAreThoseOfThePackageTime(t *testing.T) {
	t.Parallel()
	check := func(text string) {
		want, err := time.Parse(time.DateOnly, text)
		got, isDate, failed := instant.ParseDay("at", text, instant.Begins)
		require.Equal(t, err == nil && want.Year() > 0 && !want.IsZero(), failed == nil, text)
		if failed == nil {
			require.True(t, isDate)
			require.Equal(t, want, got)
		}
	}
	for _, year := range []int{0, 1, 4, 100, 400, 1582, 1899, 1900, 2000, 2023, 2024, 2100, 9999} {
		for month := range 100 {
			for day := range 100 {
				check(fmt.Sprintf("%04d-%02d-%02d", year, month, day))
			}
		}
	}
	for i := range len(time.DateOnly) {
		for c := range 256 {
			text := []byte("2024-02-28")
			text[i] = byte(c)
			check(string(text))
		}
	}
}
