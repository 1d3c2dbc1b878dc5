package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"time"

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
	readAll  = "SELECT " + selected + " FROM entries AS e WHERE position > ?1 AND position <= ?2 ORDER BY position LIMIT ?3"
	readDeal = "SELECT " + selected + " FROM entries AS e WHERE deal = ?4 AND position > ?1 AND position <= ?2 ORDER BY position LIMIT ?3"
	readOne  = "SELECT " + selected + " FROM entries AS e WHERE position = ?1"
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
		var accepted time.Time // of the entry before
		for at := after; ; {
			page, err := r.page(ctx, at, accepted)
			for _, e := range page {
				if ended := ctx.Err(); ended != nil {
					yield(journal.Entry{}, ended)
					return
				}
				if !yield(e, nil) {
					return
				}
				at, accepted = e.Position, e.Accepted
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

// page reads entries after a position, and those before an error with it. Accepted is of the
// entry before.
func (r *reading) page(ctx context.Context, after int64, accepted time.Time) ([]journal.Entry, error) {
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
	page, err := r.entries(rows, after)
	rows.Close() // admit may need a connection
	page, why := r.admit(ctx, page, accepted)
	if why != nil {
		err = why
	}
	return entriesOf(page), r.endedOr(ctx, err)
}

// kept is an entry, and where the one is that came before it under its id, 0 for none.
type kept struct {
	journal.Entry
	before int64
}

func (r *reading) entries(rows *sql.Rows, after int64) (page []kept, err error) {
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
		page = append(page, kept{e, row.before.Int64})
	}
	if err := rows.Err(); err != nil {
		return page, err
	}
	if r.dense && len(page) < pageEntries && after < r.to {
		return page, r.missing(after + 1)
	}
	return page, nil
}

// admit gives the entries up to the first that an append would not have kept behind those
// before it: it was accepted earlier, or its id was taken.
func (r *reading) admit(ctx context.Context, page []kept, accepted time.Time) ([]kept, error) {
	for i, e := range page {
		fresh, _, err := journal.Admit(&known{r.Store, ctx, e.before}, e.Position-1, accepted, []journal.Entry{e.Entry}, nil)
		switch err := databases(err); {
		case err != nil:
			return page[:i], err
		case len(fresh) == 0:
			return page[:i], &DamageError{Path: r.path, Position: e.Position, Problem: fmt.Sprintf("its id is that of position %d", e.before)}
		case !fresh[0].Accepted.Equal(e.Accepted):
			return page[:i], &DamageError{Path: r.path, Position: e.Position, Problem: "it was accepted before the entry before it"}
		}
		accepted = e.Accepted
	}
	return page, nil
}

// known is what was kept before an entry that is read, as [journal.Kept].
type known struct {
	*Store
	ctx    context.Context
	before int64
}

// Version is that of [journal.Kept]. A reading asks for none.
func (k *known) Version(string) (int64, error) { return 0, nil }

// Find is that of [journal.Kept].
func (k *known) Find(string, string) (*journal.Entry, error) {
	if k.before == 0 {
		return nil, nil
	}
	var row scanned
	e, err := row.entry(k.db.QueryRowContext(k.ctx, readOne, k.before), k.path)
	if err != nil {
		return nil, fault{err}
	}
	return &e, nil
}

func entriesOf(page []kept) []journal.Entry {
	entries := make([]journal.Entry, len(page))
	for i := range page {
		entries[i] = page[i].Entry
	}
	return entries
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
	if err := s.moved(); err != nil {
		return 0, err
	}
	err = s.db.QueryRowContext(ctx, "SELECT coalesce(max(position), 0) FROM entries").Scan(&last)
	return last, s.endedOr(ctx, err)
}

// Deals is that of [journal.Lister]. It reads no entries but an index.
func (s *Store) Deals(ctx context.Context) ([]string, error) {
	if s.tail.isClosed() {
		return nil, journal.ErrClosed
	}
	if err := s.moved(); err != nil {
		return nil, err
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
