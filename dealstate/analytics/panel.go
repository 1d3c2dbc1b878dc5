package analytics

import (
	"encoding/json"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// Cell is where one deal stood on one date, as far as it was known on that date. Date
// is an instant. Where it is the last one of a day in UTC, it is written as that day,
// "2025-06-30", in CSV and JSON: a store of microseconds would round
// 23:59:59.999999999 up, into the next day.
type Cell struct {
	Deal   string    `json:"deal"`
	Date   time.Time `json:"date"`
	Policy string    `json:"policy"`
	// State is "" while nothing that had been recorded had yet been applied. The
	// rest is empty then, too: a backtest must not know of a deal before its time.
	State    dealstate.State `json:"state,omitempty"`
	Since    time.Time       `json:"since,omitzero"` // when it came to the state, or was first heard of
	Days     int             `json:"days"`           // whole days of 24 hours in the state
	Awaiting []string        `json:"awaiting,omitempty"`
}

// Columns names the cells.
func (Cell) Columns() []string {
	return []string{"deal", "date", "policy", "state", "since", "days", "awaiting"}
}

// Cells gives the row; the awaited parties are joined with spaces, which no id
// holds.
func (c Cell) Cells() []string {
	return []string{c.Deal, dateOrInstant(c.Date), c.Policy, string(c.State), instant.Format(c.Since), number(float64(c.Days)), strings.Join(c.Awaiting, " ")}
}

// cellEncoder writes cells as rows of CSV. It keeps what it made of the last cell, for in
// a panel most cells differ from the one before in their date and days only. It belongs to
// one call of [WriteCSV].
type cellEncoder struct {
	last                  Cell
	deal, standing, after []byte // the row's text before the date, behind it, and behind the days
}

func (e *cellEncoder) append(to []byte, c Cell) []byte {
	if e.deal == nil || !c.carriesOn(e.last) {
		e.keep(c)
	}
	to = appendDateOrInstant(append(to, e.deal...), c.Date)
	to = strconv.AppendInt(append(to, e.standing...), int64(c.Days), 10)
	return append(to, e.after...)
}

// carriesOn reports whether a cell differs from another one in its date and days only.
func (c Cell) carriesOn(o Cell) bool {
	return c.Deal == o.Deal && c.Policy == o.Policy && c.State == o.State && c.Since == o.Since && slices.Equal(c.Awaiting, o.Awaiting)
}

func (e *cellEncoder) keep(c Cell) {
	e.last = c
	e.last.Awaiting = slices.Clone(c.Awaiting) // which the caller may change
	e.deal = append(appendCell(e.deal[:0], c.Deal), ',')
	e.standing = append(e.standing[:0], ',')
	for _, cell := range []string{c.Policy, string(c.State), instant.Format(c.Since)} {
		e.standing = append(appendCell(e.standing, cell), ',')
	}
	e.after = appendRecord(e.after[:0], []string{"", strings.Join(c.Awaiting, " ")})
}

// cellText is a cell in JSON, with its date as it is written.
type cellText struct {
	Deal string `json:"deal"`
	Date string `json:"date,omitempty"`
	plainCell
}

// plainCell is a Cell without its JSON methods, so that encoding/json does not call
// them again.
type plainCell Cell

// MarshalJSON writes the date of a day's end as a date alone.
func (c Cell) MarshalJSON() ([]byte, error) {
	return json.Marshal(cellText{c.Deal, dateOrInstant(c.Date), plainCell(c)})
}

// UnmarshalJSON reads what MarshalJSON writes, by [dealstate.ParseMoment]: a date
// alone is the end of that day.
func (c *Cell) UnmarshalJSON(text []byte) error {
	var read cellText
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	date, err := dealstate.ParseMoment(read.Date)
	if err != nil {
		return field.Errorf("date", "%q is neither a date nor an instant; want 2025-06-30 or 2025-06-30T12:00:00Z", field.Clip(read.Date))
	}
	*c = Cell(read.plainCell)
	c.Deal, c.Date = read.Deal, date
	return nil
}

// Panel goes through deals × dates, deal by deal: where each deal stood as of the
// date, known by the date, under the policy (the zero one means the deal's own).
// No cell depends on anything that was recorded after its date, corrections
// included. It folds as [Cells] does.
func Panel(deals iter.Seq[*dealstate.Deal], dates []time.Time, policy dealstate.Policy) iter.Seq[Cell] {
	return func(yield func(Cell) bool) {
		for deal := range deals {
			for cell := range dealCells(deal, dates, policy) {
				if !yield(cell) {
					return
				}
			}
		}
	}
}

// dealCells are a deal's. Those of the zero date, which are of the last instant on record,
// are folded each by itself.
func dealCells(deal *dealstate.Deal, dates []time.Time, policy dealstate.Policy) iter.Seq[Cell] {
	if !slices.ContainsFunc(dates, time.Time.IsZero) {
		return Cells(deal.Backtest(policy), dates)
	}
	return func(yield func(Cell) bool) {
		for _, date := range dates {
			if !yield(CellAt(deal, date, policy)) {
				return
			}
		}
	}
}

// Cells goes through one deal's cells of a [Panel]. It moves the backtest along the dates,
// none of which is the zero one. Where they ascend, that costs one step for each event, and
// a comparison for each date at which nothing can have changed; a fold of the log for each
// date by which a late report or a retract came to be known, and for each that is before
// the one before. Cells between which nothing changed share Awaiting.
func Cells(b *dealstate.Backtest, dates []time.Time) iter.Seq[Cell] {
	return func(yield func(Cell) bool) {
		cell := Cell{Deal: b.Deal(), Policy: b.Policy().Name}
		for _, date := range dates {
			if b.Advance(date) {
				cell.stand(b)
			}
			cell.Date = b.Date()
			if cell.State != "" {
				cell.Days = wholeDays(cell.Since, cell.Date)
			}
			if !yield(cell) {
				return
			}
		}
	}
}

// stand takes from the backtest where the deal stands.
func (c *Cell) stand(b *dealstate.Backtest) {
	c.State, c.Since, c.Awaiting, c.Days = "", time.Time{}, nil, 0
	began := b.Began()
	if began.IsZero() {
		return
	}
	c.State, c.Since, c.Awaiting = b.State(), b.Since(), b.Awaiting()
	if c.Since.IsZero() {
		c.Since = began
	}
}

// CellAt gives one cell of a [Panel]. The zero date means the last instant of which
// the log speaks, recording included; it is then the cell's date. It costs a fold of the
// log.
func CellAt(deal *dealstate.Deal, date time.Time, policy dealstate.Policy) Cell {
	snap, decisions := deal.Replay(dealstate.View{AsOf: date, KnownBy: date, Policy: policy})
	c := Cell{Deal: snap.Deal, Date: snap.AsOf, Policy: snap.Policy}
	first, begun := beginning(decisions)
	if !begun {
		return c
	}
	c.State, c.Since, c.Awaiting = snap.State, snap.Since, snap.Awaiting
	if c.Since.IsZero() {
		c.Since = first
	}
	c.Days = wholeDays(c.Since, c.Date)
	return c
}

// beginning is when the deal began: the first event or clock that was applied to it.
func beginning(decisions []dealstate.Decision) (time.Time, bool) {
	for _, d := range decisions {
		if d.Outcome == dealstate.Applied && !d.Kind.OfLog() {
			return d.At, true
		}
	}
	return time.Time{}, false
}

// EachDay gives the last instant of every UTC day from the first day to the last,
// both included, as [dealstate.ParseMoment] reads a date. It is empty where the
// last is before the first.
func EachDay(first, last time.Time) []time.Time {
	year, month, day := first.UTC().Date()
	var days []time.Time
	for begin := time.Date(year, month, day, 0, 0, 0, 0, time.UTC); !begin.After(last); begin = begin.AddDate(0, 0, 1) {
		days = append(days, begin.AddDate(0, 0, 1).Add(-time.Nanosecond))
	}
	return days
}
