package dealstate

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/bitset"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// Cursor moves one deal along without a log: for those who try out what could
// happen, or who bring their events in order and want no history. It follows
// the same rules as a [Deal], from the table that looplab filled, and keeps no
// decisions; who wants them, with their reasons, asks with Watch. It is not safe for
// concurrent use.
//
// A retract needs a log to void something in, so it does nothing here.
type Cursor struct {
	f      folding
	slab   []entry // room for the acts taken, used again after a Reset
	used   int
	copied bool // another cursor points into the slab
}

// Act is an event made ready for a [Cursor]: admitted, and free to be taken at
// any instant, any number of times.
type Act struct {
	entry entry
}

// Act admits the event as a template. Its At and Recorded do not matter.
func (m *Machine) Act(e Event) (*Act, error) {
	if e.At.IsZero() {
		e.At = time.Unix(0, 0)
	}
	of, err := m.admit(&e)
	if err != nil {
		return nil, err
	}
	return &Act{entry: *newEntry(&e, of)}, nil
}

// Cursor starts at the beginning of a deal. The zero policy is Strict.
func (m *Machine) Cursor(p Policy) *Cursor {
	return &Cursor{f: folding{situation: newSituation(m), policy: p.named(), move: (*Machine).moveByTable, horizon: instant.Last}}
}

// Reset goes back to the beginning of the deal. It allocates nothing.
func (c *Cursor) Reset() {
	c.vacate()
	c.f.situation.reset()
}

// Set makes this cursor stand where the other one stands, which must be of the
// same machine. Cursors that have taken no act themselves since they were made,
// such as those of [Deal.Cursor], may serve many goroutines as the other one.
func (c *Cursor) Set(to *Cursor) {
	c.vacate()
	if to.used > 0 {
		to.copied = true
	}
	c.f.situation.set(&to.f.situation)
	c.f.policy, c.f.leftOut = to.f.policy, to.f.leftOut
}

func (c *Cursor) vacate() {
	if c.copied {
		c.slab, c.copied = nil, false
	}
	c.used = 0
}

// Take moves to the instant, letting every clock fire that is due by then, and
// takes the act. An instant before the last one counts as the last one.
func (c *Cursor) Take(a *Act, at time.Time) Outcome {
	e := c.room()
	*e = a.entry
	e.setAt(instant.Latest(instant.Clamp(at), c.f.now))
	e.recordedSeconds, e.recordedNanos = e.atSeconds, e.atNanos
	return c.f.take(e).outcome
}

// Until sets the horizon: no clock runs beyond it, even where an act does, as a
// plan may. It holds until it is set again. A new cursor has none.
func (c *Cursor) Until(horizon time.Time) { c.f.horizon = horizon }

// Watch has every decision told from here on, that of a clock included, in their
// order and with all reasons; nil: none. Events are those of the acts' templates.
func (c *Cursor) Watch(tell func(Decision)) {
	if c.f.recorder = nil; tell != nil {
		c.f.recorder = told(func(d decided) { tell(c.f.m.decision(d)) })
	}
}

// told is the recorder that hands each decision on.
type told func(decided)

func (t told) record(d decided) { t(d) }

// room gives an entry that stays where it is: the situation points to it.
func (c *Cursor) room() *entry {
	if c.used == len(c.slab) {
		c.slab, c.used = make([]entry, max(1, 2*len(c.slab))), 0
	}
	c.used++
	return &c.slab[c.used-1]
}

// Advance moves to the instant, letting every clock fire that is due by then.
func (c *Cursor) Advance(to time.Time) { c.f.advance(instant.Clamp(to)) }

// Now is the instant last reached.
func (c *Cursor) Now() time.Time { return c.f.now }

// State is the deal's state.
func (c *Cursor) State() State { return c.f.name() }

// Since is when the deal came to its state; zero if it never left the first and
// no negotiation was taken.
func (c *Cursor) Since() time.Time { return c.f.since }

// Revision is that of the text, from 1.
func (c *Cursor) Revision() int { return c.f.revision }

// Next is the clock due next; ok is false when none runs.
func (c *Cursor) Next() (clock ClockStatus, ok bool) {
	next := c.f.nextClock()
	return c.f.m.status(next), next.clock != 0
}

// Due is when a clock is due, or was, whether or not the present state lets it run; zero:
// it is not set. The clock is the deal's deadline, effect or term, the notice of a Party or
// the agreement's own Timer; any other is never due. What the status says is due is not read.
func (c *Cursor) Due(of ClockStatus) time.Time {
	switch which := c.f.m.which(of); {
	case of.Clock > 0 && of.Clock.place() < numSettings:
		return c.f.dueAt(of.Clock.place())
	case which < 0:
		return time.Time{}
	case of.Clock == Notice:
		return c.f.leaves(which)
	default:
		return c.f.timers[which].due
	}
}

// Elapse makes those of the clocks that [Cursor.Due] knows due now that are set, and lets
// them fire, again if they have: for those who ask what comes of it, whenever it is. So a
// notice that ended before did not end at this instant. It asks nothing of Until.
func (c *Cursor) Elapse(clocks ...ClockStatus) {
	now := instant.Latest(c.f.now, time.Time{}.Add(1)) // the zero instant is none
	c.f.lastLeft = time.Time{}
	for _, clock := range clocks {
		if !c.Due(clock).IsZero() {
			c.f.makeDue(clock.Clock, c.f.m.which(clock), now)
		}
	}
	c.f.advance(now)
}

// makeDue makes a clock that is set due at an instant, as if it had not fired.
func (s *situation) makeDue(clock Clock, which int, at time.Time) {
	switch clock {
	case Notice:
		n, _ := s.notice(which)
		s.leaving = slices.Clone(s.leaving) // a copy of the cursor may share it
		s.leaving[n].due = at
	case Timed:
		s.timers[which] = running{due: at}
	default:
		n := clock.place()
		s.clocks[n], s.fired[n] = setting{base: at, extended: s.clocks[n].extended}, time.Time{}
	}
}

// which is the party or the own timer whose clock it is; -1: no such.
func (m *Machine) which(of ClockStatus) int {
	switch of.Clock {
	case Notice:
		if p, ok := m.parties[of.Party]; ok {
			return p
		}
	case Timed:
		return slices.IndexFunc(m.agreement.Timers, func(t OwnTimer) bool { return t.ID == of.Timer })
	}
	return -1
}

// Approved reports whether the approval of the party, by its place in the
// agreement, stands on the current revision.
func (c *Cursor) Approved(party int) bool { return c.f.approved.Has(party) }

// Verdict is that of the agreement's approval condition on the current
// revision, as the rules see it: a window that closes does not undo it.
func (c *Cursor) Verdict() condition.Verdict { return c.f.Approval() }

// Snapshot is where the deal stands, in full.
func (c *Cursor) Snapshot() Snapshot {
	return c.f.snapshot(View{Policy: c.f.policy})
}

// AppendKey appends what the deal's future depends on: two cursors of one
// machine and policy with equal keys answer all further acts alike, when those
// come after the same spans of time. Not part of it are the number of the
// revision, what was said by whom, which disputes are open (only how many, so a
// settlement that names one may be answered differently), and how long ago the
// past was: of an instant gone by, only whether its clock has fired for it. A month is
// taken to be as long as any other, and a day of the year to come as soon.
//
// It begins with the number of open disputes as a uvarint, for those who never settle one
// of several: to them any number is as good as one.
func (c *Cursor) AppendKey(to []byte) []byte { return c.f.appendKey(to) }

func (s *situation) appendKey(to []byte) []byte {
	to = binary.AppendUvarint(to, uint64(s.disputes.len()))
	to = binary.AppendUvarint(to, uint64(s.state))
	for _, set := range []bitset.Set{s.approved, s.rejected, s.performed, s.signed, s.applied, s.suspended, s.held} {
		for _, word := range set {
			to = binary.AppendUvarint(to, word)
		}
	}
	for p := range s.acts {
		to = append(to, s.leftover(p))
	}
	for clock := range s.clocks {
		to = s.appendClock(to, clock)
	}
	to = s.appendBinding(s.appendNotices(s.appendInstants(to)))
	for _, t := range s.timers {
		to = append(s.appendSpan(to, t.due), flag(t.fired))
	}
	return s.appendRecords(to)
}

// leftover is what an earlier act of a party leaves behind beside its approval or
// rejection: whether its last act was to leave, and the standing of one that the
// approval condition does not ask.
func (s *situation) leftover(party int) byte {
	var left byte
	if s.left(party) {
		left = 1 << 7
	}
	if s.m.asksNobody && s.acts[party].anew { // it is bound from when it joined
		left |= 1 << 6
	}
	if !s.m.asked.Has(party) {
		left |= byte(s.standing(party))
	}
	return left
}

// appendInstants appends how far ahead lie the instants that conditions name and the
// first instants of delays, and how many of the former had come when the approval
// condition came to be met, which stays met by them.
func (s *situation) appendInstants(to []byte) []byte {
	for _, at := range s.m.floors {
		to = s.appendSpan(to, at)
	}
	if len(s.m.instants) == 0 {
		return to
	}
	before := 0
	for before < len(s.m.instants) && !s.m.instants[before].After(s.met) {
		before++
	}
	to = binary.AppendUvarint(append(to, flag(s.met.IsZero())), uint64(before))
	if to = binary.AppendUvarint(to, uint64(s.reached)); s.reached < len(s.m.instants) {
		to = s.appendSpan(to, s.m.instants[s.reached])
	}
	return to
}

// appendNotices appends which notices run, and until when; and whether one ends now,
// which bars a renewal of this instant.
func (s *situation) appendNotices(to []byte) []byte {
	to = binary.AppendUvarint(to, uint64(len(s.leaving)))
	for _, l := range s.leaving {
		to = s.appendSpan(binary.AppendUvarint(to, uint64(l.party)), l.due)
	}
	if s.m.agreement.Renew != nil {
		to = append(to, flag(s.lastLeft.Equal(s.now)))
	}
	return to
}

// appendBinding appends from when the deal will bind the parties that approved after
// what brings it into force. It binds all others from entry into force.
func (s *situation) appendBinding(to []byte) []byte {
	a := &s.m.agreement
	if a.Effect == nil && a.Join == nil {
		return to
	}
	for p := range s.acts {
		var from time.Time
		switch approved := s.acts[p].entry; {
		case !s.approved.Has(p):
		case s.isInForce():
			from = s.bindsFrom(p)
		case a.Join != nil && a.Join.From == FromForce && approved.at().Equal(s.now):
			to = append(to, 3) // the deal may enter into force at this very instant
			continue
		case !s.met.IsZero() && approved.at().After(s.met):
			from = s.ownDelay().After(approved.at())
		}
		to = s.appendSpan(to, from)
	}
	return to
}

// appendRecords appends which commitments are broken and overdue, and when the others
// will be.
func (s *situation) appendRecords(to []byte) []byte {
	for i := range s.records {
		r := &s.records[i]
		to = s.appendSpan(append(to, flag(r.broken != nil)<<1|flag(!r.overdue.IsZero())), s.deadlineOf(i))
	}
	return to
}

func flag(is bool) byte {
	if is {
		return 1
	}
	return 0
}

// appendClock appends the instants that the sides still stand by, and whether
// the clock has fired for the one that is due.
func (s *situation) appendClock(to []byte, clock int) []byte {
	c, parties := &s.clocks[clock], len(s.acts)
	base := c.base
	if len(c.by) == parties {
		base = time.Time{} // no side stands by it any more
	}
	to = append(s.appendSpan(to, base), byte(len(c.by)))
	if clock == termClock && s.m.agreement.Renew != nil { // an extended term is not renewed
		to = append(to, flag(c.extended))
	}
	if len(c.by) > 0 {
		for p := range parties {
			to = s.appendSpan(to, c.of(p, parties))
		}
	}
	if due := c.due(parties); !due.IsZero() && due.Equal(s.fired[clock]) {
		return append(to, 1)
	}
	return append(to, 0)
}

// appendSpan appends an instant as seen from now, in seconds and nanoseconds, which
// hold any span: a time.Duration ends at 292 years. All of the past looks alike.
func (s *situation) appendSpan(to []byte, t time.Time) []byte {
	switch {
	case t.IsZero():
		return append(to, 0)
	case !t.After(s.now):
		return append(to, 1)
	}
	seconds, rest := t.Unix()-s.now.Unix(), t.Nanosecond()-s.now.Nanosecond()
	if rest < 0 { // one way of writing each span
		seconds, rest = seconds-1, rest+int(time.Second)
	}
	return binary.AppendUvarint(binary.AppendUvarint(append(to, 2), uint64(seconds)), uint64(rest))
}
