package dealstate

import (
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

func (f *folding) snapshot(v View) Snapshot {
	a := f.m.agreement
	s := Snapshot{Deal: a.ID, Title: a.Title, State: f.name(), Since: f.since, By: f.by, Revision: f.revision,
		AsOf: f.now, KnownBy: v.KnownBy, Policy: v.Policy.Name, Approval: f.m.approval.Find(&f.situation),
		Awaiting: f.awaiting(), Shortest: f.shortest(), Approved: []string{}, Parties: make([]PartyStatus, len(a.Parties)), Warnings: f.warned()}
	if f.isInForce() {
		s.InForce = f.inForce
	}
	for i, p := range a.Parties {
		s.Parties[i] = f.partyStatus(i)
		if f.approved.Has(i) {
			s.Approved = append(s.Approved, p.ID)
		}
	}
	s.Commitments = f.commitments()
	for d := range f.disputes.all() {
		s.Disputes = append(s.Disputes, DisputeStatus{Event: d.id(), Party: f.m.partyID(d), By: d.by(), Commitment: f.m.commitmentID(d), At: d.at()})
	}
	if next := f.nextClock(); next.clock != 0 {
		status := f.m.status(next)
		s.Next = &status
	}
	return s
}

// commitments says what became of each; nil: there are none.
func (f *folding) commitments() (all []CommitmentStatus) {
	for i, c := range f.m.agreement.Commitments {
		status := CommitmentStatus{Commitment: c.ID, Party: c.Party, Title: c.Title}
		f.recordStatus(i, &status)
		all = append(all, status)
	}
	return all
}

// recordStatus says what became of a commitment.
func (f *folding) recordStatus(i int, to *CommitmentStatus) {
	r := &f.records[i]
	if r.done != nil {
		to.Event, to.At = r.done.id(), r.done.at()
	}
	if r.broken != nil {
		to.Breach, to.Breached = r.broken.id(), r.broken.at()
	}
	to.Deadline, to.Overdue, to.Suspended = f.deadlineOf(i), r.overdue, f.held.Has(i)
}

// shortest names the parties and the commitments of a short way to meet the
// approval condition.
func (f *folding) shortest() []string {
	parties, commitments := f.m.approval.Shortest(&f.situation)
	var names []string
	for _, i := range parties {
		names = append(names, f.m.agreement.Parties[i].ID)
	}
	for _, i := range commitments {
		names = append(names, f.m.agreement.Commitments[i].ID)
	}
	return names
}

// awaiting lists whose approval is outstanding: while an approval can still
// move the deal, the parties of whom the condition asks it.
func (f *folding) awaiting() []string {
	ids := []string{}
	if !f.approvalMoves() || f.m.approval.Eval(&f.situation) != condition.Pending {
		return ids
	}
	for i, p := range f.m.agreement.Parties {
		if f.m.asked.Has(i) && !f.approved.Has(i) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// approvalMoves reports whether an approval leads to another state, or while the deal
// is applied provisionally towards its entry into force.
func (f *folding) approvalMoves() bool {
	if f.name() == StateProvisional {
		return true
	}
	for _, r := range f.m.tried[Approve.row()][f.state] {
		if f.m.next[r][f.state] != f.state {
			return true
		}
	}
	return false
}

func (f *folding) partyStatus(i int) PartyStatus {
	p := f.m.agreement.Parties[i]
	status := PartyStatus{Party: p.ID, Name: p.Name, Approver: p.Approver, Weight: p.Weight, Asked: f.m.asked.Has(i), Standing: f.standing(i)}
	if last := f.acts[i].entry; last != nil {
		status.Act = evidence(last)
	}
	if status.Standing != StandingApproved && f.nearest[i] != nil {
		status.Nearest = evidence(f.nearest[i])
	}
	status.Signed, status.Suspended, status.Provisional = f.signed.Has(i), f.suspended.Has(i), f.applied.Has(i)
	if f.isInForce() {
		status.InForce, status.Leaves = f.bindsFrom(i), f.leaves(i)
	}
	return status
}

func evidence(e *entry) *Evidence {
	return &Evidence{Event: e.id(), By: e.by(), Role: e.Role, Modality: e.Modality, At: e.at(), Recorded: e.recorded(), Publisher: e.source().Publisher}
}
