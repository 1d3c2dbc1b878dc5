package bulk

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lazydfa"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// truth is what the library says, deal by deal.
type truth struct {
	folds       []Fold
	finals      []Final
	transitions []Transition
	totals      Totals
}

func (w *world) truth(t testing.TB, v dealstate.View) truth {
	t.Helper()
	var counted counters
	out := truth{totals: newTotals()}
	for _, deal := range w.deals {
		m := w.agreements(deal)
		if bounds := boundsOf(withDefaults(v)); !slices.ContainsFunc(w.byDeal[deal], func(e dealstate.Event) bool {
			return bounds.sees(e.At.UnixNano(), dirtylog.Recorded(e).UnixNano())
		}) {
			out.totals.Unseen++
			continue
		}
		var events []dealstate.Event
		for _, e := range w.byDeal[deal] {
			e.Deal = m.Deal()
			events = append(events, e)
		}
		s, decisions, err := m.Fold(events, v)
		require.NoError(t, err)
		s.Deal = deal
		for i := range decisions {
			d := &decisions[i]
			d.Deal = deal
			e := lazydfa.EffectOf(*d, nil)
			counted.count(&e, 1)
			if d.From != d.To {
				out.transitions = append(out.transitions, transitionOf(*d))
			}
		}
		out.folds = append(out.folds, Fold{Deal: deal, Snapshot: s, Decisions: decisions})
		out.finals = append(out.finals, Final{Deal: deal, State: s.State, Since: s.Since, Revision: s.Revision})
		out.totals.States[s.State]++
		out.totals.Deals++
	}
	counted.addTo(&out.totals)
	return out
}

func eventSeq(events []dealstate.Event) iter.Seq2[dealstate.Event, error] {
	return func(yield func(dealstate.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (w *world) lines(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, dealstate.WriteEvents(&out, eventSeq(w.events)))
	return out.Bytes()
}

func (w *world) columns() Columns {
	c := Columns{Ref: map[uint32]string{}, Until: map[uint32]int64{}, ID: []string{}}
	deals, statements := map[string]uint32{}, map[Statement]uint32{}
	c.Content = func(row uint32) (uint64, error) {
		e := &w.events[row]
		return contentOf([]byte(e.Note), []byte(e.Source.URL), []byte(e.Source.Published)), nil
	}
	for row, e := range w.events {
		if _, ok := deals[e.Deal]; !ok {
			deals[e.Deal] = uint32(len(c.Deals))
			c.Deals = append(c.Deals, e.Deal)
		}
		a := Statement{Kind: e.Kind, Role: e.Role, Modality: e.Modality, Revision: e.Revision, Party: e.Party, Commitment: e.Commitment, By: e.By, Publisher: e.Source.Publisher}
		if _, ok := statements[a]; !ok {
			statements[a] = uint32(len(c.Statements))
			c.Statements = append(c.Statements, a)
		}
		c.Deal, c.Statement, c.ID = append(c.Deal, deals[e.Deal]), append(c.Statement, statements[a]), append(c.ID, e.ID)
		c.At, c.Recorded = append(c.At, e.At.UnixNano()), append(c.Recorded, dirtylog.Recorded(e).UnixNano())
		if e.Ref != "" {
			c.Ref[uint32(row)] = e.Ref
		}
		if !e.Until.IsZero() {
			c.Until[uint32(row)] = e.Until.UnixNano()
		}
	}
	return c
}

// parts gives the columns in parts of so many rows, each with a numbering of its own.
func (w *world) parts(rows int) iter.Seq2[Columns, error] {
	return func(yield func(Columns, error) bool) {
		for events := range slices.Chunk(w.events, rows) {
			if part := (&world{events: events}); !yield(part.columns(), nil) {
				return
			}
		}
	}
}

// logs reads the world in every way there is; columns with many workers come in parts.
func (w *world) logs(t testing.TB, workers int) map[string]*Log {
	t.Helper()
	ctx, opt := context.Background(), Options{Workers: workers}
	events, err := ReadEvents(ctx, eventSeq(w.events), ByDeal(w.agreements), opt)
	require.NoError(t, err)
	lines, err := ReadLines(ctx, bytes.NewReader(w.lines(t)), ByDeal(w.agreements), opt)
	require.NoError(t, err)
	columns, err := FromColumns(ctx, w.columns(), ByDeal(w.agreements))
	if workers > 1 {
		columns, err = ReadColumns(ctx, w.parts(len(w.events)/5+1), ByDeal(w.agreements), Options{})
	}
	require.NoError(t, err)
	return map[string]*Log{"events": events, "lines": lines, "columns": columns}
}

func (w truth) requireEqual(t *testing.T, l *Log, v dealstate.View, workers int) {
	t.Helper()
	ctx := context.Background()
	r, err := l.Replay(ctx, v, workers)
	require.NoError(t, err)
	require.Equal(t, w.totals, r.Totals())
	i := 0
	for f := range r.Finals() {
		require.Equal(t, w.finals[i], f)
		i++
	}
	require.Len(t, w.finals, i)
	i = 0
	for tr, err := range l.Transitions(ctx, v, workers) {
		require.NoError(t, err)
		require.Equal(t, w.transitions[i], tr)
		i++
	}
	require.Len(t, w.transitions, i)
}

func (w truth) requireSameFolds(t *testing.T, l *Log, v dealstate.View, workers int) {
	t.Helper()
	i := 0
	for s, err := range l.Folds(context.Background(), v, workers) {
		require.NoError(t, err)
		require.Equal(t, w.folds[i].Snapshot, s.Snapshot)
		require.Equal(t, w.folds[i].Decisions, s.Decisions)
		require.Equal(t, w.folds[i].Deal, s.Deal)
		i++
	}
	require.Len(t, w.folds, i)
}

func (w truth) requireSameBacktests(t *testing.T, l *Log, v dealstate.View, workers int) {
	t.Helper()
	i := 0
	for b, err := range l.Backtests(context.Background(), v, workers) {
		require.NoError(t, err)
		require.Equal(t, w.folds[i].Deal, b.Deal)
		require.Equal(t, b.Machine.Deal(), b.Backtest.Deal())
		if v.AsOf.IsZero() && !v.KnownBy.IsZero() {
			b.Advance(v.KnownBy)
			require.Equal(t, w.folds[i].Snapshot.State, b.State())
			require.Equal(t, w.folds[i].Snapshot.Commitments, b.Commitments())
		}
		i++
	}
	require.Len(t, w.folds, i)
}

var dirtyViews = []dealstate.View{
	{},
	{Policy: dealstate.Official, AsOf: dirtylog.OnDay(15)},
	{Policy: dealstate.Reported, KnownBy: dirtylog.OnDay(12)},
	{Policy: dealstate.Policy{Binding: dealstate.Roles(dealstate.Instrument, dealstate.Press)}, AsOf: dirtylog.OnDay(40), KnownBy: dirtylog.OnDay(18)},
}

// Together the views make 10,000 dirty logs, each read in three ways; in a short run 1,600.
func TestResultEqualsFoldingEachDealsLog(t *testing.T) {
	t.Parallel()
	for i, v := range dirtyViews {
		t.Run(fmt.Sprint(v.Policy.Name, i), func(t *testing.T) {
			t.Parallel()
			newWorld(t, uint64(i), proof.Times(2500, 200)).requireEqualsFold(t, v)
		})
	}
}

// Law 11: what was learned together folds in bulk as it does in the library.
func TestResultEqualsFoldingLogsFullOfTies(t *testing.T) {
	t.Parallel()
	for i, v := range dirtyViews {
		newWorld(t, uint64(100+i), proof.Times(400, 40), tie).requireEqualsFold(t, v)
	}
}

// requireEqualsFold reads the world in three ways, with one worker and with two.
func (w *world) requireEqualsFold(t *testing.T, v dealstate.View) {
	t.Helper()
	want := w.truth(t, v)
	for _, workers := range []int{1, 2} {
		for name, l := range w.logs(t, workers) {
			t.Log(name, workers)
			want.requireEqual(t, l, v, workers)
			if workers == 1 && name != "columns" { // columns hold no notes
				want.requireSameFolds(t, l, v, 2)
				want.requireSameBacktests(t, l, v, 2)
			}
		}
	}
}

func TestAFoldHoldsNothingThatWasLearnedLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 9, 200)
	l, err := ReadEvents(context.Background(), eventSeq(w.events), ByDeal(w.agreements), Options{})
	require.NoError(t, err)
	v := dealstate.View{KnownBy: dirtylog.OnDay(12)}
	some := false
	for s, err := range l.Folds(context.Background(), v, 1) {
		require.NoError(t, err)
		for _, e := range s.Events {
			require.False(t, e.Recorded.After(v.KnownBy))
			some = true
		}
		deal, err := s.Load(dealstate.Strict)
		require.NoError(t, err)
		at := deal.At(v)
		require.Equal(t, s.Snapshot.State, at.State)
		require.Equal(t, s.Machine.Deal(), at.Deal)
	}
	require.True(t, some)
}

func TestTheSpanOfALogHoldsWhatIsSaidToHaveHappened(t *testing.T) {
	t.Parallel()
	span := func(text string) (from, to string) {
		l, err := ReadLines(context.Background(), strings.NewReader(text), Template(london(t)), Options{})
		require.NoError(t, err)
		first, last := l.Span()
		return first.Format(time.DateOnly), last.Format(time.DateOnly)
	}
	from, to := span("")
	require.Equal(t, "0001-01-01 0001-01-01", from+" "+to)
	from, to = span(`{"id":"1","deal":"d","kind":"negotiate","role":"negotiator","at":"2025-06-10T00:00:00Z","recorded":"2025-06-12T00:00:00Z"}
{"id":"2","deal":"d","kind":"submit","role":"negotiator","at":"2025-06-20T00:00:00Z","recorded":"2025-06-15T00:00:00Z"}
{"id":"3","deal":"e","kind":"implement","role":"negotiator","modality":"planned","at":"2030-01-01T00:00:00Z","recorded":"2025-06-16T00:00:00Z"}`)
	require.Equal(t, "2025-06-12 2025-06-20", from+" "+to, "a plan ahead is no time of the log")
}
