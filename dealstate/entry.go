package dealstate

import (
	"cmp"
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
	Role     Role
	Modality Modality
}

// place is all that says where an event folds among the others of its deal.
type place struct {
	At       time.Time
	Recorded time.Time
	ID       string
	revision int32
	Kind     Kind
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
	in.names, in.Role, in.Modality = of, e.Role, e.Modality
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

func (e *Event) place() place {
	return place{At: e.At, Recorded: e.Recorded, ID: e.ID, revision: int32(e.Revision), Kind: e.Kind}
}

// compare orders places as events fold (law 11): by At, by the class of the kind, by
// Recorded, by the kind's place in its class, by the revision, and last by ID.
func (p *place) compare(o *place) int {
	if c := p.At.Compare(o.At); c != 0 {
		return c
	}
	rank, other := p.Kind.rank(), o.Kind.rank()
	if rank.class() != other.class() {
		return cmp.Compare(rank, other)
	}
	if c := p.Recorded.Compare(o.Recorded); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(rank, other), cmp.Compare(p.revision, o.revision), strings.Compare(p.ID, o.ID))
}

// Compare orders the events of one deal as they fold: by At; of those at one instant
// by the class of their kind ([Kind.Rank]), so that what enables comes before what needs
// it; within a class by Recorded, by the kind, by Revision, and last by ID. It is
// negative where e comes first, and 0 only for events of one id. An event is
// compared in the form in which it is kept.
func (e Event) Compare(o Event) int {
	e.tidy()
	o.tidy()
	first, second := e.place(), o.place()
	return first.compare(&second)
}

const day = 24 * time.Hour

// isDate reports whether the event is dated midnight UTC: as a rule, its day alone is
// known.
func (p *place) isDate() bool {
	return p.At.Unix()%int64(day/time.Second) == 0 && p.At.Nanosecond() == 0
}

// isOfDay reports whether the place is on the day that begins at an instant before it.
func (p *place) isOfDay(midnight time.Time) bool { return p.At.Before(midnight.Add(day)) }

// tiesWith reports whether the record may leave open which of two neighbours came first.
func (in *entry) tiesWith(next *entry) bool {
	return in.At.Equal(next.At) || in.isDate() && next.isOfDay(in.At)
}

// ties reports whether only the kind, the revision or the id orders the two.
func (in *entry) ties(o *entry) bool {
	return in.At.Equal(o.At) && in.Recorded.Equal(o.Recorded) && in.Kind.rank().class() == o.Kind.rank().class()
}
