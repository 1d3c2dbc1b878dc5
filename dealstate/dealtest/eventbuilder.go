package dealtest

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
)

// AllSides stands where a verb wants a party, and the act is of all sides
// jointly: Implement(dealtest.AllSides).
const AllSides = ""

// EachSide stands where a verb wants a party, and every party of the agreement does the
// act by itself, in the agreement's order: Approve(dealtest.EachSide), Sign. Where a verb
// wants a commitment, every commitment is meant: Perform(dealtest.EachSide). An id that is
// given begins the id of each. It is no party's id, for it holds a blank.
const EachSide = "each side"

// EventBuilder builds an event that is about to be recorded. Its verb (Approve,
// Implement and so on) comes last and records it; one that is left without a verb
// fails the test. [Tester.On] makes it, and it is used once.
type EventBuilder struct {
	tester *Tester
	event  dealstate.Event
	open   *unfinished
}

// By names who reports it. Without, it is the party's own act. The role follows from
// the name if the agreement knows it as an approver's.
func (a *EventBuilder) By(name string) *EventBuilder {
	a.event.By = name
	return a
}

// As gives the reporter's role.
func (a *EventBuilder) As(r dealstate.Role) *EventBuilder {
	a.event.Role = r
	return a
}

// Known says when we learned of it; without, that is when it happened.
func (a *EventBuilder) Known(at string) *EventBuilder {
	a.tester.t.Helper()
	a.event.Recorded = parseStart(a.tester.t, at)
	return a
}

// Hedged says that it was not asserted, but conditional, denied or planned.
func (a *EventBuilder) Hedged(m dealstate.Modality) *EventBuilder {
	a.event.Modality = m
	return a
}

// OfRevision gives the revision of the text that it is about, from 1.
func (a *EventBuilder) OfRevision(n int) *EventBuilder {
	a.event.Revision = n
	return a
}

// ID gives the event's id. Without, the id is one such as 003-approve-china, which
// begins with the number of the act.
func (a *EventBuilder) ID(id string) *EventBuilder {
	a.event.ID = id
	return a
}

// About names an earlier event, such as the dispute that is settled.
func (a *EventBuilder) About(event string) *EventBuilder {
	a.event.Ref = event
	return a
}

// OfCommitment says which commitment it concerns, such as the one that is suspended.
func (a *EventBuilder) OfCommitment(id string) *EventBuilder {
	a.event.Commitment = id
	return a
}

// Until says when a party that withdraws leaves.
func (a *EventBuilder) Until(at string) *EventBuilder {
	a.tester.t.Helper()
	a.event.Until = parseStart(a.tester.t, at)
	return a
}

// Negotiate records that the text was agreed between the negotiators. Here and
// below, the party is [AllSides] where an act is of all sides jointly, and [EachSide]
// where every side does it by itself.
func (a *EventBuilder) Negotiate(party string) *RecordedEvent {
	a.tester.t.Helper()
	return a.record(dealstate.Negotiate, party)
}

// Sign records a signature.
func (a *EventBuilder) Sign(party string) *RecordedEvent {
	a.tester.t.Helper()
	return a.record(dealstate.Sign, party)
}

// Submit records that the text was taken to those who must approve it.
func (a *EventBuilder) Submit(party string) *RecordedEvent {
	a.tester.t.Helper()
	return a.record(dealstate.Submit, party)
}

// Approve records an approval.
func (a *EventBuilder) Approve(party string) *RecordedEvent {
	a.tester.t.Helper()
	return a.record(dealstate.Approve, party)
}

// Reject records a refusal to approve.
func (a *EventBuilder) Reject(party string) *RecordedEvent {
	a.tester.t.Helper()
	return a.record(dealstate.Reject, party)
}

// Withdraw records that an approval was taken back, or, of a party that is bound, its
// notice of leaving; see [EventBuilder.Until].
func (a *EventBuilder) Withdraw(party string) *RecordedEvent {
	a.tester.t.Helper()
	return a.record(dealstate.Withdraw, party)
}

// Amend records a new revision of the text.
func (a *EventBuilder) Amend(party string) *RecordedEvent {
	a.tester.t.Helper()
	return a.record(dealstate.Amend, party)
}

// Apply records that a party applies the deal provisionally.
func (a *EventBuilder) Apply(party string) *RecordedEvent {
	a.tester.t.Helper()
	return a.record(dealstate.Apply, party)
}

// Implement records that the deal is carried out.
func (a *EventBuilder) Implement(party string) *RecordedEvent {
	a.tester.t.Helper()
	return a.record(dealstate.Implement, party)
}

// Dispute records that a party says the deal is not being kept.
func (a *EventBuilder) Dispute(party string) *RecordedEvent {
	a.tester.t.Helper()
	return a.record(dealstate.Dispute, party)
}

// Settle records that disputes were settled; see [EventBuilder.About].
func (a *EventBuilder) Settle(party string) *RecordedEvent {
	a.tester.t.Helper()
	return a.record(dealstate.Settle, party)
}

// Suspend records a suspension, of a commitment alone after [EventBuilder.OfCommitment].
func (a *EventBuilder) Suspend(party string) *RecordedEvent {
	a.tester.t.Helper()
	return a.record(dealstate.Suspend, party)
}

// Resume records that what was suspended was taken up again.
func (a *EventBuilder) Resume(party string) *RecordedEvent {
	a.tester.t.Helper()
	return a.record(dealstate.Resume, party)
}

// Terminate records the deal's end.
func (a *EventBuilder) Terminate(party string) *RecordedEvent {
	a.tester.t.Helper()
	return a.record(dealstate.Terminate, party)
}

// Note records a text that changes nothing.
func (a *EventBuilder) Note(text string) *RecordedEvent {
	a.tester.t.Helper()
	a.event.Note = text
	return a.record(dealstate.Note, a.event.Party)
}

// Perform records that a commitment was carried out, by the party whose it is; [EachSide]:
// that all of them were.
func (a *EventBuilder) Perform(commitment string) *RecordedEvent {
	a.tester.t.Helper()
	return a.record(dealstate.Perform, a.owes(commitment))
}

// Breach records that a commitment was not kept, by the party whose it is.
func (a *EventBuilder) Breach(commitment string) *RecordedEvent {
	a.tester.t.Helper()
	return a.record(dealstate.Breach, a.owes(commitment))
}

// owes is the party whose commitment it is.
func (a *EventBuilder) owes(commitment string) string {
	a.event.Commitment = commitment
	for _, c := range a.tester.agreement.Commitments {
		if c.ID == commitment {
			return c.Party
		}
	}
	return a.event.Party
}

// Extend records that the deadline, or the term of a deal in force, was moved.
func (a *EventBuilder) Extend(party, until string) *RecordedEvent {
	a.tester.t.Helper()
	a.event.Until = parseStart(a.tester.t, until)
	return a.record(dealstate.Extend, party)
}

// Retract records that an earlier report was wrong.
func (a *EventBuilder) Retract(event string) *RecordedEvent {
	a.tester.t.Helper()
	a.event.Ref = event
	return a.record(dealstate.Retract, AllSides)
}

// record completes the event, and records it, or that of each side.
func (a *EventBuilder) record(kind dealstate.Kind, party string) (last *RecordedEvent) {
	a.tester.t.Helper()
	a.tester.finish(a.open)
	a.tester.checkFinished()
	if party != EachSide && a.event.Commitment != EachSide {
		return a.recordOne(kind, party)
	}
	for _, e := range a.ofEachSide(party) {
		did := (&EventBuilder{tester: a.tester, event: e}).recordOne(kind, e.Party)
		did.before = last
		last = did
	}
	if last == nil {
		fatal(a.tester.t, "each side performs what it owes, and the agreement has no commitment")
	}
	return last
}

// ofEachSide gives the event once for each party, or for each commitment.
func (a *EventBuilder) ofEachSide(party string) (events []dealstate.Event) {
	add := func(party, commitment, name string) {
		e := a.event
		e.Party, e.Commitment = party, commitment
		if e.ID != "" {
			e.ID += "-" + name
		}
		events = append(events, e)
	}
	if party == EachSide {
		for _, p := range a.tester.agreement.Parties {
			add(p.ID, a.event.Commitment, p.ID)
		}
		return events
	}
	for _, c := range a.tester.agreement.Commitments {
		add(c.Party, c.ID, c.ID)
	}
	return events
}

// recordOne completes one event, and records it.
func (a *EventBuilder) recordOne(kind dealstate.Kind, party string) *RecordedEvent {
	s := a.tester
	s.t.Helper()
	e := a.complete(kind, party)
	before := s.now
	_, past := s.deal.Replay(dealstate.View{AsOf: before})
	decision := Record(s.t, s.deal, e)
	_, present := s.deal.Replay(dealstate.View{AsOf: before})
	s.advanceTo(e.At)
	s.advanceTo(e.Recorded)
	return &RecordedEvent{ViewedDeal: s.viewedNow(), Event: e, Decision: decision, revised: revised(before, past, present)}
}

// complete fills in what follows from the deal and from who reports.
func (a *EventBuilder) complete(kind dealstate.Kind, party string) dealstate.Event {
	s, e := a.tester, a.event
	s.t.Helper()
	s.acts++
	e.Deal, e.Kind, e.Party = s.agreement.ID, kind, party
	if e.ID == "" {
		e.ID = scenario.AutoID(3, s.acts, e)
	}
	if e.Role == 0 {
		e.Role = s.voices.Role(e)
	}
	if e.Role == dealstate.Approver && e.By == "" {
		e.By = s.voices.Speaker(e.Party)
	}
	if e.Role == 0 && !kind.OfLog() {
		fatal(s.t, fmt.Sprintf("in what role does %q speak? No party names it as approver; say so with As, such as As(dealstate.Negotiator)", e.By))
	}
	return e
}
