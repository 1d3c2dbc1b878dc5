package phrase_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/phrase"
)

func TestPhrasesReadAsEnglish(t *testing.T) {
	t.Parallel()
	require.Equal(t, "", phrase.InGroup(""))
	require.Equal(t, " in asean", phrase.InGroup("asean"))
	require.Equal(t, "all sides", phrase.OrAllSides(""))
	require.Equal(t, "us", phrase.OrAllSides("us"))
	require.Equal(t, "1 party", phrase.Counted(1, "party", "parties"))
	require.Equal(t, "0 parties", phrase.Counted(0, "party", "parties"))
	require.Equal(t, "", phrase.OneOf(nil))
	require.Equal(t, "met", phrase.OneOf([]string{"met"}))
	require.Equal(t, "deadline, effect or term", phrase.OneOf([]string{"deadline", "effect", "term"}))
}

func TestSomeNamesEightAndCountsTheRest(t *testing.T) {
	t.Parallel()
	require.Equal(t, "", phrase.Some(0, strconv.Itoa))
	require.Equal(t, "0, 1, 2, 3, 4, 5, 6, 7", phrase.Some(8, strconv.Itoa))
	require.Equal(t, "0, 1, 2, 3, 4, 5, 6, 7 and 2 more", phrase.Some(10, strconv.Itoa))
}

func TestAwaitedNamesWhoIsEnoughOnlyWhereMoreAreAwaited(t *testing.T) {
	t.Parallel()
	for want, enough := range map[string][]string{
		"a, b, c":                   nil,
		"a, b, c (b is enough)":     {"b"},
		"a, b, c (a, c are enough)": {"a", "c"},
	} {
		require.Equal(t, want, awaited(enough...))
	}
	require.Equal(t, "a, b, c", awaited("a", "b", "c"), "all of them")
	require.Equal(t, "a, b, c", awaited("a", "troops"), "it takes a commitment, too")
}

func awaited(enough ...string) string {
	all := []string{"a", "b", "c"}
	names := func(ids []string) string { return strings.Join(ids, ", ") }
	return phrase.Awaited(names(all), all, enough, names)
}
