package dealstate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/stretchr/testify/require"
)

// The tests of this file walk every entry of every list through every place of
// the core that deals with it. An entry that was added without its row, or that
// some place forgot, fails one of them by its name. They do not run in parallel: so
// they have all spoken before another test stumbles over the entry.

// value is an entry of a list.
type value interface {
	~uint8
	comparable
	fmt.Stringer
	MarshalText() ([]byte, error)
}

// named gives an entry that lacks even a word a name to fail by.
func named[E value](e E) string { return fmt.Sprintf("%T %d %q", e, e, e.String()) }

// writesAndReads holds each value of a list to its own word, in text and in JSON.
func writesAndReads[E value, P interface {
	*E
	UnmarshalText([]byte) error
}](t *testing.T, list []E) {
	t.Helper()
	words := map[string]E{}
	for _, e := range list {
		word := e.String()
		require.NotEmpty(t, word, "%s has no row in its table", named(e))
		require.Equal(t, strings.ToLower(word), word, named(e))
		require.NotContains(t, words, word, named(e))
		words[word] = e
		text, err := json.Marshal(e)
		require.NoError(t, err, named(e))
		require.Equal(t, `"`+word+`"`, string(text))
		var back E
		require.NoError(t, json.Unmarshal(text, &back), named(e))
		require.Equal(t, e, back)
		require.NoError(t, P(&back).UnmarshalText([]byte(word)))
	}
	for _, none := range []E{0, E(len(list) + 1), 255} {
		require.Empty(t, none.String())
		_, err := none.MarshalText()
		require.Error(t, err, "%d is no %T", none, none)
	}
	var as E
	err := P(&as).UnmarshalText([]byte("nonesuch"))
	require.ErrorContains(t, err, `"nonesuch" is unknown; want one of `+list[0].String())
	for word := range words {
		require.ErrorContains(t, err, word, "the error lists what would be right")
	}
	require.Zero(t, as)
}

func TestEveryEntryOfEveryListWritesAndReadsItsWord(t *testing.T) {
	writesAndReads(t, Kinds())
	writesAndReads(t, Clocks())
	writesAndReads(t, roleEnum.all())
	writesAndReads(t, modalityEnum.all())
	writesAndReads(t, outcomeEnum.all())
	writesAndReads(t, standingEnum.all())
	writesAndReads(t, reasonEnum.all())
	writesAndReads(t, joinEnum.all())
}

// allTriggers lists the kinds, then the clocks.
func allTriggers() (all []Trigger) {
	for _, k := range Kinds() {
		all = append(all, k)
	}
	for _, c := range Clocks() {
		all = append(all, c)
	}
	return all
}

func TestEveryTriggerHasAPlaceOfItsOwnAndNothingElseHasOne(t *testing.T) {
	words := map[string]bool{}
	for i, on := range allTriggers() {
		require.Equal(t, i+1, on.row(), "%T %s", on, on)
		require.False(t, words[on.String()], "%s is a kind and a clock", on)
		words[on.String()] = true
		read, err := ParseTrigger(on.String())
		require.NoError(t, err)
		require.Equal(t, on, read)
	}
	require.Equal(t, numTriggers, len(words)+1)
	for _, none := range []Trigger{Kind(0), endOfKinds, endOfKinds + 2, Clock(0), endOfClocks} {
		require.Zero(t, none.row())
	}
	_, err := ParseTrigger("nonesuch")
	for word := range words {
		require.ErrorContains(t, err, word, "the error lists kinds and clocks")
	}
	_, err = ParseTrigger("")
	require.Error(t, err)
}

func TestEveryKindSaysAllThatItsTableAsks(t *testing.T) {
	for _, k := range Kinds() {
		row := kinds[k]
		require.NotEmpty(t, row.noun, named(k))
		require.Contains(t, []class{talks, binding, ofLog}, row.class, named(k))
		require.NotZero(t, row.rank, named(k))
		require.Contains(t, []revisions{ofAnyRevision, ofThisRevision, ofThisRevisionOrTheNext}, row.revision, named(k))
		require.Equal(t, row.class == ofLog, row.needs&hasRole == 0, "%s: only a matter of the log needs no role", k)
	}
}

// The order of a kind beside others of one instant is a law: DESIGN's law 11.
func TestKindsComeInThisOrderAtOneInstant(t *testing.T) {
	classes := [rankLog>>rankBits + 1][]string{}
	all := slices.SortedFunc(slices.Values(Kinds()), func(a, b Kind) int { return cmp.Compare(a.rank(), b.rank()) })
	for n, k := range all {
		class, place := k.Rank()
		require.NotZero(t, place, named(k))
		require.True(t, n == 0 || all[n-1].rank() < k.rank(), "%s and %s have one place", all[max(0, n-1)], k)
		classes[class] = append(classes[class], k.String())
	}
	var texts []string
	for _, words := range classes[1:] {
		texts = append(texts, strings.Join(words, " "))
	}
	require.Equal(t, []string{"negotiate sign submit", "amend extend", "perform breach", "approve reject withdraw", "apply", "implement",
		"dispute settle", "suspend resume", "terminate", "retract note"}, texts, "law 11 says where a kind comes; write one that is added in here too")
	class, place := endOfKinds.Rank()
	require.Zero(t, class+place, "what is no kind has no rank")
}

func TestClocksFireInThisOrderAtOneInstant(t *testing.T) {
	ranks := map[int]Clock{}
	for _, c := range Clocks() {
		row := clocks[c]
		require.NotEmpty(t, row.due, named(c))
		require.NotZero(t, row.rank, named(c))
		require.NotContains(t, ranks, row.rank, "%s and %s at once: which fires first?", c, ranks[row.rank])
		ranks[row.rank] = c
	}
	require.Equal(t, []Clock{Reached, Effect, Notice, Timed, Term, Overdue, Deadline}, firingOrder(), "law 9 says where a clock comes; write one that is added in here too")
}

func TestEveryModalityHasARankAmongTheHedges(t *testing.T) {
	ranks := map[int]Modality{}
	for _, m := range modalityEnum.all() {
		require.NotZero(t, modalities[m].hedge, named(m))
		require.NotContains(t, ranks, modalities[m].hedge, named(m))
		ranks[modalities[m].hedge] = m
	}
}

// aReason has every field, so that whatever its code speaks of is there.
func aReason(c ReasonCode) Reason {
	return Reason{Code: c, Rule: "rule", Subject: "us", Event: "e7", Detail: "approve", At: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC), Have: 3, Need: 5}
}

func TestEveryReasonIsSaidInItsOwnWordsAndReadsBack(t *testing.T) {
	said := map[string]ReasonCode{}
	for _, c := range reasonEnum.all() {
		require.NotNil(t, reasons[c].say, "%s has no words", named(c))
		r := aReason(c)
		text := r.String()
		require.NotEqual(t, c.String(), text, "%s says no more than its word", named(c))
		if text != r.Detail { // which is a text that somebody else made
			require.NotContains(t, said, text, named(c))
		}
		said[text] = c
		raw, err := json.Marshal(r)
		require.NoError(t, err)
		var back Reason
		require.NoError(t, json.Unmarshal(raw, &back), named(c))
		require.Equal(t, r, back)
	}
	require.Empty(t, Reason{}.String())
	require.Empty(t, Reason{Code: endOfReasons}.String())
}

func TestEveryStandingIsExplained(t *testing.T) {
	said := map[string]Standing{}
	for _, s := range standingEnum.all() {
		p := PartyStatus{Party: "us", Asked: true, Standing: s, Act: &Evidence{Event: "e", Role: Press, Modality: Asserted, At: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)}}
		text := explanation{Snapshot: Snapshot{Policy: "strict"}}.party(p)
		require.NotContains(t, said, text, "%s and %s are explained alike", s, said[text])
		said[text] = s
		many := Snapshot{Parties: make([]PartyStatus, mostListed+1)}
		many.Parties[0] = PartyStatus{Party: "us", Standing: s}
		require.Contains(t, many.Explain(), "1 "+s.String())
	}
}

// everyKindMachine runs a deal that stays in one state and takes every kind there.
// Shut, it has a guard on each that nothing meets: every act is refused and undone.
func everyKindMachine(t *testing.T, shut bool) *Machine {
	t.Helper()
	l := Lifecycle{Initial: "open", States: []State{"open"}}
	for _, k := range Kinds() {
		if k.OfLog() {
			continue
		}
		r := Rule{ID: "r_" + k.String(), On: k, From: []State{"open"}}
		if shut {
			r.When = condition.Approved("them") // who never does
		}
		l.Rules = append(l.Rules, r)
	}
	for _, on := range []Trigger{Term, Notice, Timer("snapback")} {
		l.Rules = append(l.Rules, Rule{ID: "r_" + on.String(), On: on, From: []State{"open"}})
	}
	m, err := Compile(Agreement{ID: "d", Parties: []Party{{ID: "us"}, {ID: "them"}, {ID: "others"}}, Commitments: []Commitment{{ID: "c", Party: "us"}},
		Lifecycle: &l, Term: &Delay{Days: 90}, Notice: &NoticePeriod{Delay: Delay{Months: 12}}, Timers: []OwnTimer{{ID: "snapback", After: Delay{Days: 30}}}})
	require.NoError(t, err)
	return m
}

// anEvent is a well-formed event of the kind, by what its table asks for.
func anEvent(k Kind) Event {
	e := Event{ID: "e-" + k.String(), Deal: "d", Kind: k, Role: Instrument, Party: "us", At: time.Date(2025, 6, 2, 0, 0, 0, 0, time.UTC)}
	needs := kinds[k].needs
	if needs&hasCommitment != 0 {
		e.Commitment = "c"
	}
	if needs&hasRef != 0 {
		e.Ref = "before"
	}
	if needs&hasUntil != 0 {
		e.Party, e.Until = "", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return e
}

// changes says which kinds change the deal by themselves, whatever the rules make
// of them. It has every kind.
var changes = map[Kind]bool{
	Negotiate: false, // but for since when the deal stands
	Sign:      true,
	Submit:    false,
	Approve:   true,
	Reject:    true,
	Withdraw:  true,
	Amend:     true,
	Apply:     true,
	Implement: false,
	Perform:   true,
	Breach:    true,
	Dispute:   true,
	Settle:    true,
	Suspend:   true, // one party of many its own part
	Resume:    true,
	Extend:    true,
	Terminate: false,
	Retract:   false, // it voids another event
	Note:      false,
}

// beforehand brings a deal to where each kind has something to change: before a
// withdrawal there is an approval, before a settlement a dispute.
func beforehand(k Kind) []Event {
	before := Event{ID: "before", Deal: "d", Kind: Note, Party: "us", Role: Instrument, At: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)}
	switch k {
	case Withdraw, Amend:
		before.Kind = Approve
	case Settle:
		before.Kind = Dispute
	case Resume:
		before.Kind = Suspend
	}
	return []Event{before}
}

func standsAs(t *testing.T, f *folding) string {
	t.Helper()
	s := f.snapshot(View{Policy: Strict})
	s.AsOf, s.Since, s.By, s.Warnings = time.Time{}, time.Time{}, "", nil // which tell of the act, whatever it did
	text, err := json.Marshal(s)
	require.NoError(t, err)
	return fmt.Sprintf("%s revision %d, clocks %v, %s", text, f.revision, f.clocks, keyOfSituation(f))
}

// keyOfSituation is what tells one situation from another.
func keyOfSituation(f *folding) string { return fmt.Sprintf("%x", (&Cursor{f: *f}).AppendKey(nil)) }

// folded is the deal after the events, as its tables have it.
func folded(t *testing.T, m *Machine, events []Event) (*Deal, Decision) {
	t.Helper()
	deal := m.NewDeal(Strict)
	var last Decision
	for _, e := range events {
		d, err := deal.Record(e)
		require.NoError(t, err, e.Kind)
		last = d
	}
	return deal, last
}

func TestEveryKindIsEnactedOrKnownToChangeNothing(t *testing.T) {
	m := everyKindMachine(t, false)
	for _, k := range Kinds() {
		require.Contains(t, changes, k, "%s: does it change the deal by itself?", named(k))
		before := beforehand(k)
		was, _ := folded(t, m, before)
		var is *Deal
		var d Decision
		require.NotPanics(t, func() { is, d = folded(t, m, append(before, anEvent(k))) }, "%s has no case in enact", named(k))
		if k != Note {
			require.Equal(t, Applied, d.Outcome, "%s: %s", named(k), d)
		}
		require.Equal(t, changes[k], standsAs(t, was.folded().now) != standsAs(t, is.folded().now), "%s: does it change the deal by itself?", named(k))
		require.Equal(t, changes[k], keyOfSituation(was.folded().now) != keyOfSituation(is.folded().now), "%s: a situation's key must tell of what it changed", named(k))
		require.Contains(t, d.String(), k.String())
	}
}

// A copy shares no list with the original, or a Check would change the deal.
func TestACopiedSituationSharesNothingThatChanges(t *testing.T) {
	m := everyKindMachine(t, false)
	leaving := anEvent(Withdraw)
	leaving.At = leaving.At.AddDate(0, 0, 1)
	deal, _ := folded(t, m, []Event{anEvent(Approve), anEvent(Perform), anEvent(Dispute), leaving})
	was := deal.folded().now
	was.warnings.add(aReason(ReasonEarly))
	is := was.clone()
	a, b := reflect.ValueOf(was.situation), reflect.ValueOf(is)
	for i := range a.NumField() {
		if name := a.Type().Field(i).Name; a.Field(i).Kind() == reflect.Slice || a.Field(i).Kind() == reflect.Map {
			require.NotZero(t, a.Field(i).Len(), "%s: give it something to share", name)
			require.NotEqual(t, a.Field(i).Pointer(), b.Field(i).Pointer(), "%s is shared with the copy", name)
		}
	}
}

func TestEveryKindThatTheRulesRefuseIsUndone(t *testing.T) {
	free, shut := everyKindMachine(t, false), everyKindMachine(t, true)
	for _, k := range Kinds() {
		if k.OfLog() {
			continue
		}
		was, _ := folded(t, free, beforehand(k))
		moved := was.folded().now.copied(nil) // a deal brought there by open rules, then held by shut ones
		moved.m = shut
		before := standsAs(t, moved)
		e := anEvent(k)
		of, err := shut.admit(&e)
		require.NoError(t, err)
		var d decided
		require.NotPanics(t, func() { d = moved.take(newEntry(&e, of)) }, "%s has no case in enact", named(k))
		require.Equal(t, Refused, d.outcome, named(k))
		require.Equal(t, before, standsAs(t, moved), "%s is refused, and yet it changed something", named(k))
	}
}

// In the standard lifecycles every act and every clock leads somewhere from some state.
func TestEveryTriggerHasARuleInTheStandardLifecycles(t *testing.T) {
	for name, l := range map[string]Lifecycle{"two": TwoParty(Party{ID: "us"}, Party{ID: "china"}), "many": ManyParty()} {
		has := map[Trigger]bool{}
		for _, r := range l.Rules {
			has[r.On] = true
		}
		for _, on := range allTriggers() {
			want := !isOfLog(on) && on != Timed // an agreement's own timers are for its own rules
			if on == Reached {                  // a condition that reads instants has the frame of many parties
				want = name == "many"
			}
			require.Equal(t, want, has[on], "%s, %s parties: is there a rule?", on, name)
		}
	}
}

// What a kind needs it cannot lack; an instant that it does not need it cannot have.
func TestEveryKindIsHeldToTheFieldsThatItNeeds(t *testing.T) {
	for _, k := range Kinds() {
		good := anEvent(k)
		require.NoError(t, good.Validate(), named(k))
		for need, spoil := range map[fields]struct {
			field string
			empty func(*Event)
		}{
			hasRole:       {"role", func(e *Event) { e.Role = 0 }},
			hasParty:      {"party", func(e *Event) { e.Party = "" }},
			hasCommitment: {"commitment", func(e *Event) { e.Commitment = "" }},
			hasRef:        {"ref", func(e *Event) { e.Ref = "" }},
			hasUntil:      {"until", func(e *Event) { e.Until = time.Time{} }},
		} {
			e := good
			spoil.empty(&e)
			err := e.Validate()
			if kinds[k].needs&need == 0 {
				require.NoError(t, err, "%s without %s", k, spoil.field)
				continue
			}
			var bad *FieldError
			require.ErrorAs(t, err, &bad, "%s without %s", k, spoil.field)
			require.Equal(t, spoil.field, bad.Field)
		}
		e := good
		e.Until = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		require.Equal(t, kinds[k].needs&(hasUntil|mayHaveUntil) != 0, e.Validate() == nil, "%s with an until", k)
	}
}

// Whoever has a say in a kind under some policy is listed by its class; a matter
// of the log is told by anybody.
func TestEveryKindIsCountedByItsClass(t *testing.T) {
	p := Policy{Binding: Roles(Approver), Talks: Roles(Negotiator)}
	for _, k := range Kinds() {
		for _, r := range append(roleEnum.all(), 0) {
			want := map[class]bool{binding: r == Approver, talks: r == Negotiator, ofLog: true}[kinds[k].class]
			require.Equal(t, want, p.Counts(k, r), "%s in the role %s", k, r)
			require.Equal(t, k.OfLog(), Policy{}.Counts(k, r))
		}
	}
	for _, r := range roleEnum.all() {
		require.True(t, Reported.Counts(Approve, r), "%s: reported counts everybody", named(r))
	}
}

// A clock that a rule waits for must be set by something, and then it fires.
func TestEveryClockThatARuleWaitsForFires(t *testing.T) {
	m := everyClockMachine(t)
	yes, carry, leave := anEvent(Approve), anEvent(Implement), anEvent(Withdraw)
	carry.At, leave.At = yes.At.AddDate(0, 0, 5), yes.At.AddDate(0, 0, 6)
	deal, _ := folded(t, m, []Event{yes, carry, leave})
	fired := map[Clock]Decision{}
	_, decisions := deal.Replay(View{AsOf: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)})
	for _, d := range decisions {
		fired[d.Clock] = d
	}
	for _, c := range Clocks() {
		require.Contains(t, fired, c, "%s never fires", named(c))
		require.Equal(t, Trigger(c), fired[c].Trigger())
		require.Contains(t, fired[c].String(), c.String())
		require.Zero(t, fired[c].Kind)
		var s Snapshot
		s.Next = &ClockStatus{Clock: c, Due: yes.At}
		require.Contains(t, s.Explain(), "Next clock: "+c.String()+", due")
		s.Next.Party = "us"
		require.Contains(t, s.Explain(), "Next clock: "+c.String()+" of us, due")
	}
	require.Equal(t, "us", fired[Notice].Party)
	require.Equal(t, "c", fired[Overdue].Commitment)
	require.Equal(t, "snapback", fired[Timed].Timer)
	for _, clock := range m.agreement.clockNames() {
		require.NoError(t, m.names.CheckGuard("when", condition.Due(clock)), clock)
	}
}

// everyClockMachine has a rule that waits for each clock, and something that sets it.
func everyClockMachine(t *testing.T) *Machine {
	t.Helper()
	l := Lifecycle{Initial: "open", States: []State{"open", "live"}, Rules: []Rule{{ID: "approve", On: Approve, From: []State{"open"}},
		{ID: "enter", On: Implement, From: []State{"open"}, To: "live"}, {ID: "leave", On: Withdraw, From: []State{"live"}},
		{ID: "perform", On: Perform, From: []State{"live"}}}}
	for _, c := range Clocks() {
		r := Rule{ID: "on_" + c.String(), On: c, From: []State{"open", "live"}}
		switch c {
		case Term: // it begins to run where a deal comes to such a state
			r.From = r.From[1:]
		case Timed:
			r.On = Timer("snapback")
		}
		l.Rules = append(l.Rules, r)
	}
	m, err := Compile(Agreement{ID: "d", Parties: []Party{{ID: "us"}}, Lifecycle: &l, Effect: &Delay{Days: 1}, Term: &Delay{Days: 30},
		Approval:    condition.Any(condition.Approved("us"), condition.Reached(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))),
		Deadline:    time.Date(2025, 7, 30, 0, 0, 0, 0, time.UTC),
		Notice:      &NoticePeriod{Delay: Delay{Days: 3}},
		Timers:      []OwnTimer{{ID: "snapback", After: Delay{Days: 10}}},
		Commitments: []Commitment{{ID: "c", Party: "us", Within: &Delay{Days: 2}}}})
	require.NoError(t, err)
	return m
}

// A rule that asks whether a clock is due can fire, and so can one that asks whether it
// is not: neither is refused as one that never fires.
func TestEveryClockIsImaginedDueAndNotDue(t *testing.T) {
	a := Agreement{ID: "d", Parties: []Party{{ID: "us"}}, Effect: &Delay{Days: 1}, Timers: []OwnTimer{{ID: "snapback", After: Delay{Days: 1}}}}
	for _, c := range a.clockNames() { // a notice is one party's, and an instant or a commitment is asked for by its own condition
		due := condition.Due(c)
		l := Lifecycle{Initial: "open", States: []State{"open"}, Rules: []Rule{
			{ID: "due", On: Approve, From: []State{"open"}, When: due},
			{ID: "not_due", On: Approve, From: []State{"open"}, When: condition.Not(due)},
			{ID: "timed", On: Timer("snapback"), From: []State{"open"}}}}
		a.Lifecycle = &l
		_, err := Compile(a)
		require.NoError(t, err, "%s is not tried when rules are examined", c)
		l.Rules[1].When = condition.Condition{}
		_, err = Compile(a)
		require.ErrorContains(t, err, "competes", "%s is not tried when rules are examined", c)
	}
}

// A decision and a rule say in one word what they are about, and read it back.
func TestEveryTriggerIsReadAsItWasWritten(t *testing.T) {
	for _, on := range allTriggers() {
		rule := Rule{ID: "r", On: on, From: []State{"open"}}
		text, err := json.Marshal(Lifecycle{Initial: "open", States: []State{"open"}, Rules: []Rule{rule}})
		require.NoError(t, err)
		require.Contains(t, string(text), `"on":"`+on.String()+`"`)
		var l Lifecycle
		require.NoError(t, json.Unmarshal(text, &l))
		require.Equal(t, rule, l.Rules[0])
		for _, outcome := range outcomeEnum.all() {
			d := Decision{Deal: "d", Party: "us", At: anEvent(Note).At, Outcome: outcome, From: "open", To: "open", Revision: 1}
			switch on := on.(type) {
			case Kind:
				d.Kind, d.Event = on, "e"
			case Clock:
				d.Clock = on
			}
			text, err := json.Marshal(d)
			require.NoError(t, err)
			require.Contains(t, string(text), `"kind":"`+on.String()+`"`)
			var back Decision
			require.NoError(t, json.Unmarshal(text, &back))
			require.Equal(t, d, back)
			require.Contains(t, d.String(), on.String())
			require.Contains(t, d.String(), outcome.String())
		}
	}
	for _, unset := range []Trigger{nil, Kind(0), Clock(0)} {
		_, err := json.Marshal(Rule{ID: "r", On: unset, From: []State{"open"}})
		require.ErrorContains(t, err, "not set; want one of")
	}
	var r Lifecycle
	err := json.Unmarshal([]byte(`{"initial":"a","states":["a"],"rules":[{"id":"r","on":"nonesuch","from":["a"]}]}`), &r)
	require.NoError(t, err, "it may be a timer of the agreement; Compile knows")
	require.Equal(t, Timer("nonesuch"), r.Rules[0].On)
}

// One clock may run for each party: its status and its decisions say whose it is.
func TestAClockOfOnePartySaysWhoseItIs(t *testing.T) {
	of := ClockStatus{Clock: Term, Party: "us", Due: anEvent(Note).At}
	text, err := json.Marshal(of)
	require.NoError(t, err)
	require.JSONEq(t, `{"clock":"term","party":"us","due":"2025-06-02T00:00:00Z"}`, string(text))
	require.Equal(t, "term of us", of.String())
	m := everyKindMachine(t, false)
	st := decided{clock: Term, party: 1, why: because(Reason{Code: ReasonClock, Detail: "term", Subject: "them", At: of.Due}), outcome: Applied, rule: -1}
	require.Equal(t, "term clock of them: applied: the term of them came due", m.decision(st).String())
	other := st
	other.party = 0
	require.NotEqual(t, st.on(), other.on())
}
