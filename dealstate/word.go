package dealstate

import (
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// words gives an enumeration its text both ways. Values start at 1, so that a
// value nobody set is never mistaken for the first word.
type words []string

func (w words) text(i int) string {
	if i < 1 || i > len(w) {
		return ""
	}
	return w[i-1]
}

func (w words) parse(at string, text []byte) (int, error) {
	for i, word := range w {
		if word == string(text) {
			return i + 1, nil
		}
	}
	return 0, field.Errorf(at, "%q is unknown; want one of %s", field.Clip(string(text)), strings.Join(w, ", "))
}

func (w words) marshal(at string, i int) ([]byte, error) {
	if w.text(i) == "" {
		return nil, field.Errorf(at, "not set; want one of %s", strings.Join(w, ", "))
	}
	return []byte(w.text(i)), nil
}

// Kind is what a report says was done, or the clock that a rule waits for.
type Kind uint8

// The kinds of event.
const (
	Negotiate Kind = iota + 1 // the text was agreed between the negotiators
	Submit                    // the text was taken to those who must approve it
	Approve                   // a party approved the current revision, or deposited its instrument
	Reject                    // a party refused its approval
	Withdraw                  // a party took its approval back, or left the deal
	Amend                     // the text was changed: a new revision, and earlier approvals are stale
	Implement                 // the deal is carried out, or in force
	Perform                   // a party carried out one of its commitments
	Dispute                   // a party says that the deal is not being kept
	Settle                    // a dispute was settled
	Suspend                   // the deal was suspended
	Resume                    // a suspended deal was taken up again
	Extend                    // the deadline, or the term of a deal in force, was moved to a later instant
	Terminate                 // the deal was ended
	Retract                   // an earlier report was wrong: void it
	Note                      // anything worth keeping that is none of the above
)

// The clocks. A rule may wait for one; an event cannot be one.
const (
	Deadline Kind = iota + 17 // the time for approving is over
	Effect                    // the delay from the approval condition to entry into force is over
	Term                      // the time that the deal stays in force is over
)

const (
	numKinds   = int(Note)
	numClocks  = 3
	firstClock = Deadline
)

// The clocks by their places.
const (
	deadlineClock = int(Deadline - firstClock)
	effectClock   = int(Effect - firstClock)
	termClock     = int(Term - firstClock)
)

var kindWords = words{"negotiate", "submit", "approve", "reject", "withdraw", "amend", "implement", "perform",
	"dispute", "settle", "suspend", "resume", "extend", "terminate", "retract", "note", "deadline", "effect", "term"}

var kindNouns = words{"negotiation", "submission", "approval", "rejection", "withdrawal", "amendment", "implementation", "performance",
	"dispute", "settlement", "suspension", "resumption", "extension", "termination", "retraction", "note"}

func (k Kind) String() string { return kindWords.text(int(k)) }

// noun names the act itself.
func (k Kind) noun() string { return kindNouns.text(int(k)) }

// IsClock reports whether the kind is a clock, which no event can carry.
func (k Kind) IsClock() bool { return k >= firstClock && k <= Term }

// MarshalText writes the kind's word.
func (k Kind) MarshalText() ([]byte, error) { return kindWords.marshal("kind", int(k)) }

// UnmarshalText reads a kind's word.
func (k *Kind) UnmarshalText(text []byte) error {
	i, err := kindWords.parse("kind", text)
	if err == nil {
		*k = Kind(i)
	}
	return err
}

// Kinds lists the kinds of event, in their fixed order.
func Kinds() []Kind {
	kinds := make([]Kind, numKinds)
	for i := range kinds {
		kinds[i] = Kind(i + 1)
	}
	return kinds
}

// Role is the capacity in which somebody says that an act was done. The
// earlier in the list, the nearer to the act itself.
type Role uint8

// The roles.
const (
	Instrument   Role = iota + 1 // a legal instrument: an order, a notice, a deposit
	Approver                     // the person whose approval binds the party
	Government                   // another voice of that party's own government
	Negotiator                   // a member of that party's delegation
	Counterparty                 // another party, speaking of this one
	Press                        // a report without a speaker of either side
)

var roleWords = words{"instrument", "approver", "government", "negotiator", "counterparty", "press"}

func (r Role) String() string { return roleWords.text(int(r)) }

// MarshalText writes the role's word.
func (r Role) MarshalText() ([]byte, error) { return roleWords.marshal("role", int(r)) }

// UnmarshalText reads a role's word.
func (r *Role) UnmarshalText(text []byte) error {
	i, err := roleWords.parse("role", text)
	if err == nil {
		*r = Role(i)
	}
	return err
}

// Modality is how an act was spoken of. Only what is asserted can be an act.
type Modality uint8

// The modalities. An event that names none is asserted.
const (
	Asserted    Modality = iota + 1 // it was done
	Conditional                     // it is done if something else is
	Denied                          // it was not done
	Planned                         // it will be done
)

var modalityWords = words{"asserted", "conditional", "denied", "planned"}

func (m Modality) String() string { return modalityWords.text(int(m)) }

// MarshalText writes the modality's word.
func (m Modality) MarshalText() ([]byte, error) { return modalityWords.marshal("modality", int(m)) }

// UnmarshalText reads a modality's word.
func (m *Modality) UnmarshalText(text []byte) error {
	i, err := modalityWords.parse("modality", text)
	if err == nil {
		*m = Modality(i)
	}
	return err
}

// Outcome is what became of an event.
type Outcome uint8

// The outcomes.
const (
	Applied   Outcome = iota + 1 // it took effect, with or without a change of state
	Refused                      // the rules say no: a guard is unmet, or no rule leads on
	Noted                        // kept as evidence only
	Duplicate                    // recorded before with the same content; kept once
)

var outcomeWords = words{"applied", "refused", "noted", "duplicate"}

func (o Outcome) String() string { return outcomeWords.text(int(o)) }

// MarshalText writes the outcome's word.
func (o Outcome) MarshalText() ([]byte, error) { return outcomeWords.marshal("outcome", int(o)) }

// UnmarshalText reads an outcome's word.
func (o *Outcome) UnmarshalText(text []byte) error {
	i, err := outcomeWords.parse("outcome", text)
	if err == nil {
		*o = Outcome(i)
	}
	return err
}
