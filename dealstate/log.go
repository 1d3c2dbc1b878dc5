package dealstate

import (
	"iter"
	"maps"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate/internal/idindex"
)

// log keeps a deal's events in the order in which they fold.
type log struct {
	entries []*entry
	rows    idindex.Index   // of the entries, by id
	refs    map[string]bool // ids that some retract speaks of
	ties    bool            // two neighbours are of one instant, or of one day and the first is dated by that day alone
	room    []entry         // for the next entries: each stays where it is
}

func newLog() *log { return &log{rows: idindex.New(), refs: map[string]bool{}} }

// logOf keeps events that come in any order, each id once.
func logOf(m *Machine, events iter.Seq2[Event, error]) (*log, error) {
	l := newLog()
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
		case e.Recorded.Before(old.Recorded):
			old.Recorded = e.Recorded // nobody else has seen the entry yet
		}
	}
	slices.SortFunc(l.entries, func(a, b *entry) int { return a.compare(&b.place) })
	l.rows = idindex.New()
	for row, e := range l.entries {
		l.rows.Put(e.ID, row)
	}
	l.ties = false // keep has seen them as they came
	for n := 1; n < len(l.entries) && !l.ties; n++ {
		l.ties = l.entries[n-1].tiesWith(l.entries[n])
	}
	return l, nil
}

// find gives the entry with the id, or nil.
func (l *log) find(id string) *entry {
	for row := range l.rows.At(id) {
		if l.entries[row].ID == id {
			return l.entries[row]
		}
	}
	return nil
}

// repeated gives the entry that the event is a duplicate of, or nil, and refuses one
// whose id has another content. When it was recorded is not part of the content.
func (l *log) repeated(m *Machine, e *Event) (*entry, error) {
	old := l.find(e.ID)
	if old == nil {
		return nil, nil
	}
	content := *e
	content.Recorded = old.Recorded
	if m.event(old) != content {
		return nil, &ConflictError{ID: e.ID}
	}
	return old, nil
}

// mostRoom bounds how many entries are made at once.
const mostRoom = 64

// keep makes an entry of an event that folds after all there is.
func (l *log) keep(e *Event, of names) *entry {
	if len(l.room) == 0 {
		l.room = make([]entry, min(max(1, len(l.entries)), mostRoom))
	}
	in := &l.room[0]
	l.room = l.room[1:]
	in.fill(e, of)
	l.append(in)
	return in
}

// append adds an entry that folds after all there is.
func (l *log) append(in *entry) {
	l.rows.Put(in.ID, len(l.entries))
	if in.Kind == Retract {
		l.refs[in.ref()] = true
	}
	if n := len(l.entries); n > 0 && !l.ties {
		l.ties = l.entries[n-1].tiesWith(in)
	}
	l.entries = append(l.entries, in)
}

// isTail reports whether the event folds after all there is.
func (l *log) isTail(e *Event) bool {
	n, place := len(l.entries), e.place()
	return n == 0 || l.entries[n-1].compare(&place) < 0
}

// copied gives the log as it is now, whatever the log goes on to. Only where there are
// retracts does anybody look for an id in it.
func (l *log) copied() *log {
	if len(l.refs) == 0 {
		return &log{entries: slices.Clip(l.entries)}
	}
	c := newLog()
	for _, e := range l.entries {
		c.append(e)
	}
	return c
}

// with gives a log that also holds the entry, at its place, and leaves this one
// as it is.
func (l *log) with(in *entry) *log {
	at, _ := slices.BinarySearchFunc(l.entries, in, func(a, b *entry) int { return a.compare(&b.place) })
	next := &log{entries: slices.Concat(l.entries[:at], []*entry{in}, l.entries[at:]), rows: l.rows.Shifted(at), refs: maps.Clone(l.refs), ties: l.ties, room: l.room}
	next.ties = next.ties || at > 0 && l.entries[at-1].tiesWith(in) || at < len(l.entries) && in.tiesWith(l.entries[at])
	next.rows.Put(in.ID, at)
	if in.Kind == Retract {
		next.refs[in.ref()] = true
	}
	return next
}

// without gives a log that lacks the entry, and leaves this one as it is. It is for
// one that comes back at another place: what retracts speak of stays.
func (l *log) without(out *entry) *log {
	next := &log{entries: make([]*entry, 0, len(l.entries)), rows: idindex.New(), refs: l.refs, ties: l.ties, room: l.room}
	for _, e := range l.entries {
		if e != out {
			next.rows.Put(e.ID, len(next.entries))
			next.entries = append(next.entries, e)
		}
	}
	return next
}
