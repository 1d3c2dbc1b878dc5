package condition

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/bitset"
)

// slow judges a condition without a thought for speed, with exact fractions, from
// the names alone.
type slow struct {
	a                             Agreement
	approved, rejected, performed map[string]bool
}

func (w slow) judge(c Condition) Verdict {
	var got []Verdict
	for _, p := range c.operator().parts() {
		got = append(got, w.judge(p))
	}
	has := func(v Verdict) bool { return slices.Contains(got, v) }
	switch o := c.operator().(type) {
	case approved:
		return verdictFor(w.approved[o.party], w.rejected[o.party])
	case performed:
		return verdictFor(w.performed[o.commitment], false)
	case not:
		return verdictFor(!has(Met), false)
	case all:
		return verdictFor(!has(Pending) && !has(Lost), has(Lost))
	case anyOf:
		return verdictFor(has(Met), !has(Met) && !has(Pending))
	case count:
		return w.weigh(o.group, o.min, 0, func(Party) int64 { return 1 })
	case share:
		return w.weigh(o.group, o.min, o.total, func(p Party) int64 { return p.Weight })
	case everyone:
		return w.weigh("", Fraction(1, 1), 0, func(Party) int64 { return 1 })
	}
	panic(fmt.Sprintf("no judge for %T", c.operator()))
}

func (w slow) weigh(group string, min Threshold, total int64, worth func(Party) int64) Verdict {
	whole, have, left := new(big.Rat), new(big.Rat), new(big.Rat)
	for _, p := range w.a.Parties {
		if group != "" && !slices.Contains(p.Groups, group) {
			continue
		}
		n := new(big.Rat).SetInt64(worth(p))
		whole.Add(whole, n)
		if w.approved[p.ID] {
			have.Add(have, n)
		}
		if !w.rejected[p.ID] {
			left.Add(left, n)
		}
	}
	if total > 0 {
		whole.SetInt64(total)
	}
	need := new(big.Rat).SetInt64(min.num)
	if min.den > 0 {
		need.Mul(big.NewRat(min.num, min.den), whole)
	}
	return verdictFor(have.Cmp(need) >= 0, left.Cmp(need) < 0)
}

func verdictFor(met, lost bool) Verdict {
	switch {
	case met:
		return Met
	case lost:
		return Lost
	}
	return Pending
}

// dice makes random agreements, conditions and deals.
type dice struct {
	*rand.Rand
	a Agreement
}

func (d *dice) agreement() {
	d.a = Agreement{Commitments: []string{"c0", "c1"}}
	scale := []int64{1, 3, 100, 1 << 58}[d.IntN(4)]
	for i := range 1 + d.IntN(6) {
		p := Party{ID: fmt.Sprintf("p%d", i), Weight: d.Int64N(scale + 1)}
		for _, g := range []string{"x", "y"} {
			if d.IntN(2) == 0 {
				p.Groups = append(p.Groups, g)
			}
		}
		d.a.Parties = append(d.a.Parties, p)
	}
}

func (d *dice) condition(depth int) Condition {
	switch pick := d.IntN(11); {
	case pick < 2:
		return Approved(d.a.Parties[d.IntN(len(d.a.Parties))].ID)
	case pick < 3:
		return Performed(d.a.Commitments[d.IntN(2)])
	case pick < 5 || depth == 0:
		return Count(d.threshold(), []string{"", "x", "y"}[d.IntN(3)])
	case pick < 7:
		return Share(d.threshold(), []string{"", "x", "y"}[d.IntN(3)], 0)
	case pick < 8:
		return Not(d.condition(depth - 1))
	}
	var parts []Condition
	for range 1 + d.IntN(3) {
		parts = append(parts, d.condition(depth-1))
	}
	if d.IntN(2) == 0 {
		return All(parts...)
	}
	return Any(parts...)
}

func (d *dice) threshold() Threshold {
	switch den := 1 + d.Int64N(12); d.IntN(3) {
	case 0:
		return Fraction(d.Int64N(den+1), den)
	case 1:
		return Percent(d.Int64N(101))
	}
	return AtLeast(d.Int64N(4))
}

// place gives a random deal, twice: for the library, and for the slow judge.
func (d *dice) place() (*place, slow) {
	n := len(d.a.Parties)
	s := &place{parties: d.a.Parties, approved: bitset.New(n), rejected: bitset.New(n), performed: bitset.New(2), actor: allSides}
	w := slow{a: d.a, approved: map[string]bool{}, rejected: map[string]bool{}, performed: map[string]bool{}}
	for i, p := range d.a.Parties {
		pick := d.IntN(3)
		s.approved.Put(i, pick == 1)
		s.rejected.Put(i, pick == 2)
		w.approved[p.ID], w.rejected[p.ID] = pick == 1, pick == 2
	}
	for i, id := range d.a.Commitments {
		w.performed[id] = d.IntN(2) == 0
		s.performed.Put(i, w.performed[id])
	}
	return s, w
}

// each makes random conditions that the agreement can mean, with random deals.
func each(t *testing.T, look func(d *dice, n *Names, c Condition, test *Test, s *place, w slow)) {
	t.Helper()
	bound := 0
	for seed := range uint64(2_000) {
		d := &dice{Rand: rand.New(rand.NewPCG(seed, 7))}
		d.agreement()
		c, n := d.condition(3), NewNames(d.a)
		if n.CheckApproval("approval", c) != nil {
			continue // a threshold out of reach, or a group without parties
		}
		bound++
		test := n.BindApproval(c)
		for range 12 {
			s, w := d.place()
			look(d, n, c, test, s, w)
		}
	}
	require.Greater(t, bound, 600)
}

func TestVerdictEqualsASlowObviousEvaluator(t *testing.T) {
	t.Parallel()
	seen := map[Verdict]int{}
	each(t, func(_ *dice, _ *Names, c Condition, test *Test, s *place, w slow) {
		require.Equal(t, w.judge(c), test.Eval(s), c)
		require.Equal(t, w.judge(c), test.Find(s).Verdict, c)
		seen[w.judge(c)]++
	})
	for v := Pending; v <= Lost; v++ {
		require.Greater(t, seen[v], 1_000, v)
	}
}

// An operator that is added must be thrown by the dice, and judged slowly too.
func TestEveryOperatorOfApprovalsIsTriedAtRandom(t *testing.T) {
	t.Parallel()
	thrown := map[string]bool{}
	var note func(c Condition)
	note = func(c Condition) {
		thrown[c.operator().word()] = true
		for _, p := range c.operator().parts() {
			note(p)
		}
	}
	each(t, func(_ *dice, _ *Names, c Condition, _ *Test, _ *place, _ slow) { note(c) })
	for _, word := range Operators() {
		require.Equal(t, !GuardOnly(word), thrown[word], "%s: is it among the dice's conditions?", word)
	}
}

func TestZeroConditionAsksEveryParty(t *testing.T) {
	t.Parallel()
	each(t, func(_ *dice, n *Names, _ Condition, _ *Test, s *place, w slow) {
		require.Equal(t, w.judge(Condition{}), n.BindApproval(Condition{}).Eval(s))
	})
}

func TestAConditionLacksSomethingJustWhereItIsNotMet(t *testing.T) {
	t.Parallel()
	each(t, func(_ *dice, _ *Names, c Condition, test *Test, s *place, _ slow) {
		require.Equal(t, test.Eval(s) != Met, len(test.Unmet(s, nil)) > 0, c)
	})
}

// What a test does not say that it reads does not change its verdict, and whom it
// awaits it also reads.
func TestVerdictDependsOnNothingThatIsNotRead(t *testing.T) {
	t.Parallel()
	each(t, func(d *dice, n *Names, c Condition, test *Test, s *place, _ slow) {
		before, reads := test.Eval(s), n.Reads(test)
		for i := range d.a.Parties {
			if !reads.Parties.Has(i) {
				s.approved.Put(i, !s.approved.Has(i))
				s.rejected.Put(i, !s.rejected.Has(i) && !s.approved.Has(i))
			}
		}
		for i := range d.a.Commitments {
			if !reads.Commitments.Has(i) {
				s.performed.Put(i, !s.performed.Has(i))
			}
		}
		require.Equal(t, before, test.Eval(s), c)
		test.Awaited().Each(func(i int) { require.True(t, reads.Parties.Has(i), c) })
	})
}

func TestShortestWayMeetsAPendingConditionOrThereIsNone(t *testing.T) {
	t.Parallel()
	found := 0
	each(t, func(_ *dice, _ *Names, c Condition, test *Test, s *place, _ slow) {
		parties, commitments := test.Shortest(s)
		if len(parties)+len(commitments) == 0 {
			return
		}
		require.Equal(t, Pending, test.Eval(s), c)
		for _, i := range parties {
			require.False(t, s.approved.Has(i) || s.rejected.Has(i), c)
			s.approved.Add(i)
		}
		for _, i := range commitments {
			require.False(t, s.performed.Has(i), c)
			s.performed.Add(i)
		}
		found++
	})
	require.Greater(t, found, 1_000)
}

func TestEvalAllocatesNothing(t *testing.T) {
	each(t, func(d *dice, _ *Names, c Condition, test *Test, s *place, _ slow) {
		if d.IntN(100) == 0 {
			require.Zero(t, testing.AllocsPerRun(2, func() { test.Eval(s) }), c)
		}
	})
}

func TestRandomConditionsComeBackFromTheirText(t *testing.T) {
	t.Parallel()
	each(t, func(d *dice, _ *Names, c Condition, _ *Test, _ *place, _ slow) {
		if d.IntN(12) > 0 {
			return
		}
		text, err := c.MarshalJSON()
		require.NoError(t, err)
		var read Condition
		require.NoError(t, read.UnmarshalJSON(text))
		require.Equal(t, c, read, "%s", text)
	})
}
