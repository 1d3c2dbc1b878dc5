package sqlite

import (
	"database/sql"
	"encoding"
	"fmt"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// columns are those of the table entries, in the order of a row.
const columns = `position, accepted, recorder, deal, id, kind, party, said_by, role, modality, at, recorded, revision, ref, "commitment", until, publisher, url, published, note, agreement`

// selected is what a row is read by: its columns, and the position of the entry that came
// before it under its id. The table is called e.
const selected = columns + ", (SELECT max(o.position) FROM entries AS o WHERE o.deal = e.deal AND o.id = e.id AND o.position < e.position)"

// insertEntry adds a row; its parameters are what rowOf gives. InsertNew does so unless
// there is an entry under that id; its fourth and fifth are the deal and the id.
const (
	parameters  = "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21"
	insertEntry = "INSERT INTO entries (" + columns + ") VALUES (" + parameters + ")"
	insertNew   = "INSERT INTO entries (" + columns + ") SELECT " + parameters + " WHERE NOT EXISTS (SELECT 1 FROM entries WHERE deal = ?4 AND id IS ?5)"
)

// layout is how an instant is written: UTC, nanoseconds, and one length, so that texts
// compare as instants do. It holds the years 1 to 9999.
const layout = "2006-01-02T15:04:05.000000000Z"

// rowOf gives the values of an entry's row.
func rowOf(e *journal.Entry) ([]any, error) {
	v := &e.Event
	row := []any{e.Position, e.Accepted.Format(layout), orNull(e.By), e.Deal(), orNull(v.ID), word(v.Kind, v.Kind == 0), orNull(v.Party), orNull(v.By), word(v.Role, v.Role == 0),
		word(v.Modality, v.Modality == 0), instant(v.At), instant(v.Recorded), number(v.Revision), orNull(v.Ref), orNull(v.Commitment), instant(v.Until),
		orNull(v.Source.Publisher), orNull(v.Source.URL), orNull(v.Source.Published), orNull(v.Note), nil}
	if e.Agreement == nil {
		return row, nil
	}
	text, err := e.Agreement.MarshalJSON()
	row[len(row)-1] = string(text)
	return row, err
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func word(w fmt.Stringer, none bool) any {
	if none {
		return nil
	}
	return w.String()
}

func instant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(layout)
}

func number(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// scanned is a row as SQLite gives it. A reading owns one and fills it again and again.
type scanned struct {
	position                                             int64
	accepted, recorder, deal, id, kind, party, by        sql.NullString
	role, modality, at, recorded, ref, commitment, until sql.NullString
	publisher, url, published, note, agreement           sql.NullString
	revision, before                                     sql.NullInt64
}

// entry reads the row's entry. Whatever is not as rowOf wrote it, or could not have been
// appended, is a *DamageError.
func (s *scanned) entry(rows interface{ Scan(...any) error }, path string) (e journal.Entry, err error) {
	err = rows.Scan(&s.position, &s.accepted, &s.recorder, &s.deal, &s.id, &s.kind, &s.party, &s.by, &s.role, &s.modality, &s.at, &s.recorded, &s.revision, &s.ref, &s.commitment,
		&s.until, &s.publisher, &s.url, &s.published, &s.note, &s.agreement, &s.before)
	if err != nil {
		return e, err
	}
	e.Position, e.By = s.position, s.recorder.String
	if e.Accepted, err = read(s.accepted); err == nil && s.agreement.Valid {
		e.Agreement = new(dealstate.Agreement)
		err = e.Agreement.UnmarshalJSON([]byte(s.agreement.String))
	} else if err == nil {
		e.Event, err = s.event()
	}
	if err == nil && e.Deal() != s.deal.String {
		err = fmt.Errorf("it is in the row of deal %q", s.deal.String)
	}
	if err == nil {
		_, err = journal.Checked([]journal.Entry{e})
	}
	if err != nil {
		return e, &DamageError{Path: path, Position: s.position, Problem: err.Error()}
	}
	return e, nil
}

func (s *scanned) event() (e dealstate.Event, err error) {
	e = dealstate.Event{ID: s.id.String, Deal: s.deal.String, Party: s.party.String, By: s.by.String, Revision: int(s.revision.Int64), Ref: s.ref.String, Commitment: s.commitment.String,
		Source: dealstate.Source{Publisher: s.publisher.String, URL: s.url.String, Published: s.published.String}, Note: s.note.String}
	for _, w := range []struct {
		from sql.NullString
		to   encoding.TextUnmarshaler
	}{{s.kind, &e.Kind}, {s.role, &e.Role}, {s.modality, &e.Modality}} {
		if w.from.Valid {
			if err := w.to.UnmarshalText([]byte(w.from.String)); err != nil {
				return e, err
			}
		}
	}
	for _, i := range []struct {
		from sql.NullString
		to   *time.Time
	}{{s.at, &e.At}, {s.recorded, &e.Recorded}, {s.until, &e.Until}} {
		if *i.to, err = read(i.from); err != nil {
			return e, err
		}
	}
	return e, nil
}

// read reads an instant; NULL is the zero instant.
func read(text sql.NullString) (time.Time, error) {
	if !text.Valid {
		return time.Time{}, nil
	}
	return time.Parse(layout, text.String)
}
