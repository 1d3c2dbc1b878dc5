package trackertest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Store is a kind of journal over which trackers are tested. Every journal that it gives is
// closed at the end of the claim for which it was opened; some may be closed twice.
type Store struct {
	// Fresh opens an empty journal.
	Fresh func(t testing.TB) journal.Journal
	// Again opens the stored entries of j again, as after a kill of its process: j is not
	// closed, no call of it is under way, and no call follows.
	// Nil: j stays open, and only its trackers are opened again.
	Again func(t testing.TB, j journal.Journal) journal.Journal
	// Beside opens the stored entries of j a second time while j stays in use, as another
	// process does. Nil: only one process can open the store, and trackers share j.
	Beside func(t testing.TB, j journal.Journal) journal.Journal
	// Rounds is the number of random runs that test law 14; 0: 8. A run takes some hundred
	// appends.
	Rounds int
	// Patience is how long a claim may take before it counts as broken; 0: ten minutes.
	Patience time.Duration
}

// Run tests every promise of package tracker over the store. Each claim is a subtest with its
// own journals. All together take a few thousand appends.
func Run(t *testing.T, s Store) {
	for _, c := range claims {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			Claim(t, s, c.name)
		})
	}
}

// Claim tests one of the claims that Run tests, by its name.
func Claim(t testing.TB, s Store, name string) {
	t.Helper()
	i := slices.IndexFunc(claims, func(c claim) bool { return c.name == name })
	if i < 0 {
		t.Fatalf("trackertest has no claim %q; want one of %q", name, Claims())
	}
	x := &trial{TB: t, store: s.filled()}
	var cancel context.CancelFunc
	x.ctx, cancel = context.WithTimeout(context.Background(), x.store.Patience)
	defer cancel()
	defer x.close()
	claims[i].try(x)
}

// Claims lists the names of the claims that Run tests.
func Claims() []string {
	names := make([]string, len(claims))
	for i, c := range claims {
		names[i] = c.name
	}
	return names
}

// claim is one thing that a tracker promises over any journal.
type claim struct {
	name string
	try  func(*trial)
}

var claims = []claim{
	{"Law14TheTrackerIsTheFoldOfWhatItAcknowledged", isTheFold},
	{"HundredWatchersAreToldEveryChangeOnceInOrderOverRestarts", onceInOrder},
	{"TheSameAgainIsRecordedOnce", recordedOnce},
	{"OtherContentUnderAnIDIsAConflict", otherContent},
	{"EventsAreRecordedAllOrNone", allOrNone},
	{"WhatSomebodyRecordsWhoDoesNotWaitIsKeptOnceAndInItsPlace", leavesEarly},
	{"AgreementsAreKeptAndAddedOnce", agreementsAreKept},
	{"WhoRecordedAndWhenIsKept", whoRecorded},
	{"ARefusalKeepsNothingAndANoteAlwaysTakesEffect", refusalKeepsNothing},
	{"OfManyWhoApplyWhatOnlyOneMayOneDoes", oneApplies},
	{"ATrackerFollowsWhatAnotherOneRecords", follows},
	{"ClocksThatNobodySawFireWhenATrackerIsOpenedAgain", missedClocks},
	{"DueSaysAheadWhatIsToldAfterwards", dueAhead},
}

func (s Store) filled() Store {
	if s.Again == nil {
		s.Again = func(_ testing.TB, j journal.Journal) journal.Journal { return j }
	}
	if s.Beside == nil {
		s.Beside = func(_ testing.TB, j journal.Journal) journal.Journal { return j }
	}
	if s.Rounds == 0 {
		s.Rounds = 8
	}
	if s.Patience == 0 {
		s.Patience = 10 * time.Minute
	}
	return s
}
