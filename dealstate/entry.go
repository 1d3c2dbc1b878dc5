package dealstate

import (
	"cmp"
	"encoding/binary"
	"math"
	"strings"
	"time"
)

// entry is an event that the machine has admitted, in the form in which a log keeps it:
// names are indexes, instants are seconds and nanoseconds, and all texts are one string,
// the one after the other. That is 64 bytes and the text itself; what is given out is
// made of it anew. A log owns it, and it never changes there.
type entry struct {
	text            string // id, by, publisher, URL, published, ref, until, note
	atSeconds       int64  // since 1970, as time.Time.Unix gives them
	recordedSeconds int64
	atNanos         int32
	recordedNanos   int32
	revision        int32
	names
	ends     [6]uint16 // where each text ends, up to ref; until has untilBytes or none, and the note is the rest
	Kind     Kind
	Role     Role
	Modality Modality
	hasUntil bool
}

// names are what an event's names mean in its agreement.
type names struct {
	party      int16 // -1: all sides
	commitment int16 // -1: none
}

// untilBytes is the length of an instant within a text: seconds and nanoseconds.
const untilBytes = 8 + 4

func newEntry(e *Event, of names) *entry {
	var text strings.Builder
	text.Grow(e.textSize())
	in := &entry{}
	in.fill(e, of, &text)
	return in
}

// fill makes the entry that of an event. Its text goes to the end of another, in which
// there is room for it.
func (in *entry) fill(e *Event, of names, text *strings.Builder) {
	in.setAt(e.At)
	in.setRecorded(e.Recorded)
	in.revision, in.names, in.Kind, in.Role, in.Modality, in.hasUntil = int32(e.Revision), of, e.Kind, e.Role, e.Modality, !e.Until.IsZero()
	start := text.Len()
	for i, part := range [...]string{e.ID, e.By, e.Source.Publisher, e.Source.URL, e.Source.Published, e.Ref} {
		text.WriteString(part)
		in.ends[i] = uint16(text.Len() - start) // package field bounds these far below 64 KiB together
	}
	if in.hasUntil {
		text.WriteString(untilText(e.Until))
	}
	text.WriteString(e.Note)
	in.text = text.String()[start:]
}

// textSize is how many bytes of text the event's entry has.
func (e *Event) textSize() int {
	n := len(e.ID) + len(e.By) + len(e.Source.Publisher) + len(e.Source.URL) + len(e.Source.Published) + len(e.Ref) + len(e.Note)
	if !e.Until.IsZero() {
		n += untilBytes
	}
	return n
}

// place gives an entry that has of an event only what orders it among others.
func (e *Event) place() entry {
	in := entry{text: e.ID, revision: int32(e.Revision), Kind: e.Kind}
	in.setAt(e.At)
	in.setRecorded(e.Recorded)
	in.ends[0] = uint16(min(len(e.ID), math.MaxUint16))
	return in
}

func (in *entry) setAt(t time.Time) { in.atSeconds, in.atNanos = t.Unix(), int32(t.Nanosecond()) }

func (in *entry) setRecorded(t time.Time) {
	in.recordedSeconds, in.recordedNanos = t.Unix(), int32(t.Nanosecond())
}

func (in *entry) at() time.Time { return time.Unix(in.atSeconds, int64(in.atNanos)).UTC() }
func (in *entry) recorded() time.Time {
	return time.Unix(in.recordedSeconds, int64(in.recordedNanos)).UTC()
}

func (in *entry) id() string  { return in.text[:in.ends[0]] }
func (in *entry) by() string  { return in.text[in.ends[0]:in.ends[1]] }
func (in *entry) ref() string { return in.text[in.ends[4]:in.ends[5]] }

func (in *entry) source() Source {
	return Source{Publisher: in.text[in.ends[1]:in.ends[2]], URL: in.text[in.ends[2]:in.ends[3]], Published: in.text[in.ends[3]:in.ends[4]]}
}

func (in *entry) note() string {
	if in.hasUntil {
		return in.text[in.ends[5]+untilBytes:]
	}
	return in.text[in.ends[5]:]
}

func (in *entry) until() time.Time {
	if !in.hasUntil {
		return time.Time{}
	}
	raw := []byte(in.text[in.ends[5]:][:untilBytes])
	return time.Unix(int64(binary.BigEndian.Uint64(raw)), int64(binary.BigEndian.Uint32(raw[8:]))).UTC()
}

// untilText is an instant within a text.
func untilText(t time.Time) string {
	var raw [untilBytes]byte
	binary.BigEndian.PutUint64(raw[:], uint64(t.Unix()))
	binary.BigEndian.PutUint32(raw[8:], uint32(t.Nanosecond()))
	return string(raw[:])
}

// compare orders entries as events fold (law 11): by At, by the class of the kind, by
// Recorded, by the kind's place in its class, by the revision, and last by ID.
func (in *entry) compare(o *entry) int {
	if c := cmp.Or(cmp.Compare(in.atSeconds, o.atSeconds), cmp.Compare(in.atNanos, o.atNanos)); c != 0 {
		return c
	}
	rank, other := in.Kind.rank(), o.Kind.rank()
	if rank.class() != other.class() {
		return cmp.Compare(rank, other)
	}
	if c := cmp.Or(cmp.Compare(in.recordedSeconds, o.recordedSeconds), cmp.Compare(in.recordedNanos, o.recordedNanos)); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(rank, other), cmp.Compare(in.revision, o.revision), strings.Compare(in.id(), o.id()))
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
	return cmp.Or(first.compare(&second), strings.Compare(e.ID, o.ID)) // no entry has an id so long that they differ there only
}

const day = 24 * time.Hour

// isDate reports whether the event is dated midnight UTC: as a rule, its day alone is
// known.
func (in *entry) isDate() bool { return in.atNanos == 0 && in.atSeconds%int64(day/time.Second) == 0 }

// isOfDay reports whether the event is on the day that begins at an instant before it.
func (in *entry) isOfDay(midnight time.Time) bool { return in.at().Before(midnight.Add(day)) }

// isAt reports whether both are of one instant.
func (in *entry) isAt(o *entry) bool { return in.atSeconds == o.atSeconds && in.atNanos == o.atNanos }

// tiesWith reports whether the record may leave open which of two neighbours came first.
func (in *entry) tiesWith(next *entry) bool {
	return in.isAt(next) || in.isDate() && next.isOfDay(in.at())
}

// ties reports whether only the kind, the revision or the id orders the two.
func (in *entry) ties(o *entry) bool {
	return in.isAt(o) && in.recordedSeconds == o.recordedSeconds && in.recordedNanos == o.recordedNanos && in.Kind.rank().class() == o.Kind.rank().class()
}
