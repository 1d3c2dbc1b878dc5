package dealstate

import (
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// MarshalJSON writes the decision; empty fields are left out.
func (d Decision) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Text("deal", d.Deal)
	o.Text("event", d.Event)
	o.Must("kind", d.Trigger())
	o.Text("party", d.Party)
	o.Text("commitment", d.Commitment)
	o.Text("timer", d.Timer)
	o.Must("at", d.At)
	o.Must("outcome", d.Outcome)
	o.Text("rule", d.Rule)
	o.Must("from", d.From)
	o.Must("to", d.To)
	o.Must("revision", d.Revision)
	if len(d.Reasons) > 0 {
		o.Must("reasons", d.Reasons)
	}
	if len(d.Revised) > 0 {
		o.Must("revised", d.Revised)
	}
	return o.Done()
}

// MarshalJSON writes both sides of the revision, a zero side left out, and by_time where it is so.
func (r Revision) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	if !r.Was.isZero() {
		o.Must("was", r.Was)
	}
	if !r.Now.isZero() {
		o.Must("now", r.Now)
	}
	if r.ByTime {
		o.Must("by_time", true)
	}
	return o.Done()
}

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Decision) UnmarshalJSON(data []byte) error {
	return d.read(strictjson.Field{Raw: data})
}

func (d *Decision) read(f strictjson.Field) error { return d.readNested(f, true) }

// readNested reads a decision; one that was revised has no revisions of its own.
func (d *Decision) readNested(f strictjson.Field, outermost bool) error {
	var read Decision
	var on Trigger
	slots := []strictjson.Slot{
		{Key: "deal", To: &read.Deal},
		{Key: "event", To: &read.Event},
		{Key: "kind", To: triggerText{&on}},
		{Key: "party", To: &read.Party},
		{Key: "commitment", To: &read.Commitment},
		{Key: "timer", To: &read.Timer},
		{Key: "at", To: &read.At},
		{Key: "outcome", To: &read.Outcome},
		{Key: "rule", To: &read.Rule},
		{Key: "from", To: (*string)(&read.From)},
		{Key: "to", To: (*string)(&read.To)},
		{Key: "revision", To: &read.Revision},
		{Key: "reasons", To: strictjson.ListOf(&read.Reasons, field.MaxRead, (*Reason).read)}}
	if outermost {
		slots = append(slots, strictjson.Slot{Key: "revised", To: strictjson.ListOf(&read.Revised, field.MaxRead, (*Revision).read)})
	}
	if err := f.Object(slots...); err != nil {
		return err
	}
	switch on := on.(type) {
	case Kind:
		read.Kind = on
	case Clock:
		read.Clock = on
	}
	switch {
	case read.isZero():
		return field.Errorf(strictjson.Join(f.Path, "kind"), "missing")
	case read.Outcome == 0:
		return field.Errorf(strictjson.Join(f.Path, "outcome"), "missing; want one of %s", outcomeEnum.want())
	}
	*d = read
	return nil
}

func (r *Revision) read(f strictjson.Field) error {
	return f.Object(
		strictjson.Slot{Key: "was", To: func(f strictjson.Field) error { return r.Was.readNested(f, false) }},
		strictjson.Slot{Key: "now", To: func(f strictjson.Field) error { return r.Now.readNested(f, false) }},
		strictjson.Slot{Key: "by_time", To: &r.ByTime})
}
