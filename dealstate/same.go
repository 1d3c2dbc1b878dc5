package dealstate

import (
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate/internal/bitset"
)

// same reports whether two situations of one machine differ in nothing: what comes after
// them, and what is said of them, is the same. Instants, entries and sets that are written
// otherwise and mean the same may count as different, which costs time only.
func (s *situation) same(o *situation) bool {
	return s.sameCourse(o) && s.sameSets(o) && s.sameClocks(o) &&
		slices.Equal(s.acts, o.acts) && slices.Equal(s.nearest, o.nearest) && slices.Equal(s.records, o.records) && slices.Equal(s.denied, o.denied) &&
		sameList(&s.disputes, &o.disputes) && sameList(&s.warnings, &o.warnings)
}

// sameCourse compares where the deal stands, since when, and by what.
func (s *situation) sameCourse(o *situation) bool {
	return s.m == o.m && s.state == o.state && s.since == o.since && s.by == o.by && s.moved == o.moved && s.now == o.now && s.actor == o.actor &&
		s.revision == o.revision && s.verdict == o.verdict && s.met == o.met && s.inForce == o.inForce && s.trigger == o.trigger &&
		s.concernsPart == o.concernsPart && s.agreed == o.agreed && s.foreseen == o.foreseen && s.implemented == o.implemented
}

func (s *situation) sameSets(o *situation) bool {
	for i, set := range s.sets() {
		if !slices.Equal(set, o.sets()[i]) {
			return false
		}
	}
	return true
}

// sets are all sets of a situation.
func (s *situation) sets() [7]bitset.Set {
	return [...]bitset.Set{s.approved, s.rejected, s.performed, s.signed, s.applied, s.suspended, s.held}
}

func (s *situation) sameClocks(o *situation) bool {
	for i := range s.clocks {
		a, b := &s.clocks[i], &o.clocks[i]
		if a.base != b.base || a.extended != b.extended || !slices.Equal(a.by, b.by) {
			return false
		}
	}
	return s.fired == o.fired && slices.Equal(s.leaving, o.leaving) && s.lastLeft == o.lastLeft && slices.Equal(s.timers, o.timers) &&
		s.reached == o.reached && s.judgedAt == o.judgedAt
}
