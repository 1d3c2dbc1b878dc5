package postgres

import (
	"cmp"
	"context"
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

// each gives the entries of all pages after a position, up to one that was accepted before the
// entry before it.
func (p pages) each(ctx context.Context, s *Store, after int64) iter.Seq2[journal.Entry, error] {
	return func(yield func(journal.Entry, error) bool) {
		at, accepted := max(after, 0), time.Time{}
		for most := firstPage; ; most = min(4*most, laterPage) {
			page, err := p(ctx, at, most)
			for _, e := range page {
				if ended := ctx.Err(); ended != nil {
					yield(journal.Entry{}, ended)
					return
				}
				if e.Accepted.Before(accepted) {
					yield(journal.Entry{}, &DamageError{Journal: s.where, Position: e.Position, Problem: "it was accepted before the entry before it"})
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
	}).each(ctx, s, after)
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
	}).each(ctx, s, after)
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
	}).each(ctx, s, 0)
}

// distinct gives each deal once, of those that there can be.
func distinct(deals []string) []string {
	sorted := slices.Sorted(slices.Values(deals))
	return slices.DeleteFunc(slices.Compact(sorted), func(deal string) bool { return !holds(deal) })
}

// page reads the entries that a query selects, up to the first damaged one.
func (s *Store) page(ctx context.Context, query string, args ...any) ([]journal.Entry, error) {
	found, err := s.rows(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	before, err := s.before(ctx, found)
	if err != nil {
		return nil, err
	}
	page := make([]journal.Entry, 0, len(found))
	for i := range found {
		k := &found[i]
		if k.damage == nil && k.again > 0 {
			k.damage = s.admit(k, before)
		}
		if k.damage != nil {
			return page, k.damage
		}
		page = append(page, k.Entry)
	}
	return page, nil
}

// rows reads the rows that a query selects.
func (s *Store) rows(ctx context.Context, query string, args ...any) (found []kept, err error) {
	err = s.again(ctx, func(ctx context.Context) error {
		found = found[:0]
		rows, err := s.pool.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			found = append(found, s.read(rows.RawValues()))
		}
		return rows.Err()
	})
	return found, err
}

// findBefore selects the entries that came before others under their ids.
const findBefore = `SELECT $selected FROM unnest($1::text[], $2::text[], $3::integer[]) AS k (deal, id, again)
	CROSS JOIN LATERAL (SELECT * FROM $schema.entries AS x WHERE x.deal = k.deal AND x.id = k.id AND x.again = k.again LIMIT 1) AS e`

// numbered is an id of a deal, and how many entries came before under it.
type numbered struct {
	deal, id string
	again    int
}

// before reads, for those found that are not the first under their ids, the ones before them.
func (s *Store) before(ctx context.Context, found []kept) (map[numbered]kept, error) {
	var deals, ids []string
	var agains []int
	for _, k := range found {
		if k.again > 0 {
			deals, ids, agains = append(deals, k.Deal()), append(ids, k.Event.ID), append(agains, k.again-1)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := s.rows(ctx, s.sql(findBefore), deals, ids, agains)
	before := make(map[numbered]kept, len(rows))
	for _, k := range rows {
		before[numbered{k.Deal(), k.Event.ID, k.again}] = k
	}
	return before, err
}

// admit gives the damage of an entry that an append would not have kept after the one before it
// under its id, nil if there is none.
func (s *Store) admit(k *kept, before map[numbered]kept) error {
	old, ok := before[numbered{k.Deal(), k.Event.ID, k.again - 1}]
	if !ok || old.Position > k.Position {
		return &DamageError{Journal: s.where, Position: k.Position, Problem: fmt.Sprintf("it counts %d entries before it under its id, and the last of them is missing", k.again)}
	}
	if old.damage != nil {
		return old.damage
	}
	earlier := &batch{found: map[[2]string]kept{k.key(): old}}
	if fresh, _, _ := journal.Admit(earlier, k.Position-1, time.Time{}, []journal.Entry{k.Entry}, nil); len(fresh) == 0 {
		return &DamageError{Journal: s.where, Position: k.Position, Problem: fmt.Sprintf("its id is that of position %d", old.Position)}
	}
	return nil
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
