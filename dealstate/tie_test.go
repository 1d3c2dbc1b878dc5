package dealstate_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// Law 11: what enables comes before what needs it, and no name decides.

// sameDay are events of one day, each learned an hour after the one before it.
func sameDay(deal string, acts ...dealstate.Event) []dealstate.Event {
	for i := range acts {
		e := &acts[i]
		e.Deal, e.At, e.Role = deal, onDay(5), dealstate.Instrument
		e.Recorded = e.At.Add(time.Duration(30+i) * time.Hour)
	}
	return acts
}

func doing(kind dealstate.Kind, party string) dealstate.Event {
	return dealstate.Event{Kind: kind, Party: party}
}

// underEveryNaming gives the log its ids in every order of the alphabet.
func underEveryNaming(events []dealstate.Event, visit func([]dealstate.Event)) {
	names := make([]string, len(events))
	for i := range names {
		names[i] = string(rune('a' + i))
	}
	permutations(names, func(ids []string) {
		named := slices.Clone(events)
		for i := range named {
			if named[i].ID = ids[i]; named[i].Kind == dealstate.Retract {
				named[i].Ref = ids[0]
			}
		}
		visit(named)
	})
}

func permutations(list []string, visit func([]string)) {
	var from func(int)
	from = func(n int) {
		if n == len(list) {
			visit(list)
			return
		}
		for i := n; i < len(list); i++ {
			list[n], list[i] = list[i], list[n]
			from(n + 1)
			list[n], list[i] = list[i], list[n]
		}
	}
	from(0)
}

func TestLaw11WhatEnablesComesBeforeWhatNeedsItWhateverTheIDs(t *testing.T) {
	t.Parallel()
	plain := dealstate.Agreement{ID: "plain", Parties: bothSides}
	lapsed := dealstate.Agreement{ID: "lapsed", Parties: bothSides, Deadline: onDay(3)}
	delivered := dealstate.Agreement{ID: "delivered", Parties: bothSides, Commitments: pledges("us"),
		Approval: condition.All(condition.Approved("us"), condition.Approved("china"), condition.Performed("pledge-1"))}
	extension := doing(dealstate.Extend, "")
	extension.Until = onDay(30)
	performance := doing(dealstate.Perform, "us")
	performance.Commitment = "pledge-1"
	both := []dealstate.Event{doing(dealstate.Approve, "us"), doing(dealstate.Approve, "china")}

	for name, c := range map[string]struct {
		agreement dealstate.Agreement
		before    []dealstate.Event // days before
		events    []dealstate.Event // of one day, in the order in which they were learned
		want      dealstate.State
		revision  int
	}{
		"implement needs the approvals":              {plain, nil, append([]dealstate.Event{doing(dealstate.Implement, "")}, both...), dealstate.StateImplemented, 1},
		"approvals are of the text amended that day": {plain, nil, append(slices.Clone(both), doing(dealstate.Amend, "")), dealstate.StateApproved, 2},
		"approvals count in the deal reopened that day": {lapsed, []dealstate.Event{doing(dealstate.Negotiate, "")},
			append(slices.Clone(both), extension), dealstate.StateApproved, 1},
		"implement needs what was performed":  {delivered, nil, append([]dealstate.Event{doing(dealstate.Implement, ""), performance}, both...), dealstate.StateImplemented, 1},
		"what is suspended must be in force":  {plain, nil, append([]dealstate.Event{doing(dealstate.Suspend, ""), doing(dealstate.Implement, "")}, both...), dealstate.StateSuspended, 1},
		"of suspend and resume, resume later": {plain, append(slices.Clone(both), doing(dealstate.Implement, "")), []dealstate.Event{doing(dealstate.Suspend, ""), doing(dealstate.Resume, "")}, dealstate.StateImplemented, 1},
		"of suspend and resume, suspend later": {plain, append(slices.Clone(both), doing(dealstate.Implement, ""), doing(dealstate.Suspend, "")),
			[]dealstate.Event{doing(dealstate.Resume, ""), doing(dealstate.Suspend, "")}, dealstate.StateSuspended, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := history{agreement: c.agreement}.machine(t)
			var before []dealstate.Event
			for i, e := range c.before {
				e.ID, e.Deal, e.Role, e.At = fmt.Sprintf("early-%d", i), c.agreement.ID, dealstate.Instrument, onDay(1).Add(time.Duration(i)*time.Hour)
				before = append(before, e)
			}
			underEveryNaming(sameDay(c.agreement.ID, slices.Clone(c.events)...), func(events []dealstate.Event) {
				got, decisions, err := m.Fold(append(slices.Clone(before), events...), dealstate.View{})
				require.NoError(t, err)
				require.Equal(t, c.want, got.State, "%v: %v", idsOf(events), decisions)
				require.Equal(t, c.revision, got.Revision)
			})
		})
	}
}

// Under the old order, by id alone, 684 of this thousand ended in a refused implement.
func TestLaw11AThousandDealsAppliedInTrueOrderUnderHashedIDsAllEndImplemented(t *testing.T) {
	t.Parallel()
	m := history{agreement: dealstate.Agreement{ID: "plain", Parties: bothSides}}.machine(t)
	for deal := range 1_000 {
		d := m.NewDeal(dealstate.Strict)
		for n, e := range []dealstate.Event{doing(dealstate.Negotiate, ""), doing(dealstate.Approve, "us"), doing(dealstate.Approve, "china"), doing(dealstate.Implement, "")} {
			hash := sha256.Sum256(fmt.Appendf(nil, "deal %d, event %d", deal, n))
			e.ID, e.Deal, e.Role, e.At = hex.EncodeToString(hash[:]), "plain", dealstate.Instrument, onDay(0)
			require.NoError(t, d.Apply(e))
		}
		require.Equal(t, dealstate.StateImplemented, d.Latest().State)
		require.Empty(t, d.Latest().Warnings)
	}
}

func orderDoubts(s dealstate.Snapshot) (pairs []string) {
	for _, w := range s.Warnings {
		if w.Code == dealstate.ReasonOrderUnknown {
			pairs = append(pairs, w.Event+" "+w.Detail)
		}
	}
	return pairs
}

func TestLaw11ATrueTieWarnsAndSaysSoInEveryWayOfAsking(t *testing.T) {
	t.Parallel()
	m := history{agreement: dealstate.Agreement{ID: "plain", Parties: bothSides}}.machine(t)
	at := func(day, hour int, id string, kind dealstate.Kind, party string, recorded int) dealstate.Event {
		return dealstate.Event{ID: id, Deal: "plain", Kind: kind, Party: party, Role: dealstate.Instrument, At: onDay(day).Add(time.Duration(hour) * time.Hour), Recorded: onDay(day).Add(time.Duration(recorded) * time.Hour)}
	}
	named := at(1, 0, "yes", dealstate.Approve, "us", 30)
	named.Revision = 2
	for name, c := range map[string]struct {
		events []dealstate.Event
		want   []string
	}{
		"one party's approve and reject, learned at once":       {[]dealstate.Event{at(1, 9, "no", dealstate.Reject, "us", 30), at(1, 9, "yes", dealstate.Approve, "us", 30)}, []string{"yes no"}},
		"learned one after the other":                           {[]dealstate.Event{at(1, 9, "no", dealstate.Reject, "us", 31), at(1, 9, "yes", dealstate.Approve, "us", 30)}, nil},
		"two parties' approvals":                                {[]dealstate.Event{at(1, 9, "b", dealstate.Approve, "us", 30), at(1, 9, "a", dealstate.Approve, "china", 30)}, nil},
		"one approval told twice":                               {[]dealstate.Event{at(1, 9, "b", dealstate.Approve, "us", 30), at(1, 9, "a", dealstate.Approve, "us", 30)}, nil},
		"an amend and an approval that names no revision":       {[]dealstate.Event{at(1, 0, "yes", dealstate.Approve, "us", 30), at(1, 0, "text", dealstate.Amend, "", 40)}, []string{"text yes"}},
		"an amend and an approval that names the new text":      {[]dealstate.Event{named, at(1, 0, "text", dealstate.Amend, "", 40)}, nil},
		"an amend and the word of one who does not count":       {[]dealstate.Event{{ID: "talk", Deal: "plain", Kind: dealstate.Approve, Party: "us", Role: dealstate.Press, At: onDay(1)}, at(1, 0, "text", dealstate.Amend, "", 40)}, nil},
		"a date's implement, and the approvals later that day":  {[]dealstate.Event{at(1, 0, "force", dealstate.Implement, "", 1), at(1, 10, "us", dealstate.Approve, "us", 11), at(1, 15, "cn", dealstate.Approve, "china", 16)}, []string{"force cn"}},
		"the same, an hour known":                               {[]dealstate.Event{at(1, 1, "force", dealstate.Implement, "", 1), at(1, 10, "us", dealstate.Approve, "us", 11), at(1, 15, "cn", dealstate.Approve, "china", 16)}, nil},
		"the same, where others are of one instant":             {[]dealstate.Event{at(1, 1, "force", dealstate.Implement, "", 1), at(1, 10, "us", dealstate.Approve, "us", 11), at(1, 10, "cn", dealstate.Approve, "china", 16)}, nil},
		"a date's implement, and the last approval a day later": {[]dealstate.Event{at(1, 0, "force", dealstate.Implement, "", 1), at(1, 10, "us", dealstate.Approve, "us", 11), at(2, 0, "cn", dealstate.Approve, "china", 16)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := m.NewDeal(dealstate.Strict)
			recordAll(t, d, c.events)
			folded, _, err := m.Fold(c.events, dealstate.View{})
			require.NoError(t, err)
			require.Equal(t, c.want, orderDoubts(folded))
			replayed, _ := d.Replay(dealstate.View{})
			for _, s := range []dealstate.Snapshot{d.Latest(), d.At(dealstate.View{}), replayed, d.Cursor(dealstate.View{}).Snapshot()} {
				require.Equal(t, toJSON(t, folded), toJSON(t, s))
			}
			if len(c.want) > 0 {
				require.Contains(t, d.Explain(), "Warning: which of "+strings.Replace(c.want[0], " ", " and ", 1)+" came first is not known (")
				require.NotContains(t, d.Explain(), "do not support that", "that would mislead: the order explains it")
				known := d.At(dealstate.View{KnownBy: c.events[0].Recorded.Add(-time.Minute)})
				require.Empty(t, orderDoubts(known), "what was learned later raises no doubt before")
			}
		})
	}
}

// A consent to the text before the amendment of the same instant folds behind it, and is
// refused; had it come first, as it says, this deal would be in force.
func TestLaw11AConsentToTheTextBeforeAnAmendmentOfItsInstantWarns(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "plain", Parties: bothSides, Effect: &dealstate.Delay{}}
	for revision, want := range []int{1, 1, 0} {
		s, _, err := history{agreement: a}.machine(t).Fold(story(t, "plain", fmt.Sprintf("06-01 approve us\n06-02 amend\n06-02 approve china rev=%d", revision)), dealstate.View{})
		require.NoError(t, err)
		require.Len(t, orderDoubts(s), want, "revision %d", revision)
	}
}

func TestLaw11ManyTiesAreLookedAtWithinBounds(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "many"}
	var events []dealstate.Event
	for i := range 200 {
		party := fmt.Sprintf("p%03d", i)
		a.Parties = append(a.Parties, dealstate.Party{ID: party})
		for n, kind := range []dealstate.Kind{dealstate.Approve, dealstate.Reject} {
			events = append(events, dealstate.Event{ID: fmt.Sprintf("%s-%d", party, n), Deal: "many", Kind: kind, Party: party, Role: dealstate.Instrument, At: onDay(1)})
		}
	}
	s, _, err := history{agreement: a}.machine(t).Fold(events, dealstate.View{})
	require.NoError(t, err)
	require.Len(t, orderDoubts(s), 8)
}

// Notes and reports that do not count take no place among the sixteen.
func TestLaw11ADayIsLookedThroughForACureUpToItsSixteenthAct(t *testing.T) {
	t.Parallel()
	m := history{agreement: dealstate.Agreement{ID: "plain", Parties: bothSides}}.machine(t)
	rumour := doing(dealstate.Approve, "us")
	rumour.Modality = dealstate.Planned
	for _, c := range []struct {
		before dealstate.Event
		times  int
		want   int
	}{
		{doing(dealstate.Negotiate, ""), 0, 1},
		{doing(dealstate.Negotiate, ""), 14, 1},
		{doing(dealstate.Negotiate, ""), 15, 0},
		{doing(dealstate.Note, ""), 15, 1},
		{doing(dealstate.Note, ""), 300, 1},
		{rumour, 300, 1},
		{doing(dealstate.Note, ""), 1<<16 + 1, 0},
	} {
		events := []dealstate.Event{doing(dealstate.Implement, ""), doing(dealstate.Approve, "us"), doing(dealstate.Approve, "china")}
		for range c.times {
			events = append(events, c.before)
		}
		for i := range events {
			e := &events[i]
			e.ID, e.Deal, e.Role, e.At = fmt.Sprint(i), "plain", dealstate.Instrument, onDay(0)
			if i > 0 {
				e.At = e.At.Add(time.Hour)
			}
			if i == 1 || i == 2 {
				e.At = e.At.Add(time.Hour)
			}
		}
		s, _, err := m.Fold(events, dealstate.View{})
		require.NoError(t, err)
		require.Len(t, orderDoubts(s), c.want, "%d × %v before the approvals", c.times, c.before.Kind)
	}
}

// In the old order, by at, recorded and id, 1,449 of these 10,000 logs came to something
// else under new names. In law 11's order 33 do, each of them a true tie, and each warns.
func TestLaw11RenamingChangesNoOutcome(t *testing.T) {
	t.Parallel()
	logs := proof.Times(10_000, 300)
	rng := rand.New(rand.NewPCG(11, 11))
	machines := map[string]*dealstate.Machine{}
	tied := 0
	for n := range logs {
		a := pick(rng, dirtyAgreements)
		events := tiedLog(rng, a)
		renamed, others, back := renaming(rng, a, events)
		if machines[a.ID] == nil {
			machines[a.ID] = history{agreement: a}.machine(t)
		}
		p := pick(rng, dealstate.Policies())
		was, before, err := machines[a.ID].Fold(events, dealstate.View{Policy: p})
		require.NoError(t, err)
		is, after, err := machine(t, renamed).Fold(others, dealstate.View{Policy: p})
		require.NoError(t, err)
		if len(orderDoubts(was)) > 0 || len(orderDoubts(is)) > 0 {
			tied++
			require.NotEmpty(t, orderDoubts(was), "log %d: it warns under every name", n)
			require.NotEmpty(t, orderDoubts(is), "log %d: it warns under every name", n)
			continue
		}
		require.Equal(t, outcomeOf(was, before, func(id string) string { return id }), outcomeOf(is, after, back), "log %d of %s under %s", n, a.ID, p.Name)
	}
	require.Less(t, tied, logs*9/10, "most logs would be true ties")
	t.Logf("%d of %d logs hold a true tie", tied, logs)
}

// tiedLog is a dirty log of few days, known as sources know them: by date. Most reports
// are learned on the day itself.
func tiedLog(rng *rand.Rand, a dealstate.Agreement) []dealstate.Event {
	events := dirtylog.Log(rng, a, a.ID, 10, dirtylog.Kinds)
	for i := range events {
		e := &events[i]
		e.At, e.Recorded, e.Modality = onDay(3*rng.IntN(4)), time.Time{}, 0
		if rng.IntN(3) == 0 {
			e.Recorded = e.At.AddDate(0, 0, rng.IntN(3))
		}
	}
	return events
}

// renaming gives the agreement with its parties in another order under other names, the
// log with fresh ids, and the way back from a party's new name to its old one.
func renaming(rng *rand.Rand, a dealstate.Agreement, events []dealstate.Event) (dealstate.Agreement, []dealstate.Event, func(string) string) {
	parties, back, approvers := map[string]string{}, map[string]string{}, map[string]string{}
	b := a
	b.Parties, b.Commitments = slices.Clone(a.Parties), slices.Clone(a.Commitments)
	for i := range b.Parties {
		p := &b.Parties[i]
		fresh := fmt.Sprintf("party-%08x", rng.Uint32())
		parties[p.ID], back[fresh] = fresh, p.ID
		p.ID = fresh
		if p.Approver != "" {
			approvers[p.Approver] = fmt.Sprintf("approver%08x", rng.Uint32())
			p.Approver = approvers[p.Approver]
		}
	}
	for i := range b.Commitments {
		b.Commitments[i].Party = parties[b.Commitments[i].Party]
	}
	if !a.Approval.IsZero() {
		text, _ := a.Approval.MarshalJSON()
		renamed := regexp.MustCompile(`"(approved|signed)":"([^"]+)"`).ReplaceAllStringFunc(string(text), func(named string) string {
			key, id, _ := strings.Cut(named, ":")
			return key + `:"` + parties[strings.Trim(id, `"`)] + `"`
		})
		b.Approval = condition.Condition{}
		_ = b.Approval.UnmarshalJSON([]byte(renamed))
	}
	rng.Shuffle(len(b.Parties), func(i, j int) { b.Parties[i], b.Parties[j] = b.Parties[j], b.Parties[i] })
	ids, others := map[string]string{}, slices.Clone(events)
	for _, e := range events {
		ids[e.ID] = fmt.Sprintf("id-%08x", rng.Uint32())
	}
	for i := range others {
		e := &others[i]
		e.ID, e.Party = ids[e.ID], parties[e.Party]
		if fresh, is := ids[e.Ref]; is {
			e.Ref = fresh
		}
		if fresh, is := approvers[e.By]; is {
			e.By = fresh
		}
	}
	return b, others, func(id string) string { return back[id] }
}

// outcomeOf is all that a snapshot and its decisions come to, without a name in it but
// those of the parties, as they were. Of events that tie, which one counted and which
// one said nothing new is no outcome.
func outcomeOf(s dealstate.Snapshot, decisions []dealstate.Decision, party func(string) string) []string {
	plain := func(state dealstate.State) string {
		for _, p := range s.Parties {
			if dealstate.AwaitingState(dealstate.Party{ID: p.Party, Approver: p.Approver}) == state {
				return "awaiting " + party(p.Party)
			}
		}
		return string(state)
	}
	lines := []string{fmt.Sprint("state ", plain(s.State), s.Since, s.Revision, s.InForce, s.Approval.Verdict, len(s.Warnings), s.AsOf)}
	for _, p := range s.Parties {
		lines = append(lines, fmt.Sprint("party ", party(p.Party), p.Standing, p.Asked, p.InForce, p.Leaves, p.Signed, p.Provisional, p.Suspended))
	}
	for _, c := range s.Commitments {
		lines = append(lines, fmt.Sprint("commitment ", c.Commitment, party(c.Party), c.At, c.Overdue, c.Breached, c.Suspended))
	}
	for _, d := range s.Disputes {
		lines = append(lines, fmt.Sprint("dispute ", party(d.Party), d.Commitment, d.At))
	}
	if s.Next != nil {
		next := *s.Next
		next.Party = party(next.Party)
		lines = append(lines, fmt.Sprint("next ", next, next.Due))
	}
	for _, d := range decisions {
		lines = append(lines, fmt.Sprint("decision ", d.Trigger(), d.At, d.Outcome))
	}
	slices.Sort(lines)
	return lines
}
