package evaluator

import (
	"slices"
	"time"
)

// deal is everything that is held while the events are folded. All instants are zero where there is none.
type deal struct {
	a        *Agreement
	approval *Condition
	asked    []bool // by party: the condition asks for its approval
	frame    frame
	reached  []time.Time // every instant that any condition names, in order

	now          time.Time // the instant of the act or firing at hand
	state        string
	since        time.Time
	revision     int
	metSince     time.Time            // since when the approval condition has been met
	trigger      time.Time            // metSince at entry into force
	inForce      time.Time            // entry into force
	reachedFired int                  // how many of reached have fired
	fired        map[string]time.Time // by clock: the due instant that it has fired at last
	lastLeft     time.Time            // when a party's notice ended last
	parties      []partyFacts
	commitments  []commitmentFacts
	disputes     []dispute // that are open
	deadline     sides     // the deadline for approvals
	term         sides     // the end of the term
	timers       []timerFacts
}

// partyFacts is what is held of one party.
type partyFacts struct {
	approved    time.Time // its latest approval that no rejection, withdrawal or leaving took away
	revision    int       // of the text it approved
	anew        bool      // that approval came after it had left
	rejected    bool
	act         string // the kind of its last act of consent
	signed      time.Time
	noticed     bool      // a notice of its leaving runs
	noticeKind  string    // the kind of event that gave it
	leaves      time.Time // when it ends; zero while one runs: when the term ends
	suspended   time.Time
	provisional time.Time
}

// hasLeft tells whether its last act was to leave, or to refuse.
func (p *partyFacts) hasLeft() bool { return p.act == "withdraw" || p.act == "terminate" }

// commitmentFacts is what is held of one commitment.
type commitmentFacts struct {
	performed, breached, overdue, suspended time.Time
	fired                                   time.Time // the deadline that has been seen to
}

// dispute is one that is open.
type dispute struct{ id, commitment string }

// timerFacts is one own clock: due is zero where it does not run.
type timerFacts struct {
	due   time.Time
	fired bool
}

// sides is a clock that each side may extend for itself: "the clock runs to the earliest instant that any side stands
// by".
type sides struct {
	base    time.Time   // where no side says otherwise
	jointly bool        // the base is what all sides have extended it to
	until   []time.Time // what each side stands by
}

func newDeal(a *Agreement) *deal {
	approval := a.Approval
	if approval == nil {
		approval = everyParty(a)
	}
	n := len(a.Parties)
	d := &deal{a: a, approval: approval, asked: approval.asks(a), fired: map[string]time.Time{}, frame: newFrame(a, approval), reached: reachedInstants(a, approval),
		state: negotiated, revision: 1, parties: make([]partyFacts, n),
		commitments: make([]commitmentFacts, len(a.Commitments)), timers: make([]timerFacts, len(a.Timers)),
		deadline: sides{base: a.Deadline, until: make([]time.Time, n)}, term: sides{until: make([]time.Time, n)}}
	d.state = d.initial()
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
	return &c
}

// stands tells whether the party's approval of the current revision stands.
func (d *deal) stands(i int) bool {
	p := &d.parties[i]
	return !p.approved.IsZero() && p.revision == d.revision
}

// bound tells whether the party is bound now.
func (d *deal) bound(i int) bool {
	joins := d.joins(i)
	return !joins.IsZero() && !joins.After(d.now)
}

// joins is when the party is, or will be, bound: zero, it will not.
func (d *deal) joins(i int) time.Time {
	p := &d.parties[i]
	switch {
	case !d.inForceState(d.state):
	case !slices.Contains(d.asked, true) && !p.hasLeft() && !(p.anew && !p.approved.Before(d.inForce)):
		return d.inForce // "a condition that asks nobody binds every party"
	case d.stands(i):
		return d.joinInstant(p.approved)
	}
	return time.Time{}
}

// joinInstant tells from when an approval binds: "whether an approval comes before or after the trigger is judged by
// instants". "One dated at the trigger is bound from entry into force; with `"from":"force"`, one dated at entry into
// force counts its own delay."
//
// Settled here: where the trigger is the entry into force itself, the first sentence holds.
func (d *deal) joinInstant(approved time.Time) time.Time {
	own := d.a.Join
	if own == nil {
		own = d.a.Effect // `join` … "default: "effect""
	}
	fromForce := d.a.Join != nil && d.a.Join.FromForce
	switch {
	case fromForce && approved.Before(d.inForce), !approved.After(d.trigger):
		return d.inForce
	case own == nil:
		return later(d.inForce, approved)
	}
	return later(d.inForce, own.after(approved))
}

// leaveForce notes the end of the deal: "Leaving, or the deal's end, stops the clock."
func (d *deal) leaveForce() {
	for i := range d.parties {
		p := &d.parties[i]
		p.noticed, p.leaves, p.suspended = false, time.Time{}, time.Time{}
	}
}

// move changes the state now. named tells that a rule's `to` names the state even where it is the same; extending, that
// an extend does it.
func (d *deal) move(to string, named, extending bool) {
	if from := d.state; to != from {
		wasIn, isIn := d.inForceState(from), d.inForceState(to)
		d.state, d.since = to, d.now
		switch {
		case !wasIn && isIn:
			d.enterForce(extending)
		case wasIn && !isIn:
			d.leaveForce()
		}
		if from == provisional {
			d.endApplication()
		}
		if to == d.initial() {
			d.newRound()
		}
	}
	if named {
		d.moveTimers()
	}
}

// enterForce notes entry into force now; the term that an extend has just set stays. "entry into force ends" provisional
// application.
func (d *deal) enterForce(extending bool) {
	d.inForce, d.trigger = d.now, d.metSince
	d.endApplication()
	if extending {
		return
	}
	d.term = sides{until: make([]time.Time, len(d.parties))}
	if d.a.Term != nil {
		d.term.base = d.a.Term.after(d.now)
	}
}

// newRound: a deal that comes back to where it began starts over, "a new round drops a passed deadline".
//
// Settled here: the text counts as a new revision, so that approvals are stale and rejections and signatures are gone.
func (d *deal) newRound() {
	d.newText()
	d.inForce, d.term = time.Time{}, sides{until: make([]time.Time, len(d.parties))}
	if due := d.due(&d.deadline); !due.IsZero() && !due.After(d.now) {
		d.deadline = sides{until: make([]time.Time, len(d.parties))}
	}
}

func (d *deal) newText() {
	d.revision++
	for i := range d.parties {
		d.parties[i].rejected, d.parties[i].signed = false, time.Time{}
	}
}

func (d *deal) initial() string {
	if l := d.a.Lifecycle; l != nil && l.Initial != "" {
		return l.Initial
	}
	return negotiated
}

func (d *deal) endApplication() {
	for i := range d.parties {
		d.parties[i].provisional = time.Time{}
	}
}

// moveTimers follows "it runs from entry to a state that one of its rules leaves; only a rule whose `to` names that
// state restarts it".
//
// Settled here: a standard rule that names the state, as an approval's does in awaiting_approvals, restarts it too.
func (d *deal) moveTimers() {
	for i, t := range d.a.Timers {
		runs := slices.ContainsFunc(d.rules(), func(r Rule) bool { return r.On == t.ID && slices.Contains(r.From, d.state) })
		if d.timers[i] = (timerFacts{}); runs {
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
	return d.awaitingState()
}

// awaitingState is where a deal waits for approvals: of two parties, for one that is named.
func (d *deal) awaitingState() string {
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

func (d *deal) isOpen(state string) bool {
	return state == negotiated || state == awaiting || d.frame.two && slices.Contains(d.frame.names[:], state)
}

// judged leads where the condition puts the deal after something, other than an approval, that it may read. Talks go on
// until it is met or lost.
func (d *deal) judged(v verdict) verdict {
	if d.frame.two || !d.frame.standard {
		return v
	}
	result := d.judgeApproval()
	switch {
	case result == Met && (d.isOpen(d.state) || d.state == rejected):
		return v.leads(approved)
	case result == Pending && (d.state == approved || d.state == rejected):
		return v.leads(awaiting)
	case result == Lost && (d.isOpen(d.state) || d.state == approved) && v.rule == "reached":
		return v.leads(rejected)
	}
	return v
}

// noteMet keeps since when the condition has been met.
func (d *deal) noteMet() {
	isMet := d.judgeApproval() == Met
	switch {
	case !isMet:
		d.metSince = time.Time{}
	case d.metSince.IsZero():
		d.metSince = d.now
	}
}

// due is when the clock of all sides runs out: "the clock runs to the earliest instant that any side stands by".
//
// Settled here: a party that has left is a side all the same.
func (d *deal) due(s *sides) time.Time {
	earliest := s.of(0)
	for i := range s.until {
		if at := s.of(i); at.Before(earliest) {
			earliest = at
		}
	}
	return earliest
}

// of is what one side stands by.
func (s *sides) of(i int) time.Time {
	if s.until[i].IsZero() {
		return s.base
	}
	return s.until[i]
}

// setByExtend tells whether it is an extend that set when the clock runs out.
//
// Settled here: an extend by one side that leaves the others at the old instant has not set the clock.
func (d *deal) setByExtend(s *sides) bool { return s.jointly || !d.due(s).Equal(s.base) }
