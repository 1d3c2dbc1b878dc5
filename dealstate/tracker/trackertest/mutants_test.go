package trackertest_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker/trackertest"
)

// A suite is worth what it finds. Over each of these stores, which breaks one promise, the
// claim that is named fails, and says why.

// broken is a journal in memory of which parts may be replaced.
type broken struct {
	journal.Journal
	append func(ctx context.Context, entries []journal.Entry, on []journal.Version) ([]int64, error)
	change func(*journal.Entry)      // of what is read
	skip   func(*journal.Entry) bool // what Read leaves out
	rest   func(*journal.Entry) bool // what ReadDeal leaves out
	wait   func(ctx context.Context, after int64) error
	again  func() journal.Journal // what is there when it is opened again; nil: the same
}

func (b *broken) Append(ctx context.Context, entries []journal.Entry, on ...journal.Version) ([]int64, error) {
	if b.append != nil {
		return b.append(ctx, entries, on)
	}
	return b.Journal.Append(ctx, entries, on...)
}

func (b *broken) Read(ctx context.Context, after int64) iter.Seq2[journal.Entry, error] {
	return b.changed(b.Journal.Read(ctx, after), b.skip)
}

func (b *broken) ReadDeal(ctx context.Context, deal string, after int64) iter.Seq2[journal.Entry, error] {
	return b.changed(b.Journal.ReadDeal(ctx, deal, after), b.rest)
}

func (b *broken) changed(of iter.Seq2[journal.Entry, error], skip func(*journal.Entry) bool) iter.Seq2[journal.Entry, error] {
	return func(yield func(journal.Entry, error) bool) {
		for e, err := range of {
			if skip != nil && err == nil && skip(&e) {
				continue
			}
			if b.change != nil && err == nil {
				b.change(&e)
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func (b *broken) Wait(ctx context.Context, after int64) error {
	if b.wait != nil {
		return b.wait(ctx, after)
	}
	return b.Journal.Wait(ctx, after)
}

const (
	law14    = "Law14TheTrackerIsTheFoldOfWhatItAcknowledged"
	hundred  = "HundredWatchersAreToldEveryChangeOnceInOrderOverRestarts"
	sameOnce = "TheSameAgainIsRecordedOnce"
	kept     = "AgreementsAreKeptAndAddedOnce"
	who      = "WhoRecordedAndWhenIsKept"
	early    = "WhatSomebodyRecordsWhoDoesNotWaitIsKeptOnceAndInItsPlace"
	woken    = "ATrackerFollowsWhatAnotherOneRecords"
	missed   = "ClocksThatNobodySawFireWhenATrackerIsOpenedAgain"
)

var mutants = []struct {
	name, claim string
	says        string // part of what the claim says; "": that depends on who comes first
	breaks      func(b *broken, m *journal.Memory)
}{
	{"forgets an event of a deal", law14, "what was told of", func(b *broken, _ *journal.Memory) {
		b.rest = func(e *journal.Entry) bool { return e.Position%11 == 0 && e.Agreement == nil }
	}},
	{"loses the last entry in a crash", law14, "was acknowledged at position", func(b *broken, m *journal.Memory) { b.again = func() journal.Journal { return shortened(m) } }},
	{"keeps when it wrote, and not when an event was recorded", law14, "the journal has at", func(b *broken, _ *journal.Memory) {
		b.change = func(e *journal.Entry) {
			if !e.Event.Recorded.IsZero() {
				e.Event.Recorded = e.Accepted
			}
		}
	}},
	{"gives another instant of acceptance each time", hundred, "what watcher", func(b *broken, _ *journal.Memory) {
		times := new(atomic.Int64)
		b.change = func(e *journal.Entry) { e.Accepted = e.Accepted.Add(time.Duration(times.Add(1))) }
	}},
	{"forgets every tenth entry when it is opened again", hundred, "", func(b *broken, m *journal.Memory) {
		b.again = func() journal.Journal {
			return &broken{Journal: m, skip: func(e *journal.Entry) bool { return e.Position%10 == 0 }}
		}
	}},
	{"keeps everything again", sameOnce, "the same again", func(b *broken, m *journal.Memory) {
		n := 0
		b.append = func(ctx context.Context, entries []journal.Entry, on []journal.Version) ([]int64, error) {
			var other []journal.Entry
			for _, e := range entries {
				if n++; e.Agreement == nil {
					e.Event.ID = fmt.Sprintf("%s#%d", e.Event.ID, n)
				}
				other = append(other, e)
			}
			return m.Append(ctx, other, on...)
		}
		b.change = func(e *journal.Entry) { e.Event.ID, _, _ = strings.Cut(e.Event.ID, "#") }
	}},
	{"does not look at Recorded of what it has", sameOnce, "known earlier is kept", func(b *broken, m *journal.Memory) {
		b.append = func(ctx context.Context, entries []journal.Entry, on []journal.Version) ([]int64, error) {
			return m.Append(ctx, undated(ctx, m, entries), on...)
		}
	}},
	{"takes the first content for good", "OtherContentUnderAnIDIsAConflict", "want a *tracker.EventError", func(b *broken, m *journal.Memory) {
		b.append = firstContent(m)
	}},
	{"keeps one by one", "EventsAreRecordedAllOrNone", "entries after", func(b *broken, m *journal.Memory) {
		b.append = func(ctx context.Context, entries []journal.Entry, on []journal.Version) (at []int64, err error) {
			for _, e := range entries {
				one, err := m.Append(ctx, []journal.Entry{e}, on...)
				if err != nil {
					return nil, err
				}
				at = append(at, one...)
			}
			return at, nil
		}
	}},
	{"loses what an agreement implements", kept, "the agreement of", func(b *broken, _ *journal.Memory) {
		b.change = func(e *journal.Entry) {
			if e.Agreement != nil {
				other := *e.Agreement
				other.Implements = nil
				e.Agreement = &other
			}
		}
	}},
	{"takes another text under an id", kept, "want a *dealstate.ConflictError", func(b *broken, m *journal.Memory) { b.append = firstContent(m) }},
	{"keeps once more what nobody waits for", early, "", func(b *broken, m *journal.Memory) {
		var left sync.Once
		b.append = func(ctx context.Context, entries []journal.Entry, on []journal.Version) (at []int64, err error) {
			if entries[0].Event.Kind == dealstate.Negotiate {
				left.Do(func() {
					other := slices.Clone(entries)
					other[0].Event.ID = "another"
					_, _ = m.Append(context.WithoutCancel(ctx), other)
					err = context.DeadlineExceeded
				})
			}
			if err != nil {
				return nil, err
			}
			return m.Append(ctx, entries, on...)
		}
	}},
	{"keeps what is left behind when it likes", early, "", func(b *broken, m *journal.Memory) {
		b.append = leftBehind(m)
	}},
	{"forgets who recorded", who, "who had them recorded", func(b *broken, _ *journal.Memory) { b.change = func(e *journal.Entry) { e.By = "" } }},
	{"keeps whole days", who, "when entry 3 was accepted", func(b *broken, _ *journal.Memory) {
		b.change = func(e *journal.Entry) { e.Accepted = e.Accepted.Truncate(24 * time.Hour) }
	}},
	{"keeps what it was asked about", "ARefusalKeepsNothingAndANoteAlwaysTakesEffect", "entries after a refusal", func(b *broken, m *journal.Memory) {
		b.again = func() journal.Journal {
			_, _ = m.Append(context.Background(), []journal.Entry{{Accepted: time.Now(), Event: dealstate.Event{ID: "asked", Deal: "london", Kind: dealstate.Note, At: time.Now()}}})
			return b
		}
	}},
	{"knows no versions", "OfManyWhoApplyWhatOnlyOneMayOneDoes", "only one may", func(b *broken, m *journal.Memory) {
		b.append = func(ctx context.Context, entries []journal.Entry, _ []journal.Version) ([]int64, error) {
			for range 100 { // so that the others decide too
				runtime.Gosched()
			}
			return m.Append(ctx, entries)
		}
	}},
	{"is never woken", woken, "Watch from", func(b *broken, _ *journal.Memory) {
		b.wait = func(ctx context.Context, _ int64) error {
			<-ctx.Done()
			return ctx.Err()
		}
	}},
	{"has all entries accepted when it is opened", missed, "how many clocks fired", func(b *broken, m *journal.Memory) {
		b.again = func() journal.Journal {
			return &broken{Journal: m, change: func(e *journal.Entry) { e.Accepted = e.Accepted.AddDate(0, 0, 19) }}
		}
	}},
	{"loses deadlines", missed, "what Due says", func(b *broken, m *journal.Memory) {
		b.again = func() journal.Journal {
			return &broken{Journal: m, change: func(e *journal.Entry) {
				if e.Agreement != nil {
					other := *e.Agreement
					other.Deadline = time.Time{}
					e.Agreement = &other
				}
			}}
		}
	}},
	{"loses the titles of agreements when it is opened again", "DueSaysAheadWhatIsToldAfterwards", "what is past", func(b *broken, m *journal.Memory) {
		b.again = func() journal.Journal {
			return &broken{Journal: m, change: func(e *journal.Entry) {
				if e.Agreement != nil {
					other := *e.Agreement
					other.Title = ""
					e.Agreement = &other
				}
			}}
		}
	}},
}

// leftBehind keeps what is recorded a little later, and has no answer for who asks meanwhile
// what became of it.
func leftBehind(m *journal.Memory) func(context.Context, []journal.Entry, []journal.Version) ([]int64, error) {
	var mu sync.Mutex
	asked := map[string]int{} // how often, by deal
	return func(ctx context.Context, entries []journal.Entry, on []journal.Version) ([]int64, error) {
		if entries[0].Event.Kind != dealstate.Negotiate {
			return m.Append(ctx, entries, on...)
		}
		mu.Lock()
		defer mu.Unlock()
		switch asked[entries[0].Deal()]++; asked[entries[0].Deal()] {
		case 1:
			time.AfterFunc(time.Millisecond, func() { _, _ = m.Append(context.Background(), entries) })
			return nil, context.DeadlineExceeded
		case 2:
			return nil, errors.New("busy")
		}
		return m.Append(ctx, entries, on...)
	}
}

// shortened is a copy of a journal without its last entry.
func shortened(m *journal.Memory) journal.Journal {
	short, all := &journal.Memory{}, []journal.Entry{}
	for e, err := range m.Read(context.Background(), 0) {
		if err == nil {
			all = append(all, e)
		}
	}
	for _, e := range all[:max(0, len(all)-1)] {
		_, _ = short.Append(context.Background(), []journal.Entry{e})
	}
	return short
}

// undated gives the entries with the Recorded that those kept have.
func undated(ctx context.Context, m *journal.Memory, entries []journal.Entry) (other []journal.Entry) {
	for _, e := range entries {
		for old := range m.ReadDeal(ctx, e.Deal(), 0) {
			if old.Agreement == nil && old.Event.ID == e.Event.ID {
				e.Event.Recorded = old.Event.Recorded
			}
		}
		other = append(other, e)
	}
	return other
}

// firstContent acknowledges other content under an id that is taken, and keeps none of it.
func firstContent(m *journal.Memory) func(context.Context, []journal.Entry, []journal.Version) ([]int64, error) {
	return func(ctx context.Context, entries []journal.Entry, on []journal.Version) ([]int64, error) {
		at, err := m.Append(ctx, entries, on...)
		if errors.As(err, new(*dealstate.ConflictError)) {
			at, err = make([]int64, len(entries)), nil
			for i := range at {
				at[i] = 1
			}
		}
		return at, err
	}
}

// quiet is a test that may fail without anybody being told.
type quiet struct {
	testing.TB
	failed atomic.Pointer[string] // what it failed with, at first
}

func (q *quiet) fail(text string)                  { q.failed.CompareAndSwap(nil, &text) }
func (q *quiet) Helper()                           {}
func (q *quiet) Failed() bool                      { return q.failed.Load() != nil }
func (q *quiet) Error(args ...any)                 { q.fail(fmt.Sprint(args...)) }
func (q *quiet) Errorf(format string, args ...any) { q.fail(fmt.Sprintf(format, args...)) }
func (q *quiet) Fatal(args ...any)                 { q.fail(fmt.Sprint(args...)); runtime.Goexit() }
func (q *quiet) Fatalf(format string, args ...any) {
	q.fail(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// said gives what a claim says of a store, "" where it passes.
func said(s trackertest.Store, claim string) string {
	q, done := &quiet{}, make(chan struct{})
	go func() {
		defer close(done)
		trackertest.Claim(q, s, claim)
	}()
	<-done
	if text := q.failed.Load(); text != nil {
		return *text
	}
	return ""
}

// patience is how long a claim waits in vain for what a broken store does not do.
func patience(claim string) time.Duration {
	if claim == woken {
		return time.Second
	}
	return time.Minute
}

func TestEveryClaimFindsAStoreThatBreaksIt(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	for _, mutant := range mutants {
		s := trackertest.Store{
			Patience: patience(mutant.claim),
			Fresh: func(testing.TB) journal.Journal {
				m := &journal.Memory{}
				b := &broken{Journal: m}
				mutant.breaks(b, m)
				return b
			},
			Again: func(_ testing.TB, j journal.Journal) journal.Journal {
				if b, is := j.(*broken); is && b.again != nil {
					return b.again()
				}
				return j
			},
		}
		found[mutant.claim] = true
		t.Run(mutant.name, func(t *testing.T) {
			text := said(s, mutant.claim)
			require.NotEmpty(t, text, "it passes %s", mutant.claim)
			require.Contains(t, text, mutant.says)
			t.Logf("%.400s", text)
		})
	}
	for _, claim := range trackertest.Claims() {
		require.True(t, found[claim], "no store breaks the claim %s", claim)
	}
	require.Contains(t, said(trackertest.Store{}, "no such claim"), `has no claim "no such claim"`)
}

// The store does not list its deals, as those of the tracker's own tests do. The hundred
// watchers, which take longest, are there.
func TestAStoreThatKeepsItsWordPassesTheOtherClaims(t *testing.T) {
	t.Parallel()
	s := trackertest.Store{Rounds: 1, Fresh: func(testing.TB) journal.Journal { return &broken{Journal: &journal.Memory{}} }}
	for _, claim := range trackertest.Claims() {
		if claim != hundred {
			require.Empty(t, said(s, claim), claim)
		}
	}
}
