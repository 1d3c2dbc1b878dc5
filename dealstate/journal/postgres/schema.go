package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A migration takes the tables from one version to the next. They are applied in order, each
// once and for all; one that was released never changes.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations lists the files; the version of a schema is how many were applied.
var migrations = []string{"1_entries.sql", "2_folds.sql"}

// lockClass is the first half of the keys of our advisory locks ("deal" in ASCII), so that they
// are not those of another program. The second is the schema's hash where the tables are
// migrated, and the number of the table entries where it is written to.
const lockClass = 0x6465616c

// naming puts the schema, quoted, in place of "$schema" in a statement, and what an entry is
// read by in place of "$selected".
func naming(schema string) *strings.Replacer {
	return strings.NewReplacer("$schema", pgx.Identifier{schema}.Sanitize(), "$selected", selected)
}

// sql names in a statement what it is about.
func (s *Store) sql(text string) string { return s.names.Replace(text) }

// migrate brings the schema to the newest version, or refuses one that is not a journal. It
// makes the schema where there is none. Of several processes one migrates.
func (s *Store) migrate(ctx context.Context, c *pgx.Conn) error {
	if version, err := s.version(ctx, c); err != nil || version == len(migrations) {
		return err // the usual case needs no lock, and no right to make anything
	}
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1, hashtext($2))", lockClass, s.options.Schema); err != nil {
			return err
		}
		version, err := s.version(ctx, c)
		if err != nil {
			return err
		}
		return s.apply(ctx, tx, version)
	})
}

// apply applies the migrations from a version on.
func (s *Store) apply(ctx context.Context, tx pgx.Tx, version int) error {
	if version == 0 {
		if err := s.makeSchema(ctx, tx); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, s.sql("SET LOCAL search_path = $schema, pg_temp")); err != nil {
		return err
	}
	for i := version; i < len(migrations); i++ {
		text, err := migrationFiles.ReadFile("migrations/" + migrations[i])
		if err != nil {
			return err
		}
		if _, err := tx.Conn().PgConn().Exec(ctx, string(text)).ReadAll(); err != nil { // several statements
			return fmt.Errorf("migration %s: %w", migrations[i], err)
		}
		if _, err := tx.Exec(ctx, "INSERT INTO journal_versions (version, migration) VALUES ($1, $2)", i+1, migrations[i]); err != nil {
			return err
		}
	}
	return nil
}

// makeSchema makes the schema, unless somebody who may has made it for us, and the table of
// versions.
func (s *Store) makeSchema(ctx context.Context, tx pgx.Tx) error {
	var there bool
	err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", s.options.Schema).Scan(&there)
	if err == nil && !there {
		_, err = tx.Exec(ctx, s.sql("CREATE SCHEMA $schema"))
	}
	if err == nil {
		_, err = tx.Exec(ctx, s.sql("CREATE TABLE $schema.journal_versions (version integer PRIMARY KEY, migration text NOT NULL, applied timestamptz NOT NULL DEFAULT now())"))
	}
	return err
}

// inSchema selects whether a schema is a journal, and whether there is anything in it.
const inSchema = `SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid AND relname = 'journal_versions'),
	EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid) OR EXISTS (SELECT FROM pg_type WHERE typnamespace = n.oid) OR EXISTS (SELECT FROM pg_proc WHERE pronamespace = n.oid)
	FROM (SELECT (SELECT oid FROM pg_namespace WHERE nspname = $1)) AS n (oid)`

// version gives the version of the schema, 0 for an empty one or none.
func (s *Store) version(ctx context.Context, c *pgx.Conn) (version int, err error) {
	var ours, others bool
	err = c.QueryRow(ctx, inSchema, s.options.Schema).Scan(&ours, &others)
	switch {
	case err != nil:
		return 0, err
	case !ours && others:
		return 0, &SchemaError{Journal: s.where, Problem: "it has another program's tables, types or functions; want a schema of the journal's own"}
	case !ours:
		return 0, nil
	}
	err = c.QueryRow(ctx, s.sql("SELECT coalesce(max(version), 0) FROM $schema.journal_versions")).Scan(&version)
	switch {
	case code(err) == noSuchColumn:
		return 0, &SchemaError{Journal: s.where, Problem: "its journal_versions is another program's; want a schema of the journal's own"}
	case err != nil:
		return 0, err
	case version < 1:
		return 0, &SchemaError{Journal: s.where, Version: version, Problem: fmt.Sprintf("a journal has a version from 1 to %d; somebody changed journal_versions", len(migrations))}
	case version > len(migrations):
		return 0, &SchemaError{Journal: s.where, Version: version, Problem: fmt.Sprintf("this program knows versions up to %d; use a newer one", len(migrations))}
	}
	return version, nil
}

// checkServer refuses a server that cannot keep a journal.
func (s *Store) checkServer(ctx context.Context, c *pgx.Conn) error {
	var encoding, fsync string
	err := c.QueryRow(ctx, "SELECT current_setting('server_encoding'), current_setting('fsync')").Scan(&encoding, &fsync)
	switch {
	case err != nil:
		return err
	case encoding != "UTF8":
		return &SettingError{Journal: s.where, Setting: "server_encoding", Value: encoding, Want: "UTF8, which has every character"}
	case fsync != "on" && !s.options.Unsynced:
		return &SettingError{Journal: s.where, Setting: "fsync", Value: fsync, Want: "on: without it, what was acknowledged is lost when the machine fails (Options.Unsynced takes it all the same)"}
	}
	return nil
}

// table finds the number of the table entries, by which its writers are locked, and refuses one
// that the server may empty.
func (s *Store) table(ctx context.Context, c *pgx.Conn) error {
	var number uint32
	var logged bool
	err := c.QueryRow(ctx, "SELECT c.oid, relpersistence = 'p' FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE nspname = $1 AND relname = 'entries' AND relkind = 'r'", s.options.Schema).Scan(&number, &logged)
	if errors.Is(err, pgx.ErrNoRows) {
		return &SchemaError{Journal: s.where, Version: len(migrations), Problem: "its table entries is gone"}
	}
	if err == nil && !logged {
		return &SchemaError{Journal: s.where, Version: len(migrations), Problem: "its table entries is unlogged, and emptied when the server crashes; want ALTER TABLE entries SET LOGGED"}
	}
	s.lock = int32(number) // any number does, if it is always the same
	return err
}
