package bulk

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lines"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func linesOf(t testing.TB, file string) [][]byte {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return bytes.Split(bytes.TrimSpace(data), []byte("\n"))
}

// anyDeal runs the real deals on their agreements, and all others on London's.
func anyDeal(t testing.TB) Agreements {
	t.Helper()
	byDeal := map[string]*dealstate.Machine{}
	for _, a := range uschina.Agreements() {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		byDeal[a.ID] = m
	}
	other := london(t)
	return ByDeal(func(deal string) *dealstate.Machine {
		if m := byDeal[deal]; m != nil {
			return m
		}
		return other
	})
}

func blockOf(text ...[]byte) lines.Block {
	all := append(bytes.Join(text, []byte("\n")), '\n')
	return lines.Block{Buf: append(all, bytes.Repeat([]byte{'"'}, lines.Margin)...), Text: len(all)}
}

// kept is what came of some lines, with names for numbers.
type kept struct {
	events []dealstate.Event
	hashes []uint64
	bad    []string
	stop   error
	lines  int
}

func keptOf(d *decoder, text ...[]byte) kept {
	part := &batch{}
	d.decodeBlock(blockOf(text...), part)
	k := kept{stop: part.stop, lines: part.lines}
	for _, b := range part.bad {
		k.bad = append(k.bad, b.Error())
	}
	for row, r := range part.rows {
		e := part.names.statements[r.statement].event(string(part.idOf(row)), string(part.dealOf(&r)))
		e.At, e.Recorded = nanos.Time(r.at), nanos.Time(r.recorded)
		more := part.extraOf(&r)
		e.Ref, e.Until = more.ref, nanos.Time(more.until)
		k.events, k.hashes = append(k.events, e), append(k.hashes, r.content)
	}
	return k
}

// requireSame holds a decoder that has seen such lines before to one that has seen
// none, and so asks the library. It says whether the first had to ask.
func requireSame(t *testing.T, a Agreements, primed *decoder, line []byte) (seen bool) {
	t.Helper()
	want := keptOf(newDecoder(a), line)
	for range 3 { // the second time, all is known that can be, and the third time guessed
		require.Equal(t, want, keptOf(primed, line), "%s", line)
	}
	var scanned lines.Line
	b := blockOf(line)
	return primed.scanner.Scan(b.Buf, 0, &scanned) == b.Text && primed.addScannedLine(&scanned, 1, &batch{})
}

// FuzzDecoder: what a decoder takes by its scanner alone is what the library makes of the
// line.
func FuzzDecoder(f *testing.F) {
	for _, line := range linesOf(f, "../uschina/events.jsonl") {
		f.Add([]byte(usual), line)
	}
	for _, line := range oddLines {
		f.Add([]byte(usual), []byte(line))
	}
	a := anyDeal(f)
	f.Fuzz(func(t *testing.T, before, line []byte) {
		primed := newDecoder(a)
		keptOf(primed, before, []byte(usual), []byte(long), []byte(long))
		requireSame(t, a, primed, line)
	})
}

const usual = `{"id":"a","deal":"d","kind":"approve","party":"us","role":"press","at":"2024-02-29T23:59:59Z"}`

// long is one whose statement is long enough to be guessed as a whole, once it came twice.
const long = `{"id":"a","deal":"d","kind":"approve","party":"us","by":"a spokesperson of the ministry","role":"press","modality":"asserted","at":"2024-02-29T23:59:59Z"}`

// oddLines are near to the usual form, right and wrong.
var oddLines = []string{
	usual,
	long,
	strings.Replace(long, "asserted", "assertedly", 1),
	strings.Replace(long, `"asserted"`, `"asserted","party":"us"`, 1),
	strings.Replace(long, `"asserted"`, `"asserted","revision":1`, 1),
	strings.Replace(long, `"asserted"`, `"asserted","revision":11`, 1),
	strings.Replace(long, `"deal":"d",`, ``, 1),
	strings.Replace(long, `"deal":"d",`, `"ref":"","deal":"d",`, 1),
	strings.Replace(long, `"d",`, `"d","source":{},`, 1),
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
	strings.Replace(usual, `T23:59:59Z`, ``, 1),
	strings.Replace(usual, `2024-02-29T23:59:59Z`, `2023-02-29`, 1),
	strings.Replace(usual, `2024-02-29T23:59:59Z`, `2261-12-31","recorded":"2261-12-31`, 1),
	strings.Replace(usual, `2024-02-29T23:59:59Z`, `2261-12-31","recorded":"2262-01-01`, 1),
	strings.Replace(strings.Replace(usual, `approve`, `extend`, 1), `"}`, `","until":"2261-12-31"}`, 1),
	strings.Replace(strings.Replace(usual, `approve`, `extend`, 1), `T23:59:59Z"}`, `","until":"2261-12-30"}`, 1),
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
	usual[:len(usual)-1] + `,"source":{"url":"u"},"source":{"published":"2025-02-28"}}`,
	usual[:len(usual)-1] + `,"source":{"url":"u"},"note":"","source":{"published":"2025-02-28"}}`,
	usual[:len(usual)-1] + `,"source":{"publisher":"Yicai Global, a paper of some renown in Shanghai and beyond, it is said"}}`,
	usual[:len(usual)-1] + `,"source":{"url":"u"},"note":"","source":{"publisher":"Yicai Global, a paper of some renown in Shanghai and beyond, it is said"}}`,
	strings.Replace(usual, `"d"`, `"a\\"`, 1),
	strings.Replace(usual, `"d"`, `"a\"`, 1),
	usual[:len(usual)-1] + `,"note":"` + strings.Repeat("x", 64<<10+1) + `"}`,
}

func TestScannerTakesNothingThatTheLibraryDoesNot(t *testing.T) {
	t.Parallel()
	taken, a := 0, anyDeal(t)
	for _, line := range oddLines {
		primed := newDecoder(a)
		keptOf(primed, []byte(usual), []byte(long), []byte(long), []byte(line))
		if requireSame(t, a, primed, []byte(line)) {
			taken++
		}
		for i := range line { // every byte made odd
			for j, odd := range []byte{0, '"', '\\', '0', 'Z', ' ', '}', 0x80} {
				if len(line) < 300 && (proof.Whole() || j%4 == i%4) {
					requireSame(t, a, primed, []byte(line[:i]+string([]byte{odd})+line[i+1:]))
				}
			}
		}
	}
	require.Greater(t, taken, 12)
}

func TestScannerTakesRealLines(t *testing.T) {
	t.Parallel()
	taken, all, a := 0, linesOf(t, "../uschina/events.jsonl"), anyDeal(t)
	primed := newDecoder(a)
	for _, line := range all {
		if requireSame(t, a, primed, line) {
			taken++
		}
	}
	require.Greater(t, 10*taken, 9*len(all), "it is there for the usual line")
}

// What one writer writes, whatever its spaces and the order of its keys.
func TestScannerLearnsTheWritersHabits(t *testing.T) {
	t.Parallel()
	a := anyDeal(t)
	for _, line := range []string{
		`{"id": "1", "deal": "d", "kind": "approve", "party": "us", "role": "press", "at": "2025-01-01T00:00:00Z"}`,
		`{ "at":"2025-01-01T00:00:00Z" , "kind":"approve" , "party":"us" , "role":"press" , "id":"1" , "deal":"d" }`,
		`{"source":{"published":"2025-01-01","publisher":"中国"},"at":"2025-01-01T00:00:00.25Z","kind":"note","id":"1","revision":0,"deal":"d","note":"中"}`,
		`{"id":"1","deal":"d","kind":"retract","ref":"0","at":"2025-01-01T00:00:00Z","recorded":"","until":"","by":""}`,
		`{"id":"1","deal":"d","kind":"note","at":"2025-01-01T00:00:00Z"}` + "\r",
		`{"id":"1","deal":"d","kind":"note","at":"2025-01-01"}`,
		`{"recorded":"2025-01-01","id":"1","deal":"d","kind":"note","at":"2025-01-01"}`,
		`{"id":"1","deal":"d","kind":"extend","role":"instrument","until":"2261-12-30","at":"2261-12-31"}`,
	} {
		require.True(t, requireSame(t, a, newDecoder(a), []byte(line)), line)
	}
}

func TestTheUsualLineTakesNoAllocation(t *testing.T) {
	data := lineStream(t, 50, 2000)
	d, part := newDecoder(Template(london(t))), &batch{}
	b := blockOf(data)
	decode := func() { d.decodeBlock(b, part) }
	decode()
	require.Empty(t, part.bad)
	require.Len(t, part.rows, 2000)
	require.Less(t, testing.AllocsPerRun(10, decode), 1.0) // for 2,000 lines
}

// At each bound of a text the library takes it, and one byte beyond refuses it; so does
// a decoder that knows the rest of the line.
func TestTheDecoderKnowsTheLibrarysBounds(t *testing.T) {
	t.Parallel()
	a := anyDeal(t)
	for field, bound := range map[string]int{
		`{"id":"%s","deal":"d","kind":"note"`: field.MaxID, `{"id":"1","deal":"%s","kind":"note"`: field.MaxID, `{"id":"1","deal":"d","kind":"note","ref":"%s"`: field.MaxID,
		`{"id":"1","deal":"d","kind":"note","note":"%s"`: field.MaxText, `{"id":"1","deal":"d","kind":"note","source":{"url":"%s"}`: field.MaxName,
	} {
		line := func(n int) []byte {
			return fmt.Appendf(nil, field+`,"at":"2025-01-01T00:00:00Z"}`, strings.Repeat("x", n))
		}
		primed := newDecoder(a)
		keptOf(primed, line(2))
		require.True(t, requireSame(t, a, primed, line(bound)), field)
		require.Empty(t, keptOf(primed, line(bound)).bad, field)
		requireSame(t, a, primed, line(bound+1))
		require.Len(t, keptOf(primed, line(bound+1)).bad, 1, field)
	}
}

// An escape costs the texts of the event; a statement never met before costs its texts and its
// place in the tables too.
func TestALineWithASurpriseTakesFewAllocations(t *testing.T) {
	a := Template(london(t))
	for what, most := range map[string]float64{"escapes": 10.5, "all_new": 9.5} {
		const n = 2000
		b := blockOf(bytes.TrimSuffix(surprises(t, what, 50, n), []byte("\n")))
		part := &batch{}
		allocs := testing.AllocsPerRun(5, func() {
			newDecoder(a).decodeBlock(b, part)
			require.Empty(t, part.bad)
			require.Len(t, part.rows, n)
		})
		require.Less(t, allocs/n, most, what)
	}
}
