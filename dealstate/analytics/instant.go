package analytics

import (
	"strconv"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// dateOrInstant writes the last instant of a day in UTC as that day, and any other as
// the data formats do.
func dateOrInstant(t time.Time) string {
	if endsDay(t) {
		return t.UTC().Format(time.DateOnly)
	}
	return instant.Format(t)
}

// appendDateOrInstant does the same, ten times as fast for a day of the years 1 to 9999.
func appendDateOrInstant(to []byte, t time.Time) []byte {
	year, month, day := t.UTC().Date()
	if !endsDay(t) || year < 1 || year > 9999 {
		return append(to, dateOrInstant(t)...)
	}
	to = append(to, digit(year/1000), digit(year/100), digit(year/10), digit(year), '-')
	return append(to, digit(int(month)/10), digit(int(month)), '-', digit(day/10), digit(day))
}

func digit(n int) byte { return '0' + byte(n%10) }

// endsDay reports whether the instant is the last one of a day in UTC.
func endsDay(t time.Time) bool {
	return t.Nanosecond() == 999_999_999 && (t.Unix()+1)%(24*60*60) == 0
}

// inRange reports whether the data formats can write the instant: years 1 to 9999.
// With other years, spans could overflow.
func inRange(t time.Time) bool {
	return instant.Check("", t) == nil
}

// Days are the seconds of a span in days of 24 hours, in which people read them: this
// package measures in seconds, and calls its columns so.
func Days(seconds float64) float64 { return seconds / (24 * 60 * 60) }

// seconds is the span from one instant to another. It is the same number for every
// span of one length, and does not end at 292 years as a time.Duration does.
func seconds(from, to time.Time) float64 {
	whole, rest := span(from, to)
	return float64(whole) + float64(rest)/1e9
}

// span is exact: whole seconds, and nanoseconds of the same sign.
func span(from, to time.Time) (whole, rest int64) {
	whole, rest = to.Unix()-from.Unix(), int64(to.Nanosecond()-from.Nanosecond())
	switch {
	case whole > 0 && rest < 0:
		return whole - 1, rest + 1e9
	case whole < 0 && rest > 0:
		return whole + 1, rest - 1e9
	}
	return whole, rest
}

// wholeDays counts days of 24 hours. It counts whole numbers, because after half a
// year a float64 of days cannot tell the last nanosecond of a day from the next day.
func wholeDays(from, to time.Time) int {
	whole, _ := span(from, to)
	return int(whole / (24 * 60 * 60))
}

// number writes a float with as many digits as tell it from its neighbours.
func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
