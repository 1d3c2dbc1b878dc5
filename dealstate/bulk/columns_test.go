package bulk

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Whatever is wrong with an event, and however the parts are cut, columns come to what
// lines come to: what is taken, doubled, contradicted and refused.
func TestColumnsInPartsComeToWhatLinesDo(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	var all Progress
	for seed := range uint64(12) {
		w := newWorld(t, seed, 200)
		spoil(w)
		agreements := ByDeal(func(deal string) *dealstate.Machine {
			if deal == "nobody's" {
				return nil
			}
			return w.agreements(deal)
		})
		var want, got []string
		lines, err := ReadEvents(ctx, eventSeq(w.events), agreements, Options{Bad: noting(&want)})
		require.NoError(t, err)
		parts, err := ReadColumns(ctx, w.parts(int(seed)*97+1), agreements, Options{Bad: noting(&got)})
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, lines.Progress(), parts.Progress())
		require.Equal(t, lines.Deals(), parts.Deals())
		a, err := lines.Replay(ctx, dealstate.View{}, 1)
		require.NoError(t, err)
		b, err := parts.Replay(ctx, dealstate.View{}, 1)
		require.NoError(t, err)
		require.Equal(t, a.Totals(), b.Totals())
		require.Equal(t, slices.Collect(a.Finals()), slices.Collect(b.Finals()))
		all.Duplicates, all.Bad = all.Duplicates+parts.Progress().Duplicates, all.Bad+parts.Progress().Bad
	}
	require.Greater(t, all.Duplicates, int64(100))
	require.Greater(t, all.Bad, int64(300))
}

func noting(to *[]string) func(*dealstate.LineError) error {
	return func(e *dealstate.LineError) error { *to = append(*to, e.Error()); return nil }
}

// spoil makes some events bad, and some contradict earlier ones.
func spoil(w *world) {
	for i := range w.events {
		e := &w.events[i]
		switch i % 37 {
		case 3:
			e.ID, e.Deal = w.events[i-1].ID, w.events[i-1].Deal
		case 7:
			e.Party = "fiji"
		case 11:
			e.Deal = "nobody's"
		case 13:
			e.ID = "a b"
		case 17: // the same but for its note, which no column holds
			*e = w.events[i-1]
			e.Note += "!"
		}
	}
}

// Only rows of one id are asked for what no column holds, and an error in it ends the reading.
func TestContentIsAskedOfRowsOfOneIDOnly(t *testing.T) {
	t.Parallel()
	lost := errors.New("lost")
	asked := map[uint32]int{}
	c := Columns{Deals: []string{"d"}, Statements: []Statement{{Kind: dealstate.Note}}, Deal: make([]uint32, 5), Statement: make([]uint32, 5), At: slices.Repeat([]int64{1}, 5),
		ID: []string{"a", "b", "c", "b", "d"}, Content: func(row uint32) (uint64, error) { asked[row]++; return 7, nil }}
	l, err := FromColumns(context.Background(), c, Template(london(t)))
	require.NoError(t, err)
	require.Equal(t, map[uint32]int{1: 1, 3: 1}, asked)
	require.Equal(t, Progress{Lines: 5, Events: 4, Duplicates: 1}, l.Progress())

	c.Content = func(row uint32) (uint64, error) { return uint64(row), nil }
	_, err = FromColumns(context.Background(), c, Template(london(t)))
	var conflict *dealstate.ConflictError
	require.ErrorAs(t, err, &conflict)
	c.Content = func(row uint32) (uint64, error) { return 0, lost }
	_, err = ReadColumns(context.Background(), oneByOne(c, c), Template(london(t)), Options{Bad: Skip})
	require.ErrorIs(t, err, lost)
}

func oneByOne(parts ...Columns) iter.Seq2[Columns, error] {
	return func(yield func(Columns, error) bool) {
		for _, c := range parts {
			if !yield(c, nil) {
				return
			}
		}
	}
}

func TestPartsThatAreNoneEndTheReading(t *testing.T) {
	t.Parallel()
	ctx, m := context.Background(), Template(london(t))
	good := Columns{Deals: []string{"d"}, Statements: []Statement{{Kind: dealstate.Note}}, Deal: []uint32{0}, Statement: []uint32{0}, At: []int64{1}, ID: []string{"a"}}
	numbered := good
	numbered.ID = nil
	_, err := ReadColumns(ctx, oneByOne(good, numbered), m, Options{Bad: Skip})
	require.EqualError(t, err, "id: missing; want one for each row, for numbers of rows are no ids where columns come in parts")
	beyond := good
	beyond.Bad = map[uint32]error{1: errors.New("no such row")}
	_, err = ReadColumns(ctx, oneByOne(good, beyond), m, Options{Bad: Skip})
	require.EqualError(t, err, "row 1: ref, until or bad: given for a row that is not there; there are 1")
	broken := errors.New("broken")
	_, err = ReadColumns(ctx, func(yield func(Columns, error) bool) { yield(Columns{}, broken) }, m, Options{Bad: Skip})
	require.ErrorIs(t, err, broken)
	bad := good
	bad.ID, bad.Bad = []string{"b"}, map[uint32]error{0: errors.New("kind: what?")}
	_, err = ReadColumns(ctx, oneByOne(good, bad), m, Options{})
	require.EqualError(t, err, "line 2: kind: what?", "rows are numbered through all parts")
	_, err = ReadColumns(ctx, oneByOne(good), m, Options{MaxBytes: 1})
	var size *SizeError
	require.ErrorAs(t, err, &size)
}

// What a log of columns takes is a few allocations a part, whatever its ids.
func TestColumnsWithIDsTakeNoAllocationARow(t *testing.T) {
	a := Template(london(t))
	per := func(events int) float64 {
		c := withIDs(stream(50, events), 1)
		return testing.AllocsPerRun(3, func() {
			_, err := FromColumns(context.Background(), c, a)
			require.NoError(t, err)
		})
	}
	small, large := per(20_000), per(120_000)
	require.Less(t, large-small, 0.02*100_000, "%v allocations for 20,000 rows and %v for 120,000", small, large)
}

// Whoever has no events yet has no agreement either.
func TestAnEmptyLogIsReplayedWhoeverKnowsItsDeals(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, a := range map[string]Agreements{"template": Template(london(t)), "by deal": ByDeal(func(string) *dealstate.Machine { return nil })} {
		lines, err := ReadLines(ctx, strings.NewReader(""), a, Options{})
		require.NoError(t, err)
		columns, err := FromColumns(ctx, Columns{}, a)
		require.NoError(t, err)
		for _, l := range []*Log{lines, columns} {
			r, err := l.Replay(ctx, dealstate.View{}, 1)
			require.NoError(t, err, name)
			require.Zero(t, r.Totals().Deals)
			for range l.Transitions(ctx, dealstate.View{}, 1) {
				t.Fatal("no deal moves")
			}
		}
	}
}
