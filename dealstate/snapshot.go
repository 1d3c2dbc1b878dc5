package dealstate

import (
	"log/slog"
	"strings"
	"time"
)

// Snapshot says where a deal stands in one view. It is a plain value and
// shares nothing with the deal.
type Snapshot struct {
	Deal        string
	Title       string
	State       State
	Since       time.Time // zero: it never left its first state, and no negotiation is on record
	By          string    // the event, or the clock, that brought it there
	Revision    int       // of the text, counted from 1
	Awaiting    []string  // the parties asked that have not approved, those that rejected included; empty unless Approval is pending and an approval can move the deal
	Approved    []string  // the parties whose approval stands
	AsOf        time.Time
	KnownBy     time.Time // zero: all there is
	Policy      string
	Approval    Finding   // the approval condition
	Shortest    []string  // while it is pending: parties, and commitments, that would be enough
	InForce     time.Time // since when it is in force; zero: it is not
	Parties     []PartyStatus
	Commitments []CommitmentStatus
	Disputes    []DisputeStatus // open ones
	Next        *ClockStatus    // the next clock due; nil: none runs
	Warnings    []Reason
}

// PartyStatus is one party's side of it.
type PartyStatus struct {
	Party    string
	Name     string
	Approver string
	Weight   int64
	Asked    bool // the approval condition asks about it
	Standing Standing
	Act      *Evidence // the approval, rejection or withdrawal that counts
	Nearest  *Evidence // where its approval does not stand: the best report that does not count
	InForce  time.Time // from when the deal binds this party; zero: it does not, or not yet known
}

// Evidence is an event as far as a reader needs it to judge its weight.
type Evidence struct {
	Event     string
	By        string
	Role      Role
	Modality  Modality
	At        time.Time
	Recorded  time.Time
	Publisher string
}

// CommitmentStatus is what became of one commitment. At is when it was
// performed; zero: it is outstanding.
type CommitmentStatus struct {
	Commitment string
	Party      string
	Title      string
	Event      string
	At         time.Time
}

// DisputeStatus is one open dispute.
type DisputeStatus struct {
	Event      string
	Party      string
	By         string
	Commitment string
	At         time.Time
}

// ClockStatus is a clock that runs.
type ClockStatus struct {
	Clock Clock
	Party string // whose it is; "": the deal's
	Due   time.Time
}

// String names the clock, and whose it is if that is one party.
func (c ClockStatus) String() string { return ofParty(c.Clock.String(), c.Party) }

// Balance is how many of its commitments a party has performed.
type Balance struct {
	Party     string
	Performed int
	Of        int
}

func (f *folding) snapshot(v View) Snapshot {
	a := f.m.agreement
	s := Snapshot{Deal: a.ID, Title: a.Title, State: f.name(), Since: f.since, By: f.by, Revision: f.revision,
		AsOf: f.now, KnownBy: v.KnownBy, Policy: v.Policy.Name, Approval: f.m.approval.find(&f.situation),
		Awaiting: f.awaiting(), Shortest: f.shortest(), Approved: []string{}, Parties: make([]PartyStatus, len(a.Parties)), Warnings: f.warned()}
	if f.isInForce() {
		s.InForce = f.inForce
	}
	for i, p := range a.Parties {
		s.Parties[i] = f.partyStatus(i)
		if f.approved.has(i) {
			s.Approved = append(s.Approved, p.ID)
		}
	}
	for i, c := range a.Commitments {
		status := CommitmentStatus{Commitment: c.ID, Party: c.Party, Title: c.Title}
		if done := f.done[i]; done != nil {
			status.Event, status.At = done.ID, done.At
		}
		s.Commitments = append(s.Commitments, status)
	}
	for _, d := range f.disputes {
		s.Disputes = append(s.Disputes, DisputeStatus{Event: d.ID, Party: f.m.partyID(d), By: d.By, Commitment: f.m.commitmentID(d), At: d.At})
	}
	if clock, due := f.nextClock(); clock >= 0 {
		s.Next = &ClockStatus{Clock: clockAt(clock), Due: due}
	}
	return s
}

// awaiting lists whose approval is outstanding: while an approval can still
// move the deal, the parties of whom the condition asks it.
func (f *folding) awaiting() []string {
	ids := []string{}
	if !f.approvalMoves() || f.m.approval.eval(&f.situation) != Pending {
		return ids
	}
	for i, p := range f.m.agreement.Parties {
		if f.m.asked.has(i) && !f.approved.has(i) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

func (f *folding) approvalMoves() bool {
	for _, r := range f.m.tried[Approve.row()][f.state] {
		if f.m.next[r][f.state] != f.state {
			return true
		}
	}
	return false
}

func (f *folding) warned() []Reason {
	var out []Reason
	if text := f.m.agreement.Incomplete; text != "" {
		out = append(out, Reason{Code: ReasonIncomplete, Detail: text})
	}
	return append(out, f.warnings...)
}

func (f *folding) partyStatus(i int) PartyStatus {
	p := f.m.agreement.Parties[i]
	status := PartyStatus{Party: p.ID, Name: p.Name, Approver: p.Approver, Weight: p.Weight, Asked: f.m.asked.has(i), Standing: f.standing(i)}
	if last := f.acts[i].entry; last != nil {
		status.Act = evidence(last)
	}
	if status.Standing != StandingApproved && f.nearest[i] != nil {
		status.Nearest = evidence(f.nearest[i])
	}
	if f.isInForce() {
		status.InForce = f.bindsFrom(i)
	}
	return status
}

// bindsFrom is when the deal binds a party that approved at that instant: from
// entry into force, or for one that joins later, the same delay after its own
// approval (as in the Paris Agreement, article 21(3)).
func (f *folding) bindsFrom(party int) time.Time {
	last := f.acts[party].entry
	if last == nil && !f.m.asked.has(party) && len(f.m.asked) > 0 && f.m.asked.countIn(f.m.asked) == 0 {
		return f.inForce // a deal that asked for no approval binds all its parties
	}
	if !f.approved.has(party) {
		return time.Time{}
	}
	approved := last.At
	if !approved.After(f.trigger) {
		return f.inForce
	}
	if effect := f.m.agreement.Effect; effect != nil {
		approved = effect.After(approved)
	}
	return latest(f.inForce, approved)
}

func evidence(e *entry) *Evidence {
	return &Evidence{Event: e.ID, By: e.By, Role: e.Role, Modality: e.Modality, At: e.At, Recorded: e.Recorded, Publisher: e.Source.Publisher}
}

// Balances counts performed commitments by party, in the order in which the
// parties first appear among the commitments.
func (s Snapshot) Balances() []Balance {
	var out []Balance
	at := map[string]int{}
	for _, c := range s.Commitments {
		i, ok := at[c.Party]
		if !ok {
			i = len(out)
			at[c.Party] = i
			out = append(out, Balance{Party: c.Party})
		}
		out[i].Of++
		if !c.At.IsZero() {
			out[i].Performed++
		}
	}
	return out
}

// Party gives one party's status.
func (s Snapshot) Party(id string) (PartyStatus, bool) {
	for _, p := range s.Parties {
		if p.Party == id {
			return p, true
		}
	}
	return PartyStatus{}, false
}

// LogValue gives log/slog the snapshot's head.
func (s Snapshot) LogValue() slog.Value {
	return slog.GroupValue(slog.String("deal", s.Deal), slog.String("state", string(s.State)), slog.String("since", formatInstant(s.Since)),
		slog.Int("revision", s.Revision), slog.String("awaiting", strings.Join(s.Awaiting, ",")),
		slog.String("as_of", formatInstant(s.AsOf)), slog.String("known_by", formatInstant(s.KnownBy)), slog.String("policy", s.Policy))
}
