package dealstate

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// MarshalJSON writes the event as one line of the public format; empty fields
// are left out.
func (e Event) MarshalJSON() ([]byte, error) {
	if e.Kind == 0 {
		return nil, field.Errorf("kind", "missing")
	}
	var o strictjson.Object
	o.Must("id", e.ID)
	o.Must("deal", e.Deal)
	o.Must("kind", e.Kind.String())
	o.Text("party", e.Party)
	o.Text("by", e.By)
	o.Text("role", e.Role.String())
	o.Text("modality", e.Modality.String())
	o.Instant("at", e.At)
	o.Instant("recorded", e.Recorded)
	o.Integer("revision", int64(e.Revision))
	o.Text("ref", e.Ref)
	o.Text("commitment", e.Commitment)
	o.Instant("until", e.Until)
	if e.Source != (Source{}) {
		o.Must("source", e.Source)
	}
	o.Text("note", e.Note)
	return o.Done()
}

// MarshalJSON writes the source; empty fields are left out.
func (s Source) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Text("publisher", s.Publisher)
	o.Text("url", s.URL)
	o.Text("published", s.Published)
	return o.Done()
}

// UnmarshalJSON reads and validates one event of the public format. On error
// the event is left as it was.
func (e *Event) UnmarshalJSON(data []byte) error {
	if len(data) > MaxLine {
		return field.Errorf("json", "%d bytes; want at most %d", len(data), MaxLine)
	}
	var read draft
	if err := strictjson.ReadInto(&read, strictjson.Field{Raw: data, Schema: true}, eventSlots); err != nil {
		return err
	}
	if err := read.finish(); err != nil {
		return err
	}
	*e = read.Event
	return nil
}

// draft is an event while it is read. Who reads one owns it.
type draft struct {
	Event
	dated bool // At is a date alone
}

// finish completes and validates what was read. An event that was given by its date alone,
// and without an instant of recording, was learned by the end of that day.
func (d *draft) finish() error {
	if d.dated && d.Recorded.IsZero() {
		d.Recorded = d.At.Add(24*time.Hour - time.Second)
	}
	return d.validate()
}

// eventSlots are the fields of the format in its order. Those of the source are in an object
// of their own in JSON, and columns beside the others in a table.
var eventSlots = []strictjson.SlotOf[draft]{
	{Key: "id", To: func(d *draft) any { return &d.ID }},
	{Key: "deal", To: func(d *draft) any { return &d.Deal }},
	{Key: "kind", To: func(d *draft) any { return &d.Kind }},
	{Key: "party", To: func(d *draft) any { return &d.Party }},
	{Key: "by", To: func(d *draft) any { return &d.By }},
	{Key: "role", To: func(d *draft) any { return &d.Role }},
	{Key: "modality", To: func(d *draft) any { return &d.Modality }},
	{Key: "at", To: func(d *draft) any { return strictjson.Dated{To: &d.At, Day: instant.Begins, IsDate: &d.dated} }},
	{Key: "recorded", To: func(d *draft) any { return strictjson.Dated{To: &d.Recorded, Day: instant.Learned} }},
	{Key: "revision", To: func(d *draft) any { return &d.Revision }},
	{Key: "ref", To: func(d *draft) any { return &d.Ref }},
	{Key: "commitment", To: func(d *draft) any { return &d.Commitment }},
	{Key: "until", To: func(d *draft) any { return strictjson.Dated{To: &d.Until, Day: instant.Ends} }},
	{Key: "source", In: []strictjson.SlotOf[draft]{
		{Key: "publisher", To: func(d *draft) any { return &d.Source.Publisher }},
		{Key: "url", To: func(d *draft) any { return &d.Source.URL }},
		{Key: "published", To: func(d *draft) any { return &d.Source.Published }}}},
	{Key: "note", To: func(d *draft) any { return &d.Note }},
}
