package dealstate_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// wish is a condition as the slow evaluator sees it: plain, with exact
// fractions, and without a thought for speed.
type wish struct {
	word   string // approved, all, any, not, count, share, performed
	name   string
	parts  []wish
	number *big.Rat // of approvals or weight; or with part, of the whole
	part   bool
	total  int64
}

// world is what the slow evaluator knows.
type world struct {
	a         dealstate.Agreement
	said      map[string]dealstate.Kind // each party's last act of consent on this revision
	performed map[string]bool
}

func (w world) judge(c wish) condition.Verdict {
	switch c.word {
	case "approved":
		return verdictFor(w.said[c.name] == dealstate.Approve, w.said[c.name] == dealstate.Reject)
	case "performed":
		return verdictFor(w.performed[c.name], false)
	case "not":
		return verdictFor(w.judge(c.parts[0]) != condition.Met, false)
	case "all", "any":
		return w.judgeParts(c)
	}
	return w.judgeTally(c)
}

func (w world) judgeParts(c wish) condition.Verdict {
	got := map[condition.Verdict]int{}
	for _, p := range c.parts {
		got[w.judge(p)]++
	}
	if c.word == "all" {
		return verdictFor(got[condition.Met] == len(c.parts), got[condition.Lost] > 0)
	}
	return verdictFor(got[condition.Met] > 0, got[condition.Lost] == len(c.parts))
}

func (w world) judgeTally(c wish) condition.Verdict {
	whole, have, left := new(big.Rat), new(big.Rat), new(big.Rat)
	for _, p := range w.a.Parties {
		if c.name != "" && !slices.Contains(p.Groups, c.name) {
			continue
		}
		worth := big.NewRat(1, 1)
		if c.word == "share" {
			worth = new(big.Rat).SetInt64(p.Weight)
		}
		whole.Add(whole, worth)
		if w.said[p.ID] == dealstate.Approve {
			have.Add(have, worth)
		}
		if w.said[p.ID] != dealstate.Reject {
			left.Add(left, worth)
		}
	}
	if c.total > 0 {
		whole.SetInt64(c.total)
	}
	need := c.number
	if c.part {
		need = new(big.Rat).Mul(c.number, whole)
	}
	return verdictFor(have.Cmp(need) >= 0, left.Cmp(need) < 0)
}

func verdictFor(met, lost bool) condition.Verdict {
	switch {
	case met:
		return condition.Met
	case lost:
		return condition.Lost
	}
	return condition.Pending
}

// dice makes random agreements and logs.
type dice struct {
	*rand.Rand
	a      dealstate.Agreement
	plain  bool // no Not
	groups []string
}

func (d *dice) agreement() {
	d.groups = []string{"", "x", "y"}
	d.a = dealstate.Agreement{ID: "club"}
	scale := []int64{1, 3, 100, 1 << 58}[d.IntN(4)]
	for i := range 1 + d.IntN(6) {
		p := dealstate.Party{ID: fmt.Sprintf("p%d", i), Weight: d.Int64N(scale + 1)}
		for _, g := range d.groups[1:] {
			if d.IntN(2) == 0 {
				p.Groups = append(p.Groups, g)
			}
		}
		d.a.Parties = append(d.a.Parties, p)
	}
	for i := range 2 {
		d.a.Commitments = append(d.a.Commitments, dealstate.Commitment{ID: fmt.Sprintf("c%d", i), Party: d.party()})
	}
}

func (d *dice) party() string { return d.a.Parties[d.IntN(len(d.a.Parties))].ID }

// condition makes the same condition twice: for the library, and for the slow
// evaluator.
func (d *dice) condition(depth int) (condition.Condition, wish) {
	words := []string{"approved", "count", "share", "count", "share", "performed", "all", "any", "all", "any", "not"}
	if d.plain {
		words = words[:len(words)-1]
	}
	if depth == 0 {
		words = words[:6]
	}
	switch word := words[d.IntN(len(words))]; word {
	case "approved":
		id := d.party()
		return condition.Approved(id), wish{word: word, name: id}
	case "performed":
		id := fmt.Sprintf("c%d", d.IntN(2))
		return condition.Performed(id), wish{word: word, name: id}
	case "not":
		c, w := d.condition(depth - 1)
		return condition.Not(c), wish{word: word, parts: []wish{w}}
	case "all", "any":
		return d.combination(word, depth)
	default:
		return d.tally(word)
	}
}

func (d *dice) combination(word string, depth int) (condition.Condition, wish) {
	var parts []condition.Condition
	w := wish{word: word}
	for range 1 + d.IntN(3) {
		c, slow := d.condition(depth - 1)
		parts, w.parts = append(parts, c), append(w.parts, slow)
	}
	if word == "all" {
		return condition.All(parts...), w
	}
	return condition.Any(parts...), w
}

func (d *dice) tally(word string) (condition.Condition, wish) {
	w := wish{word: word, name: d.groups[d.IntN(3)], part: true}
	var min condition.Threshold
	switch den := 1 + d.Int64N(12); d.IntN(3) {
	case 0:
		num := d.Int64N(den + 1)
		min, w.number = condition.Fraction(num, den), big.NewRat(num, den)
	case 1:
		p := d.Int64N(101)
		min, w.number = condition.Percent(p), big.NewRat(p, 100)
	default:
		n := d.Int64N(4)
		min, w.number, w.part = condition.AtLeast(n), big.NewRat(n, 1), false
	}
	if word == "count" {
		return condition.Count(min, w.name), w
	}
	if d.IntN(3) == 0 {
		var sum int64
		for _, p := range d.a.Parties {
			sum += p.Weight
		}
		w.total = sum + d.Int64N(sum/4+2)
	}
	return condition.Share(min, w.name, w.total), w
}

// event is a random act that concerns approval.
func (d *dice) event(n int) dealstate.Event {
	kinds := []dealstate.Kind{dealstate.Approve, dealstate.Approve, dealstate.Approve, dealstate.Reject, dealstate.Withdraw, dealstate.Perform, dealstate.Amend, dealstate.Submit, dealstate.Negotiate}
	e := dealstate.Event{ID: fmt.Sprintf("e%02d", n), Deal: "club", Role: dealstate.Instrument, Kind: kinds[d.IntN(len(kinds))], Party: d.party(),
		At: time.Date(2025, 1, 1+n, 0, 0, 0, 0, time.UTC)}
	if e.Kind == dealstate.Perform {
		c := d.a.Commitments[d.IntN(2)]
		e.Commitment, e.Party = c.ID, c.Party
	}
	return e
}

// apply is the slow evaluator's own account of what applied events do.
func (w *world) apply(d dealstate.Decision, e dealstate.Event, revision int) {
	if d.Outcome != dealstate.Applied {
		return
	}
	switch e.Kind {
	case dealstate.Withdraw: // by a party whose approval does not stand, it is a refusal
		if w.said[e.Party] != dealstate.Approve {
			w.said[e.Party] = dealstate.Reject
			break
		}
		w.said[e.Party] = e.Kind
	case dealstate.Approve, dealstate.Reject:
		w.said[e.Party] = e.Kind
	case dealstate.Perform:
		w.performed[e.Commitment] = true
	}
	if d.Revision != revision {
		w.said = map[string]dealstate.Kind{}
	}
}

// try makes a random deal and lets look see every step. It reports whether the
// deal was one that compiles.
func try(t *testing.T, seed uint64, plain bool, look func(s beat)) bool {
	t.Helper()
	d := &dice{Rand: rand.New(rand.NewPCG(seed, 7)), plain: plain}
	d.agreement()
	c, slow := d.condition(3)
	d.a.Approval = c
	m, err := dealstate.Compile(d.a)
	if err != nil {
		fieldErrAny(t, err)
		return false
	}
	w := &world{a: d.a, said: map[string]dealstate.Kind{}, performed: map[string]bool{}}
	deal := m.NewDeal(dealstate.Strict)
	last := beat{after: deal.Latest(), slow: w.judge(slow), condition: c}
	for n := range 12 {
		e := d.event(n)
		decision, err := deal.Record(e)
		require.NoError(t, err)
		w.apply(decision, e, last.after.Revision)
		now := beat{before: last.after, after: deal.Latest(), event: e, decision: decision, slow: w.judge(slow), condition: c}
		look(now)
		last = now
	}
	return true
}

type beat struct {
	before, after dealstate.Snapshot
	event         dealstate.Event
	decision      dealstate.Decision
	slow          condition.Verdict
	condition     condition.Condition
}

func (s beat) String() string {
	return fmt.Sprintf("%s: %s, from %s", s.condition, s.decision, s.before.Approval)
}

// fieldErrAny wants a *FieldError about the approval: a random threshold may be
// out of reach, and a random group empty.
func fieldErrAny(t *testing.T, err error) {
	t.Helper()
	var bad *dealstate.FieldError
	require.ErrorAs(t, err, &bad)
	require.True(t, strings.HasPrefix(bad.Field, "approval"), bad.Field)
}

func trials() int { return proof.Times(500, 200) }

func TestVerdictEqualsASlowObviousEvaluator(t *testing.T) {
	t.Parallel()
	compiled, seen := 0, map[condition.Verdict]int{}
	for seed := range uint64(trials()) {
		if try(t, seed, false, func(s beat) {
			require.Equal(t, s.slow, s.after.Approval.Verdict, s)
			seen[s.slow]++
		}) {
			compiled++
		}
	}
	require.Greater(t, compiled, trials()/3)
	for _, v := range []condition.Verdict{condition.Pending, condition.Met, condition.Lost} {
		require.Greater(t, seen[v], proof.Times(250, 50), v)
	}
}

// DESIGN: "Rejection is not the end". On one revision only an approval, of one that has
// thought again, makes what was lost possible.
func TestLostIsLeftOnTheSameRevisionByAnApprovalOnly(t *testing.T) {
	t.Parallel()
	left := 0
	for seed := range uint64(trials()) {
		try(t, seed, false, func(s beat) {
			if s.before.Approval.Verdict == condition.Lost && s.after.Approval.Verdict != condition.Lost && s.before.Revision == s.after.Revision {
				require.Equal(t, dealstate.Approve, s.event.Kind, s)
				left++
			}
		})
	}
	require.Greater(t, left, trials()/20)
}

func TestApprovalNeverTurnsMetToPendingWithoutANot(t *testing.T) {
	t.Parallel()
	for seed := range uint64(trials()) {
		try(t, seed, true, func(s beat) {
			if s.event.Kind == dealstate.Approve && s.before.Approval.Verdict == condition.Met {
				require.Equal(t, condition.Met, s.after.Approval.Verdict, s)
			}
		})
	}
}

func TestStateIsApprovedOnlyWhileTheConditionIsMet(t *testing.T) {
	t.Parallel()
	for seed := range uint64(trials()) {
		try(t, seed, false, func(s beat) {
			if s.after.State == dealstate.StateApproved {
				require.Equal(t, condition.Met, s.after.Approval.Verdict, s)
			}
		})
	}
}

// A deal whose condition a rejection has made impossible is rejected, whoever's
// act made it so.
func TestLostConditionAfterAnActMeansRejected(t *testing.T) {
	t.Parallel()
	for seed := range uint64(trials()) {
		try(t, seed, false, func(s beat) {
			if s.after.Approval.Verdict == condition.Lost && s.decision.Outcome == dealstate.Applied && s.before.Approval.Verdict != condition.Lost {
				require.Equal(t, dealstate.StateRejected, s.after.State, s)
			}
		})
	}
}

func TestAPartyThatRejectedIsAwaitedWhileTheConditionIsPending(t *testing.T) {
	t.Parallel()
	c := condition.Count(condition.AtLeast(2), "")
	s, _ := told(t, club(3, c), "", "06-01 approve p0\n06-02 reject p1")
	require.Equal(t, dealstate.StandingRejected, s.Parties[1].Standing)
	require.Equal(t, []string{"p1", "p2"}, s.Awaiting, "p1 may think again")
	s, _ = told(t, club(3, c), "", "06-01 reject p0\n06-02 reject p1")
	require.Equal(t, condition.Lost, s.Approval.Verdict)
	require.Empty(t, s.Awaiting)
}

// Of two parties in Asia, "1 of 1 party in asia" would read as all there are.
func TestAFindingSaysWhatIsNeededAndNotTheSizeOfTheGroup(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]condition.Condition{
		"1 of the 1 needed in asia (met)":                        condition.Count(condition.AtLeast(1), "asia"),
		"1 of the 2 needed (pending)":                            condition.Count(condition.Fraction(2, 3), ""),
		"7 of the 10 of the weight needed (pending)":             condition.Share(condition.AtLeast(10), "", 0),
		"50 % of the 2/3 of the weight needed in asia (pending)": condition.Share(condition.Fraction(2, 3), "asia", 0),
		"1 of 3 parties (pending)":                               {},
	} {
		a := club(3, c)
		for i := range a.Parties {
			a.Parties[i].Weight = 7
		}
		a.Parties[0].Groups, a.Parties[1].Groups = []string{"asia"}, []string{"asia"}
		s, _ := told(t, a, "", "06-01 approve p0")
		require.Equal(t, want, s.Approval.String())
		require.Contains(t, s.Explain(), "Approval: "+want+".")
	}
}

// A share of nothing would be met before anybody spoke.
func TestShareOfPartiesWithoutWeightIsRefused(t *testing.T) {
	t.Parallel()
	_, err := dealstate.Compile(club(3, condition.Share(condition.Percent(55), "", 0)))
	fieldErr(t, err, "approval.share.group")
}

// Fraction(2, 0) is no number, least of all "two".
func TestFractionOverNothingIsRefused(t *testing.T) {
	t.Parallel()
	_, err := dealstate.Compile(club(3, condition.Count(condition.Fraction(2, 0), "")))
	fieldErr(t, err, "approval.count.min")
}

// An approval that nothing could ever give is a slip of the pen.
func TestApprovalThatCanNeverBeGivenIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []condition.Condition{condition.Any(), condition.All(condition.Approved("p0"), condition.Any())} {
		_, err := dealstate.Compile(club(3, c))
		require.Error(t, err, c)
	}
}

func TestPartyInNoCountedGroupNeverCounts(t *testing.T) {
	t.Parallel()
	a := club(3, condition.Count(condition.AtLeast(2), "members"))
	a.Parties[0].Groups, a.Parties[1].Groups = []string{"members"}, []string{"members"}
	s, _ := told(t, a, "", "06-01 approve p2\n06-02 approve p0")
	require.Equal(t, dealstate.StateAwaitingApprovals, s.State)
	require.Equal(t, []string{"p1"}, s.Awaiting)
	require.Equal(t, int64(1), s.Approval.Have)
	bloc, _ := s.Party("p2")
	require.False(t, bloc.Asked)
	require.Equal(t, dealstate.StandingApproved, bloc.Standing)
	s, _ = told(t, a, "", "06-01 reject p2\n06-02 approve p0\n06-03 approve p1")
	require.Equal(t, dealstate.StateApproved, s.State, "a bloc's rejection is no rejection of its members")
}

func TestRejectionThatLeavesAQuorumIsNotTheEnd(t *testing.T) {
	t.Parallel()
	a := club(3, condition.Count(condition.AtLeast(2), ""))
	_, decisions := told(t, a, "", "06-01 reject p0\n06-02 approve p1\n06-03 reject p2\n06-04 approve p2")
	require.Equal(t, lines(`
		reject-p0-06-01 applied negotiated>awaiting_approvals
		approve-p1-06-02 applied
		reject-p2-06-03 applied awaiting_approvals>rejected
		approve-p2-06-04 applied rejected>approved`), summaries(decisions), "nor is one that leaves none: p2 thinks again")
}

func TestPartyThatRejectedMayStillApproveWhileTheDealIsOpen(t *testing.T) {
	t.Parallel()
	a := club(3, condition.Count(condition.AtLeast(2), ""))
	s, _ := told(t, a, "", "06-01 reject p0\n06-02 approve p1\n06-03 approve p0")
	require.Equal(t, dealstate.StateApproved, s.State)
}
