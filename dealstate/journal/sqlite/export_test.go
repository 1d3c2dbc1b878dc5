package sqlite

import (
	"context"
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Pragmas gives a setting of every connection that there may be, the writer's first.
func (s *Store) Pragmas(ctx context.Context, name string) (all []string) {
	var text string
	if err := s.writer.conn.QueryRowContext(ctx, "PRAGMA "+name).Scan(&text); err != nil {
		panic(err)
	}
	all = append(all, text)
	for range maxOpen - 1 {
		c, err := s.db.Conn(ctx)
		if err != nil {
			panic(err)
		}
		defer c.Close()
		if err := c.QueryRowContext(ctx, "PRAGMA "+name).Scan(&text); err != nil {
			panic(err)
		}
		all = append(all, text)
	}
	return all
}

// Bound lets the database grow by so many pages at most, as a full disk does.
func (s *Store) Bound(ctx context.Context, more int) {
	var pages int
	if err := s.writer.conn.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages); err != nil {
		panic(err)
	}
	if err := s.writer.conn.QueryRowContext(ctx, fmt.Sprint("PRAGMA max_page_count = ", pages+more)).Scan(&pages); err != nil {
		panic(err)
	}
}

// InsertEntry adds a row of RowOf.
const InsertEntry = insertEntry

// RowOf gives the values of an entry's row.
func RowOf(e journal.Entry) []any {
	row, err := rowOf(&e)
	if err != nil {
		panic(err)
	}
	return row
}

// DSN is the name under which the driver opens the database.
func (s *Store) DSN() string { return source(s.path, s.options) }
