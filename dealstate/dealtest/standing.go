package dealtest

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
)

// What each party and each commitment has come to, and what is disputed.

// Standing fails the test at once unless exactly these parties stand so to the current
// text, in any order: dealstate.StandingRejected, StandingStale and the others.
func Standing(t TB, d *dealstate.Deal, v dealstate.View, is dealstate.Standing, parties ...string) {
	t.Helper()
	matchParties(t, d, v, is.String(), parties, partiesThat(d.At(v), func(p dealstate.PartyStatus) bool { return p.Standing == is }))
}

// Disputed fails the test at once unless exactly these disputes are open, in any order,
// each by the id of its event.
func Disputed(t TB, d *dealstate.Deal, v dealstate.View, events ...string) {
	t.Helper()
	var got []string
	for _, open := range d.At(v).Disputes {
		got = append(got, open.Event)
	}
	matchIDs(t, d, v, "disputed", events, got)
}

// Signed fails the test at once unless exactly these parties have signed the current
// text, in any order.
func Signed(t TB, d *dealstate.Deal, v dealstate.View, parties ...string) {
	t.Helper()
	matchParties(t, d, v, "signed", parties, partiesThat(d.At(v), func(p dealstate.PartyStatus) bool { return p.Signed }))
}

// Provisional fails the test at once unless exactly these parties apply the deal
// provisionally, in any order.
func Provisional(t TB, d *dealstate.Deal, v dealstate.View, parties ...string) {
	t.Helper()
	matchParties(t, d, v, "provisional", parties, partiesThat(d.At(v), func(p dealstate.PartyStatus) bool { return p.Provisional }))
}

// InForce fails the test at once unless the deal binds exactly these parties, in any
// order. One under notice of leaving is bound still, one that is to join later is not.
func InForce(t TB, d *dealstate.Deal, v dealstate.View, parties ...string) {
	t.Helper()
	snap := d.At(v)
	matchParties(t, d, v, "in force", parties, partiesThat(snap, func(p dealstate.PartyStatus) bool {
		return !p.InForce.IsZero() && !p.InForce.After(snap.AsOf)
	}))
}

// Leaves fails the test at once unless the party's notice of leaving ends at the
// instant; zero: unless it has given none.
func Leaves(t TB, d *dealstate.Deal, v dealstate.View, party string, want time.Time) {
	t.Helper()
	snap := d.At(v)
	p, is := snap.Party(party)
	switch {
	case !is:
		fail(t, leavesText(party, want), "no party is called "+party+endOr(nearest.Hint(party, partyIDs(snap))), scenario.Account{Deal: d, View: v})
	case !p.Leaves.Equal(want):
		fail(t, leavesText(party, want), leavesText(party, p.Leaves), scenario.Account{Deal: d, View: v})
	}
}

func leavesText(party string, at time.Time) string {
	if at.IsZero() {
		return party + " has given no notice"
	}
	return party + " leaves " + at.UTC().Format(time.RFC3339Nano)
}

// Suspended fails the test at once unless exactly these are suspended, in any order:
// the parties that suspend their part, and the commitments.
func Suspended(t TB, d *dealstate.Deal, v dealstate.View, ids ...string) {
	t.Helper()
	snap := d.At(v)
	got := append(partiesThat(snap, func(p dealstate.PartyStatus) bool { return p.Suspended }),
		commitmentsThat(snap, func(c dealstate.CommitmentStatus) bool { return c.Suspended })...)
	matchIDs(t, d, v, "suspended", ids, got)
}

// Performed fails the test at once unless exactly these commitments are performed, in
// any order.
func Performed(t TB, d *dealstate.Deal, v dealstate.View, commitments ...string) {
	t.Helper()
	matchIDs(t, d, v, "performed", commitments, commitmentsThat(d.At(v), func(c dealstate.CommitmentStatus) bool { return !c.At.IsZero() }))
}

// Overdue fails the test at once unless exactly these commitments are overdue, in any
// order.
func Overdue(t TB, d *dealstate.Deal, v dealstate.View, commitments ...string) {
	t.Helper()
	matchIDs(t, d, v, "overdue", commitments, commitmentsThat(d.At(v), func(c dealstate.CommitmentStatus) bool { return !c.Overdue.IsZero() }))
}

// Breached fails the test at once unless a breach stands of exactly these commitments,
// in any order.
func Breached(t TB, d *dealstate.Deal, v dealstate.View, commitments ...string) {
	t.Helper()
	matchIDs(t, d, v, "breached", commitments, commitmentsThat(d.At(v), func(c dealstate.CommitmentStatus) bool { return !c.Breached.IsZero() }))
}

func partiesThat(s dealstate.Snapshot, are func(dealstate.PartyStatus) bool) (ids []string) {
	for _, p := range s.Parties {
		if are(p) {
			ids = append(ids, p.Party)
		}
	}
	return ids
}

func commitmentsThat(s dealstate.Snapshot, are func(dealstate.CommitmentStatus) bool) (ids []string) {
	for _, c := range s.Commitments {
		if are(c) {
			ids = append(ids, c.Commitment)
		}
	}
	return ids
}

func matchIDs(t TB, d *dealstate.Deal, v dealstate.View, word string, want, got []string) {
	t.Helper()
	if !sameNames(want, got) {
		fail(t, word+" "+orNothing(want), word+" "+orNothing(got), scenario.Account{Deal: d, View: v})
	}
}

// Standing fails the test at once unless exactly these parties stand so.
func (l ViewedDeal) Standing(is dealstate.Standing, parties ...string) ViewedDeal {
	l.t.Helper()
	Standing(l.t, l.deal, l.view(), is, parties...)
	return l
}

// Disputed fails the test at once unless exactly these disputes are open.
func (l ViewedDeal) Disputed(events ...string) ViewedDeal {
	l.t.Helper()
	Disputed(l.t, l.deal, l.view(), events...)
	return l
}

// Signed fails the test at once unless exactly these parties have signed.
func (l ViewedDeal) Signed(parties ...string) ViewedDeal {
	l.t.Helper()
	Signed(l.t, l.deal, l.view(), parties...)
	return l
}

// Provisional fails the test at once unless exactly these parties apply the deal
// provisionally.
func (l ViewedDeal) Provisional(parties ...string) ViewedDeal {
	l.t.Helper()
	Provisional(l.t, l.deal, l.view(), parties...)
	return l
}

// InForce fails the test at once unless the deal binds exactly these parties.
func (l ViewedDeal) InForce(parties ...string) ViewedDeal {
	l.t.Helper()
	InForce(l.t, l.deal, l.view(), parties...)
	return l
}

// Leaves fails the test at once unless the party's notice ends at the instant; "":
// unless it has given none.
func (l ViewedDeal) Leaves(party, at string) ViewedDeal {
	l.t.Helper()
	var want time.Time
	if at != "" {
		want = parseStart(l.t, at)
	}
	Leaves(l.t, l.deal, l.view(), party, want)
	return l
}

// Suspended fails the test at once unless exactly these parties and commitments are
// suspended.
func (l ViewedDeal) Suspended(ids ...string) ViewedDeal {
	l.t.Helper()
	Suspended(l.t, l.deal, l.view(), ids...)
	return l
}

// Performed fails the test at once unless exactly these commitments are performed.
func (l ViewedDeal) Performed(commitments ...string) ViewedDeal {
	l.t.Helper()
	Performed(l.t, l.deal, l.view(), commitments...)
	return l
}

// Overdue fails the test at once unless exactly these commitments are overdue.
func (l ViewedDeal) Overdue(commitments ...string) ViewedDeal {
	l.t.Helper()
	Overdue(l.t, l.deal, l.view(), commitments...)
	return l
}

// Breached fails the test at once unless a breach stands of exactly these commitments.
func (l ViewedDeal) Breached(commitments ...string) ViewedDeal {
	l.t.Helper()
	Breached(l.t, l.deal, l.view(), commitments...)
	return l
}
