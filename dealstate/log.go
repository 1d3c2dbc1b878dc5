package dealstate

import (
	"iter"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/fe115bb3/dealtracker/dealstate/internal/idindex"
)

// log keeps a deal's events in the order in which they fold.
type log struct {
	entries []*entry
	arrived *[]*entry           // the same in the order in which they were kept; nil: that is their order
	rows    *idindex.Index      // by id, of arrived; nil: they are few, and are gone through
	against map[string][]*entry // by the id of which they speak: the retracts, in their order; nil: there is none
	lent    atomic.Bool         // a reader goes through entries without a lock
	ties    bool                // two neighbours are of one instant, or of one day and the first is dated by that day alone
	room    *room               // for the next entries; nil: the log is short
}

// few is how many events a log holds without an index and without room for more: most
// deals have no more, and then take no more memory than they need.
const few = 16

// logOf keeps events that come in any order, each id once.
func logOf(m *Machine, events iter.Seq2[Event, error]) (*log, error) {
	l := &log{}
	if err := l.load(m, events); err != nil {
		return nil, err
	}
	return l, nil
}

// load does so in an empty log.
func (l *log) load(m *Machine, events iter.Seq2[Event, error]) error {
	for e, err := range events {
		if err != nil {
			return err
		}
		of, err := m.admit(&e)
		if err != nil {
			return err
		}
		switch old, err := l.repeated(m, &e); {
		case err != nil:
			return err
		case old == nil:
			l.keep(&e, of)
		case e.Recorded.Before(old.recorded()):
			old.setRecorded(e.Recorded) // nobody else has seen the entry yet
		}
	}
	l.sort()
	l.ties = false // keep has seen them as they came
	for n := 1; n < len(l.entries) && !l.ties; n++ {
		l.ties = l.entries[n-1].tiesWith(l.entries[n])
	}
	return nil
}

// passingLog is a log that is folded once and forgotten. Then the memory of its entries
// serves the next one. Who takes it from the machine's pool puts it back.
type passingLog struct {
	log
	slab [mostRoom]entry
}

// passingLog gives an empty one.
func (m *Machine) passingLog() *passingLog {
	l, is := m.passing.Get().(*passingLog)
	if !is {
		l = &passingLog{log: log{room: &room{}}}
	}
	l.room.entries = l.slab[:]
	l.log = log{entries: l.entries[:0], room: l.room}
	return l
}

// sort puts entries that were kept as they came into their order.
func (l *log) sort() {
	slices.SortFunc(l.entries, (*entry).compare)
	l.index()
	for _, all := range l.against { // an earlier duplicate may have moved one
		slices.SortFunc(all, (*entry).compare)
	}
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
		if e := l.kept()[row]; e.id() == id {
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

// index makes the index anew, where there are more than a few entries.
func (l *log) index() {
	if l.rows = nil; len(l.entries) <= few {
		return
	}
	rows := idindex.New()
	for row, e := range l.kept() {
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
	if len(l.entries) < few && l.room == nil {
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
	if l.arrived != nil {
		*l.arrived = append(*l.arrived, in)
	}
	if in.Kind == Retract {
		l.speakAgainst(in)
	}
	if n := len(l.entries); n > 0 && !l.ties {
		l.ties = l.entries[n-1].tiesWith(in)
	}
	if l.entries = append(l.entries, in); l.rows == nil {
		l.index()
	} else {
		l.rows.Put(in.id(), len(l.entries)-1)
	}
}

// speakAgainst notes of which event a retract speaks.
func (l *log) speakAgainst(in *entry) {
	if l.against == nil {
		l.against = map[string][]*entry{}
	}
	all := l.against[in.ref()]
	at, _ := slices.BinarySearchFunc(all, in, (*entry).compare)
	l.against[in.ref()] = slices.Insert(all, at, in)
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

// row is where the entry stands, or would.
func (l *log) row(of *entry) int {
	row, _ := slices.BinarySearchFunc(l.entries, of, (*entry).compare)
	return row
}

// copied gives the log as it is now, whatever the log goes on to. Only where there are
// retracts does anybody look for an id in it.
func (l *log) copied() *log {
	if len(l.against) == 0 {
		return &log{entries: slices.Clip(l.lend())}
	}
	c := &log{}
	for _, e := range l.entries {
		c.append(e)
	}
	return c
}

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
	if *l.arrived = append(*l.arrived, in); l.rows == nil {
		l.index()
	} else {
		l.rows.Put(in.id(), len(*l.arrived)-1)
	}
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
		(*l.arrived)[l.slot(out)] = in
	}
	if in.Kind == Retract {
		l.against[in.ref()] = slices.DeleteFunc(l.against[in.ref()], func(e *entry) bool { return e == out })
		l.speakAgainst(in)
	}
	copy(l.entries[row+1:old+1], l.entries[row:old])
	l.entries[row] = in
	l.tieBeside(row)
}

// slot is where an entry stands in the order of arrival.
func (l *log) slot(of *entry) int {
	if l.rows != nil {
		for slot := range l.rows.At(of.id()) {
			if (*l.arrived)[slot] == of {
				return slot
			}
		}
	}
	return slices.Index(*l.arrived, of)
}

// tieBeside notes whether an entry ties with a neighbour.
func (l *log) tieBeside(row int) {
	l.ties = l.ties || row > 0 && l.entries[row-1].tiesWith(l.entries[row]) || row+1 < len(l.entries) && l.entries[row].tiesWith(l.entries[row+1])
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
