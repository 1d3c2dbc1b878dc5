package tracker

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Due is a clock that does something within a span.
type Due struct {
	Deal     string
	Title    string
	Decision dealstate.Decision // what it does; At is when, and Fired says which clock it is
}

// Due says which clocks do something from the one instant on and before the other, as
// things stand under the tracker's own policy: those to come fire so if nothing more is
// recorded. They come in the order of their instants. The cost grows with how many deals
// have such a clock, and where the span begins in the past, with how many deals there are.
func (t *Tracker) Due(ctx context.Context, from, before time.Time) ([]Due, error) {
	if err := t.check(ctx); err != nil {
		return nil, err
	}
	if !from.Before(before) {
		return nil, field.Errorf("before", "%v does not come after %v, where the span begins", before, from)
	}
	ids, err := t.touchedBy(from, before)
	if err != nil {
		return nil, err
	}
	var all []Due
	for _, id := range ids {
		l, err := t.deal(ctx, id)
		if err != nil {
			return nil, err
		}
		title := l.of.title
		for _, d := range l.decisionsAt(before.Add(-1)) {
			if d.Clock != 0 && !d.At.Before(from) {
				all = append(all, Due{Deal: id, Title: title, Decision: d})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Due) int {
		return cmp.Or(a.Decision.At.Compare(b.Decision.At), cmp.Compare(a.Deal, b.Deal))
	})
	return all, nil
}

// touchedBy lists the deals to which time may do something within a span.
func (t *Tracker) touchedBy(from, before time.Time) ([]string, error) {
	t.main.mu.Lock()
	defer t.main.mu.Unlock()
	if err := t.letTimePass(); err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	t.main.agenda.until(func(d *deal) bool { return d.next.Before(before) }, func(d *deal) { ids[d.id] = true })
	if !from.After(t.main.at.Instant) {
		for _, d := range t.order {
			if !d.touched.Before(from) {
				ids[d.id] = true
			}
		}
	}
	list := make([]string, 0, len(ids))
	for id := range ids {
		list = append(list, id)
	}
	slices.Sort(list)
	return list, nil
}
