package lines

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// meet scans a note, and learns its pattern as that of a new statement if it is not
// known. It says whether it was.
func meet(t *testing.T, s *Scanner, line string) (known bool) {
	t.Helper()
	text := []byte(line + "\n")
	buf := append(text, bytes.Repeat([]byte{'"'}, Margin)...)
	var l Line
	require.Equal(t, len(text), s.Scan(buf, 0, &l), line)
	if _, known = s.Find(&l); !known {
		s.Learn(&l, uint32(s.patterns.used), dealstate.Note)
	}
	return known
}

func TestAPatternIsKnownOnceItWasLearned(t *testing.T) {
	t.Parallel()
	var s Scanner
	line := `{"id":"%s","deal":"d","kind":"note","by":"%s","at":"2025-01-01T00:00:00Z"}`
	require.False(t, meet(t, &s, fmt.Sprintf(line, "1", "a")))
	require.True(t, meet(t, &s, fmt.Sprintf(line, "2", "a")), "its id is not of the pattern")
	require.False(t, meet(t, &s, fmt.Sprintf(line, "3", "b")))
	require.True(t, meet(t, &s, fmt.Sprintf(line, "4", "b")))
	require.Equal(t, 2, s.patterns.used)
}

func TestLongPatternsAreForgottenSooner(t *testing.T) {
	t.Parallel()
	var s Scanner
	most := 0
	for i := range 20_000 {
		meet(t, &s, fmt.Sprintf(`{"id":"1","deal":"d","kind":"note","by":"%d%s","at":"2025-01-01T00:00:00Z"}`, i, strings.Repeat("x", 900)))
		most = max(most, s.patterns.used)
	}
	require.Less(t, most, 20_000)
	require.Less(t, s.patterns.used, most)
}

// One segment before ever new ones is kept once.
func TestAKnownSegmentIsNotLearntAgain(t *testing.T) {
	t.Parallel()
	var s Scanner
	var kept *segment
	for i := range 100 {
		meet(t, &s, fmt.Sprintf(`{"id":"1","deal":"d","kind":"note","by":"%s","at":"2025-01-01T00:00:00Z","source":{"publisher":"%d"}}`, strings.Repeat("x", longSegment), i))
		for _, g := range s.segments.places {
			if g != nil {
				require.Nil(t, g.known)
				require.True(t, kept == nil || kept == g)
				kept = g
			}
		}
	}
	require.NotNil(t, kept)
}

func TestPatternsAreForgottenBeforeTheyFillTheMemory(t *testing.T) {
	t.Parallel()
	var s Scanner
	for i := range 2*maxPatterns + 20 {
		meet(t, &s, fmt.Sprintf(`{"id":"1","deal":"d","kind":"note","by":"%d %s","at":"2025-01-01T00:00:00Z"}`, i, strings.Repeat(" ", i%2*maxPattern)))
	}
	require.Equal(t, 10, s.patterns.used) // since it was full
}

func TestOnlyAPatternThatComesAgainIsWorthLearning(t *testing.T) {
	t.Parallel()
	var s Scanner
	again := func(by string) bool {
		text := fmt.Appendf(nil, `{"id":"1","deal":"d","kind":"note","by":"%s","at":"2025-01-01T00:00:00Z"}`+"\n", by)
		var l Line
		require.Equal(t, len(text), s.Scan(append(text, bytes.Repeat([]byte{'"'}, Margin)...), 0, &l))
		return s.Again(&l)
	}
	for i := range 1000 {
		require.False(t, again(fmt.Sprint(i)))
	}
	met := 0
	for i := range 1000 {
		if again(fmt.Sprint(i)) {
			met++
		}
	}
	require.Greater(t, met, 900)
}
