package tracker_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// manyDeals is a tracker with deals in many states, some with clocks.
func manyDeals(t *testing.T, clock *tracker.Manual) *tracker.Tracker {
	t.Helper()
	tr := open(t, &journal.Memory{}, clock, tracker.Options{Hot: 40})
	for i := range 30 {
		a := agreementOf(fmt.Sprintf("deal-%02d", (i*7)%30))
		a.Title = fmt.Sprintf("Accord No. %d", i)
		if i%3 == 0 {
			a.Deadline = time.Time{}
		} else {
			a.Deadline = dirtylog.OnDay(10 + i%5)
		}
		_, err := tr.Add(t.Context(), a)
		require.NoError(t, err)
		if i%2 == 0 {
			e := negotiated("e1", a.ID)
			e.At = e.At.Add(time.Duration(i%4) * time.Hour)
			_, err = tr.Record(t.Context(), e)
			require.NoError(t, err)
		}
		if i%4 == 0 {
			_, err = tr.Record(t.Context(), approval("e2", a.ID, "us", dirtylog.OnDay(1)))
			require.NoError(t, err)
		}
	}
	return tr
}

// every gives all pages of a query, put together.
func every(t *testing.T, tr *tracker.Tracker, q tracker.Query) []tracker.Summary {
	t.Helper()
	var all []tracker.Summary
	for {
		p, err := tr.Deals(t.Context(), q)
		require.NoError(t, err)
		require.LessOrEqual(t, len(p.Deals), max(q.Limit, 1))
		all = append(all, p.Deals...)
		if q.After = p.Next; p.Next == "" {
			return all
		}
	}
}

func ids(of []tracker.Summary) []string {
	var list []string
	for _, d := range of {
		list = append(list, d.ID)
	}
	return list
}

func TestDealsComeFilteredInOrderAndPageByPage(t *testing.T) {
	t.Parallel()
	clock := tracker.NewManual(dirtylog.OnDay(2))
	tr := manyDeals(t, clock)
	all := every(t, tr, tracker.Query{Limit: 1000})
	require.Len(t, all, 30)
	require.True(t, slices.IsSorted(ids(all)))
	for _, limit := range []int{1, 7, 29, 30} {
		for _, s := range []tracker.Sort{tracker.SortID, tracker.SortAwaiting, tracker.SortNext} {
			paged := every(t, tr, tracker.Query{Limit: limit, Sort: s})
			require.Equal(t, every(t, tr, tracker.Query{Limit: 1000, Sort: s}), paged)
			require.ElementsMatch(t, ids(all), ids(paged))
		}
	}
	for _, d := range every(t, tr, tracker.Query{Limit: 5, Awaiting: "china"}) {
		require.Contains(t, d.Awaiting, "china")
	}
	require.Empty(t, every(t, tr, tracker.Query{Limit: 5, Awaiting: "fiji"}))
	for _, d := range every(t, tr, tracker.Query{Limit: 5, State: dealstate.StateNegotiated}) {
		require.Equal(t, dealstate.StateNegotiated, d.State)
	}
	require.Equal(t, []string{"deal-21"}, ids(every(t, tr, tracker.Query{Limit: 5, Text: "accord no. 3"}))[:1])
	require.Len(t, every(t, tr, tracker.Query{Limit: 5, Text: "DEAL-0"}), 10)
}

// Every page says how many deals the query finds on all pages, and in which states.
func TestAPageCountsAllThatTheQueryFinds(t *testing.T) {
	t.Parallel()
	tr := manyDeals(t, tracker.NewManual(dirtylog.OnDay(2)))
	for _, q := range []tracker.Query{{}, {Awaiting: "china"}, {Text: "DEAL-0", Sort: tracker.SortNext}, {State: dealstate.StateNegotiated}, {Awaiting: "fiji"}} {
		q.Limit = 1000
		whole, err := tr.Deals(t.Context(), q)
		require.NoError(t, err)
		in := map[dealstate.State]int{}
		for _, d := range whole.Deals {
			in[d.State]++
		}
		require.Len(t, whole.States, len(in))
		for _, of := range whole.States {
			require.Equal(t, in[of.State], of.Deals, of.State)
		}
		for q.Limit = 4; ; {
			page, err := tr.Deals(t.Context(), q)
			require.NoError(t, err)
			require.Equal(t, len(whole.Deals), page.Total)
			require.Equal(t, whole.States, page.States)
			if q.After = page.Next; page.Next == "" {
				break
			}
		}
	}
}

func TestDealsAreSortedByWhatIsAwaitedAndByTheNextClock(t *testing.T) {
	t.Parallel()
	tr := manyDeals(t, tracker.NewManual(dirtylog.OnDay(2)))
	all := every(t, tr, tracker.Query{Limit: 50, Sort: tracker.SortAwaiting})
	require.True(t, slices.IsSortedFunc(all, func(a, b tracker.Summary) int {
		if (len(a.Awaiting) == 0) != (len(b.Awaiting) == 0) {
			return len(b.Awaiting) - len(a.Awaiting)
		}
		return a.Since.Compare(b.Since)
	}))
	byClock := every(t, tr, tracker.Query{Limit: 50, Sort: tracker.SortNext})
	require.True(t, slices.IsSortedFunc(byClock, func(a, b tracker.Summary) int {
		switch {
		case a.Next == nil && b.Next == nil:
			return strings.Compare(a.ID, b.ID)
		case a.Next == nil:
			return 1
		case b.Next == nil:
			return -1
		}
		return a.Next.Due.Compare(b.Next.Due)
	}))
	require.NotNil(t, byClock[0].Next)
	require.Nil(t, byClock[29].Next)
}

func TestStatesAreThoseThatTheDealsCanHave(t *testing.T) {
	t.Parallel()
	j := &journal.Memory{}
	tr := open(t, j, tracker.NewManual(dirtylog.OnDay(2)), tracker.Options{})
	require.Empty(t, tr.States())
	for _, a := range []dealstate.Agreement{dirtylog.Standard[1], dirtylog.Standard[3]} {
		_, err := tr.Add(t.Context(), a)
		require.NoError(t, err)
	}
	m, err := dealstate.Compile(dirtylog.Standard[1])
	require.NoError(t, err)
	want := append(m.Lifecycle().States, dealstate.ManyParty().States...)
	slices.Sort(want)
	want = slices.Compact(want)
	require.Contains(t, want, dealstate.State("awaiting_xi_approval"))
	require.Equal(t, want, tr.States())

	refused := dirtylog.Standard[1]
	refused.Lifecycle = &dirtylog.Rounds
	_, err = tr.Add(t.Context(), refused)
	require.Error(t, err)
	require.Equal(t, want, tr.States(), "an agreement that is not kept adds none")
	require.Equal(t, want, open(t, j, tracker.System{}, tracker.Options{}).States(), "a tracker that is opened again")
}

func TestAQueryThatIsNotWellFormedNamesItsField(t *testing.T) {
	t.Parallel()
	tr := manyDeals(t, tracker.NewManual(dirtylog.OnDay(2)))
	for field, q := range map[string]tracker.Query{"limit": {Limit: 1001}, "after": {After: "!"}, "sort": {Sort: 9}} {
		_, err := tr.Deals(t.Context(), q)
		var of *dealstate.FieldError
		require.ErrorAs(t, err, &of)
		require.Equal(t, field, of.Field)
	}
	_, err := tr.Due(t.Context(), dirtylog.OnDay(2), dirtylog.OnDay(2))
	var of *dealstate.FieldError
	require.ErrorAs(t, err, &of)
}

func TestACopyOfADealIsACopy(t *testing.T) {
	t.Parallel()
	tr := started(t, &journal.Memory{}, tracker.NewManual(dirtylog.OnDay(2)), tracker.Options{})
	d, err := tr.Deal(t.Context(), "london")
	require.NoError(t, err)
	_, err = d.Record(approval("e2", "london", "us", dirtylog.OnDay(1)))
	require.NoError(t, err)
	s, err := tr.At(t.Context(), "london", dealstate.View{})
	require.NoError(t, err)
	require.Empty(t, s.Approved)
	text, err := tr.Explain(t.Context(), "london", dealstate.View{Policy: dealstate.Reported})
	require.NoError(t, err)
	require.Contains(t, text, "london")
	_, err = tr.Explain(t.Context(), "paris", dealstate.View{})
	var unknown *tracker.UnknownDealError
	require.ErrorAs(t, err, &unknown)
}

// Deals of which nothing is new are left out, whether they rest or not.
func TestDealsSinceAreThoseThatSomethingIsNewOf(t *testing.T) {
	t.Parallel()
	clock := tracker.NewManual(dirtylog.OnDay(20))
	tr := manyDeals(t, clock)
	all := every(t, tr, tracker.Query{Since: dirtylog.OnDay(1), Limit: 50})
	require.NotEmpty(t, all)
	require.Less(t, len(all), len(every(t, tr, tracker.Query{Limit: 50})), "of some, nothing is on record and no clock fired")
	require.Empty(t, every(t, tr, tracker.Query{Since: dirtylog.OnDay(30), Limit: 50}))

	clock.Set(dirtylog.OnDay(40))
	_, err := tr.Record(t.Context(), negotiated("late", "deal-03"))
	require.NoError(t, err)
	since := every(t, tr, tracker.Query{Since: dirtylog.OnDay(35), Limit: 50})
	require.Len(t, since, 1)
	require.Equal(t, "deal-03", since[0].ID)
}
