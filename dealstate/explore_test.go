package dealstate_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// Law 7: a deal never becomes implemented, from a state before it, unless the
// approval condition is met on the current revision. Every path is walked;
// paths that lead to the same situation are walked on from it once.

// step is one letter of the alphabet: an event, or the wait for a clock.
type step struct {
	text  string
	kind  dealstate.Kind // 0: wait for the next clock
	party string
	more  func(*dealstate.Event)
}

func acts(parties []dealstate.Party) []step {
	all := []step{{text: "wait for the next clock"}}
	for _, p := range parties {
		for _, k := range []dealstate.Kind{dealstate.Approve, dealstate.Reject, dealstate.Withdraw} {
			all = append(all, step{text: k.String() + " " + p.ID, kind: k, party: p.ID})
		}
		if len(parties) == 2 { // one side extends for itself; with more sides there is nothing new in that
			all = append(all, step{text: "extend " + p.ID, kind: dealstate.Extend, party: p.ID, more: extendFar})
		}
	}
	for _, k := range []dealstate.Kind{dealstate.Negotiate, dealstate.Sign, dealstate.Submit, dealstate.Amend, dealstate.Apply, dealstate.Implement, dealstate.Dispute,
		dealstate.Settle, dealstate.Suspend, dealstate.Resume, dealstate.Terminate, dealstate.Note} {
		all = append(all, step{text: k.String(), kind: k})
	}
	first := parties[0].ID
	for _, k := range []dealstate.Kind{dealstate.Sign, dealstate.Apply, dealstate.Suspend, dealstate.Resume, dealstate.Terminate} {
		all = append(all, step{text: k.String() + " " + first, kind: k, party: first})
	}
	return append(all,
		step{text: "extend", kind: dealstate.Extend, more: extendFar},
		step{text: "approve " + first + " (of revision 1)", kind: dealstate.Approve, party: first, more: func(e *dealstate.Event) { e.Revision = 1 }},
		step{text: "approve " + first + " (press)", kind: dealstate.Approve, party: first, more: func(e *dealstate.Event) { e.Role = dealstate.Press }},
		step{text: "approve " + first + " (conditional)", kind: dealstate.Approve, party: first, more: func(e *dealstate.Event) { e.Modality = dealstate.Conditional }},
		step{text: "perform pledge-1", kind: dealstate.Perform, party: first, more: ofPledge},
		step{text: "breach pledge-1", kind: dealstate.Breach, party: first, more: ofPledge},
		step{text: "suspend pledge-1", kind: dealstate.Suspend, party: first, more: ofPledge},
	)
}

func ofPledge(e *dealstate.Event) { e.Commitment = "pledge-1" }

func extendFar(e *dealstate.Event) { e.Until = e.At.AddDate(0, 0, 20) }

// event puts the step a second after the last one, or at the clock's instant.
func (s step) event(deal string, n int, before dealstate.Snapshot) dealstate.Event {
	at := onDay(0)
	if n > 0 {
		at = before.AsOf.Add(time.Second)
	}
	e := dealstate.Event{ID: fmt.Sprintf("e%02d", n), Deal: deal, Kind: s.kind, Party: s.party, Role: dealstate.Instrument, At: at}
	if s.kind == 0 {
		e.Kind = dealstate.Note
		if before.Next != nil {
			e.At = before.Next.Due
		}
	}
	if s.more != nil {
		s.more(&e)
	}
	return e
}

// ledger is the bookkeeping of a clerk who knows nothing of machines: who has
// approved the text that lies on the table.
type ledger struct {
	revision  int
	parties   []dealstate.Party
	approved  map[string]bool
	signed    map[string]bool
	performed bool
	now       time.Time
}

func (l ledger) copy() ledger {
	l.approved, l.signed = maps.Clone(l.approved), maps.Clone(l.signed)
	return l
}

// newText is that of an amendment or of a new round: nobody has approved or signed it.
func (l *ledger) newText() {
	l.revision++
	l.approved, l.signed = map[string]bool{}, map[string]bool{}
}

func opened(a dealstate.Agreement) ledger {
	return ledger{revision: 1, parties: a.Parties, approved: map[string]bool{}, signed: map[string]bool{}}
}

// enter books one decision. Only what was applied counts.
func (l *ledger) enter(d dealstate.Decision) {
	if l.now = d.At; d.Outcome != dealstate.Applied {
		return
	}
	notice := slices.ContainsFunc(d.Reasons, func(r dealstate.Reason) bool { return r.Code == dealstate.ReasonLeaves })
	switch d.Kind {
	case dealstate.Approve:
		l.approved[d.Party] = true
	case dealstate.Reject, dealstate.Withdraw:
		if !notice { // who has given notice is bound until it ends
			delete(l.approved, d.Party)
		}
	case dealstate.Sign:
		for _, p := range l.parties {
			l.signed[p.ID] = l.signed[p.ID] || d.Party == "" || d.Party == p.ID
		}
	case dealstate.Perform:
		l.performed = true
	case dealstate.Breach:
		l.performed = false
	case dealstate.Amend:
		l.newText()
	}
	if d.Clock == dealstate.Notice {
		delete(l.approved, d.Party)
	}
	if d.To == dealstate.StateNegotiated && d.From != d.To { // talks begin anew
		l.newText()
	}
}

// standingOf tells a situation apart from others, as far as what can still
// happen depends on it. All steps lie a second apart and all clocks days, so a
// clock's distance matters by the day only.
// Signatures matter only where the condition asks for them.
func standingOf(s dealstate.Snapshot, extended string, signatures bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s r%d %s", s.State, min(s.Revision, 2), s.Approval.Verdict)
	days := func(t time.Time) int {
		if t.IsZero() {
			return -1
		}
		return max(0, int((t.Sub(s.AsOf)+12*time.Hour)/(24*time.Hour)))
	}
	for _, p := range s.Parties {
		fmt.Fprintf(&b, " %s %t %t, bound in %d days, leaves in %d", p.Standing, p.Provisional, p.Suspended, days(p.InForce), days(p.Leaves))
		if signatures {
			fmt.Fprintf(&b, " %t", p.Signed)
		}
	}
	for _, c := range s.Commitments {
		fmt.Fprintf(&b, " %t %t", c.At.IsZero(), c.Breached.IsZero())
	}
	fmt.Fprintf(&b, " %d disputes, extended by %s", min(len(s.Disputes), 1), extended)
	if s.Next != nil {
		fmt.Fprintf(&b, ", %s in %d days", s.Next, days(s.Next.Due))
	}
	return b.String()
}

// node is a situation, with the shortest path that leads to it.
type node struct {
	events   []dealstate.Event
	path     []string
	snap     dealstate.Snapshot
	books    ledger
	extended string
	seen     int // decisions already booked
}

// exploration is what walking every path found.
type exploration struct {
	situations   int
	letters      int // of the alphabet
	depth        int // after so many steps nothing new came
	states       map[dealstate.State]bool
	implemented  int    // ways to become implemented
	broken       string // the first path on which law 7 does not hold
	disagreement string // the first path on which the clerk and the library differ
}

// explore walks every path, breadth first, until no step leads to a situation
// that was not seen. holds is the approval condition, said once more in
// terms of the clerk's books.
func explore(t *testing.T, a dealstate.Agreement, holds func(ledger) bool, within bound) exploration {
	t.Helper()
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	alphabet, signatures := acts(a.Parties), strings.Contains(a.Approval.String(), "signed")
	found := exploration{states: map[dealstate.State]bool{}, letters: len(alphabet)}
	seen := map[string]bool{}
	level := []*node{{snap: m.NewDeal(dealstate.Strict).Latest(), books: opened(a)}}
	for len(level) > 0 && within.holds(found.depth) && found.broken == "" && found.disagreement == "" {
		var next []*node
		for _, n := range within.spread(level) {
			for _, s := range alphabet {
				to := n.take(t, m, s, holds, &found)
				if key := standingOf(to.snap, to.extended, signatures); !seen[key] {
					seen[key], found.states[to.snap.State] = true, true
					next = append(next, to)
				}
			}
		}
		level = next
		found.depth++
	}
	found.situations = len(seen)
	return found
}

// bound is how far a walk goes. The zero value leaves nothing out.
type bound struct {
	breadth int // of the situations new after one step more, so many are walked on from
	depth   int // steps
}

// holds tells whether the walk goes on after so many steps.
func (b bound) holds(depth int) bool { return b.depth == 0 || depth < b.depth }

// spread gives the nodes to walk on from, at even distances.
func (b bound) spread(level []*node) []*node {
	if b.breadth == 0 || len(level) <= b.breadth {
		return level
	}
	var some []*node
	for i := range b.breadth {
		some = append(some, level[i*len(level)/b.breadth])
	}
	return some
}

var inForce = []dealstate.State{dealstate.StateImplemented, dealstate.StateSuspended, dealstate.StateExpired, "review"}

// take goes one step on from a situation, and compares the library with the
// clerk at every decision on the way.
func (n *node) take(t *testing.T, m *dealstate.Machine, s step, holds func(ledger) bool, found *exploration) *node {
	t.Helper()
	e := s.event(m.Agreement().ID, len(n.events), n.snap)
	to := &node{events: append(slices.Clone(n.events), e), path: append(slices.Clone(n.path), s.text), books: n.books.copy(), extended: n.extended}
	snap, decisions, err := m.Fold(to.events, dealstate.View{})
	require.NoError(t, err)
	for _, d := range decisions[n.seen:] {
		to.books.enter(d)
		if d.To == dealstate.StateImplemented && !slices.Contains(inForce, d.From) {
			found.implemented++
			if !holds(to.books) && found.broken == "" {
				found.broken = strings.Join(to.path, " → ")
			}
		}
		if d.Kind == dealstate.Extend && d.Outcome == dealstate.Applied && !strings.Contains(to.extended, "<"+d.Party+">") {
			to.extended += "<" + d.Party + ">"
		}
	}
	to.snap, to.seen, to.books.now = snap, len(decisions), snap.AsOf
	agree := holds(to.books) == (snap.Approval.Verdict == condition.Met) && to.books.revision == snap.Revision && len(to.books.approved) == len(snap.Approved)
	if !agree && found.disagreement == "" {
		found.disagreement = fmt.Sprintf("%s: the clerk has %+v, the library %s of revision %d", strings.Join(to.path, " → "), to.books, snap.Approved, snap.Revision)
	}
	return to
}

func everyone(parties ...string) func(ledger) bool {
	return func(l ledger) bool {
		for _, p := range parties {
			if !l.approved[p] {
				return false
			}
		}
		return true
	}
}

var explorations = []struct {
	name string
	deal dealstate.Agreement
	met  func(ledger) bool
}{
	{"two parties", dealstate.Agreement{Parties: bothSides, Commitments: pledges("us")}, everyone("us", "china")},
	{"two parties, every clock", dealstate.Agreement{Parties: bothSides, Commitments: pledges("us"), Deadline: onDay(10),
		Effect: &dealstate.Delay{Days: 3}, Term: &dealstate.Delay{Days: 15}}, everyone("us", "china")},
	{"two parties, in effect at once", dealstate.Agreement{Parties: bothSides, Commitments: pledges("us"), Effect: &dealstate.Delay{}}, everyone("us", "china")},
	{"three parties", dealstate.Agreement{Parties: fiveParties[:3], Commitments: pledges("chile")}, everyone("chile", "fiji", "kenya")},
	{"two of three, every clock", dealstate.Agreement{Parties: fiveParties[:3], Commitments: pledges("chile"), Approval: condition.Count(condition.AtLeast(2), ""),
		Deadline: onDay(10), Effect: &dealstate.Delay{Days: 3}, Term: &dealstate.Delay{Days: 15}}, func(l ledger) bool { return len(l.approved) >= 2 }},
	{"one of three once the pledge is kept", dealstate.Agreement{Parties: fiveParties[:3], Commitments: pledges("chile"),
		Approval: condition.All(condition.Count(condition.AtLeast(1), ""), condition.Performed("pledge-1")), Effect: &dealstate.Delay{Days: 3}},
		func(l ledger) bool { return len(l.approved) >= 1 && l.performed }},
	{"two parties, notice and tacit renewal", dealstate.Agreement{Parties: bothSides, Commitments: pledges("us"), Effect: &dealstate.Delay{Days: 3},
		Term: &dealstate.Delay{Days: 15}, Renew: &dealstate.Delay{Days: 15}, Notice: &dealstate.NoticePeriod{Delay: dealstate.Delay{Days: 6}}}, everyone("us", "china")},
	{"two of three, who join and leave", dealstate.Agreement{Parties: fiveParties[:3], Commitments: pledges("chile"), Approval: condition.Count(condition.AtLeast(2), ""),
		Effect: &dealstate.Delay{Days: 3}, Join: &dealstate.Join{Delay: dealstate.Delay{Days: 2}}, Notice: &dealstate.NoticePeriod{Delay: dealstate.Delay{Days: 6}}},
		func(l ledger) bool { return len(l.approved) >= 2 }},
	{"three, or two once ten days are over", dealstate.Agreement{Parties: fiveParties[:3], Commitments: pledges("chile"), Effect: &dealstate.Delay{Days: 3},
		Approval: condition.Any(condition.Count(condition.AtLeast(3), ""), condition.All(condition.Reached(onDay(10)), condition.Count(condition.AtLeast(2), "")))},
		func(l ledger) bool { return len(l.approved) >= 3 || len(l.approved) == 2 && !l.now.Before(onDay(10)) }},
	{"a signature and an approval", dealstate.Agreement{Parties: bothSides, Commitments: pledges("us"), Effect: &dealstate.Delay{Days: 3},
		Approval: condition.All(condition.Signed("us"), condition.Approved("china"))}, func(l ledger) bool { return l.signed["us"] && l.approved["china"] }},
	{"a timer of its own, in a state of its own", dealstate.Agreement{Parties: bothSides, Commitments: pledges("us"), Effect: &dealstate.Delay{Days: 3}, Term: &dealstate.Delay{Days: 15},
		Timers: []dealstate.OwnTimer{{ID: "snapback", After: dealstate.Delay{Days: 4}}}, Lifecycle: &dealstate.Lifecycle{Extends: "standard", States: []dealstate.State{"review"},
			InForce: []dealstate.State{"review"}, Drop: []string{"dispute"}, Rules: []dealstate.Rule{
				{ID: "contest", On: dealstate.Dispute, From: []dealstate.State{dealstate.StateImplemented}, To: "review"},
				{ID: "clear", On: dealstate.Settle, From: []dealstate.State{"review"}, To: dealstate.StateImplemented},
				{ID: "snap_back", On: dealstate.Timer("snapback"), From: []dealstate.State{"review"}, To: dealstate.StateTerminated}}}}, everyone("us", "china")},
}

func TestLaw7NoPathBecomesImplementedWithoutTheApprovals(t *testing.T) {
	t.Parallel()
	var within bound
	if !proof.Whole() {
		within = bound{breadth: 24, depth: 12}
	}
	for i, x := range explorations {
		if underRace && i != 1 {
			continue
		}
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			x.deal.ID = "x"
			found := explore(t, x.deal, x.met, within)
			t.Logf("%d letters, %d situations, the last one new after %d steps; %d states; %d steps became implemented",
				found.letters, found.situations, found.depth-1, len(found.states), found.implemented)
			require.Empty(t, found.broken)
			require.Empty(t, found.disagreement)
			require.Positive(t, found.implemented)
			require.GreaterOrEqual(t, found.depth, 8)
			require.GreaterOrEqual(t, len(found.states), 7)
		})
	}
}

func TestLaw7TheExplorationFindsWhatAMissingGuardLetsThrough(t *testing.T) {
	t.Parallel()
	l := dealstate.TwoParty(bothSides[0], bothSides[1])
	i := slices.IndexFunc(l.Rules, func(r dealstate.Rule) bool { return r.ID == "implement" })
	l.Rules[i].When = condition.Condition{}
	found := explore(t, dealstate.Agreement{ID: "x", Parties: bothSides, Commitments: pledges("us"), Lifecycle: &l,
		Effect: &dealstate.Delay{Days: 3}, Deadline: onDay(10), Term: &dealstate.Delay{Days: 15}}, everyone("us", "china"), bound{})
	require.Equal(t, "implement", found.broken)
}

// A guard that looks at the state's name, and not at the approvals, is fooled
// by whatever leads to that state.
func TestLaw7TheExplorationFindsWhatAGuardByStateNameLetsThrough(t *testing.T) {
	t.Parallel()
	l := dealstate.TwoParty(bothSides[0], bothSides[1])
	l.Rules = slices.Clone(l.Rules)
	for i, r := range l.Rules {
		switch r.ID {
		case "implement":
			l.Rules[i].From, l.Rules[i].When = []dealstate.State{dealstate.StateApproved}, condition.Condition{}
		case "amend": // an amendment that forgets to leave the state
			l.Rules[i].To = ""
		}
	}
	found := explore(t, dealstate.Agreement{ID: "x", Parties: bothSides, Commitments: pledges("us"), Lifecycle: &l,
		Effect: &dealstate.Delay{Days: 3}, Deadline: onDay(10), Term: &dealstate.Delay{Days: 15}}, everyone("us", "china"), bound{})
	require.Equal(t, "approve us → approve china → amend → implement", found.broken)
}

// The exploration proves its laws for the acts that it tries, and for no others.
func TestEveryKindIsAStepOfTheExploration(t *testing.T) {
	for _, k := range dealstate.Kinds() {
		tried := slices.ContainsFunc(acts(bothSides), func(s step) bool { return s.kind == k })
		require.True(t, tried || k == dealstate.Retract, "%s is never tried", k) // to retract is to leave an act out
	}
}
