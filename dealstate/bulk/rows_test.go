package bulk

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// carefully reads a table row by row with the library alone: what ReadCSV is held to.
func carefully(r io.Reader, a Agreements, opt Options) (*Log, error) {
	b, table := newBuilder(a, opt), dealstate.NewTable(r)
	err := b.readEvents(context.Background(), table.Events(), table.Line)
	return b.log, err
}

// came is what came of reading a table.
type came struct {
	bad      []string
	err      string
	ends     bool
	progress Progress
	deals    []string
	said     []Statement
	shards   [shards][]chunk
	refs     [shards]map[uint32]string
	untils   [shards]map[uint32]int64
	late     [shards][]uint64
}

func cameOf(read func(Options) (*Log, error)) (c came) {
	log, err := read(Options{Bad: func(e *dealstate.LineError) error {
		c.bad = append(c.bad, fmt.Sprintf("%v %v", e, e.Ends))
		return nil
	}})
	if err != nil {
		var at *dealstate.LineError
		c.err, c.ends = err.Error(), errors.As(err, &at) && at.Ends
		return c
	}
	c.progress, c.deals, c.said = log.progress, log.deals, log.statements
	for i := range log.shards {
		s := &log.shards[i]
		for _, in := range s.chunks {
			c.shards[i] = append(c.shards[i], chunk{inputs: in.inputs, at: in.at, recorded: in.recorded, contents: in.contents, ids: in.ids, text: in.text})
		}
		c.refs[i], c.untils[i], c.late[i] = s.refs, s.untils, s.late
	}
	return c
}

// requireSameTable holds ReadCSV to the library, however many goroutines share the work.
func requireSameTable(t *testing.T, a Agreements, text []byte, broken error) {
	t.Helper()
	stream := func() io.Reader {
		if broken != nil {
			return io.MultiReader(bytes.NewReader(text), iotest.ErrReader(broken))
		}
		return bytes.NewReader(text)
	}
	want := cameOf(func(o Options) (*Log, error) { return carefully(stream(), a, o) })
	for _, workers := range []int{1, 3} {
		got := cameOf(func(o Options) (*Log, error) {
			o.Workers = workers
			return ReadCSV(context.Background(), stream(), a, o)
		})
		require.Equal(t, want, got, "%q", text[:min(len(text), 10_000)])
	}
}

// randomTable makes a table of some rows as people, programs and accidents write them.
func randomTable(rng *rand.Rand, rows int) []byte {
	var out bytes.Buffer
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	rarely := func(n int) bool { return rng.IntN(n) == 0 }
	columns := []string{"id", "deal", "kind", "at", "party", "by", "role", "modality", "revision", "recorded", "until", "ref", "note", "source.publisher", "source.url", "source.published"}
	rng.Shuffle(len(columns), func(i, j int) { columns[i], columns[j] = columns[j], columns[i] })
	end, mark := pick("\n", "\n", "\r\n"), pick("", "", "", "\ufeff", "\n", " \n,,\n")
	quoted := rarely(5)
	out.WriteString(mark)
	cell := func(place int, text string) {
		if place > 0 {
			out.WriteByte(',')
		}
		switch odd := rng.IntN(400); {
		case quoted || odd < 20:
			text = `"` + text + `"`
		case odd < 25:
			text = `"` + text + pick("\n", "\r\n", `""`, "\n\n") + text + `"`
		case odd < 30:
			text = pick(text+`"`, `"`+text, `"`+text+`"x`, text+"\r", text+"\xff", text+"\x00", text+",")
		}
		out.WriteString(text)
	}
	for i, name := range columns {
		if rarely(500) {
			name = pick("", "Deal", `a"b`, `"x`)
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(name)
	}
	out.WriteString(end)
	ids, day := 0, pick("2025-06-27", "2024-02-29", "1969-12-31")
	usual := map[string]string{"kind": "approve", "party": pick("us", "china"), "role": pick("press", "instrument"), "by": pick("", "a, b", "习近平"), "modality": "", "revision": "", "source.publisher": "Yicai"}
	for range rows {
		if rarely(20) {
			out.WriteString(pick("\n", "\r\n", " \t\n", ",,\n", strings.Repeat(",", len(columns)-1)+"\n"))
		}
		kind := pick("approve", "approve", "withdraw", "note", "submit", "dispute", "amend")
		until, ref := "", pick("", "", "", "0")
		if rarely(30) {
			kind, until = "extend", day+"T00:00:00Z"
		}
		if ids++; rarely(30) {
			ids -= rng.IntN(3)
		}
		for i, name := range columns {
			text := ""
			switch name {
			case "id":
				text = fmt.Sprint(ids)
			case "deal":
				text = pick("d", "e", "apples")
			case "kind":
				text = kind
			case "at", "recorded":
				text = fmt.Sprintf("%sT%02d:00:%02dZ", day, rng.IntN(24), rng.IntN(60))
				if rarely(20) {
					text = pick(day, "", "x", day+"T24:00:00Z", day+"T00:00:00.5Z", day+"T00:00:00+08:00", "1500-01-01T00:00:00Z", "2025-02-30T00:00:00Z")
				}
			case "party":
				text = pick("us", "china", "us", "")
			case "role":
				text = pick("press", "instrument", "government")
			case "by":
				text = pick("", "a spokesperson", "习近平", "a, b")
			case "modality", "revision":
				text = pick("", "", "", map[string]string{"modality": "asserted", "revision": "1"}[name])
			case "until":
				text = until
			case "ref":
				text = ref
			case "source.published":
				text = pick("", day, "27 June")
			default:
				text = pick("", "Yicai", "https://example.org/a", `back\slash`, "it was said")
			}
			if as, ok := usual[name]; ok && !rarely(10) && (kind != "extend" || name != "kind") {
				text = as
			}
			if rarely(2000) {
				text = pick("fiji", "x y", strings.Repeat("x", 70_000), "\ufeff")
			}
			cell(i, text)
		}
		if !rarely(200) {
			out.WriteString(end)
		}
	}
	if text := out.Bytes(); rarely(4) {
		return text[:rng.IntN(len(text)+1)]
	}
	return out.Bytes()
}

func TestATableComesToWhatTheLibraryMakesOfIt(t *testing.T) {
	t.Parallel()
	a := anyDeal(t)
	for seed := range uint64(proof.Times(3000, 150)) {
		rng := rand.New(rand.NewPCG(seed, 11))
		var broken error
		if rng.IntN(4) == 0 {
			broken = errors.New("lost")
		}
		requireSameTable(t, a, randomTable(rng, rng.IntN(40)), broken)
	}
	for seed := range uint64(proof.Times(20, 2)) { // of many blocks
		requireSameTable(t, a, randomTable(rand.New(rand.NewPCG(seed, 12)), 8_000), nil)
	}
}

// A row of any length, and one without end, at either end of a block.
func TestALongRowOfATableIsAsTheLibraryHasIt(t *testing.T) {
	t.Parallel()
	a := anyDeal(t)
	const head, row = "id,deal,kind,at,note\n", "1,d,note,2025-01-01T00:00:00Z,"
	for i, n := range []int{1 << 18, dealstate.MaxLine - len(row) - 3, dealstate.MaxLine - len(row) - 2, dealstate.MaxLine - len(row) - 1, 3 << 19, 3 << 20} {
		for j, fill := range []string{"x", "\"\"", "\n"} {
			if !proof.Whole() && j != i%3 { // one fill after the other
				continue
			}
			for _, end := range []string{"", "\"", "\"\n", "\"\r\n2,d,note,2025-01-01T00:00:00Z,"} {
				text := []byte(head + row + "\"" + strings.Repeat(fill, n/len(fill)) + end)
				requireSameTable(t, a, text, nil)
				if over := len(text) - len(head) - dealstate.MaxLine; over <= 0 || over > 1<<16 { // between, either error is right
					requireSameTable(t, a, text, errors.New("lost"))
				}
			}
		}
		requireSameTable(t, a, []byte(head+row+strings.Repeat("x", n)+"\n"+row), nil)
	}
}

// More bad rows than a batch takes, each of which says at which line its quote is.
func TestManyBadRowsOfATableAreAsTheLibraryHasThem(t *testing.T) {
	t.Parallel()
	requireSameTable(t, anyDeal(t), []byte("id,deal,kind,at\n"+strings.Repeat("\"a\n\"b,c\"\n", 3*maxBad)), nil)
}

func FuzzTable(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(randomTable(rand.New(rand.NewPCG(seed, 13)), 3))
	}
	a := anyDeal(f)
	f.Fuzz(func(t *testing.T, text []byte) { requireSameTable(t, a, text, nil) })
}

func TestTheUsualRowTakesNoAllocation(t *testing.T) {
	data := tableStream(t, 50, 2000)
	header, rows, _ := bytes.Cut(data, []byte("\n"))
	columns, err := csv.NewReader(bytes.NewReader(header)).Read()
	require.NoError(t, err)
	d, part := newRowDecoder(Template(london(t)), columns), &batch{}
	b := blockOf(bytes.TrimSuffix(rows, []byte("\n")))
	decode := func() { d.decode(b, part) }
	decode()
	decode() // a row is known once it came twice
	require.Empty(t, part.bad)
	require.Len(t, part.rows, 2000)
	require.Less(t, testing.AllocsPerRun(10, decode), 1.0) // for 2,000 rows
}
