package field_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

func TestErrorNamesItsFieldFirst(t *testing.T) {
	t.Parallel()
	var err error = field.Errorf("parties[2].id", "%d bytes long; want at most %d", 300, field.MaxID)
	require.EqualError(t, err, "parties[2].id: 300 bytes long; want at most 256")
	var typed *field.Error
	require.True(t, errors.As(err, &typed))
	require.Equal(t, "parties[2].id", typed.Field)
}

func TestClipKeepsShortTextsAndNeverCutsACharacter(t *testing.T) {
	t.Parallel()
	require.Equal(t, "short", field.Clip("short"))
	require.Equal(t, strings.Repeat("x", 60), field.Clip(strings.Repeat("x", 60)))
	for start := range 4 {
		got := field.Clip(strings.Repeat("x", start) + strings.Repeat("习", 40))
		require.True(t, utf8.ValidString(got), "%q", got)
		require.LessOrEqual(t, display.Width(got), 61, "columns, not bytes: ideographs are not cut to a third")
		require.True(t, strings.HasSuffix(got, "…"))
	}
	require.NotContains(t, field.Clip(strings.Repeat("e\u0301", 100)), "e…", "no mark is cut off its letter")
	require.Less(t, len(field.Clip(strings.Repeat("\u0301", 10_000))), 10_000, "what has no width is cut too")
}

func TestCheckIDTakesWhatFitsALineAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"us", "e1", "北京", "a-b_c.d", strings.Repeat("x", field.MaxID)} {
		require.NoError(t, field.CheckID("id", id), id)
	}
	for _, id := range []string{"", "a b", "a\nb", "a\x7f", "a\u00a0b", "a\u0085", "a\xff", "a\ufffd", strings.Repeat("x", field.MaxID+1)} {
		require.Error(t, field.CheckID("id", id), "%q", id)
	}
}

func TestCheckTextBoundsBytesAndWantsUTF8(t *testing.T) {
	t.Parallel()
	require.NoError(t, field.CheckText("note", "", 0))
	require.NoError(t, field.CheckText("note", "a\nb", 3))
	require.EqualError(t, field.CheckText("note", "abcd", 3), "note: 4 bytes long; want at most 3")
	require.EqualError(t, field.CheckText("note", "\xff", 3), "note: not valid UTF-8")
}
