package instant

import "time"

// parse reads date-time of RFC 3339, section 5.6, as it is written there. The letters
// T and Z may be lower-case (the note of that section); a second of 60 may be read
// in the last minute of a day in UTC, where leap seconds are, and is the next second;
// more than nine digits of a fraction are cut. [time.Parse] alone takes an hour of
// one digit, a comma, and an offset of 24 hours, and refuses leap seconds.
func parse(text string) (t time.Time, ok bool) {
	if len(text) < len("2006-01-02T15:04:05Z") || text[10]|0x20 != 't' || text[13] != ':' || text[16] != ':' {
		return t, false
	}
	date, ok1 := parseDate(text[:10])
	hour, ok2 := number(text[11:13], 23)
	minute, ok3 := number(text[14:16], 59)
	second, ok4 := number(text[17:19], 60)
	nanos, zone, ok5 := fraction(text[19:])
	east, ok6 := offset(zone)
	if !(ok1 && ok2 && ok3 && ok4 && ok5 && ok6) {
		return t, false
	}
	t = date.Add(time.Duration(hour)*time.Hour + time.Duration(minute-east)*time.Minute)
	if second == 60 && (t.Hour() != 23 || t.Minute() != 59) {
		return time.Time{}, false
	}
	return t.Add(time.Duration(second)*time.Second + nanos), true
}

func parseDate(text string) (time.Time, bool) {
	if len(text) != len(time.DateOnly) || text[4] != '-' || text[7] != '-' {
		return time.Time{}, false
	}
	century, ok1 := number(text, 99)
	rest, ok2 := number(text[2:], 99)
	month, ok3 := number(text[5:], 12)
	day, ok4 := number(text[8:], 31)
	if !(ok1 && ok2 && ok3 && ok4) || month == 0 || day == 0 {
		return time.Time{}, false
	}
	t := time.Date(century*100+rest, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t, t.Day() == day // a day that the month has not is one of the next month
}

// number reads two digits.
func number(text string, most int) (n int, ok bool) {
	a, b := text[0]-'0', text[1]-'0'
	n = int(a)*10 + int(b)
	return n, a <= 9 && b <= 9 && n <= most
}

// fraction reads the fraction of a second, if there is one, and gives what follows.
func fraction(text string) (nanos time.Duration, rest string, ok bool) {
	if text[0] != '.' {
		return 0, text, true
	}
	n, scale := 1, time.Second
	for ; n < len(text) && text[n]-'0' <= 9; n++ {
		scale /= 10
		nanos += time.Duration(text[n]-'0') * scale
	}
	return nanos, text[n:], n > 1
}

// offset reads a zone, in minutes east of UTC.
func offset(text string) (east int, ok bool) {
	if text == "Z" || text == "z" {
		return 0, true
	}
	if len(text) != len("+07:00") || text[3] != ':' {
		return 0, false
	}
	hour, ok1 := number(text[1:3], 23)
	minute, ok2 := number(text[4:6], 59)
	switch east = hour*60 + minute; text[0] {
	case '+':
		return east, ok1 && ok2
	case '-':
		return -east, ok1 && ok2
	}
	return 0, false
}
