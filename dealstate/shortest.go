package dealstate

import (
	"cmp"
	"slices"
)

// way is a set of approvals and performances that would meet a condition.
type way struct {
	parties     bitset // approved already, or to be
	commitments bitset
}

func (w way) clone() way {
	return way{parties: slices.Clone(w.parties), commitments: slices.Clone(w.commitments)}
}

func (w way) size() int {
	return w.parties.countIn(w.parties) + w.commitments.countIn(w.commitments)
}

// shortest finds a short way to meet the condition from the present situation:
// the heaviest parties first, and of alternatives the one that asks least. Where
// parts of a condition overlap there may be a shorter one; finding it for sure is
// the set-cover problem. It names the parties, then the commitments.
func (f *folding) shortest() []string {
	have := way{parties: f.approved, commitments: f.performed}
	full, ok := f.m.approval.reach(&f.situation, have.clone())
	if !ok || f.m.approval.eval(&f.situation) != Pending {
		return nil
	}
	var names []string
	for _, i := range f.m.heaviest(full.parties) {
		if !have.parties.has(i) {
			names = append(names, f.m.agreement.Parties[i].ID)
		}
	}
	full.commitments.each(func(i int) {
		if !have.commitments.has(i) {
			names = append(names, f.m.agreement.Commitments[i].ID)
		}
	})
	return names
}

// heaviest lists the parties of the set, by weight and then in their order.
func (m *Machine) heaviest(set bitset) []int {
	var list []int
	set.each(func(i int) { list = append(list, i) })
	slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(m.weights[b], m.weights[a]) })
	return list
}

// reach adds to the way until the guard is met. Ok is false when no approval or
// performance can do it.
func (g *guard) reach(s *situation, w way) (_ way, ok bool) {
	switch g.op {
	case opEveryone, opCount, opShare:
		return g.reachTally(s, w)
	case opApproved:
		w.parties.set(g.index)
		return w, !s.rejected.has(g.index)
	case opPerformed:
		w.commitments.set(g.index)
		return w, true
	case opAll:
		return g.reachAll(s, w)
	case opAny:
		return g.reachAny(s, w)
	default:
		return w, g.eval(s) == Met // not: nothing that is added helps
	}
}

func (g *guard) reachTally(s *situation, w way) (way, bool) {
	for _, i := range s.m.heaviest(g.mask) {
		if g.have(w.parties, s) >= g.need {
			return w, true
		}
		if !s.rejected.has(i) {
			w.parties.set(i)
		}
	}
	return w, g.have(w.parties, s) >= g.need
}

// reachAll meets counts last, for what other parts ask may fill them.
func (g *guard) reachAll(s *situation, w way) (way, bool) {
	all := true
	for _, counts := range []bool{false, true} {
		for i := range g.parts {
			if p := &g.parts[i]; (p.op == opCount || p.op == opEveryone) == counts {
				var ok bool
				w, ok = p.reach(s, w)
				all = all && ok
			}
		}
	}
	return w, all
}

func (g *guard) reachAny(s *situation, w way) (way, bool) {
	best, found := w, false
	for i := range g.parts {
		if got, ok := g.parts[i].reach(s, w.clone()); ok && (!found || got.size() < best.size()) {
			best, found = got, true
		}
	}
	return best, found
}
