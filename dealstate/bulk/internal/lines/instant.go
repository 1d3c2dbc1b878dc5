package lines

import "github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"

// day is the date that a scanner met last; the next line's is likely the same.
type day struct {
	text [10]byte
	ns   int64
	met  bool
}

// instant reads an instant in quotes, and says where its closing quote is; 0 is a
// surprise.
func (s *Scanner) instant(buf []byte, at int) (ns int64, stop int) {
	if buf[at+19] != 'Z' || buf[at+20] != '"' || buf[at+10] != 'T' {
		stop = quote(buf, at)
		ns, ok := parseInstant(buf[at:stop])
		if !ok {
			return 0, 0
		}
		return ns, stop
	}
	clock, ok := clockOf(load(buf, at+11))
	if !ok || !s.day.knows(buf[at:at+10]) {
		return 0, 0
	}
	return s.day.ns + clock, at + 20
}

// knows reports whether the text is a date, and sets the day to it.
func (d *day) knows(text []byte) bool {
	if d.met && [10]byte(text) == d.text {
		return true
	}
	days, ok := daysOf(text)
	*d = day{text: [10]byte(text), ns: days * wholeDay, met: ok}
	return ok
}

// lastOfDay is the last second of a day, which is when it is known at the earliest what
// happened that day; wholeDay is where it ends.
const (
	wholeDay  = 24 * 3600e9
	lastOfDay = wholeDay - 1e9
)

var lastInstant = nanos.Last.UnixNano()

// alone reads a date without a time of day, which means another instant in each field.
func (d *day) alone(text []byte, k key, l *Line) (ok bool) {
	if len(text) != len(d.text) || !d.knows(text) {
		return false
	}
	switch k {
	case kAt:
		l.At, l.dated = d.ns, true
	case kRecorded:
		l.Recorded = d.ns + lastOfDay
	case kUntil:
		l.Until = d.ns + wholeDay
	}
	return l.Until <= lastInstant
}

// clockOf reads eight bytes of the form 23:59:59, all at once.
func clockOf(word uint64) (ns int64, ok bool) {
	const (
		zeros  = 0x30303a30303a3030 // 00:00:00, which reads the same from either end
		beyond = 0x76767f76767f7676 // raises a digit above 9, and a colon that is none, to the highest bit
	)
	v := word ^ zeros
	pairs := v*10 + v>>8 // tens and units, at every third byte
	hour, minute, second := pairs&0xff, pairs>>24&0xff, pairs>>48&0xff
	ok = (v+beyond|v)&highs == 0 && hour <= 23 && minute <= 59 && second <= 59
	return int64(hour*3600+minute*60+second) * 1e9, ok
}

// parseInstant reads the usual form of an instant, 2025-06-27T09:00:00Z
// with up to nine digits of a second's fraction, into Unix nanoseconds. Nothing
// at all is no instant. Any other form is the library's to judge.
func parseInstant(text []byte) (ns int64, ok bool) {
	if len(text) == 0 {
		return nanos.None, true
	}
	if len(text) < 20 || text[10] != 'T' || text[len(text)-1] != 'Z' {
		return 0, false
	}
	days, ok := daysOf(text[:10])
	clock, ok1 := clockOf(load(text, 11))
	fraction, ok2 := fractionOf(text[19 : len(text)-1])
	return days*wholeDay + clock + fraction, ok && ok1 && ok2
}

// pair reads two digits.
func pair(text []byte) (int64, bool) {
	a, b := text[0]-'0', text[1]-'0'
	return int64(a)*10 + int64(b), a <= 9 && b <= 9
}

func fractionOf(text []byte) (ns int64, ok bool) {
	if len(text) == 0 {
		return 0, true
	}
	if text[0] != '.' || len(text) < 2 || len(text) > 10 {
		return 0, false
	}
	for i := 1; i < 10; i++ {
		ns *= 10
		if i < len(text) {
			if text[i]-'0' > 9 {
				return 0, false
			}
			ns += int64(text[i] - '0')
		}
	}
	return ns, true
}

func isDate(text []byte) bool {
	if len(text) != 10 {
		return false
	}
	_, ok := daysOf(text)
	return ok
}

// daysOf counts the days from 1970-01-01 to a date of the years 1678 to 2261.
// The count is that of Howard Hinnant, "chrono-Compatible Low-Level Date
// Algorithms": years begin in March, so that the leap day is their last.
func daysOf(text []byte) (int64, bool) {
	century, ok1 := pair(text)
	rest, ok2 := pair(text[2:])
	month, ok3 := pair(text[5:])
	day, ok4 := pair(text[8:])
	year := century*100 + rest
	if !(ok1 && ok2 && ok3 && ok4) || text[4] != '-' || text[7] != '-' || year < 1678 || year > 2261 ||
		month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, false
	}
	if month <= 2 {
		year--
		month += 12
	}
	era, of := year/400, year%400
	return era*146097 + of*365 + of/4 - of/100 + (153*(month-3)+2)/5 + day - 1 - 719468, true
}

func daysIn(year, month int64) int64 {
	if month == 2 {
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 30 + (month+month>>3)&1
}
