package journal_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/journaltest"
)

// A suite is worth what it finds. Each of these stores breaks one promise, and the claim
// that is named fails.

// broken is a journal of which parts may be replaced.
type broken struct {
	journal.Journal
	append func(ctx context.Context, entries []journal.Entry, on []journal.Version) ([]int64, error)
	change func(*journal.Entry) // of what is read
	after  func(int64) int64
	deal   func(string) string
	wait   func(ctx context.Context, after int64) error
	last   func(ctx context.Context) (int64, error)
	close  func() error
	ctx    func(context.Context) context.Context
}

func (b *broken) in(ctx context.Context) context.Context {
	if b.ctx != nil {
		return b.ctx(ctx)
	}
	return ctx
}

func (b *broken) Append(ctx context.Context, entries []journal.Entry, on ...journal.Version) ([]int64, error) {
	if b.append != nil {
		return b.append(b.in(ctx), entries, on)
	}
	return b.Journal.Append(b.in(ctx), entries, on...)
}

func (b *broken) Read(ctx context.Context, after int64) iter.Seq2[journal.Entry, error] {
	if b.after != nil {
		after = b.after(after)
	}
	return b.changed(b.Journal.Read(b.in(ctx), after))
}

func (b *broken) ReadDeal(ctx context.Context, deal string, after int64) iter.Seq2[journal.Entry, error] {
	if b.deal != nil {
		deal = b.deal(deal)
	}
	return b.changed(b.Journal.ReadDeal(b.in(ctx), deal, after))
}

func (b *broken) changed(of iter.Seq2[journal.Entry, error]) iter.Seq2[journal.Entry, error] {
	return func(yield func(journal.Entry, error) bool) {
		for e, err := range of {
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
		return b.wait(b.in(ctx), after)
	}
	return b.Journal.Wait(b.in(ctx), after)
}

func (b *broken) Last(ctx context.Context) (int64, error) {
	if b.last != nil {
		return b.last(b.in(ctx))
	}
	return b.Journal.Last(b.in(ctx))
}

func (b *broken) Close() error {
	if b.close != nil {
		return b.close()
	}
	return b.Journal.Close()
}

var mutants = []struct {
	name, claim string
	breaks      func(b *broken, m *journal.Memory)
}{
	{"keeps one by one", "ARefusedAppendKeepsNothing", func(b *broken, m *journal.Memory) {
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
	{"knows no versions", "AppendOnAVersionIsRefusedWhenTheDealHasMovedOn", func(b *broken, m *journal.Memory) {
		b.append = func(ctx context.Context, entries []journal.Entry, _ []journal.Version) ([]int64, error) {
			return m.Append(ctx, entries)
		}
	}},
	{"looks at the version too early", "OneOfManyWinsOnAVersion", func(b *broken, m *journal.Memory) {
		b.append = func(ctx context.Context, entries []journal.Entry, on []journal.Version) ([]int64, error) {
			for _, v := range on {
				have := int64(0)
				for e := range m.ReadDeal(ctx, v.Deal, 0) {
					have = e.Position
				}
				if have != v.Position {
					return nil, &journal.StaleError{Deal: v.Deal, Want: v.Position, Have: have}
				}
			}
			for range 1000 { // so that the others look at it too
				runtime.Gosched()
			}
			return m.Append(ctx, entries)
		}
	}},
	{"keeps everything again", "TheSameAgainIsKeptOnce", func(b *broken, m *journal.Memory) {
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
	{"does not look at Recorded", "AnEarlierRecordedIsKeptAndCounts", func(b *broken, m *journal.Memory) {
		b.append = func(ctx context.Context, entries []journal.Entry, on []journal.Version) ([]int64, error) {
			var other []journal.Entry
			for _, e := range entries {
				e.Event.Recorded = time.Time{}
				other = append(other, e)
			}
			return m.Append(ctx, other, on...)
		}
	}},
	{"takes the first content for good", "OtherContentUnderAnIDIsAConflict", func(b *broken, m *journal.Memory) {
		b.append = func(ctx context.Context, entries []journal.Entry, on []journal.Version) ([]int64, error) {
			at, err := m.Append(ctx, entries, on...)
			var conflict *dealstate.ConflictError
			if errors.As(err, &conflict) {
				return make([]int64, len(entries)), nil
			}
			return at, err
		}
	}},
	{"writes positions into what it is given", "NobodyChangesWhatIsKept", func(b *broken, m *journal.Memory) {
		b.append = func(ctx context.Context, entries []journal.Entry, on []journal.Version) ([]int64, error) {
			at, err := m.Append(ctx, entries, on...)
			for i := range at {
				entries[i].Position = at[i]
			}
			return at, err
		}
	}},
	{"keeps microseconds", "InstantsKeepNanosecondsAndYears", func(b *broken, _ *journal.Memory) {
		b.change = func(e *journal.Entry) { e.Event.At = e.Event.At.Truncate(time.Microsecond) }
	}},
	{"accepts as it is told", "AcceptedNeverFalls", func(b *broken, _ *journal.Memory) {
		b.change = func(e *journal.Entry) { e.Accepted = e.Accepted.Truncate(2 * time.Hour) }
	}},
	{"tidies texts", "TextsAreKeptByteForByte", func(b *broken, _ *journal.Memory) {
		b.change = func(e *journal.Entry) { e.Event.Note = strings.TrimSpace(e.Event.Note) }
	}},
	{"forgets who recorded", "WhatIsReadIsWhatWasAppended", func(b *broken, _ *journal.Memory) { b.change = func(e *journal.Entry) { e.By = "" } }},
	{"counts from 0", "PositionsAreDenseAndInTheOrderOfTheEntries", func(b *broken, _ *journal.Memory) { b.change = func(e *journal.Entry) { e.Position-- } }},
	{"reads from the position on", "ReadBeginsAfterThePositionAndEndsWhereItWas", func(b *broken, _ *journal.Memory) {
		b.after = func(at int64) int64 { return max(at-1, 0) }
	}},
	{"folds the case of deals", "ReadDealGivesTheEntriesOfOneDeal", func(b *broken, _ *journal.Memory) {
		b.deal = func(deal string) string { return strings.TrimSuffix(deal, "a") }
	}},
	{"is never woken", "WaitReturnsWhenThereIsMore", func(b *broken, m *journal.Memory) {
		b.wait = func(ctx context.Context, after int64) error {
			if last, err := m.Last(ctx); err != nil || last > after {
				return err
			}
			return context.DeadlineExceeded
		}
	}},
	{"loses some", "WritersAndReadersDoNotDisturbOneAnother", func(b *broken, _ *journal.Memory) {
		b.change = func(e *journal.Entry) {
			if e.Position%97 == 0 {
				e.Event.ID = ""
			}
		}
	}},
	{"does not look at the context", "AnEndedContextEndsEverything", func(b *broken, _ *journal.Memory) { b.ctx = context.WithoutCancel }},
	{"keeps twice what nobody waits for", "WhatBecameOfAnAppendThatWasLeftIsLearntByAppendingItAgain", func(b *broken, m *journal.Memory) {
		b.append = func(ctx context.Context, entries []journal.Entry, on []journal.Version) ([]int64, error) {
			if _, limited := ctx.Deadline(); !limited {
				return m.Append(ctx, entries, on...)
			}
			other := slices.Clone(entries)
			other[0].Event.ID += "#"
			_, _ = m.Append(context.WithoutCancel(ctx), other, on...)
			return nil, context.DeadlineExceeded
		}
	}},
	{"works on when closed", "AClosedJournalSaysSo", func(b *broken, m *journal.Memory) {
		b.close = func() error { return nil }
		b.wait = func(ctx context.Context, after int64) error { return nil }
	}},
	{"loses agreements", "AgreementsAreKeptWhole", func(b *broken, _ *journal.Memory) {
		b.change = func(e *journal.Entry) {
			if e.Agreement != nil {
				other := *e.Agreement
				other.Implements = nil
				e.Agreement = &other
			}
		}
	}},
	{"takes what is not well-formed", "WhatIsNotWellFormedIsAFieldError", func(b *broken, m *journal.Memory) {
		b.append = func(ctx context.Context, entries []journal.Entry, on []journal.Version) ([]int64, error) {
			at, err := m.Append(ctx, entries, on...)
			if err != nil {
				err = errors.New(err.Error())
			}
			return at, err
		}
	}},
	{"looks for what is kept among the last only", "LongDealsAndManyAtOnceAreKept", func(b *broken, m *journal.Memory) {
		b.append = func(ctx context.Context, entries []journal.Entry, on []journal.Version) ([]int64, error) {
			at, err := m.Append(ctx, entries, on...)
			last, _ := m.Last(ctx)
			for i := range at {
				if at[i] < last-200 {
					at[i] = last + 1
				}
			}
			return at, err
		}
	}},
}

// quiet is a test that may fail without anybody being told.
type quiet struct {
	testing.TB
	failed atomic.Bool
}

func (q *quiet) Helper()               {}
func (q *quiet) Failed() bool          { return q.failed.Load() }
func (q *quiet) Error(...any)          { q.failed.Store(true) }
func (q *quiet) Errorf(string, ...any) { q.failed.Store(true) }
func (q *quiet) Fatal(...any)          { q.failed.Store(true); runtime.Goexit() }
func (q *quiet) Fatalf(string, ...any) { q.failed.Store(true); runtime.Goexit() }
func (q *quiet) Skip(...any)           { runtime.Goexit() }

// fails reports whether a store fails a claim.
func fails(s journaltest.Store, claim string) bool {
	q, done := &quiet{}, make(chan struct{})
	go func() {
		defer close(done)
		journaltest.Claim(q, s, claim)
	}()
	<-done
	return q.failed.Load()
}

func TestEveryClaimFindsAStoreThatBreaksIt(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	for _, mutant := range mutants {
		s := journaltest.Store{Fresh: func(testing.TB) journal.Journal {
			m := &journal.Memory{}
			b := &broken{Journal: m}
			mutant.breaks(b, m)
			return b
		}}
		require.True(t, fails(s, mutant.claim), "a store that %s passes %s", mutant.name, mutant.claim)
		found[mutant.claim] = true
	}
	forgetful := journaltest.Store{Fresh: func(testing.TB) journal.Journal { return &journal.Memory{} },
		Again: func(testing.TB, journal.Journal) journal.Journal { return &journal.Memory{} }}
	const again = "WhatWasAppendedIsThereWhenOpenedAgain"
	require.True(t, fails(forgetful, again))
	found[again] = true
	for _, claim := range journaltest.Claims() {
		require.True(t, found[claim], "no store breaks the claim %s", claim)
		require.False(t, fails(journaltest.Store{Fresh: func(testing.TB) journal.Journal { return &journal.Memory{} }}, claim))
	}
	require.True(t, fails(forgetful, "no such claim"))
}
