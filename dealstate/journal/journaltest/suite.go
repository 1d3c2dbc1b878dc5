package journaltest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Store is a kind of journal to be tested.
type Store struct {
	// Fresh opens an empty journal.
	Fresh func(t testing.TB) journal.Journal
	// Again opens once more what a journal kept that has been closed. Nil: the store
	// forgets when it is closed.
	Again func(t testing.TB, j journal.Journal) journal.Journal
}

// Run holds a store to what [journal.Journal] promises, claim by claim, each in a
// subtest and with a journal of its own. It takes a few thousand appends.
func Run(t *testing.T, s Store) {
	for _, c := range claims {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			Claim(t, s, c.name)
		})
	}
}

// Claim tries one of the claims that Run tries, by its name.
func Claim(t testing.TB, s Store, name string) {
	t.Helper()
	i := slices.IndexFunc(claims, func(c claim) bool { return c.name == name })
	if i < 0 {
		t.Fatalf("journaltest has no claim %q; want one of %q", name, Claims())
	}
	j := s.Fresh(t)
	x := &trial{TB: t, Journal: j, store: s, ctx: context.Background()}
	claims[i].try(x)
	if err := x.Journal.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// Claims lists what is tried.
func Claims() []string {
	names := make([]string, len(claims))
	for i, c := range claims {
		names[i] = c.name
	}
	return names
}

// claim is one thing that a journal promises.
type claim struct {
	name string
	try  func(*trial)
}

var claims = []claim{
	{"PositionsAreDenseAndInTheOrderOfTheEntries", positionsAreDense},
	{"WhatIsReadIsWhatWasAppended", readIsAppended},
	{"ReadBeginsAfterThePositionAndEndsWhereItWas", readBegins},
	{"ReadDealGivesTheEntriesOfOneDeal", readDealGives},
	{"TheSameAgainIsKeptOnce", sameAgain},
	{"AnEarlierRecordedIsKeptAndCounts", earlierRecorded},
	{"OtherContentUnderAnIDIsAConflict", otherContent},
	{"ARefusedAppendKeepsNothing", refusedKeepsNothing},
	{"WhatIsNotWellFormedIsAFieldError", notWellFormed},
	{"AppendOnAVersionIsRefusedWhenTheDealHasMovedOn", onVersion},
	{"AcceptedNeverFalls", acceptedNeverFalls},
	{"InstantsKeepNanosecondsAndYears", instantsAreKept},
	{"TextsAreKeptByteForByte", textsAreKept},
	{"AgreementsAreKeptWhole", agreementsAreKept},
	{"NobodyChangesWhatIsKept", nobodyChanges},
	{"LongDealsAndManyAtOnceAreKept", longDeals},
	{"WaitReturnsWhenThereIsMore", waitReturns},
	{"AnEndedContextEndsEverything", endedContext},
	{"WhatBecameOfAnAppendThatWasLeftIsLearntByAppendingItAgain", leftAndLearnt},
	{"AClosedJournalSaysSo", closedSaysSo},
	{"WritersAndReadersDoNotDisturbOneAnother", writersAndReaders},
	{"OneOfManyWinsOnAVersion", oneWins},
	{"WhatWasAppendedIsThereWhenOpenedAgain", openedAgain},
}

// trial is a journal under test.
type trial struct {
	testing.TB
	journal.Journal
	store Store
	ctx   context.Context
}

// event makes an event of a deal.
func event(deal, id string) journal.Entry {
	return journal.Entry{Accepted: dayOne, By: "desk", Event: dealstate.Event{ID: id, Deal: deal, Kind: dealstate.Note, At: dayOne, Note: "said of " + deal}}
}

// agreed makes the entry of an agreement.
func agreed(id string) journal.Entry {
	a := agreement(id)
	return journal.Entry{Accepted: dayOne, By: "desk", Agreement: &a}
}

// keep appends entries that are to be taken, and holds the positions to those wanted.
func (x *trial) keep(want []int64, entries ...journal.Entry) {
	x.Helper()
	have, err := x.Append(x.ctx, entries)
	if err != nil {
		x.Fatalf("Append: %v", err)
	}
	if !slices.Equal(have, want) {
		x.Fatalf("Append gives the positions %d; want %d: they count from 1 without gaps, and what is kept already has its own", have, want)
	}
}

// refuse appends what is to be refused, and gives the error.
func (x *trial) refuse(why string, entries []journal.Entry, on ...journal.Version) error {
	x.Helper()
	before := x.entries()
	_, err := x.Append(x.ctx, entries, on...)
	if err == nil {
		x.Fatalf("Append took it: %s", why)
	}
	if differs := alike(x.entries(), before); differs != nil {
		x.Fatalf("a refused Append changed the journal: %v", differs)
	}
	return err
}

// entries reads all.
func (x *trial) entries() []journal.Entry {
	x.Helper()
	entries, err := all(x.ctx, x)
	if err != nil {
		x.Fatalf("Read: %v", err)
	}
	return entries
}

// holds holds the whole journal to what it should be.
func (x *trial) holds(want ...journal.Entry) {
	x.Helper()
	for i := range want {
		want[i].Position = int64(i + 1)
	}
	if err := alike(x.entries(), want); err != nil {
		x.Fatalf("Read: %v", err)
	}
	if err := readDeals(x.ctx, x); err != nil {
		x.Fatal(err)
	}
	if last, err := x.Last(x.ctx); err != nil || last != int64(len(want)) {
		x.Fatalf("Last gives %d, %v; want %d", last, err, len(want))
	}
}

// isA holds an error to its type.
func isA[E error](x *trial, err error) E {
	x.Helper()
	var want E
	if !errors.As(err, &want) {
		x.Fatalf("the error is %v, a %T; want a %T", err, err, want)
	}
	return want
}
