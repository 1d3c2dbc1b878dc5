package bulk

// parseInstant reads the usual spelling of an instant, 2025-06-27T09:00:00Z
// with up to nine digits of a second's fraction, into Unix nanoseconds. Nothing
// at all is no instant. Any other spelling is the library's to judge.
func parseInstant(text []byte) (ns int64, ok bool) {
	if len(text) == 0 {
		return none, true
	}
	if len(text) < 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[len(text)-1] != 'Z' {
		return 0, false
	}
	days, ok := daysOf(text[:10])
	hour, ok1 := pair(text[11:])
	minute, ok2 := pair(text[14:])
	second, ok3 := pair(text[17:])
	fraction, ok4 := fractionOf(text[19 : len(text)-1])
	if !(ok && ok1 && ok2 && ok3 && ok4) || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	return ((days*24+hour)*60+minute)*60e9 + second*1e9 + fraction, true
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
