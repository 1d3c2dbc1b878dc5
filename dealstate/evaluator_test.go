package dealstate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/evaluator"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// The core and the evaluator, which shares no code with it, are asked the same question
// through the two JSON formats, and must give the same answer.

// question is a deal with its log, and the view in which it is looked at.
type question struct {
	agreement dealstate.Agreement
	events    []dealstate.Event
	view      dealstate.View
}

// String writes the question as the formats do, so that it can be kept as a case.
func (q question) String() string {
	agreement, _ := json.Marshal(q.agreement)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", agreement)
	for _, e := range q.events {
		line, _ := json.Marshal(e)
		fmt.Fprintf(&b, "%s\n", line)
	}
	fmt.Fprintf(&b, "as of %s, known by %s, %s", say(q.view.AsOf), say(q.view.KnownBy), q.view.Policy.Name)
	return b.String()
}

func say(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02T15:04:05.999999999Z")
}

// core gives the library's answer, one fact a line.
func (q question) core() (string, error) {
	m, err := dealstate.Compile(q.agreement)
	if err != nil {
		return "", err
	}
	return q.coreBy(m)
}

// coreBy is core's answer by a machine that is compiled already.
func (q question) coreBy(m *dealstate.Machine) (string, error) {
	s, decisions, err := m.Fold(q.events, q.view)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "state %s since %s revision %d in force %s awaiting %v\n", s.State, say(s.Since), s.Revision, say(s.InForce), s.Awaiting)
	for _, p := range s.Parties {
		standing := p.Standing.String()
		if p.Standing == dealstate.StandingOutstanding {
			standing = "none"
		}
		fmt.Fprintf(&b, "party %s %s in force %s leaves %s signed %t suspended %t provisional %t\n",
			p.Party, standing, say(p.InForce), say(p.Leaves), p.Signed, p.Suspended, p.Provisional)
	}
	for _, c := range s.Commitments {
		fmt.Fprintf(&b, "commitment %s deadline %s performed %s overdue %s breached %s suspended %t\n",
			c.Commitment, say(c.Deadline), say(c.At), say(c.Overdue), say(c.Breached), c.Suspended)
	}
	if n := s.Next; n != nil {
		name := n.Clock.String()
		if n.Clock == dealstate.Timed {
			name = n.Timer
		}
		fmt.Fprintf(&b, "next %s of %q at %s\n", name, n.Party+n.Commitment, say(n.Due))
	}
	for _, d := range decisions {
		if d.Event != "" {
			fmt.Fprintf(&b, "event %s %s %s to %s\n", d.Event, d.Outcome, d.From, d.To)
		}
	}
	return b.String(), nil
}

// independent gives the evaluator's answer in the same lines.
func (q question) independent() (string, error) {
	text, err := json.Marshal(q.agreement)
	if err != nil {
		return "", err
	}
	a, err := evaluator.ReadAgreement(bytes.NewReader(text))
	if err != nil {
		return "", err
	}
	var lines bytes.Buffer
	for _, e := range q.events {
		if err := json.NewEncoder(&lines).Encode(e); err != nil {
			return "", err
		}
	}
	events, err := evaluator.ReadEvents(a, &lines)
	if err != nil {
		return "", err
	}
	s, err := evaluator.Evaluate(a, events, evaluator.View{AsOf: q.view.AsOf, KnownBy: q.view.KnownBy, Policy: q.view.Policy.Name})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "state %s since %s revision %d in force %s awaiting %v\n", s.State, say(s.Since), s.Revision, say(s.InForce), s.Awaiting)
	for _, p := range s.Parties {
		fmt.Fprintf(&b, "party %s %s in force %s leaves %s signed %t suspended %t provisional %t\n",
			p.Party, p.Standing, say(p.InForce), say(p.Leaves), !p.Signed.IsZero(), !p.Suspended.IsZero(), !p.Provisional.IsZero())
	}
	for _, c := range s.Commitments {
		fmt.Fprintf(&b, "commitment %s deadline %s performed %s overdue %s breached %s suspended %t\n",
			c.Commitment, say(c.Deadline), say(c.Performed), say(c.Overdue), say(c.Breached), !c.Suspended.IsZero())
	}
	if n, runs := s.Next(); runs {
		fmt.Fprintf(&b, "next %s of %q at %s\n", n.Name, n.Of, say(n.Due))
	}
	for _, d := range s.Decisions {
		if d.Outcome != evaluator.Duplicate {
			fmt.Fprintf(&b, "event %s %s %s to %s\n", d.Event, d.Outcome, d.From, d.To)
		}
	}
	return b.String(), nil
}

// differences lists the lines in which the two answers differ.
func (q question) differences() (string, error) {
	left, err := q.core()
	if err != nil {
		return "", fmt.Errorf("core: %w", err)
	}
	right, err := q.independent()
	if err != nil {
		return "", fmt.Errorf("evaluator: %w", err)
	}
	if left == right {
		return "", nil
	}
	var b strings.Builder
	l, r := strings.Split(left, "\n"), strings.Split(right, "\n")
	for i := range max(len(l), len(r)) {
		var core, other string
		if i < len(l) {
			core = l[i]
		}
		if i < len(r) {
			other = r[i]
		}
		if core != other {
			fmt.Fprintf(&b, "core:      %s\nevaluator: %s\n", core, other)
		}
	}
	return b.String(), nil
}

// differs tells whether there is something to find out about the question.
func (q question) differs() bool {
	text, err := q.differences()
	return err == nil && text != ""
}

// smallest leaves out of the question whatever the difference does not need.
func (q question) smallest() question { return q.shrunk(question.differs) }

// shrunk leaves out whatever the question does not need to be as it is.
func (q question) shrunk(is func(question) bool) question {
	for again := true; again; {
		again = false
		for _, less := range q.smaller() {
			if is(less) {
				q, again = less, true
				break
			}
		}
	}
	return q
}

// smaller gives the question without one thing each.
func (q question) smaller() []question {
	var all []question
	for i := len(q.events) - 1; i >= 0; i-- {
		less := q
		less.events = slices.Delete(slices.Clone(q.events), i, i+1)
		all = append(all, less)
	}
	before, _ := json.Marshal(q.agreement)
	for _, simpler := range simplifications {
		less := q
		less.agreement = simpler(q.agreement)
		if after, _ := json.Marshal(less.agreement); !bytes.Equal(before, after) {
			all = append(all, less)
		}
	}
	if less := q; !q.view.KnownBy.IsZero() {
		less.view.KnownBy = time.Time{}
		all = append(all, less)
	}
	return all
}

// simplifications each leave one key out of an agreement.
var simplifications = func() []func(dealstate.Agreement) dealstate.Agreement {
	type agreement = dealstate.Agreement
	list := []func(agreement) agreement{
		func(a agreement) agreement { a.Lifecycle, a.Timers = nil, nil; return a },
		func(a agreement) agreement { a.Approval = condition.Condition{}; return a },
		func(a agreement) agreement { a.Effect = nil; return a },
		func(a agreement) agreement { a.Term, a.Renew = nil, nil; return a },
		func(a agreement) agreement { a.Renew = nil; return a },
		func(a agreement) agreement { a.Notice = nil; return a },
		func(a agreement) agreement { a.Join = nil; return a },
		func(a agreement) agreement { a.Deadline = time.Time{}; return a },
		func(a agreement) agreement { a.Commitments = nil; return a },
	}
	for i := range 5 {
		list = append(list, func(a agreement) agreement {
			if a.Lifecycle == nil || i >= len(a.Lifecycle.Rules) {
				return a
			}
			l := *a.Lifecycle
			l.Rules = slices.Delete(slices.Clone(l.Rules), i, i+1)
			a.Lifecycle = &l
			return a
		}, func(a agreement) agreement {
			if i >= len(a.Parties) {
				return a
			}
			a.Parties = slices.Delete(slices.Clone(a.Parties), i, i+1)
			return a
		}, func(a agreement) agreement {
			if i >= len(a.Commitments) {
				return a
			}
			a.Commitments = slices.Delete(slices.Clone(a.Commitments), i, i+1)
			return a
		})
	}
	return list
}()

// The random questions: agreements with every key, and logs that use them.

const (
	questionDays   = 40     // over which a log is spread
	logsEach       = 5      // of one agreement
	manyAgreements = 20_000 // the whole proof: 100,000 questions
	fewAgreements  = 40
)

var questionDay = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// asker makes random questions.
type asker struct{ *rand.Rand }

func (r asker) chance(percent int) bool { return r.IntN(100) < percent }

func (r asker) day() time.Time { return questionDay.AddDate(0, 0, r.IntN(questionDays)) }

func (r asker) days(least, most int) dealstate.Delay {
	return dealstate.Delay{Days: least + r.IntN(most-least+1)}
}

// delay is a number of days, or now and then another form of delay.
func (r asker) delay(least, most int) dealstate.Delay {
	switch r.IntN(10) {
	case 0:
		return dealstate.Delay{Months: 1}
	case 1:
		return dealstate.Delay{FirstOfMonth: 1}
	case 2:
		return dealstate.Delay{Days: least, NotBefore: r.day()}
	}
	return r.days(least, most)
}

func (r asker) maybe(percent, least, most int) *dealstate.Delay {
	if !r.chance(percent) {
		return nil
	}
	d := r.delay(least, most)
	return &d
}

func (r asker) agreement() dealstate.Agreement {
	a := dealstate.Agreement{ID: "deal", Effect: r.maybe(50, 0, 5), Term: r.maybe(40, 1, 20)}
	for i := range pick(r.Rand, []int{2, 2, 2, 3, 3, 4, 5}) {
		p := dealstate.Party{ID: string(rune('a' + i)), Weight: int64(1 + r.IntN(4))}
		if r.chance(50) {
			p.Approver = []string{"Ann", "Bob Bee", "Cho", "Dee", "Eli"}[i]
		}
		if r.chance(50) || i == 0 {
			p.Groups = []string{"g"}
		}
		a.Parties = append(a.Parties, p)
	}
	for i := range r.IntN(3) {
		c := dealstate.Commitment{ID: fmt.Sprintf("k%d", i), Party: r.party(a)}
		switch r.IntN(3) {
		case 0:
			c.Deadline = r.day()
		case 1:
			c.Within = r.maybe(100, 0, 6)
		}
		a.Commitments = append(a.Commitments, c)
	}
	if r.chance(50) {
		a.Approval = r.condition(a, r.IntN(3), false)
	}
	if r.chance(40) {
		a.Deadline = r.day()
	}
	if a.Term != nil && r.chance(40) {
		d := r.days(1, 9)
		a.Renew = &d
	}
	if r.chance(30) {
		a.Join = &dealstate.Join{Delay: r.delay(1, 6), From: pick(r.Rand, []dealstate.JoinFrom{0, dealstate.FromTrigger, dealstate.FromForce, dealstate.FromForce})}
	}
	if r.chance(50) {
		a.Notice = &dealstate.NoticePeriod{Delay: r.delay(1, 9)}
		if r.chance(20) {
			a.Notice = &dealstate.NoticePeriod{On: dealstate.Day{Month: time.January, Day: 20 + r.IntN(10)}, By: dealstate.Day{Month: time.January, Day: 1 + r.IntN(15)}}
		}
	}
	if r.chance(30) {
		r.lifecycle(&a)
	}
	return a
}

func (r asker) party(a dealstate.Agreement) string { return pick(r.Rand, a.Parties).ID }

func (r asker) threshold(most int) condition.Threshold {
	switch r.IntN(3) {
	case 0:
		return condition.Fraction(2, 3)
	case 1:
		return condition.Percent(50)
	}
	return condition.AtLeast(int64(1 + r.IntN(most)))
}

// condition is an approval condition, or where it is a guard what only guards ask.
func (r asker) condition(a dealstate.Agreement, depth int, guard bool) condition.Condition {
	if depth > 0 && r.chance(60) {
		var parts []condition.Condition
		for range 1 + r.IntN(3) {
			parts = append(parts, r.condition(a, depth-1, guard))
		}
		switch r.IntN(5) {
		case 0:
			return condition.Not(parts[0])
		case 1, 2:
			return condition.Any(parts...)
		}
		return condition.All(parts...)
	}
	if guard && r.chance(50) {
		switch r.IntN(5) {
		case 0:
			return condition.ApprovalMet()
		case 1:
			return condition.ApprovalLost()
		case 2:
			return condition.Due(pick(r.Rand, []string{"deadline", "effect", "term", a.Timers[0].ID}))
		case 3:
			return condition.ActOf("")
		default:
			return condition.ActOf(r.party(a))
		}
	}
	group := pick(r.Rand, []string{"", "", "g"})
	switch n := r.IntN(16); {
	case n < 2:
		return condition.Count(r.threshold(2), group)
	case n == 2:
		return condition.CountSigned(r.threshold(2), group)
	case n < 5:
		return condition.Share(r.threshold(3), group, 0)
	case n == 5:
		return condition.ShareSigned(r.threshold(3), group, 0)
	case n < 8:
		return condition.Reached(r.day())
	case n == 8:
		return condition.Signed(r.party(a))
	case n < 11 && len(a.Commitments) > 0:
		return condition.Performed(pick(r.Rand, a.Commitments).ID)
	}
	return condition.Approved(r.party(a))
}

// lifecycle extends the standard one by states, rules and a timer. Own rules come before
// all the standard ones or after them: the evaluator knows the standard ones by what they
// do, and not one by one.
func (r asker) lifecycle(a *dealstate.Agreement) {
	l := dealstate.Lifecycle{Extends: "standard", States: []dealstate.State{"phase"}}
	if r.chance(50) {
		l.States = append(l.States, "other")
	}
	for _, s := range l.States {
		if r.chance(50) {
			l.InForce = append(l.InForce, s)
		} else if r.chance(20) {
			l.Final = append(l.Final, s)
		}
	}
	known := append([]dealstate.State{dealstate.StateNegotiated, dealstate.StateAwaitingApprovals, dealstate.StateApproved, dealstate.StateProvisional,
		dealstate.StateImplemented, dealstate.StateImplemented, dealstate.StateImplemented, dealstate.StateSuspended, dealstate.StateRejected, dealstate.StateLapsed, dealstate.StateExpired}, l.States...)
	for i := range 1 + r.IntN(2) {
		a.Timers = append(a.Timers, dealstate.OwnTimer{ID: fmt.Sprintf("timer%d", i), After: r.delay(1, 8)})
	}
	for i := range 2 + r.IntN(4) {
		rule := dealstate.Rule{ID: fmt.Sprintf("own%d", i), On: pick(r.Rand, ownTriggers), From: []dealstate.State{pick(r.Rand, known)}, Order: 5 + i}
		if i < len(a.Timers) {
			rule.On = dealstate.Timer(a.Timers[i].ID)
		}
		if s := pick(r.Rand, known); s != rule.From[0] {
			rule.From = append(rule.From, s)
		}
		if r.chance(80) {
			rule.To = pick(r.Rand, append(known, l.States...))
		}
		if i >= len(a.Timers) && i < len(a.Timers)+len(l.States) {
			rule.To = l.States[i-len(a.Timers)]
		}
		if r.chance(40) {
			rule.When = r.condition(*a, 1, true)
		}
		if r.chance(50) {
			rule.Order = -9 + i
		}
		l.Rules = append(l.Rules, rule)
	}
	a.Lifecycle = &l
}

var ownTriggers = []dealstate.Trigger{dealstate.Negotiate, dealstate.Sign, dealstate.Submit, dealstate.Approve, dealstate.Reject, dealstate.Withdraw,
	dealstate.Amend, dealstate.Apply, dealstate.Implement, dealstate.Implement, dealstate.Perform, dealstate.Breach, dealstate.Dispute, dealstate.Settle, dealstate.Suspend, dealstate.Resume,
	dealstate.Extend, dealstate.Terminate, dealstate.Reached, dealstate.Notice, dealstate.Term, dealstate.Overdue, dealstate.Deadline}

// A course is what a log tells of: how it opens, and which kinds are likelier after that.
// Random kinds alone would seldom bring a deal into force.
type course struct {
	opens  func(r asker, a dealstate.Agreement) []dealstate.Event // without ids and instants
	likely []dealstate.Kind
}

var courses = []course{
	{func(asker, dealstate.Agreement) []dealstate.Event { return nil },
		[]dealstate.Kind{dealstate.Approve, dealstate.Approve, dealstate.Approve, dealstate.Withdraw, dealstate.Implement, dealstate.Perform, dealstate.Sign}},
	{inForceAt, []dealstate.Kind{dealstate.Withdraw, dealstate.Withdraw, dealstate.Approve, dealstate.Approve, dealstate.Suspend, dealstate.Resume, dealstate.Perform,
		dealstate.Breach, dealstate.Extend, dealstate.Dispute, dealstate.Settle, dealstate.Terminate}},
	{inForceAt, []dealstate.Kind{dealstate.Withdraw, dealstate.Approve, dealstate.Suspend, dealstate.Suspend, dealstate.Resume, dealstate.Resume, dealstate.Extend}},
	{appliedAt, []dealstate.Kind{dealstate.Approve, dealstate.Approve, dealstate.Reject, dealstate.Amend, dealstate.Withdraw, dealstate.Apply, dealstate.Terminate, dealstate.Implement, dealstate.Suspend, dealstate.Resume}},
	{rejectedAt, []dealstate.Kind{dealstate.Approve, dealstate.Approve, dealstate.Approve, dealstate.Reject, dealstate.Sign, dealstate.Perform, dealstate.Breach, dealstate.Amend, dealstate.Extend, dealstate.Negotiate}},
	{func(asker, dealstate.Agreement) []dealstate.Event { return nil },
		[]dealstate.Kind{dealstate.Perform, dealstate.Breach, dealstate.Sign, dealstate.Sign, dealstate.Approve, dealstate.Extend, dealstate.Extend, dealstate.Reject, dealstate.Negotiate}},
}

func inForceAt(r asker, a dealstate.Agreement) []dealstate.Event {
	events := allDo(a, dealstate.Approve)
	for _, c := range a.Commitments {
		events = append(events, dealstate.Event{Kind: dealstate.Perform, Party: c.Party, Commitment: c.ID})
	}
	events = append(events, dealstate.Event{Kind: dealstate.Sign}, dealstate.Event{Kind: dealstate.Implement})
	for range r.IntN(3) { // one of them is missing
		i := r.IntN(len(events))
		events = slices.Delete(events, i, i+1)
	}
	return events
}

func appliedAt(r asker, a dealstate.Agreement) []dealstate.Event {
	events := []dealstate.Event{{Kind: dealstate.Apply}}
	if r.chance(30) {
		events = allDo(a, dealstate.Apply)
	}
	return append(events, allDo(a, dealstate.Approve)[r.IntN(len(a.Parties)):]...)
}

func rejectedAt(r asker, a dealstate.Agreement) []dealstate.Event {
	return allDo(a, dealstate.Reject)[:1+r.IntN(2)]
}

func allDo(a dealstate.Agreement, kind dealstate.Kind) []dealstate.Event {
	var events []dealstate.Event
	for _, p := range a.Parties {
		events = append(events, dealstate.Event{Kind: kind, Party: p.ID})
	}
	return events
}

var questionRoles = []dealstate.Role{dealstate.Approver, dealstate.Government, dealstate.Negotiator, dealstate.Counterparty, dealstate.Press}

// log makes events of which no two are at one instant.
func (r asker) log(a dealstate.Agreement) []dealstate.Event {
	of := pick(r.Rand, courses)
	events := of.opens(r, a)
	opening, n := len(events), len(events)+2+r.IntN(18)
	at := r.Perm(questionDays * 4)[:n]
	slices.Sort(at[:min(n, opening*2)]) // the opening comes early, for the most part
	for i := range n {
		when := questionDay.Add(time.Duration(at[i]) * 6 * time.Hour)
		if i >= opening {
			kind := pick(r.Rand, dealstate.Kinds())
			if r.chance(60) {
				kind = pick(r.Rand, of.likely)
			}
			events = append(events, r.event(a, kind, when, n))
		}
		e := &events[i]
		e.ID, e.Deal, e.At = fmt.Sprintf("e%02d", i), a.ID, when
		if e.Role == 0 {
			e.Role = dealstate.Instrument
		}
		if e.Ref == e.ID {
			e.Ref = ""
			e.Kind = dealstate.Note
		}
		if e.Role == dealstate.Approver {
			e.By = speaker(a, *e)
		}
	}
	return append(events, events[r.IntN(n)]) // one is told twice
}

// speaker is somebody who may speak of the act as approver: the evaluator goes by roles.
func speaker(a dealstate.Agreement, e dealstate.Event) string {
	party := e.Party
	for _, c := range a.Commitments {
		if party == "" && c.ID == e.Commitment {
			party = c.Party // who performs it, or breaks it
		}
	}
	for _, p := range a.Parties {
		if p.Approver != "" && (p.ID == party || party == "") {
			return p.Approver
		}
	}
	return "the head of state"
}

func (r asker) event(a dealstate.Agreement, kind dealstate.Kind, at time.Time, n int) dealstate.Event {
	e := dealstate.Event{Kind: kind, Role: dealstate.Instrument, At: at}
	if r.chance(25) {
		e.Role = pick(r.Rand, questionRoles)
	}
	if len(a.Commitments) == 0 && (e.Kind == dealstate.Perform || e.Kind == dealstate.Breach) {
		e.Kind = dealstate.Approve
	}
	mustName := e.Kind == dealstate.Approve || e.Kind == dealstate.Reject || e.Kind == dealstate.Withdraw
	if mustName || r.chance(50) {
		e.Party = r.party(a)
	}
	if r.chance(5) {
		e.Modality = pick(r.Rand, []dealstate.Modality{dealstate.Conditional, dealstate.Denied, dealstate.Planned})
	}
	if r.chance(30) {
		e.Recorded = at.Add(time.Duration(r.IntN(15*24)) * time.Hour)
	}
	if r.chance(5) {
		e.Revision = 1 + r.IntN(3)
	}
	r.needs(a, &e, n)
	return e
}

// needs fills in what the kind asks for.
func (r asker) needs(a dealstate.Agreement, e *dealstate.Event, n int) {
	switch e.Kind {
	case dealstate.Perform, dealstate.Breach:
		c := pick(r.Rand, a.Commitments)
		e.Commitment = c.ID
		if e.Party != "" && !(e.Kind == dealstate.Breach && (e.Role == dealstate.Instrument || e.Role == dealstate.Counterparty)) {
			e.Party = c.Party
		}
	case dealstate.Suspend, dealstate.Resume, dealstate.Dispute, dealstate.Settle:
		if len(a.Commitments) > 0 && r.chance(30) {
			e.Commitment = pick(r.Rand, a.Commitments).ID
		}
	case dealstate.Retract:
		e.Ref = fmt.Sprintf("e%02d", r.IntN(3*n)) // most are not on record
	case dealstate.Extend:
		e.Until = e.At.AddDate(0, 0, r.IntN(30)-4)
		if r.chance(40) {
			e.Party = ""
		}
	case dealstate.Withdraw:
		if r.chance(20) {
			e.Until = e.At.AddDate(0, 0, r.IntN(15)-2)
		}
	}
}

// questions makes some about one agreement that compiles.
func (r asker) questions(n int) []question {
	a := r.agreement()
	for {
		if _, err := dealstate.Compile(a); err == nil {
			break
		}
		a = r.agreement()
	}
	of := make([]question, n)
	for i := range of {
		q := question{agreement: a, events: r.log(a)}
		if r.chance(80) {
			q.view.AsOf = questionDay.Add(time.Duration(r.IntN((questionDays+30)*8)) * 3 * time.Hour)
		}
		if r.chance(20) {
			q.view.KnownBy = questionDay.Add(time.Duration(r.IntN((questionDays+20)*4)) * 6 * time.Hour)
		}
		q.view.Policy = pick(r.Rand, []dealstate.Policy{dealstate.Strict, dealstate.Strict, dealstate.Official, dealstate.Reported})
		of[i] = q
	}
	return of
}

func TestTheCoreAnswersAsTheIndependentEvaluator(t *testing.T) {
	t.Parallel()
	for seed := range proof.Times(manyAgreements, fewAgreements) {
		for _, q := range (asker{rand.New(rand.NewPCG(uint64(seed), 12))}).questions(logsEach) {
			text, err := q.differences()
			require.NoError(t, err, "seed %d: %s", seed, q)
			if text != "" {
				q = q.smallest()
				text, _ = q.differences()
				t.Fatalf("seed %d, at its smallest:\n%s\n%s", seed, q, text)
			}
		}
	}
}
