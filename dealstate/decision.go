package dealstate

import (
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Decision says what one event, or one clock, did. Decisions may share their
// reasons: read them, and copy them before changing any.
type Decision struct {
	Deal     string
	Event    string // the event's id; "" for a clock
	Kind     Kind   // the event's kind, or the clock
	Party    string // the event's
	At       time.Time
	Outcome  Outcome
	Rule     string // the id of the rule that fired
	From     State
	To       State // equal to From where the state did not change
	Revision int   // of the text, afterwards
	Reasons  []Reason
	Revised  []Revision // earlier decisions that this event changed; only from Record and Check
}

// Revision is an earlier decision that a new event changed. A clock that no
// longer fires, or that fires only now, has a zero decision on one side.
type Revision struct {
	Was Decision
	Now Decision
}

// name says what was decided upon.
func (d Decision) name() string {
	if d.Event == "" {
		return d.Kind.String() + " clock"
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

// String says the decision in one line.
func (d Decision) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", d.name(), d.Outcome)
	if d.From != d.To {
		fmt.Fprintf(&b, ", %s → %s", d.From, d.To)
	}
	if len(d.Reasons) > 0 {
		b.WriteString(": " + joinReasons(d.Reasons))
	}
	return b.String()
}

// LogValue gives log/slog the decision's fields.
func (d Decision) LogValue() slog.Value {
	return slog.GroupValue(slog.String("deal", d.Deal), slog.String("event", d.Event), slog.String("kind", d.Kind.String()),
		slog.String("outcome", d.Outcome.String()), slog.String("from", string(d.From)), slog.String("to", string(d.To)),
		slog.String("rule", d.Rule), slog.String("why", joinReasons(d.Reasons)))
}

// MarshalJSON writes the decision; empty fields are left out.
func (d Decision) MarshalJSON() ([]byte, error) {
	var o object
	o.text("deal", d.Deal)
	o.text("event", d.Event)
	o.must("kind", d.Kind)
	o.text("party", d.Party)
	o.must("at", d.At)
	o.must("outcome", d.Outcome)
	o.text("rule", d.Rule)
	o.must("from", d.From)
	o.must("to", d.To)
	o.must("revision", d.Revision)
	if len(d.Reasons) > 0 {
		o.must("reasons", d.Reasons)
	}
	if len(d.Revised) > 0 {
		o.must("revised", d.Revised)
	}
	return o.done()
}

// MarshalJSON writes both sides of the revision; a zero side is left out.
func (r Revision) MarshalJSON() ([]byte, error) {
	var o object
	if r.Was.Kind != 0 {
		o.must("was", r.Was)
	}
	if r.Now.Kind != 0 {
		o.must("now", r.Now)
	}
	return o.done()
}

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Decision) UnmarshalJSON(data []byte) error {
	return d.read(field{path: "", raw: data}, 0)
}

func (d *Decision) read(f field, depth int) error {
	var read Decision
	if depth > 1 { // a revised decision holds no revisions of its own
		return fieldErr(f.path, "revisions nested in revisions")
	}
	err := readObject(f.path, f.raw, func(f field) error { return read.take(f, depth) })
	switch {
	case err != nil:
		return err
	case read.Kind == 0:
		return fieldErr(join(f.path, "kind"), "missing")
	case read.Outcome == 0:
		return fieldErr(join(f.path, "outcome"), "missing; want one of %s", strings.Join(outcomeWords, ", "))
	}
	*d = read
	return nil
}

func (d *Decision) take(f field, depth int) error {
	switch f.key {
	case "deal":
		return f.text(&d.Deal)
	case "event":
		return f.text(&d.Event)
	case "kind":
		return f.word(&d.Kind)
	case "party":
		return f.text(&d.Party)
	case "at":
		return f.instant(&d.At)
	case "outcome":
		return f.word(&d.Outcome)
	case "rule":
		return f.text(&d.Rule)
	case "from":
		return f.text((*string)(&d.From))
	case "to":
		return f.text((*string)(&d.To))
	case "revision":
		return f.number(&d.Revision)
	case "reasons":
		return f.reasons(&d.Reasons)
	case "revised":
		return f.list(maxRead, func(f field) error { return d.readRevision(f, depth) })
	}
	return f.unknown()
}

// maxRead bounds lists inside decisions and snapshots that are read back.
const maxRead = 1_000_000

func (f field) reasons(to *[]Reason) error {
	return f.list(maxRead, func(f field) error {
		var r Reason
		err := r.read(f)
		*to = append(*to, r)
		return err
	})
}

func (d *Decision) readRevision(f field, depth int) error {
	var r Revision
	err := readObject(f.path, f.raw, func(f field) error {
		switch f.key {
		case "was":
			return r.Was.read(f, depth+1)
		case "now":
			return r.Now.read(f, depth+1)
		}
		return f.unknown()
	})
	d.Revised = append(d.Revised, r)
	return err
}
