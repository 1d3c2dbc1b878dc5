package dealstate

import "github.com/fe115bb3/dealtracker/dealstate/internal/field"

// Kind is what a report says was done.
type Kind uint8

// The kinds of event. To add one, add it here and give it a row in the table
// below; tests then name every place that has yet to deal with it.
const (
	Negotiate Kind = iota + 1 // the text was agreed between the negotiators
	Sign                      // a party signed the text; no approval yet
	Submit                    // the text was taken to those who must approve it
	Approve                   // a party approved the current revision, or deposited its instrument
	Reject                    // a party refused its approval
	Withdraw                  // a party took its approval back, or left the deal
	Amend                     // the text was changed: a new revision, and earlier approvals are stale
	Apply                     // a party applies it provisionally
	Implement                 // the deal is carried out, or in force
	Perform                   // a party carried out one of its commitments
	Breach                    // a party did not keep one of its commitments
	Dispute                   // a party says that the deal is not being kept
	Settle                    // a dispute was settled
	Suspend                   // the deal was suspended
	Resume                    // a suspended deal was taken up again
	Extend                    // the deadline, or the term of a deal in force, was moved to a later instant
	Terminate                 // the deal was ended
	Retract                   // an earlier report was wrong: void it
	Note                      // anything worth keeping that is none of the above

	endOfKinds
)

const numKinds = int(endOfKinds) - 1

// kindRow is what there is to know of one kind, apart from what it does: that is
// for the rules and for enact.
type kindRow struct {
	word     string // in every format
	noun     string // the act itself
	class    class
	rank     rank
	needs    fields
	revision revisions
}

var kinds = [endOfKinds]kindRow{
	Negotiate: {"negotiate", "negotiation", talks, rankTalks + 1, hasRole, ofAnyRevision},
	Sign:      {"sign", "signature", talks, rankTalks + 2, hasRole, ofThisRevision},
	Submit:    {"submit", "submission", talks, rankTalks + 3, hasRole, ofAnyRevision},
	Approve:   {"approve", "approval", binding, rankConsent + 1, hasRole | hasParty, ofThisRevision},
	Reject:    {"reject", "rejection", binding, rankConsent + 2, hasRole | hasParty, ofThisRevision},
	Withdraw:  {"withdraw", "withdrawal", binding, rankConsent + 3, hasRole | hasParty | mayHaveUntil, ofThisRevision},
	Amend:     {"amend", "amendment", talks, rankText + 1, hasRole, ofThisRevisionOrTheNext},
	Apply:     {"apply", "provisional application", binding, rankApplication + 1, hasRole, ofThisRevision},
	Implement: {"implement", "implementation", binding, rankForce + 1, hasRole, ofThisRevision},
	Perform:   {"perform", "performance", binding, rankPerformance + 1, hasRole | hasCommitment, ofAnyRevision},
	Breach:    {"breach", "breach", binding, rankPerformance + 2, hasRole | hasCommitment, ofAnyRevision},
	Dispute:   {"dispute", "dispute", talks, rankDispute + 1, hasRole, ofAnyRevision},
	Settle:    {"settle", "settlement", talks, rankDispute + 2, hasRole, ofAnyRevision},
	Suspend:   {"suspend", "suspension", binding, rankSuspension + 1, hasRole, ofAnyRevision},
	Resume:    {"resume", "resumption", binding, rankSuspension + 2, hasRole, ofAnyRevision},
	Extend:    {"extend", "extension", binding, rankText + 2, hasRole | hasUntil, ofAnyRevision},
	Terminate: {"terminate", "termination", binding, rankEnd + 1, hasRole, ofAnyRevision},
	Retract:   {"retract", "retraction", ofLog, rankLog + 1, hasRef, ofAnyRevision},
	Note:      {"note", "note", ofLog, rankLog + 2, 0, ofAnyRevision},
}

// class says which of a policy's sets of roles has a say in a kind.
type class uint8

const (
	talks   class = iota + 1 // what negotiators do themselves: Policy.Talks
	binding                  // what binds a side: Policy.Binding
	ofLog                    // a matter of the log: anybody, in any role or none
)

// rank says which of several events of one instant folds first: what enables comes
// before what needs it (law 11). It is a class, in the upper bits, and a kind's place
// within the class, in the lower ones. Between the two, events are ordered by when
// they were recorded.
type rank uint8

const (
	rankTalks       rank = (iota + 1) << rankBits // negotiate, sign, submit
	rankText                                      // amend, extend
	rankPerformance                               // perform, breach
	rankConsent                                   // approve, reject, withdraw
	rankApplication                               // apply
	rankForce                                     // implement
	rankDispute                                   // dispute, settle
	rankSuspension                                // suspend, resume
	rankEnd                                       // terminate
	rankLog                                       // retract, note

	rankBits = 4
)

func (r rank) class() rank { return r >> rankBits << rankBits }

// fields is a set of an event's fields.
type fields uint8

const (
	hasRole fields = 1 << iota
	hasParty
	hasCommitment
	hasRef
	hasUntil     // a kind that does not need it may not have it, unless
	mayHaveUntil // it may
)

// revisions says which revision of the text an event of a kind may name. One
// that names none speaks of the current one.
type revisions uint8

const (
	ofAnyRevision revisions = iota + 1
	ofThisRevision
	ofThisRevisionOrTheNext // who reports a new text may mean the old number or the new one
)

var kindEnum = enumOf[Kind]("kind", kinds[:], func(r kindRow) string { return r.word })

func (k Kind) String() string { return kindEnum.text(k) }

// OfLog reports whether the kind is a matter of the log, as a retract and a note
// are: nothing done in the deal, told by anybody, in any role or none.
func (k Kind) OfLog() bool { return k.class() == ofLog }

// class is 0 for what is no kind.
func (k Kind) class() class {
	if k >= endOfKinds {
		return 0
	}
	return kinds[k].class
}

// Rank says where events of the kind fold among others of one instant: those of a
// lower class first; within a class those recorded first; then those of a lower
// place. It is 0, 0 for what is no kind. [Event.Compare] is the whole order.
func (k Kind) Rank() (class, place int) {
	r := k.rank()
	return int(r >> rankBits), int(r - r.class())
}

func (k Kind) rank() rank {
	if k >= endOfKinds {
		return 0
	}
	return kinds[k].rank
}

// MarshalText writes the kind's word.
func (k Kind) MarshalText() ([]byte, error) { return kindEnum.marshal(k) }

// UnmarshalText reads a kind's word.
func (k *Kind) UnmarshalText(text []byte) error {
	if _, is := clockEnum.find(string(text)); is {
		return field.Errorf("kind", "%s is a clock; it fires by itself and is never recorded", text)
	}
	return kindEnum.unmarshal(k, text)
}

// Kinds lists the kinds of event, in their fixed order.
func Kinds() []Kind { return kindEnum.all() }
