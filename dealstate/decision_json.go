package dealstate

// MarshalJSON writes the decision; empty fields are left out.
func (d Decision) MarshalJSON() ([]byte, error) {
	var o object
	o.text("deal", d.Deal)
	o.text("event", d.Event)
	o.must("kind", d.Trigger())
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
	if !r.Was.isZero() {
		o.must("was", r.Was)
	}
	if !r.Now.isZero() {
		o.must("now", r.Now)
	}
	return o.done()
}

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Decision) UnmarshalJSON(data []byte) error {
	return d.read(field{raw: data})
}

func (d *Decision) read(f field) error { return d.readNested(f, true) }

// maxRead bounds lists inside decisions and snapshots that are read back.
const maxRead = 1_000_000

// readNested reads a decision; one that was revised has no revisions of its own.
func (d *Decision) readNested(f field, outermost bool) error {
	var read Decision
	var on Trigger
	slots := []slot{
		{"deal", &read.Deal},
		{"event", &read.Event},
		{"kind", triggerText{&on}},
		{"party", &read.Party},
		{"at", &read.At},
		{"outcome", &read.Outcome},
		{"rule", &read.Rule},
		{"from", &read.From},
		{"to", &read.To},
		{"revision", &read.Revision},
		{"reasons", listOf(&read.Reasons, maxRead, (*Reason).read)}}
	if outermost {
		slots = append(slots, slot{"revised", listOf(&read.Revised, maxRead, (*Revision).read)})
	}
	if err := f.object(slots...); err != nil {
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
		return fieldErr(join(f.path, "kind"), "missing")
	case read.Outcome == 0:
		return fieldErr(join(f.path, "outcome"), "missing; want one of %s", outcomeEnum.want())
	}
	*d = read
	return nil
}

func (r *Revision) read(f field) error {
	return f.object(
		slot{"was", func(f field) error { return r.Was.readNested(f, false) }},
		slot{"now", func(f field) error { return r.Now.readNested(f, false) }})
}
