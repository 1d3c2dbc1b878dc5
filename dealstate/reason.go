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
	ReasonClock                             // the clock Detail came due
	ReasonMoved                             // the clock Detail now runs to At
	ReasonNotYetMoved                       // Subject extended; the deal's clock Detail stays at At
	ReasonVoids                             // the retract voids Event

	// Why an event was noted.
	ReasonPolicy    // policy Subject does not count role Detail
	ReasonModality  // spoken of as Detail only
	ReasonRetracted // voided by Event
	ReasonAlready   // Event at At was first: Subject's act of kind Detail, or Subject is the state
	ReasonNote      // a note changes nothing
	ReasonNoTarget  // the retract's target Event is not on record
	ReasonCircular  // the retract is part of a circle

	// Why an event was refused.
	ReasonNoRule            // no rule on kind Detail leaves state Subject
	ReasonRevisionMismatch  // it speaks of revision Have, the text is at Need
	ReasonNothingToWithdraw // Subject has no approval standing
	ReasonNothingToSettle   // no such dispute is open
	ReasonNotLater          // the extension does not reach beyond At
	ReasonNotApproved       // Subject has not approved
	ReasonStale             // Subject approved revision Have only (Event); the text is at Need
	ReasonRejectedBy        // Subject rejected (Event)
	ReasonMore              // Have more parties are outstanding
	ReasonCount             // Have of the Need approvals in group Subject
	ReasonShare             // Have of the Need weight in group Subject; Detail says both for people
	ReasonNotPerformed      // commitment Subject is not performed
	ReasonGuard             // what stands against any other guard: Detail

	// Outcomes and warnings.
	ReasonSame          // Event is recorded already
	ReasonIncomplete    // the agreement is known to be incomplete: Detail
	ReasonContradiction // Event says the deal is in force; the approvals on record do not support it
	ReasonEarly         // Event is dated before what it depends on
	ReasonMet           // what the rule asked for was there: Detail
	ReasonNoClock       // the deal has no clock Detail to extend
)

var reasonWords = words{"counted", "revision", "round", "clock", "moved", "not_yet_moved", "voids",
	"policy", "modality", "retracted", "already", "note", "no_target", "circular",
	"no_rule", "revision_mismatch", "nothing_to_withdraw", "nothing_to_settle", "not_later", "not_approved", "stale",
	"rejected_by", "more", "count", "share", "not_performed", "guard",
	"same", "incomplete", "contradiction", "early", "met", "no_clock"}

func (c ReasonCode) String() string { return reasonWords.text(int(c)) }

// MarshalText writes the code's word.
func (c ReasonCode) MarshalText() ([]byte, error) { return reasonWords.marshal("code", int(c)) }

// UnmarshalText reads a code's word.
func (c *ReasonCode) UnmarshalText(text []byte) error {
	i, err := reasonWords.parse("code", text)
	if err == nil {
		*c = ReasonCode(i)
	}
	return err
}

// String says the reason in plain English, on one line: what in a stranger's
// text would act on a terminal is written as an escape.
func (r Reason) String() string { return display.Inert(r.text()) }

// text is the reason as the data formats hold it, with every word as it was
// given.
func (r Reason) text() string {
	if text := r.applied(); text != "" {
		return text
	}
	if text := r.noted(); text != "" {
		return text
	}
	if text := r.unmet(); text != "" {
		return text
	}
	return r.rest()
}

func (r Reason) applied() string {
	switch r.Code {
	case ReasonCounted:
		return fmt.Sprintf("%s by %s counts", r.noun(), phrase.OrAllSides(r.Subject))
	case ReasonRevision:
		return fmt.Sprintf("the text is now at revision %d; earlier approvals are stale", r.Have)
	case ReasonRound:
		return fmt.Sprintf("a new round begins, at revision %d", r.Have)
	case ReasonClock:
		return fmt.Sprintf("the %s came due", r.Detail)
	case ReasonMoved:
		return fmt.Sprintf("%s is now %s", r.clock(), instant.Say(r.At))
	case ReasonNotYetMoved:
		return fmt.Sprintf("%s extends, but not every party has; %s stays at %s", r.Subject, r.clock(), instant.Say(r.At))
	case ReasonVoids:
		return fmt.Sprintf("%s is voided", r.Event)
	case ReasonMet:
		return r.Detail
	}
	return ""
}

func (r Reason) noted() string {
	switch r.Code {
	case ReasonPolicy:
		return fmt.Sprintf("policy %s does not count the word of %s for this", r.Subject, r.Detail)
	case ReasonModality:
		return fmt.Sprintf("it is %s, not asserted", r.Detail)
	case ReasonRetracted:
		return fmt.Sprintf("retracted by %s", r.Event)
	case ReasonAlready:
		return r.already()
	case ReasonNote:
		return "a note; it changes nothing"
	case ReasonNoTarget:
		return fmt.Sprintf("%s is not on record", r.Event)
	case ReasonCircular:
		return "these retracts void one another; none counts"
	}
	return ""
}

// clock names the instant at which the clock Detail is due.
func (r Reason) clock() string {
	if r.Detail == Term.String() {
		return "the end of the term"
	}
	return "the " + r.Detail
}

// noun names the act of which Detail holds the kind.
func (r Reason) noun() string {
	var k Kind
	if k.UnmarshalText([]byte(r.Detail)) != nil || k.IsClock() {
		return r.Detail
	}
	return k.noun()
}

func (r Reason) already() string {
	text := "nothing new: "
	switch r.Detail {
	case "perform":
		text += r.Subject + " is performed already"
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

func (r Reason) unmet() string {
	switch r.Code {
	case ReasonNoRule:
		return fmt.Sprintf("in state %s, %s leads nowhere", r.Subject, r.noun())
	case ReasonRevisionMismatch:
		return fmt.Sprintf("it speaks of revision %d; the text is at revision %d", r.Have, r.Need)
	case ReasonNothingToWithdraw:
		return fmt.Sprintf("%s has no approval standing that it could withdraw", r.Subject)
	case ReasonNothingToSettle:
		return "no such dispute is open"
	case ReasonNotLater:
		return fmt.Sprintf("it does not reach beyond %s", instant.Say(r.At))
	case ReasonNotApproved:
		return fmt.Sprintf("%s has not approved", r.Subject)
	case ReasonStale:
		return fmt.Sprintf("%s approved revision %d (%s), not the current revision %d", r.Subject, r.Have, r.Event, r.Need)
	case ReasonRejectedBy:
		return fmt.Sprintf("%s rejected it (%s)", r.Subject, r.Event)
	case ReasonMore:
		return fmt.Sprintf("and %s besides", phrase.Counted(r.Have, "party", "parties"))
	case ReasonCount:
		return fmt.Sprintf("%d of the %d approvals needed%s", r.Have, r.Need, phrase.InGroup(r.Subject))
	case ReasonShare:
		return fmt.Sprintf("%s of the weight needed%s", r.Detail, phrase.InGroup(r.Subject))
	case ReasonNotPerformed:
		return fmt.Sprintf("%s is not performed", r.Subject)
	case ReasonGuard:
		return r.Detail
	case ReasonNoClock:
		return fmt.Sprintf("the deal has no %s that one side could extend", r.Detail)
	}
	return ""
}

func (r Reason) rest() string {
	switch r.Code {
	case ReasonSame:
		return fmt.Sprintf("%s is recorded already, with the same content", r.Event)
	case ReasonIncomplete:
		return "the record is known to be incomplete: " + r.Detail
	case ReasonContradiction:
		return fmt.Sprintf("%s says it is in force, on the word of a legal instrument, but the approvals on record do not support that; worth looking into", r.Event)
	case ReasonEarly:
		return fmt.Sprintf("%s is dated %s, before %s", r.Event, instant.Say(r.At), r.Detail)
	}
	return r.Code.String()
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
