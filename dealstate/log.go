package dealstate

import (
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/idindex"
)

// log keeps a deal's events in the order in which they fold.
type log struct {
	entries []*entry
	rows    idindex.Index   // of the entries, by id
	refs    map[string]bool // ids that some retract speaks of
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
		switch again, err := l.repeats(m, &e); {
		case err != nil:
			return nil, err
		case !again:
			l.keep(&e, of)
		}
	}
	slices.SortFunc(l.entries, func(a, b *entry) int { return a.compare(&b.place) })
	l.rows = idindex.New()
	for row, e := range l.entries {
		l.rows.Put(e.ID, row)
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

// repeats reports whether the event is there already, and refuses one whose id
// has another content.
func (l *log) repeats(m *Machine, e *Event) (bool, error) {
	old := l.find(e.ID)
	if old != nil && m.event(old) != *e {
		return false, &ConflictError{ID: e.ID}
	}
	return old != nil, nil
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
	l.entries = append(l.entries, in)
}

// isTail reports whether the event folds after all there is.
func (l *log) isTail(e *Event) bool {
	n, place := len(l.entries), e.place()
	return n == 0 || l.entries[n-1].compare(&place) < 0
}

// with gives a log that also holds the entry, at its place, and leaves this one
// as it is.
func (l *log) with(in *entry) *log {
	at, _ := slices.BinarySearchFunc(l.entries, in, func(a, b *entry) int { return a.compare(&b.place) })
	next := &log{entries: slices.Concat(l.entries[:at], []*entry{in}, l.entries[at:]), rows: l.rows.Shifted(at), refs: maps.Clone(l.refs), room: l.room}
	next.rows.Put(in.ID, at)
	if in.Kind == Retract {
		next.refs[in.ref()] = true
	}
	return next
}

// replay folds what the view knows, up to its instant.
func (l *log) replay(m *Machine, v View) *folding {
	f := &folding{situation: newSituation(m), policy: v.Policy}
	l.retractions(f, v)
	f.steps = make([]step, 0, len(l.entries)+numClocks)
	if f.horizon = v.AsOf; f.horizon.IsZero() {
		f.horizon = l.last(v)
	}
	for _, e := range l.entries {
		if v.sees(e) {
			f.take(e)
		}
	}
	f.advance(f.horizon)
	return f
}

// replayAll folds the whole log through looplab, and lets no clock run beyond
// the last event.
func (l *log) replayAll(m *Machine, p Policy) *folding {
	f := &folding{situation: newSituation(m), policy: p, live: true, horizon: l.last(View{})}
	l.retractions(f, View{})
	f.steps = make([]step, 0, len(l.entries)+numClocks)
	for _, e := range l.entries {
		f.takeAll(e)
	}
	return f
}

// last is the last instant of which the known log speaks.
func (l *log) last(v View) time.Time {
	var last time.Time
	for _, e := range l.entries {
		if v.knows(e) {
			last = e.after(last)
		}
	}
	return last
}

// retractions finds which known events are voided. A retract voids its target
// while nothing voids the retract itself; retracts in a circle void nothing. A
// correction concerns what was recorded, so it holds as soon as it is known,
// whatever instant is looked at.
func (l *log) retractions(f *folding, v View) {
	if len(l.refs) == 0 {
		return
	}
	f.voided, f.circle, f.known = map[string]string{}, map[string]bool{}, map[string]bool{}
	against := map[string][]*entry{} // target: the retracts that speak of it
	for _, e := range l.entries {
		if !v.knows(e) {
			continue
		}
		f.known[e.ID] = true
		if e.Kind == Retract && e.Modality == Asserted {
			against[e.ref()] = append(against[e.ref()], e)
		}
	}
	l.findCircles(f, v)
	r := retraction{f: f, against: against, settled: map[string]bool{}, asked: map[string]int{}}
	for _, e := range l.entries {
		if against[e.ID] != nil && f.known[e.ID] {
			r.settle(e.ID)
		}
	}
}

// findCircles follows every retract to what it speaks of. Each speaks of one
// event only, so a circle is found by coming back to an event of the same walk.
func (l *log) findCircles(f *folding, v View) {
	walked := map[string]int{}
	for n, start := range l.entries {
		id := start.ID
		for {
			e := l.find(id)
			if e == nil || e.Kind != Retract || e.Modality != Asserted || !v.knows(e) || walked[id] != 0 {
				break
			}
			walked[id] = n + 1
			id = e.ref()
		}
		if e := l.find(id); e != nil && e.Kind == Retract && walked[id] == n+1 && !f.circle[id] {
			for at := id; !f.circle[at]; at = l.find(at).ref() {
				f.circle[at] = true
			}
		}
	}
}

type retraction struct {
	f       *folding
	against map[string][]*entry
	settled map[string]bool
	asked   map[string]int // by target: how many of its retracts were looked at
}

// settle decides whether an event is voided. It keeps its own stack, for a
// hostile log may hold a chain of a million retracts.
func (r *retraction) settle(id string) {
	stack := []string{id}
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		if next, open := r.unsettled(top); open {
			stack = append(stack, next)
			continue
		}
		stack = stack[:len(stack)-1]
		if r.settled[top] {
			continue
		}
		r.settled[top] = true
		for _, by := range r.against[top] {
			if _, void := r.f.voided[by.ID]; !void && !r.f.circle[by.ID] {
				r.f.voided[top] = by.ID
				break
			}
		}
	}
}

// unsettled gives a retract of the event about which it is not yet known
// whether it stands.
func (r *retraction) unsettled(id string) (string, bool) {
	if r.settled[id] {
		return "", false
	}
	for n := r.asked[id]; n < len(r.against[id]); n++ {
		by := r.against[id][n]
		r.asked[id] = n + 1
		if !r.settled[by.ID] && !r.f.circle[by.ID] {
			return by.ID, true
		}
	}
	return "", false
}
