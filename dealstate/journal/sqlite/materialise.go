package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/folding"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// ErrOvertaken is what Materialise gives where another process has begun to materialise the
// same policy later and has finished first. Its tables are the newer ones.
var ErrOvertaken = errors.New("journal/sqlite: a later materialising of this policy is complete already")

// Fold says what the tables of a policy were made of, and how much there is in them.
type Fold struct {
	Policy                   string
	Position                 int64     // of the last entry that was looked at
	AsOf                     time.Time // zero: the journal was empty
	KnownBy                  time.Time // zero: all there was up to the position
	Deals, Decisions, Spells int
	Aside                    int // entries that mean nothing, such as an event of a deal that has no agreement
}

// Materialise folds every deal, as the library does, and writes where each stands, what
// was decided and how long it was in which state, for the views states, decisions and
// spells: SQL computes none of it. The views show the newest complete fold of each policy,
// with the position up to which it looked at the journal; what is appended later is not
// in it until Materialise is called again.
//
// A zero AsOf is the instant at which the last entry was accepted; a zero Policy is strict.
// A policy of the caller's own needs a name of its own, under which the views show it: at most 256
// bytes without NUL, and not that of a standard policy.
//
// Appends and readers go on meanwhile. It costs a fold of each deal, and a row for each state, decision and spell;
// the rows of the fold before are removed once those of this one are there. If the context
// ends or the program stops before, the views stay as they were, and the next call tidies up.
func (s *Store) Materialise(ctx context.Context, v dealstate.View) (Fold, error) {
	s.folds.Lock()
	defer s.folds.Unlock()
	m, err := s.materialising(ctx, v)
	if err != nil {
		return Fold{}, err
	}
	if err := m.deals(ctx); err != nil {
		return Fold{}, err
	}
	if err := m.flush(ctx); err != nil {
		return Fold{}, err
	}
	if err := m.finish(ctx); err != nil {
		return Fold{}, err
	}
	return m.fold, m.tidy(ctx)
}

// materialising is one call of Materialise.
type materialising struct {
	*Store
	view  dealstate.View
	id    int64 // of the fold
	fold  Fold
	forms folding.Forms
	rows  rows // not yet written
}

// materialising begins a fold.
func (s *Store) materialising(ctx context.Context, v dealstate.View) (*materialising, error) {
	v, err := folding.View(v)
	if err != nil {
		return nil, err
	}
	last, err := s.Last(ctx)
	if err != nil {
		return nil, err
	}
	if v.AsOf.IsZero() && last > 0 {
		if v.AsOf, err = s.acceptedAt(ctx, last); err != nil {
			return nil, err
		}
	}
	m := &materialising{Store: s, view: v, fold: Fold{Policy: v.Policy.Name, Position: last, AsOf: v.AsOf.UTC(), KnownBy: v.KnownBy.UTC()}}
	return m, m.write(ctx, func(c *sql.Conn) error {
		return c.QueryRowContext(context.Background(), "INSERT INTO folds (policy, position, as_of, known_by) VALUES (?, ?, ?, ?) RETURNING fold",
			m.fold.Policy, last, instant(v.AsOf), instant(v.KnownBy)).Scan(&m.id)
	})
}

// acceptedAt gives when an entry was accepted.
func (s *Store) acceptedAt(ctx context.Context, at int64) (time.Time, error) {
	for e, err := range s.Read(ctx, at-1) {
		return e.Accepted, err
	}
	return time.Time{}, &DamageError{Path: s.path, Position: at, Problem: "missing"}
}

// write lets the committer write in a transaction of its own, between appends.
func (m *materialising) write(ctx context.Context, do func(*sql.Conn) error) error {
	return m.do(ctx, &request{write: do})
}

// deals folds all deals up to the position.
func (m *materialising) deals(ctx context.Context) error {
	ids, err := m.Deals(ctx)
	if err != nil {
		return err
	}
	var used int64
	for _, id := range ids {
		n, err := m.deal(ctx, id)
		if err != nil {
			return err
		}
		if used += n; m.rows.full() {
			if err := m.flush(ctx); err != nil {
				return err
			}
		}
	}
	m.fold.Aside = int(m.fold.Position - used)
	return nil
}

// deal folds one deal, and gives how many of its entries mean something.
func (m *materialising) deal(ctx context.Context, id string) (used int64, err error) {
	var entries []journal.Entry
	for e, err := range (&reading{Store: m.Store, query: readDeal, deal: id, to: m.fold.Position}).each(ctx, 0) {
		if err != nil {
			return 0, err
		}
		entries = append(entries, e)
	}
	machine, events, err := m.forms.Log(entries)
	if machine == nil || err != nil {
		return 0, err // it was added later
	}
	snapshot, decisions, err := machine.Fold(events, m.view)
	if err != nil {
		return 0, err
	}
	m.fold.Deals++
	return int64(len(events) + 1), m.add(&snapshot, decisions)
}

// finish shows the fold, and drops those before it.
func (m *materialising) finish(ctx context.Context) error {
	return m.write(ctx, func(c *sql.Conn) error {
		if err := m.mine(c); err != nil {
			return err
		}
		if _, err := c.ExecContext(context.Background(), "UPDATE folds SET stage = 'complete' WHERE fold = ?", m.id); err != nil {
			return err
		}
		_, err := c.ExecContext(context.Background(), "UPDATE folds SET stage = 'dropped' WHERE policy = ? AND fold < ?", m.fold.Policy, m.id)
		return err
	})
}

// mine makes sure that nobody has dropped the fold.
func (m *materialising) mine(c *sql.Conn) error {
	var stage string
	err := c.QueryRowContext(context.Background(), "SELECT stage FROM folds WHERE fold = ?", m.id).Scan(&stage)
	if errors.Is(err, sql.ErrNoRows) || err == nil && stage != "building" {
		return ErrOvertaken
	}
	return err
}

// removeRows removes some rows of dropped folds, from each table.
var removeRows = []string{
	"DELETE FROM fold_states WHERE (fold, deal) IN (SELECT fold, deal FROM fold_states WHERE fold = ?1 LIMIT 2000)",
	"DELETE FROM fold_decisions WHERE (fold, deal, number) IN (SELECT fold, deal, number FROM fold_decisions WHERE fold = ?1 LIMIT 2000)",
	"DELETE FROM fold_spells WHERE (fold, deal, number) IN (SELECT fold, deal, number FROM fold_spells WHERE fold = ?1 LIMIT 2000)",
}

// tidy removes dropped folds, a few rows in a transaction.
func (m *materialising) tidy(ctx context.Context) error {
	for more := true; more; {
		err := m.write(ctx, func(c *sql.Conn) (err error) {
			more, err = removeSome(c)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// removeSome removes rows of one dropped fold, and the fold once it has none. It reports
// whether there may be more to remove.
func removeSome(c *sql.Conn) (more bool, err error) {
	ctx := context.Background()
	var fold int64
	err = c.QueryRowContext(ctx, "SELECT fold FROM folds WHERE stage = 'dropped' LIMIT 1").Scan(&fold)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	removed := int64(0)
	for _, text := range removeRows {
		if err != nil {
			return false, err
		}
		var done sql.Result
		if done, err = c.ExecContext(ctx, text, fold); err == nil {
			n, _ := done.RowsAffected()
			removed += n
		}
	}
	if err == nil && removed == 0 {
		_, err = c.ExecContext(ctx, "DELETE FROM folds WHERE fold = ?", fold)
	}
	return err == nil, err
}
