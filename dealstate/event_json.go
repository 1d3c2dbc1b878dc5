package dealstate

import "slices"

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

func (e *Event) read(f field) error {
	return f.object(
		slot{"id", &e.ID},
		slot{"deal", &e.Deal},
		slot{"kind", e.readKind},
		slot{"party", &e.Party},
		slot{"by", &e.By},
		slot{"role", &e.Role},
		slot{"modality", &e.Modality},
		slot{"at", &e.At},
		slot{"recorded", &e.Recorded},
		slot{"revision", &e.Revision},
		slot{"ref", &e.Ref},
		slot{"commitment", &e.Commitment},
		slot{"until", &e.Until},
		slot{"source", e.Source.read},
		slot{"note", &e.Note})
}

// readKind offers no clock to who misspells a kind.
func (e *Event) readKind(f field) error {
	var text string
	if err := f.text(&text); err != nil || text == "" {
		return err
	}
	i, err := kindWords[:numKinds].parse(f.path, []byte(text))
	if err != nil && slices.Contains(kindWords, text) {
		return fieldErr(f.path, "%s is a clock; it fires by itself and is never recorded", text)
	}
	e.Kind = Kind(i)
	return err
}

func (s *Source) read(f field) error {
	return f.object(
		slot{"publisher", &s.Publisher},
		slot{"url", &s.URL},
		slot{"published", &s.Published})
}
