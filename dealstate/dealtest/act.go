package dealtest

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
)

// AllSides stands where a verb wants a party, and the act is of all sides
// jointly: Implement(dealtest.AllSides).
const AllSides = ""

// Act is an act about to be recorded. Its verb (Approve, Implement and so on)
// comes last and records it; an act that is left without one fails the test.
type Act struct {
	story *Story
	event dealstate.Event
	open  *loose
}

// By says who reports it. Without, it is the party's own act. The role follows
// from the name where the agreement knows it as an approver's.
func (a *Act) By(name string) *Act {
	a.event.By = name
	return a
}

// As says in what role.
func (a *Act) As(r dealstate.Role) *Act {
	a.event.Role = r
	return a
}

// Known says when we learned of it; without, as it happened.
func (a *Act) Known(at string) *Act {
	a.story.t.Helper()
	a.event.Recorded = start(a.story.t, at)
	return a
}

// Hedged says that it was not asserted, but conditional, denied or planned.
func (a *Act) Hedged(m dealstate.Modality) *Act {
	a.event.Modality = m
	return a
}

// OfRevision says of which revision of the text it speaks, from 1.
func (a *Act) OfRevision(n int) *Act {
	a.event.Revision = n
	return a
}

// ID gives the event's id. Without, it is one such as 003-approve-china, after
// the number of the act.
func (a *Act) ID(id string) *Act {
	a.event.ID = id
	return a
}

// About names an earlier event, such as the dispute that is settled.
func (a *Act) About(event string) *Act {
	a.event.Ref = event
	return a
}

// OfCommitment says which commitment it concerns, such as the one that is suspended.
func (a *Act) OfCommitment(id string) *Act {
	a.event.Commitment = id
	return a
}

// Until says when a party that withdraws leaves.
func (a *Act) Until(at string) *Act {
	a.story.t.Helper()
	a.event.Until = start(a.story.t, at)
	return a
}

// Negotiate records that the text was agreed between the negotiators. Here and
// below, the party is [AllSides] where an act is of all sides jointly.
func (a *Act) Negotiate(party string) *Did {
	a.story.t.Helper()
	return a.by(dealstate.Negotiate, party)
}

// Sign records a signature.
func (a *Act) Sign(party string) *Did {
	a.story.t.Helper()
	return a.by(dealstate.Sign, party)
}

// Submit records that the text was taken to those who must approve it.
func (a *Act) Submit(party string) *Did {
	a.story.t.Helper()
	return a.by(dealstate.Submit, party)
}

// Approve records an approval.
func (a *Act) Approve(party string) *Did {
	a.story.t.Helper()
	return a.by(dealstate.Approve, party)
}

// Reject records a refusal to approve.
func (a *Act) Reject(party string) *Did {
	a.story.t.Helper()
	return a.by(dealstate.Reject, party)
}

// Withdraw records that an approval was taken back, or, of a party that is bound, its
// notice of leaving; see [Act.Until].
func (a *Act) Withdraw(party string) *Did {
	a.story.t.Helper()
	return a.by(dealstate.Withdraw, party)
}

// Amend records a new revision of the text.
func (a *Act) Amend(party string) *Did {
	a.story.t.Helper()
	return a.by(dealstate.Amend, party)
}

// Apply records that a party applies the deal provisionally.
func (a *Act) Apply(party string) *Did {
	a.story.t.Helper()
	return a.by(dealstate.Apply, party)
}

// Implement records that the deal is carried out.
func (a *Act) Implement(party string) *Did {
	a.story.t.Helper()
	return a.by(dealstate.Implement, party)
}

// Dispute records that a party says the deal is not being kept.
func (a *Act) Dispute(party string) *Did {
	a.story.t.Helper()
	return a.by(dealstate.Dispute, party)
}

// Settle records that disputes were settled; see [Act.About].
func (a *Act) Settle(party string) *Did {
	a.story.t.Helper()
	return a.by(dealstate.Settle, party)
}

// Suspend records a suspension, of a commitment alone after [Act.OfCommitment].
func (a *Act) Suspend(party string) *Did {
	a.story.t.Helper()
	return a.by(dealstate.Suspend, party)
}

// Resume records that what was suspended was taken up again.
func (a *Act) Resume(party string) *Did {
	a.story.t.Helper()
	return a.by(dealstate.Resume, party)
}

// Terminate records the deal's end.
func (a *Act) Terminate(party string) *Did {
	a.story.t.Helper()
	return a.by(dealstate.Terminate, party)
}

// Note records a text that changes nothing.
func (a *Act) Note(text string) *Did {
	a.story.t.Helper()
	a.event.Note = text
	return a.by(dealstate.Note, a.event.Party)
}

// Perform records that a commitment was carried out, by the party whose it is.
func (a *Act) Perform(commitment string) *Did {
	a.story.t.Helper()
	return a.by(dealstate.Perform, a.owes(commitment))
}

// Breach records that a commitment was not kept, by the party whose it is.
func (a *Act) Breach(commitment string) *Did {
	a.story.t.Helper()
	return a.by(dealstate.Breach, a.owes(commitment))
}

// owes is the party whose commitment it is.
func (a *Act) owes(commitment string) string {
	a.event.Commitment = commitment
	for _, c := range a.story.deal.Machine().Agreement().Commitments {
		if c.ID == commitment {
			return c.Party
		}
	}
	return a.event.Party
}

// Extend records that the deadline, or the term of a deal in force, was moved.
func (a *Act) Extend(party, until string) *Did {
	a.story.t.Helper()
	a.event.Until = start(a.story.t, until)
	return a.by(dealstate.Extend, party)
}

// Retract records that an earlier report was wrong.
func (a *Act) Retract(event string) *Did {
	a.story.t.Helper()
	a.event.Ref = event
	return a.by(dealstate.Retract, AllSides)
}

// by completes the event, and records it.
func (a *Act) by(kind dealstate.Kind, party string) *Did {
	s := a.story
	s.t.Helper()
	s.done(a.open)
	s.goOn()
	e := a.complete(kind, party)
	before := s.now
	_, past := s.deal.Replay(dealstate.View{AsOf: before})
	decision := Record(s.t, s.deal, e)
	_, present := s.deal.Replay(dealstate.View{AsOf: before})
	s.reach(e.At)
	s.reach(e.Recorded)
	return &Did{Look: s.fresh(), Event: e, Decision: decision, revised: revised(before, past, present)}
}

// complete gives the event what follows from the deal and from who speaks.
func (a *Act) complete(kind dealstate.Kind, party string) dealstate.Event {
	s, e := a.story, a.event
	s.t.Helper()
	s.acts++
	agreement := s.deal.Machine().Agreement()
	e.Deal, e.Kind, e.Party = agreement.ID, kind, party
	if e.ID == "" {
		e.ID = scenario.AutoID(3, s.acts, e)
	}
	if e.Role == 0 {
		e.Role = scenario.Role(agreement, e)
	}
	if e.Role == 0 && !kind.OfLog() {
		fatal(s.t, fmt.Sprintf("in what role does %q speak? No party names it as approver; say so with As, such as As(dealstate.Negotiator)", e.By))
	}
	return e
}
