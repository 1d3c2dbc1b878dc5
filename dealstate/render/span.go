package render

import "time"

// span is a length of time, also for deals that last longer than the 292 years of a
// time.Duration. Nanos are at least 0 and less than a second.
type span struct{ seconds, nanos int64 }

// between is the span from one instant to a later one. Both lie in the years of the
// data formats, 1 to 9999, or close to them.
func between(from, to time.Time) span {
	s := span{to.Unix() - from.Unix(), int64(to.Nanosecond() - from.Nanosecond())}
	if s.nanos < 0 {
		s.seconds, s.nanos = s.seconds-1, s.nanos+int64(time.Second)
	}
	return s
}

func spanOf(d time.Duration) span {
	return span{int64(d / time.Second), int64(d % time.Second)}
}

// part is the n-th part of the span.
func (s span) part(n int64) span {
	return span{s.seconds / n, (s.seconds%n*int64(time.Second) + s.nanos) / n}
}

func (s span) float() float64 { return float64(s.seconds) + float64(s.nanos)/1e9 }

func (s span) less(o span) bool {
	return s.seconds < o.seconds || s.seconds == o.seconds && s.nanos < o.nanos
}

func (s span) orMore(d time.Duration) span {
	if least := spanOf(d); s.less(least) {
		return least
	}
	return s
}

func (s span) after(t time.Time) time.Time {
	return within(time.Unix(t.Unix()+s.seconds, int64(t.Nanosecond())+s.nanos).UTC())
}

func (s span) before(t time.Time) time.Time {
	return within(time.Unix(t.Unix()-s.seconds, int64(t.Nanosecond())-s.nanos).UTC())
}

var (
	firstInstant = time.Time{}
	lastInstant  = time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)
)

// within brings an instant into the years of the data formats, 1 to 9999.
func within(t time.Time) time.Time {
	switch {
	case t.Before(firstInstant):
		return firstInstant
	case t.After(lastInstant):
		return lastInstant
	}
	return t
}
