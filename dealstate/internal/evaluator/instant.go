package evaluator

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// dayPart says which instant of its day a date alone means. The field that holds the date decides.
type dayPart int

const (
	dayBegins   dayPart = iota + 1 // "In `at`, `reached` and `not_before` it begins its day (00:00Z)"
	dayEnds                        // "in `deadline`, `until` and a commitment's `deadline` it ends it (the next midnight …)"
	dayRecorded                    // "in `recorded` it is 23:59:59Z of that day (no look-ahead)"
	dayViewed                      // a view of a date sees the whole day: its last nanosecond
)

var instantForm = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)(?:[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d))?$`)

// parseInstant reads an RFC 3339 instant or a date alone. "Instants are RFC 3339 in full (lower-case t and z; second
// 60 is the next second) and nothing laxer". onlyDate tells whether text was a date alone.
func parseInstant(text string, part dayPart) (at time.Time, onlyDate bool, err error) {
	wrong := fmt.Errorf("%q is neither an RFC 3339 instant nor a date", text)
	m := instantForm.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false, wrong
	}
	year, month, day := number(m[1]), time.Month(number(m[2])), number(m[3])
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if year < 1 || midnight.Month() != month || midnight.Day() != day || month < 1 || day < 1 {
		return time.Time{}, false, wrong
	}
	if m[4] == "" {
		return wholeDay(midnight, part), true, nil
	}
	hour, minute, second := number(m[4]), number(m[5]), number(m[6])
	if hour > 23 || minute > 59 || second > 60 {
		return time.Time{}, false, wrong
	}
	offset := 0
	if zone := m[8]; len(zone) == 6 {
		if number(zone[1:3]) > 23 || number(zone[4:6]) > 59 {
			return time.Time{}, false, wrong
		}
		offset = number(zone[1:3])*3600 + number(zone[4:6])*60
		if zone[0] == '-' {
			offset = -offset
		}
	}
	at = time.Date(year, month, day, hour, minute, second, nanoseconds(m[7]), time.UTC)
	return at.Add(-time.Duration(offset) * time.Second), false, nil
}

// wholeDay gives the instant that a date alone means.
func wholeDay(midnight time.Time, part dayPart) time.Time {
	next := midnight.AddDate(0, 0, 1)
	switch part {
	case dayEnds:
		return next
	case dayRecorded:
		return next.Add(-time.Second)
	case dayViewed:
		return next.Add(-time.Nanosecond)
	}
	return midnight
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// nanoseconds reads a fraction such as ".5"; digits past the ninth are dropped.
func nanoseconds(fraction string) int {
	if fraction == "" {
		return 0
	}
	return number((fraction[1:] + "000000000")[:9])
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
