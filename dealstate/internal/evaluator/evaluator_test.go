package evaluator

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// story is one agreement and its log, told in short lines: date, kind, party (or all), then key=value.
type story struct {
	t      *testing.T
	a      *Agreement
	events []Event
}

const (
	two   = `"id":"d","parties":[{"id":"us","approver":"Trump"},{"id":"china","approver":"Xi"}]`
	three = `"id":"d","parties":[{"id":"a"},{"id":"b"},{"id":"c"}],"approval":{"count":{"min":2}}`
	both  = "2020-01-01 approve us\n2020-01-01 approve china\n"
	pair  = "2020-01-01 approve a\n2020-01-01 approve b\n"
	now0  = `,"effect":{"days":0}`
)

func tell(t *testing.T, agreement, lines string) *story {
	t.Helper()
	a, err := ReadAgreement(strings.NewReader("{" + agreement + "}"))
	if err != nil {
		t.Fatal(err)
	}
	events, err := ReadEvents(a, strings.NewReader(eventLines(lines)))
	if err != nil {
		t.Fatal(err)
	}
	return &story{t, a, events}
}

func eventLines(lines string) string {
	var out strings.Builder
	for n, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		words := strings.Fields(line)
		if len(words) < 3 {
			continue
		}
		e := map[string]any{"id": fmt.Sprintf("e%02d", n+1), "deal": "d", "role": "instrument", "at": words[0], "kind": words[1]}
		if words[2] != "all" {
			e["party"] = words[2]
		}
		for _, word := range words[3:] {
			key, value, _ := strings.Cut(word, "=")
			if e[key] = value; key == "revision" {
				e[key] = number(value)
			}
		}
		text, _ := json.Marshal(e)
		out.Write(append(text, '\n'))
	}
	return out.String()
}

func (s *story) view(asOf, known, policy string) *Snapshot {
	s.t.Helper()
	v, err := ParseView(asOf, known, policy)
	if err != nil {
		s.t.Fatal(err)
	}
	snapshot, err := Evaluate(s.a, s.events, v)
	if err != nil {
		s.t.Fatal(err)
	}
	return snapshot
}

func (s *story) at(asOf string) *Snapshot { s.t.Helper(); return s.view(asOf, "", "strict") }

// states checks "date state" lines, one a view under strict.
func (s *story) states(lines ...string) {
	s.t.Helper()
	for _, line := range lines {
		words := strings.Fields(line)
		if got := s.at(words[0]).State; got != words[1] {
			s.t.Errorf("as of %s: got %s, want %s", words[0], got, words[1])
		}
	}
}

func (s *story) outcomes(want string) {
	s.t.Helper()
	var got []string
	for _, d := range s.at("2100-01-01").Decisions {
		got = append(got, d.Outcome)
	}
	if text := strings.Join(got, " "); text != want {
		s.t.Errorf("outcomes: got %s, want %s", text, want)
	}
}

func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return strings.TrimSuffix(t.Format(time.RFC3339Nano), "T00:00:00Z")
}

func is(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %s, want %s", what, got, want)
	}
}

// Law 11.

func TestWhatEnablesComesBeforeWhatNeedsIt(t *testing.T) {
	tell(t, two, "2020-01-01 implement all id=a\n2020-01-01 approve us id=z\n2020-01-01 approve china id=y").
		states("2020-01-01 implemented")
	tell(t, two, "2020-01-01 implement all recorded=2020-01-01\n2020-01-01 approve us recorded=2020-02-01\n2020-01-01 approve china recorded=2020-03-01").
		states("2020-01-01 implemented") // the class comes before the record
	tell(t, two, "2020-01-01 approve us id=a\n2020-01-01 approve china id=b\n2020-01-01 amend all id=z").
		states("2020-01-01 approved")
	tell(t, `"id":"d","parties":[{"id":"a"},{"id":"b"}],"commitments":[{"id":"k","party":"a"}],"approval":{"performed":"k"}`,
		"2020-01-01 implement all id=a\n2020-01-01 perform a id=z commitment=k").states("2020-01-01 implemented")
}

func TestLaterRecordedWinsWithinAClass(t *testing.T) {
	log := both + "2020-01-02 implement all\n2020-01-31 suspend us\n2020-02-01 suspend us recorded=2020-02-02\n2020-02-01 resume us recorded=2020-02-01"
	tell(t, two, log).states("2020-02-01 suspended")
	log = both + "2020-01-02 implement all\n2020-02-01 resume us recorded=2020-02-02\n2020-02-01 suspend us recorded=2020-02-01"
	tell(t, two, log).states("2020-02-01 implemented")
}

func TestClocksFireBeforeTheEventsOfTheirInstant(t *testing.T) {
	tell(t, two+`,"deadline":"2020-02-01T00:00:00Z"`, "2020-01-01 approve us\n2020-02-01 approve china").
		states("2020-01-31 awaiting_xi_approval", "2020-02-01 lapsed")
}

// Data formats.

func TestDatesAlone(t *testing.T) {
	for text, want := range map[string][4]string{"2024-02-29": {"2024-02-29", "2024-03-01", "2024-02-29T23:59:59Z", "2024-02-29T23:59:59.999999999Z"}} {
		for i, part := range []dayPart{dayBegins, dayEnds, dayRecorded, dayViewed} {
			at, onlyDate, err := parseInstant(text, part)
			if err != nil || !onlyDate {
				t.Fatal(text, err)
			}
			is(t, text, day(at), want[i])
		}
	}
}

func TestInstantsAreFullRFC3339AndNothingLaxer(t *testing.T) {
	for text, want := range map[string]string{
		"2024-01-01t10:00:00z": "2024-01-01T10:00:00Z", "2016-12-31T23:59:60Z": "2017-01-01",
		"2024-01-01T00:00:00.5+01:30": "2023-12-31T22:30:00.5Z", "0001-01-02": "0001-01-02",
	} {
		at, _, err := parseInstant(text, dayBegins)
		if err != nil {
			t.Error(text, err)
		}
		is(t, text, day(at), want)
	}
	for _, text := range []string{"2024-1-1", "2024-02-30", "2024-01-01T0:00:00Z", "2024-01-01T00:00:00,5Z", "2024-01-01T00:00:00+24:00",
		"2024-01-01T00:00:61Z", "0000-01-01", "2024-01-01T00:00:00", "2024-01-01 00:00:00Z"} {
		if _, _, err := parseInstant(text, dayBegins); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

func TestActsOfTheDayOfADeadlineAreInTime(t *testing.T) {
	tell(t, two+`,"deadline":"2020-02-01"`, "2020-01-01 approve us\n2020-02-01T23:00:00Z approve china").states("2020-02-02 approved")
}

func TestRecordedOfADateIsTheEndOfItsDay(t *testing.T) {
	s := tell(t, two, "2020-01-01 approve us")
	is(t, "known that day", s.view("2020-02-01", "2020-01-01", "strict").State, "awaiting_xi_approval")
	is(t, "known that noon", s.view("2020-02-01", "2020-01-01T12:00:00Z", "strict").State, "negotiated")
}

func TestDuplicateWithEarliestRecorded(t *testing.T) {
	for _, log := range []string{
		"2020-01-01 approve us id=x recorded=2020-01-09\n2020-01-01 approve us id=x recorded=2020-01-03",
		"2020-01-01 approve us id=x recorded=2020-01-03\n2020-01-01 approve us id=x recorded=2020-01-09",
	} {
		s := tell(t, two, log)
		is(t, "known 3 Jan", s.view("2020-02-01", "2020-01-03", "strict").State, "awaiting_xi_approval")
		is(t, "known 2 Jan", s.view("2020-02-01", "2020-01-02", "strict").State, "negotiated")
		s.outcomes("applied duplicate")
	}
	s := tell(t, two, "2020-01-01 approve us id=x\n2020-01-02 approve us id=x")
	if _, err := Evaluate(s.a, s.events, View{Policy: "strict"}); err == nil {
		t.Error("other content under the same id was taken")
	}
}

func TestDelays(t *testing.T) {
	for _, c := range []struct {
		delay       Delay
		start, want string
	}{
		{Delay{Days: 30}, "2020-01-15", "2020-02-14"},
		{Delay{Days: 30}, "2020-01-15T18:00:00Z", "2020-02-14"},
		{Delay{}, "2020-01-15T18:00:00Z", "2020-01-15T18:00:00Z"},
		{Delay{Months: 1}, "2020-01-31", "2020-02-29"},
		{Delay{FirstOfMonth: 1}, "2020-01-01", "2020-02-01"},
		{Delay{Days: 60, FirstOfMonth: 1}, "2003-01-31", "2003-05-01"},
		{Delay{Months: 3, FirstOfMonth: 1}, "2021-03-22", "2021-07-01"},
		{Delay{On: "06-30", By: "01-01"}, "2018-12-26", "2019-06-30"},
		{Delay{On: "06-30", By: "01-01"}, "2019-01-01T23:00:00Z", "2019-06-30"},
		{Delay{On: "06-30", By: "01-01"}, "2019-01-02", "2020-06-30"},
		{Delay{On: "01-31", By: "12-01"}, "2019-11-30", "2020-01-31"},
	} {
		start, _, _ := parseInstant(c.start, dayBegins)
		is(t, c.start, day(c.delay.after(start)), c.want)
	}
}

// The standard lifecycles, as the README tells them.

func TestTwoPartyStatesNameTheApproverAwaited(t *testing.T) {
	tell(t, two, "2020-01-01 negotiate all\n2020-01-02 submit all\n2020-01-03 approve china\n2020-01-04 withdraw china\n2020-01-05 approve us\n"+
		"2020-01-06 implement us\n2020-01-07 approve china\n2020-01-08 amend all\n2020-01-09 approve china revision=2\n2020-01-10 approve us\n2020-01-11 implement us").
		states("2020-01-01 negotiated", "2020-01-02 awaiting_approvals", "2020-01-03 awaiting_trump_approval", "2020-01-04 awaiting_approvals",
			"2020-01-05 awaiting_xi_approval", "2020-01-06 awaiting_xi_approval", "2020-01-07 approved", "2020-01-08 awaiting_approvals",
			"2020-01-09 awaiting_trump_approval", "2020-01-11 implemented")
}

func TestPolicies(t *testing.T) {
	s := tell(t, two, "2020-01-01 submit us role=negotiator\n2020-01-02 approve us role=approver by=Trump\n2020-01-03 approve china role=government\n"+
		"2020-01-04 amend all role=press\n2020-01-05 approve us role=instrument modality=denied")
	is(t, "strict", s.view("2020-01-03", "", "strict").State, "awaiting_xi_approval")
	is(t, "official", s.view("2020-01-04", "", "official").State, "approved")
	is(t, "reported", s.view("2020-01-04", "", "reported").State, "awaiting_approvals")
	s.outcomes("applied applied noted noted noted")
}

func TestExtendBySides(t *testing.T) {
	log := both + "2020-01-02 implement all\n2020-01-20 extend us until=2020-06-01T00:00:00Z\n"
	term := two + `,"term":{"days":30}`
	tell(t, term, log).states("2020-01-31 implemented", "2020-02-01 expired")
	tell(t, term, log+"2020-01-21 extend china until=2020-04-01T00:00:00Z").states("2020-03-31 implemented", "2020-04-01 expired")
	tell(t, two, both+"2020-01-02 implement all\n2020-01-03 extend us until=2020-02-01\n2020-01-04 extend all until=2020-02-01").
		outcomes("applied applied applied refused applied")
}

func TestRetractions(t *testing.T) {
	tell(t, two, "2020-01-02 approve us id=x\n2019-01-01 retract all id=r ref=x").states("2020-01-02 negotiated")
	tell(t, two, "2020-01-02 approve us id=x\n2030-01-01 retract all id=r ref=x").states("2020-01-02 negotiated")
	tell(t, two, "2020-01-02 approve us id=x\n2020-01-03 retract all id=r ref=x\n2020-01-04 retract all id=s ref=r").
		states("2020-01-04 awaiting_xi_approval")
	tell(t, two, "2020-01-02 approve us id=x\n2020-01-03 retract all id=r ref=s\n2020-01-03 retract all id=s ref=r\n2020-01-03 retract all id=q ref=q").
		outcomes("applied noted noted noted") // settled in fold.go: a circle of retracts is noted
	s := tell(t, two, "2020-01-02 approve us id=x recorded=2020-01-02\n2020-01-02 retract all id=r ref=x recorded=2020-03-01")
	is(t, "before the correction", s.view("2020-04-01", "2020-02-01", "strict").State, "awaiting_xi_approval")
	is(t, "after it", s.view("2020-04-01", "2020-03-01", "strict").State, "negotiated")
}

// "Withdrawal by a party that is bound is a notice".

const notice = three + now0 + `,"notice":{"months":12}`

func TestNoticeKeepsThePartyBoundUntilItEnds(t *testing.T) {
	s := tell(t, notice, pair+"2021-03-01 withdraw a")
	p := s.at("2021-03-01").Parties[0]
	is(t, "bound", day(p.InForce), "2020-01-01")
	is(t, "leaves", day(p.Leaves), "2022-03-01")
	clock := s.at("2021-03-01").Clocks[0]
	is(t, "clock", clock.Name+" "+clock.Of+" "+day(clock.Due), "notice a 2022-03-01")
	p = s.at("2022-03-01").Parties[0]
	is(t, "left", day(p.InForce)+p.Standing, "-withdrawn")
	s.states("2022-03-01 implemented")
}

func TestApproveRevokesANotice(t *testing.T) {
	s := tell(t, notice, pair+"2021-03-01 withdraw a\n2021-06-01 approve a\n2021-07-01 withdraw a")
	is(t, "after the revocation", day(s.at("2021-06-01").Parties[0].InForce), "2020-01-01")
	is(t, "a new notice", day(s.at("2021-07-01").Parties[0].Leaves), "2022-07-01")
	s = tell(t, notice, pair+"2021-03-01 withdraw a\n2022-03-01 approve a")
	is(t, "at the instant it joins anew", day(s.at("2022-03-01").Parties[0].InForce), "2022-03-01")
}

func TestSecondWithdrawUnderNotice(t *testing.T) {
	s := tell(t, notice, pair+"2021-03-01 withdraw a\n2021-04-01 withdraw a\n2021-05-01 withdraw a until=2022-01-01\n2021-06-01 withdraw a until=2022-06-01T00:00:00Z")
	s.outcomes("applied applied applied noted noted applied")
	is(t, "moved", day(s.at("2021-06-01").Parties[0].Leaves), "2022-06-01")
}

func TestUntilOfAWithdrawal(t *testing.T) {
	tell(t, notice, pair+"2021-03-01 withdraw a until=2021-12-31").outcomes("applied applied refused")
	s := tell(t, three+now0, pair+"2021-03-01 withdraw a until=2021-12-31T00:00:00Z\n2021-04-01 withdraw b")
	is(t, "at its until", day(s.at("2021-04-01").Parties[0].Leaves), "2021-12-31")
	is(t, "at once", day(s.at("2021-04-01").Parties[1].InForce), "-")
	s.states("2021-04-01 implemented", "2021-12-31 terminated") // "When every party has left a deal of many, it is `terminated`."
}

func TestTheDealsEndStopsANotice(t *testing.T) {
	s := tell(t, notice+`,"term":{"months":18}`, pair+"2021-03-01 withdraw a\n2021-08-01 extend all until=2023-01-01")
	if n := len(s.at("2021-07-15").Clocks); n != 0 {
		t.Errorf("%d clocks run after expiry", n)
	}
	is(t, "revived", day(s.at("2021-08-01").Parties[0].Leaves), "-")
}

func TestTerminateByOneOfTwoIsAWithdrawWhereThereIsANotice(t *testing.T) {
	withNotice := two + now0 + `,"notice":{"months":6}`
	tell(t, withNotice, both+"2021-01-01 terminate us").states("2021-06-30 implemented", "2021-07-01 terminated")
	tell(t, withNotice, both+"2021-01-01 terminate all").states("2021-01-01 terminated")
	tell(t, two+now0, both+"2021-01-01 terminate us").states("2021-01-01 terminated")
	tell(t, withNotice, both+"2021-01-01 withdraw us\n2021-02-01 approve us").states("2021-07-01 implemented")
}

// "Withdraw by a party that is not bound".

func TestWithdrawalBeforeConsentIsARefusal(t *testing.T) {
	all := `"id":"d","parties":[{"id":"a"},{"id":"b"},{"id":"c"}]`
	s := tell(t, all, "2020-01-01 approve b\n2020-01-02 withdraw a\n2020-01-03 withdraw a\n2020-01-04 approve a\n2020-01-05 withdraw b\n2020-01-06 withdraw b")
	s.states("2020-01-02 rejected", "2020-01-04 awaiting_approvals", "2020-01-06 awaiting_approvals")
	s.outcomes("applied applied noted applied applied noted")
	s = tell(t, three+now0, pair+"2020-02-01 withdraw c")
	is(t, "in force for others", s.at("2020-02-01").Parties[2].Standing, "rejected")
}

func TestApprovalThatDoesNotBindYetIsTakenBackAtOnce(t *testing.T) {
	s := tell(t, three+`,"effect":{"days":30},"notice":{"months":12}`, pair+"2020-01-15 withdraw a")
	s.states("2020-01-14 approved", "2020-01-15 awaiting_approvals", "2020-02-15 awaiting_approvals")
	s = tell(t, three+`,"effect":{"days":30},"notice":{"months":12}`, pair+"2020-03-01 approve c\n2020-03-10 withdraw c")
	is(t, "a joiner", day(s.at("2020-05-01").Parties[2].InForce), "-")
}

// "Rejection is not the end".

func TestRejectedTakesAndKeepsWhatOthersDo(t *testing.T) {
	all := `"id":"d","parties":[{"id":"a"},{"id":"b"},{"id":"c"}],"commitments":[{"id":"k","party":"a"}],"deadline":"2020-12-31"`
	log := "2020-01-01 reject a\n2020-01-02 approve b\n2020-01-03 approve c\n2020-01-03 sign b\n2020-01-03 perform a commitment=k\n" +
		"2020-01-03 breach a commitment=k\n2020-01-03 submit a\n2020-01-03 dispute b\n2020-01-03 settle b\n"
	s := tell(t, all, log+"2020-01-04 approve a")
	s.states("2020-01-01 rejected", "2020-01-03 rejected", "2020-01-04 approved")
	s.outcomes(strings.TrimSpace(strings.Repeat("applied ", 10)))
	tell(t, all, log+"2020-01-04 amend all\n2020-01-05 approve a").states("2020-01-04 awaiting_approvals", "2020-01-05 awaiting_approvals")
	tell(t, all, log).states("2020-12-31 rejected", "2021-01-01 lapsed")
	s = tell(t, all, log+"2020-02-01 extend all until=2021-06-30\n2021-08-01 extend all until=2021-12-31")
	s.states("2021-06-30 rejected", "2021-07-01 lapsed", "2021-08-01 rejected") // reopened while its condition is lost
}

// "Joining".

func TestJoiners(t *testing.T) {
	many := `"id":"d","parties":[{"id":"a"},{"id":"b"},{"id":"c"},{"id":"e"}],"approval":{"count":{"min":2}},"effect":{"days":90}`
	log := pair + "2020-01-01 approve c\n2020-03-25 approve e\n"
	for _, c := range []struct{ join, c, e string }{
		{``, "2020-03-31", "2020-06-23"}, // the default is effect
		{`,"join":{"days":30}`, "2020-03-31", "2020-04-24"},
		{`,"join":{"days":3}`, "2020-03-31", "2020-03-31"}, // not before entry into force
		{`,"join":{"days":90,"from":"force"}`, "2020-03-31", "2020-03-31"},
	} {
		s := tell(t, many+c.join, log).at("2021-01-01")
		is(t, "at the trigger"+c.join, day(s.Parties[2].InForce), c.c)
		is(t, "after it"+c.join, day(s.Parties[3].InForce), c.e)
	}
	s := tell(t, many+`,"join":{"days":90,"from":"force"}`, pair+"2020-03-31 approve e").at("2021-01-01")
	is(t, "at entry into force", day(s.Parties[3].InForce), "2020-06-29")
	s = tell(t, three+now0+`,"join":{"days":30}`, pair+"2020-01-01 approve c").at("2020-01-01")
	is(t, "judged by instants, not by place in the fold", day(s.Parties[2].InForce), "2020-01-01")
}

// "Renewal".

func TestRenewal(t *testing.T) {
	renew := three + now0 + `,"term":{"days":100},"renew":{"days":50}`
	tell(t, renew, pair).states("2020-04-10 implemented", "2030-01-01 implemented")
	s := tell(t, renew, pair+"2020-02-01 withdraw a")
	is(t, "without notice, when the term ends", day(s.at("2020-02-01").Parties[0].Leaves), "2020-04-10")
	s.states("2020-04-09 implemented", "2020-04-10 expired")
	noticed := renew + `,"notice":{"days":30}`
	tell(t, noticed, pair+"2020-03-20 withdraw a").states("2020-04-10 expired")     // runs at the term's instant
	tell(t, noticed, pair+"2020-03-11 withdraw a").states("2020-04-10 expired")     // ends at it
	tell(t, noticed, pair+"2020-03-10 withdraw a").states("2020-04-10 implemented") // ended earlier
	tell(t, renew, pair+"2020-02-01 extend all until=2020-05-01").states("2020-05-01 implemented", "2020-05-02 expired")
	tell(t, renew, pair+"2020-02-01 withdraw a\n2020-02-02 approve a").states("2020-04-10 implemented")
}

// "Added in_force states", own timers, extends and drop.

const snapback = three + now0 + `,"term":{"days":365},"timers":[{"id":"snap","after":{"days":30}}],"commitments":[{"id":"k","party":"a"}],
 "lifecycle":{"extends":"standard","states":["notified","snapped"],"in_force":["notified"],"final":["snapped"],"rules":[
  {"id":"notify","on":"dispute","from":["implemented"],"to":"notified","order":-1},
  {"id":"again","on":"dispute","from":["notified"]},
  {"id":"restart","on":"submit","from":["notified"],"to":"notified"},
  {"id":"snap_back","on":"snap","from":["notified"],"to":"snapped"},
  {"id":"settled","on":"settle","from":["notified"],"to":"implemented"}]}`

func TestOwnTimers(t *testing.T) {
	log := pair + "2020-02-01 dispute a\n"
	tell(t, snapback, log).states("2020-03-01 notified", "2020-03-02 snapped")
	tell(t, snapback, log+"2020-02-10 settle a\n2020-02-20 dispute b").states("2020-02-10 implemented", "2020-03-02 notified", "2020-03-21 snapped")
	tell(t, snapback, log+"2020-02-10 dispute b\n2020-02-11 perform a commitment=k").states("2020-03-02 snapped") // neither restarts it
	tell(t, snapback, log+"2020-02-10 submit b").states("2020-03-02 notified", "2020-03-11 snapped")              // its `to` names the state
}

func TestAddedInForceStates(t *testing.T) {
	s := tell(t, snapback, pair+"2020-12-20 dispute a\n2020-12-25 withdraw a\n2020-12-26 perform a commitment=k\n2020-12-27 suspend all\n2020-12-28 terminate all")
	s.outcomes("applied applied applied applied applied refused refused")
	s.states("2020-12-25 notified", "2020-12-31 expired") // the term was not reset; the standard rule on term holds there too
	is(t, "in force since", day(s.at("2020-12-26").InForce), "2020-01-01")
	is(t, "left", day(s.at("2020-12-26").Parties[0].InForce), "-")
}

func TestLifecycleIsChecked(t *testing.T) {
	for name, rest := range map[string]string{
		"drop of no rule":        `"lifecycle":{"extends":"standard","drop":["no_such"]}`,
		"timer without a rule":   `"timers":[{"id":"x","after":{"days":1}}]`,
		"rule on no clock":       `"lifecycle":{"extends":"standard","rules":[{"id":"r","on":"x","from":["implemented"]}]}`,
		"renewal without a term": `"renew":{"days":1}`,
		"unknown key":            `"rennew":{"days":1}`,
	} {
		if _, err := ReadAgreement(strings.NewReader("{" + two + "," + rest + "}")); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	tell(t, three+now0+`,"lifecycle":{"extends":"standard","drop":["suspend"]}`, pair+"2020-02-01 suspend all").states("2020-02-01 implemented")
}

// "`reached` is a clock too".

func TestReachedIsJudgedWithoutAnEvent(t *testing.T) {
	falls := `"id":"d","parties":[{"id":"a"},{"id":"b"},{"id":"c"}],"effect":{"days":10},
	 "approval":{"any":[{"count":{"min":3}},{"all":[{"reached":"2020-06-01"},{"count":{"min":2}}]}]}`
	s := tell(t, falls, pair)
	s.states("2020-05-31 awaiting_approvals", "2020-06-01 approved", "2020-06-11 implemented")
	is(t, "since", day(s.at("2020-06-05").Since), "2020-06-01")
}

func TestWindowThatCloses(t *testing.T) {
	window := `"id":"d","parties":[{"id":"a"},{"id":"b"},{"id":"c"}],"effect":{"days":30},
	 "approval":{"all":[{"count":{"min":2}},{"not":{"reached":"2020-01-20"}}]}`
	tell(t, window, pair).states("2020-01-20 approved", "2020-01-31 implemented")
	tell(t, window, "2020-01-01 approve a").states("2020-01-19 awaiting_approvals", "2020-01-20 rejected")
	tell(t, window, pair+"2020-01-25 withdraw a").states("2020-01-24 approved", "2020-01-25 rejected")
}

func TestConditionsThatReadMoreUseTheManyPartyFrame(t *testing.T) {
	reads := two + `,"approval":{"all":[{"approved":"us"},{"approved":"china"},{"signed":"us"}]}`
	tell(t, reads, "2020-01-01 approve us\n2020-01-02 approve china\n2020-01-03 sign us").
		states("2020-01-01 awaiting_approvals", "2020-01-02 awaiting_approvals", "2020-01-03 approved")
}

// "`sign` counts like talks".

func TestSign(t *testing.T) {
	s := tell(t, two, "2020-01-01 sign us role=negotiator\n2020-01-02 sign all\n2020-01-03 amend all")
	is(t, "one", day(s.at("2020-01-01").Parties[0].Signed)+day(s.at("2020-01-01").Parties[1].Signed), "2020-01-01-")
	is(t, "all", day(s.at("2020-01-02").Parties[1].Signed), "2020-01-02")
	is(t, "cleared", day(s.at("2020-01-03").Parties[0].Signed), "-")
	s.states("2020-01-02 negotiated") // "a signature is no approval"
	tell(t, two+`,"deadline":"2020-01-01"`, "2020-02-01 sign us").outcomes("refused")
	tell(t, snapback, pair+"2020-02-01 dispute a\n2020-02-02 sign c\n2020-04-01 sign b").
		outcomes("applied applied applied applied refused") // taken in an added state, not in a final one
	tell(t, three+now0, pair+"2020-02-01 sign c").outcomes("applied applied applied")
	count := `"id":"d","parties":[{"id":"a"},{"id":"b"},{"id":"c"}],"approval":{"count":{"min":2},"of":"signed"}`
	tell(t, count, "2020-01-01 sign a\n2020-01-02 reject c\n2020-01-03 reject b\n2020-01-04 sign b").
		states("2020-01-03 awaiting_approvals", "2020-01-04 approved") // "`signed` is never lost"
}

// "`apply` is provisional application".

func TestProvisionalApplication(t *testing.T) {
	tell(t, two, "2020-01-01 apply us\n2020-01-02 apply china").states("2020-01-01 negotiated", "2020-01-02 provisional")
	s := tell(t, three, "2020-01-01 apply a")
	is(t, "one of many", s.at("2020-01-01").State+" "+day(s.at("2020-01-01").Parties[0].Provisional), "negotiated 2020-01-01")
	jointly := three + `,"effect":{"days":30},"deadline":"2020-12-31"`
	tell(t, jointly, "2020-01-01 apply all\n2020-02-01 reject a\n2020-02-02 reject b\n2020-02-03 amend all\n2020-03-01 approve a\n2020-03-02 approve b").
		states("2020-02-02 provisional", "2020-03-31 provisional", "2020-04-01 implemented")
	is(t, "entry into force ends it", day(tell(t, jointly, "2020-01-01 apply all\n"+pair).at("2020-12-01").Parties[2].Provisional), "-")
	tell(t, jointly, "2020-01-01 apply all").states("2020-12-31 provisional", "2021-01-01 lapsed")
	slow := three + `,"effect":{"days":600},"deadline":"2020-12-31"`
	tell(t, slow, "2020-01-01 apply all\n"+pair).states("2021-01-01 provisional") // "while the condition is met"
	tell(t, jointly, "2020-01-01 apply all\n2020-01-01 approve a\n2020-01-02 withdraw a\n2020-01-03 apply all\n2020-01-04 withdraw b\n2020-01-05 withdraw c").
		states("2020-01-02 awaiting_approvals", "2020-01-03 provisional", "2020-01-04 awaiting_approvals", "2020-01-05 rejected")
	tell(t, slow, "2020-01-01 apply all\n"+pair+"2020-02-01 terminate all").states("2020-02-01 approved")
}

// "`breach` is said of a commitment".

func TestCommitments(t *testing.T) {
	owed := two + now0 + `,"commitments":[{"id":"k","party":"us","deadline":"2020-03-01"},{"id":"l","party":"china","deadline":{"days":30}}]`
	s := tell(t, owed, both+"2020-02-01 perform us commitment=k\n2020-04-01 breach us commitment=k role=approver by=Trump\n2020-05-01 perform us commitment=k")
	look := func(date string, i int) string {
		c := s.at(date).Commitments[i]
		return strings.Join([]string{day(c.Performed), day(c.Overdue), day(c.Breached)}, " ")
	}
	is(t, "performed", look("2020-02-01", 0), "2020-02-01 - -")
	is(t, "overdue from the breach", look("2020-04-01", 0), "- 2020-04-01 2020-04-01")
	is(t, "cured", look("2020-05-01", 0), "2020-05-01 - -")
	is(t, "a delay from entry into force", look("2020-01-31", 1), "- 2020-01-31 -")
	tell(t, owed, both+"2020-02-01 perform us commitment=l role=approver by=Trump\n2020-02-02 breach us commitment=l role=counterparty").
		outcomes("applied applied refused noted")
	s = tell(t, owed, both+"2020-02-02 breach us commitment=l role=counterparty")
	is(t, "an accusation, as reported", day(s.view("2020-02-02", "", "reported").Commitments[1].Breached), "2020-02-02")
	reads := `"id":"d","parties":[{"id":"a"},{"id":"b"}],"commitments":[{"id":"k","party":"a"}],"approval":{"performed":"k"}`
	tell(t, reads, "2020-01-01 perform a commitment=k\n2020-01-02 breach a commitment=k").states("2020-01-01 approved", "2020-01-02 awaiting_approvals")
}

// "`suspend`, `resume`".

func TestSuspensionOfAPart(t *testing.T) {
	s := tell(t, two+now0+`,"commitments":[{"id":"k","party":"us"}]`, both+"2020-02-01 suspend us commitment=k\n2020-03-01 resume us commitment=k")
	is(t, "of a commitment", s.at("2020-02-01").State+" "+day(s.at("2020-02-01").Commitments[0].Suspended), "implemented 2020-02-01")
	is(t, "resumed", day(s.at("2020-03-01").Commitments[0].Suspended), "-")
	s = tell(t, three+now0, pair+"2020-02-01 suspend a")
	is(t, "by one of many", s.at("2020-02-01").State+" "+day(s.at("2020-02-01").Parties[0].Suspended), "implemented 2020-02-01")
	tell(t, three+now0, pair+"2020-02-01 suspend all\n2020-03-01 resume all").states("2020-02-01 suspended", "2020-03-01 implemented")
}

func TestDealOfTwoIsSuspendedWhileEitherSideSuspends(t *testing.T) {
	tell(t, two+now0, both+"2020-02-01 suspend us\n2020-02-02 suspend china\n2020-02-03 resume us\n2020-02-04 resume us\n2020-02-05 resume china").
		states("2020-02-03 suspended", "2020-02-04 suspended", "2020-02-05 implemented")
	tell(t, two+now0, both+"2020-02-01 suspend all\n2020-02-03 resume us\n2020-02-05 resume china").
		states("2020-02-03 suspended", "2020-02-05 implemented")
}

// "Settled long ago".

func TestSettledLongAgo(t *testing.T) {
	tell(t, two, "2020-01-01 amend all revision=3\n2020-01-02 amend all revision=2\n2020-01-03 amend all revision=2\n2020-01-04 submit all revision=9\n2020-01-05 approve us revision=2").
		outcomes("refused applied applied applied refused")
	nobody := `"id":"d","parties":[{"id":"a"},{"id":"b"},{"id":"c"}],"approval":{"all":[]}` + now0
	s := tell(t, nobody, "2020-01-01 negotiate all\n2020-02-01 withdraw b")
	is(t, "binds every party", day(s.at("2020-01-01").Parties[1].InForce), "2020-01-01")
	is(t, "who was not asked may leave", day(s.at("2020-02-01").Parties[1].InForce), "-")
	tell(t, two+`,"deadline":"2020-01-31"`, "2020-03-01 negotiate all\n2020-04-01 approve us").
		states("2020-02-01 lapsed", "2020-03-01 negotiated", "2020-04-01 awaiting_xi_approval")
	tell(t, two+`,"deadline":"2020-01-31"`, both+"2020-03-01 withdraw us").states("2020-02-28 approved", "2020-03-01 lapsed")
	s = tell(t, two+now0+`,"term":{"days":10}`, both+"2020-03-01 extend all until=2020-06-01")
	s.states("2020-01-11 expired", "2020-03-01 implemented", "2020-06-01 implemented", "2020-06-02 expired")
	is(t, "`revive` resets in_force", day(s.at("2020-03-01").InForce), "2020-03-01")
}

func TestThresholdsAreLostByRejectionsOnly(t *testing.T) {
	share := `"id":"d","parties":[{"id":"a","weight":60},{"id":"b","weight":20},{"id":"c","weight":20}],"approval":{"share":{"min":"85%"}}`
	tell(t, share, "2020-01-01 approve b\n2020-01-02 withdraw a").states("2020-01-02 rejected")
	short := `"id":"d","parties":[{"id":"a","weight":1},{"id":"b"}],"approval":{"share":{"min":"50%","total":100}}`
	tell(t, short, "2020-01-01 reject b").states("2020-01-01 awaiting_approvals")
}
