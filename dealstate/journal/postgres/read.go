package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// How many entries a reading takes at once, first and later: many want one entry only. Between
// pages it holds neither a connection nor a transaction: a slow reader keeps nobody from
// appending, nor the server from cleaning up.
const (
	firstPage = 16
	laterPage = 512
)

// pages gives up to so many entries after a position, and those before an error with it. Fewer
// are the last ones.
type pages func(ctx context.Context, after int64, most int) ([]journal.Entry, error)

// each gives the entries of all pages after a position.
func (p pages) each(ctx context.Context, after int64) iter.Seq2[journal.Entry, error] {
	return func(yield func(journal.Entry, error) bool) {
		at := max(after, 0)
		for most := firstPage; ; most = min(4*most, laterPage) {
			page, err := p(ctx, at, most)
			for _, e := range page {
				if ended := ctx.Err(); ended != nil {
					yield(journal.Entry{}, ended)
					return
				}
				if !yield(e, nil) {
					return
				}
				at = e.Position
			}
			if err != nil {
				yield(journal.Entry{}, err)
				return
			}
			if len(page) < most {
				return
			}
		}
	}
}

// failed is a reading that ends at once.
func failed(err error) iter.Seq2[journal.Entry, error] {
	return func(yield func(journal.Entry, error) bool) { yield(journal.Entry{}, err) }
}

// The order is that of e.position: position alone would be the text of that name in the list.
const (
	readAll  = "SELECT $selected FROM $schema.entries AS e WHERE e.position > $1 AND e.position <= $2 ORDER BY e.position LIMIT $3"
	readDeal = "SELECT $selected FROM $schema.entries AS e WHERE e.deal = $4 AND e.position > $1 AND e.position <= $2 ORDER BY e.position LIMIT $3"
	// readAt takes no more than what is asked for; the order of what comes is not that.
	readAt = "SELECT $selected FROM unnest($1::bigint[]) AS k (position) CROSS JOIN LATERAL (SELECT * FROM $schema.entries AS x WHERE x.position = k.position LIMIT 1) AS e"
	// findDeals reads an index only.
	findDeals = `SELECT e.position FROM unnest($1::text[]) AS k (deal)
		CROSS JOIN LATERAL (SELECT position FROM $schema.entries AS x WHERE x.deal = k.deal AND x.position <= $2 OFFSET 0) AS e ORDER BY 1`
)

// Read is that of [journal.Journal].
func (s *Store) Read(ctx context.Context, after int64) iter.Seq2[journal.Entry, error] {
	to, err := s.Last(ctx)
	if err != nil {
		return failed(err)
	}
	return pages(func(ctx context.Context, after int64, most int) ([]journal.Entry, error) {
		if to <= after {
			return nil, nil
		}
		page, err := s.page(ctx, s.sql(readAll), after, to, most)
		for i, e := range page {
			if want := after + int64(i) + 1; e.Position != want {
				return page[:i], s.missing(want, to)
			}
		}
		if end := after + int64(len(page)); err == nil && len(page) < most && end < to {
			err = s.missing(end+1, to)
		}
		return page, err
	}).each(ctx, after)
}

func (s *Store) missing(at, last int64) error {
	return &DamageError{Journal: s.where, Position: at, Problem: fmt.Sprintf("missing, and the last is %d", last)}
}

// ReadDeal is that of [journal.Journal]. It costs as much as the deal has entries.
func (s *Store) ReadDeal(ctx context.Context, deal string, after int64) iter.Seq2[journal.Entry, error] {
	to, err := s.Last(ctx)
	if err != nil {
		return failed(err)
	}
	if !holds(deal) {
		to = 0
	}
	return pages(func(ctx context.Context, after int64, most int) ([]journal.Entry, error) {
		if to <= after {
			return nil, nil
		}
		return s.page(ctx, s.sql(readDeal), after, to, most, deal)
	}).each(ctx, after)
}

// ReadDeals is that of [journal.DealsReader]. It holds eight bytes an entry in memory, and
// some hundred deals cost little more round trips than one.
func (s *Store) ReadDeals(ctx context.Context, deals []string) iter.Seq2[journal.Entry, error] {
	to, err := s.Last(ctx)
	if err != nil {
		return failed(err)
	}
	var positions []int64
	err = s.again(ctx, func(ctx context.Context) error {
		rows, err := s.pool.Query(ctx, s.sql(findDeals), distinct(deals), to)
		if err == nil {
			positions, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		}
		return err
	})
	if err != nil {
		return failed(err)
	}
	return pages(func(ctx context.Context, after int64, most int) ([]journal.Entry, error) {
		next, _ := slices.BinarySearch(positions, after+1)
		wanted := positions[next:min(next+most, len(positions))]
		if len(wanted) == 0 {
			return nil, nil
		}
		page, err := s.page(ctx, s.sql(readAt), wanted)
		slices.SortFunc(page, func(a, b journal.Entry) int { return cmp.Compare(a.Position, b.Position) })
		if err == nil && len(page) < len(wanted) {
			err = s.missing(wanted[len(page)], to)
		}
		return page, err
	}).each(ctx, 0)
}

// distinct gives each deal once, of those that there can be.
func distinct(deals []string) []string {
	sorted := slices.Sorted(slices.Values(deals))
	return slices.DeleteFunc(slices.Compact(sorted), func(deal string) bool { return !holds(deal) })
}

// page reads the entries that a query selects, up to the first damaged one.
func (s *Store) page(ctx context.Context, query string, args ...any) (page []journal.Entry, err error) {
	err = s.again(ctx, func(ctx context.Context) error {
		page = page[:0]
		rows, err := s.pool.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			k := s.read(rows.RawValues())
			if k.damage != nil {
				return k.damage
			}
			page = append(page, k.Entry)
		}
		return rows.Err()
	})
	if isDamage := (*DamageError)(nil); err != nil && !errors.As(err, &isDamage) {
		return nil, err
	}
	return page, err
}

// readLast reads what lastEntry selects, zero where there is no entry.
func (s *Store) readLast(rows pgx.Rows) (last int64, accepted time.Time, err error) {
	var text string
	if _, err = pgx.ForEachRow(rows, []any{&last, &text}, func() error { return nil }); err != nil || last == 0 {
		return 0, time.Time{}, err
	}
	if accepted, err = time.Parse(layout, text); err != nil {
		return last, accepted, &DamageError{Journal: s.where, Position: last, Problem: err.Error()}
	}
	return last, accepted, nil
}

const maxPosition = "SELECT coalesce(max(position), 0) FROM $schema.entries"

// Last is that of [journal.Journal].
func (s *Store) Last(ctx context.Context) (last int64, err error) {
	if err := s.check(ctx); err != nil {
		return 0, err
	}
	err = s.again(ctx, func(ctx context.Context) error {
		return s.pool.QueryRow(ctx, s.sql(maxPosition)).Scan(&last)
	})
	return last, err
}

// check gives an error where the context has ended or the journal is closed.
func (s *Store) check(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.tail.isClosed() {
		return journal.ErrClosed
	}
	return nil
}

// Deals is that of [journal.Lister]. It costs as much as there are agreements.
func (s *Store) Deals(ctx context.Context) (deals []string, err error) {
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	err = s.again(ctx, func(ctx context.Context) error {
		rows, err := s.pool.Query(ctx, s.sql("SELECT deal FROM $schema.entries WHERE id = '' ORDER BY position"))
		if err != nil {
			return err
		}
		deals, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return deals, err
}
