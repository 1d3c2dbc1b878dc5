package dealstate

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/bitset"
)

// situation is all that the fold carries from one event to the next.
type situation struct {
	m         *Machine
	state     int
	since     time.Time // when it came to the state, or was negotiated; zero: neither
	by        string    // the event or clock that brought it there
	moved     *entry    // that event; nil: a clock, or it was never moved
	now       time.Time // the instant last reached
	actor     int       // the party of the event at hand, or -1
	revision  int
	approved  bitset.Set // on the current revision
	rejected  bitset.Set
	performed bitset.Set
	signed    bitset.Set         // the current text
	applied   bitset.Set         // provisionally
	suspended bitset.Set         // by their own act
	held      bitset.Set         // commitments that are suspended
	acts      []act              // by party: its last act of consent
	nearest   []*entry           // by party: the best report of approval that was not an act
	records   []record           // by commitment
	denied    []*entry           // by claim: the nearest voice that denies what stands
	disputes  sharedList[*entry] // open ones, in their order
	verdict   condition.Verdict  // of the approval condition
	met       time.Time          // since when it is met; zero: it is not
	inForce   time.Time          // since when a state is held in which the term runs
	trigger   time.Time          // when the condition was met that led there
	clocks    [numSettings]setting
	fired     [numSettings]time.Time // the due instants that have been seen to
	leaving   []leave                // the notices that run, in the parties' order
	lastLeft  time.Time              // when a party's notice ended last
	timers    []running              // the agreement's own
	reached   int                    // how many of the instants that conditions name have come
	judgedAt  time.Time              // what Reached is asked of instead of now; zero: now

	concernsPart bool // the event at hand concerns a part of the deal only
	agreed       bool // a negotiation is on record for this round
	warnings     sharedList[Reason]
	foreseen     foresight
	implemented  *entry     // the event that says so, on which the deal came into force; nil: a clock did
	scratch      bitset.Set // room for undoing a new revision
}

func newSituation(m *Machine) situation {
	parties, commitments := len(m.agreement.Parties), len(m.agreement.Commitments)
	s := situation{m: m, acts: make([]act, parties), records: make([]record, commitments), timers: make([]running, len(m.agreement.Timers))}
	reports := make([]*entry, parties+s.claims())
	s.nearest, s.denied = reports[:parties:parties], reports[parties:]
	s.makeSets(parties, commitments)
	s.reset()
	return s
}

// makeSets gives every set its room, which is made at once.
func (s *situation) makeSets(parties, commitments int) {
	of, ofCommitments := bitset.Words(parties), bitset.Words(commitments)
	all := make(bitset.Set, 7*of+2*ofCommitments)
	cut := func(words int) bitset.Set {
		set := all[:words:words]
		all = all[words:]
		return set
	}
	s.approved, s.rejected, s.scratch = cut(of), cut(of), cut(2*of)
	s.signed, s.applied, s.suspended = cut(of), cut(of), cut(of)
	s.performed, s.held = cut(ofCommitments), cut(ofCommitments)
}

// reset goes back to the beginning, in the same memory.
func (s *situation) reset() {
	clear(s.approved)
	clear(s.rejected)
	clear(s.performed)
	clear(s.acts)
	clear(s.nearest)
	clear(s.records)
	clear(s.timers)
	clear(s.denied)
	for _, set := range []bitset.Set{s.signed, s.applied, s.suspended, s.held} {
		clear(set)
	}
	*s = situation{m: s.m, state: s.m.initial, actor: -1, revision: 1, verdict: condition.Pending,
		approved: s.approved, rejected: s.rejected, performed: s.performed, scratch: s.scratch,
		signed: s.signed, applied: s.applied, suspended: s.suspended, held: s.held, timers: s.timers,
		acts: s.acts, nearest: s.nearest, records: s.records, denied: s.denied}
	s.clocks[deadlineClock].base = s.m.agreement.Deadline
}

// set copies another situation of the same machine into the same memory.
func (s *situation) set(to *situation) {
	into := *s
	*s = *to
	s.approved, s.rejected = append(into.approved[:0], to.approved...), append(into.rejected[:0], to.rejected...)
	s.performed, s.scratch = append(into.performed[:0], to.performed...), into.scratch
	s.acts, s.nearest = append(into.acts[:0], to.acts...), append(into.nearest[:0], to.nearest...)
	s.records = append(into.records[:0], to.records...)
	s.signed, s.applied = append(into.signed[:0], to.signed...), append(into.applied[:0], to.applied...)
	s.suspended, s.held = append(into.suspended[:0], to.suspended...), append(into.held[:0], to.held...)
	s.denied = append(into.denied[:0], to.denied...)
	s.leaving, s.timers = append(into.leaving[:0], to.leaving...), append(into.timers[:0], to.timers...)
	s.disputes, s.warnings = to.disputes.copied(), to.warnings.copied()
}

// clone copies the situation, so that what becomes of the copy leaves the
// original alone.
func (s *situation) clone() situation {
	c := newSituation(s.m)
	c.set(s)
	return c
}

// isInForce reports whether the state is one in which the deal is in force.
func (s *situation) isInForce() bool { return s.m.inForce[s.state] }

func (s *situation) name() State { return s.m.lifecycle.States[s.state] }

// dueAt gives when a clock is due; zero: it is not set.
func (s *situation) dueAt(clock int) time.Time { return s.clocks[clock].due(len(s.acts)) }

// start sets a clock by its delay, from now on; without a delay it is never due.
func (s *situation) start(clock int, delay *Delay) {
	s.clocks[clock] = setting{}
	if delay != nil {
		s.clocks[clock].base = delay.After(s.now)
	}
}

func (s *situation) standing(party int) Standing {
	last := s.acts[party]
	switch {
	case s.approved.Has(party):
		return StandingApproved
	case s.rejected.Has(party):
		return StandingRejected
	case last.entry == nil:
		return StandingOutstanding
	case last.entry.Kind == Approve:
		return StandingStale
	case s.left(party):
		return StandingWithdrawn
	}
	return StandingOutstanding // a rejection of an earlier revision
}

// foresight counts the acts that took effect though they were recorded before they
// happened. It only grows; a fold anew begins it anew.
type foresight struct {
	first *entry // in the order of the fold
	acts  int
}

// Claims are what a report can deny: what a party consented to, a commitment's
// performance or breach, that the deal is carried out, and whatever else brought it to
// its state. They are numbered in this order.
func (s *situation) claims() int { return len(s.acts) + len(s.records) + 2 }

// claim is the number of the claim that an event makes or denies, or -1.
func (s *situation) claim(e *entry) int {
	switch e.Kind {
	case Approve, Reject, Withdraw:
		return int(e.party)
	case Perform, Breach:
		return len(s.acts) + int(e.commitment)
	case Implement:
		return s.claims() - 2
	case Retract, Note:
		return -1
	}
	return s.claims() - 1
}

// claimant is the event on whose word a claim stands, or nil.
func (s *situation) claimant(claim int) *entry {
	switch commitment := claim - len(s.acts); {
	case commitment < 0:
		switch s.standing(claim) {
		case StandingApproved, StandingRejected, StandingWithdrawn:
			return s.acts[claim].entry
		}
		return nil
	case commitment < len(s.records):
		if broken := s.records[commitment].broken; broken != nil {
			return broken
		}
		return s.records[commitment].done
	case claim == s.claims()-1:
		if s.moved != nil && s.claim(s.moved) == claim {
			return s.moved
		}
		return nil
	case s.isInForce():
		return s.implemented
	}
	return nil
}
