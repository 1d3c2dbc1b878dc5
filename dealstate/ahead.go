package dealstate

import (
	"iter"
	"strings"
	"time"
)

// Ahead is where a deal stands at an instant if nothing more is recorded, as far as that
// can be told without folding its log anew. It is a plain value.
type Ahead struct {
	State    State
	Since    time.Time // as in Snapshot
	By       string
	Awaiting []string
	Next     *ClockStatus // the next clock due after the instant; nil: none runs
	Last     time.Time    // of the last decision by the instant; zero: there is none
	Fired    []Decision   // what the clocks do after the last instant on record, in their order; only from Deal.Ahead
}

// Ahead says where the deal stands at the instant, under its own policy, if nothing more
// is recorded. An instant before the last one on record counts as that one. From the last
// instant on record on, and where no event is dated later, it agrees with [Deal.At] of that
// instant. It costs a copy of where the deal stands, however long the log is.
func (d *Deal) Ahead(to time.Time) Ahead {
	l := d.read()
	defer d.mu.RUnlock()
	f := l.now.spare()
	defer d.machine.spares.Put(f)
	f.set(&l.now.situation)
	f.recordEnd = l.now.recordEnd
	f.advance(l.last)
	var fired trail
	f.recorder = &fired
	f.advance(to)
	a := f.ahead()
	a.Fired = d.machine.decisions(fired.all)
	for _, all := range [][]decided{fired.all, l.tail, l.stretches[len(l.stretches)-1].past.last()} {
		if a.Last.IsZero() && len(all) > 0 {
			a.Last = all[len(all)-1].instant()
		}
	}
	return a
}

// AheadOf says where a deal of these events stands at the instant under the policy, as
// Load and [Deal.At] would, for who keeps no deal: it costs one step an event. The events
// may come in any order; the error is that of [Machine.Load].
func (m *Machine) AheadOf(p Policy, events iter.Seq2[Event, error], to time.Time) (Ahead, error) {
	l := m.passingLog()
	defer m.passing.Put(l)
	if err := l.load(m, events); err != nil {
		return Ahead{}, err
	}
	var last latest
	f := l.fold(m, View{AsOf: to, Policy: p}.or(Strict), &last)
	defer m.spares.Put(f)
	a := f.ahead()
	a.By = strings.Clone(a.By) // of the log's text
	if last.is {
		a.Last = last.instant()
	}
	return a, nil
}

// ahead is where the folding has come to.
func (f *folding) ahead() Ahead {
	a := Ahead{State: f.name(), Since: f.since, By: f.by, Awaiting: f.awaiting()}
	if next := f.nextClock(); next.clock != 0 {
		status := f.m.status(next)
		a.Next = &status
	}
	return a
}
