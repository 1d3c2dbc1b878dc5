package dealstate

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
)

// Decision says what one event, or one clock, did. Decisions may share their
// reasons: read them, and copy them before changing any.
type Decision struct {
	Deal       string
	Event      string // the event's id; "" for a clock
	Kind       Kind   // the event's; 0 for a clock
	Clock      Clock  // 0 for an event
	Party      string // whose act, or whose clock; "": all sides, or the deal's own clock
	Commitment string // whose deadline, of an overdue clock
	Timer      string // which of the agreement's own, of a timer
	At         time.Time
	Outcome    Outcome
	Rule       string // the id of the rule that fired
	From       State
	To         State // equal to From where the state did not change
	Revision   int   // of the text, afterwards
	Reasons    []Reason
	Revised    []Revision // earlier decisions that this event changed; only from Record and Check
}

// Revision is an earlier decision that a new event changed. A clock that no
// longer fires, or that fires only now, has a zero decision on one side.
//
// ByTime marks a clock that fires only now, and would without the event as well: it came
// due between the last instant of which the log spoke and the one of which it speaks with
// the event. Time alone did that, and [Decision.Caused] leaves it out. To compare as of
// another instant, give two replays to [CompareDecisions].
type Revision struct {
	Was    Decision
	Now    Decision
	ByTime bool
}

// Caused gives of Revised what the event itself changed, without what time alone did until
// the event was recorded.
func (d Decision) Caused() (revised []Revision) {
	for _, r := range d.Revised {
		if !r.ByTime {
			revised = append(revised, r)
		}
	}
	return revised
}

// Trigger is the event's kind, or the clock.
func (d Decision) Trigger() Trigger {
	if d.Clock != 0 {
		return d.Clock
	}
	return d.Kind
}

// Fired is the clock that fired, whose it is, and when; zero for an event.
func (d Decision) Fired() ClockStatus {
	if d.Clock == 0 {
		return ClockStatus{}
	}
	return ClockStatus{Clock: d.Clock, Party: d.Party, Commitment: d.Commitment, Timer: d.Timer, Due: d.At}
}

// isZero reports whether it is no decision at all, but the zero side of a Revision.
func (d Decision) isZero() bool { return d.Kind == 0 && d.Clock == 0 }

// name says what was decided upon.
func (d Decision) name() string {
	if d.Clock != 0 {
		return d.Fired().Named(d.Clock.String() + " clock")
	}
	text := d.Kind.String()
	if d.Party != "" {
		text += " " + d.Party
	}
	return text + " (" + d.Event + ")"
}

// Repeated gives the decision on the same event coming again with the same
// content: a duplicate, in the state that the first had led to.
func (d Decision) Repeated() Decision {
	d.Outcome, d.From, d.Rule, d.Revised = Duplicate, d.To, "", nil
	d.Reasons = []Reason{{Code: ReasonSame, Event: d.Event}}
	return d
}

// String says the decision in one line, whatever strangers wrote into ids and
// names; of the zero side of a [Revision], that there is none.
func (d Decision) String() string {
	if d.isZero() {
		return "no decision"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", d.name(), d.Outcome)
	if d.From != d.To {
		fmt.Fprintf(&b, ", %s → %s", d.From, d.To)
	}
	if len(d.Reasons) > 0 {
		b.WriteString(": " + joinReasons(d.Reasons))
	}
	return display.Inert(b.String())
}

// LogValue gives log/slog the decision's fields.
func (d Decision) LogValue() slog.Value {
	return slog.GroupValue(slog.String("deal", d.Deal), slog.String("event", d.Event), slog.String("kind", d.Trigger().String()),
		slog.String("outcome", d.Outcome.String()), slog.String("from", string(d.From)), slog.String("to", string(d.To)),
		slog.String("rule", d.Rule), slog.String("why", joinReasons(d.Reasons)))
}

// Refusal is the error of [Deal.Apply] for an event that would not take
// effect. Nothing was kept.
type Refusal struct {
	Decision Decision
}

func (e *Refusal) Error() string { return e.Decision.String() }
