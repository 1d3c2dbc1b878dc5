package postgres

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// pageEntries is how many entries a reading takes at once. Between pages it holds neither a
// connection nor a transaction: a slow reader keeps nobody from appending, nor the server
// from cleaning up.
const pageEntries = 512

// reading is what pages of entries are read by.
type reading struct {
	*Store
	query string
	deal  string // "": the whole journal
	to    int64
}

// The order is that of e.position: position alone would be the text of that name in the list.
const (
	readAll  = "SELECT $selected FROM $schema.entries AS e WHERE e.position > $1 AND e.position <= $2 ORDER BY e.position LIMIT $3"
	readDeal = "SELECT $selected FROM $schema.entries AS e WHERE e.deal = $4 AND e.position > $1 AND e.position <= $2 ORDER BY e.position LIMIT $3"
)

// Read is that of [journal.Journal].
func (s *Store) Read(ctx context.Context, after int64) iter.Seq2[journal.Entry, error] {
	to, err := s.Last(ctx)
	if err != nil {
		return failed(err)
	}
	return (&reading{Store: s, query: s.sql(readAll), to: to}).each(ctx, max(after, 0))
}

// ReadDeal is that of [journal.Journal]. It costs as much as the deal has entries.
func (s *Store) ReadDeal(ctx context.Context, deal string, after int64) iter.Seq2[journal.Entry, error] {
	to, err := s.Last(ctx)
	if err != nil {
		return failed(err)
	}
	if deal == "" {
		return func(func(journal.Entry, error) bool) {} // no deal has this id
	}
	return (&reading{Store: s, query: s.sql(readDeal), deal: deal, to: to}).each(ctx, max(after, 0))
}

// failed is a reading that ends at once.
func failed(err error) iter.Seq2[journal.Entry, error] {
	return func(yield func(journal.Entry, error) bool) { yield(journal.Entry{}, err) }
}

func (r *reading) each(ctx context.Context, after int64) iter.Seq2[journal.Entry, error] {
	return func(yield func(journal.Entry, error) bool) {
		for at := after; ; {
			page, err := r.page(ctx, at)
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
			if len(page) < pageEntries {
				return
			}
		}
	}
}

// page reads entries after a position, and those before an error with it.
func (r *reading) page(ctx context.Context, after int64) (page []journal.Entry, err error) {
	if r.to <= after {
		return nil, nil
	}
	args := []any{after, r.to, pageEntries}
	if r.deal != "" {
		args = append(args, r.deal)
	}
	err = r.again(ctx, func() error {
		rows, err := r.pool.Query(ctx, r.query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		page, err = r.entries(rows, after)
		return err
	})
	return page, err
}

func (r *reading) entries(rows pgx.Rows, after int64) (page []journal.Entry, err error) {
	for rows.Next() {
		k := r.read(rows.RawValues())
		if k.damage != nil {
			return page, k.damage
		}
		if r.deal == "" && k.Position != after+1 {
			return page, r.missing(after + 1)
		}
		after = k.Position
		page = append(page, k.Entry)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if r.deal == "" && len(page) < pageEntries && after < r.to {
		return page, r.missing(after + 1)
	}
	return page, nil
}

func (r *reading) missing(at int64) error {
	return &DamageError{Journal: r.where, Position: at, Problem: fmt.Sprintf("missing, and the last is %d", r.to)}
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

// Last is that of [journal.Journal].
func (s *Store) Last(ctx context.Context) (last int64, err error) {
	if err := s.check(ctx); err != nil {
		return 0, err
	}
	err = s.again(ctx, func() error {
		return s.pool.QueryRow(ctx, s.sql("SELECT coalesce(max(position), 0) FROM $schema.entries")).Scan(&last)
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
	err = s.again(ctx, func() error {
		rows, err := s.pool.Query(ctx, s.sql("SELECT deal FROM $schema.entries WHERE id = '' ORDER BY position"))
		if err != nil {
			return err
		}
		deals, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return deals, err
}
