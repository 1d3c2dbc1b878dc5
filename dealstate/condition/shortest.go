package condition

import (
	"cmp"
	"slices"
)

// way is a set of approvals and performances that would meet a condition.
type way struct {
	parties     Set // approved already, or to be
	commitments Set
}

func (w way) clone() way {
	return way{parties: slices.Clone(w.parties), commitments: slices.Clone(w.commitments)}
}

func (w way) size() int { return w.parties.Count() + w.commitments.Count() }

// Shortest finds a short way to meet a pending condition from the present
// situation: the parties whose approval it would take, the heaviest first, and of
// alternatives the one that asks least; and the commitments. Where parts of a
// condition overlap there may be a shorter one; finding it for sure is the
// set-cover problem. It finds nothing where the condition is met or lost, or
// where no approval or performance can meet it.
func (t *Test) Shortest(s Situation) (parties, commitments []int) {
	if t.Eval(s) != Pending {
		return nil, nil
	}
	have := way{parties: s.Approved(), commitments: s.Performed()}
	full, ok := t.test.reach(s, have.clone())
	if !ok {
		return nil, nil
	}
	for _, i := range heaviest(full.parties, t.names.weights) {
		if !have.parties.Has(i) {
			parties = append(parties, i)
		}
	}
	full.commitments.Each(func(i int) {
		if !have.commitments.Has(i) {
			commitments = append(commitments, i)
		}
	})
	return parties, commitments
}

// heaviest lists the parties of the set, by weight and then in their order.
func heaviest(set Set, weights []int64) []int {
	var list []int
	set.Each(func(i int) { list = append(list, i) })
	slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(weights[b], weights[a]) })
	return list
}

// unreached is the answer of a test that no approval and no performance helps.
func unreached(t test, s Situation, w way) (way, bool) { return w, t.eval(s) == Met }
