package evaluator

import (
	"slices"
	"time"
)

// Snapshot is where a deal stands in a view.
type Snapshot struct {
	State       string
	Since       time.Time
	Revision    int
	InForce     time.Time // entry into force, while it is in force
	Awaiting    []string  // party ids, in the states that wait
	Parties     []PartyStatus
	Commitments []CommitmentStatus
	Clocks      []RunningClock
	Decisions   []Decision
}

// PartyStatus is where one party stands.
type PartyStatus struct {
	Party, Standing                                 string // approved, stale, rejected, withdrawn or none
	InForce, Leaves, Signed, Suspended, Provisional time.Time
}

// CommitmentStatus is where one commitment stands.
type CommitmentStatus struct {
	Commitment                                        string
	Deadline, Performed, Overdue, Breached, Suspended time.Time
}

// RunningClock is one clock that runs, with the party or commitment it belongs to.
type RunningClock struct {
	Name, Of string
	Due      time.Time
}

func (d *deal) snapshot(decisions []Decision) *Snapshot {
	s := &Snapshot{State: d.state, Since: d.since, Revision: d.revision, Decisions: decisions}
	if d.inForceState(d.state) {
		s.InForce = d.inForce
	}
	awaits := d.approvalMoves() && d.evaluate(d.approval, d.now, nil) == Pending
	for i, p := range d.a.Parties {
		if awaits && d.asked[i] && !d.stands(i) {
			s.Awaiting = append(s.Awaiting, p.ID)
		}
		s.Parties = append(s.Parties, d.partyStatus(i))
	}
	for i, c := range d.a.Commitments {
		f := d.commitments[i]
		s.Commitments = append(s.Commitments, CommitmentStatus{c.ID, d.commitmentDeadline(i), f.performed, f.overdue,
			f.breached, f.suspended})
	}
	for _, c := range d.running() {
		s.Clocks = append(s.Clocks, RunningClock{c.name, d.owner(c), c.due})
	}
	return s
}

// approvalMoves tells whether an approval can move the deal out of its state, or while it is applied provisionally towards
// its entry into force.
//
// Settled here: a snapshot awaits the parties asked that have not approved while the condition is pending and this holds.
func (d *deal) approvalMoves() bool {
	own := slices.ContainsFunc(d.rules(), func(r Rule) bool {
		return r.On == "approve" && slices.Contains(r.From, d.state) && r.To != "" && r.To != d.state
	})
	return own || d.state == provisional || d.frame.standard && (d.isOpen(d.state) || d.state == rejected || d.state == approved && !d.frame.two)
}

// partyStatus says when the party is bound, also where that is yet to come.
func (d *deal) partyStatus(i int) PartyStatus {
	f := d.parties[i]
	s := PartyStatus{Party: d.a.Parties[i].ID, Standing: "none", Signed: f.signed, Suspended: f.suspended,
		Provisional: f.provisional}
	if d.inForceState(d.state) {
		s.InForce, s.Leaves = d.joins(i), d.noticeEnds(i)
	}
	switch {
	case d.stands(i):
		s.Standing = "approved"
	case f.rejected:
		s.Standing = "rejected"
	case f.hasLeft():
		s.Standing = "withdrawn"
	case f.act == "approve":
		s.Standing = "stale"
	}
	return s
}

func (d *deal) owner(c clock) string {
	switch c.name {
	case "notice":
		return d.a.Parties[c.index].ID
	case "overdue":
		return d.a.Commitments[c.index].ID
	}
	return ""
}

// Next is the running clock that fires first; false: none runs.
func (s *Snapshot) Next() (RunningClock, bool) {
	if len(s.Clocks) == 0 {
		return RunningClock{}, false
	}
	return slices.MinFunc(s.Clocks, func(a, b RunningClock) int { return a.Due.Compare(b.Due) }), true
}
