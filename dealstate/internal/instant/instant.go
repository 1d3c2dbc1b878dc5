// Package instant reads, checks and writes instants, as the data formats have
// them: RFC 3339, in the years 1 to 9999, to the nanosecond, in UTC.
package instant

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Tidy brings an instant into the one form that is kept: UTC, no monotonic
// reading, so that equal instants are equal values, the zero instant of any zone
// included. An instant from outside is tidied once, where it is let in.
func Tidy(t time.Time) time.Time { return t.UTC() }

// Check refuses what RFC 3339 cannot write.
func Check(at string, t time.Time) error {
	if s := t.Unix(); s >= firstSecond && s <= lastSecond {
		return nil
	}
	return field.Errorf(at, "year %d is out of range; want 1 to 9999", t.UTC().Year())
}

var (
	firstSecond = time.Time{}.Unix() // the start of the year 1
	lastSecond  = Last.Unix()
)

// Last is the last instant that the formats can write.
var Last = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC).Add(-1)

// Day says what a date alone means in a field that takes one. A field of the zero
// Day takes none.
type Day uint8

// The days.
const (
	Begins  Day = iota + 1 // the first instant of the day: what happened that day, at the earliest
	Ends                   // the next midnight: acts of that day are in time
	Learned                // the last second of the day: nothing is known too early
)

// Of gives the instant for a date, given as its midnight.
func (d Day) Of(midnight time.Time) time.Time {
	switch d {
	case Ends:
		return midnight.AddDate(0, 0, 1)
	case Learned:
		return midnight.Add(24*time.Hour - time.Second)
	}
	return midnight
}

// ParseMoment reads what a person types for "as of" and "known by": an RFC 3339
// instant, or a date alone, which means the end of that day in UTC. The empty
// text is the zero instant. An error names the field.
func ParseMoment(at, text string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, 1).Add(-time.Nanosecond), Check(at, day)
	}
	t, ok := parse(text)
	if !ok && text != "" {
		return time.Time{}, field.Errorf(at, "%q is neither a date nor an instant; want 2025-06-28 or 2025-06-28T12:00:00Z", field.Clip(text))
	}
	return checked(at, text, t)
}

// Parse reads an instant of the formats: RFC 3339 in full and nothing laxer. The
// empty text is the zero instant.
func Parse(at, text string) (time.Time, error) {
	t, _, err := ParseDay(at, text, 0)
	return t, err
}

// ParseDay does the same for a field that also takes a date alone.
func ParseDay(at, text string, day Day) (t time.Time, isDate bool, err error) {
	if date, ok := parseDate(text); ok && day != 0 {
		t, err = checked(at, text, day.Of(date))
		return t, true, err
	}
	t, ok := parse(text)
	if !ok && text != "" {
		return time.Time{}, false, field.Errorf(at, "%q is no instant; want RFC 3339, such as 2025-06-27T09:00:00Z%s", field.Clip(text), day.orAlone())
	}
	t, err = checked(at, text, t)
	return t, false, err
}

// Usual reads an instant as Parse does, without allocation. What is not ok, Parse judges.
func Usual(text []byte) (t time.Time, ok bool) {
	t, ok = parse(string(text))
	return t, ok && !t.IsZero() && Check("", t) == nil
}

// orAlone is what an error adds for a field that takes a date.
func (d Day) orAlone() string {
	if d == 0 {
		return ""
	}
	return ", or a date alone"
}

// checked refuses an instant that the formats cannot hold. The very first one is the
// zero instant, by which nothing can be told from none.
func checked(at, text string, t time.Time) (time.Time, error) {
	if err := Check(at, t); err != nil {
		return time.Time{}, err
	}
	if t.IsZero() && text != "" {
		return time.Time{}, field.Errorf(at, "%q is the very first instant, which stands for one left out; want a later one", field.Clip(text))
	}
	return t, nil
}

// Format writes an instant as the data formats do; the zero instant is "".
func Format(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// Say writes an instant for people: a date alone where the time of day is
// midnight, else to the second.
func Say(t time.Time) string {
	t = t.UTC()
	if IsMidnight(t) {
		return t.Format("2 January 2006")
	}
	return t.Format("2 January 2006 15:04:05 MST")
}

// IsMidnight reports whether a day of UTC begins at the instant.
func IsMidnight(t time.Time) bool {
	h, m, s := t.UTC().Clock()
	return h == 0 && m == 0 && s == 0 && t.Nanosecond() == 0
}

// SayMoment does the same, and knows the end of a day. The zero instant reads as
// none says.
func SayMoment(t time.Time, none string) string {
	if t.IsZero() {
		return none
	}
	if next := t.Add(time.Nanosecond); next.UTC().Equal(next.UTC().Truncate(24 * time.Hour)) {
		return "the end of " + t.UTC().Format("2 January 2006")
	}
	return Say(t)
}

// Clamp gives the nearest instant that the formats can write. The zero instant stays.
func Clamp(t time.Time) time.Time {
	t = Tidy(t)
	switch {
	case t.IsZero():
	case t.After(Last):
		return Last
	case t.Before(time.Time{}):
		return time.Time{}.Add(1)
	}
	return t
}

// Latest gives the later of two instants.
func Latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Earliest gives the earlier of two instants.
func Earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
