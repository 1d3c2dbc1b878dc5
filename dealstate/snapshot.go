package dealstate

import (
	"cmp"
	"log/slog"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
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
	Approval    condition.Finding // the approval condition
	Shortest    []string          // while it is pending: parties, and commitments, that would be enough
	InForce     time.Time         // since when it is in force; zero: it is not
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
	Leaves   time.Time // when its notice ends, and it with it; zero: it has given none

	Signed      bool // the current text
	Provisional bool // it applies the deal provisionally
	Suspended   bool // by its own act
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
	Event      string // that performed it
	At         time.Time
	Deadline   time.Time // zero: none, or not yet known
	Overdue    time.Time // since when; zero: it is not
	Breach     string    // the event that says it was not kept
	Breached   time.Time // zero: no breach stands
	Suspended  bool
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
	Clock      Clock
	Party      string // whose notice it is; "": the deal's clock
	Commitment string // which is overdue then
	Timer      string // of the agreement's own
	Due        time.Time
}

// String names the clock, and whose it is, on one line: notice of us, overdue of
// us-tariff-cut, timer snapback. What in an id would act on a terminal is written as
// an escape.
func (c ClockStatus) String() string { return display.Inert(c.Named(c.Clock.String())) }

// Named adds whose clock it is to what it is called.
func (c ClockStatus) Named(clock string) string {
	if c.Timer != "" {
		return clock + " " + c.Timer
	}
	return ofParty(clock, c.owner())
}

// owner is the party, the commitment or the timer whose clock it is; "": the deal's.
func (c ClockStatus) owner() string { return cmp.Or(c.Party, c.Commitment, c.Timer) }

// Balance is how many of its commitments a party has performed.
type Balance struct {
	Party     string
	Performed int
	Of        int
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
	return slog.GroupValue(slog.String("deal", s.Deal), slog.String("state", string(s.State)), slog.String("since", instant.Format(s.Since)),
		slog.Int("revision", s.Revision), slog.String("awaiting", strings.Join(s.Awaiting, ",")),
		slog.String("as_of", instant.Format(s.AsOf)), slog.String("known_by", instant.Format(s.KnownBy)), slog.String("policy", s.Policy))
}
