package dealstate

import (
	"fmt"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
	"github.com/fe115bb3/dealtracker/dealstate/internal/phrase"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// Delay is a time from one instant to a later one, counted on UTC calendar
// dates: first the days, then the months, then on to the first day of the
// FirstOfMonth-th following month; and never before NotBefore. The zero Delay
// is no delay at all.
//
// Months count as in Regulation (EEC, Euratom) No 1182/71, article 3: a month
// without the day ends on its last day, so one month after 31 January is 28 or
// 29 February. "The thirtieth day after" the deposit (Paris Agreement,
// article 21) is Days: 30. "The first day of the third month following" is
// FirstOfMonth: 3.
type Delay struct {
	Days         int       // 0 to 366,000
	Months       int       // 0 to 12,000
	FirstOfMonth int       // 0 to 12,000
	NotBefore    time.Time // zero: no floor
}

// isNone reports whether it is no time at all.
func (d Delay) isNone() bool { return d.tidied() == Delay{} }

func (d Delay) tidied() Delay {
	d.NotBefore = instant.Tidy(d.NotBefore)
	return d
}

// After gives the instant at which the delay that began at t is over: the
// start of the computed date, but not before t itself nor before NotBefore. A
// delay that only has a floor keeps t's time of day. The year 9999 is never
// left.
func (d Delay) After(t time.Time) time.Time {
	t = t.UTC()
	due := t
	if d.Months != 0 || d.Days != 0 || d.FirstOfMonth != 0 {
		due = instant.Latest(t, d.date(t))
	}
	return instant.Earliest(instant.Latest(due, d.NotBefore), instant.Last)
}

// takesTime reports whether the delay is over at a later instant, whenever it begins.
func (d Delay) takesTime() bool { return d.Days > 0 || d.Months > 0 || d.FirstOfMonth > 0 }

func (d Delay) date(t time.Time) time.Time {
	year, month, day := t.Date()
	date := time.Date(year, month, day+d.Days, 0, 0, 0, 0, time.UTC)
	if d.Months > 0 {
		first := firstOfMonth(date, d.Months)
		last := firstOfMonth(first, 1).AddDate(0, 0, -1)
		date = instant.Earliest(first.AddDate(0, 0, date.Day()-1), last)
	}
	if d.FirstOfMonth > 0 {
		date = firstOfMonth(date, d.FirstOfMonth)
	}
	return date
}

// firstOfMonth gives the first day of the n-th month after t's.
func firstOfMonth(t time.Time, n int) time.Time {
	return time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
}

// String says the delay in words.
func (d Delay) String() string {
	var parts []string
	if d.Days > 0 {
		parts = append(parts, phrase.Counted(int64(d.Days), "day", "days"))
	}
	if d.Months > 0 {
		parts = append(parts, phrase.Counted(int64(d.Months), "month", "months"))
	}
	if d.FirstOfMonth > 0 {
		parts = append(parts, fmt.Sprintf("to the first of the month, %s on", phrase.Counted(int64(d.FirstOfMonth), "month", "months")))
	}
	if !d.NotBefore.IsZero() {
		parts = append(parts, "not before "+instant.Say(d.NotBefore))
	}
	if len(parts) == 0 {
		return "at once"
	}
	return strings.Join(parts, ", ")
}

func (d Delay) validate(at string) error {
	switch {
	case d.Months < 0 || d.Months > field.MaxDelayMonths:
		return field.Errorf(at+".months", "%d is out of range; want 0 to %d", d.Months, field.MaxDelayMonths)
	case d.Days < 0 || d.Days > field.MaxDelayDays:
		return field.Errorf(at+".days", "%d is out of range; want 0 to %d", d.Days, field.MaxDelayDays)
	case d.FirstOfMonth < 0 || d.FirstOfMonth > field.MaxDelayMonths:
		return field.Errorf(at+".first_of_month", "%d is out of range; want 0 to %d", d.FirstOfMonth, field.MaxDelayMonths)
	}
	return instant.Check(at+".not_before", d.NotBefore)
}

// MarshalJSON writes the delay; empty fields are left out.
func (d Delay) MarshalJSON() ([]byte, error) {
	o := d.object()
	return o.Done()
}

func (d Delay) object() strictjson.Object {
	var o strictjson.Object
	o.Integer("days", int64(d.Days))
	o.Integer("months", int64(d.Months))
	o.Integer("first_of_month", int64(d.FirstOfMonth))
	o.Instant("not_before", d.NotBefore)
	return o
}

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Delay) UnmarshalJSON(data []byte) error {
	var read Delay
	if err := read.read(strictjson.Field{Path: "delay", Raw: data}); err != nil {
		return err
	}
	if err := read.validate("delay"); err != nil {
		return err
	}
	*d = read
	return nil
}

func (d *Delay) read(f strictjson.Field) error { return f.Object(d.slots()...) }

func (d *Delay) slots() []strictjson.Slot {
	return []strictjson.Slot{
		{Key: "days", To: &d.Days},
		{Key: "months", To: &d.Months},
		{Key: "first_of_month", To: &d.FirstOfMonth},
		{Key: "not_before", To: strictjson.Dated{To: &d.NotBefore, Day: instant.Begins}}}
}
