package jetstream

import (
	"context"
	"fmt"
	"iter"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// mostPage is how many entries a reading asks for at once.
const mostPage = 512

// Read is that of [journal.Journal]. It asks the leader for the last position, and any replica
// for the entries, some hundred at a time; between pages it holds nothing.
func (s *Store) Read(ctx context.Context, after int64) iter.Seq2[journal.Entry, error] {
	to, err := s.Last(ctx)
	if err != nil {
		return failed(err)
	}
	return s.reading(ctx, "", max(after, 0), to)
}

// ReadDeal is that of [journal.Journal]. It is three questions to the servers, or more where the
// deal is long. The last one is whether messages were removed from the stream: then the reading
// ends with a *[DamageError].
func (s *Store) ReadDeal(ctx context.Context, deal string, after int64) iter.Seq2[journal.Entry, error] {
	if err := s.ready(ctx); err != nil {
		return failed(err)
	}
	if !isDeal(deal) {
		return func(func(journal.Entry, error) bool) {}
	}
	subject, to := subjectOf(s.stream, deal), int64(0)
	err := s.insist(ctx, "read", func(ctx context.Context) (err error) {
		to, err = s.lastOf(ctx, subject)
		return err
	})
	if err != nil {
		return failed(err)
	}
	return func(yield func(journal.Entry, error) bool) {
		for e, err := range s.reading(ctx, subject, max(after, 0), to) {
			if !yield(e, err) || err != nil {
				return
			}
		}
		if err := s.stillIntact(ctx); err != nil {
			yield(journal.Entry{}, err)
		}
	}
}

// failed is a reading that ends at once.
func failed(err error) iter.Seq2[journal.Entry, error] {
	return func(yield func(journal.Entry, error) bool) { yield(journal.Entry{}, err) }
}

// reading is entries of a store, and ends with it or with its context.
func (s *Store) reading(ctx context.Context, subject string, after, to int64) iter.Seq2[journal.Entry, error] {
	return func(yield func(journal.Entry, error) bool) {
		for e, err := range s.entries(ctx, subject, after, to) {
			if ended := s.ready(ctx); ended != nil {
				e, err = journal.Entry{}, ended
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// entries reads the entries of a subject, or of all where it is "", after a position and up to
// another, which is that of one of them. It ends at the first error.
func (c *client) entries(ctx context.Context, subject string, after, to int64) iter.Seq2[journal.Entry, error] {
	return func(yield func(journal.Entry, error) bool) {
		for at := after; at < to; {
			page, err := c.whole(ctx, subject, at, to)
			if err != nil {
				yield(journal.Entry{}, err)
				return
			}
			for i := range page {
				e, err := page[i].entry(c.stream)
				if !yield(e, err) || err != nil {
					return
				}
			}
			at = page[len(page)-1].sequence
		}
	}
}

// whole reads a page after a position, of at least one message. Where all are asked for, none
// is missing.
func (c *client) whole(ctx context.Context, subject string, after, to int64) (page []stored, err error) {
	err = c.insist(ctx, "read", func(ctx context.Context) error {
		if page, err = c.page(ctx, after, subject, int(min(mostPage, to-after))); err == nil && len(page) == 0 {
			err = errBehind
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range page {
		if subject == "" && page[i].sequence != after+int64(i)+1 {
			return nil, &DamageError{Stream: c.stream, Position: after + int64(i) + 1, Problem: fmt.Sprintf("missing, and the last is %d", to)}
		}
		if page[i].sequence > to {
			return page[:i], nil
		}
	}
	return page, nil
}

// Last is that of [journal.Journal]. It asks the leader.
func (s *Store) Last(ctx context.Context) (last int64, err error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	err = s.insist(ctx, "last", func(ctx context.Context) error {
		last, err = s.client.last(ctx)
		return err
	})
	return last, err
}
