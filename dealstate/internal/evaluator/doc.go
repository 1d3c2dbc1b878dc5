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
// Comments that begin with a quotation cite the sentence of the design that the code follows. Comments that begin with
// "Settled here:" mark a place where the documents leave a choice, and name the choice.
package evaluator
