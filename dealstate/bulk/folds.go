package bulk

import (
	"context"
	"iter"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Fold is all there is to say of one deal: what [dealstate.Machine.Fold] gives, and what it
// was given. It is the caller's.
type Fold struct {
	Deal      string
	Machine   *dealstate.Machine // whose agreement may have another id than the deal
	Snapshot  dealstate.Snapshot
	Decisions []dealstate.Decision // with the clocks that fired, in their order
	Events    []dealstate.Event    // known in the view, in order of arrival, without what no decision asks for: notes, and of the source all but the publisher
}

// Load makes a live deal of the events, to be asked for more than the fold holds. Its
// id is the agreement's, which need not be the fold's.
func (f Fold) Load(p dealstate.Policy) (*dealstate.Deal, error) {
	return f.Machine.Load(p, func(yield func(dealstate.Event, error) bool) {
		for _, e := range f.Events {
			if e.Deal = f.Machine.Deal(); !yield(e, nil) {
				return
			}
		}
	})
}

// Folds folds each deal's log with the library itself, on so many goroutines
// (0: one a core), in the order in which the deals first appear. A deal of which the view
// sees no event is left out. It is the slow and full way: microseconds an event, and
// every reason. An error ends the sequence. Besides the log, some 512 deals a worker may
// be in memory.
func (l *Log) Folds(ctx context.Context, v dealstate.View, workers int) iter.Seq2[Fold, error] {
	bounds := boundsOf(withDefaults(v))
	return inOrder(ctx, len(l.deals), workers, func() (func(int, func(Fold)) error, func()) {
		return func(deal int, yield func(Fold)) error {
			s, local := l.shardOf(uint32(deal))
			if !bounds.seesAny(s, s.rowsOf(l, local)) {
				return nil
			}
			events := l.eventsOf(s, local, bounds)
			snapshot, decisions, err := l.foldEvents(uint32(deal), events, v)
			if err != nil {
				return err
			}
			for i := range events {
				events[i].Deal = l.deals[deal]
			}
			yield(Fold{Deal: l.deals[deal], Machine: l.machineOf(uint32(deal)), Snapshot: snapshot, Decisions: decisions, Events: events})
			return nil
		}, func() {}
	})
}

// eventsOf are a deal's, but for what is not known yet: that changes nothing.
func (l *Log) eventsOf(s *shard, local uint32, bounds viewBounds) []dealstate.Event {
	rows := s.rowsOf(l, local)
	events := make([]dealstate.Event, 0, len(rows))
	for _, row := range rows {
		if s.recorded(row) <= bounds.knownBy {
			events = append(events, l.event(s, row))
		}
	}
	return events
}

// fold is what all else in this package must agree with.
func (l *Log) fold(s *shard, local uint32, v dealstate.View) (dealstate.Snapshot, []dealstate.Decision, error) {
	return l.foldEvents(s.deal(local), l.eventsOf(s, local, boundsOf(v)), v)
}

func (l *Log) foldEvents(deal uint32, events []dealstate.Event, v dealstate.View) (dealstate.Snapshot, []dealstate.Decision, error) {
	snapshot, decisions, err := l.machineOf(deal).Fold(events, v)
	snapshot.Deal = l.deals[deal]
	for i := range decisions {
		decisions[i].Deal = l.deals[deal]
	}
	return snapshot, decisions, err
}
