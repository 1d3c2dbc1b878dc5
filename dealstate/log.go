package dealstate

import (
	"iter"
	"slices"
	"sync/atomic"

	"github.com/fe115bb3/dealtracker/dealstate/internal/idindex"
)

// log keeps a deal's events in the order in which they fold.
type log struct {
	entries []*entry
	arrived *[]*entry           // the same in the order in which they were kept; nil: that is their order
	rows    idindex.Index       // by id, of arrived
	against map[string][]*entry // by the id of which they speak: the retracts, in their order; nil: there is none
	ties    bool                // two neighbours are of one instant, or of one day and the first is dated by that day alone
	lent    atomic.Bool         // a reader goes through entries without a lock
	room    []entry             // for the next entries: each stays where it is
}

func newLog() *log { return &log{rows: idindex.New()} }

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
	l.sort()
	l.ties = false // keep has seen them as they came
	for n := 1; n < len(l.entries) && !l.ties; n++ {
		l.ties = l.entries[n-1].tiesWith(l.entries[n])
	}
	return l, nil
}

// sort puts entries that were kept as they came into their order.
func (l *log) sort() {
	slices.SortFunc(l.entries, byPlace)
	l.rows = idindex.New()
	for row, e := range l.entries {
		l.rows.Put(e.ID, row)
	}
	for _, all := range l.against { // an earlier duplicate may have moved one
		slices.SortFunc(all, byPlace)
	}
}

// find gives the entry with the id, or nil.
func (l *log) find(id string) *entry {
	for row := range l.rows.At(id) {
		if e := l.kept()[row]; e.ID == id {
			return e
		}
	}
	return nil
}

// kept lists the entries as the index knows them.
func (l *log) kept() []*entry {
	if l.arrived != nil {
		return *l.arrived
	}
	return l.entries
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
	if l.arrived != nil {
		*l.arrived = append(*l.arrived, in)
	}
	if in.Kind == Retract {
		l.speakAgainst(in)
	}
	if n := len(l.entries); n > 0 && !l.ties {
		l.ties = l.entries[n-1].tiesWith(in)
	}
	l.entries = append(l.entries, in)
}

// speakAgainst notes of which event a retract speaks.
func (l *log) speakAgainst(in *entry) {
	if l.against == nil {
		l.against = map[string][]*entry{}
	}
	all := l.against[in.ref()]
	at, _ := slices.BinarySearchFunc(all, in, byPlace)
	l.against[in.ref()] = slices.Insert(all, at, in)
}

// isTail reports whether the event folds after all there is.
func (l *log) isTail(e *Event) bool {
	n, place := len(l.entries), e.place()
	return n == 0 || l.entries[n-1].compare(&place) < 0
}

// row is where the entry stands, or would.
func (l *log) row(of *entry) int {
	row, _ := slices.BinarySearchFunc(l.entries, of, byPlace)
	return row
}

// copied gives the log as it is now, whatever the log goes on to. Only where there are
// retracts does anybody look for an id in it.
func (l *log) copied() *log {
	if len(l.against) == 0 {
		return &log{entries: slices.Clip(l.lend())}
	}
	c := newLog()
	for _, e := range l.entries {
		c.append(e)
	}
	return c
}

func byPlace(a, b *entry) int { return a.compare(&b.place) }

// lend gives the entries to a reader who goes on without a lock.
func (l *log) lend() []*entry {
	l.lent.Store(true)
	return l.entries
}

// own sees to it that no reader holds the entries.
func (l *log) own() {
	if l.lent.Load() {
		l.entries = append(make([]*entry, 0, len(l.entries)+len(l.entries)/4+1), l.entries...)
		l.lent.Store(false)
	}
}

// insert adds an entry at its row, before others.
func (l *log) insert(in *entry, row int) {
	if row == len(l.entries) {
		l.append(in)
		return
	}
	l.own()
	if l.arrived == nil {
		l.arrived = &[]*entry{}
		*l.arrived = append(*l.arrived, l.entries...)
	}
	l.rows.Put(in.ID, len(*l.arrived))
	*l.arrived = append(*l.arrived, in)
	if in.Kind == Retract {
		l.speakAgainst(in)
	}
	l.entries = slices.Insert(l.entries, row, in)
	l.tieBeside(row)
}

// replace puts an entry in the place of another of its id, which stood no earlier.
func (l *log) replace(in *entry, row, old int) {
	l.own()
	out := l.entries[old]
	if l.arrived == nil && row != old {
		l.arrived = &[]*entry{}
		*l.arrived = append(*l.arrived, l.entries...)
	}
	if l.arrived != nil {
		for slot := range l.rows.At(in.ID) {
			if (*l.arrived)[slot] == out {
				(*l.arrived)[slot] = in
			}
		}
	}
	if in.Kind == Retract {
		l.against[in.ref()] = slices.DeleteFunc(l.against[in.ref()], func(e *entry) bool { return e == out })
		l.speakAgainst(in)
	}
	copy(l.entries[row+1:old+1], l.entries[row:old])
	l.entries[row] = in
	l.tieBeside(row)
}

// tieBeside notes whether an entry ties with a neighbour.
func (l *log) tieBeside(row int) {
	l.ties = l.ties || row > 0 && l.entries[row-1].tiesWith(l.entries[row]) || row+1 < len(l.entries) && l.entries[row].tiesWith(l.entries[row+1])
}
