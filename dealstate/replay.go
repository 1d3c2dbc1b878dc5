package dealstate

import (
	"iter"
	"time"
)

// Fold is the whole library in one call: where the deal stood in the view,
// and what every event and clock did on the way, in their order. The events may
// come in any order, and an event repeated with the same content counts once.
// An error names the event's field; the cost is that of sorting, and then one
// step an event.
func (m *Machine) Fold(events []Event, v View) (Snapshot, []Decision, error) {
	l, err := logOf(m, withoutErrors(events))
	if err != nil {
		return Snapshot{}, nil, err
	}
	v = v.or(Strict)
	f, all := l.replay(m, v)
	return f.snapshot(v), m.decisions(all), nil
}

func withoutErrors(events []Event) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// replay folds what the view knows, up to its instant, and keeps what was decided.
func (l *log) replay(m *Machine, v View) (*folding, []decided) {
	made := l.trail()
	f := l.fold(m, v, made)
	return f, made.all
}

// fold folds what the view knows, up to its instant, by the table. Who does not ask what
// was decided, with a nil recorder, spares the reasons.
func (l *log) fold(m *Machine, v View, to recorder) *folding {
	f := m.spare()
	*f = folding{situation: f.situation, policy: v.Policy, voids: l.voids(v), onRecord: known{l, v}, move: (*Machine).moveByTable, recorder: to}
	f.situation.reset()
	f.recordEnd = recordEnd{ended: l.last(v), known: true}
	if f.horizon = v.AsOf; f.horizon.IsZero() {
		f.horizon = f.ended
	}
	if l.ties {
		f.takeTied(l.seen(v))
	} else {
		for _, e := range l.entries {
			if v.sees(e) {
				f.take(e)
			}
		}
	}
	f.advance(f.horizon)
	return f
}

// trail has room for a decision on each event and, as a rule, each clock.
func (l *log) trail() *trail { return &trail{all: make([]decided, 0, len(l.entries)+numClocks)} }

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

// known finds the events of a log that a view knows.
type known struct {
	log  *log
	view View
}

func (k known) find(id string) *entry {
	if e := k.log.find(id); e != nil && k.view.knows(e) {
		return e
	}
	return nil
}

// ids lists them, for those who go on without the log; nil where no retract asks for them.
func (k known) ids() map[string]bool {
	if len(k.log.against) == 0 {
		return nil
	}
	ids := map[string]bool{}
	for _, e := range k.log.entries {
		if k.view.knows(e) {
			ids[e.id()] = true
		}
	}
	return ids
}
