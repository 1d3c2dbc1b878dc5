package simulate

import (
	"math"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// plan is a model bound to a start: what all lives of one run share. newPlan makes it;
// it never changes, so all workers read it.
type plan struct {
	start     Start
	timescale timescale
	options   Options
	actors    []actor
	implement *dealstate.Act
	toForce   Distribution // from the condition being met to the implement event
	metSince  int64        // at the start; noTime: it is not met
	standing  int          // parties whose approval stands at the start
	states    []dealstate.State
	first     int    // the state at the start
	inForce   []bool // by state
	clocks    bool
	deeds     []deed // the acts of the model's list
	involved  bool   // a clock may change more than the state: whom the deal binds, or whether the condition is met
	coupled   bool   // some actor hastens or follows, so an approval moves others
	until     int64
	dates     []int64 // ascending
	seed      uint64
}

// actor is one party of the model, as it stands at the start. It belongs to the plan
// and never changes.
type actor struct {
	party   int // in the agreement
	after   int // the party it waits for; -1: none
	wait    Distribution
	haste   float64
	press   int64 // when the pressure of the deadline begins
	factor  float64
	asked   int64 // at the start; noTime: it is not asked
	ok      bool  // at the start: its approval stands
	acts    [3]*dealstate.Act
	chances [3]float64 // cumulative
	certain bool
}

// deed is an act of the model's list, as it stands at the start. It belongs to the plan
// and never changes.
type deed struct {
	act    *dealstate.Act
	kind   waitingSince
	wait   Distribution
	since  int64 // from when it waits; noTime: it does not yet
	undoes int   // the deed that waits anew after it; -1: none
}

// newPlan checks a start, a model and options, and brings them into the form in which
// trials use them.
func newPlan(s Start, m Model, o Options) (*plan, error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	if err := m.Validate(s.machine); err != nil {
		return nil, err
	}
	if err := o.validate(s.now); err != nil {
		return nil, err
	}
	o = o.filled()
	axis := newTimescale(s.now, s.earliest(), o.Until)
	p := &plan{start: s, timescale: axis, options: o, toForce: axis.inTicks(m.Implement), metSince: noTime, states: s.machine.Lifecycle().States,
		until: axis.of(o.Until), seed: o.Seed}
	if !s.met.IsZero() {
		p.metSince = p.since(s.met)
	}
	for _, d := range o.Dates {
		p.dates = append(p.dates, axis.of(d))
	}
	p.first = slices.Index(p.states, s.cursor.State())
	snap := s.Snapshot()
	p.standing = len(snap.Approved)
	p.clocks = hasClocks(s.machine, snap, len(m.Acts) > 0)
	p.involved = len(m.Acts) > 0 || slices.Contains(s.machine.Clocks(), dealstate.Reached) || slices.ContainsFunc(snap.Parties, isLeaving)
	for _, state := range p.states {
		p.inForce = append(p.inForce, s.machine.InForce(state))
	}
	var err error
	if p.implement, err = s.prepare(dealstate.Implement, ""); err != nil {
		return nil, err
	}
	return p, p.bind(m, snap)
}

// hasClocks reports whether a clock can ever run: lives extend none, and where nobody
// does more than decide on the text, nobody gives notice.
func hasClocks(m *dealstate.Machine, now dealstate.Snapshot, acts bool) bool {
	return now.Next != nil || slices.ContainsFunc(m.Clocks(), func(c dealstate.Clock) bool { return c != dealstate.Notice || acts })
}

func isLeaving(p dealstate.PartyStatus) bool { return !p.Leaves.IsZero() }

// bind makes an actor of each of the model's parties.
func (p *plan) bind(m Model, snap dealstate.Snapshot) error {
	deadline := p.deadline(snap)
	for _, behaviour := range m.Parties {
		a, err := p.actor(behaviour, snap, deadline)
		if err != nil {
			return err
		}
		p.actors = append(p.actors, a)
		p.coupled = p.coupled || a.haste != 1 || a.after >= 0
	}
	for _, a := range m.Acts {
		d, err := p.deed(a, snap)
		if err != nil {
			return err
		}
		p.deeds = append(p.deeds, d)
	}
	for i := range p.deeds {
		p.deeds[i].undoes = slices.IndexFunc(m.Acts, func(a Act) bool {
			return a.Commitment != "" && a.Commitment == m.Acts[i].Commitment && a.Kind != m.Acts[i].Kind
		})
	}
	return nil
}

// deed binds an act of the model's list.
func (p *plan) deed(a Act, snap dealstate.Snapshot) (deed, error) {
	d := deed{wait: p.timescale.inTicks(a.Wait), kind: waitsSince[a.Kind], since: noTime}
	switch {
	case d.kind == sinceForce && !snap.InForce.IsZero():
		d.since = p.since(snap.InForce)
	case d.kind == sinceText && snap.InForce.IsZero():
		d.since = 0
		if since, ok := p.start.asked[a.Party]; ok {
			d.since = p.since(since)
		}
	}
	var err error
	d.act, err = p.start.prepareAct(a)
	return d, err
}

// deadline is the tick at which the deal's deadline is due; noTime if it never is.
func (p *plan) deadline(snap dealstate.Snapshot) int64 {
	due := p.start.agreement.Deadline
	if snap.Next != nil && snap.Next.Clock == dealstate.Deadline {
		due = snap.Next.Due // it may have been extended
	}
	if !due.After(p.start.now) {
		return noTime
	}
	return p.timescale.of(due)
}

// actor brings a party's behaviour together with where the party stands at the start.
func (p *plan) actor(b Party, snap dealstate.Snapshot, deadline int64) (actor, error) {
	ids := partyIDs(p.start.machine)
	a := actor{party: slices.Index(ids, b.Party), after: slices.Index(ids, b.After), wait: p.timescale.inTicks(b.Wait),
		haste: orOne(b.Haste), factor: orOne(b.Pressure.Factor), press: noTime, asked: noTime, certain: b.Choice.list()[0] == 1}
	a.ok = snap.Parties[a.party].Standing == dealstate.StandingApproved
	if since, ok := p.start.asked[b.Party]; ok {
		a.asked = p.since(since)
		if a.after >= 0 && snap.Parties[a.after].Standing == dealstate.StandingApproved {
			a.asked = max(a.asked, p.since(snap.Parties[a.after].Act.At))
		}
	}
	if deadline != noTime {
		const far = math.MaxInt64 / 2 // spans from it do not overflow
		a.press = max(-far, min(far, deadline-int64(b.Pressure.Within/p.timescale.tick)))
	}
	sum := 0.0
	for i, kind := range []dealstate.Kind{dealstate.Approve, dealstate.Reject, dealstate.Amend} {
		var err error
		if a.acts[i], err = p.start.prepare(kind, b.Party); err != nil {
			return a, err
		}
		sum += b.Choice.list()[i]
		a.chances[i] = sum
	}
	if b.Choice.Lapse == 0 {
		a.chances[2] = 1 // whatever rounding left
	}
	return a, nil
}

// since is the tick of an instant before the start; the start's for a later one.
func (p *plan) since(t time.Time) int64 {
	return min(0, p.timescale.of(t))
}

// orOne is the factor itself, or 1 where it is left out.
func orOne(f float64) float64 {
	if f == 0 {
		return 1
	}
	return f
}
