package main

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// entriesOf are all that a folder holds, as a journal has it: the agreements, and the events
// in the order in which they were learned. Each was accepted when it was learned, so that the
// stream of changes tells of it there; nothing was accepted in the future.
func (f *folder) entriesOf(by string, now time.Time) (entries []journal.Entry) {
	for _, id := range f.ids {
		for _, e := range f.deals[id].events {
			entries = append(entries, journal.Entry{Accepted: earliest(learned(e), now), By: by, Event: e})
		}
	}
	slices.SortStableFunc(entries, func(a, b journal.Entry) int { return a.Accepted.Compare(b.Accepted) })
	first := now
	if len(entries) > 0 {
		first = entries[0].Accepted
	}
	var agreements []journal.Entry
	for _, id := range f.ids {
		a := f.deals[id].machine.Agreement()
		agreements = append(agreements, journal.Entry{Accepted: first, By: by, Agreement: &a})
	}
	return append(agreements, entries...)
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// mostAtOnce is how many entries are appended in one go.
const mostAtOnce = 4096

// fill appends the entries to a journal, which keeps what it has already.
func fill(ctx context.Context, j journal.Journal, entries []journal.Entry) error {
	for part := range slices.Chunk(entries, mostAtOnce) {
		if _, err := j.Append(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// track follows the deals of the folder as it is now, by a clock; nothing is kept of it.
func (a *app) track(f *folder, p dealstate.Policy, clock tracker.Clock) (*tracker.Tracker, error) {
	j := &journal.Memory{}
	if err := fill(a.ctx, j, f.entriesOf("", clock.Now())); err != nil {
		return nil, err
	}
	return tracker.Open(a.ctx, j, tracker.Options{Policy: p, Clock: clock})
}

// waitFlag says how long to wait for a journal that somebody else has open.
type waitFlag struct {
	Wait time.Duration `default:"10s" placeholder:"SPAN" help:"How long to wait while somebody else has the journal open, such as 500ms; 0s: not at all. Default: 10s."`
}

// lockTries is how long it takes from one try to open a journal to the next.
const lockTries = 20 * time.Millisecond

// openJournal opens the folder's journal to write, and makes it if there is none. It waits so
// long while somebody else has it open. It says what a crash has left of the last entries.
func (a *app) openJournal(wait time.Duration) (*journal.File, error) {
	j, err := a.tryJournal()
	for end := time.Now().Add(wait); is[*journal.LockedError](err) && time.Now().Before(end); {
		select {
		case <-a.ctx.Done():
			return nil, a.ctx.Err()
		case <-time.After(lockTries):
		}
		j, err = a.tryJournal()
	}
	if err == nil && j.Recovery().Torn != nil {
		torn := j.Recovery().Torn
		a.warn("the journal had been broken off after entry %d; %d bytes that nobody was told are kept lie in %s now", torn.After, torn.Bytes, strings.Join(torn.KeptIn, ", "))
	}
	return j, err
}

func (a *app) tryJournal() (*journal.File, error) {
	j, err := journal.Open(a.ctx, filepath.Join(a.dir, journalName), journal.Options{})
	if is[*journal.DamageError](err) {
		err = &badInput{errors.New(damageText(err) + "; see: dealstate verify")}
	}
	return j, err
}

// journalOf opens the folder's journal, and makes it if there is none. What the files have is
// taken into it first, so that it has everything.
func (a *app) journalOf(f *folder, by string, wait time.Duration) (*journal.File, error) {
	j, err := a.openJournal(wait)
	if err != nil {
		return nil, err
	}
	entries := f.entriesOf(by, a.now().UTC())
	for i := range entries {
		entries[i].Accepted = a.now().UTC() // which is when this journal took it
	}
	if err := fill(a.ctx, j, entries); err != nil {
		return nil, cmp.Or(err, j.Close())
	}
	return j, nil
}
