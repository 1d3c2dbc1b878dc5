package bulk

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
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

// outOfTable are the agreements whose deals no table knows, and why.
var outOfTable = map[string]string{
	"dates": "it has a clock overdue", "window": "it has a clock reached", "everything": "it has a clock overdue",
}

// bindsLate are those in which a party may have joined and not be bound yet: what its
// withdrawal does depends on the instant.
var bindsLate = map[string]bool{"later": true, "effect": true, "any": true, "join": true, "join-untimed": true, "renew-many": true}

// tameWorld leaves what can be streamed, in order, some of it twice.
func tameWorld(t *testing.T, alter ...func(*rand.Rand, *dealstate.Event)) *world {
	t.Helper()
	w := newWorld(t, 77, proof.Times(1600, 500), alter...)
	for deal, log := range w.byDeal {
		circles := strings.HasPrefix(deal, "rounds") // a clock may be due again at the instant at which it was
		id, _, _ := strings.Cut(deal, "/")
		leaves := slices.ContainsFunc(log, func(e dealstate.Event) bool { return e.Kind == dealstate.Withdraw })
		if circles || outOfTable[id] != "" || bindsLate[id] && leaves || slices.ContainsFunc(log, func(e dealstate.Event) bool {
			return e.Kind == dealstate.Retract || e.Kind == dealstate.Settle || !e.Until.IsZero()
		}) {
			delete(w.byDeal, deal)
		}
	}
	w.deals, w.events = nil, nil
	for _, log := range w.byDeal {
		w.events = append(w.events, log...)
	}
	slices.SortFunc(w.events, func(a, b dealstate.Event) int {
		if c := dirtylog.FoldOrder(a, b); c != 0 {
			return c
		}
		return strings.Compare(a.Deal, b.Deal)
	})
	rng := rand.New(rand.NewPCG(1, 1))
	var twice []dealstate.Event
	for _, e := range w.events {
		if !slices.Contains(w.deals, e.Deal) {
			w.deals = append(w.deals, e.Deal)
		}
		twice = append(twice, e)
		if rng.IntN(10) == 0 {
			twice = append(twice, e)
		}
	}
	w.events = twice
	return w
}

func TestASortedLogComesToTheSameWithoutKeepingIt(t *testing.T) {
	t.Parallel()
	sortedEqualsFold(t, tameWorld(t))
}

func TestASortedLogFullOfTiesComesToTheSame(t *testing.T) {
	t.Parallel()
	sortedEqualsFold(t, tameWorld(t, tie))
}

func sortedEqualsFold(t *testing.T, w *world) {
	t.Helper()
	require.Greater(t, len(w.deals), proof.Times(300, 100))
	for i, v := range dirtyViews {
		want := w.truth(t, v)
		for workers := 1; workers <= 2; workers++ {
			var told []Transition
			s, err := ReadSorted(context.Background(), bytes.NewReader(w.lines(t)), ByDeal(w.agreements), v, Options{Workers: workers}, func(tr Transition) { told = append(told, tr) })
			require.NoError(t, err, i)
			require.Equal(t, want.totals, s.Totals())
			require.Equal(t, want.finals, slices.Collect(s.Finals()))
			slices.SortStableFunc(told, func(a, b Transition) int {
				return slices.Index(w.deals, a.Deal) - slices.Index(w.deals, b.Deal)
			})
			require.Equal(t, want.transitions, told)
			require.EqualValues(t, len(w.events), s.Progress().Lines)
			require.Equal(t, s.Progress().Lines, s.Progress().Events+s.Progress().Duplicates)
		}
	}
}

func TestASortedReadingSaysWhatNeedsTheLog(t *testing.T) {
	t.Parallel()
	good := twoPartyLine("2", "")
	for bad, want := range map[string]string{
		twoPartyLine("1", ""):                                                          `line 2: event "1" of deal "d" needs the deal's whole log: it is late; a deal's lines must come by at, class of kind, recorded, kind, revision and id`,
		twoPartyLine("2", `,"note":"other"`):                                           `line 2: id: "2" is recorded with other content; retract it and record the correction under a new id`,
		twoPartyLine("2", `,"recorded":"2024-02-01T00:00:00Z"`):                        `line 2: event "2" of deal "d" needs the deal's whole log: it comes again as recorded earlier; a deal's lines must come by at, class of kind, recorded, kind, revision and id`,
		twoPartyLine("2", `,"ref":"1"`):                                                `line 2: id: "2" is recorded with other content; retract it and record the correction under a new id`,
		`{"id":"3","deal":"d","kind":"retract","ref":"2","at":"2025-01-02T00:00:00Z"}`: `line 2: event "3" of deal "d" needs the deal's whole log: it speaks of another event or of a later instant, or the deal is too intricate`,
	} {
		_, err := ReadSorted(context.Background(), strings.NewReader(good+"\n"+bad), Template(london(t)), dealstate.View{}, Options{}, nil)
		require.EqualError(t, err, want)
		s, err := ReadSorted(context.Background(), strings.NewReader(good+"\n"+bad), Template(london(t)), dealstate.View{}, Options{Bad: Skip}, nil)
		require.NoError(t, err)
		require.EqualValues(t, 1, s.Progress().Bad)
	}
	m, err := dealstate.Compile(dirtylog.Agreements[1])
	require.NoError(t, err)
	again, err := ReadSorted(context.Background(), strings.NewReader(good+"\n"+twoPartyLine("2", `,"recorded":"2025-02-01T00:00:00Z"`)), Template(london(t)), dealstate.View{}, Options{}, nil)
	require.NoError(t, err)
	require.EqualValues(t, 1, again.Progress().Duplicates)
	old := dirtylog.Agreements[1]
	old.Deadline = time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC)
	past, err := dealstate.Compile(old)
	require.NoError(t, err)
	_, err = ReadSorted(context.Background(), strings.NewReader(good), Template(past), dealstate.View{}, Options{}, nil)
	require.ErrorContains(t, err, "outside the years 1678 to 2261")
	farAhead := dealstate.View{AsOf: time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)}
	_, err = ReadSorted(context.Background(), strings.NewReader(good), Template(m), farAhead, Options{}, nil)
	require.EqualError(t, err, `line 1: event "2" of deal "d" needs the deal's whole log: a view of a deal with clocks lies outside the years 1678 to 2261`)
	var log *LogError
	require.ErrorAs(t, err, &log)
	require.Equal(t, "2", log.Event)
}

// What it cannot carry along it refuses, and says why; it takes nothing of such a deal.
func TestASortedReadingRefusesDealsWhoseClocksHaveNoTimer(t *testing.T) {
	t.Parallel()
	for _, a := range dirtylog.Intricate {
		line := fmt.Sprintf(`{"id":"1","deal":%q,"kind":"negotiate","role":"negotiator","at":"2025-06-11T00:00:00Z"}`+"\n", a.ID)
		s, err := ReadSorted(context.Background(), strings.NewReader(line), Template(compiled(t, a)), dealstate.View{}, Options{}, nil)
		why, is := outOfTable[a.ID]
		if !is {
			require.NoError(t, err, a.ID)
			require.EqualValues(t, 1, s.Totals().Events)
			continue
		}
		var log *LogError
		require.ErrorAs(t, err, &log, a.ID)
		require.Equal(t, LogError{Deal: a.ID, Event: "1", Why: why}, *log)
		s, err = ReadSorted(context.Background(), strings.NewReader(line), Template(compiled(t, a)), dealstate.View{}, Options{Bad: Skip}, nil)
		require.NoError(t, err)
		require.Zero(t, s.Totals().Events)
	}
}

func TestADealOfWhichNothingWasTakenStandsAtItsBeginning(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(dirtylog.Agreements[1]) // it has clocks
	require.NoError(t, err)
	s, err := ReadSorted(context.Background(), strings.NewReader(twoPartyLine("1", "")), Template(m), dealstate.View{}, Options{Bad: Skip}, nil)
	require.NoError(t, err)
	require.Equal(t, []Final{{Deal: "d", State: dealstate.StateNegotiated, Revision: 1}}, slices.Collect(s.Finals()))
	require.EqualValues(t, 1, s.Totals().States[dealstate.StateNegotiated])
}

// Without this, every deal could go the slow way and all other tests would pass.
func TestTheDFAKnowsTameDeals(t *testing.T) {
	t.Parallel()
	w := tameWorld(t)
	l, err := ReadEvents(context.Background(), eventSeq(w.events), ByDeal(w.agreements), Options{})
	require.NoError(t, err)
	r, err := l.Replay(context.Background(), dealstate.View{}, 1)
	require.NoError(t, err)
	for deal := range l.deals {
		_, final := r.state(uint32(deal))
		require.Nil(t, final, l.deals[deal])
	}
}

func TestALogOfLateDealsOnlyIsReplayed(t *testing.T) {
	t.Parallel()
	text := `{"id":"2","deal":"d","kind":"approve","party":"china","role":"instrument","at":"2025-01-02T00:00:00Z"}
{"id":"1","deal":"d","kind":"approve","party":"us","role":"instrument","at":"2025-01-01T00:00:00Z"}`
	l, err := ReadLines(context.Background(), strings.NewReader(text), Template(london(t)), Options{})
	require.NoError(t, err)
	r, err := l.Replay(context.Background(), dealstate.View{}, 1)
	require.NoError(t, err)
	require.EqualValues(t, map[dealstate.State]int64{"approved": 1}, r.Totals().States)
	require.EqualValues(t, 2, r.Totals().Outcomes[dealstate.Applied])
}

// A plan says nothing of how late it is, so the deadline between is not over.
func TestNoClockRunsUpToAPlan(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(dirtylog.Agreements[1])
	require.NoError(t, err)
	events := []dealstate.Event{
		{ID: "1", Deal: m.Deal(), Kind: dealstate.Negotiate, Role: dealstate.Negotiator, At: dirtylog.OnDay(1)},
		{ID: "2", Deal: m.Deal(), Kind: dealstate.Approve, Party: "us", Role: dealstate.Instrument, Modality: dealstate.Planned, At: dirtylog.OnDay(20), Recorded: dirtylog.OnDay(1)},
	}
	l, err := ReadEvents(context.Background(), eventSeq(events), Template(m), Options{})
	require.NoError(t, err)
	r, err := l.Replay(context.Background(), dealstate.View{}, 1)
	require.NoError(t, err)
	require.EqualValues(t, map[dealstate.State]int64{"negotiated": 1}, r.Totals().States)
	r, err = l.Replay(context.Background(), dealstate.View{AsOf: dirtylog.OnDay(9)}, 1)
	require.NoError(t, err)
	require.EqualValues(t, map[dealstate.State]int64{"lapsed": 1}, r.Totals().States)
}

func TestAnIntricateDealIsFolded(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "a", Parties: dirtylog.BothSides, Commitments: dirtylog.Pledges(slices.Repeat([]string{"us"}, 3*lazydfa.MaxDepth)...)}
	m := compiled(t, a)
	events := []dealstate.Event{{Kind: dealstate.Approve, Party: "us"}, {Kind: dealstate.Approve, Party: "china"}, {Kind: dealstate.Implement}}
	for _, c := range a.Commitments { // each that is performed makes a situation of its own
		events = append(events, dealstate.Event{Kind: dealstate.Perform, Commitment: c.ID})
	}
	for i := range events {
		events[i].ID, events[i].Deal, events[i].Role, events[i].At = fmt.Sprintf("%03d", i), m.Deal(), dealstate.Instrument, dirtylog.OnDay(i)
	}
	l, err := ReadEvents(context.Background(), eventSeq(events), Template(m), Options{})
	require.NoError(t, err)
	r, err := l.Replay(context.Background(), dealstate.View{}, 1)
	require.NoError(t, err)
	_, final := r.state(0)
	require.NotNil(t, final)
	require.EqualValues(t, len(events), r.Totals().Outcomes[dealstate.Applied])
	require.LessOrEqual(t, len(l.agreements.pool.Get(m, dealstate.Strict).Situations()), lazydfa.MaxDepth+2)
}

// Any number of open disputes is as good as one, until one of several is settled.
func TestOpenDisputesStayInTheTable(t *testing.T) {
	t.Parallel()
	m := london(t)
	rng := rand.New(rand.NewPCG(7, 7))
	w := &world{machines: map[string]*dealstate.Machine{m.Deal(): m}, byDeal: map[string][]dealstate.Event{}}
	for n := range 40 {
		var log []dealstate.Event
		for i := range 300 {
			e := dealstate.Event{ID: fmt.Sprintf("%03d", i), Kind: dealstate.Dispute, Role: dealstate.Instrument, Party: dirtylog.Pick(rng, []string{"us", "china", ""}), At: dirtylog.OnDay(i)}
			switch {
			case rng.IntN(80) == 0:
				e.Kind, e.Party = dealstate.Settle, ""
			case rng.IntN(40) == 0:
				e.Kind, e.Party = dealstate.Approve, dirtylog.Pick(rng, []string{"us", "china"})
			case rng.IntN(90) == 0:
				e.Kind, e.Party = dealstate.Terminate, ""
			}
			log = append(log, e)
		}
		deal := fmt.Sprintf("%s/%d", m.Deal(), n)
		for i := range log {
			log[i].Deal = deal
		}
		w.deals, w.byDeal[deal], w.events = append(w.deals, deal), log, append(w.events, log...)
	}
	l, err := ReadEvents(context.Background(), eventSeq(w.events), ByDeal(w.agreements), Options{})
	require.NoError(t, err)
	w.truth(t, dealstate.View{}).requireEqual(t, l, dealstate.View{}, 1)

	for _, n := range []int{1_000, 100_000} {
		l, err := FromColumns(context.Background(), openDisputes(n), Template(m))
		require.NoError(t, err)
		r, err := l.Replay(context.Background(), dealstate.View{}, 1)
		require.NoError(t, err)
		_, final := r.state(0)
		require.Nil(t, final, "no library was asked")
		require.EqualValues(t, n+1, r.Totals().Outcomes[dealstate.Applied])
		require.LessOrEqual(t, len(l.agreements.pool.Get(m, dealstate.Strict).Situations()), 4)
	}
}

// Deals of many parties come to nearly as many situations as there are events. With
// a deal and its log kept for each, these took 200 MB.
func TestASituationTakesLittleMemory(t *testing.T) {
	a := dealstate.Agreement{ID: "many"}
	for i := range 60 {
		a.Parties = append(a.Parties, dealstate.Party{ID: fmt.Sprint("p", i)})
	}
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	var events []dealstate.Event
	rng := rand.New(rand.NewPCG(1, 1))
	for deal := range 100 {
		for i, party := range rng.Perm(60) {
			events = append(events, dealstate.Event{ID: fmt.Sprintf("%02d", i), Deal: fmt.Sprint(deal), Kind: dealstate.Approve, Party: a.Parties[party].ID, Role: dealstate.Instrument, At: dirtylog.OnDay(i)})
		}
	}
	l, err := ReadEvents(context.Background(), eventSeq(events), Template(m), Options{})
	require.NoError(t, err)
	before := int64(heap())
	r, err := l.Replay(context.Background(), dealstate.View{}, 1)
	require.NoError(t, err)
	require.Less(t, int64(heap())-before, int64(20<<20))
	require.EqualValues(t, len(events), r.Totals().Outcomes[dealstate.Applied])
	require.Greater(t, len(l.agreements.pool.Get(m, dealstate.Strict).Situations()), 5000)
}

// Swapping the two sides of every event swaps the results.
func TestSidesAreAlike(t *testing.T) {
	t.Parallel()
	c := stream(300, 6000)
	count := func(c Columns) Totals {
		l, err := FromColumns(context.Background(), c, Template(london(t)))
		require.NoError(t, err)
		r, err := l.Replay(context.Background(), dealstate.View{Policy: dealstate.Reported}, 2)
		require.NoError(t, err)
		return r.Totals()
	}
	one := count(c)
	c.Statements = slices.Clone(c.Statements)
	for i, a := range c.Statements {
		c.Statements[i].Party = map[string]string{"us": "china", "china": "us"}[a.Party]
		c.Statements[i].By = map[string]string{"Trump": "Xi", "Xi": "Trump"}[a.By]
	}
	two := count(c)
	require.Equal(t, one.Outcomes, two.Outcomes)
	require.Equal(t, one.Reasons, two.Reasons)
	require.Equal(t, one.States["awaiting_xi_approval"], two.States["awaiting_trump_approval"])
	require.Equal(t, one.States["implemented"], two.States["implemented"])
}

// What the table does not know of a deal's last clocks is told, and counted.
func TestASortedReadingSaysWhatLastClocksNeedTheLog(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "a", Deadline: dirtylog.OnDay(9)}
	for i := range lazydfa.MaxDepth {
		a.Parties = append(a.Parties, dealstate.Party{ID: fmt.Sprint("p", i)})
	}
	m := compiled(t, a)
	var text strings.Builder
	text.WriteString(`{"id":"00","deal":"d","kind":"negotiate","role":"negotiator","at":"2025-06-11T00:00:00Z"}` + "\n")
	for i := 1; i < lazydfa.MaxDepth; i++ { // each one a situation of its own
		fmt.Fprintf(&text, `{"id":"%02d","deal":"d","kind":"approve","party":"p%d","role":"instrument","at":"2025-06-11T00:00:00Z"}`+"\n", i, i)
	}
	v := dealstate.View{AsOf: dirtylog.OnDay(20)}
	_, err := ReadSorted(context.Background(), strings.NewReader(text.String()), Template(m), v, Options{}, nil)
	require.EqualError(t, err, `line 65: event "63" of deal "d" needs the deal's whole log: the deal's last clocks are too intricate`)
	s, err := ReadSorted(context.Background(), strings.NewReader(text.String()), Template(m), v, Options{Bad: Skip}, nil)
	require.NoError(t, err)
	require.EqualValues(t, 1, s.Progress().Bad)
	l, err := ReadLines(context.Background(), strings.NewReader(text.String()), Template(m), Options{})
	require.NoError(t, err)
	r, err := l.Replay(context.Background(), v, 1)
	require.NoError(t, err)
	require.EqualValues(t, map[dealstate.State]int64{dealstate.StateLapsed: 1}, r.Totals().States)
}

func TestLastClocksEndWithTheContext(t *testing.T) {
	t.Parallel()
	m := compiled(t, dealstate.Agreement{ID: "a", Parties: dirtylog.BothSides, Deadline: dirtylog.OnDay(9)})
	var text strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&text, `{"id":"1","deal":"d%d","kind":"negotiate","role":"negotiator","at":"2025-06-11T00:00:00Z"}`+"\n", i)
	}
	ctx, cancel := context.WithCancel(context.Background())
	told := 0
	_, err := ReadSorted(ctx, strings.NewReader(text.String()), Template(m), dealstate.View{AsOf: dirtylog.OnDay(20)}, Options{Workers: 1}, func(Transition) {
		if told++; told == 1 {
			cancel()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, told, 10_000)
}
