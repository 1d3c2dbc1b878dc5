package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
)

// The tables of a fold.
const (
	toStates = iota
	toDecisions
	toSpells
	endOfTables
)

// foldTables are their names and columns, in the order of the rows' values.
var foldTables = [endOfTables]struct {
	name    string
	columns []string
}{
	toStates: {"fold_states", []string{"policy", "deal", "title", "state", "since", "moved_by", "revision", "approval", "awaiting", "approved", "in_force", "next_clock", "next_at", "warnings", "snapshot"}},
	toDecisions: {"fold_decisions", []string{"policy", "deal", "number", "event", "kind", "clock", "party", "commitment", "timer", "at", "outcome", "rule", "from_state", "to_state",
		"revision", "decision"}},
	toSpells: {"fold_spells", []string{"policy", "deal", "number", "state", "next_state", "ended_by", "begins", "ends", "seconds", "censored", "unseen"}},
}

// rows are those of a fold that are not yet written, by table.
type rows [endOfTables][][]any

// full reports whether there are as many rows as should be written at once.
func (r *rows) full() bool {
	return len(r[toStates])+len(r[toDecisions])+len(r[toSpells]) >= 2000
}

// flush writes the rows.
func (m *materialising) flush(ctx context.Context) error {
	for i, table := range foldTables {
		if _, err := m.tx.CopyFrom(ctx, pgx.Identifier{m.options.Schema, table.name}, table.columns, pgx.CopyFromRows(m.rows[i])); err != nil {
			return err
		}
	}
	m.rows = rows{}
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
		nextClock, nextAt = s.Next.String(), instantOrNull(s.Next.Due)
	}
	m.rows[toStates] = append(m.rows[toStates], []any{m.fold.Policy, s.Deal, textOrNull(s.Title), string(s.State), instantOrNull(s.Since), textOrNull(s.By), s.Revision, s.Approval.Verdict.String(),
		list(s.Awaiting), list(s.Approved), instantOrNull(s.InForce), nextClock, nextAt, len(s.Warnings), shown(text)})
	return nil
}

func (m *materialising) addDecision(deal string, number int, d *dealstate.Decision) error {
	text, err := d.MarshalJSON()
	if err != nil {
		return err
	}
	m.rows[toDecisions] = append(m.rows[toDecisions], []any{m.fold.Policy, deal, number, textOrNull(d.Event), textOrNull(word(d.Kind, d.Kind == 0)), textOrNull(word(d.Clock, d.Clock == 0)),
		textOrNull(d.Party), textOrNull(d.Commitment), textOrNull(d.Timer), instantOrNull(d.At), d.Outcome.String(), textOrNull(d.Rule), string(d.From), string(d.To), d.Revision, shown(text)})
	return nil
}

func (m *materialising) addSpell(number int, s *analytics.Spell) {
	m.rows[toSpells] = append(m.rows[toSpells], []any{m.fold.Policy, s.Deal, number, string(s.State), textOrNull(string(s.Next)), textOrNull(s.By.String()), instantOrNull(s.From), instantOrNull(s.To),
		s.Seconds, s.Censored, s.Unseen})
}

// instantOrNull is an instant as timestamptz has it: the driver cuts it to the microsecond.
func instantOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}

// textOrNull is a text as the server can hold it, NULL if it is empty.
func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return strings.ReplaceAll(text, "\x00", "\ufffd")
}

// list is ids as an array.
func list(ids []string) []string {
	if ids == nil {
		return []string{}
	}
	return ids
}

// shown is JSON as jsonb can hold it: an escaped NUL is shown as U+FFFD.
func shown(text []byte) string {
	const nul = `\u0000`
	if !strings.Contains(string(text), nul) {
		return string(text)
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] != '\\':
			b.WriteByte(text[i])
		case strings.HasPrefix(string(text[i:min(len(text), i+len(nul))]), nul):
			b.WriteString(`\ufffd`)
			i += len(nul) - 1
		default: // an escape, of which the next byte is a part
			b.Write(text[i : i+2])
			i++
		}
	}
	return b.String()
}
