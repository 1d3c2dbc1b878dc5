package dealstate

import (
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// standing gives a folding that stands where a view looks which sees all that is on record,
// under the log's own policy, and looks no earlier than at the last event: it goes on from
// where the log was folded to. It lacks the doubts about the order of events. Nil: the view
// is another, and the log is to be folded.
func (l *foldedLog) standing(v View, to recorder) *folding {
	if v.Policy != l.policy || !v.KnownBy.IsZero() && v.KnownBy.Before(l.last) {
		return nil
	}
	horizon := v.AsOf
	if horizon.IsZero() {
		horizon = l.last
	}
	if n := len(l.log.entries); n > 0 && l.log.entries[n-1].at().After(instant.Earliest(horizon, l.last)) {
		return nil
	}
	f := l.now.copied(to)
	f.horizon, f.recordEnd = horizon, recordEnd{ended: l.last, known: true}
	f.advance(horizon)
	return f
}

// decidedAfter gives what was decided after an instant, up to the last event.
func (l *foldedLog) decidedAfter(after time.Time) (all []decided) {
	for _, s := range slices.Backward(l.stretches) {
		for _, chunk := range slices.Backward(s.past) {
			for _, d := range slices.Backward(chunk) {
				if !d.instant().After(after) {
					slices.Reverse(all)
					return all
				}
				all = append(all, d)
			}
		}
	}
	slices.Reverse(all)
	return all
}

// replayAfter says where the deal stands in the view, and what was decided after an instant.
func (l *foldedLog) replayAfter(v View, after time.Time) (*folding, []decided) {
	var made trail
	if f := l.standing(v, &made); f != nil {
		made.all = slices.DeleteFunc(made.all, func(d decided) bool { return !d.instant().After(after) })
		return f, slices.Concat(l.decidedAfter(after), made.all)
	}
	f, all := l.log.replay(l.machine, v)
	return f, slices.DeleteFunc(all, func(d decided) bool { return !d.instant().After(after) })
}
