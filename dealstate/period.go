package dealstate

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// NoticePeriod is the time from a party's withdrawal from a deal in force to its
// leaving. It is a delay, as in the Paris Agreement, article 28(2) (Months: 12), or
// a fixed day of the year: On, if the notice is given by By of that year, else a
// year later, as in the whaling convention (ICRW), article XI: On 30 June, By
// 1 January. A notice given on By is in time.
type NoticePeriod struct {
	Delay
	On Day // zero: the delay counts
	By Day
}

// Day is a day of the year.
type Day struct {
	Month time.Month
	Day   int
}

const dayForm = "01-02"

// String writes the day as the formats do: 06-30.
func (d Day) String() string {
	if d == (Day{}) {
		return ""
	}
	return d.in(2000).Format(dayForm)
}

// in gives the day's beginning in a year, in UTC.
func (d Day) in(year int) time.Time { return time.Date(year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// MarshalText writes the day.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a day such as 06-30. 29 February is no day of every year.
func (d *Day) UnmarshalText(text []byte) error {
	t, err := time.Parse("2006-01-02", "2001-"+string(text))
	if err != nil {
		return field.Errorf("day", "%q is no day of the year; want month and day, such as 06-30", field.Clip(string(text)))
	}
	*d = Day{Month: t.Month(), Day: t.Day()}
	return nil
}

// After gives the instant at which a notice given at t is over: the first On after
// the next By.
func (n NoticePeriod) After(t time.Time) time.Time {
	if n.On == (Day{}) {
		return n.Delay.After(t)
	}
	t = t.UTC()
	year := t.Year()
	by := n.By.in(year)
	if !t.Before(by.AddDate(0, 0, 1)) { // the day of By has gone by
		by = n.By.in(year + 1)
	}
	on := n.On.in(by.Year())
	if !on.After(by) {
		on = n.On.in(by.Year() + 1)
	}
	return instant.Earliest(on, instant.Last)
}

func (n *NoticePeriod) read(f strictjson.Field) error {
	return f.Object(append(n.Delay.slots(),
		strictjson.Slot{Key: "on", To: &n.On},
		strictjson.Slot{Key: "by", To: &n.By})...)
}

// MarshalJSON writes the period; empty fields are left out.
func (n NoticePeriod) MarshalJSON() ([]byte, error) {
	if n.On == (Day{}) {
		return n.Delay.MarshalJSON()
	}
	var o strictjson.Object
	o.Must("on", n.On)
	o.Must("by", n.By)
	return o.Done()
}

func (n *NoticePeriod) check() error {
	switch {
	case n == nil:
		return nil
	case (n.On == Day{}) != (n.By == Day{}):
		return field.Errorf("notice", "on and by go together, such as {\"on\":\"06-30\",\"by\":\"01-01\"}")
	case n.On != Day{} && n.Delay != Delay{}:
		return field.Errorf("notice", "either a delay, or on and by; not both")
	case n.On == Day{} && n.Delay == Delay{}:
		return field.Errorf("notice", "no time at all; leave it out where a party leaves at once")
	}
	return n.Delay.validate("notice")
}
