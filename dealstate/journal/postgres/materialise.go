package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/folding"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

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
// spells: SQL computes none of it. The views show the newest fold of each policy, with the
// position up to which it looked at the journal; what is appended later is not in it until
// Materialise is called again.
//
// A zero AsOf is the instant at which the last entry was accepted; a zero Policy is strict.
// A policy of the caller's own needs a name of its own, under which the views show it: at most 256
// bytes without NUL, and not that of a standard policy.
//
// Appends and readers go on meanwhile; of two calls for one policy, the second waits for the
// first, for Options.Busy at most (*[BusyError]). It is one transaction: if the context ends or
// the program stops before, the views stay as they were. It costs a fold of each deal and a row for each state,
// decision and spell, and holds one deal in memory at a time.
func (s *Store) Materialise(ctx context.Context, v dealstate.View) (fold Fold, err error) {
	if v, err = folding.View(v); err != nil {
		return Fold{}, err
	}
	if err := s.check(ctx); err != nil {
		return Fold{}, err
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		m := &materialising{Store: s, tx: tx, view: v, fold: Fold{Policy: v.Policy.Name}}
		err := m.run(ctx)
		fold = m.fold
		return err
	})
	if err != nil {
		return Fold{}, s.endedOr(ctx, err)
	}
	return fold, nil
}

// materialising is one call of Materialise.
type materialising struct {
	*Store
	tx    pgx.Tx
	view  dealstate.View
	fold  Fold
	forms folding.Forms
	rows  rows  // not yet written
	used  int64 // how many entries meant something
}

func (m *materialising) run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{m.begin, m.deals, m.flush, m.finish} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// begin locks the policy, whose row is made where there is none, removes its rows, and then
// asks how far the journal goes.
func (m *materialising) begin(ctx context.Context) error {
	_, err := m.tx.Exec(ctx, "SET LOCAL idle_in_transaction_session_timeout = 0") // a long deal takes long to fold
	if err != nil {
		return err
	}
	_, err = m.tx.Exec(ctx, m.sql("INSERT INTO $schema.folds AS f (policy, position) VALUES ($1, 0) ON CONFLICT (policy) DO UPDATE SET position = f.position"), m.fold.Policy)
	for _, table := range foldTables {
		if err == nil {
			_, err = m.tx.Exec(ctx, m.sql("DELETE FROM $schema."+table.name+" WHERE policy = $1"), m.fold.Policy)
		}
	}
	if err != nil {
		return err
	}
	var accepted time.Time
	last, err := m.tx.Query(ctx, m.sql(lastEntry))
	if err != nil {
		return err
	}
	if m.fold.Position, accepted, err = m.readLast(last); err != nil {
		return err
	}
	if m.view.AsOf.IsZero() {
		m.view.AsOf = accepted
	}
	m.fold.AsOf, m.fold.KnownBy = m.view.AsOf.UTC(), m.view.KnownBy.UTC()
	return nil
}

// readNext reads entries deal by deal, each in the order of its positions.
const readNext = `SELECT $selected FROM $schema.entries AS e
	WHERE (e.deal, e.position) > ($1, $2) AND e.position <= $3 ORDER BY e.deal, e.position LIMIT 1000`

// deals folds all deals up to the position.
func (m *materialising) deals(ctx context.Context) error {
	var of []journal.Entry // of the deal that is being read
	deal, at := "", int64(0)
	for more := true; more; {
		rows, err := m.tx.Query(ctx, m.sql(readNext), deal, at, m.fold.Position)
		if err != nil {
			return err
		}
		page, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (kept, error) {
			k := m.read(row.RawValues())
			return k, k.damage
		})
		if err != nil {
			return err
		}
		for _, k := range page {
			if k.Deal() != deal {
				if err := m.deal(ctx, of); err != nil {
					return err
				}
				of = of[:0]
			}
			of, deal, at = append(of, k.Entry), k.Deal(), k.Position
		}
		more = len(page) > 0
	}
	return m.deal(ctx, of)
}

// deal folds one deal.
func (m *materialising) deal(ctx context.Context, entries []journal.Entry) error {
	machine, events, err := m.forms.Log(entries)
	if machine == nil || err != nil {
		return err
	}
	snapshot, decisions, err := machine.Fold(events, m.view)
	if err != nil {
		return err
	}
	m.fold.Deals++
	m.used += int64(len(events) + 1)
	if err := m.add(&snapshot, decisions); err != nil {
		return err
	}
	if m.rows.full() {
		return m.flush(ctx)
	}
	return nil
}

// finish says what the fold was made of.
func (m *materialising) finish(ctx context.Context) error {
	m.fold.Aside = int(m.fold.Position - m.used)
	_, err := m.tx.Exec(ctx, m.sql("UPDATE $schema.folds SET position = $2, as_of = $3, known_by = $4 WHERE policy = $1"),
		m.fold.Policy, m.fold.Position, instantOrNull(m.fold.AsOf), instantOrNull(m.fold.KnownBy))
	return err
}
