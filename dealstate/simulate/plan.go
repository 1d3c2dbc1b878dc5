package simulate

import (
	"math"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// newPlan binds a model to a start.
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
	p.clocks = hasClocks(s.agreement, snap)
	var err error
	if p.implement, err = s.prepare(dealstate.Implement, ""); err != nil {
		return nil, err
	}
	return p, p.bind(m, snap)
}

// hasClocks reports whether a clock can ever run: lives extend none.
func hasClocks(a dealstate.Agreement, now dealstate.Snapshot) bool {
	return !a.Deadline.IsZero() || a.Effect != nil || a.Term != nil || now.Next != nil
}

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
	return nil
}

// deadline is when the deal's deadline is due; noTime: never.
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

// since is an instant before the start, or the start itself.
func (p *plan) since(t time.Time) int64 {
	return min(0, p.timescale.of(t))
}

func orOne(f float64) float64 {
	if f == 0 {
		return 1
	}
	return f
}
