// Package evaluator computes where a deal stands in the slowest and most obvious way. It is a check on the real fold:
// it is written from the design document and the README alone, shares no code and no types with the core, and is used
// by tests only.
//
//	agreement, err := evaluator.ReadAgreement(file)
//	events, err := evaluator.ReadEvents(agreement, lines)
//	snapshot, err := evaluator.Evaluate(agreement, events, evaluator.View{AsOf: asOf, Policy: "strict"})
//
// The files tell one subject each: instant and delay (time), input (the two JSON formats), condition, policy, order
// (which events count, and in which order), standard (the standard lifecycles, as tables), own (an agreement's own
// rules), deal (what is held while folding), act (what each kind of event does), clock (what time does), snapshot.
//
// A test of the core asks both the same random questions and finds no difference. Where the design is silent, this
// package follows what the core and its tests have long said. So it was settled:
//   - A kind that no rule takes in a state, but that leads to this very state elsewhere, is noted; so is a negotiation or
//     a submission once the condition is met. An act that repeats what stands (approve, reject, perform, breach, sign,
//     apply, suspend, an extend to the same instant) is noted; a resume or settle of nothing is refused.
//   - Approve, reject, withdraw, sign, apply and implement name the current revision or none.
//   - A new round is a new revision: approvals are stale, rejections and signatures gone, whatever rule leads to the
//     initial state. The first negotiation says since when a deal stands there.
//   - Submit is not judged, nor is a reopened deal's condition but for lost: both wait in awaiting_approvals.
//   - No standard rule takes a reject in force. All may resume a suspended deal that no side has suspended.
//   - What stands under a not asks for approval; signatures ask for none. A snapshot awaits who was asked and has not
//     approved while the condition is pending and an approval can move the deal: so nobody while it is provisional.
//   - Who applied alone applies still after the deal has lapsed. Who withdrew before entry into force is not bound by a
//     deal that asks nobody; who rejected it is.
//   - A deal is in force also in a state that an own rule on the term leaves, and an extend moves the term also where
//     such a rule has led. A party that has left is a side of an extend still.
//   - An approval dated at a trigger that is the entry into force is bound from there, whatever "from" says. Without a
//     trigger (an own rule led into force) every approval counts its own delay.
//   - An overdue commitment is so since its deadline, though the clock ran only later. A renewed term counts from its end.
//   - A standard rule that names the state the deal is in restarts its timers: an approval in awaiting_approvals does.
//   - A clock is as an act of all sides to {"act_of":""}, a notice's as one of its party. A performance without a party is
//     that of who owes it. Retracts in a circle, and those that are not asserted, are noted.
//   - A view without an instant is of what it knows by, else of the last instant of which the log speaks.
//   - A deal of two whose condition one approval can meet is not named after who is awaited.
//
// Comments that begin with a quotation cite the sentence of the design that the code follows. Comments that begin with
// "Settled here:" mark a place where the documents leave a choice, and name the choice.
package evaluator
