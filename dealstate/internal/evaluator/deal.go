package evaluator

import (
	"slices"
	"time"
)

// deal is everything that is held while the events are folded. All instants are zero where there is none.
type deal struct {
	a        *Agreement
	approval *Condition
	frame    frame
	reached  []time.Time // every instant that any condition names, in order

	now          time.Time // the instant of the act or firing at hand
	state        string
	since        time.Time
	revision     int
	metSince     time.Time // since when the approval condition has been met, before entry into force
	trigger      time.Time // metSince at entry into force
	effectSpent  time.Time // the metSince whose effect clock fired and moved nothing
	inForce      time.Time // entry into force
	reachedFired int       // how many of reached have fired
	parties      []partyFacts
	commitments  []commitmentFacts
	deadline     sides // the deadline for approvals
	term         sides // the end of the term
	timers       []timerFacts
	jointly      bool // of many: suspended by all sides
}

// partyFacts is what is held of one party.
type partyFacts struct {
	approved    time.Time // its latest approval that no rejection, withdrawal or leaving took away
	revision    int       // of the text it approved
	rejected    bool
	withdrew    bool // its last act is a withdrawal
	signed      time.Time
	joins       time.Time // when it is, or will be, bound
	left        time.Time // when it left
	leaves      time.Time // when its notice ends
	atTermsEnd  bool      // its notice ends when the term ends
	suspended   time.Time
	provisional time.Time
}

// commitmentFacts is what is held of one commitment.
type commitmentFacts struct{ performed, breached, overdue, suspended time.Time }

// timerFacts is one own clock: due is zero where it does not run.
type timerFacts struct{ due time.Time }

// sides is a clock that each side may extend for itself: "the clock runs to the earliest instant that any side stands
// by".
type sides struct {
	base  time.Time   // where no extend says otherwise
	until []time.Time // what each side stands by
}

func newDeal(a *Agreement) *deal {
	approval := a.Approval
	if approval == nil {
		approval = everyParty(a)
	}
	n := len(a.Parties)
	d := &deal{a: a, approval: approval, frame: newFrame(a, approval), reached: reachedInstants(a, approval),
		state: negotiated, revision: 1, parties: make([]partyFacts, n),
		commitments: make([]commitmentFacts, len(a.Commitments)), timers: make([]timerFacts, len(a.Timers)),
		deadline: sides{base: a.Deadline, until: make([]time.Time, n)}, term: sides{until: make([]time.Time, n)}}
	if l := a.Lifecycle; l != nil && l.Initial != "" {
		d.state = l.Initial
	}
	return d
}

// reachedInstants lists "every instant named in any condition".
func reachedInstants(a *Agreement, approval *Condition) []time.Time {
	var instants []time.Time
	visit := func(c *Condition) {
		if c.Reached != nil {
			instants = append(instants, c.reachedAt())
		}
	}
	approval.walk(visit)
	if a.Lifecycle != nil {
		for _, r := range a.Lifecycle.Rules {
			r.When.walk(visit)
		}
	}
	slices.SortFunc(instants, time.Time.Compare)
	return slices.Compact(instants)
}

// copy makes a deal that shares nothing that changes.
func (d *deal) copy() *deal {
	c := *d
	c.parties, c.commitments, c.timers = slices.Clone(d.parties), slices.Clone(d.commitments), slices.Clone(d.timers)
	c.deadline.until, c.term.until = slices.Clone(d.deadline.until), slices.Clone(d.term.until)
	return &c
}

// stands tells whether the party's approval of the current revision stands.
func (d *deal) stands(i int) bool {
	p := &d.parties[i]
	return !p.approved.IsZero() && p.revision == d.revision
}

// bound tells whether the party is bound now.
func (d *deal) bound(i int) bool {
	p := &d.parties[i]
	return d.inForceState(d.state) && !p.joins.IsZero() && !p.joins.After(d.now)
}

// joinInstant tells from when an approval binds: "whether an approval comes before or after the trigger is judged by
// instants". "One dated at the trigger is bound from entry into force; with `"from":"force"`, one dated at entry into
// force counts its own delay."
func (d *deal) joinInstant(approved time.Time) time.Time {
	own := d.a.Join
	if own == nil {
		own = d.a.Effect // `join` … "default: "effect""
	}
	fromForce := d.a.Join != nil && d.a.Join.FromForce
	switch {
	case fromForce && approved.Before(d.inForce), !fromForce && !approved.After(d.trigger):
		return d.inForce
	case own == nil:
		return later(d.inForce, approved)
	}
	return later(d.inForce, own.after(approved))
}

// enterForce notes entry into force now, and from when each party is bound.
func (d *deal) enterForce() {
	d.inForce = d.now
	if d.trigger = d.metSince; d.trigger.IsZero() {
		d.trigger = d.now
	}
	nobody := d.approval.asksNobody()
	for i := range d.parties {
		p := &d.parties[i]
		p.joins = time.Time{}
		switch {
		case nobody && p.left.IsZero() && !p.rejected:
			p.joins = d.inForce // "a condition that asks nobody binds every party"
		case d.stands(i):
			p.joins = d.joinInstant(p.approved)
		}
	}
}

// leaveForce notes the end of the deal: "Leaving, or the deal's end, stops the clock."
func (d *deal) leaveForce() {
	d.jointly = false
	for i := range d.parties {
		p := &d.parties[i]
		p.joins, p.leaves, p.atTermsEnd, p.suspended = time.Time{}, time.Time{}, false, time.Time{}
	}
}

// move changes the state now. renamed tells that a rule's to names the state even where it is the same.
func (d *deal) move(to string, named bool) {
	from := d.state
	wasIn, isIn := d.inForceState(from), d.inForceState(to)
	if to != from {
		d.state, d.since = to, d.now
	}
	switch {
	case !wasIn && isIn:
		if from != expired || to != implemented {
			d.startTerm() // a term that an extend has set on revival stays
		}
		d.enterForce()
	case wasIn && !isIn:
		d.leaveForce()
	}
	ended := slices.Contains([]string{lapsed, expired, terminated}, to)
	if isIn || ended || from == provisional && to != provisional {
		d.endApplication() // "entry into force ends it"
	}
	d.moveTimers(to != from, named)
}

func (d *deal) startTerm() {
	d.term = sides{until: make([]time.Time, len(d.parties))}
	if d.a.Term != nil {
		d.term.base = d.a.Term.after(d.now)
	}
}

func (d *deal) endApplication() {
	for i := range d.parties {
		d.parties[i].provisional = time.Time{}
	}
}

// moveTimers follows "it runs from entry to a state that one of its rules leaves; only a rule whose `to` names that
// state restarts it".
func (d *deal) moveTimers(entered, named bool) {
	for i, t := range d.a.Timers {
		runs := slices.ContainsFunc(d.rules(), func(r Rule) bool { return r.On == t.ID && slices.Contains(r.From, d.state) })
		switch {
		case !runs:
			d.timers[i].due = time.Time{}
		case entered || named:
			d.timers[i].due = t.After.after(d.now)
		}
	}
}

func (d *deal) rules() []Rule {
	if d.a.Lifecycle == nil {
		return nil
	}
	return d.a.Lifecycle.Rules
}

// place is where the approvals put a deal that is not in force.
func (d *deal) place() string {
	switch d.judgeApproval() {
	case Lost:
		return rejected
	case Met:
		return approved
	}
	if d.frame.two {
		first, second := d.stands(0), d.stands(1)
		switch {
		case first && !second:
			return d.frame.names[1]
		case second && !first:
			return d.frame.names[0]
		}
	}
	return awaiting
}

// judged is where the deal stands after something that may have changed what the condition reads. Talks go on in
// negotiated until the condition is met or lost; a provisional deal stays provisional.
func (d *deal) judged() string {
	switch {
	case !d.frame.standard || d.state == provisional || !d.takes("reached", d.state):
		return d.state
	case d.state == negotiated && d.judgeApproval() == Pending:
		return negotiated
	}
	return d.place()
}

// noteMet keeps since when the condition has been met. In force the question is settled.
func (d *deal) noteMet() {
	if d.inForceState(d.state) {
		return
	}
	isMet := d.judgeApproval() == Met
	switch {
	case !isMet:
		d.metSince = time.Time{}
	case d.metSince.IsZero():
		d.metSince = d.now
	}
}

// due is when the clock of all sides runs out; zero where some side has none.
//
// Settled here: a party that has left is no side.
func (d *deal) due(s *sides) time.Time {
	var earliest time.Time
	for i := range d.parties {
		at := s.base
		if !s.until[i].IsZero() {
			at = s.until[i]
		}
		switch {
		case !d.parties[i].left.IsZero():
		case at.IsZero():
			return time.Time{}
		case earliest.IsZero() || at.Before(earliest):
			earliest = at
		}
	}
	return earliest
}

// setByExtend tells whether it is an extend that set when the clock runs out.
//
// Settled here: an extend by one side that leaves the others at the old instant has not set the clock.
func (d *deal) setByExtend(s *sides) bool {
	due := d.due(s)
	for i := range d.parties {
		if d.parties[i].left.IsZero() && s.until[i].Equal(due) {
			return true
		}
	}
	return false
}
