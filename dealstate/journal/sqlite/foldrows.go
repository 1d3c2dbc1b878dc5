package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
)

// rows are those of a fold that are not yet written, by table.
type rows [3][][]any

// The tables, and what adds a row to each.
const (
	toStates = iota
	toDecisions
	toSpells
)

var insertRows = [...]string{
	toStates:    "INSERT INTO fold_states VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	toDecisions: "INSERT INTO fold_decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	toSpells:    "INSERT INTO fold_spells VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
}

// full reports whether there are as many rows as one transaction should write.
func (r *rows) full() bool {
	return len(r[toStates])+len(r[toDecisions])+len(r[toSpells]) >= 2000
}

// flush writes the rows.
func (m *materialising) flush(ctx context.Context) error {
	taken := m.rows // the committer may still write them when the context has ended
	m.rows = rows{}
	return m.write(ctx, func(c *sql.Conn) error {
		if err := m.mine(c); err != nil {
			return err
		}
		for table, rows := range taken {
			if err := insertAll(c, insertRows[table], rows); err != nil {
				return err
			}
		}
		return nil
	})
}

func insertAll(c *sql.Conn, text string, rows [][]any) error {
	insert, err := c.PrepareContext(context.Background(), text)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, row := range rows {
		if _, err := insert.Exec(row...); err != nil {
			return err
		}
	}
	return nil
}

// add makes the rows of one deal.
func (m *materialising) add(s *dealstate.Snapshot, decisions []dealstate.Decision) error {
	if err := m.addState(s); err != nil {
		return err
	}
	var spells analytics.Spells
	for i, d := range decisions {
		if err := m.addDecision(s.Deal, i+1, &d); err != nil {
			return err
		}
		if err := spells.Add(d); err != nil {
			return err
		}
	}
	number := 0
	for spell := range spells.All(s.AsOf) {
		number++
		m.addSpell(number, &spell)
	}
	m.fold.Decisions, m.fold.Spells = m.fold.Decisions+len(decisions), m.fold.Spells+number
	return nil
}

func (m *materialising) addState(s *dealstate.Snapshot) error {
	text, err := s.MarshalJSON()
	if err != nil {
		return err
	}
	var nextClock, nextAt any
	if s.Next != nil {
		nextClock, nextAt = s.Next.String(), instant(s.Next.Due)
	}
	m.rows[toStates] = append(m.rows[toStates], []any{m.id, s.Deal, orNull(s.Title), string(s.State), instant(s.Since), orNull(s.By), s.Revision, s.Approval.Verdict.String(),
		list(s.Awaiting), list(s.Approved), instant(s.InForce), nextClock, nextAt, len(s.Warnings), string(text)})
	return nil
}

func (m *materialising) addDecision(deal string, number int, d *dealstate.Decision) error {
	text, err := d.MarshalJSON()
	if err != nil {
		return err
	}
	m.rows[toDecisions] = append(m.rows[toDecisions], []any{m.id, deal, number, orNull(d.Event), word(d.Kind, d.Kind == 0), word(d.Clock, d.Clock == 0), orNull(d.Party), orNull(d.Commitment),
		orNull(d.Timer), instant(d.At), d.Outcome.String(), orNull(d.Rule), string(d.From), string(d.To), d.Revision, string(text)})
	return nil
}

func (m *materialising) addSpell(number int, s *analytics.Spell) {
	m.rows[toSpells] = append(m.rows[toSpells], []any{m.id, s.Deal, number, string(s.State), orNull(string(s.Next)), orNull(s.By.String()), instant(s.From), instant(s.To), s.Seconds, s.Censored, s.Unseen})
}

// list writes ids as a JSON array, which SQLite's json_each takes apart.
func list(ids []string) string {
	if ids == nil {
		ids = []string{}
	}
	text, _ := json.Marshal(ids) // strings always can be
	return string(text)
}
