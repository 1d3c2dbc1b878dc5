package journaltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

func positionsAreDense(x *trial) {
	x.holds()
	x.keep(nil)
	x.keep([]int64{1}, event("a", "1"))
	x.keep([]int64{2, 3, 4}, event("b", "1"), agreed("a"), event("a", "2"))
	x.keep([]int64{5}, event("b", "2"))
	x.holds(event("a", "1"), event("b", "1"), agreed("a"), event("a", "2"), event("b", "2"))
}

// full has every field.
func full() journal.Entry {
	return journal.Entry{Accepted: dayOne, By: "night desk", Event: dealstate.Event{ID: "1", Deal: "d", Kind: dealstate.Extend, Party: "us", By: "Trump", Role: dealstate.Approver,
		Modality: dealstate.Conditional, At: dayOne, Recorded: dayOne.Add(time.Hour), Revision: 2, Ref: "0", Commitment: "c", Until: dayOne.AddDate(0, 1, 0),
		Source: dealstate.Source{Publisher: "Yicai", URL: "https://example.org/?a=1&b=<2>", Published: "2025-06-27"}, Note: "as \"agreed\"\nin principle"}}
}

func sameAgain(x *trial) {
	x.keep([]int64{1, 2, 3}, event("a", "1"), agreed("a"), event("b", "1"))
	again, zoned := event("a", "1"), event("b", "1")
	again.Accepted, again.By, again.Event.Recorded = dayOne.Add(time.Hour), "another desk", dayOne.Add(time.Hour)
	zoned.Event.At, zoned.Event.Modality = dayOne.In(time.FixedZone("", 3600)), dealstate.Asserted
	x.keep([]int64{1}, again)
	x.keep([]int64{3, 2}, zoned, agreed("a"))
	x.keep([]int64{4, 1, 4, 5, 5}, event("a", "2"), again, event("a", "2"), agreed("b"), agreed("b"))
	x.holds(event("a", "1"), agreed("a"), event("b", "1"), event("a", "2"), agreed("b"))
}

func earlierRecorded(x *trial) {
	at := func(hours int) journal.Entry {
		e := event("a", "1")
		e.Event.Recorded = dayOne.Add(time.Duration(hours) * time.Hour)
		return e
	}
	x.keep([]int64{1}, at(9))
	x.keep([]int64{2}, at(5))
	x.keep([]int64{2}, at(7))
	x.keep([]int64{2, 3, 3}, at(9), at(4), at(5))
	atOnce := event("a", "1") // without an instant of recording: when it happened
	x.keep([]int64{4}, atOnce)
	x.keep([]int64{4}, at(0))
	x.holds(at(9), at(5), at(4), atOnce)
}

func otherContent(x *trial) {
	x.keep([]int64{1, 2}, event("a", "1"), agreed("a"))
	other, text := event("a", "1"), agreement("a")
	other.Event.Note = "something else"
	text.Title = "another text"
	isA[*dealstate.ConflictError](x, x.refuse("another event has the id", []journal.Entry{event("a", "2"), other}))
	isA[*dealstate.ConflictError](x, x.refuse("another agreement has the id", []journal.Entry{{Accepted: dayOne, Agreement: &text}, event("a", "3")}))
	one := event("a", "4")
	two := one
	two.Event.Party = "us"
	isA[*dealstate.ConflictError](x, x.refuse("two of the entries have one id", []journal.Entry{one, two}))
	x.keep([]int64{3}, event("b", "1"))
	x.holds(event("a", "1"), agreed("a"), event("b", "1"))
}

func refusedKeepsNothing(x *trial) {
	bad := event("a", "1")
	bad.Event.Kind = 0
	for i := range 4 {
		entries := []journal.Entry{event("a", "1"), agreed("a"), event("b", "1")}
		entries = slices.Insert(entries, i, bad)
		isA[*dealstate.FieldError](x, x.refuse("one of the events has no kind", entries))
	}
	x.keep([]int64{1}, event("a", "1"))
	x.holds(event("a", "1"))
}

func notWellFormed(x *trial) {
	for name, spoil := range map[string]func(e *journal.Entry){
		"it has no deal":                  func(e *journal.Entry) { e.Event.Deal = "" },
		"its id has a space":              func(e *journal.Entry) { e.Event.ID = "a b" },
		"it happened in the year 10000":   func(e *journal.Entry) { e.Event.At = dayOne.AddDate(8000, 0, 0) },
		"it was not accepted":             func(e *journal.Entry) { e.Accepted = time.Time{} },
		"it was accepted in year 10000":   func(e *journal.Entry) { e.Accepted = dayOne.AddDate(8000, 0, 0) },
		"who recorded it is no UTF-8":     func(e *journal.Entry) { e.By = "\xff" },
		"who recorded it is a long text":  func(e *journal.Entry) { e.By = strings.Repeat("a", 17<<10) },
		"it is an event and an agreement": func(e *journal.Entry) { e.Agreement = agreed("a").Agreement },
		"its agreement is empty": func(e *journal.Entry) {
			e.Event, e.Agreement = dealstate.Event{}, &dealstate.Agreement{}
		},
		"it is nothing": func(e *journal.Entry) { e.Event = dealstate.Event{} },
	} {
		e := event("a", "1")
		spoil(&e)
		isA[*dealstate.FieldError](x, x.refuse(name, []journal.Entry{e}))
	}
	x.holds()
}

func onVersion(x *trial) {
	on := func(deal string, at int64) journal.Version { return journal.Version{Deal: deal, Position: at} }
	append := func(want int64, e journal.Entry, on ...journal.Version) {
		x.Helper()
		if at, err := x.Append(x.ctx, []journal.Entry{e}, on...); err != nil || !slices.Equal(at, []int64{want}) {
			x.Fatalf("Append on %v gives %d, %v; want the position %d", on, at, err, want)
		}
	}
	append(1, event("a", "1"), on("a", 0), on("b", 0))
	append(2, agreed("b"), on("b", 0))
	append(3, event("a", "2"), on("a", 1))
	append(4, event("b", "1"), on("b", 2), on("a", 3))
	for _, v := range []journal.Version{on("a", 0), on("a", 1), on("a", 4), on("c", 1)} {
		stale := isA[*journal.StaleError](x, x.refuse("the deal stands elsewhere", []journal.Entry{event("c", "1")}, on("b", 4), v))
		have := map[string]int64{"a": 3, "c": 0}[v.Deal]
		if *stale != (journal.StaleError{Deal: v.Deal, Want: v.Position, Have: have}) {
			x.Fatalf("the error is %+v; want the deal %s, wanted at %d and now at %d", *stale, v.Deal, v.Position, have)
		}
	}
	isA[*journal.StaleError](x, x.refuse("the deal has moved on, though the event is kept already", []journal.Entry{event("a", "1")}, on("a", 0)))
	append(1, event("a", "1"), on("a", 3))
	append(5, event("a", "3"), on("a", 3))
}

func acceptedNeverFalls(x *trial) {
	var want []journal.Entry
	latest := time.Time{}
	for i, hours := range []int{5, 3, 7, 7, 1, 8} {
		e := event("a", fmt.Sprint(i))
		e.Accepted = dayOne.Add(time.Duration(hours)*time.Hour + 1)
		x.keep([]int64{int64(2*i + 1), int64(2*i + 2)}, e, event("b", fmt.Sprint(i)))
		if latest.Before(e.Accepted) {
			latest = e.Accepted
		}
		e.Accepted = latest
		low := event("b", fmt.Sprint(i))
		low.Accepted = latest
		want = append(want, e, low)
	}
	x.holds(want...)
}

func instantsAreKept(x *trial) {
	first, last := time.Time{}.Add(1), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)
	var want []journal.Entry
	for i, at := range []time.Time{first, first.Add(1), dayOne.Add(123_456_789), dayOne.Add(123_456_700), time.Date(1500, 2, 28, 0, 0, 0, 1, time.UTC), last} {
		e := full()
		e.Event.ID, e.Event.At, e.Event.Recorded, e.Event.Until = fmt.Sprint("at", i), at, at, last
		e.Accepted = first.Add(time.Duration(i))
		want = append(want, e)
	}
	end := event("d", "end")
	end.Accepted = last
	want = append(want, end)
	for i, e := range want {
		zoned := e
		zone := time.FixedZone("", -7*3600)
		if e.Event.At != first && e.Event.At != first.Add(1) {
			zoned.Event.At = e.Event.At.In(zone)
		}
		x.keep([]int64{int64(i + 1)}, zoned)
	}
	x.holds(want...)
}

func textsAreKept(x *trial) {
	texts := []string{"习近平", "é", "e\u0301", "\u202eright to left", "quote \" and \\ and / and <&>", "line\nfeed\r\n\ttab", "\x00\x01\x1b[2J\x7f\u0080\u009b", "\u2028\u2029\ufeff", "👩‍💻🇨🇳",
		strings.Repeat("长", 5000), `{"id":"1"}`, "' OR 1=1 --", "%s%d", "\U0010ffff\ufffd"}
	ids := []string{"习", "e\u0301", "\"", `\`, "a'b", "é", "a%20b", strings.Repeat("i", 256), "{}", "A", "a"}
	var want []journal.Entry
	for _, text := range texts {
		e := full()
		e.Event.ID, e.By = fmt.Sprintf("text-%d", len(want)), text
		e.Event.Note, e.Event.By, e.Event.Source.Publisher, e.Event.Source.URL = text, text, text, text
		want = append(want, e)
	}
	for _, id := range ids {
		for _, other := range ids {
			want = append(want, event(id, other))
		}
	}
	for i, e := range want {
		x.keep([]int64{int64(i + 1)}, e)
	}
	for i, e := range want {
		x.keep([]int64{int64(i + 1)}, e)
	}
	x.holds(want...)
}

func agreementsAreKept(x *trial) {
	whole := agreement("习\"\\")
	whole.Title, whole.Incomplete, whole.Implements = "a <b> & \u2028c", "not all is known\n", []string{"other"}
	whole.Term, whole.Notice = &dealstate.Delay{Months: 12}, &dealstate.NoticePeriod{Delay: dealstate.Delay{Days: 90}}
	whole.Commitments = []dealstate.Commitment{{ID: "c", Party: "us", Within: &dealstate.Delay{Days: 30}}}
	least := dealstate.Agreement{ID: "least", Parties: []dealstate.Party{{ID: "a"}}}
	x.keep([]int64{1, 2}, journal.Entry{Accepted: dayOne, By: "desk", Agreement: &whole}, journal.Entry{Accepted: dayOne, Agreement: &least})
	x.keep([]int64{3}, event(whole.ID, "1"))
	x.holds(journal.Entry{Accepted: dayOne, By: "desk", Agreement: &whole}, journal.Entry{Accepted: dayOne, Agreement: &least}, event(whole.ID, "1"))
	if _, err := dealstate.Compile(*x.entries()[0].Agreement); err != nil {
		x.Fatalf("the agreement that was read does not compile: %v", err)
	}
}

func nobodyChanges(x *trial) {
	e := agreed("a")
	given := []journal.Entry{e, event("a", "1")}
	x.keep([]int64{1, 2}, given...)
	if given[1].Position != 0 {
		x.Fatal("Append wrote into the entries that it was given")
	}
	e.Agreement.Title, e.Agreement.Parties[0].ID = "changed", "changed"
	given[1].Event.Note = "changed"
	x.holds(agreed("a"), event("a", "1"))
}

func longDeals(x *trial) {
	const n = 300
	var entries []journal.Entry
	for i := range n {
		entries = append(entries, event("long", fmt.Sprintf("%03d", i)))
	}
	want := make([]int64, n)
	for i := range want {
		want[i] = int64(i + 1)
	}
	x.keep(want, entries...)
	x.keep(want, entries...)
	for i := range n {
		x.keep([]int64{int64(i + 1), int64(n + i + 1)}, entries[i], event("long", fmt.Sprint("more", i)))
	}
	x.keep([]int64{2*n + 1}, agreed("long"))
	x.keep([]int64{n + 7, 2*n + 1}, event("long", "more6"), agreed("long"))
}

// leftAndLearnt appends within times that are too short now and then, and again without one:
// that answers for both, and what comes after it stands behind it. The versions are the caller's
// again once Append has returned: the race detector finds who still reads them.
func leftAndLearnt(x *trial) {
	const times = 60
	var want []journal.Entry
	for i := range times {
		e, then := event("d", fmt.Sprint(i)), event("d", fmt.Sprint("then-", i))
		ctx, cancel := context.WithTimeout(x.ctx, time.Duration(i)*20*time.Microsecond)
		on := []journal.Version{{Deal: "d", Position: int64(2 * i)}}
		_, err := x.Append(ctx, []journal.Entry{e}, on...)
		cancel()
		on[0] = journal.Version{}
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			x.Fatalf("Append, whose context ended: %v; want its error", err)
		}
		x.keep([]int64{int64(2*i + 1)}, e)
		x.keep([]int64{int64(2*i + 2)}, then)
		want = append(want, e, then)
	}
	x.holds(want...)
}
