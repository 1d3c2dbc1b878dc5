package scenario

import (
	"encoding"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// entry is an entry of one of the core's lists.
type entry interface {
	~uint8
	fmt.Stringer
	encoding.TextMarshaler
}

func entries[E entry]() (all []E) {
	for e := E(1); e.String() != ""; e++ {
		all = append(all, e)
	}
	return all
}

// The documented grammar has every word of every list, and no other.
func TestTheGrammarHasEveryEntryOfEveryList(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	has := func(rule string, want []string) {
		t.Helper()
		body := regexp.MustCompile(`(?s)//\t` + rule + ` += (.*?) \.\n`).FindStringSubmatch(string(doc))
		require.NotNil(t, body, rule)
		var got []string
		for _, m := range regexp.MustCompile(`"([a-z]+)"`).FindAllStringSubmatch(body[1], -1) {
			got = append(got, m[1])
		}
		require.Equal(t, want, got, "the grammar in doc.go has another list of %s", rule)
	}
	has("Kind", texted(dealstate.Kinds()))
	has("Clock", texted(dealstate.Clocks()))
	has("Role", texted(entries[dealstate.Role]()))
	has("Modality", texted(entries[dealstate.Modality]()))
	has("Outcome", texted(entries[dealstate.Outcome]()))
}

func texted[E fmt.Stringer](list []E) (words []string) {
	for _, e := range list {
		words = append(words, e.String())
	}
	return words
}

// act is a line of the kind with all that it can need.
func act(k dealstate.Kind) string {
	text := "2025-06-10 " + k.String() + " us"
	if k == dealstate.Extend {
		text += " until 2025-08-12"
	}
	return text
}

// clock is a clock as a line names it, with its owner.
func clock(c dealstate.Clock) string {
	for _, o := range ownedClocks {
		if o.clock == c {
			return o.lead + "us"
		}
	}
	return c.String()
}

// said parses one step and gives it back, which must be the same line.
func said(t *testing.T, step string) Step {
	t.Helper()
	f, err := Parse("test", strings.NewReader("scenario x\ndeal d\n"+step+"\n"))
	require.NoError(t, err, step)
	var b strings.Builder
	require.NoError(t, Write(&b, f.Scenarios...))
	require.Contains(t, b.String(), step)
	return f.Scenarios[0].Steps[0]
}

func TestEveryEntryCanBeSaidInALine(t *testing.T) {
	for _, k := range dealstate.Kinds() {
		require.Equal(t, k, said(t, act(k)).Act.Kind)
	}
	for _, r := range entries[dealstate.Role]() {
		require.Equal(t, r, said(t, act(dealstate.Approve)+" as "+r.String()).Act.Role)
	}
	for _, m := range entries[dealstate.Modality]() {
		if m != dealstate.Asserted {
			require.Equal(t, m, said(t, act(dealstate.Approve)+" "+m.String()).Act.Modality)
		}
	}
	for _, c := range dealstate.Clocks() {
		said(t, act(dealstate.Approve)+"\n  fires "+clock(c)+"\n  revised "+clock(c)+", x\n  next "+clock(c)+" 2025-08-12")
		require.Contains(t, clockWords(), c.String())
	}
	for _, o := range entries[dealstate.Outcome]() {
		said(t, act(dealstate.Approve)+"\n  "+o.String())
	}
}

// Every verb stands in the grammar, and can be said in a line.
func TestEveryVerbCanBeSaid(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	for v := Applied; v <= NothingHappens; v++ {
		text := v.String()
		require.NotEmpty(t, text, "verb %d has no word", v)
		for _, w := range strings.Fields(text) {
			require.Contains(t, string(doc), `"`+w+`"`)
		}
		l, lists := listings[v]
		if !lists {
			continue
		}
		for _, names := range []string{l.none, "a, b"} {
			said(t, act(dealstate.Approve)+"\n  "+text+" "+names+" as of 2025-07-01")
		}
		if l.dated {
			e := said(t, act(dealstate.Approve)+"\n  "+text+" a 2025-06-30, b, c 2025-06-30T12:00:00Z").Expect[0]
			require.Equal(t, []string{"a", "b", "c"}, e.Names)
			require.Equal(t, []bool{false, true, false}, []bool{e.date(0).IsZero(), e.date(1).IsZero(), e.date(2).IsZero()})
		}
	}
}

// What becomes of an act is told by the verb of the same word.
func TestEveryOutcomeHasAVerb(t *testing.T) {
	for _, o := range entries[dealstate.Outcome]() {
		var g found
		p := execution{did: dealstate.Decision{Kind: dealstate.Approve, Event: "e", Outcome: o}}
		require.NotPanics(t, func() { p.gotOutcome(Expectation{}, &g) }, "%s has no verb", o)
		require.Equal(t, o.String(), g.Verb.String())
		require.True(t, g.Verb.ofAct())
	}
}

// The rules of many parties have nine with one condition; a list of them says nothing.
func TestRulesWithOneConditionAreOneSentence(t *testing.T) {
	l := dealstate.ManyParty()
	require.Equal(t, []string{"From negotiated, approve leads to approved (rule approve_approved), when the approval condition is met; so do 8 other rules, on other acts."},
		RulesBetween(l, dealstate.StateNegotiated, dealstate.StateApproved))
}

func TestEveryTriggerIsNamedInAnAccount(t *testing.T) {
	lead := func(on dealstate.Trigger) string {
		return RulesBetween(dealstate.Lifecycle{Rules: []dealstate.Rule{{ID: "r", On: on, From: []dealstate.State{"a"}, To: "b"}}}, "a", "b")[0]
	}
	for _, k := range dealstate.Kinds() {
		require.Equal(t, "From a, "+k.String()+" leads to b (rule r).", lead(k))
	}
	for _, c := range dealstate.Clocks() {
		require.Equal(t, "From a, the "+c.String()+" clock leads to b (rule r).", lead(c))
		d := dealstate.Decision{Clock: c, Party: "us", At: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)}
		o := d
		o.Party = "china"
		require.NotEqual(t, decisionKey(d), decisionKey(o), "two parties' clocks at one instant")
	}
}
