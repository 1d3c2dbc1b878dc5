package dealstate

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/internal/idindex"
)

// log keeps a deal's events in the order in which they fold.
type log struct {
	entries []*entry
	rows    *idindex.Index  // of the entries, by id; nil: they are few, and are gone through
	refs    map[string]bool // ids that some retract speaks of; nil: there is no retract
	ties    bool            // two neighbours are of one instant, or of one day and the first is dated by that day alone
	room    *room           // for the next entries; nil: the log is short
}

// few is how many events a log holds without an index and without room for more: most
// deals have no more, and then take no more memory than they need.
const few = 16

// logOf keeps events that come in any order, each id once.
func logOf(m *Machine, events iter.Seq2[Event, error]) (*log, error) {
	l := &log{}
	for e, err := range events {
		if err != nil {
			return nil, err
		}
		of, err := m.admit(&e)
		if err != nil {
			return nil, err
		}
		switch old, err := l.repeated(m, &e); {
		case err != nil:
			return nil, err
		case old == nil:
			l.keep(&e, of)
		case e.Recorded.Before(old.recorded()):
			old.setRecorded(e.Recorded) // nobody else has seen the entry yet
		}
	}
	slices.SortFunc(l.entries, (*entry).compare)
	l.index()
	l.ties = false // keep has seen them as they came
	for n := 1; n < len(l.entries) && !l.ties; n++ {
		l.ties = l.entries[n-1].tiesWith(l.entries[n])
	}
	return l, nil
}

// find gives the entry with the id, or nil.
func (l *log) find(id string) *entry {
	if l.rows == nil {
		for _, e := range l.entries {
			if e.id() == id {
				return e
			}
		}
		return nil
	}
	for row := range l.rows.At(id) {
		if l.entries[row].id() == id {
			return l.entries[row]
		}
	}
	return nil
}

// index makes the index anew, where there are more than a few entries.
func (l *log) index() {
	if l.rows = nil; len(l.entries) <= few {
		return
	}
	rows := idindex.New()
	for row, e := range l.entries {
		rows.Put(e.id(), row)
	}
	l.rows = &rows
}

// repeated gives the entry that the event is a duplicate of, or nil, and refuses one
// whose id has another content. When it was recorded is not part of the content.
func (l *log) repeated(m *Machine, e *Event) (*entry, error) {
	old := l.find(e.ID)
	if old == nil {
		return nil, nil
	}
	content := *e
	content.Recorded = old.recorded()
	if m.event(old) != content {
		return nil, &ConflictError{ID: e.ID}
	}
	return old, nil
}

// keep makes an entry of an event that folds after all there is.
func (l *log) keep(e *Event, of names) (in *entry) {
	if len(l.entries) < few {
		in = newEntry(e, of)
	} else {
		in = l.nextRoom().take(e, of)
	}
	l.append(in)
	return in
}

func (l *log) nextRoom() *room {
	if l.room == nil || len(l.room.entries) == 0 {
		l.room = &room{entries: make([]entry, min(len(l.entries)/8, mostRoom))}
	}
	return l.room
}

// append adds an entry that folds after all there is.
func (l *log) append(in *entry) {
	l.refer(in)
	if n := len(l.entries); n > 0 && !l.ties {
		l.ties = l.entries[n-1].tiesWith(in)
	}
	if l.entries = append(l.entries, in); l.rows == nil {
		l.index()
	} else {
		l.rows.Put(in.id(), len(l.entries)-1)
	}
}

// refer notes what a retract speaks of.
func (l *log) refer(in *entry) {
	if in.Kind != Retract {
		return
	}
	if l.refs == nil {
		l.refs = map[string]bool{}
	}
	l.refs[in.ref()] = true
}

// isTail reports whether the event folds after all there is.
func (l *log) isTail(e *Event) bool {
	if len(l.entries) == 0 {
		return true
	}
	last := l.entries[len(l.entries)-1]
	if last.atSeconds < e.At.Unix() { // as most do
		return true
	}
	place := e.place()
	return last.compare(&place) < 0
}

// copied gives the log as it is now, whatever the log goes on to. Only where there are
// retracts does anybody look for an id in it.
func (l *log) copied() *log {
	if len(l.refs) == 0 {
		return &log{entries: slices.Clip(l.entries)}
	}
	c := &log{}
	for _, e := range l.entries {
		c.append(e)
	}
	return c
}

// with gives a log that also holds the entry, at its place, and leaves this one
// as it is.
func (l *log) with(in *entry) *log {
	at, _ := slices.BinarySearchFunc(l.entries, in, (*entry).compare)
	next := &log{entries: slices.Concat(l.entries[:at], []*entry{in}, l.entries[at:]), refs: maps.Clone(l.refs), ties: l.ties, room: l.room}
	next.ties = next.ties || at > 0 && l.entries[at-1].tiesWith(in) || at < len(l.entries) && in.tiesWith(l.entries[at])
	if next.refer(in); l.rows == nil {
		next.index()
		return next
	}
	rows := l.rows.Shifted(at)
	rows.Put(in.id(), at)
	next.rows = &rows
	return next
}

// without gives a log that lacks the entry, and leaves this one as it is. It is for
// one that comes back at another place: what retracts speak of stays.
func (l *log) without(out *entry) *log {
	next := &log{entries: make([]*entry, 0, len(l.entries)), refs: l.refs, ties: l.ties, room: l.room}
	for _, e := range l.entries {
		if e != out {
			next.entries = append(next.entries, e)
		}
	}
	next.index()
	return next
}

// room is memory for some more entries of a long log, so that they need not be made one
// by one: each stays where it is, and so does its text.
type room struct {
	entries []entry
	texts   *strings.Builder
}

const (
	mostRoom  = 64       // entries that are made at once
	mostTexts = 16 << 10 // bytes of texts that are, unless one text is longer
)

// take makes an entry of an event.
func (r *room) take(e *Event, of names) *entry {
	size := e.textSize()
	if r.texts == nil || r.texts.Cap()-r.texts.Len() < size {
		r.texts = &strings.Builder{}
		r.texts.Grow(max(size, min(size*len(r.entries), mostTexts)))
	}
	in := &r.entries[0]
	r.entries = r.entries[1:]
	in.fill(e, of, r.texts)
	return in
}
