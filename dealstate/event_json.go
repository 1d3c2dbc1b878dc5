package dealstate

// MarshalJSON writes the event as one line of the public format; empty fields
// are left out.
func (e Event) MarshalJSON() ([]byte, error) {
	if e.Kind == 0 {
		return nil, fieldErr("kind", "missing")
	}
	var o object
	o.must("id", e.ID)
	o.must("deal", e.Deal)
	o.must("kind", e.Kind.String())
	o.text("party", e.Party)
	o.text("by", e.By)
	o.text("role", e.Role.String())
	o.text("modality", e.Modality.String())
	o.instant("at", e.At)
	o.instant("recorded", e.Recorded)
	o.integer("revision", int64(e.Revision))
	o.text("ref", e.Ref)
	o.text("commitment", e.Commitment)
	o.instant("until", e.Until)
	if e.Source != (Source{}) {
		o.must("source", e.Source)
	}
	o.text("note", e.Note)
	return o.done()
}

// MarshalJSON writes the source; empty fields are left out.
func (s Source) MarshalJSON() ([]byte, error) {
	var o object
	o.text("publisher", s.Publisher)
	o.text("url", s.URL)
	o.text("published", s.Published)
	return o.done()
}

// UnmarshalJSON reads and validates one event of the public format. On error
// the event is left as it was.
func (e *Event) UnmarshalJSON(data []byte) error {
	if len(data) > MaxLine {
		return fieldErr("json", "%d bytes; want at most %d", len(data), MaxLine)
	}
	var read Event
	if err := read.read(field{raw: data}); err != nil {
		return err
	}
	if err := read.Validate(); err != nil {
		return err
	}
	*e = read
	return nil
}

func (e *Event) read(f field) error { return f.object(e.slots()...) }

// slots are the fields of the format. Those of the source are in an object of
// their own in JSON, and columns beside the others in a table.
func (e *Event) slots() []slot {
	return []slot{
		{"id", &e.ID},
		{"deal", &e.Deal},
		{"kind", &e.Kind},
		{"party", &e.Party},
		{"by", &e.By},
		{"role", &e.Role},
		{"modality", &e.Modality},
		{"at", &e.At},
		{"recorded", &e.Recorded},
		{"revision", &e.Revision},
		{"ref", &e.Ref},
		{"commitment", &e.Commitment},
		{"until", &e.Until},
		{"source", e.Source.read},
		{"note", &e.Note}}
}

func (s *Source) read(f field) error { return f.object(s.slots()...) }

func (s *Source) slots() []slot {
	return []slot{
		{"publisher", &s.Publisher},
		{"url", &s.URL},
		{"published", &s.Published}}
}
