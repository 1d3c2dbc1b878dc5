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

// Backtest is one deal of a log, to be moved along dates. It is the caller's.
type Backtest struct {
	Deal    string
	Machine *dealstate.Machine // whose agreement may have another id than the deal
	*dealstate.Backtest
}

// Backtests gives each deal's log to be moved along dates: with what is known in the view,
// and under its policy. They are made on so many goroutines (0: one a core), and come in the
// order in which the deals first appear. A deal of which the view sees no event is left
// out. Making one costs half a microsecond an event; [dealstate.Backtest] says what moving
// it does. An error ends the sequence. Besides the log, some 512 deals a worker may be in
// memory.
func (l *Log) Backtests(ctx context.Context, v dealstate.View, workers int) iter.Seq2[Backtest, error] {
	bounds := boundsOf(withDefaults(v))
	return inOrder(ctx, len(l.deals), workers, func() (func(int, func(Backtest)) error, func()) {
		var events []dealstate.Event // of one deal after the other
		return func(deal int, yield func(Backtest)) error {
			s, local := l.shardOf(uint32(deal))
			if !bounds.seesAny(s, s.rowsOf(l, local)) {
				return nil
			}
			m := l.machineOf(uint32(deal))
			events = l.appendEventsOf(events[:0], s, local, bounds)
			b, err := m.Backtest(events, v.Policy)
			if err != nil {
				return err
			}
			yield(Backtest{Deal: l.deals[deal], Machine: m, Backtest: b})
			return nil
		}, func() {}
	})
}

// eventsOf are a deal's, but for what is not known yet: that changes nothing.
func (l *Log) eventsOf(s *shard, local uint32, bounds viewBounds) []dealstate.Event {
	return l.appendEventsOf(make([]dealstate.Event, 0, len(s.rowsOf(l, local))), s, local, bounds)
}

func (l *Log) appendEventsOf(to []dealstate.Event, s *shard, local uint32, bounds viewBounds) []dealstate.Event {
	for _, row := range s.rowsOf(l, local) {
		if s.recorded(row) <= bounds.knownBy {
			to = append(to, l.event(s, row))
		}
	}
	return to
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
