package bulk

import (
	"context"
	"iter"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lazydfa"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
)

// Transition is one change of one deal's state.
type Transition struct {
	Deal       string
	Event      string          // the event's id; "" for a clock
	Kind       dealstate.Kind  // the event's; 0 for a clock
	Clock      dealstate.Clock // 0 for an event
	Party      string          // the event's, or whose notice it was
	Commitment string          // whose deadline it was; "": another clock, or an event
	Timer      string          // the agreement's own that was over; "": another clock, or an event
	At         time.Time
	Rule       string
	From, To   dealstate.State
}

// Transitions goes through every change of state in the view, deal by deal in
// the order in which they first appear, on so many goroutines (0: one a core).
// An error ends the sequence.
func (l *Log) Transitions(ctx context.Context, v dealstate.View, workers int) iter.Seq2[Transition, error] {
	return inOrder(ctx, len(l.deals), workers, func() (func(int, func(Transition)) error, func()) {
		r := newReplayer(l, v)
		return func(deal int, yield func(Transition)) error {
			s, local := l.shardOf(uint32(deal))
			if !r.seesAny(s, s.rowsOf(l, local)) {
				return nil
			}
			r.s = s
			return r.deal(local, yield)
		}, r.close
	})
}

// transitionAt gives a transition of an effect. It lacks the event, if it was one. The
// table has no clock of a commitment.
func transitionAt(e *lazydfa.Effect, deal string, at int64) Transition {
	return Transition{Deal: deal, Clock: e.Clock, Party: e.Party, Timer: e.Timer, At: nanos.Time(at), Rule: e.Rule, From: e.From, To: e.To}
}

func transitionOf(d dealstate.Decision) Transition {
	return Transition{Deal: d.Deal, Event: d.Event, Kind: d.Kind, Clock: d.Clock, Party: d.Party, Commitment: d.Commitment, Timer: d.Timer,
		At: d.At, Rule: d.Rule, From: d.From, To: d.To}
}
