package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// pageEntries is how many entries a reading takes at once. Between pages it holds neither a
// connection nor a transaction: a slow reader keeps nobody from appending, nor the log of the
// database from being taken in.
const pageEntries = 256

// reading is what pages of entries are read by. Its query has the position after which and
// the one up to which to read as its first two parameters, and how many as its last.
type reading struct {
	*Store
	query string
	deal  string // "": the whole journal
	dense bool   // positions have no gaps
	to    int64
}

const (
	readAll  = "SELECT " + columns + " FROM entries WHERE position > ?1 AND position <= ?2 ORDER BY position LIMIT ?3"
	readDeal = "SELECT " + columns + " FROM entries WHERE deal = ?4 AND position > ?1 AND position <= ?2 ORDER BY position LIMIT ?3"
)

// Read is that of [journal.Journal].
func (s *Store) Read(ctx context.Context, after int64) iter.Seq2[journal.Entry, error] {
	to, err := s.Last(ctx)
	if err != nil {
		return failed(err)
	}
	return (&reading{Store: s, query: readAll, dense: true, to: to}).each(ctx, max(after, 0))
}

// ReadDeal is that of [journal.Journal]. It costs as much as the deal has entries.
func (s *Store) ReadDeal(ctx context.Context, deal string, after int64) iter.Seq2[journal.Entry, error] {
	to, err := s.Last(ctx)
	if err != nil {
		return failed(err)
	}
	return (&reading{Store: s, query: readDeal, deal: deal, to: to}).each(ctx, max(after, 0))
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
func (r *reading) page(ctx context.Context, after int64) ([]journal.Entry, error) {
	if r.to <= after {
		return nil, nil
	}
	args := []any{after, r.to, pageEntries}
	if !r.dense {
		args = append(args, r.deal)
	}
	rows, err := r.db.QueryContext(ctx, r.query, args...)
	if err != nil {
		return nil, r.endedOr(ctx, err)
	}
	defer rows.Close()
	page, err := r.entries(rows, after)
	if err == nil {
		err = rows.Err()
	}
	return page, r.endedOr(ctx, err)
}

func (r *reading) entries(rows *sql.Rows, after int64) (page []journal.Entry, err error) {
	var row scanned
	for rows.Next() {
		e, err := row.entry(rows, r.path)
		if err != nil {
			return page, err
		}
		if r.dense && e.Position != after+1 {
			return page, r.missing(after + 1)
		}
		after = e.Position
		page = append(page, e)
	}
	if r.dense && rows.Err() == nil && len(page) < pageEntries && after < r.to {
		return page, r.missing(after + 1)
	}
	return page, nil
}

func (r *reading) missing(at int64) error {
	return &DamageError{Path: r.path, Position: at, Problem: fmt.Sprintf("missing, and the last is %d", r.to)}
}

// endedOr gives the context's error, or that of a closed journal, for what the driver says
// of a query that either has ended.
func (s *Store) endedOr(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case s.tail.isClosed():
		return journal.ErrClosed
	}
	return err
}

// Last is that of [journal.Journal].
func (s *Store) Last(ctx context.Context) (last int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if s.tail.isClosed() {
		return 0, journal.ErrClosed
	}
	err = s.db.QueryRowContext(ctx, "SELECT coalesce(max(position), 0) FROM entries").Scan(&last)
	return last, s.endedOr(ctx, err)
}

// Deals is that of [journal.Lister]. It reads no entries but an index.
func (s *Store) Deals(ctx context.Context) ([]string, error) {
	if s.tail.isClosed() {
		return nil, journal.ErrClosed
	}
	rows, err := s.db.QueryContext(ctx, "SELECT deal FROM entries WHERE id IS NULL ORDER BY position")
	if err != nil {
		return nil, s.endedOr(ctx, err)
	}
	defer rows.Close()
	deals := []string{}
	for rows.Next() {
		var deal string
		if err := rows.Scan(&deal); err != nil {
			return nil, err
		}
		deals = append(deals, deal)
	}
	return deals, s.endedOr(ctx, rows.Err())
}
