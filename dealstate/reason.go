package dealstate

import (
	"fmt"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
	"github.com/fe115bb3/dealtracker/dealstate/internal/phrase"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// Reason is one reason of a decision or a warning of a snapshot: a permanent
// code, and what the code is about. Its text is String.
type Reason struct {
	Code    ReasonCode
	Rule    string    // the rule whose guard speaks
	Subject string    // a party, commitment, state, policy or group
	Event   string    // another event that the reason refers to
	Detail  string    // a word or name that the text needs
	At      time.Time // an instant that the text needs
	Have    int64     // counted so far
	Need    int64     // of how many
}

// ReasonCode says what kind of reason it is.
type ReasonCode uint8

// The codes. Their words are part of the data format and do not change.
const (
	// Why an event was applied, or what it did.
	ReasonCounted     ReasonCode = iota + 1 // Subject's act counts; Detail is the kind
	ReasonRevision                          // the text is now at revision Have
	ReasonRound                             // a new round begins
	ReasonClock                             // the clock Detail came due; Subject is the party, commitment or timer whose it is, if it is one's
	ReasonMoved                             // the clock Detail now runs to At
	ReasonNotYetMoved                       // Subject extended; the deal's clock Detail stays at At
	ReasonVoids                             // the retract voids Event
	ReasonLeaves                            // Subject has given notice and leaves at At
	ReasonRevokes                           // Subject takes back its notice, Event
	ReasonRenewed                           // the clock Detail runs again, to At

	// Why an event was noted.
	ReasonPolicy    // policy Subject does not count role Detail
	ReasonModality  // spoken of as Detail only
	ReasonRetracted // voided by Event
	ReasonAlready   // Event at At was first: Subject's act of kind Detail, or Subject is the state
	ReasonNote      // a note changes nothing
	ReasonNoTarget  // the retract's target Event is not on record
	ReasonCircular  // the retract is part of a circle

	// Why an event was refused.
	ReasonNoRule           // no rule on kind Detail leaves state Subject
	ReasonRevisionMismatch // it speaks of revision Have, the text is at Need
	ReasonNothingToResume  // Subject has suspended nothing
	ReasonNoticeTooShort   // Subject cannot leave before At
	ReasonNothingToSettle  // no such dispute is open
	ReasonNotLater         // the extension does not reach beyond At, where the clock Detail stands; no Detail: its own instant
	ReasonNotApproved      // Subject has not approved
	ReasonStale            // Subject approved revision Have only (Event); the text is at Need
	ReasonRejectedBy       // Subject rejected (Event)
	ReasonMore             // Have more parties are outstanding
	ReasonCount            // Have of the Need approvals in group Subject
	ReasonShare            // Have of the Need weight in group Subject; Detail says both for people
	ReasonNotPerformed     // commitment Subject is not performed
	ReasonGuard            // what stands against any other guard: Detail

	// Outcomes and warnings.
	ReasonSame          // Event is recorded already
	ReasonIncomplete    // the agreement is known to be incomplete: Detail
	ReasonContradiction // Event says the deal is in force; the approvals on record do not support it
	ReasonEarly         // Event is dated before what it depends on
	ReasonMet           // what the rule asked for was there: Detail
	ReasonNoClock       // the deal has no clock Detail to extend
	ReasonOrderUnknown  // whether Event or Detail, another event, came first at At is not known, and it matters
	ReasonDenied        // the act Detail of Subject (a party, or a commitment) counts; Event, dated At, denies it from as near or nearer
	ReasonForeseen      // Event, dated Detail, took effect though recorded before that, at At; so did Have acts in all
	ReasonRecordEnds    // a clock made the state Subject after At, the last instant on record; zero: nothing is

	endOfReasons
)

// reasonRow is what there is to know of one code.
type reasonRow struct {
	word string              // in every format
	say  func(Reason) string // in plain English; what it leaves empty reads as the word
}

var reasons = [endOfReasons]reasonRow{
	ReasonCounted: {"counted", func(r Reason) string { return fmt.Sprintf("%s by %s counts", r.noun(), phrase.OrAllSides(r.Subject)) }},
	ReasonRevision: {"revision", func(r Reason) string {
		return fmt.Sprintf("the text is now at revision %d; earlier approvals are stale", r.Have)
	}},
	ReasonRound: {"round", func(r Reason) string { return fmt.Sprintf("a new round begins, at revision %d", r.Have) }},
	ReasonClock: {"clock", Reason.clockFired},
	ReasonMoved: {"moved", func(r Reason) string { return fmt.Sprintf("%s is now %s", r.clock(), r.clockDue()) }},
	ReasonNotYetMoved: {"not_yet_moved", func(r Reason) string {
		return fmt.Sprintf("%s extends, but not every party has; %s stays at %s", r.Subject, r.clock(), r.clockDue())
	}},
	ReasonLeaves: {"leaves", func(r Reason) string {
		return fmt.Sprintf("%s has given notice, and leaves on %s", r.Subject, instant.Say(r.At))
	}},
	ReasonRevokes: {"revokes", func(r Reason) string {
		return fmt.Sprintf("%s takes back its notice (%s), and never ceased to be bound", r.Subject, r.Event)
	}},
	ReasonRenewed: {"renewed", func(r Reason) string { return fmt.Sprintf("it is tacitly renewed, to %s", instant.Say(r.At)) }},
	ReasonVoids:   {"voids", func(r Reason) string { return fmt.Sprintf("%s is voided", r.Event) }},

	ReasonPolicy: {"policy", func(r Reason) string {
		return fmt.Sprintf("policy %s does not count the word of %s for this", r.Subject, r.Detail)
	}},
	ReasonModality:  {"modality", func(r Reason) string { return fmt.Sprintf("it is %s, not asserted", r.Detail) }},
	ReasonRetracted: {"retracted", func(r Reason) string { return fmt.Sprintf("retracted by %s", r.Event) }},
	ReasonAlready:   {"already", Reason.already},
	ReasonNote:      {"note", func(Reason) string { return "a note; it changes nothing" }},
	ReasonNoTarget:  {"no_target", func(r Reason) string { return fmt.Sprintf("%s is not on record", r.Event) }},
	ReasonCircular:  {"circular", func(Reason) string { return "these retracts void one another; none counts" }},

	ReasonNoRule: {"no_rule", func(r Reason) string { return fmt.Sprintf("in state %s, %s leads nowhere", r.Subject, r.noun()) }},
	ReasonRevisionMismatch: {"revision_mismatch", func(r Reason) string {
		return fmt.Sprintf("it speaks of revision %d; the text is at revision %d", r.Have, r.Need)
	}},
	ReasonNothingToResume: {"nothing_to_resume", func(r Reason) string {
		return fmt.Sprintf("there is no suspension by %s to take back", phrase.OrAllSides(r.Subject))
	}},
	ReasonNoticeTooShort: {"notice_too_short", func(r Reason) string {
		return fmt.Sprintf("%s cannot leave before %s", r.Subject, instant.Say(r.At))
	}},
	ReasonNothingToSettle: {"nothing_to_settle", func(Reason) string { return "no such dispute is open" }},
	ReasonNotLater:        {"not_later", func(r Reason) string { return fmt.Sprintf("it does not reach beyond %s", r.clockDue()) }},
	ReasonNotApproved:     {"not_approved", func(r Reason) string { return fmt.Sprintf("%s has not approved", r.Subject) }},
	ReasonStale: {"stale", func(r Reason) string {
		return fmt.Sprintf("%s approved revision %d (%s), not the current revision %d", r.Subject, r.Have, r.Event, r.Need)
	}},
	ReasonRejectedBy: {"rejected_by", func(r Reason) string { return fmt.Sprintf("%s rejected it (%s)", r.Subject, r.Event) }},
	ReasonMore: {"more", func(r Reason) string {
		return fmt.Sprintf("and %s besides", phrase.Counted(r.Have, "party", "parties"))
	}},
	ReasonCount: {"count", func(r Reason) string {
		return fmt.Sprintf("%d of the %d approvals needed%s", r.Have, r.Need, phrase.InGroup(r.Subject))
	}},
	ReasonShare: {"share", func(r Reason) string {
		return fmt.Sprintf("%s of the weight needed%s", r.Detail, phrase.InGroup(r.Subject))
	}},
	ReasonNotPerformed: {"not_performed", func(r Reason) string { return fmt.Sprintf("%s is not performed", r.Subject) }},
	ReasonGuard:        {"guard", func(r Reason) string { return r.Detail }},

	ReasonSame:       {"same", func(r Reason) string { return fmt.Sprintf("%s is recorded already, with the same content", r.Event) }},
	ReasonIncomplete: {"incomplete", func(r Reason) string { return "the record is known to be incomplete: " + r.Detail }},
	ReasonContradiction: {"contradiction", func(r Reason) string {
		return fmt.Sprintf("%s says it is in force, on the word of a legal instrument, but the approvals on record do not support that; worth looking into", r.Event)
	}},
	ReasonEarly: {"early", func(r Reason) string {
		return fmt.Sprintf("%s is dated %s, before %s", r.Event, instant.Say(r.At), r.Detail)
	}},
	ReasonMet:     {"met", func(r Reason) string { return r.Detail }},
	ReasonNoClock: {"no_clock", func(r Reason) string { return fmt.Sprintf("the deal has no %s that one side could extend", r.Detail) }},
	ReasonOrderUnknown: {"order_unknown", func(r Reason) string {
		return fmt.Sprintf("which of %s and %s came first is not known (%s), and the other order leads elsewhere", r.Event, r.Detail, instant.Say(r.At))
	}},
	ReasonDenied: {"denied", func(r Reason) string {
		return fmt.Sprintf("%s counts, but %s of %s denies it, from a voice as near to the act or nearer", r.claim(), r.Event, instant.Say(r.At))
	}},
	ReasonForeseen: {"foreseen", func(r Reason) string {
		text := fmt.Sprintf("%s is dated %s, but was recorded before it happened, on %s", r.Event, r.Detail, instant.Say(r.At))
		if r.Have > 1 {
			text += fmt.Sprintf("; so were %d acts in all", r.Have)
		}
		return text
	}},
	ReasonRecordEnds: {"record_ends", func(r Reason) string {
		if r.At.IsZero() {
			return r.Subject + " by the clock; nothing is on record"
		}
		return r.Subject + " by the clock; nothing is on record after " + instant.SayMoment(r.At, "")
	}},
}

var reasonEnum = enumOf[ReasonCode]("code", reasons[:], func(r reasonRow) string { return r.word })

func (c ReasonCode) String() string { return reasonEnum.text(c) }

// MarshalText writes the code's word.
func (c ReasonCode) MarshalText() ([]byte, error) { return reasonEnum.marshal(c) }

// UnmarshalText reads a code's word.
func (c *ReasonCode) UnmarshalText(text []byte) error { return reasonEnum.unmarshal(c, text) }

// String says the reason in plain English, on one line: what in a stranger's
// text would act on a terminal is written as an escape.
func (r Reason) String() string { return display.Inert(r.text()) }

// text is the reason as the data formats hold it, with every word as it was
// given.
func (r Reason) text() string {
	if reasonEnum.has(r.Code) {
		if text := reasons[r.Code].say(r); text != "" {
			return text
		}
	}
	return r.Code.String()
}

// clock names the instant at which the clock Detail is due.
func (r Reason) clock() string {
	if c, ok := clockEnum.find(r.Detail); ok {
		return clocks[c].due
	}
	return "the " + r.Detail
}

// clockDue says when that is, which is At.
func (r Reason) clockDue() string {
	if c, ok := clockEnum.find(r.Detail); ok {
		return dueWords(c, r.At)
	}
	return instant.Say(r.At)
}

// dueWords says when a clock is due, in a sentence.
func dueWords(c Clock, due time.Time) string {
	if day, ok := c.LastDay(due); ok {
		return "the end of " + instant.Say(day)
	}
	return instant.Say(due)
}

// noun names the act of which Detail holds the kind.
func (r Reason) noun() string {
	if k, ok := kindEnum.find(r.Detail); ok {
		return kinds[k].noun
	}
	return r.Detail
}

func (r Reason) clockFired() string {
	switch r.Detail {
	case Overdue.String():
		return r.Subject + " is overdue"
	case Timed.String():
		return fmt.Sprintf("the timer %s came due", r.Subject)
	}
	return fmt.Sprintf("the %s came due", ofParty(r.Detail, r.Subject))
}

// claim says what a denial speaks against.
func (r Reason) claim() string {
	if r.Detail == Perform.String() {
		return "the performance of " + r.Subject
	}
	return "the " + r.noun() + " by " + phrase.OrAllSides(r.Subject)
}

func (r Reason) already() string {
	text := "nothing new: "
	switch r.Detail {
	case "perform":
		text += r.Subject + " is performed already"
	case "breach":
		text += r.Subject + " is broken already"
	case "":
		text += "the deal is " + r.Subject + " already"
	default:
		text += r.noun() + " by " + phrase.OrAllSides(r.Subject) + " is on record already"
	}
	if r.Event != "" {
		text += fmt.Sprintf(" (%s, %s)", r.Event, instant.Say(r.At))
	}
	return text
}

// MarshalJSON writes the reason as data, and last its text.
func (r Reason) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Must("code", r.Code)
	o.Text("rule", r.Rule)
	o.Text("subject", r.Subject)
	o.Text("event", r.Event)
	o.Text("detail", r.Detail)
	o.Instant("at", r.At)
	o.Integer("have", r.Have)
	o.Integer("need", r.Need)
	o.Must("text", r.text())
	return o.Done()
}

// UnmarshalJSON reads what MarshalJSON writes. The text must be the one that
// the other fields give.
func (r *Reason) UnmarshalJSON(data []byte) error {
	return r.read(strictjson.Field{Path: "reason", Raw: data})
}

func (r *Reason) read(f strictjson.Field) error {
	var read Reason
	var text string
	err := f.Object(
		strictjson.Slot{Key: "code", To: &read.Code},
		strictjson.Slot{Key: "rule", To: &read.Rule},
		strictjson.Slot{Key: "subject", To: &read.Subject},
		strictjson.Slot{Key: "event", To: &read.Event},
		strictjson.Slot{Key: "detail", To: &read.Detail},
		strictjson.Slot{Key: "at", To: &read.At},
		strictjson.Slot{Key: "have", To: &read.Have},
		strictjson.Slot{Key: "need", To: &read.Need},
		strictjson.Slot{Key: "text", To: &text})
	switch {
	case err != nil:
		return err
	case read.Code == 0:
		return field.Errorf(f.Path+".code", "missing")
	case text != read.text():
		return field.Errorf(f.Path+".text", "%q does not say what the other fields say; want %q", field.Clip(text), field.Clip(read.text()))
	}
	*r = read
	return nil
}

func joinReasons(reasons []Reason) string {
	texts := make([]string, len(reasons))
	for i, r := range reasons {
		texts[i] = r.String()
	}
	return strings.Join(texts, "; ")
}
