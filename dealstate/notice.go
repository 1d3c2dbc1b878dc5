package dealstate

import (
	"cmp"
	"slices"
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

// leave is a party's notice of leaving that runs. Its due instant is the end of the
// term where a deal that renews itself has no notice period.
type leave struct {
	party int
	due   time.Time // zero: the end of the term
	entry *entry
}

// notice finds the party's running notice.
func (s *situation) notice(party int) (at int, running bool) {
	return slices.BinarySearchFunc(s.leaving, party, func(l leave, party int) int { return cmp.Compare(l.party, party) })
}

// leaves is when the party leaves; zero: it has given no notice.
func (s *situation) leaves(party int) time.Time {
	if at, running := s.notice(party); running {
		return s.leaving[at].at(s)
	}
	return time.Time{}
}

func (l leave) at(s *situation) time.Time {
	if l.due.IsZero() {
		return s.dueAt(termClock)
	}
	return l.due
}

// giveNotice has a bound party leave at the end of its notice. The list of notices
// is copied, so that undo can give the old one back.
func (f *folding) giveNotice(e *entry, did *change) {
	p := int(e.party)
	given, until := leave{party: p, due: f.noticeEnds(e.At), entry: e}, e.until()
	at, running := f.notice(p)
	switch {
	case running:
		if before := f.leaving[at]; !until.After(before.at(&f.situation)) {
			did.stop(Noted, Reason{Code: ReasonAlready, Subject: f.m.partyID(e), Detail: e.Kind.String(), Event: before.entry.ID, At: before.entry.At})
			return
		}
		given.due = until
	case !until.IsZero():
		if floor := instant.Latest(given.at(&f.situation), e.At); until.Before(floor) {
			did.stop(Refused, Reason{Code: ReasonNoticeTooShort, Subject: f.m.partyID(e), At: floor})
			return
		}
		given.due = until
	}
	next := slices.Clone(f.leaving)
	if running {
		next[at].due = given.due
	} else {
		next = slices.Insert(next, at, given)
	}
	f.leaving = next
	did.reason = Reason{Code: ReasonLeaves, Subject: f.m.partyID(e), At: given.at(&f.situation)}
}

// noticeEnds is when a notice given at t is over; zero: when the term is.
func (f *folding) noticeEnds(t time.Time) time.Time {
	switch a := &f.m.agreement; {
	case a.Notice != nil:
		return a.Notice.After(t)
	case a.Renew != nil && !f.dueAt(termClock).IsZero():
		return time.Time{}
	}
	return t
}

// revoke takes a running notice back: the party never ceased to be bound (Vienna
// Convention on the Law of Treaties, article 68).
func (f *folding) revoke(at int, e *entry, did *change) {
	given := f.leaving[at].entry
	f.leaving = slices.Delete(slices.Clone(f.leaving), at, at+1)
	did.reason = Reason{Code: ReasonRevokes, Subject: f.m.partyID(e), Event: given.ID}
}

// leaveNow ends the party's notice: its approval goes, and so does its own suspension.
func (f *folding) leaveNow(party int) {
	at, _ := f.notice(party)
	given := f.leaving[at]
	f.leaving = slices.Delete(slices.Clone(f.leaving), at, at+1)
	f.approved.Remove(party)
	f.own(&f.suspended).Remove(party)
	f.acts[party] = act{entry: given.entry, revision: f.revision}
	f.lastLeft = f.now
}

// runsNotices reports whether a withdrawal in this state is a notice: it is where
// rules wait for its end.
func (s *situation) runsNotices() bool { return len(s.m.tried[Notice.row()][s.state]) > 0 }
