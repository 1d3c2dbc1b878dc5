package tracker

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// behind tells a watcher what is no longer at hand, up to where the stream was when it
// began. It folds anew, as of the watcher's place, those deals to which something has
// happened since. It belongs to an archive, or to the watcher of one deal.
type behind struct {
	*board
	from   Place
	to     Place
	told   Place    // of the last change told
	atOnce int      // how many changes it tells at once
	deal   string   // "": all
	seeds  []string // the deals to which time may have done something since, until they are folded
}

// behind begins to tell what comes after a place.
func (t *Tracker) behind(ctx context.Context, s *stream, f Filter, hottest int) (*behind, error) {
	t.source.meter.Count(countCatchUps, 1)
	from, err := t.whole(ctx, f.From)
	if err != nil {
		return nil, err
	}
	b := &behind{board: newBoard(&t.source, s.policy, hottest), from: from, deal: f.Deal, atOnce: t.options.atOnce()}
	b.at = Place{Position: from.Position, Instant: from.Instant}
	s.mu.Lock()
	defer s.mu.Unlock()
	b.to = s.at
	if f.Deal != "" {
		b.seed(s.deals[f.Deal])
		return b, nil
	}
	for _, d := range s.deals {
		b.seed(d)
	}
	slices.Sort(b.seeds)
	return b, nil
}

// whole gives the place with an instant not before the entry at its position.
func (t *Tracker) whole(ctx context.Context, p Place) (Place, error) {
	if p.Position == 0 {
		return p, nil
	}
	accepted, err := t.source.acceptedAt(ctx, p.Position)
	if accepted.After(p.Instant) {
		p.Instant, p.Deal = accepted, 0
	}
	return p, err
}

// acceptedAt is when the entry at a position was accepted.
func (s *source) acceptedAt(ctx context.Context, position int64) (time.Time, error) {
	for e, err := range s.journal.Read(ctx, position-1) {
		return e.Accepted, err
	}
	return time.Time{}, errLostEntry(position)
}

// seed notes a deal that was there and to which something has happened since.
func (b *behind) seed(d *deal) {
	if d != nil && d.number <= b.from.Position && (d.version > b.from.Position || !d.touched.Before(b.from.Instant)) {
		b.seeds = append(b.seeds, d.id)
	}
}

// plant folds the deals as of the watcher's place.
func (b *behind) plant(ctx context.Context) error {
	for ; len(b.seeds) > 0; b.seeds = b.seeds[1:] {
		l, err := b.load(ctx, b.seeds[0], b.from.Position)
		if err != nil {
			return err
		}
		if l == nil {
			return errLost(b.seeds[0])
		}
		at := b.from.Instant
		if b.from.Deal != 0 && l.of.number > b.from.Deal {
			at = at.Add(-1) // it has not been told of that instant
		}
		b.deals[l.of.id] = l.of
		b.settle(l, at)
		b.hot.use(l)
	}
	return nil
}

// next gives some changes; none: there are no more.
func (b *behind) next(ctx context.Context) ([]*Change, error) {
	if err := b.plant(ctx); err != nil {
		return nil, err
	}
	var batch []*Change
	tell := func(c *Change) bool {
		if c.Place.Compare(b.to) <= 0 { // of an instant that the stream is in the middle of, it has not all deals
			batch = append(batch, c)
		}
		return len(batch) < b.atOnce
	}
	err := b.walk(ctx, tell)
	if err == nil && b.deal != "" {
		err = b.place(ctx, batch)
	}
	return batch, err
}

// walk tells changes until it has told enough.
func (b *behind) walk(ctx context.Context, tell func(*Change) bool) error {
	if enough, err := b.advance(ctx, b.from.Instant, tell); enough || err != nil {
		return err
	}
	for e, err := range b.entries(ctx) {
		if err != nil {
			return err
		}
		if e.Position > b.to.Position {
			break
		}
		if enough, err := b.advance(ctx, b.comesAfter(&e), tell); enough || err != nil {
			return err
		}
		c := &Change{Entry: e}
		_, ok, err := b.take(ctx, c)
		if err != nil || ok && !tell(c) {
			return err
		}
	}
	_, err := b.advance(ctx, b.to.Instant, tell)
	return err
}

// entries are those that are still to be told.
func (b *behind) entries(ctx context.Context) iter.Seq2[journal.Entry, error] {
	if b.deal != "" {
		return b.journal.ReadDeal(ctx, b.deal, b.at.Position)
	}
	return b.journal.Read(ctx, b.at.Position)
}

// place gives changes of one deal that time made their position: that of the last entry of
// any deal that was accepted before.
func (b *behind) place(ctx context.Context, batch []*Change) error {
	for _, c := range batch {
		if c.Entry.Position != 0 {
			continue
		}
		low, high := max(c.Place.Position, b.from.Position), b.to.Position
		for low < high {
			middle := low + (high-low+1)/2
			accepted, err := b.acceptedAt(ctx, middle)
			if err != nil {
				return err
			}
			if accepted.Before(c.Place.Instant) {
				low = middle
			} else {
				high = middle - 1
			}
		}
		c.Place.Position = low
	}
	return nil
}
