package analytics

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// every lists the causes that there can be.
func every() (all []Cause) {
	for _, k := range dealstate.Kinds() {
		all = append(all, Cause{Kind: k})
	}
	for _, c := range dealstate.Clocks() {
		all = append(all, Cause{Clock: c})
	}
	return append(all, Cause{Clock: dealstate.Timed, Timer: "snapback"}, Cause{Clock: dealstate.Timed, Timer: "sunset"})
}

// decidedOn is a decision that moved a deal from open to moved.
func decidedOn(c Cause) dealstate.Decision {
	d := dealstate.Decision{Deal: "d", Kind: c.Kind, Clock: c.Clock, Timer: c.Timer, At: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC), Outcome: dealstate.Applied, From: "open", To: "moved", Revision: 1}
	if c.Kind != 0 {
		d.Event = "e"
	}
	return d
}

func TestEveryCauseIsAnIncidentOrKnownToBeNone(t *testing.T) {
	for _, c := range every() {
		c.Timer = ""
		require.Contains(t, incidentClasses, c, "%s: is it an incident?", c)
		d := decidedOn(c)
		if c.Clock == dealstate.Reached {
			_, is := incidentClassOf(d)
			require.False(t, is, "the deal did not fall back")
			d.To = dealstate.StateRejected
		}
		class, is := incidentClassOf(d)
		require.Equal(t, incidentClasses[c] != 0, is, c)
		require.Equal(t, incidentClasses[c], class, c)
	}
	require.Len(t, incidentClasses, len(dealstate.Kinds())+len(dealstate.Clocks()))
}

func TestEveryCauseChangesABalanceOrIsKnownNotTo(t *testing.T) {
	for _, c := range every() {
		c.Timer = ""
		require.Contains(t, balances, c, "%s: does it change a balance?", c)
	}
	require.Len(t, balances, len(dealstate.Kinds())+len(dealstate.Clocks()))
}

func TestEveryCauseIsReadAsItWasWrittenAndHasItsPlace(t *testing.T) {
	for i, c := range every() {
		text, err := json.Marshal(Spell{By: c})
		require.NoError(t, err)
		require.Contains(t, string(text), `"by":"`+c.String()+`"`)
		var back Spell
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, c, back.By)
		for j, o := range every() {
			require.Equal(t, i < j, c.compare(o) < 0, "%s before %s", c, o)
		}
	}
	text, err := json.Marshal(Spell{})
	require.NoError(t, err)
	require.NotContains(t, string(text), `"by"`)
	require.ErrorContains(t, new(Cause).UnmarshalText([]byte("nonesuch")), "unknown")
}

// ruleOn is what a rule waits for.
func ruleOn(c Cause) dealstate.Trigger {
	if c.Timer != "" {
		return dealstate.Timer(c.Timer)
	}
	return c.trigger()
}

// Whatever moves a deal ends a spell and makes a transition, and both logs and the
// net name it.
func TestEveryCauseIsExported(t *testing.T) {
	var l dealstate.Lifecycle
	l.Initial, l.States = "open", []dealstate.State{"open", "moved"}
	for _, c := range every() {
		if !c.Kind.OfLog() {
			l.Rules = append(l.Rules, dealstate.Rule{ID: "on_" + c.String(), On: ruleOn(c), From: l.States[:1], To: "moved"})
		}
	}
	var net bytes.Buffer
	require.NoError(t, WritePNML(&net, "net", l))
	for _, c := range every() {
		d := decidedOn(c)
		require.Equal(t, !c.Kind.OfLog(), strings.Contains(net.String(), "<text>"+c.String()+"</text>"), "%s in the net", c)
		var spells Spells
		require.NoError(t, spells.Add(d))
		var moves Transitions
		require.NoError(t, moves.Add(d))
		if c.Kind.OfLog() {
			continue
		}
		for s := range spells.All(d.At) {
			require.Equal(t, c, s.By)
			break
		}
		for m := range moves.All() {
			require.Equal(t, c, m.By)
		}
		one := Case{Agreement: dealstate.Agreement{ID: "d"}, Decisions: []dealstate.Decision{d}}
		if c.Kind != 0 {
			one.Events = []dealstate.Event{{ID: "e", Deal: "d", Kind: c.Kind, At: d.At}}
		}
		var xes, ocel bytes.Buffer
		require.NoError(t, WriteXES(&xes, slices.Values([]Case{one})), c)
		require.NoError(t, WriteOCEL(&ocel, slices.Values([]Case{one})), c)
		require.Contains(t, xes.String(), `value="`+c.String()+`"`)
		require.Contains(t, ocel.String(), `"`+c.String()+`"`)
	}
}

// What each kind makes of a party's approval, for the waits.
func TestEveryKindDoesToApprovalsWhatIsWritten(t *testing.T) {
	const keeps, gives, takes = "keeps", "gives", "takes"
	want := map[dealstate.Kind]string{
		dealstate.Negotiate: keeps,
		dealstate.Sign:      keeps,
		dealstate.Submit:    keeps,
		dealstate.Approve:   gives,
		dealstate.Reject:    takes,
		dealstate.Withdraw:  takes,
		dealstate.Amend:     keeps, // the new revision takes it, whatever brought it
		dealstate.Apply:     keeps,
		dealstate.Implement: keeps,
		dealstate.Perform:   keeps,
		dealstate.Breach:    keeps,
		dealstate.Dispute:   keeps,
		dealstate.Settle:    keeps,
		dealstate.Suspend:   keeps,
		dealstate.Resume:    keeps,
		dealstate.Extend:    keeps,
		dealstate.Terminate: keeps,
		dealstate.Retract:   keeps,
		dealstate.Note:      keeps,
	}
	for _, k := range dealstate.Kinds() {
		require.Contains(t, want, k, "%s: what does it do to an approval?", k)
		after := func(approved bool) bool {
			w := partyWaits{approved: []bool{approved}, revision: 1}
			w.apply(dealstate.Decision{Kind: k, Revision: 1}, 0)
			return w.approved[0]
		}
		require.Equal(t, want[k], map[[2]bool]string{{false, true}: keeps, {true, true}: gives, {false, false}: takes}[[2]bool{after(false), after(true)}], k)
	}
}

// What each kind tells an object-centric log of the objects of a deal.
func TestEveryKindTellsItsObjectsWhatIsWritten(t *testing.T) {
	type tells struct {
		all     bool   // it concerns every party and commitment
		becomes string // what its commitment becomes
	}
	want := map[dealstate.Kind]tells{
		dealstate.Negotiate: {all: true},
		dealstate.Sign:      {},
		dealstate.Submit:    {},
		dealstate.Approve:   {},
		dealstate.Reject:    {},
		dealstate.Withdraw:  {},
		dealstate.Amend:     {},
		dealstate.Apply:     {},
		dealstate.Implement: {},
		dealstate.Perform:   {becomes: "performed"},
		dealstate.Breach:    {becomes: "breached"},
		dealstate.Dispute:   {},
		dealstate.Settle:    {},
		dealstate.Suspend:   {becomes: "suspended"},
		dealstate.Resume:    {},
		dealstate.Extend:    {},
		dealstate.Terminate: {},
		dealstate.Retract:   {},
		dealstate.Note:      {},
	}
	a := dealstate.Agreement{ID: "d", Parties: []dealstate.Party{{ID: "us"}}, Commitments: []dealstate.Commitment{{ID: "c", Party: "us"}}}
	for _, k := range dealstate.Kinds() {
		require.Contains(t, want, k, "%s: what does it tell?", k)
		d := decidedOn(Cause{Kind: k})
		var log bytes.Buffer
		require.NoError(t, WriteOCEL(&log, slices.Values([]Case{{Agreement: a, Decisions: []dealstate.Decision{d},
			Events: []dealstate.Event{{ID: "e", Deal: "d", Kind: k, Commitment: "c", At: d.At}}}})))
		got := tells{all: strings.Contains(log.String(), "negotiating party")}
		if m := regexp.MustCompile(`"name":"([a-z]+)","time":"[^"]*","value":"true"`).FindStringSubmatch(log.String()); m != nil {
			got.becomes = m[1]
		}
		require.Equal(t, want[k], got, k)
	}
}
