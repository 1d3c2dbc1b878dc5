package evaluator

import "time"

// Delay is a length of time counted in UTC calendar dates, or (for a notice) a day of the year.
type Delay struct {
	Days, Months, FirstOfMonth int
	NotBefore                  time.Time
	On, By                     string // "MM-DD": a notice given by the day By ends on the day On
	FromForce                  bool   // of join: counted so only for approvals after entry into force
}

// after gives the instant at which the delay that began at start ends: days, then months, then the first of a month,
// "combined in that order", then not_before.
//
// Settled here: "A delay counts UTC calendar dates": the end is the midnight that begins the date, but never before
// start; a month too short for the day takes its last day.
func (l Delay) after(start time.Time) time.Time {
	end := start
	switch {
	case l.On != "":
		end = dayOfYear(start, l.On, l.By)
	case l.Days != 0 || l.Months != 0 || l.FirstOfMonth != 0:
		date := midnightOf(start).AddDate(0, 0, l.Days)
		date = addMonths(date, l.Months)
		if l.FirstOfMonth > 0 {
			date = time.Date(date.Year(), date.Month()+time.Month(l.FirstOfMonth), 1, 0, 0, 0, 0, time.UTC)
		}
		end = later(start, date)
	}
	return later(end, l.NotBefore)
}

func midnightOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

func addMonths(date time.Time, months int) time.Time {
	first := time.Date(date.Year(), date.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(date.Day(), last)-1)
}

// dayOfYear follows "the day of `by` is included, and the notice ends on the first `on` after the next `by`".
func dayOfYear(start time.Time, on, by string) time.Time {
	given := midnightOf(start)
	limit := dateIn(given.Year(), by)
	if given.After(limit) {
		limit = dateIn(given.Year()+1, by)
	}
	end := dateIn(limit.Year(), on)
	if !end.After(limit) {
		end = dateIn(limit.Year()+1, on)
	}
	return end
}

func dateIn(year int, monthDay string) time.Time {
	month, day := time.Month(number(monthDay[:2])), number(monthDay[3:])
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	return first.AddDate(0, 0, min(day, first.AddDate(0, 1, -1).Day())-1)
}
