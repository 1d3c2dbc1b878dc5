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
	axis := newAxis(s.now, s.earliest(), o.Until)
	p := &plan{start: s, axis: axis, options: o, toForce: axis.ticks(m.Implement), metSince: noTime, states: s.machine.Lifecycle().States,
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
	if p.implement, err = s.act(dealstate.Implement, ""); err != nil {
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

func (p *plan) bind(m Model, snap dealstate.Snapshot) error {
	deadline := p.deadline(snap)
	for _, behaviour := range m.Parties {
		a, err := p.actor(behaviour, snap, deadline)
		if err != nil {
			return err
		}
		p.actors = append(p.actors, a)
		p.hurries = p.hurries || a.haste != 1 || a.after >= 0
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
	d := deed{wait: p.axis.ticks(a.Wait), kind: waitsSince[a.Kind], since: noTime}
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
	d.act, err = p.start.actOf(a)
	return d, err
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
	return p.axis.of(due)
}

func (p *plan) actor(b Party, snap dealstate.Snapshot, deadline int64) (actor, error) {
	ids := partyIDs(p.start.machine)
	a := actor{party: slices.Index(ids, b.Party), after: slices.Index(ids, b.After), wait: p.axis.ticks(b.Wait),
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
		a.press = max(-far, min(far, deadline-int64(b.Pressure.Within/p.axis.tick)))
	}
	sum := 0.0
	for i, kind := range []dealstate.Kind{dealstate.Approve, dealstate.Reject, dealstate.Amend} {
		var err error
		if a.acts[i], err = p.start.act(kind, b.Party); err != nil {
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
	return min(0, p.axis.of(t))
}

func orOne(f float64) float64 {
	if f == 0 {
		return 1
	}
	return f
}
