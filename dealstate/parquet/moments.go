package parquet

import (
	"math"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// none is an instant left out, as [bulk.Columns] has it.
const none = math.MinInt64

// moments are the instants of a column, as Unix nanoseconds.
type moments struct {
	at    []int64 // by row; nil: every row leaves it out
	dated []bool  // by row: it is a date alone; nil: none is
	buf   []int64
}

// take gives the instants away, of so many rows, and uses other memory from then on.
func (m *moments) take(instead []int64, rows int) (at []int64) {
	if at = m.at; at == nil {
		at = append(m.buf[:0], slices.Repeat([]int64{none}, rows)...)
	}
	m.at, m.buf = nil, instead
	return at
}

// dayOf says what a date alone means in a column.
var dayOf = map[string]instant.Day{"at": instant.Begins, "recorded": instant.Learned, "until": instant.Ends}

// readMoments reads a column of instants. What is none is told, row by row.
func (v *values) readMoments(f *file, g *group, name string, to *moments, bad func(row int, err error)) (err error) {
	to.at, to.dated = nil, nil
	c, ok := f.columns[name]
	switch {
	case !ok:
		return nil
	case c.kind == text:
		return v.readWrittenMoments(f, g, name, to, bad)
	}
	var some bool
	if to.buf, some, err = v.readNumbers(f, g, c, to.buf, none); err != nil || !some {
		return err
	}
	to.at = to.buf
	if c.kind == date {
		to.dated = slices.Repeat([]bool{true}, len(to.at))
	}
	unit := units[c.kind]
	least, most, offset := first.UnixNano()/unit, last.UnixNano()/unit, offsetOf(c)
	for row, n := range to.at {
		switch {
		case n == none:
		case n < least || n > most:
			to.at[row], err = nanosOf(name, instantOf(c.kind, n))
			bad(row, err)
		default:
			to.at[row] = n*unit + offset
		}
	}
	return nil
}

// units say how many nanoseconds a number of a kind stands for.
var units = map[kind]int64{nanos: 1, micros: 1e3, millis: 1e6, date: int64(24 * time.Hour)}

// offsetOf is how long after its midnight a date alone is, in its column.
func offsetOf(c column) int64 {
	if c.kind != date {
		return 0
	}
	return dayOf[c.name].Of(time.Unix(0, 0).UTC()).UnixNano()
}

// instantOf is the instant that a number of a kind stands for; of a date, its midnight.
func instantOf(k kind, n int64) time.Time {
	if k == date {
		return time.Unix(n*int64(24*time.Hour/time.Second), 0).UTC()
	}
	each := int64(time.Second) / units[k]
	return time.Unix(n/each, n%each*units[k]).UTC()
}

// nanosOf gives an instant as the columns hold it.
func nanosOf(name string, t time.Time) (int64, error) {
	if t.Before(first) || t.After(last) {
		return none, field.Errorf(name, "year %d is out of range; want 1678 to 2261, which is what 64 bits of nanoseconds hold", t.UTC().Year())
	}
	return t.UnixNano(), nil
}

// first and last bound the whole years that 64 bits of nanoseconds hold.
var (
	first = time.Date(1678, 1, 1, 0, 0, 0, 0, time.UTC)
	last  = time.Date(2262, 1, 1, 0, 0, 0, 0, time.UTC).Add(-1)
)

// readWrittenMoments reads instants that are written as texts, each distinct one once.
func (v *values) readWrittenMoments(f *file, g *group, name string, to *moments, bad func(row int, err error)) error {
	var texts words
	if err := v.readWords(f, g, name, &texts); err != nil || texts.codes == nil {
		return err
	}
	at, dated, errs := make([]int64, len(texts.list)), make([]bool, len(texts.list)), make([]error, len(texts.list))
	for n, word := range texts.list {
		at[n], dated[n], errs[n] = parseMoment(name, word)
	}
	to.buf = append(to.buf[:0], make([]int64, g.rows)...)
	to.at, to.dated = to.buf, make([]bool, g.rows)
	for row, n := range texts.codes {
		if to.at[row], to.dated[row] = at[n], dated[n]; errs[n] != nil {
			bad(row, errs[n])
		}
	}
	return nil
}

func parseMoment(name, word string) (ns int64, dated bool, err error) {
	if word == "" {
		return none, false, nil
	}
	t, dated, err := instant.ParseDay(name, word, dayOf[name])
	if err != nil {
		return none, false, err
	}
	ns, err = nanosOf(name, t)
	return ns, dated, err
}
