package postgres

import (
	"encoding"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// The columns of the table entries besides the position, in the order of a row.
const (
	colAccepted = iota
	colRecorder
	colDeal
	colID
	colAgain
	colKind
	colParty
	colSaidBy
	colRole
	colModality
	colAt
	colRecorded
	colRevision
	colRef
	colCommitment
	colUntil
	colPublisher
	colURL
	colPublished
	colNote
	colTitle
	colAgreement
	colExact
	endOfColumns
)

// columns name them, and say how a text becomes what they hold.
var columns = [endOfColumns]struct{ name, cast string }{
	colAccepted: {"accepted", ""}, colRecorder: {"recorder", orNull}, colDeal: {"deal", ""}, colID: {"id", ""}, colAgain: {"again", "%s::integer"}, colKind: {"kind", orNull},
	colParty: {"party", orNull}, colSaidBy: {"said_by", orNull}, colRole: {"role", orNull}, colModality: {"modality", orNull}, colAt: {"at", orNull}, colRecorded: {"recorded", orNull},
	colRevision: {"revision", orNull + "::bigint"}, colRef: {"ref", orNull}, colCommitment: {"commitment", orNull}, colUntil: {"until", orNull}, colPublisher: {"publisher", orNull},
	colURL: {"url", orNull}, colPublished: {"published", orNull}, colNote: {"note", orNull}, colTitle: {"title", orNull}, colAgreement: {"agreement", orNull + "::json"}, colExact: {"exact", orNull},
}

// orNull is the cast of a column in which an empty text is NULL: no field of an entry means
// anything by it.
const orNull = "nullif(%s, '')"

// selected is what a row is read by, all of it as text.
var selected = func() string {
	list := []string{"e.position::text"}
	for _, c := range columns {
		list = append(list, "e."+c.name+"::text")
	}
	return strings.Join(list, ", ")
}()

// adding are the statements that add rows behind the last one and return their positions.
type adding struct {
	ifNew  string // adds nothing, and returns nothing, where one of their ids is taken or the last row is damaged
	always string
}

// The parameters of addOne are the values of one row, those of addMany an array for each column.
var (
	addOne = func() adding {
		values := func(param int) string { return fmt.Sprintf("$%d::text", param) }
		taken := fmt.Sprintf(" WHERE NOT EXISTS (SELECT FROM $schema.entries WHERE deal = $%d::text AND id = $%d::text)", colDeal+1, colID+1) + lastIsSound
		return adding{insert(values, "1", taken), insert(values, "1", "")}
	}()
	addMany = func() adding {
		values := func(param int) string { return "u." + columns[param-1].name }
		taken := fmt.Sprintf(" WHERE NOT EXISTS (SELECT FROM unnest($%d::text[], $%d::text[]) AS k (deal, id) CROSS JOIN LATERAL (SELECT FROM $schema.entries AS x WHERE x.deal = k.deal AND x.id = k.id LIMIT 1) AS e)",
			colDeal+1, colID+1) + lastIsSound
		return adding{insert(values, "u.n", arrays()+taken), insert(values, "u.n", arrays())}
	}()
)

// lastIsSound holds unless the last entry has an instant that time.Parse would refuse: it would
// be copied into the new ones. A day that its month does not have is an error.
const lastIsSound = ` AND coalesce((SELECT CASE WHEN accepted ~ '^[0-9]{4}-[0-9][0-9]-[0-9][0-9]T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{9}Z$'
	THEN left(accepted, 10)::date IS NOT NULL ELSE false END FROM $schema.entries ORDER BY position DESC LIMIT 1), true)`

// insert gives such a statement: how it writes the value of a column, how many rows after the
// last one the row comes, and from what and on what condition the rows are selected.
func insert(value func(param int) string, n, from string) string {
	var names, values []string
	for i, c := range columns {
		v := value(i + 1)
		if i == colAccepted {
			v = "greatest(" + v + ", (SELECT accepted FROM $schema.entries ORDER BY position DESC LIMIT 1))"
		} else if c.cast != "" {
			v = fmt.Sprintf(c.cast, v)
		}
		names, values = append(names, c.name), append(values, v)
	}
	return "INSERT INTO $schema.entries (position, " + strings.Join(names, ", ") + ") SELECT coalesce((SELECT position FROM $schema.entries ORDER BY position DESC LIMIT 1), 0) + " + n + ", " +
		strings.Join(values, ", ") + from + " RETURNING position"
}

// arrays makes rows of an array for each column, and numbers them from 1.
func arrays() string {
	var names, params []string
	for i, c := range columns {
		names, params = append(names, c.name), append(params, fmt.Sprintf("$%d::text[]", i+1))
	}
	return " FROM unnest(" + strings.Join(params, ", ") + ") WITH ORDINALITY AS u (" + strings.Join(names, ", ") + ", n)"
}

// lastEntry selects what an append must know of the entry before.
const lastEntry = "SELECT position, accepted FROM $schema.entries ORDER BY position DESC LIMIT 1"

// layout is how an instant is written: UTC, nanoseconds, and one length, so that texts
// compare as instants do. It holds the years 1 to 9999.
const layout = "2006-01-02T15:04:05.000000000Z"

// row is an entry's, as texts; an empty one is NULL.
type row [endOfColumns]string

// size is how many bytes it takes to send.
func (r *row) size() (n int) {
	for _, text := range r {
		n += len(text) + 8
	}
	return n
}

// rowOf gives an entry's row.
func rowOf(e *journal.Entry) (row, error) {
	v := &e.Event
	r := row{colAccepted: e.Accepted.Format(layout), colRecorder: e.By, colDeal: e.Deal(), colID: v.ID, colAgain: "0", colParty: v.Party, colSaidBy: v.By, colRef: v.Ref, colCommitment: v.Commitment,
		colAt: instant(v.At), colRecorded: instant(v.Recorded), colUntil: instant(v.Until), colPublisher: v.Source.Publisher, colURL: v.Source.URL, colPublished: v.Source.Published, colNote: v.Note}
	r[colKind], r[colRole], r[colModality] = word(v.Kind, v.Kind == 0), word(v.Role, v.Role == 0), word(v.Modality, v.Modality == 0)
	if v.Revision != 0 {
		r[colRevision] = strconv.Itoa(v.Revision)
	}
	if e.Agreement != nil {
		text, err := e.Agreement.MarshalJSON()
		if err != nil {
			return r, err
		}
		r[colTitle], r[colAgreement] = e.Agreement.Title, string(text)
	}
	return r, r.withoutNUL(e)
}

// holds reports whether a text of the server can be the id. No entry has one that cannot.
func holds(id string) bool { return utf8.ValidString(id) && strings.IndexByte(id, 0) < 0 }

// withoutNUL keeps a text with NUL, which PostgreSQL's text cannot hold, as JSON in the
// column exact, and shows U+FFFD in its place. NUL in the JSON of an agreement is written as
// an escape already.
func (r *row) withoutNUL(e *journal.Entry) error {
	found := false
	for i, text := range r {
		if strings.IndexByte(text, 0) >= 0 {
			r[i], found = strings.ReplaceAll(text, "\x00", "\ufffd"), true
		}
	}
	if !found {
		return nil
	}
	x := exact{Recorder: e.By}
	if e.Agreement == nil {
		x.Event = &e.Event
	}
	text, err := json.Marshal(x)
	r[colExact] = string(text)
	return err
}

// exact is what the column of that name holds.
type exact struct {
	Recorder string           `json:"recorder,omitempty"`
	Event    *dealstate.Event `json:"event,omitempty"` // nil: the entry is an agreement
}

func word(w fmt.Stringer, none bool) string {
	if none {
		return ""
	}
	return w.String()
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}

// arguments gives the parameters of the insert of so many rows.
func arguments(rows []row) []any {
	args := make([]any, endOfColumns)
	for c := range args {
		if len(rows) == 1 {
			args[c] = rows[0][c]
			continue
		}
		column := make([]string, len(rows))
		for i := range rows {
			column[i] = rows[i][c]
		}
		args[c] = column
	}
	return args
}

// kept is an entry as it is kept, and how many came before it under its id.
type kept struct {
	journal.Entry
	again  int
	damage error // a *DamageError; then only its position, deal and id are known
}

// key is under what it is kept.
func (k *kept) key() [2]string { return [2]string{k.Deal(), k.Event.ID} }

// read reads an entry from the values of selected. Whatever is not as rowOf wrote it, or could
// not have been appended, is damage.
func (s *Store) read(values [][]byte) kept {
	var r row
	for i, value := range values[1:] {
		r[i] = string(value)
	}
	var k kept
	err := k.fill(&r)
	if err == nil && k.Deal() != r[colDeal] {
		err = fmt.Errorf("it is in the row of deal %q", r[colDeal])
	}
	if err == nil {
		_, err = journal.Checked([]journal.Entry{k.Entry})
	}
	position, _ := strconv.ParseInt(string(values[0]), 10, 64) // a bigint as the server writes it
	if err != nil {
		k = kept{Entry: journal.Entry{Event: dealstate.Event{Deal: r[colDeal], ID: r[colID]}}, damage: &DamageError{Journal: s.where, Position: position, Problem: err.Error()}}
	}
	k.Position = position
	return k
}

// fill fills the entry from a row.
func (k *kept) fill(r *row) (err error) {
	k.By = r[colRecorder]
	if k.Accepted, err = time.Parse(layout, r[colAccepted]); err != nil {
		return err
	}
	if k.again, err = strconv.Atoi(r[colAgain]); err != nil {
		return err
	}
	if k.again < 0 {
		return fmt.Errorf("again: %d is negative; want how many entries came before under the id", k.again)
	}
	if r[colAgreement] != "" {
		k.Agreement = new(dealstate.Agreement)
		err = k.Agreement.UnmarshalJSON([]byte(r[colAgreement]))
	} else {
		k.Event, err = r.event()
	}
	if err != nil || r[colExact] == "" {
		return err
	}
	x := exact{Event: &k.Event}
	err = json.Unmarshal([]byte(r[colExact]), &x)
	k.By = x.Recorder
	return err
}

func (r *row) event() (e dealstate.Event, err error) {
	e = dealstate.Event{ID: r[colID], Deal: r[colDeal], Party: r[colParty], By: r[colSaidBy], Ref: r[colRef], Commitment: r[colCommitment],
		Source: dealstate.Source{Publisher: r[colPublisher], URL: r[colURL], Published: r[colPublished]}, Note: r[colNote]}
	for _, w := range []struct {
		from string
		to   encoding.TextUnmarshaler
	}{{r[colKind], &e.Kind}, {r[colRole], &e.Role}, {r[colModality], &e.Modality}} {
		if w.from != "" {
			if err := w.to.UnmarshalText([]byte(w.from)); err != nil {
				return e, err
			}
		}
	}
	for _, i := range []struct {
		from string
		to   *time.Time
	}{{r[colAt], &e.At}, {r[colRecorded], &e.Recorded}, {r[colUntil], &e.Until}} {
		if i.from != "" {
			if *i.to, err = time.Parse(layout, i.from); err != nil {
				return e, err
			}
		}
	}
	if r[colRevision] != "" {
		e.Revision, err = strconv.Atoi(r[colRevision])
	}
	return e, err
}
