package main

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// stateRow, eventRow and decisionRow are rows of the library's own values.
type stateRow struct{ dealstate.Snapshot }

func states(_ *measuring, f fold) iter.Seq[stateRow] {
	return slices.Values([]stateRow{{f.snapshot}})
}

// Columns names the cells.
func (stateRow) Columns() []string {
	return []string{"deal", "title", "state", "since", "policy", "as_of", "known_by", "approval", "awaiting", "approved", "in_force", "next", "next_due", "warnings"}
}

// Cells gives the row.
func (s stateRow) Cells() []string {
	next, due := "", ""
	if s.Next != nil {
		next, due = s.Next.String(), instant(s.Next.Due)
	}
	return []string{s.Deal, s.Title, string(s.State), instant(s.Since), s.Policy, instant(s.AsOf), instant(s.KnownBy), s.Approval.Verdict.String(),
		strings.Join(s.Awaiting, " "), strings.Join(s.Approved, " "), instant(s.InForce), next, due, strconv.Itoa(len(s.Warnings))}
}

// eventRow is a report, as a row; in JSON it is the event.
type eventRow struct{ dealstate.Event }

func events(_ *measuring, f fold) iter.Seq[eventRow] {
	return func(yield func(eventRow) bool) {
		for _, e := range f.events {
			if !yield(eventRow{e}) {
				return
			}
		}
	}
}

// Columns names the cells, as FORMATS.md does those of a log.
func (eventRow) Columns() []string {
	return []string{"id", "deal", "kind", "party", "by", "role", "modality", "at", "recorded", "revision", "ref", "commitment", "until", "source.publisher", "source.url", "source.published", "note"}
}

// Cells gives the row.
func (e eventRow) Cells() []string {
	return []string{e.ID, e.Deal, e.Kind.String(), e.Party, e.By, e.Role.String(), e.Modality.String(), instant(e.At), instant(e.Recorded), count(e.Revision),
		e.Ref, e.Commitment, instant(e.Until), e.Source.Publisher, e.Source.URL, e.Source.Published, e.Note}
}

// decisionRow is a decision, as a row; in JSON it is the decision.
type decisionRow struct{ dealstate.Decision }

func decisionsOf(_ *measuring, f fold) iter.Seq[decisionRow] {
	return func(yield func(decisionRow) bool) {
		for _, d := range f.decisions {
			if !yield(decisionRow{d}) {
				return
			}
		}
	}
}

// Columns names the cells.
func (decisionRow) Columns() []string {
	return []string{"deal", "event", "kind", "party", "commitment", "timer", "at", "outcome", "rule", "from", "to", "revision", "reasons"}
}

// Cells gives the row.
func (d decisionRow) Cells() []string {
	return []string{d.Deal, d.Event, d.Trigger().String(), d.Party, d.Commitment, d.Timer, instant(d.At), d.Outcome.String(), d.Rule, string(d.From), string(d.To),
		strconv.Itoa(d.Revision), reasons(d.Decision)}
}

// instant writes an instant for programs.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
