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
	var read Event
	if err := read.read(strictjson.Field{Raw: data}); err != nil {
		return err
	}
	if err := read.Validate(); err != nil {
		return err
	}
	*e = read
	return nil
}

func (e *Event) read(f strictjson.Field) error {
	var dated bool
	if err := f.Object(e.slots(&dated)...); err != nil {
		return err
	}
	e.learnDated(dated)
	return nil
}

// learnDated says when an event was learned that was given by its date alone, and
// without an instant of recording: by the end of that day.
func (e *Event) learnDated(dated bool) {
	if dated && e.Recorded.IsZero() {
		e.Recorded = e.At.Add(24*time.Hour - time.Second)
	}
}

// slots are the fields of the format, of which At sets dated to whether it is a date
// alone. Those of the source are in an object of their own in JSON, and columns beside
// the others in a table.
func (e *Event) slots(dated *bool) []strictjson.Slot {
	return []strictjson.Slot{
		{Key: "id", To: &e.ID},
		{Key: "deal", To: &e.Deal},
		{Key: "kind", To: &e.Kind},
		{Key: "party", To: &e.Party},
		{Key: "by", To: &e.By},
		{Key: "role", To: &e.Role},
		{Key: "modality", To: &e.Modality},
		{Key: "at", To: strictjson.Dated{To: &e.At, Day: instant.Begins, IsDate: dated}},
		{Key: "recorded", To: strictjson.Dated{To: &e.Recorded, Day: instant.Learned}},
		{Key: "revision", To: &e.Revision},
		{Key: "ref", To: &e.Ref},
		{Key: "commitment", To: &e.Commitment},
		{Key: "until", To: strictjson.Dated{To: &e.Until, Day: instant.Ends}},
		{Key: "source", To: e.Source.read},
		{Key: "note", To: &e.Note}}
}

func (s *Source) read(f strictjson.Field) error { return f.Object(s.slots()...) }

func (s *Source) slots() []strictjson.Slot {
	return []strictjson.Slot{
		{Key: "publisher", To: &s.Publisher},
		{Key: "url", To: &s.URL},
		{Key: "published", To: &s.Published}}
}
