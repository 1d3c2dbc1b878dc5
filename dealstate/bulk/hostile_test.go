package bulk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lazydfa"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lines"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

func twoPartyLine(id, more string) string {
	return fmt.Sprintf(`{"id":%q,"deal":"d","kind":"note","at":"2025-01-01T00:00:00Z"%s}`, id, more)
}

// padded is a line of so many bytes.
func padded(id string, n int) string {
	line := strings.TrimSuffix(twoPartyLine(id, ""), "}")
	return line + strings.Repeat(" ", n-len(line)-1) + "}"
}

// performed is a line in which the party may be left out, for the commitment is one
// party's.
func performed(party string) string {
	return strings.Replace(twoPartyLine("p", `,"commitment":"china-rare-earth-licences","role":"press","party":"`+party+`"`), "note", "perform", 1)
}

// What dealstate.ReadEvents says of a stream, ReadLines says too.
func TestLinesAreTakenAndRefusedAsTheLibraryDoes(t *testing.T) {
	t.Parallel()
	m := london(t)
	good := twoPartyLine("1", "")
	long := twoPartyLine("2", `,"note":"`+strings.Repeat("x", dealstate.MaxLine)+`"`)
	for name, text := range map[string]string{
		"empty":              "",
		"blank lines":        "\n\n \r\n" + good + "\r\n\n",
		"byte order mark":    "\xef\xbb\xbf" + good,
		"mark on line two":   good + "\n\xef\xbb\xbf" + good,
		"no last newline":    good + "\n" + twoPartyLine("2", ""),
		"truncated":          good + "\n" + good[:30],
		"NUL":                good + "\n" + strings.Replace(good, `"d"`, "\"d\x00\"", 1) + "\n" + twoPartyLine("3", ""),
		"only NUL":           strings.Repeat("\x00", 100),
		"invalid UTF-8":      strings.Replace(good, `"1"`, "\"\xff\"", 1),
		"too long":           good + "\n" + long + "\n" + twoPartyLine("3", ""),
		"longest":            "{" + strings.Repeat(" ", dealstate.MaxLine-1-len(good)+1) + good[1:] + "\n",
		"unknown field":      twoPartyLine("1", `,"noted":""`),
		"array":              "[]\n[]\n" + good,
		"unknown party":      twoPartyLine("1", `,"party":"fiji"`) + "\n" + good,
		"odd spaces":         "\u00a0" + good + "\u2003\n\t" + twoPartyLine("2", ""),
		"conflict":           good + "\n" + twoPartyLine("1", `,"note":"other"`) + "\n" + good,
		"flood of returns":   good + strings.Repeat("\r", dealstate.MaxLine) + "\n" + good,
		"15 returns":         padded("2", dealstate.MaxLine) + strings.Repeat("\r", 15) + "\n" + good,
		"16 returns":         padded("2", dealstate.MaxLine) + strings.Repeat("\r", 16) + "\n" + good,
		"mark and longest":   "\xef\xbb\xbf" + padded("2", dealstate.MaxLine-3) + "\n" + good,
		"mark and too long":  "\xef\xbb\xbf" + padded("2", dealstate.MaxLine-2) + "\n" + good,
		"long lines in turn": strings.Join([]string{padded("1", 540_000), padded("2", 1_000_000), padded("3", 300_000), padded("4", 700_000), good}, "\n"),
		"performed by whom":  good + "\n" + performed("") + "\n" + performed("china") + "\n" + performed("us"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := m.NewDeal(dealstate.Strict)
			var wantBad []string
			for e, err := range dealstate.ReadEvents(strings.NewReader(text)) {
				if err == nil {
					e.Deal = m.Deal()
					_, err = want.Record(e)
				}
				if err != nil {
					wantBad = append(wantBad, unlined(err))
				}
			}
			for workers := 1; workers <= 3; workers++ {
				var bad []string
				l, err := ReadLines(context.Background(), iotestOneByte(text), Template(m), Options{Workers: workers, Bad: func(e *dealstate.LineError) error {
					bad = append(bad, unlined(e))
					return nil
				}})
				if err != nil {
					bad = append(bad, unlined(err))
				}
				require.Equal(t, wantBad, bad)
				if err == nil {
					n := 0
					for range want.Events() {
						n++
					}
					require.Equal(t, n, l.Len())
				}
			}
		})
	}
}

func unlined(err error) string {
	var line *dealstate.LineError
	if errors.As(err, &line) {
		return line.Err.Error()
	}
	return err.Error()
}

// iotestOneByte gives a text in small pieces.
func iotestOneByte(text string) io.Reader { return &pieces{text: text} }

type pieces struct{ text string }

func (p *pieces) Read(to []byte) (int, error) {
	if len(p.text) == 0 {
		return 0, io.EOF
	}
	n := copy(to, p.text[:min(len(p.text), 4093)])
	p.text = p.text[n:]
	return n, nil
}

func TestABadLineIsReportedByItsNumberAndStopsUnlessSkipped(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 50_000 {
		if i%10_000 == 9_999 {
			text.WriteString("{\n")
		} else {
			text.WriteString(twoPartyLine(fmt.Sprint(i), "") + "\n")
		}
	}
	for workers := 1; workers <= 2; workers++ {
		opt := Options{Workers: workers}
		_, err := ReadLines(context.Background(), strings.NewReader(text.String()), Template(london(t)), opt)
		var line *dealstate.LineError
		require.ErrorAs(t, err, &line)
		require.Equal(t, 10_000, line.Line)

		var numbers []int
		opt.Bad = func(e *dealstate.LineError) error { numbers = append(numbers, e.Line); return nil }
		var last Progress
		opt.Progress = func(p Progress) { last = p }
		l, err := ReadLines(context.Background(), strings.NewReader(text.String()), Template(london(t)), opt)
		require.NoError(t, err)
		require.Equal(t, []int{10_000, 20_000, 30_000, 40_000, 50_000}, numbers)
		require.Equal(t, Progress{Bytes: int64(text.Len()), Lines: 50_000, Events: 49_995, Bad: 5}, l.Progress())
		require.Equal(t, l.Progress(), last)
	}
}

// A deal's name may be what another's looks like before its escapes are read.
func TestNamesAreNotKnownByTheirLooks(t *testing.T) {
	t.Parallel()
	d, part := newDecoder(Template(london(t))), &batch{}
	line := func(id, deal string) []byte {
		return []byte(strings.Replace(twoPartyLine(id, ""), `"d"`, `"`+deal+`"`, 1))
	}
	d.decodeBlock(blockOf(line("1", "d"), line("2", `a\\`), line("3", `a\\u0062`), line("4", `a\`), line("5", `a\u0062`), line("6", `a\\`)), part)
	require.Len(t, part.bad, 1)
	require.Equal(t, 4, part.bad[0].Line)
	var deals []string
	for _, r := range part.rows {
		deals = append(deals, string(part.dealOf(&r)))
	}
	require.Equal(t, []string{"d", `a\`, `a\u0062`, "ab", `a\`}, deals)
}

// io.ErrUnexpectedEOF is how a decompressor says that its file was cut short.
func TestTruncatedStreamIsNoLog(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]string{io.ErrUnexpectedEOF: "line 2: unexpected EOF", io.ErrClosedPipe: "line 2: io: read/write on closed pipe"} {
		for workers := 1; workers <= 2; workers++ {
			r := io.MultiReader(strings.NewReader(twoPartyLine("1", "")+"\n"+twoPartyLine("2", "")), iotest.ErrReader(err))
			_, got := ReadLines(context.Background(), r, Template(london(t)), Options{Workers: workers, Bad: Skip})
			require.EqualError(t, got, want)
			require.ErrorIs(t, got, err)
		}
	}
}

// mute is a reader that never gives anything.
type mute struct{}

func (mute) Read([]byte) (int, error) { return 0, nil }

func TestIdleReaderIsAnError(t *testing.T) {
	t.Parallel()
	_, err := ReadLines(context.Background(), mute{}, Template(london(t)), Options{Bad: Skip})
	require.ErrorIs(t, err, io.ErrNoProgress)
}

// The ids of a log may be short at first, and long later.
func TestLongIDsCountWhereverTheyCome(t *testing.T) {
	t.Parallel()
	events := func(yield func(dealstate.Event, error) bool) {
		for i := range 400_000 {
			id := fmt.Sprintf("%08d", i)
			if i > shards*chunkRows {
				id += strings.Repeat("x", 240)
			}
			if !yield(dealstate.Event{ID: id, Deal: fmt.Sprint("d", i%16), Kind: dealstate.Note, At: dirtylog.OnDay(0)}, nil) {
				return
			}
		}
	}
	_, err := ReadEvents(context.Background(), events, Template(london(t)), Options{MaxBytes: 60 << 20})
	var size *SizeError
	require.ErrorAs(t, err, &size)
}

// endless is a stream without a newline that never ends by itself.
type endless struct{ given int64 }

func (e *endless) Read(to []byte) (int, error) {
	if e.given > 1<<30 {
		return 0, io.EOF
	}
	for i := range to {
		to[i] = '\r'
	}
	e.given += int64(len(to))
	return len(to), nil
}

func TestAGibibyteLineIsRefusedAfterTwoMebibytes(t *testing.T) {
	t.Parallel()
	for workers := 1; workers <= 2; workers++ {
		source := &endless{}
		_, err := ReadLines(context.Background(), source, Template(london(t)), Options{Workers: workers, Bad: Skip})
		require.EqualError(t, err, "line 1: json: the line is longer than 1048576 bytes")
		require.LessOrEqual(t, source.given, int64(2*dealstate.MaxLine+lines.Margin))
	}
}

func TestUnknownPartiesAreNotKept(t *testing.T) {
	t.Parallel()
	d, part := newDecoder(Template(london(t))), &batch{}
	for i := range 20_000 {
		line := fmt.Sprintf(`{"id":"1","deal":"deal-%d","kind":"note","party":"party-%d","at":"2025-01-01T00:00:00Z"}`, i, i)
		d.decodeBlock(blockOf([]byte(line)), part)
		require.Len(t, part.bad, 1)
	}
	require.Empty(t, d.statements)
	require.Empty(t, d.deals.names)
	require.Empty(t, part.rows)
}

// What one agreement knows, another may not.
func TestDealsOfBadLinesAreNotKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	d, part := newDecoder(ByDeal(w.agreements)), &batch{}
	line := func(deal string) []byte {
		return []byte(strings.Replace(twoPartyLine("1", `,"party":"us"`), `"d"`, `"`+deal+`"`, 1))
	}
	for range 2 {
		d.decodeBlock(blockOf(line("plain/1")), part)
		require.Empty(t, part.bad)
	}
	for i := range 1000 {
		d.decodeBlock(blockOf(line(fmt.Sprint("count/", i))), part)
		require.Len(t, part.bad, 1)
	}
	require.Equal(t, []string{"plain/1"}, d.deals.names)
}

// What a machine knows of statements must not be as long as all machines' statements, or it takes
// the square of their number: 1,455 MiB for 3,000 agreements of 20 reports each.
func TestManyAgreementsTakeNoMoreThanTheirOwnActs(t *testing.T) {
	took := func(agreements int) (bytes uint64) {
		w := &world{machines: map[string]*dealstate.Machine{}}
		for i := range agreements {
			a := dealstate.Agreement{ID: fmt.Sprint("a", i), Parties: []dealstate.Party{{ID: fmt.Sprint("p", i)}, {ID: fmt.Sprint("q", i)}}}
			m, err := dealstate.Compile(a)
			require.NoError(t, err)
			w.machines[a.ID] = m
			for j := range 20 {
				w.events = append(w.events, dealstate.Event{ID: fmt.Sprint(j), Deal: a.ID, Kind: dealstate.Approve, Party: a.Parties[j%2].ID, By: fmt.Sprint(j), Role: dealstate.Press, At: dirtylog.OnDay(j)})
			}
		}
		before := allocated()
		l, err := ReadEvents(context.Background(), eventSeq(w.events), ByDeal(w.agreements), Options{})
		require.NoError(t, err)
		_, err = l.Replay(context.Background(), dealstate.View{}, 1)
		require.NoError(t, err)
		return allocated() - before
	}
	n := proof.Times(400, 50)
	require.Less(t, took(4*n), 6*took(n))
}

func TestWorkersWithoutWorkAreNotHired(t *testing.T) {
	l, err := ReadEvents(context.Background(), eventSeq([]dealstate.Event{{ID: "1", Deal: "d", Kind: dealstate.Note, At: dirtylog.OnDay(0)}}), Template(london(t)), Options{})
	require.NoError(t, err)
	before := allocated()
	for _, err := range l.Transitions(context.Background(), dealstate.View{}, 1<<15) {
		require.NoError(t, err)
	}
	require.Less(t, allocated()-before, uint64(1<<20))
}

func allocated() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.TotalAlloc
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	events := func(yield func(dealstate.Event, error) bool) {
		for i := 0; ; i++ {
			name := fmt.Sprintf("%s-%d", strings.Repeat("x", 200), i) // as many names as events
			e := dealstate.Event{ID: name, Deal: name, By: name, Kind: dealstate.Note, At: dirtylog.OnDay(0)}
			if !yield(e, nil) {
				return
			}
		}
	}
	before := heap()
	_, err := ReadEvents(context.Background(), events, Template(london(t)), Options{MaxBytes: 8 << 20})
	var size *SizeError
	require.ErrorAs(t, err, &size)
	require.Less(t, heap(), before+64<<20)
	runtime.KeepAlive(err)
}

func TestCancelling(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	w := newWorld(t, 9, 400)
	l, err := ReadLines(ctx, bytes.NewReader(w.lines(t)), ByDeal(w.agreements), Options{})
	require.NoError(t, err)
	cancel()
	for workers := 1; workers <= 2; workers++ {
		_, err = ReadLines(ctx, bytes.NewReader(w.lines(t)), ByDeal(w.agreements), Options{Workers: workers})
		require.ErrorIs(t, err, context.Canceled)
		_, err = l.Replay(ctx, dealstate.View{}, workers)
		require.ErrorIs(t, err, context.Canceled)
		n := 0
		for _, err = range l.Transitions(ctx, dealstate.View{}, workers) {
			n++
		}
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 1, n)
	}
	_, err = ReadEvents(ctx, eventSeq(w.events), ByDeal(w.agreements), Options{})
	require.ErrorIs(t, err, context.Canceled)
	_, err = FromColumns(ctx, w.columns(), ByDeal(w.agreements))
	require.ErrorIs(t, err, context.Canceled)
}

func TestBreakingOffALoopLeavesNothingBehind(t *testing.T) {
	w := newWorld(t, 9, proof.Times(2000, 500))
	l, err := ReadEvents(context.Background(), eventSeq(w.events), ByDeal(w.agreements), Options{})
	require.NoError(t, err)
	stacks := make([]byte, 1<<20)
	for range proof.Times(20, 5) {
		for range l.Folds(context.Background(), dealstate.View{}, 2) {
			break
		}
		// Not a count of goroutines: one whose work is done may not have returned yet.
		require.NotContains(t, string(stacks[:runtime.Stack(stacks, true)]), "bulk.inOrder")
	}
}

func TestWrongColumnsAreRefused(t *testing.T) {
	t.Parallel()
	m := Template(london(t))
	good := Columns{Deals: []string{"d"}, Statements: []Statement{{Kind: dealstate.Note}, {Kind: dealstate.Approve, Party: "fiji", Role: dealstate.Press}},
		Deal: []uint32{0, 0}, Statement: []uint32{0, 0}, At: []int64{1, 2}}
	for want, change := range map[string]func(*Columns){
		"statement: 1 rows; want 2, as deal has":                                func(c *Columns) { c.Statement = c.Statement[:1] },
		"row 1: deal or statement: 9 and 0; there are 1 deals and 2 statements": func(c *Columns) { c.Deal = []uint32{0, 9} },
		`row 1: party: "fiji" is not a party; want one of us, china`:            func(c *Columns) { c.Statement = []uint32{0, 1} },
		"row 1: id: missing": func(c *Columns) { c.ID = []string{"a", ""} },
		"row 1: at: missing; want the instant at which it happened, in RFC 3339": func(c *Columns) { c.At = []int64{1, nanos.None} },
		"row 1: until: given on note; only an extend or a withdraw has one":      func(c *Columns) { c.Until = map[uint32]int64{1: 3} },
		`row 1: ref: "0000000001" is the event itself; want an earlier one`:      func(c *Columns) { c.Ref = map[uint32]string{1: "0000000001"} },
	} {
		c := good
		change(&c)
		_, err := FromColumns(context.Background(), c, m)
		require.EqualError(t, err, want)
	}
	l, err := FromColumns(context.Background(), good, m)
	require.NoError(t, err)
	require.Equal(t, "0000000001", l.id(&l.shards[0], 1))
}

func TestColumnsHoldWhatEventsDo(t *testing.T) {
	t.Parallel()
	ctx, m := context.Background(), Template(london(t))
	c := Columns{Deals: []string{"d"}, Statements: []Statement{{Kind: dealstate.Approve, Party: "us", Role: dealstate.Instrument}},
		Deal: []uint32{0, 0}, Statement: []uint32{0, 0}, At: []int64{dirtylog.OnDay(5).UnixNano(), math.MaxInt64}, Recorded: []int64{nanos.None, math.MaxInt64}}
	seen := func(v dealstate.View) int64 {
		l, err := FromColumns(ctx, c, m)
		require.NoError(t, err)
		r, err := l.Replay(ctx, v, 1)
		require.NoError(t, err)
		return r.Totals().Events
	}
	require.EqualValues(t, 0, seen(dealstate.View{KnownBy: dirtylog.OnDay(3), AsOf: dirtylog.OnDay(9)}), "not recorded before it happened")
	require.EqualValues(t, 1, seen(dealstate.View{AsOf: time.Date(2262, 4, 1, 0, 0, 0, 0, time.UTC)}), "nanoseconds go further than years")
	require.EqualValues(t, 2, seen(dealstate.View{}))
	for deal, want := range map[string]string{"": "deals[1]: deal: missing", "a b": `deals[1]: deal: "a b" holds white space or control characters`} {
		c.Deals = []string{"d", deal}
		_, err := FromColumns(ctx, c, m)
		require.EqualError(t, err, want)
	}
	c.Deals = []string{"nowhere", "d", "中国", "d"}
	c.Deal, c.Statement = []uint32{2, 1, 3}, []uint32{0, 0, 0}
	c.At, c.Recorded = []int64{1, 2, 3}, nil
	l, err := FromColumns(ctx, c, m)
	require.NoError(t, err)
	require.Equal(t, []string{"中国", "d"}, l.Deals(), "as they first appear in a row")
}

// Whose a performance is, its commitment says, so that no event need.
func TestPerformanceThatMovesADealIsItsPartys(t *testing.T) {
	t.Parallel()
	a := dirtylog.Agreements[0]
	a.Lifecycle = &dealstate.Lifecycle{Initial: "open", States: []dealstate.State{"open", "done"}, Rules: []dealstate.Rule{
		{ID: "do", On: dealstate.Perform, From: []dealstate.State{"open"}, To: "done"},
	}}
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	e := dealstate.Event{ID: "1", Deal: a.ID, Kind: dealstate.Perform, Commitment: "pledge-2", Role: dealstate.Instrument, At: dirtylog.OnDay(1)}
	w := &world{machines: map[string]*dealstate.Machine{a.ID: m}, deals: []string{a.ID}, events: []dealstate.Event{e},
		byDeal: map[string][]dealstate.Event{a.ID: {e}}}
	want := w.truth(t, dealstate.View{})
	require.Equal(t, "china", want.transitions[0].Party)
	for _, l := range w.logs(t, 1) {
		want.requireEqual(t, l, dealstate.View{}, 1)
	}
	var told []Transition
	_, err = ReadSorted(context.Background(), bytes.NewReader(w.lines(t)), ByDeal(w.agreements), dealstate.View{}, Options{}, func(tr Transition) { told = append(told, tr) })
	require.NoError(t, err)
	require.Equal(t, want.transitions, told)
}

// Logs that number their statements differently share the tables of one agreement, at the
// same time.
func TestAgreementsAreSharedByLogsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5, proof.Times(300, 100))
	a := ByDeal(w.agreements)
	var wait sync.WaitGroup
	for n := range 6 {
		part := &world{machines: w.machines, byDeal: w.byDeal}
		for _, e := range w.events {
			if h := len(e.ID) + int(e.Deal[len(e.Deal)-1]); h%6 >= n { // each log is the next one's, and more
				part.events = append(part.events, e)
				if !slices.Contains(part.deals, e.Deal) {
					part.deals = append(part.deals, e.Deal)
				}
			}
		}
		wait.Go(func() {
			l, err := ReadEvents(context.Background(), eventSeq(part.events), a, Options{})
			if err != nil {
				t.Error(err)
				return
			}
			for i := range 2 * len(dirtyViews) {
				v := dirtyViews[(i+n)%len(dirtyViews)]
				want := part.truth(t, v)
				r, err := l.Replay(context.Background(), v, 1+i%3)
				if err != nil || !reflect.DeepEqual(want.totals, r.Totals()) || !slices.Equal(want.finals, slices.Collect(r.Finals())) {
					t.Errorf("log %d, view %d: %v", n, i, err)
				}
			}
		})
	}
	wait.Wait()
}

// A deal state has 16 bits for the revision.
func TestMoreRevisionsThanADealStateCountsAreReplayedAlone(t *testing.T) {
	t.Parallel()
	m := london(t)
	for _, n := range []int{lazydfa.MaxRaises, lazydfa.MaxRaises + 1, lazydfa.MaxRaises + 100}[:proof.Times(3, 2)] {
		var events []dealstate.Event
		for i := range n {
			events = append(events, dealstate.Event{ID: fmt.Sprintf("%07d", i), Deal: m.Deal(), Kind: dealstate.Amend, Role: dealstate.Negotiator, At: dirtylog.OnDay(0).Add(time.Duration(i) * time.Second)})
		}
		for i, party := range []string{"us", "china"} {
			events = append(events, dealstate.Event{ID: fmt.Sprintf("9%07d", i), Deal: m.Deal(), Kind: dealstate.Approve, Party: party, Role: dealstate.Instrument, Revision: n - i, At: dirtylog.OnDay(300 + i)})
		}
		s, _, err := m.Fold(events, dealstate.View{})
		require.NoError(t, err)
		l, err := ReadEvents(context.Background(), eventSeq(events), Template(m), Options{})
		require.NoError(t, err)
		r, err := l.Replay(context.Background(), dealstate.View{}, 1)
		require.NoError(t, err)
		require.Equal(t, []Final{{Deal: m.Deal(), State: s.State, Since: s.Since, Revision: s.Revision}}, slices.Collect(r.Finals()))
		_, final := r.state(0)
		require.Equal(t, n > lazydfa.MaxRaises, final != nil)
	}
}
