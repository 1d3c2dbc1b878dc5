package dealstate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// What reading the truth table as a lawyer turned up.

// walked opens a two-party deal and lets it go the steps, a second apart.
func walked(t *testing.T, a dealstate.Agreement, story ...string) *node {
	t.Helper()
	a.ID, a.Parties, a.Commitments = "x", bothSides, pledges("us")
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	at := &node{snap: m.NewDeal(dealstate.Strict).Latest(), books: opened(a)}
	for _, text := range story {
		for _, s := range acts(bothSides) {
			if s.text == text {
				at = at.take(t, m, s, everyone("us", "china"), &exploration{})
			}
		}
	}
	require.Len(t, at.events, len(story), "a step is misspelt")
	return at
}

func lastDecision(t *testing.T, n *node, a dealstate.Agreement) dealstate.Decision {
	t.Helper()
	a.ID, a.Parties, a.Commitments = "x", bothSides, pledges("us")
	deal, err := dealstate.New(a, dealstate.Strict)
	require.NoError(t, err)
	recordAll(t, deal, n.events[:len(n.events)-1])
	dec, err := deal.Record(n.events[len(n.events)-1])
	require.NoError(t, err)
	return dec
}

// An extension lengthens. Where nothing would ever end, one side's must not set
// an end.
func TestOneSidesExtensionOfWhatHasNoEndSetsNone(t *testing.T) {
	t.Parallel()
	for _, story := range [][]string{
		{"approve us", "extend china"},
		{"approve us", "approve china", "implement", "extend us"},
	} {
		at := walked(t, dealstate.Agreement{}, story...)
		require.Nil(t, at.snap.Next, "%v: a clock was set", story)
	}
}

// The clock moves when the last side extends, though not as far as that side
// would have it.
func TestTheLastSidesExtensionSaysThatTheClockMoved(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{Deadline: onDay(10)}
	at := walked(t, a, "approve us", "extend us", "extend china")
	require.Equal(t, onDay(20).Add(1e9), at.snap.Next.Due, "what us stands by")
	require.Equal(t, dealstate.ReasonMoved, lastDecision(t, at, a).Reasons[0].Code)
}

// While a deal has lapsed a side may still change its mind, and a deal that is
// reopened must not count what was taken back.
func TestAnApprovalWithdrawnWhileLapsedIsNotThereWhenTheDealReopens(t *testing.T) {
	t.Parallel()
	at := walked(t, dealstate.Agreement{Deadline: onDay(10)}, "approve us", "wait for the next clock", "withdraw us", "extend", "approve china")
	require.Equal(t, dealstate.State("awaiting_trump_approval"), at.snap.State)
}

// A dispute outlives the deal that it is about (Vienna Convention on the Law of
// Treaties, article 70(1)(b)), so it can be settled afterwards.
func TestADisputeCanBeSettledAfterTheEnd(t *testing.T) {
	t.Parallel()
	for _, story := range [][]string{
		{"approve us", "dispute", "terminate", "settle"},
		{"approve us", "approve china", "implement", "dispute", "wait for the next clock", "settle"},
	} {
		at := walked(t, dealstate.Agreement{Term: &dealstate.Delay{Days: 5}}, story...)
		require.Empty(t, at.snap.Disputes, "%v, state %s", story, at.snap.State)
	}
}

// The truth table: in each situation, what each event does.

// opening is a situation with the shortest story that leads there.
var openings = []struct {
	name  string
	story string // steps of the alphabet, in order
}{
	{"negotiated", ""},
	{"awaiting_approvals", "submit"},
	{"awaiting_xi_approval", "approve us"},
	{"awaiting_trump_approval", "approve china"},
	{"approved", "approve us, approve china"},
	{"implemented", "approve us, approve china, implement"},
	{"implemented, in dispute, pledge kept", "approve us, approve china, implement, dispute, perform pledge-1"},
	{"suspended", "approve us, approve china, implement, suspend"},
	{"rejected by china after us approved", "approve us, reject china"},
	{"lapsed after us approved", "approve us, wait for the next clock"},
	{"expired", "approve us, approve china, implement, wait for the next clock"},
	{"terminated", "terminate"},
	{"amended after us approved", "approve us, amend"},
	{"amended after both approved", "approve us, approve china, amend"},
	{"withdrawn by us", "approve us, withdraw us"},
	{"negotiated anew after a rejection", "approve us, reject china, negotiate"},
	{"negotiated anew after lapsing", "approve us, wait for the next clock, negotiate"},
	{"provisional, after us approved", "approve us, apply"},
	{"applied by us alone", "apply us"},
	{"suspended by us", "approve us, approve china, implement, suspend us"},
	{"pledge suspended", "approve us, approve china, implement, suspend pledge-1"},
	{"pledge broken", "approve us, approve china, implement, perform pledge-1, breach pledge-1"},
	{"us has given notice", "approve us, approve china, implement, withdraw us"},
	{"lapsed, extended by us alone", "approve us, wait for the next clock, extend us"},
}

func TestTwoPartyTruthTable(t *testing.T) {
	t.Parallel()
	clocked := dealstate.Agreement{ID: "x", Parties: bothSides, Commitments: pledges("us"), Deadline: onDay(10), Term: &dealstate.Delay{Days: 15}}
	open := dealstate.Agreement{ID: "x", Parties: bothSides, Commitments: pledges("us"), Effect: &dealstate.Delay{Days: 3}}
	var b strings.Builder
	b.WriteString("# What each event does in each situation of a two-party deal, under the strict policy.\n" +
		"# Written by go test -run TruthTable -update; read the diff.\n")
	some := func(a dealstate.Agreement, names ...string) {
		for _, o := range openings {
			if slices.Contains(names, o.name) {
				tabulate(t, &b, a, o.name, o.story)
			}
		}
	}
	for _, o := range openings {
		if o.name != "us has given notice" { // for there is none: us has left
			tabulate(t, &b, clocked, o.name, o.story)
		}
	}
	b.WriteString("\n\n# The same deal without deadline or term, in effect 3 days after the approvals.\n")
	some(open, "awaiting_xi_approval", "approved", "implemented")
	b.WriteString("\n\n# The same deal, to be left with 6 days' notice, whose term of 15 days is tacitly renewed.\n")
	clocked.Notice, clocked.Renew = &dealstate.NoticePeriod{Delay: dealstate.Delay{Days: 6}}, &dealstate.Delay{Days: 15}
	some(clocked, "implemented", "us has given notice")
	golden(t, "two_party_truth_table.golden", b.String())
}

// tabulate writes one situation's rows.
func tabulate(t *testing.T, b *strings.Builder, a dealstate.Agreement, name, story string) {
	t.Helper()
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	alphabet := append(acts(a.Parties),
		step{text: "implement (press)", kind: dealstate.Implement, more: func(e *dealstate.Event) { e.Role = dealstate.Press }},
		step{text: "amend (government)", kind: dealstate.Amend, more: func(e *dealstate.Event) { e.Role = dealstate.Government }},
		step{text: "retract the last event", kind: dealstate.Retract, more: func(e *dealstate.Event) { e.Ref = fmt.Sprint("e", e.ID[1:2], string(e.ID[2]-1)) }})
	slices.SortStableFunc(alphabet, func(a, b step) int { return int(a.kind) - int(b.kind) })
	at := &node{snap: m.NewDeal(dealstate.Strict).Latest(), books: opened(a)}
	for _, text := range strings.Split(story, ", ") {
		if i := slices.IndexFunc(alphabet, func(s step) bool { return s.text == text }); text != "" {
			require.GreaterOrEqual(t, i, 0, text)
			at = at.take(t, m, alphabet[i], everyone("us", "china"), &exploration{})
		}
	}
	fmt.Fprintf(b, "\n## %s\n   (%s, revision %d; awaiting: %s%s)\n", name, at.snap.State, at.snap.Revision, strings.Join(at.snap.Awaiting, ", "), nextWords(at.snap))
	for _, s := range alphabet {
		if s.kind != dealstate.Retract || len(at.events) > 0 {
			row(t, b, m, at, s)
		}
	}
}

func nextWords(s dealstate.Snapshot) string {
	if s.Next == nil {
		return "; no clock runs"
	}
	return fmt.Sprintf("; %s due %s", s.Next.Clock, s.Next.Due.Format(time.DateOnly))
}

// row writes what one step decides, and where it leads.
func row(t *testing.T, b *strings.Builder, m *dealstate.Machine, at *node, s step) {
	t.Helper()
	deal := m.NewDeal(dealstate.Strict)
	recordAll(t, deal, at.events)
	had := len(slices.Collect(deal.Decisions()))
	dec, err := deal.Record(s.event("x", len(at.events), at.snap))
	require.NoError(t, err)
	made := slices.Collect(deal.Decisions())[had:]
	if s.kind == 0 { // the clock's decisions, not the note's
		if made = made[:len(made)-1]; len(made) == 0 {
			return
		}
		dec = made[0]
	}
	to := "="
	if now := deal.Latest().State; now != at.snap.State { // a retract moves the deal by what it revises
		to = string(now)
	}
	var why []string
	for _, r := range dec.Reasons {
		why = append(why, r.String())
	}
	fmt.Fprintf(b, "%-28s %-8s %-33s %-24s %s\n", s.text, dec.Outcome, dec.Rule, to, strings.Join(why, "; "))
}

// What was refused must not come to life in a later round; what was extended from
// rejected holds for it (DESIGN: from rejected, "extend works, the deadline runs").
func TestARefusedExtensionDoesNotMoveTheNextRoundsDeadline(t *testing.T) {
	t.Parallel()
	at := walked(t, dealstate.Agreement{Deadline: onDay(40)}, "reject us", "extend", "negotiate")
	require.Equal(t, onDay(40), at.snap.Next.Due, "20 days from then is no extension")
	at = walked(t, dealstate.Agreement{Deadline: onDay(10)}, "reject us", "extend", "negotiate")
	require.Equal(t, onDay(20).Add(time.Second), at.snap.Next.Due)
}
