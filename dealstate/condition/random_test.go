package condition

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/bitset"
)

// slow judges a condition without a thought for speed, with exact fractions, from
// the names alone.
type slow struct {
	a                                                                Agreement
	approved, rejected, performed, signed, applied, suspended, bound map[string]bool
	now                                                              time.Time
	actor                                                            string // "": all sides
	part                                                             bool
	due                                                              string
	approval                                                         Condition // of the agreement, where a guard is judged
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
		_, instant := o.part.operator().(reached) // which does not go by again
		return verdictFor(!has(Met), has(Met) && instant)
	case all:
		return verdictFor(!has(Pending) && !has(Lost), has(Lost))
	case anyOf:
		return verdictFor(has(Met), !has(Met) && !has(Pending))
	case count:
		return w.weigh(o.group, o.min, 0, o.acts, func(Party) int64 { return 1 })
	case share:
		return w.weigh(o.group, o.min, o.total, o.acts, func(p Party) int64 { return p.Weight })
	case everyone:
		return w.weigh("", Fraction(1, 1), 0, acts{}, func(Party) int64 { return 1 })
	case reached:
		return verdictFor(!w.now.Before(o.at), false)
	case signed:
		return verdictFor(w.signed[o.party], false)
	}
	return w.judgeGuard(c)
}

// judgeGuard judges what only the guard of a rule can ask.
func (w slow) judgeGuard(c Condition) Verdict {
	switch o := c.operator().(type) {
	case applied:
		return verdictFor(w.applied[o.party], false)
	case suspended:
		return verdictFor(w.suspended[o.party], false)
	case bound:
		return verdictFor(w.bound[o.party] || o.party == "" && len(w.bound) > 0, false)
	case concerns:
		return verdictFor(w.part == (o.of == "part"), false)
	case actOf:
		return verdictFor(w.actor == o.party, false)
	case due:
		return verdictFor(w.due == o.clock, false)
	case approval:
		verdict := w.judge(w.approval)
		if o.verdict == "lost" {
			return verdictFor(verdict == Lost, false)
		}
		return verdict
	}
	panic(fmt.Sprintf("no judge for %T", c.operator()))
}

func (w slow) weigh(group string, min Threshold, total int64, of acts, worth func(Party) int64) Verdict {
	whole, have, left := new(big.Rat), new(big.Rat), new(big.Rat)
	for _, p := range w.a.Parties {
		if group != "" && !slices.Contains(p.Groups, group) {
			continue
		}
		n := new(big.Rat).SetInt64(worth(p))
		whole.Add(whole, n)
		if !of.signed && w.approved[p.ID] || of.signed && w.signed[p.ID] {
			have.Add(have, n)
		}
		if of.signed || !w.rejected[p.ID] {
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
	a     Agreement
	guard bool // makes guards of rules
}

func (d *dice) agreement() {
	d.a = Agreement{Commitments: []string{"c0", "c1"}, Clocks: []string{"deadline", "snapback"}}
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

func (d *dice) party() string { return d.a.Parties[d.IntN(len(d.a.Parties))].ID }

func (d *dice) instant() time.Time { return time.Date(2025, 6, 1+d.IntN(4), 0, 0, 0, 0, time.UTC) }

func (d *dice) condition(depth int) Condition {
	switch pick := d.IntN(16); {
	case pick > 14 && d.guard:
		return d.ofGuards()
	case pick > 13:
		return []Condition{Signed(d.party()), CountSigned(d.threshold(), ""), ShareSigned(d.threshold(), "x", 0)}[d.IntN(3)]
	case pick > 11:
		return []Condition{Reached(d.instant()), Not(Reached(d.instant()))}[d.IntN(2)]
	case pick < 2:
		return Approved(d.party())
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

// ofGuards is what only a guard can ask.
func (d *dice) ofGuards() Condition {
	all := []Condition{Applied(d.party()), Suspended(d.party()), Bound(d.party()), Bound(""), ConcernsPart(), ConcernsWhole(),
		ActOf(d.party()), ActOf(""), Due("snapback"), ApprovalMet(), ApprovalLost()}
	return all[d.IntN(len(all))]
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
func (d *dice) place(n *Names, approval Condition) (*place, slow) {
	s := emptyPlace(n)
	w := slow{a: d.a, approval: approval, approved: map[string]bool{}, rejected: map[string]bool{}, performed: map[string]bool{},
		signed: map[string]bool{}, applied: map[string]bool{}, suspended: map[string]bool{}, bound: map[string]bool{}}
	for i, p := range d.a.Parties {
		pick := d.IntN(3)
		s.approved.Put(i, pick == 1)
		s.rejected.Put(i, pick == 2)
		w.approved[p.ID], w.rejected[p.ID] = pick == 1, pick == 2
		d.toss(s.signed, w.signed, i, p.ID)
		d.toss(s.applied, w.applied, i, p.ID)
		d.toss(s.suspended, w.suspended, i, p.ID)
		d.toss(s.bound, w.bound, i, p.ID)
	}
	for i, id := range d.a.Commitments {
		d.toss(s.performed, w.performed, i, id)
	}
	s.now, s.part, s.approval = d.instant(), d.IntN(2) == 0, n.BindApproval(approval)
	if s.actor = d.IntN(len(d.a.Parties)+1) - 1; s.actor >= 0 {
		w.actor = d.a.Parties[s.actor].ID
	}
	if d.IntN(2) == 0 {
		s.due[1], w.due = true, "snapback"
	}
	w.now, w.part = s.now, s.part
	return s, w
}

// toss puts one of a list into a set and into its twin, or neither.
func (d *dice) toss(set Set, names map[string]bool, i int, id string) {
	if d.IntN(2) == 0 {
		set.Add(i)
		names[id] = true
	}
}

// each makes random conditions that the agreement can mean, with random deals.
func each(t *testing.T, look func(d *dice, n *Names, c Condition, test *Test, s *place, w slow)) {
	t.Helper()
	bound := 0
	for seed := range uint64(4_000) {
		d := &dice{Rand: rand.New(rand.NewPCG(seed, 7))}
		d.agreement()
		n, approval := NewNames(d.a), d.condition(2)
		d.guard = seed%4 == 0
		c := d.condition(3)
		if n.CheckApproval("approval", approval) != nil || n.CheckGuard("guard", c) != nil {
			continue // a threshold out of reach, or a group without parties
		}
		bound++
		test := n.BindGuard(c, n.BindApproval(approval))
		if !d.guard {
			test = n.BindApproval(c)
		}
		for range 12 {
			s, w := d.place(n, approval)
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
func TestEveryOperatorIsTriedAtRandom(t *testing.T) {
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
		require.True(t, thrown[word], "%s: is it among the dice's conditions?", word)
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
		flipUnread(s.performed, reads.Commitments, len(d.a.Commitments))
		flipUnread(s.signed, reads.Signatures, len(d.a.Parties))
		flipUnread(s.applied, reads.Applications, len(d.a.Parties))
		flipUnread(s.suspended, reads.Suspensions, len(d.a.Parties))
		s.changeUnread(d, reads)
		require.Equal(t, before, test.Eval(s), c)
		test.Awaited().Each(func(i int) { require.True(t, reads.Parties.Has(i), c) })
	})
}

func flipUnread(set, read Set, count int) {
	for i := range count {
		if !read.Has(i) {
			set.Put(i, !set.Has(i))
		}
	}
}

// changeUnread changes all else that nothing has asked for.
func (p *place) changeUnread(d *dice, read Reads) {
	if !read.Bound {
		flipUnread(p.bound, bitset.New(len(d.a.Parties)), len(d.a.Parties))
	}
	if !read.Part {
		p.part = !p.part
	}
	if !read.Clocks {
		p.due[1] = !p.due[1]
	}
	if read.Actors.Count() == 0 && !read.JointActor {
		p.actor = d.IntN(len(d.a.Parties)+1) - 1
	}
	now := d.instant()
	if !slices.ContainsFunc(read.Instants, func(at time.Time) bool { return at.After(now) != at.After(p.now) }) {
		p.now = now
	}
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
