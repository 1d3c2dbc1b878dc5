package dealstate_test

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// The laws of the design, each as a claim that fails when the law is broken.
// Law 1 is in imports_test.go, law 7 in explore_test.go.

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares a text with a file under testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "see the diff; if it is meant, run go test -run %s -update", t.Name())
}

// Law 2.

func TestLaw2ArrivalOrderNeverChangesAnyAnswer(t *testing.T) {
	t.Parallel()
	arrivals := proof.Times(12, 3)
	if underRace {
		arrivals = 3
	}
	for i, h := range append(realHistories(t), dirtyHistories(2, proof.Times(12, 2), 14)...) {
		m := h.machine(t)
		rng := rand.New(rand.NewPCG(uint64(i), 2))
		for _, p := range dealstate.Policies() {
			want := m.NewDeal(p)
			recordAll(t, want, h.events)
			all := allOf(t, want)
			for range arrivals {
				arrival := shuffled(rng, append(h.events, pick(rng, h.events), pick(rng, h.events))) // two come twice
				got := m.NewDeal(p)
				recordAll(t, got, arrival)
				require.Equal(t, all, allOf(t, got), "%s log %d, %s, in the order %v", h.agreement.ID, i, p.Name, idsOf(arrival))
			}
		}
	}
}

func TestLaw2LiveStepsEqualOneFold(t *testing.T) {
	t.Parallel()
	for i, h := range append(realHistories(t), dirtyHistories(3, proof.Times(12, 2), 14)...) {
		m := h.machine(t)
		for _, p := range dealstate.Policies() {
			slices.SortFunc(h.events, inFoldOrder) // every step is then at the tail: looplab all the way
			deal := m.NewDeal(p)
			for n, e := range h.events {
				_, err := deal.Record(e)
				require.NoError(t, err)
				snap, decisions, err := m.Fold(h.events[:n+1], dealstate.View{Policy: p})
				require.NoError(t, err)
				require.Equal(t, toJSON(t, snap), toJSON(t, deal.Latest()), "%s log %d, %s, after %s", h.agreement.ID, i, p.Name, e.ID)
				require.Equal(t, snap.Explain(decisions...), deal.Explain())
				require.Equal(t, toJSON(t, decisions), toJSON(t, slices.Collect(deal.Decisions())), "%s log %d, %s, after %s", h.agreement.ID, i, p.Name, e.ID)
			}
		}
	}
}

func idsOf(events []dealstate.Event) []string {
	var ids []string
	for _, e := range events {
		ids = append(ids, e.ID)
	}
	return ids
}

// inFoldOrder is the order of law 11: at, class, recorded, kind, revision, id.
func inFoldOrder(a, b dealstate.Event) int {
	class := func(e dealstate.Event) int {
		return slices.IndexFunc(law11, func(of []dealstate.Kind) bool { return slices.Contains(of, e.Kind) })
	}
	place := func(e dealstate.Event) int { return slices.Index(law11[class(e)], e.Kind) }
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(class(a), class(b)), learned(a).Compare(learned(b)),
		cmp.Compare(place(a), place(b)), cmp.Compare(a.Revision, b.Revision), strings.Compare(a.ID, b.ID))
}

// law11 lists the kinds as the law does, a line a class.
var law11 = [][]dealstate.Kind{
	{dealstate.Negotiate, dealstate.Sign, dealstate.Submit},
	{dealstate.Amend, dealstate.Extend},
	{dealstate.Perform, dealstate.Breach},
	{dealstate.Approve, dealstate.Reject, dealstate.Withdraw},
	{dealstate.Apply},
	{dealstate.Implement},
	{dealstate.Dispute, dealstate.Settle},
	{dealstate.Suspend, dealstate.Resume},
	{dealstate.Terminate},
	{dealstate.Retract, dealstate.Note},
}

func learned(e dealstate.Event) time.Time {
	if e.Recorded.IsZero() {
		return e.At
	}
	return e.Recorded
}

func TestLaw2TheMachineDoesNotChangeWithTheCallersAgreement(t *testing.T) {
	t.Parallel()
	a := dirtyAgreements[1]
	a.Parties, a.Commitments = slices.Clone(a.Parties), slices.Clone(a.Commitments)
	effect := *a.Effect
	a.Effect = &effect
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	before := allOf(t, m.NewDeal(dealstate.Strict))
	a.Parties[0].Name, a.Commitments[0].Title, effect.Days = "Elsewhere", "something else", 300
	require.Equal(t, before, allOf(t, m.NewDeal(dealstate.Strict)))
}

// Law 3.

func TestLaw3NothingRecordedLaterIsEverSeen(t *testing.T) {
	t.Parallel()
	for i, h := range append(realHistories(t), dirtyHistories(4, proof.Times(3, 1), 14)...) {
		m := h.machine(t)
		whole := m.NewDeal(dealstate.Strict)
		recordAll(t, whole, h.events)
		recordAll(t, whole, hindsight(h, onDay(400)))
		for n, k := range recordings(h.events) {
			known := m.NewDeal(dealstate.Strict)
			for _, e := range h.events {
				if !learned(e).After(k) {
					recordAll(t, known, []dealstate.Event{e})
				}
			}
			for of, p := range dealstate.Policies() {
				if !proof.Whole() && of != n%3 { // one policy after the other
					continue
				}
				for _, asOf := range []time.Time{{}, k, k.AddDate(0, 0, -3), k.AddDate(0, 0, 30)} {
					v := dealstate.View{AsOf: asOf, KnownBy: k, Policy: p}
					wantSnap, wantDecisions := known.Replay(v)
					snap, decisions := whole.Replay(v)
					require.Equal(t, toJSON(t, wantSnap), toJSON(t, snap), "%s log %d, %s, as of %s, known by %s", h.agreement.ID, i, p.Name, asOf, k)
					require.Equal(t, toJSON(t, wantDecisions), toJSON(t, decisions))
					require.Equal(t, toJSON(t, snap), toJSON(t, whole.At(v)))
				}
			}
		}
	}
}

// hindsight retracts everything, and tells another story of every day, all of
// it learned only then.
func hindsight(h history, then time.Time) []dealstate.Event {
	var late []dealstate.Event
	for i, e := range h.events {
		late = append(late,
			dealstate.Event{ID: fmt.Sprint("z-retract-", i), Deal: e.Deal, Kind: dealstate.Retract, Ref: e.ID, At: e.At, Recorded: then},
			dealstate.Event{ID: fmt.Sprint("z-amend-", i), Deal: e.Deal, Kind: dealstate.Amend, Role: dealstate.Instrument, At: e.At, Recorded: then})
	}
	return late
}

// recordings lists each instant at which something was learned, and the
// instants just before.
func recordings(events []dealstate.Event) []time.Time {
	var all []time.Time
	for _, e := range events {
		all = append(all, learned(e).UTC(), learned(e).UTC().Add(-1))
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.Compact(all)
}

// Law 4.

func TestLaw4LateApprovalTurnsARefusedImplementationToAppliedAndRecordSaysSo(t *testing.T) {
	t.Parallel()
	act := func(id string, kind dealstate.Kind, party string, day int) dealstate.Event {
		return dealstate.Event{ID: id, Deal: "plain", Kind: kind, Party: party, Role: dealstate.Instrument, At: onDay(day)}
	}
	deal, err := dealstate.New(dirtyAgreements[0], dealstate.Strict)
	require.NoError(t, err)
	recordAll(t, deal, []dealstate.Event{act("text", dealstate.Negotiate, "", 0), act("us-yes", dealstate.Approve, "us", 1)})

	early, err := deal.Record(act("in-force", dealstate.Implement, "", 5))
	require.NoError(t, err)
	require.Equal(t, dealstate.Refused, early.Outcome)
	require.Equal(t, "china has not approved", early.Reasons[0].String())
	require.Equal(t, dealstate.State("awaiting_xi_approval"), deal.Latest().State)
	require.Len(t, slices.Collect(deal.Events()), 3, "what is refused stays on record")

	late, err := deal.Record(act("china-yes", dealstate.Approve, "china", 3))
	require.NoError(t, err)
	require.Equal(t, dealstate.Applied, late.Outcome)
	require.Len(t, late.Revised, 1)
	require.Equal(t, early, late.Revised[0].Was)
	require.Equal(t, "in-force", late.Revised[0].Now.Event)
	require.Equal(t, dealstate.Applied, late.Revised[0].Now.Outcome)
	require.Equal(t, dealstate.StateImplemented, deal.Latest().State)

	wrong := act("wrong", dealstate.Retract, "", 9)
	wrong.Ref = "china-yes"
	back, err := deal.Record(wrong)
	require.NoError(t, err)
	require.Len(t, back.Revised, 2)
	require.Equal(t, dealstate.Noted, back.Revised[0].Now.Outcome)
	require.Equal(t, dealstate.Refused, back.Revised[1].Now.Outcome)
	require.Equal(t, dealstate.State("awaiting_xi_approval"), deal.Latest().State)

	redo := act("not-wrong", dealstate.Retract, "", 10)
	redo.Ref = "wrong"
	again, err := deal.Record(redo)
	require.NoError(t, err)
	require.Len(t, again.Revised, 3, "the retract itself, the approval, and the implementation")
	require.Equal(t, dealstate.StateImplemented, deal.Latest().State)
}

func TestLaw4EveryEventStaysInTheLogWithOneDecision(t *testing.T) {
	t.Parallel()
	for _, h := range append(realHistories(t), dirtyHistories(5, proof.Times(10, 4), 14)...) {
		deal := h.machine(t).NewDeal(dealstate.Strict)
		recordAll(t, deal, h.events)
		var logged, decided []string
		for e := range deal.Events() {
			logged = append(logged, e.ID)
		}
		for d := range deal.Decisions() {
			if d.Event != "" {
				decided = append(decided, d.Event)
			}
		}
		slices.SortFunc(h.events, inFoldOrder)
		require.Equal(t, idsOf(h.events), logged)
		require.Equal(t, logged, decided)
	}
}

// What an earlier event did, in brief, is either as before or among the revised.
func TestLaw4EveryEarlierDecisionThatChangedIsReported(t *testing.T) {
	t.Parallel()
	revised := 0
	for i, h := range append(realHistories(t), dirtyHistories(6, proof.Times(40, 10), 12)...) {
		deal := h.machine(t).NewDeal(dealstate.Reported)
		before, clocks := map[string]string{}, map[string]bool{}
		for _, e := range shuffled(rand.New(rand.NewPCG(6, uint64(i))), h.events) {
			dec, err := deal.Record(e)
			require.NoError(t, err)
			said, now := map[string]string{}, map[string]string{}
			for _, r := range dec.Revised {
				if r.Was.Event != "" {
					require.Equal(t, before[r.Was.Event], brief(r.Was), "%s log %d: what it was before", h.agreement.ID, i)
					said[r.Now.Event] = brief(r.Now)
				}
			}
			for d := range deal.Decisions() {
				if now[d.Event] = brief(d); d.Event != "" && d.Event != e.ID && before[d.Event] != brief(d) {
					require.Equal(t, brief(d), said[d.Event], "%s log %d, after %s", h.agreement.ID, i, e.ID)
					revised++
				}
			}
			gone := clocksGone(clocks, deal)
			for _, r := range dec.Revised {
				delete(gone, keyOf(r.Was))
			}
			require.Empty(t, gone, "%s log %d, after %s: clocks that no longer fire", h.agreement.ID, i, e.ID)
			before, clocks = now, clocksOf(deal)
		}
	}
	require.Greater(t, revised, proof.Times(300, 75))
}

// clocksOf gives the clocks that fired up to the last event.
func clocksOf(d *dealstate.Deal) map[string]bool {
	clocks := map[string]bool{}
	var pending []string
	for dec := range d.Decisions() {
		if dec.Event == "" {
			pending = append(pending, keyOf(dec))
			continue
		}
		for _, key := range pending {
			clocks[key] = true
		}
		pending = nil
	}
	return clocks
}

func clocksGone(before map[string]bool, d *dealstate.Deal) map[string]bool {
	gone, now := map[string]bool{}, map[string]bool{}
	for dec := range d.Decisions() {
		now[keyOf(dec)] = true
	}
	for key := range before {
		if !now[key] {
			gone[key] = true
		}
	}
	return gone
}

func brief(d dealstate.Decision) string {
	return fmt.Sprint(d.Event, d.Outcome, d.Rule, d.From, d.To, d.At, d.Revision)
}

// Whoever keeps decisions and brings them up to date from what Record returns
// must have the same as Decisions gives, reasons and clocks included: no change
// goes unreported.
func TestLaw4WhatRecordReturnsIsAllThatChanged(t *testing.T) {
	t.Parallel()
	for i, h := range dirtyHistories(6, proof.Times(40, 6), 12) {
		deal := h.machine(t).NewDeal(dealstate.Reported)
		kept := map[string]string{}
		for _, e := range h.events {
			dec, err := deal.Record(e)
			require.NoError(t, err)
			for _, r := range dec.Revised {
				delete(kept, keyOf(r.Was))
				if r.Now.Outcome != 0 {
					kept[keyOf(r.Now)] = toJSON(t, r.Now)
				}
			}
			dec.Revised = nil
			kept[keyOf(dec)] = toJSON(t, dec)
			now := map[string]string{}
			for d := range deal.Decisions() {
				now[keyOf(d)] = toJSON(t, d)
			}
			require.Equal(t, now, kept, "%s log %d, after %s", h.agreement.ID, i, e.ID)
		}
	}
}

func keyOf(d dealstate.Decision) string {
	if d.Event != "" {
		return d.Event
	}
	return d.Clock.String() + " " + d.Party + " " + d.At.String()
}

// Law 5.

func TestLaw5CheckAnswersWhatRecordWouldAndChangesNothing(t *testing.T) {
	t.Parallel()
	for i, h := range append(realHistories(t), dirtyHistories(7, proof.Times(30, 4), 12)...) {
		deal := h.machine(t).NewDeal(dealstate.Strict)
		for _, e := range append(h.events, h.events[0]) { // the last is a duplicate
			before := allOf(t, deal)
			dry, err := deal.Check(e)
			require.NoError(t, err)
			require.Equal(t, before, allOf(t, deal), "Check changed something")
			wet, err := deal.Record(e)
			require.NoError(t, err)
			require.Equal(t, toJSON(t, wet), toJSON(t, dry), "%s log %d, %s", h.agreement.ID, i, e.ID)
			require.Equal(t, wet, dry)
		}
	}
}

func TestLaw5ApplyKeepsWhatTakesEffectAndNothingElse(t *testing.T) {
	t.Parallel()
	kept, refused := 0, 0
	for _, h := range append(realHistories(t), dirtyHistories(8, proof.Times(30, 6), 12)...) {
		m := h.machine(t)
		applied, recorded := m.NewDeal(dealstate.Official), m.NewDeal(dealstate.Official)
		for _, e := range h.events {
			before := allOf(t, applied)
			dry, err := applied.Check(e)
			require.NoError(t, err)
			err = applied.Apply(e)
			if dry.Outcome == dealstate.Applied || e.Kind == dealstate.Note {
				require.NoError(t, err)
				recordAll(t, recorded, []dealstate.Event{e})
				require.Equal(t, allOf(t, recorded), allOf(t, applied))
				kept++
				continue
			}
			var no *dealstate.Refusal
			require.ErrorAs(t, err, &no)
			require.Equal(t, dry, no.Decision)
			require.NotEmpty(t, no.Error())
			require.Equal(t, before, allOf(t, applied), "a refusal left something behind")
			refused++
		}
	}
	require.Greater(t, min(kept, refused), proof.Times(200, 60), "the logs test both")
}

func TestLaw5ARefusedEventMovesNothingButTheLog(t *testing.T) {
	t.Parallel()
	for _, h := range dirtyHistories(9, proof.Times(30, 5), 14) {
		deal := h.machine(t).NewDeal(dealstate.Strict)
		slices.SortFunc(h.events, inFoldOrder)
		for _, e := range h.events {
			recordAll(t, deal, []dealstate.Event{{ID: "tick-" + e.ID, Deal: e.Deal, Kind: dealstate.Note, At: e.At}}) // clocks due by then fire first
			before := standing(t, deal, e.At)
			dec, err := deal.Record(e)
			require.NoError(t, err)
			if dec.Outcome == dealstate.Refused {
				require.Equal(t, before, standing(t, deal, e.At), "%s %s", h.agreement.ID, dec)
			}
		}
	}
}

// standing is the snapshot without what evidence alone may add.
func standing(t *testing.T, d *dealstate.Deal, at time.Time) string {
	t.Helper()
	s := d.At(dealstate.View{AsOf: at})
	s.Warnings = nil
	return toJSON(t, s)
}

// Law 6.

func TestLaw6EveryDecisionCarriesReasonsThatSaySomething(t *testing.T) {
	t.Parallel()
	odd := []history{
		{agreement: dealstate.Agreement{ID: "nothing-would-do", Parties: bothSides, Approval: condition.Any(condition.Not(condition.All()))}},
		{agreement: dealstate.Agreement{ID: "nothing-is-asked", Parties: bothSides, Approval: condition.All()}},
	}
	for i := range odd {
		a := odd[i].agreement
		for n, k := range []dealstate.Kind{dealstate.Negotiate, dealstate.Submit, dealstate.Implement, dealstate.Settle, dealstate.Implement} {
			odd[i].events = append(odd[i].events, dealstate.Event{ID: fmt.Sprint("e", n), Deal: a.ID, Kind: k, Role: dealstate.Instrument, At: onDay(n)})
		}
	}
	for _, h := range slices.Concat(realHistories(t), dirtyHistories(10, proof.Times(30, 4), 14), odd) {
		for _, p := range dealstate.Policies() {
			deal := h.machine(t).NewDeal(p)
			recordAll(t, deal, append(h.events, h.events[0]))
			again, err := deal.Record(h.events[0])
			require.NoError(t, err)
			for _, d := range append(slices.Collect(deal.Decisions()), again) {
				require.NotEmpty(t, d.Reasons, "%s: %s", h.agreement.ID, d)
				for _, r := range d.Reasons {
					require.NotEmpty(t, r.String())
					require.NotEqual(t, r.Code.String(), r.String(), "a code is not a text")
					require.NotContains(t, r.String(), "  ", "a gap in %q", r)
				}
				byItself := d.Clock == dealstate.Overdue || slices.ContainsFunc(d.Reasons, func(r dealstate.Reason) bool { return r.Code == dealstate.ReasonRenewed })
				if byItself && d.Rule == "" {
					continue // a term that runs again and a commitment that falls due move no deal: no rule fires
				}
				require.Equal(t, d.Outcome == dealstate.Applied && d.Kind != dealstate.Retract, d.Rule != "", "an applied decision names its rule: %s", d)
			}
		}
	}
}

func TestLaw6ReasonsFollowTheAgreementsOrder(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "seven"}
	for _, id := range []string{"g", "f", "e", "d", "c", "b", "a"} {
		a.Parties = append(a.Parties, dealstate.Party{ID: id})
	}
	deal, err := dealstate.New(a, dealstate.Strict)
	require.NoError(t, err)
	recordAll(t, deal, []dealstate.Event{{ID: "yes", Deal: "seven", Kind: dealstate.Approve, Party: "e", Role: dealstate.Instrument, At: onDay(0)}})
	dec, err := deal.Check(dealstate.Event{ID: "go", Deal: "seven", Kind: dealstate.Implement, Role: dealstate.Instrument, At: onDay(1)})
	require.NoError(t, err)
	require.Equal(t, "implement (go): refused: g has not approved; f has not approved; d has not approved; c has not approved; b has not approved; and 1 party besides", dec.String())
}

func TestLaw6RuleIDsArePermanent(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# Rule ids are permanent: decisions that others keep refer to them. Add lines; never change or drop one.\n")
	for _, l := range []struct {
		name string
		of   dealstate.Lifecycle
	}{{"two-party (Trump, Xi)", dealstate.TwoParty(bothSides[0], bothSides[1])}, {"many-party", dealstate.ManyParty()}} {
		fmt.Fprintf(&b, "\n%s\n", l.name)
		var lines []string
		for _, r := range l.of.Rules {
			lines = append(lines, fmt.Sprintf("  %-34s on %s", r.ID, r.On))
		}
		slices.Sort(lines)
		b.WriteString(strings.Join(lines, "\n") + "\n")
	}
	golden(t, "rules.golden", b.String())
}

// Law 8.

func TestLaw8SwappingTheTwoSidesSwapsTheResult(t *testing.T) {
	t.Parallel()
	var all []history
	for _, h := range append(realHistories(t), dirtyHistories(11, proof.Times(40, 5), 14)...) {
		if len(h.agreement.Parties) == 2 {
			all = append(all, h)
		}
	}
	for i, h := range all {
		swapped := swap(h)
		for _, p := range dealstate.Policies() {
			snap, decisions, err := h.machine(t).Fold(h.events, dealstate.View{Policy: p})
			require.NoError(t, err)
			other, otherDecisions, err := swapped.machine(t).Fold(swapped.events, dealstate.View{Policy: p})
			require.NoError(t, err)
			require.Equal(t, sides(snap), mirrored(sides(other)), "%s log %d, %s", h.agreement.ID, i, p.Name)
			require.Len(t, otherDecisions, len(decisions))
			for n, d := range decisions {
				o := otherDecisions[n]
				require.Equal(t, []string{d.Event, d.Outcome.String(), string(d.From), string(d.To), d.Rule},
					[]string{o.Event, o.Outcome.String(), mirror(string(o.From)), mirror(string(o.To)), mirror(o.Rule)})
			}
		}
	}
}

func TestLaw8TheOrderOfThePartiesDoesNotMatter(t *testing.T) {
	t.Parallel()
	for i, h := range append(realHistories(t), dirtyHistories(12, proof.Times(30, 4), 14)...) {
		turned := h
		turned.agreement.Parties = slices.Clone(h.agreement.Parties)
		slices.Reverse(turned.agreement.Parties)
		for _, p := range dealstate.Policies() {
			snap, decisions, err := h.machine(t).Fold(h.events, dealstate.View{Policy: p})
			require.NoError(t, err)
			other, otherDecisions, err := turned.machine(t).Fold(h.events, dealstate.View{Policy: p})
			require.NoError(t, err)
			require.Equal(t, sides(snap), sides(other), "%s log %d, %s", h.agreement.ID, i, p.Name)
			for n := range decisions { // the reasons keep the agreement's order
				decisions[n].Reasons, otherDecisions[n].Reasons = nil, nil
			}
			require.Equal(t, decisions, otherDecisions)
		}
	}
}

// swap gives each side the other's deeds and duties, and keeps who they are.
func swap(h history) history {
	a := h.agreement
	a.Commitments = slices.Clone(a.Commitments)
	for i := range a.Commitments {
		a.Commitments[i].Party = mirror(a.Commitments[i].Party)
	}
	events := slices.Clone(h.events)
	for i, e := range events {
		events[i].Party = mirror(e.Party)
		if e.Role == dealstate.Approver {
			events[i].By = mirror(e.By)
		}
	}
	return history{a, events}
}

var mirrorWords = strings.NewReplacer("suspend", "suspend", "refuse", "refuse", "us", "china", "china", "us", "trump", "xi", "xi", "trump", "Trump", "Xi", "Xi", "Trump")

// mirror swaps the sides' names in a short text.
func mirror(s string) string { return mirrorWords.Replace(s) }

// sides is what a snapshot says of either side, as sorted lines. Names of
// parties stand in angle brackets.
func sides(s dealstate.Snapshot) []string {
	lines := []string{fmt.Sprintf("state %s since %s by %s, revision %d, in force %s, verdict %s", s.State, s.Since, s.By, s.Revision, s.InForce, s.Approval.Verdict)}
	if s.Next != nil {
		lines = append(lines, fmt.Sprintf("next %s at %s", s.Next.Clock, s.Next.Due))
	}
	for _, p := range s.Parties {
		line := fmt.Sprintf("<%s> %s, awaited %t, approved %t, in force %s", p.Party, p.Standing,
			slices.Contains(s.Awaiting, p.Party), slices.Contains(s.Approved, p.Party), p.InForce)
		for _, e := range []*dealstate.Evidence{p.Act, p.Nearest} {
			if e != nil {
				line += ", " + e.Event
			}
		}
		lines = append(lines, line)
	}
	for _, c := range s.Commitments {
		lines = append(lines, fmt.Sprintf("%s of <%s>: %s", c.Commitment, c.Party, c.Event))
	}
	for _, d := range s.Disputes {
		lines = append(lines, fmt.Sprintf("<%s> raised %s", d.Party, d.Event))
	}
	slices.Sort(lines)
	return lines
}

var mirrorLines = strings.NewReplacer("<us>", "<china>", "<china>", "<us>",
	"awaiting_trump_approval", "awaiting_xi_approval", "awaiting_xi_approval", "awaiting_trump_approval")

func mirrored(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = mirrorLines.Replace(line)
	}
	slices.Sort(out)
	return out
}

// Law 9.

// moment asks for the state at an instant.
type moment struct {
	at   time.Time
	want dealstate.State
}

func deed(id string, kind dealstate.Kind, party string, at time.Time) dealstate.Event {
	return dealstate.Event{ID: id, Kind: kind, Party: party, Role: dealstate.Instrument, At: at}
}

func until(e dealstate.Event, t time.Time) dealstate.Event {
	e.Until = t
	return e
}

var (
	nine       = onDay(0).Add(9 * time.Hour)
	bothSay    = []dealstate.Event{deed("us", dealstate.Approve, "us", nine), deed("china", dealstate.Approve, "china", onDay(1).Add(15*time.Hour))}
	secondDay  = onDay(1).Add(15 * time.Hour)
	clockTales = []struct {
		name    string
		terms   dealstate.Agreement
		events  []dealstate.Event
		moments []moment
	}{
		{"a deadline is over when its instant is reached", dealstate.Agreement{Deadline: onDay(5)}, bothSay[:1], []moment{
			{nine.Add(-1), "negotiated"}, {nine, "awaiting_xi_approval"}, {onDay(5).Add(-1), "awaiting_xi_approval"},
			{onDay(5), "lapsed"}, {onDay(5).Add(1), "lapsed"}, {onDay(900), "lapsed"}}},
		{"an approval at the very deadline comes too late", dealstate.Agreement{Deadline: secondDay}, bothSay, []moment{
			{secondDay.Add(-1), "awaiting_xi_approval"}, {secondDay, "lapsed"}, {onDay(9), "lapsed"}}},
		{"an approval just before the deadline is in time", dealstate.Agreement{Deadline: secondDay.Add(1)}, bothSay, []moment{
			{secondDay, "approved"}, {secondDay.Add(1), "approved"}, {onDay(9), "approved"}}},
		{"a deadline before all events has passed", dealstate.Agreement{Deadline: onDay(-3)}, bothSay, []moment{
			{onDay(-3).Add(-1), "negotiated"}, {onDay(-3), "lapsed"}, {onDay(9), "lapsed"}}},
		{"an effect of no time comes with the last approval", dealstate.Agreement{Effect: &dealstate.Delay{}}, bothSay, []moment{
			{secondDay.Add(-1), "awaiting_xi_approval"}, {secondDay, "implemented"}}},
		{"days count from the date and end at its start", dealstate.Agreement{Effect: &dealstate.Delay{Days: 2}}, bothSay, []moment{
			{secondDay, "approved"}, {onDay(3).Add(-1), "approved"}, {onDay(3), "implemented"}}},
		{"a floor holds the effect back", dealstate.Agreement{Effect: &dealstate.Delay{NotBefore: onDay(7).Add(5 * time.Hour)}}, bothSay, []moment{
			{secondDay, "approved"}, {onDay(7).Add(5*time.Hour - 1), "approved"}, {onDay(7).Add(5 * time.Hour), "implemented"}}},
		{"a floor that has passed does not", dealstate.Agreement{Effect: &dealstate.Delay{NotBefore: onDay(-7)}}, bothSay, []moment{
			{secondDay.Add(-1), "awaiting_xi_approval"}, {secondDay, "implemented"}}},
		{"a term holds until its instant", dealstate.Agreement{Effect: &dealstate.Delay{}, Term: &dealstate.Delay{Months: 1}}, bothSay, []moment{
			{secondDay, "implemented"}, {onDay(31).Add(-1), "implemented"}, {onDay(31), "expired"}}},
		{"an effect and a deadline at one instant: the effect", dealstate.Agreement{Effect: &dealstate.Delay{Days: 2}, Deadline: onDay(3)}, bothSay, []moment{
			{onDay(3).Add(-1), "approved"}, {onDay(3), "implemented"}}},
		{"one side's extension moves no deadline, both sides' do", dealstate.Agreement{Deadline: onDay(5)}, []dealstate.Event{
			deed("us", dealstate.Approve, "us", nine), until(deed("x1", dealstate.Extend, "us", onDay(2)), onDay(8)),
			until(deed("x2", dealstate.Extend, "china", onDay(6)), onDay(9))}, []moment{
			{onDay(5).Add(-1), "awaiting_xi_approval"}, {onDay(5), "lapsed"}, {onDay(6), "awaiting_xi_approval"},
			{onDay(8).Add(-1), "awaiting_xi_approval"}, {onDay(8), "lapsed"}}},
		{"a withdrawal stops the effect, a new approval starts it anew", dealstate.Agreement{Effect: &dealstate.Delay{Days: 4}}, append(bothSay[:2:2],
			deed("no", dealstate.Withdraw, "us", onDay(3)), deed("yes", dealstate.Approve, "us", onDay(6))), []moment{
			{onDay(5), "awaiting_trump_approval"}, {onDay(6), "approved"}, {onDay(10).Add(-1), "approved"}, {onDay(10), "implemented"}}},
		{"a suspension does not stop the term", dealstate.Agreement{Effect: &dealstate.Delay{}, Term: &dealstate.Delay{Days: 9}}, append(bothSay[:2:2],
			deed("halt", dealstate.Suspend, "", onDay(4))), []moment{
			{onDay(4).Add(-1), "implemented"}, {onDay(4), "suspended"}, {onDay(10).Add(-1), "suspended"}, {onDay(10), "expired"}}},
	}
)

func TestLaw9TheStateIsExactAtEveryInstantAroundAClock(t *testing.T) {
	t.Parallel()
	for _, tale := range clockTales {
		t.Run(tale.name, func(t *testing.T) {
			t.Parallel()
			a := tale.terms
			a.ID, a.Parties = "tale", bothSides
			m, err := dealstate.Compile(a)
			require.NoError(t, err)
			events := slices.Clone(tale.events)
			for i := range events {
				events[i].Deal = a.ID
			}
			deal := m.NewDeal(dealstate.Strict)
			recordAll(t, deal, events)
			for _, now := range tale.moments {
				snap, _ := deal.Replay(dealstate.View{AsOf: now.at})
				require.Equal(t, now.want, snap.State, "as of %s", now.at)
				require.Equal(t, now.at, snap.AsOf)
				watched := liveTo(t, m, events, now.at)
				require.Equal(t, now.want, watched.Latest().State, "live, at %s", now.at)
			}
		})
	}
}

// liveTo records, in order and one step at a time, what had happened by then,
// and last a note at the very instant, before which due clocks fire.
func liveTo(t *testing.T, m *dealstate.Machine, events []dealstate.Event, at time.Time) *dealstate.Deal {
	t.Helper()
	deal := m.NewDeal(dealstate.Strict)
	for _, e := range events {
		if !e.At.After(at) {
			recordAll(t, deal, []dealstate.Event{e})
		}
	}
	recordAll(t, deal, []dealstate.Event{{ID: "zz-tick", Deal: m.Agreement().ID, Kind: dealstate.Note, At: at}})
	return deal
}

// The decisions, clocks among them, tell the state at every instant.
func TestLaw9DecisionsAndViewsTellTheSameHistory(t *testing.T) {
	t.Parallel()
	fired := map[dealstate.Clock]int{}
	for i, h := range slices.Concat(realHistories(t), dirtyHistories(13, proof.Times(40, 10), 14), ofTimers(18, proof.Times(200, 120), 14)) {
		if i%2 == 0 {
			h = h.begun()
		}
		m := h.machine(t)
		deal := m.NewDeal(dealstate.Reported)
		recordAll(t, deal, h.events)
		end := onDay(120)
		_, decisions := deal.Replay(dealstate.View{AsOf: end})
		state := m.Lifecycle().Initial
		for n, d := range decisions {
			require.Equal(t, state, d.From, "%s log %d, %s: no gap between decisions", h.agreement.ID, i, d)
			if n == 0 || decisions[n-1].At.Before(d.At) {
				require.Equal(t, state, deal.At(dealstate.View{AsOf: d.At.Add(-1)}).State, "%s log %d, just before %s", h.agreement.ID, i, d)
			}
			require.False(t, n > 0 && d.At.Before(decisions[n-1].At), "time runs forward")
			state = d.To
			if n == len(decisions)-1 || decisions[n+1].At.After(d.At) {
				require.Equal(t, state, deal.At(dealstate.View{AsOf: d.At}).State, "%s log %d, at %s", h.agreement.ID, i, d)
			}
			if d.Event == "" {
				fired[d.Clock]++
			}
		}
		_, again := deal.Replay(dealstate.View{AsOf: end})
		require.Equal(t, decisions, again)
	}
	t.Log(fired)
	for _, clock := range dealstate.Clocks() {
		require.Greater(t, fired[clock], 10, "the logs let the %s clock fire", clock)
	}
}

// firings leaves out what was decided on events: a plan for later is on record
// before its time.
func firings(decisions []dealstate.Decision) []dealstate.Decision {
	return slices.DeleteFunc(slices.Clone(decisions), func(d dealstate.Decision) bool { return d.Event != "" })
}

// The next clock that a snapshot announces is the one that comes.
func TestLaw9TheNextClockAnnouncedIsTheNextToFire(t *testing.T) {
	t.Parallel()
	for i, h := range dirtyHistories(14, proof.Times(40, 6), 10) {
		deal := h.machine(t).NewDeal(dealstate.Reported)
		recordAll(t, deal, h.events)
		now := deal.Latest()
		if now.Next == nil {
			_, decisions := deal.Replay(dealstate.View{AsOf: now.AsOf.AddDate(50, 0, 0)})
			_, before := deal.Replay(dealstate.View{AsOf: now.AsOf})
			require.Len(t, firings(decisions), len(firings(before)), "%s log %d: a clock that nobody announced", h.agreement.ID, i)
			continue
		}
		require.True(t, now.Next.Due.After(now.AsOf), "%s log %d: due %s, as of %s", h.agreement.ID, i, now.Next.Due, now.AsOf)
		calm, silence := deal.Replay(dealstate.View{AsOf: now.Next.Due.Add(-1)})
		require.Equal(t, now.State, calm.State)
		require.Equal(t, now.Next, calm.Next)
		then, decisions := deal.Replay(dealstate.View{AsOf: now.Next.Due})
		require.NotEqual(t, now.Next, then.Next, "%s log %d", h.agreement.ID, i)
		if told := decisions[len(silence):]; len(told) > 0 && now.Next.Clock != dealstate.Reached && now.Next.Clock != dealstate.Timed { // which may change nothing
			require.Equal(t, *now.Next, told[0].Fired(), "%s log %d", h.agreement.ID, i)
		}
		require.Equal(t, then.State != now.State, then.Since.Equal(now.Next.Due), "%s log %d", h.agreement.ID, i)
	}
}

// Law 10.

var good = dealstate.Event{ID: "e1", Deal: "plain", Kind: dealstate.Approve, Party: "us", Role: dealstate.Instrument, At: dayOne}

var malformed = []struct {
	field string
	spoil func(*dealstate.Event)
}{
	{"id", func(e *dealstate.Event) { e.ID = "" }},
	{"id", func(e *dealstate.Event) { e.ID = "two words" }},
	{"id", func(e *dealstate.Event) { e.ID = strings.Repeat("x", 257) }},
	{"id", func(e *dealstate.Event) { e.ID = "\xff" }},
	{"deal", func(e *dealstate.Event) { e.Deal = "" }},
	{"deal", func(e *dealstate.Event) { e.Deal = "another" }},
	{"kind", func(e *dealstate.Event) { e.Kind = 0 }},
	{"kind", func(e *dealstate.Event) { e.Kind = 99 }},
	{"kind", func(e *dealstate.Event) { e.Kind = dealstate.Note + 1 }},
	{"kind", func(e *dealstate.Event) { e.Kind = dealstate.Note + 3 }},
	{"party", func(e *dealstate.Event) { e.Party = "" }},
	{"party", func(e *dealstate.Event) { e.Party = "mars" }},
	{"role", func(e *dealstate.Event) { e.Role = 0 }},
	{"role", func(e *dealstate.Event) { e.Role = 7 }},
	{"by", func(e *dealstate.Event) { e.Role, e.By = dealstate.Approver, "Bessent" }},
	{"modality", func(e *dealstate.Event) { e.Modality = 5 }},
	{"revision", func(e *dealstate.Event) { e.Revision = -1 }},
	{"at", func(e *dealstate.Event) { e.At = time.Time{} }},
	{"at", func(e *dealstate.Event) { e.At = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }},
	{"recorded", func(e *dealstate.Event) { e.Recorded = time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC) }},
	{"until", func(e *dealstate.Event) { e.Until = dayOne }},
	{"until", func(e *dealstate.Event) { e.Kind = dealstate.Extend }},
	{"ref", func(e *dealstate.Event) { e.Kind = dealstate.Retract }},
	{"ref", func(e *dealstate.Event) { e.Kind, e.Ref = dealstate.Retract, e.ID }},
	{"commitment", func(e *dealstate.Event) { e.Kind = dealstate.Perform }},
	{"commitment", func(e *dealstate.Event) { e.Kind, e.Commitment = dealstate.Perform, "pledge-9" }},
	{"party", func(e *dealstate.Event) { e.Kind, e.Commitment = dealstate.Perform, "pledge-2" }},
	{"source.published", func(e *dealstate.Event) { e.Source.Published = "yesterday" }},
}

func TestLaw10AMalformedEventNamesItsFieldAndChangesNothing(t *testing.T) {
	t.Parallel()
	deal, err := dealstate.New(dirtyAgreements[0], dealstate.Strict)
	require.NoError(t, err)
	recordAll(t, deal, []dealstate.Event{{ID: "e0", Deal: "plain", Kind: dealstate.Negotiate, Role: dealstate.Negotiator, At: dayOne}})
	before := allOf(t, deal)
	for i, bad := range malformed {
		e := good
		bad.spoil(&e)
		_, recordErr := deal.Record(e)
		_, checkErr := deal.Check(e)
		_, _, foldErr := deal.Machine().Fold([]dealstate.Event{good, e}, dealstate.View{})
		for _, err := range []error{recordErr, checkErr, deal.Apply(e), foldErr} {
			var field *dealstate.FieldError
			require.ErrorAs(t, err, &field, "case %d, %s", i, bad.field)
			require.Equal(t, bad.field, field.Field, err)
			require.NotEmpty(t, field.Problem)
		}
		require.Equal(t, before, allOf(t, deal), "case %d, %s", i, bad.field)
	}
	_, err = deal.Record(good)
	require.NoError(t, err, "the event that was spoilt is good")
}

func TestLaw10AnIDWithOtherContentIsAConflictAndChangesNothing(t *testing.T) {
	t.Parallel()
	deal, err := dealstate.New(dirtyAgreements[0], dealstate.Strict)
	require.NoError(t, err)
	recordAll(t, deal, []dealstate.Event{good})
	before := allOf(t, deal)
	other := good
	other.Party = "china"
	_, recordErr := deal.Record(other)
	_, checkErr := deal.Check(other)
	_, _, foldErr := deal.Machine().Fold([]dealstate.Event{good, other}, dealstate.View{})
	for _, err := range []error{recordErr, checkErr, deal.Apply(other), foldErr} {
		var conflict *dealstate.ConflictError
		require.True(t, errors.As(err, &conflict), err)
		require.Equal(t, "e1", conflict.ID)
	}
	require.Equal(t, before, allOf(t, deal))

	same := good
	same.At, same.Recorded, same.Modality = good.At.In(time.FixedZone("Beijing", 8*3600)), good.At, dealstate.Asserted
	again, err := deal.Record(same)
	require.NoError(t, err, "the same instant in another zone is the same content")
	require.Equal(t, dealstate.Duplicate, again.Outcome)
	require.Equal(t, before, allOf(t, deal))
}
