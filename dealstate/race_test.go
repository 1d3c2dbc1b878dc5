package dealstate_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Meaningful under go test -race; without it these tests still compare the end
// with a sequential fold.

// crowd runs the functions at once, each some number of times.
func crowd(times int, work ...func(turn int) error) []error {
	var wg sync.WaitGroup
	errs := make([]error, len(work))
	for i, f := range work {
		wg.Go(func() {
			for turn := range times {
				if err := f(turn); err != nil && errs[i] == nil {
					errs[i] = err
				}
			}
		})
	}
	wg.Wait()
	return errs
}

// readers ask one deal everything it can be asked.
func readers(d *dealstate.Deal, probe dealstate.Event) []func(int) error {
	sane := func(ok bool, what string, args ...any) error {
		if ok {
			return nil
		}
		return fmt.Errorf(what, args...)
	}
	return []func(int) error{
		func(int) error {
			s := d.Latest()
			return sane(s.Deal == probe.Deal && s.State != "", "torn snapshot: %+v", s)
		},
		func(int) error {
			early := d.At(dealstate.View{AsOf: onDay(-1)})
			return sane(early.Since.IsZero(), "a state before all events: %+v", early)
		},
		func(int) error {
			state := d.Machine().Lifecycle().Initial
			for dec := range d.Decisions() {
				if dec.From != state || len(dec.Reasons) == 0 {
					return fmt.Errorf("torn history: %s comes from %s, not %s", dec, dec.From, state)
				}
				state = dec.To
			}
			return nil
		},
		func(int) error {
			var events []dealstate.Event
			for e := range d.Events() {
				events = append(events, e)
			}
			return sane(slices.IsSortedFunc(events, inFoldOrder), "events out of order")
		},
		func(int) error { return sane(d.Explain() != "" && d.Awaiting() != nil, "no answer") },
		func(int) error { _ = d.LogValue(); _, err := d.Check(probe); return err },
		func(int) error {
			s, decisions := d.Replay(dealstate.View{Policy: dealstate.Reported, KnownBy: onDay(8)})
			return sane(len(decisions) == 0 || decisions[len(decisions)-1].To == s.State, "a replay that ends elsewhere")
		},
	}
}

func TestOneDealServesManyGoroutines(t *testing.T) {
	t.Parallel()
	for i, h := range dirtyHistories(20, 1, 60) {
		m := h.machine(t)
		deal := m.NewDeal(dealstate.Strict)
		work := readers(deal, dealstate.Event{ID: "probe", Deal: h.agreement.ID, Kind: dealstate.Retract, Ref: "e01", At: onDay(3)})
		for w := range 4 { // four writers: each event comes from two of them
			arrival := shuffled(rand.New(rand.NewPCG(uint64(i), uint64(w%2))), h.events[w/2*30:w/2*30+30])
			work = append(work, func(turn int) error { _, err := deal.Record(arrival[turn]); return err })
		}
		work = append(work, func(turn int) error {
			if turn%10 == 0 {
				runtime.GC() // which may take from the deal what its log led to
			}
			return nil
		})
		for _, err := range crowd(30, work...) {
			require.NoError(t, err)
		}
		want, decisions, err := m.Fold(h.events, dealstate.View{})
		require.NoError(t, err)
		require.Equal(t, toJSON(t, want), toJSON(t, deal.Latest()), h.agreement.ID)
		got := slices.Collect(deal.Decisions())
		require.Equal(t, toJSON(t, decisions[:len(got)]), toJSON(t, got)) // a fold also looks past the last event
	}
}

func TestManyDealsShareOneMachine(t *testing.T) {
	t.Parallel()
	for _, a := range dirtyAgreements {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		const deals, length = 8, 40
		var logs [deals][]dealstate.Event
		var all [deals]*dealstate.Deal
		var work []func(int) error
		for i := range deals {
			logs[i] = dirtyLog(rand.New(rand.NewPCG(21, uint64(i))), a, length)
			slices.SortFunc(logs[i], inFoldOrder) // all through looplab, on shared runners
			all[i] = m.NewDeal(dealstate.Official)
			work = append(work, func(turn int) error { _, err := all[i].Record(logs[i][turn]); return err })
		}
		for _, err := range crowd(length, work...) {
			require.NoError(t, err)
		}
		for i, d := range all {
			want, _, err := m.Fold(logs[i], dealstate.View{Policy: dealstate.Official})
			require.NoError(t, err)
			require.Equal(t, toJSON(t, want), toJSON(t, d.Latest()))
		}
	}
}

// Of many who race to do at one instant what can be done once, one does it. The
// others are refused, or give way to a later caller whose id folds before.
func TestOfRacingAppliesExactlyOneTakesEffect(t *testing.T) {
	t.Parallel()
	for round := range 20 {
		deal, err := dealstate.New(dirtyAgreements[0], dealstate.Strict)
		require.NoError(t, err)
		recordAll(t, deal, []dealstate.Event{
			{ID: "a", Deal: "plain", Kind: dealstate.Approve, Party: "us", Role: dealstate.Instrument, At: onDay(0)},
			{ID: "b", Deal: "plain", Kind: dealstate.Approve, Party: "china", Role: dealstate.Instrument, At: onDay(1)}})
		var work []func(int) error
		for i := range 6 {
			work = append(work, func(int) error {
				return deal.Apply(dealstate.Event{ID: fmt.Sprint("go-", i), Deal: "plain", Kind: dealstate.Implement, Role: dealstate.Instrument, At: onDay(2)})
			})
		}
		kept, first := 2, ""
		for i, err := range crowd(1, work...) {
			var no *dealstate.Refusal
			if errors.As(err, &no) {
				continue
			}
			require.NoError(t, err)
			kept++
			first = cmp.Or(first, fmt.Sprint("go-", i))
		}
		require.Len(t, slices.Collect(deal.Events()), kept, "round %d: what was refused was kept", round)
		require.Equal(t, dealstate.StateImplemented, deal.Latest().State)
		require.Equal(t, first, deal.Latest().By, "the first in the order of the fold")
	}
}

// What a loop or a decision hands out belongs to the reader.
func TestWhatALoopSeesStaysAsItWas(t *testing.T) {
	t.Parallel()
	h := dirtyHistories(22, 1, 40)[1]
	deal := h.machine(t).NewDeal(dealstate.Strict)
	recordAll(t, deal, h.events[:20])
	decisions, events := deal.Decisions(), deal.Events()
	was, logged := toJSON(t, slices.Collect(decisions)), toJSON(t, slices.Collect(events))
	recordAll(t, deal, h.events[20:])
	require.Equal(t, was, toJSON(t, slices.Collect(decisions)))
	require.Equal(t, logged, toJSON(t, slices.Collect(events)))
}
