package jetstream

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Many deals at once are read by a few questions at a time: most of what one takes is the way.

// span is entries of one subject, after a position and up to that of one of them.
type span struct {
	subject   string
	after, to int64
}

// atOnce is how many questions are on their way.
const atOnce = 16

// readAll reads the entries of each span.
func (c *client) readAll(ctx context.Context, spans []span) ([][]journal.Entry, error) {
	read, next := make([][]journal.Entry, len(spans)), make(chan int)
	failed := make([]error, min(atOnce, len(spans)))
	var group sync.WaitGroup
	for w := range failed {
		group.Go(func() {
			for i := range next {
				if failed[w] == nil {
					read[i], failed[w] = c.read(ctx, spans[i])
				}
			}
		})
	}
	for i := range spans {
		next <- i
	}
	close(next)
	group.Wait()
	for _, err := range failed {
		if err != nil {
			return nil, err
		}
	}
	return read, nil
}

func (c *client) read(ctx context.Context, s span) (read []journal.Entry, err error) {
	for e, err := range c.entries(ctx, s.subject, s.after, s.to) {
		if err != nil {
			return nil, err
		}
		read = append(read, e)
	}
	return read, nil
}

// The last message of each deal comes with its version. So the versions are asked of so few
// deals at once that these messages are fewer bytes than a server sends at once, 64 MB.
const (
	mostAsked  = 60
	mostAnswer = 60 << 20
)

// versionsOf gives the last sequence of each deal's subject, as of a message that is there, or
// later.
func (c *client) versionsOf(ctx context.Context, deals []string, last int64, subject string) (map[string]int64, error) {
	all, n := map[string]int64{}, max(1, min(mostAsked, mostAnswer/max(1, c.js.Conn().MaxPayload())))
	for chunk := range slices.Chunk(deals, int(n)) {
		subjects := []string{subject}
		for _, deal := range chunk {
			subjects = append(subjects, subjectOf(c.stream, deal))
		}
		err := c.insist(ctx, "read", func(ctx context.Context) error {
			at, err := c.versions(ctx, subjects, last)
			for subject, sequence := range at {
				all[subject] = sequence
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

var _ journal.DealsReader = (*Store)(nil)

// ReadDeals is that of [journal.DealsReader]. It holds all the entries.
func (s *Store) ReadDeals(ctx context.Context, deals []string) iter.Seq2[journal.Entry, error] {
	entries, err := s.readDeals(ctx, deals)
	if err != nil {
		return failed(err)
	}
	return func(yield func(journal.Entry, error) bool) {
		for _, e := range entries {
			if err := s.ready(ctx); err != nil {
				yield(journal.Entry{}, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// readDeals reads the entries of deals, in the order of their positions.
func (s *Store) readDeals(ctx context.Context, deals []string) ([]journal.Entry, error) {
	last, err := s.Last(ctx)
	if err != nil || last == 0 {
		return nil, err
	}
	deals = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(deals))), func(deal string) bool { return !isDeal(deal) })
	e, err := s.entry(ctx, last)
	if err != nil {
		return nil, err
	}
	at, err := s.versionsOf(ctx, deals, last, subjectOf(s.stream, e.Deal()))
	if err != nil {
		return nil, err
	}
	var spans []span
	for _, deal := range deals {
		subject := subjectOf(s.stream, deal)
		spans = append(spans, span{subject: subject, to: at[subject]})
	}
	read, err := s.readAll(ctx, spans)
	if err == nil {
		err = s.stillIntact(ctx)
	}
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(slices.Concat(read...), func(e journal.Entry) bool { return e.Position > last })
	slices.SortFunc(all, func(a, b journal.Entry) int { return cmp.Compare(a.Position, b.Position) })
	return all, nil
}
