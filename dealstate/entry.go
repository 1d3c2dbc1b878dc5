package dealstate

import (
	"strings"
	"time"
)

// entry is an event that the machine has admitted, in the form in which a log
// keeps it: names are indexes, and what few events have stands aside.
type entry struct {
	place
	By     string
	Source Source
	Note   string
	seldom *seldom // nil: none of it
	names
	Kind     Kind
	Role     Role
	Modality Modality
	revision int32
}

// place is where an event stands among the others.
type place struct {
	At       time.Time
	Recorded time.Time
	ID       string
}

// names are what an event's names mean in its agreement.
type names struct {
	party      int32 // -1: all sides
	commitment int32 // -1: none
}

// seldom is what few events have.
type seldom struct {
	ref   string
	until time.Time
}

func newEntry(e *Event, of names) *entry {
	in := &entry{}
	in.fill(e, of)
	return in
}

func (in *entry) fill(e *Event, of names) {
	in.place, in.By, in.Source, in.Note = e.place(), e.By, e.Source, e.Note
	in.names, in.Kind, in.Role, in.Modality, in.revision = of, e.Kind, e.Role, e.Modality, int32(e.Revision)
	if e.Ref != "" || !e.Until.IsZero() {
		in.seldom = &seldom{ref: e.Ref, until: e.Until}
	}
}

func (in *entry) ref() string {
	if in.seldom == nil {
		return ""
	}
	return in.seldom.ref
}

func (in *entry) until() time.Time {
	if in.seldom == nil {
		return time.Time{}
	}
	return in.seldom.until
}

func (e *Event) place() place { return place{At: e.At, Recorded: e.Recorded, ID: e.ID} }

// compare orders places as events fold: by At, then by Recorded, then by ID.
func (p *place) compare(o *place) int {
	if c := p.At.Compare(o.At); c != 0 {
		return c
	}
	if c := p.Recorded.Compare(o.Recorded); c != 0 {
		return c
	}
	return strings.Compare(p.ID, o.ID)
}
