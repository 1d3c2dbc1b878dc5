package bulk_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func london(t testing.TB) *dealstate.Machine {
	t.Helper()
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	return m
}

// archive is a dirty log of many deals, of several agreements.
type archive struct {
	machines map[string]*dealstate.Machine
	events   []dealstate.Event
}

func newArchive(t testing.TB, seed uint64, deals int) archive {
	t.Helper()
	w := archive{machines: map[string]*dealstate.Machine{}}
	for _, a := range uschina.Agreements() {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		w.machines[a.ID] = m
		for i := range deals {
			style := []dealtest.Style{dealtest.Dirty, dealtest.Dirty, dealtest.Adversarial}[i%3]
			log, err := dealtest.Log(a, style, seed+uint64(i), 20)
			require.NoError(t, err)
			for _, e := range log {
				e.Deal = fmt.Sprintf("%s/%d", a.ID, i)
				w.events = append(w.events, e)
			}
		}
	}
	rng := rand.New(rand.NewPCG(seed, 5))
	rng.Shuffle(len(w.events), func(i, j int) { w.events[i], w.events[j] = w.events[j], w.events[i] })
	for i := range w.events {
		if e := &w.events[i]; rng.IntN(20) == 0 { // a conflict, where the event comes twice
			e.Note = []string{"two\nlines", "\n", `"quoted", and not`, " ", "a, b"}[rng.IntN(5)]
		}
	}
	return w
}

func (w archive) agreements(deal string) *dealstate.Machine {
	name, _, _ := strings.Cut(deal, "/")
	return w.machines[name]
}

func (w archive) lines(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, dealstate.WriteEvents(&out, func(yield func(dealstate.Event, error) bool) {
		for _, e := range w.events {
			if !yield(e, nil) {
				return
			}
		}
	}))
	return out.Bytes()
}

// table is the same as CSV, and begins is the line of each row.
func table(t testing.TB, lines []byte) (data []byte, begins []int) {
	t.Helper()
	columns := []string{"note", "source.published", "source.url", "source.publisher", "until", "commitment", "ref", "revision", "recorded", "at",
		"modality", "role", "by", "party", "kind", "deal", "id"}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	require.NoError(t, w.Write(columns))
	for line := range bytes.Lines(lines) {
		fields := map[string]any{}
		require.NoError(t, json.Unmarshal(line, &fields))
		if source, ok := fields["source"].(map[string]any); ok {
			for name, value := range source {
				fields["source."+name] = value
			}
		}
		var cells []string
		for _, name := range columns {
			cell := ""
			if value, ok := fields[name]; ok {
				cell = fmt.Sprint(value)
			}
			if n, ok := fields[name].(float64); ok {
				cell = fmt.Sprintf("%.0f", n)
			}
			cells = append(cells, cell)
		}
		w.Flush()
		begins = append(begins, 1+bytes.Count(out.Bytes(), []byte("\n")))
		require.NoError(t, w.Write(cells))
	}
	w.Flush()
	return out.Bytes(), begins
}

// gathered keeps what is bad, by the place of its event or row.
type gathered struct {
	at   []int
	text []string
}

func (g *gathered) add(e *dealstate.LineError) error {
	g.at, g.text = append(g.at, e.Line), append(g.text, e.Err.Error())
	return nil
}

func TestTableComesToWhatItsLinesComeTo(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		w := newArchive(t, 100*seed, proof.Times(120, 20))
		lines := w.lines(t)
		data, begins := table(t, lines)
		var badLines, badRows gathered
		want, err := bulk.ReadLines(context.Background(), bytes.NewReader(lines), bulk.ByDeal(w.agreements), bulk.Options{Bad: badLines.add})
		require.NoError(t, err)
		got, err := bulk.ReadCSV(context.Background(), bytes.NewReader(data), bulk.ByDeal(w.agreements), bulk.Options{Bad: badRows.add})
		require.NoError(t, err)
		require.Equal(t, badLines.text, badRows.text)
		require.Greater(t, len(badRows.at), proof.Times(100, 40), "conflicts, and instants that bulk has no room for")
		for i, row := range badRows.at {
			require.Equal(t, begins[badLines.at[i]-1], row)
		}
		read := want.Progress()
		read.Bytes = 0
		require.Equal(t, read, got.Progress())
		for _, v := range []dealstate.View{{}, {Policy: dealstate.Official, AsOf: time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)}, {Policy: dealstate.Reported}} {
			one, err := want.Replay(context.Background(), v, 1)
			require.NoError(t, err)
			two, err := got.Replay(context.Background(), v, 2)
			require.NoError(t, err)
			require.Equal(t, one.Totals(), two.Totals())
			require.Equal(t, slices.Collect(one.Finals()), slices.Collect(two.Finals()))
		}
	}
}

const head = "id,deal,kind,party,role,at\n"

func row(id, party string) string {
	return fmt.Sprintf("%s,d,approve,%s,press,2025-01-01T00:00:00Z\n", id, party)
}

func TestBadRowStopsTheTableUnlessSkipped(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("id,deal,kind,party,role,at,note\n")
	want := map[int]string{}
	for i, line := 1, 2; i <= 20_000; i, line = i+1, line+2 { // each row has two lines
		id, party := fmt.Sprint(i), "us"
		switch i {
		case 4_000, 4_001:
			party, want[line] = "fiji", `party: "fiji" is not a party; want one of us, china`
		case 9_000, 20_000:
			id, want[line] = "", "id: missing"
		case 13_000:
			id, want[line] = "5", `id: "5" is recorded with other content; retract it and record the correction under a new id`
		}
		fmt.Fprintf(&text, "%s,d,approve,%s,press,2025-01-01T00:00:00Z,\"%d\n\"\n", id, party, i)
	}
	_, err := bulk.ReadCSV(context.Background(), strings.NewReader(text.String()), bulk.Template(london(t)), bulk.Options{})
	require.EqualError(t, err, "line 8000: "+want[8000])

	got := map[int]string{}
	var last bulk.Progress
	log, err := bulk.ReadCSV(context.Background(), strings.NewReader(text.String()), bulk.Template(london(t)), bulk.Options{
		Progress: func(p bulk.Progress) { last = p },
		Bad:      func(e *dealstate.LineError) error { got[e.Line] = e.Err.Error(); return nil },
	})
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Equal(t, bulk.Progress{Lines: 20_000, Events: 19_995, Bad: 5}, log.Progress())
	require.Equal(t, log.Progress(), last)

	enough := errors.New("enough")
	_, err = bulk.ReadCSV(context.Background(), strings.NewReader(text.String()), bulk.Template(london(t)), bulk.Options{Bad: func(*dealstate.LineError) error { return enough }})
	require.ErrorIs(t, err, enough)
}

// A log that was cut short is no log, whatever is skipped.
func TestWhatEndsATableIsNeverSkipped(t *testing.T) {
	t.Parallel()
	lost := errors.New("lost")
	for text, want := range map[string]string{
		"":                                "line 1: csv: no header row; want one that names the columns, such as id,deal,kind,at",
		"id,deal,kind\n":                  "line 1: at: column missing; the header names id, deal, kind",
		head + row("1", "us") + "\"":      "line 3: lost",
		head + row("1", "fiji") + "\"":    "line 3: lost",
		head + row("1", "us") + "\n":      "line 4: lost",
		head + strings.Repeat("x", 2<<20): "line 2: csv: the row is longer than 1048576 bytes; is a quote left open?",
	} {
		r := io.MultiReader(strings.NewReader(text), readFunc(func([]byte) (int, error) { return 0, lost }))
		if text == "" {
			r = strings.NewReader(text)
		}
		log, err := bulk.ReadCSV(context.Background(), r, bulk.Template(london(t)), bulk.Options{Bad: bulk.Skip})
		require.EqualError(t, err, want)
		require.Nil(t, log)
		var at *dealstate.LineError
		require.ErrorAs(t, err, &at)
		require.True(t, at.Ends)
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func TestCancellingATable(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	reads := 0
	endless := readFunc(func(p []byte) (int, error) { // blank lines, of which no event comes
		if reads++; reads == 3 {
			cancel()
		}
		return copy(p, strings.Repeat("\n", len(p))), nil
	})
	_, err := bulk.ReadCSV(ctx, endless, bulk.Template(london(t)), bulk.Options{Bad: bulk.Skip})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 3, reads)
}

func TestTableOfHeaderOnlyIsAnEmptyLog(t *testing.T) {
	t.Parallel()
	log, err := bulk.ReadCSV(context.Background(), strings.NewReader(head), bulk.Template(london(t)), bulk.Options{})
	require.NoError(t, err)
	require.Zero(t, log.Len())
}

func ExampleReadCSV() {
	m, _ := dealstate.Compile(uschina.London())
	const table = `deal,id,kind,party,role,at,source.publisher
apples,1,approve,us,instrument,2025-06-01T00:00:00Z,"Federal Register, vol. 90"
pears,2,approve,china,press,2025-06-02T00:00:00Z,Yicai
apples,3,approve,fiji,instrument,2025-06-03T00:00:00Z,
`
	bad := func(e *dealstate.LineError) error {
		fmt.Println(e)
		return nil // go on
	}
	log, err := bulk.ReadCSV(context.Background(), strings.NewReader(table), bulk.Template(m), bulk.Options{Bad: bad})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := log.Replay(context.Background(), dealstate.View{}, 1)
	for f := range result.Finals() {
		fmt.Println(f.Deal, f.State, err)
	}
	// Output:
	// line 4: party: "fiji" is not a party; want one of us, china
	// apples awaiting_xi_approval <nil>
	// pears negotiated <nil>
}
