package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
)

// A migration takes the schema from one version to the next. They are applied in order, each
// once and for all; one that was released never changes.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations lists the files; the version of a database is how many were applied.
var migrations = []string{"1_entries.sql", "2_folds.sql", "3_never_replaced.sql"}

// applicationID marks a database as a journal ("deal" in ASCII); file(1) and SQLite show it.
const applicationID = 0x6465616c

// migrate brings a database to the newest schema, or refuses one that is not a journal. It
// holds the write lock meanwhile, so that of several processes one migrates.
func migrate(ctx context.Context, c *sql.Conn, path string) error {
	if _, err := c.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := migrateLocked(ctx, c, path)
	end := "COMMIT"
	if err != nil {
		end = "ROLLBACK"
	}
	if _, ended := c.ExecContext(ctx, end); err == nil {
		err = ended
	}
	return err
}

func migrateLocked(ctx context.Context, c *sql.Conn, path string) error {
	version, err := versionOf(ctx, c, path)
	if err != nil {
		return err
	}
	if version == len(migrations) {
		return nil
	}
	for _, name := range migrations[version:] {
		text, err := migrationFiles.ReadFile("migrations/" + name)
		if err != nil {
			return err
		}
		if _, err := c.ExecContext(ctx, string(text)); err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
	}
	_, err = c.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(migrations)))
	return err
}

// versionOf gives the version of the schema, 0 for an empty database.
func versionOf(ctx context.Context, c *sql.Conn, path string) (int, error) {
	var id, version, tables int
	err := c.QueryRowContext(ctx, "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)").
		Scan(&id, &version, &tables)
	switch {
	case err != nil:
		return 0, err
	case id == 0 && version == 0 && tables == 0:
		return 0, nil
	case id != applicationID:
		return 0, &SchemaError{Path: path, Problem: "it is another program's database"}
	case version < 1:
		return 0, &SchemaError{Path: path, Version: version, Problem: fmt.Sprintf("a journal has a version from 1 to %d; somebody changed PRAGMA user_version", len(migrations))}
	case version > len(migrations):
		return 0, &SchemaError{Path: path, Version: version, Problem: fmt.Sprintf("this program knows versions up to %d; use a newer one", len(migrations))}
	}
	_, err = c.ExecContext(ctx, "SELECT "+columns+" FROM entries LIMIT 0") // every version has them
	if isNoJournal(err) {
		err = &SchemaError{Path: path, Version: version, Problem: err.Error()}
	}
	return version, err
}
