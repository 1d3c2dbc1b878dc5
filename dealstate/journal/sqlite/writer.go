package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// writer is the connection that writes, with its statements. It is the committer's; no
// context interrupts it, for a transaction is answered as it ended.
type writer struct {
	conn                                                                                *sql.Conn
	begun, committed, undone, last, version, event, agreement, entry, insert, insertNew *sql.Stmt
}

func (w *writer) begin(ctx context.Context, c *sql.Conn) error {
	w.conn = c
	for _, s := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&w.begun, "BEGIN IMMEDIATE"}, {&w.committed, "COMMIT"}, {&w.undone, "ROLLBACK"},
		{&w.last, "SELECT position, accepted FROM entries ORDER BY position DESC LIMIT 1"},
		{&w.version, "SELECT position FROM entries WHERE deal = ? ORDER BY position DESC LIMIT 1"},
		{&w.event, "SELECT position FROM entries WHERE deal = ? AND id = ? ORDER BY position DESC LIMIT 1"},
		{&w.agreement, "SELECT position FROM entries WHERE deal = ? AND id IS NULL"},
		{&w.entry, readOne},
		{&w.insert, insertEntry}, {&w.insertNew, insertNew},
	} {
		var err error
		if *s.to, err = c.PrepareContext(ctx, s.text); err != nil {
			return err
		}
	}
	return nil
}

// close gives the statements back first: while one is left, SQLite keeps the connection, and
// with it the write-ahead log, which else goes into the database when the last one closes.
func (w *writer) close() error {
	for _, s := range []*sql.Stmt{w.begun, w.committed, w.undone, w.last, w.version, w.event, w.agreement, w.entry, w.insert, w.insertNew} {
		if err := s.Close(); err != nil {
			return err
		}
	}
	return w.conn.Close()
}

// commit keeps what is new in the requests, in one transaction, and gives the position of
// the last entry. Its error leaves nothing kept; that of a request leaves the others.
func (w *writer) commit(path string, requests []*request) (int64, error) {
	if _, err := w.begun.Exec(); err != nil {
		return 0, err
	}
	b := &batch{writer: w, path: path}
	err := b.take(requests)
	if err == nil && b.changed {
		_, err = w.committed.Exec()
	}
	if err != nil || !b.changed {
		if _, undone := w.undone.Exec(); err == nil {
			err = undone
		}
	}
	return b.last, err
}

// batch is one transaction. It knows what it has written, as [journal.Kept].
type batch struct {
	*writer
	path     string
	last     int64
	accepted time.Time
	changed  bool // there is something to commit
	row      scanned
}

func (b *batch) take(requests []*request) error {
	var accepted sql.NullString
	err := b.writer.last.QueryRow().Scan(&b.last, &accepted)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if b.accepted, err = read(accepted); err != nil {
		return &DamageError{Path: b.path, Position: b.last, Problem: err.Error()}
	}
	for _, r := range requests {
		if err := b.do(r); err != nil {
			return err
		}
	}
	return nil
}

// do does what a request wants. The error is one of the database's; what is wrong with the
// request is its own.
func (b *batch) do(r *request) error {
	if r.write != nil {
		r.err = r.write(b.conn)
		b.changed = b.changed || r.err == nil
		return nil
	}
	if added, err := b.add(r); added || err != nil {
		return err
	}
	return b.admit(r)
}

// add writes the one entry of a request if nothing is kept under its id, which is how it is
// with most: one statement instead of two, a sixth of what an append of many costs. All
// others are left to admit.
func (b *batch) add(r *request) (added bool, err error) {
	if len(r.entries) != 1 || len(r.on) > 0 {
		return false, nil
	}
	e := r.entries[0]
	if e.Position = b.last + 1; e.Accepted.Before(b.accepted) {
		e.Accepted = b.accepted
	}
	row, err := rowOf(&e)
	if err != nil {
		return false, err
	}
	done, err := b.insertNew.Exec(row...)
	if err != nil {
		return false, err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	b.last, b.accepted, b.changed, r.positions = e.Position, e.Accepted, true, []int64{e.Position}
	return true, nil
}

// admit writes what is new in a request.
func (b *batch) admit(r *request) error {
	fresh, positions, err := journal.Admit(b, b.last, b.accepted, r.entries, r.on)
	if err != nil {
		r.err = err
		return databases(err)
	}
	for i := range fresh {
		row, err := rowOf(&fresh[i])
		if err != nil {
			return err
		}
		done, err := b.insert.Exec(row...)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return cmp.Or(err, error(&DamageError{Path: b.path, Position: fresh[i].Position, Problem: "not added: another program's trigger ignores it"}))
		}
		b.last, b.accepted = fresh[i].Position, fresh[i].Accepted
	}
	b.changed = b.changed || len(fresh) > 0
	r.positions = positions
	return nil
}

// fault is an error of the database, as opposed to one about what was appended.
type fault struct{ error }

func (f fault) Unwrap() error { return f.error }

// databases gives the database's error in it, nil if it is about what was appended.
func databases(err error) error {
	var f fault
	if errors.As(err, &f) {
		return f.error
	}
	return nil
}

// Version is that of [journal.Kept].
func (b *batch) Version(deal string) (int64, error) { return position(b.version, deal) }

// Find is that of [journal.Kept]. Most ids are new, so it asks for the position first: that
// the driver names 21 columns costs more than to look into the index.
func (b *batch) Find(deal, id string) (*journal.Entry, error) {
	query, args := b.event, []any{deal, id}
	if id == "" {
		query, args = b.agreement, args[:1]
	}
	at, err := position(query, args...)
	if err != nil || at == 0 {
		return nil, err
	}
	e, err := b.row.entry(b.entry.QueryRow(at), b.path)
	var damage *DamageError
	switch {
	case errors.As(err, &damage):
		return nil, err
	case err != nil:
		return nil, fault{err}
	}
	return &e, nil
}

// position gives the position that a query finds, 0 where it finds none.
func position(query *sql.Stmt, args ...any) (at int64, err error) {
	if err = query.QueryRow(args...).Scan(&at); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fault{err}
	}
	return at, nil
}
