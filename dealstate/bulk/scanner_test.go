package bulk

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

func lines(t testing.TB, file string) [][]byte {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return bytes.Split(bytes.TrimSpace(data), []byte("\n"))
}

// requireSame holds the scanner to the library, for one line.
func requireSame(t *testing.T, line []byte) (scanned bool) {
	t.Helper()
	var r record
	if !r.scan(line) {
		return false
	}
	var e dealstate.Event
	require.NoError(t, e.UnmarshalJSON(line), "the scanner takes what the library refuses: %s", line)
	got := r.event()
	require.Equal(t, e, got, "%s", line)
	return true
}

// FuzzScanner: what the scanner takes, UnmarshalJSON takes, for the same event.
// What the scanner does not take goes to UnmarshalJSON anyway.
func FuzzScanner(f *testing.F) {
	for _, line := range lines(f, "../uschina/events.jsonl") {
		f.Add(line)
	}
	for _, line := range oddLines {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) { requireSame(t, line) })
}

const usual = `{"id":"a","deal":"d","kind":"approve","party":"us","role":"press","at":"2024-02-29T23:59:59Z"}`

// oddLines are near to the usual form, right and wrong.
var oddLines = []string{
	usual,
	strings.Replace(usual, `"party"`, ` "party" `, 1),
	strings.Replace(usual, `:"us"`, `: "us" `, 1),
	strings.Replace(usual, `"us"`, `"u\u0073"`, 1),
	strings.Replace(usual, `"us"`, `"us","party":"us"`, 1),
	strings.Replace(usual, `"us"`, `""`, 1),
	strings.Replace(usual, `"us"`, `null`, 1),
	strings.Replace(usual, `"us"`, `"`+strings.Repeat("x", 257)+`"`, 1),
	strings.Replace(usual, `"us"`, `"中国"`, 1),
	strings.Replace(usual, `"us"`, "\"u\xff\"", 1),
	strings.Replace(usual, `"us"`, "\"u\x00\"", 1),
	strings.Replace(usual, `"a"`, `"a b"`, 1),
	strings.Replace(usual, `"a"`, `"中"`, 1),
	strings.Replace(usual, `"party"`, `"Party"`, 1),
	strings.Replace(usual, `approve`, `deadline`, 1),
	strings.Replace(usual, `approve`, `extend`, 1),
	strings.Replace(usual, `approve`, `retract`, 1),
	strings.Replace(usual, `press`, ``, 1),
	strings.Replace(usual, `2024-02-29`, `2023-02-29`, 1),
	strings.Replace(usual, `2024-02-29`, `2024-06-31`, 1),
	strings.Replace(usual, `2024-02-29`, `0001-01-01`, 1),
	strings.Replace(usual, `59Z`, `60Z`, 1),
	strings.Replace(usual, `59Z`, `59.1Z`, 1),
	strings.Replace(usual, `59Z`, `59.123456789Z`, 1),
	strings.Replace(usual, `59Z`, `59.1234567891Z`, 1),
	strings.Replace(usual, `59Z`, `59+01:00`, 1),
	strings.Replace(usual, `59Z`, `59,5Z`, 1),
	strings.Replace(usual, `T23`, `T24`, 1),
	usual + " ",
	usual + "{}",
	"{}",
	usual[:len(usual)-1] + ",}",
	usual[:len(usual)-1] + `,"revision":12}`,
	usual[:len(usual)-1] + `,"revision":012}`,
	usual[:len(usual)-1] + `,"revision":1.0}`,
	usual[:len(usual)-1] + `,"revision":12345678901}`,
	usual[:len(usual)-1] + `,"revision":"1"}`,
	usual[:len(usual)-1] + `,"ref":"a"}`,
	usual[:len(usual)-1] + `,"until":"2025-01-01T00:00:00Z"}`,
	usual[:len(usual)-1] + `,"source":{}}`,
	usual[:len(usual)-1] + `,"source":{"published":"2025-02-30"}}`,
	usual[:len(usual)-1] + `,"source":{"published":"2025-02-28","url":"u"}}`,
	usual[:len(usual)-1] + `,"source":{"url":"u","url":"u"}}`,
	usual[:len(usual)-1] + `,"note":"` + strings.Repeat("x", 64<<10+1) + `"}`,
}

func TestScannerTakesNothingThatTheLibraryDoesNot(t *testing.T) {
	t.Parallel()
	taken := 0
	for _, line := range oddLines {
		if requireSame(t, []byte(line)) {
			taken++
		}
		for i := range line { // every byte made odd, and every beginning
			for _, odd := range []byte{0, '"', '\\', '0', 'Z', ' ', '}', 0x80} {
				if len(line) < 500 {
					requireSame(t, []byte(line[:i]+string([]byte{odd})+line[i+1:]))
				}
			}
		}
	}
	require.Greater(t, taken, 8)
}

func TestScannerTakesRealLines(t *testing.T) {
	t.Parallel()
	taken, all := 0, lines(t, "../uschina/events.jsonl")
	for _, line := range all {
		if requireSame(t, line) {
			taken++
		}
	}
	require.Greater(t, 10*taken, 9*len(all), "it is there for the usual line")
}

func TestScannerKnowsTheWordsOfTheFormat(t *testing.T) {
	t.Parallel()
	for _, k := range dealstate.Kinds() {
		got, ok := kindOf([]byte(k.String()))
		require.True(t, ok)
		require.Equal(t, k, got)
	}
	for r := dealstate.Role(1); r.String() != ""; r++ {
		got, ok := roleOf([]byte(r.String()))
		require.True(t, ok)
		require.Equal(t, r, got)
	}
	for m := dealstate.Modality(1); m.String() != ""; m++ {
		got, ok := modalityOf([]byte(m.String()))
		require.True(t, ok)
		require.Equal(t, m, got)
	}
}

func TestEveryDayIsCountedAsTheLibraryCounts(t *testing.T) {
	t.Parallel()
	for day := firstInstant; day.Before(lastInstant); day = day.AddDate(0, 0, 1) {
		text := day.Format(time.RFC3339)
		ns, ok := parseInstant([]byte(text))
		require.True(t, ok)
		if ns != day.UnixNano() {
			require.Equal(t, day.UnixNano(), ns, text)
		}
	}
}

func TestTheUsualLineTakesNoAllocation(t *testing.T) {
	data := lineStream(t, 50, 2000)
	in, part := newIntake(Template(london(t))), &batch{}
	parse := func() { in.parse(block{text: data, line: 1}, part) }
	parse()
	require.Empty(t, part.bad)
	require.Len(t, part.line, 2000)
	require.Less(t, testing.AllocsPerRun(10, parse), 5.0) // for 2,000 lines
}
