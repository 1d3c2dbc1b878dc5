package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// BareInsert adds a row of BareRow.
func (s *Store) BareInsert() string {
	names, values := []string{"position"}, []string{"$1::bigint"}
	for i, c := range columns {
		value := fmt.Sprintf("$%d::text", i+2)
		if c.cast != "" {
			value = fmt.Sprintf(c.cast, value)
		}
		names, values = append(names, c.name), append(values, value)
	}
	return s.sql("INSERT INTO $schema.entries (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")")
}

// BareRow gives the values of an entry's row, the position first.
func BareRow(e journal.Entry) []any {
	r, err := rowOf(&e)
	if err != nil {
		panic(err)
	}
	return append([]any{e.Position}, arguments([]row{r})...)
}

// TakeLock waits for the writers' lock and takes it, within a transaction.
func (s *Store) TakeLock() string {
	return fmt.Sprintf("SELECT pg_advisory_xact_lock(%d, %d)", lockClass, s.lock)
}

// LockNumber is by what pg_locks names the lock.
func (s *Store) LockNumber() string { return fmt.Sprint(uint32(s.lock)) }

// Connection gives a connection as those are that write. Its server ends it.
func (s *Store) Connection(ctx context.Context) *pgx.Conn {
	c, err := pgx.ConnectConfig(ctx, s.config)
	if err != nil {
		panic(err)
	}
	return c
}

// Settings gives a setting of a connection that writes and of one that reads.
func (s *Store) Settings(ctx context.Context, name string) []string {
	var writes, reads string
	c := s.Connection(ctx)
	defer c.Close(ctx)
	if err := c.QueryRow(ctx, "SELECT current_setting($1)", name).Scan(&writes); err != nil {
		panic(err)
	}
	if err := s.pool.QueryRow(ctx, "SELECT current_setting($1)", name).Scan(&reads); err != nil {
		panic(err)
	}
	return []string{writes, reads}
}

// Shown is JSON as jsonb can hold it.
func Shown(text string) string { return shown([]byte(text)) }
