// Package condition is the algebra of approval: what it takes for a deal to be
// approved, or for a rule to fire, as data.
//
//	c := condition.All(condition.Approved("us"), condition.Count(condition.Fraction(2, 3), "asean"))
//	names := condition.NewNames(condition.Agreement{Parties: parties})
//	if err := names.CheckApproval("approval", c); err != nil {
//		return err // approval.all[0].approved: "us" is not a party; want one of …
//	}
//	test := names.BindApproval(c)
//	verdict := test.Eval(situation) // Met, Pending or Lost
//
// A verdict is never a bare bool: [Pending] can still be met, [Lost] cannot
// while the rejections stand. Beside the verdict a [Test] gives the [Finding],
// the tree of what was asked and what there is, each [Shortfall], and the
// shortest way to meet it.
//
// The package knows parties, commitments and clocks by the names in [Names], and
// reads a deal through a [Situation]. It knows nothing of events, kinds, states or
// machines, and depends on the standard library only.
//
// Each operator is one type in one file named after its JSON word; everyone.go is the
// condition that goes without saying. Each implements operator, as a value, and test,
// bound to an agreement. To add one, write its file and add it to the table in
// operator.go.
package condition
