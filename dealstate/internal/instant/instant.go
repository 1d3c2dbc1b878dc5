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
func Tidy(t time.Time) time.Time { return t.UTC().Round(0) }

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

// ParseMoment reads what a person types for "as of" and "known by": an RFC 3339
// instant, or a date alone, which means the end of that day in UTC. The empty
// text is the zero instant. An error names the field.
func ParseMoment(at, text string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, 1).Add(-time.Nanosecond), Check(at, day)
	}
	t, err := Parse(at, text)
	if err != nil {
		return t, field.Errorf(at, "%q is neither a date nor an instant; want 2025-06-28 or 2025-06-28T12:00:00Z", field.Clip(text))
	}
	return t, nil
}

// Parse reads an instant of the formats. The empty text is the zero instant.
func Parse(at, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	var t time.Time
	if err := t.UnmarshalText([]byte(text)); err != nil {
		return t, field.Errorf(at, "%q is no instant; want RFC 3339, such as 2025-06-27T09:00:00Z", field.Clip(text))
	}
	if err := Check(at, t); err != nil {
		return time.Time{}, err
	}
	return Tidy(t), nil
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
	if h, m, s := t.Clock(); h == 0 && m == 0 && s == 0 && t.Nanosecond() == 0 {
		return t.Format("2 January 2006")
	}
	return t.Format("2 January 2006 15:04:05 MST")
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
