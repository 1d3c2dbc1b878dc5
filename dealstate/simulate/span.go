package simulate

import (
	"math"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Span is a length of time in nanoseconds, as a time.Duration is, for what may last
// longer: a Duration ends at 292 years, and treaties do not. As a float64 it is exact to
// the nanosecond up to 104 days, and to 66 microseconds over 9,999 years. Span(d) and
// time.Duration(s) convert one to the other.
type Span float64

// Lengths in which people count. A Year is the mean one of the Gregorian calendar, 365.2425 days.
const (
	Day  = Span(24 * time.Hour)
	Year = 365.2425 * Day
)

// Length is what a wait can be given in: a time.Duration up to 292 years, or a Span.
type Length interface{ time.Duration | Span }

// Hours is the span in hours.
func (s Span) Hours() float64 { return float64(s) / float64(time.Hour) }

// Days is the span in days of 24 hours.
func (s Span) Days() float64 { return float64(s / Day) }

// String writes the span in days, to three digits: "28.5 days".
func (s Span) String() string { return days(float64(s)) }

// between is the time from one instant to another. It is right also where a
// time.Duration would overflow.
func between(from, to time.Time) Span {
	if d := to.Sub(from); from.Add(d).Equal(to) {
		return Span(d)
	}
	return Span(to.Unix()-from.Unix())*Span(time.Second) + Span(to.Nanosecond()-from.Nanosecond())
}

// timescale counts the time of a simulation in whole ticks from its start, as
// simulators do. A tick is a nanosecond where everything lies within 73 years, and
// otherwise a microsecond, which holds all years from 1 to 9999. It never changes.
type timescale struct {
	start time.Time
	tick  time.Duration
}

// longest is the longest wait that can end, in ticks; a longer one never does. A tick
// can be added to it without overflow.
const longest = float64(math.MaxInt64 / 4)

// newTimescale takes the finest tick in which the whole time fits.
func newTimescale(start, earliest, latest time.Time) timescale {
	if float64(between(earliest, latest)) < longest {
		return timescale{start, time.Nanosecond}
	}
	return timescale{start, time.Microsecond}
}

// of is the tick of an instant. It rounds down. Instants too far away give the last
// tick before noTime.
func (x *timescale) of(t time.Time) int64 {
	if x.tick == time.Nanosecond {
		return min(int64(t.Sub(x.start)), noTime-1)
	}
	return x.farOf(t)
}

// farOf is of for microseconds, without the overflow of a time.Duration.
func (x *timescale) farOf(t time.Time) int64 {
	rest := int64(t.Nanosecond() - x.start.Nanosecond())
	if rest < 0 {
		rest -= int64(x.tick) - 1 // division rounds towards zero
	}
	return (t.Unix()-x.start.Unix())*int64(time.Second/x.tick) + rest/int64(x.tick)
}

// at is the instant of a tick.
func (x *timescale) at(n int64) time.Time {
	if x.tick == time.Nanosecond {
		return x.start.Add(time.Duration(n))
	}
	return x.farAt(n)
}

// farAt is at for microseconds.
func (x *timescale) farAt(n int64) time.Time {
	perSecond := int64(time.Second / x.tick)
	return time.Unix(x.start.Unix()+n/perSecond, int64(x.start.Nanosecond())+n%perSecond*int64(x.tick)).UTC()
}

// inTicks is the distribution with its times counted in ticks.
func (x *timescale) inTicks(w Distribution) Distribution { return w.Stretched(1 / float64(x.tick)) }

const (
	firstYear = 1
	lastYear  = 9999
)

// checkYear refuses the years that the data formats cannot write.
func checkYear(at string, t time.Time) error {
	if year := t.UTC().Year(); year < firstYear || year > lastYear {
		return field.Errorf(at, "year %d is out of range; want 1 to 9999", year)
	}
	return nil
}
