package evaluator

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// agreements of the random logs: between them they use every key of the design.
var randomAgreements = []string{
	two + `,"deadline":"2020-01-20","effect":{"days":3},"term":{"days":20},"renew":{"days":5},"notice":{"days":4},"commitments":[{"id":"k","party":"us","deadline":{"days":2}}]`,
	two + `,"commitments":[{"id":"k","party":"china","deadline":"2020-01-12"}],"approval":{"any":[{"performed":"k"},{"all":[{"approved":"us"},{"signed":"china"}]}]},"term":{"days":9},"renew":{"days":9}`,
	three + `,"deadline":"2020-01-25","effect":{"days":2},"join":{"days":4,"from":"force"},"notice":{"days":6},"term":{"days":15},"commitments":[{"id":"k","party":"a"}]`,
	`"id":"d","parties":[{"id":"a"},{"id":"b"},{"id":"c"}],"commitments":[{"id":"k","party":"b","deadline":{"days":3}}],"effect":{"days":1},
	 "approval":{"all":[{"count":{"min":2}},{"any":[{"not":{"reached":"2020-01-15"}},{"reached":"2020-01-22"}]}]}`,
	`"id":"d","parties":[{"id":"a"},{"id":"b"},{"id":"c"}],"commitments":[{"id":"k","party":"c"}],"approval":{"all":[]},"effect":{"days":2},"term":{"days":30}`,
	snapback,
}

func randomLog(r *rand.Rand, a *Agreement) string {
	var log strings.Builder
	for range 4 + r.IntN(16) {
		kind := kinds[r.IntN(len(kinds))]
		if r.IntN(2) == 0 {
			kind = []string{"approve", "approve", "approve", "withdraw", "reject", "implement", "extend"}[r.IntN(7)]
		}
		at := fmt.Sprintf("2020-01-%02d", 1+r.IntN(28))
		party := a.Parties[r.IntN(len(a.Parties))].ID
		if r.IntN(4) == 0 && kind != "approve" && kind != "reject" && kind != "withdraw" {
			party = "all"
		}
		fmt.Fprintf(&log, "%s %s %s", at, kind, party)
		switch {
		case kind == "extend" || kind == "withdraw" && r.IntN(3) == 0:
			fmt.Fprintf(&log, " until=2020-02-%02d", 1+r.IntN(28))
		case kind == "perform" || kind == "breach" || (kind == "suspend" || kind == "resume") && r.IntN(2) == 0:
			log.WriteString(" commitment=k")
		case kind == "retract":
			fmt.Fprintf(&log, " ref=e%02d", 1+r.IntN(20))
		}
		fmt.Fprintf(&log, " recorded=2020-02-%02d\n", 1+r.IntN(28))
	}
	return log.String()
}

func TestRandomLogsKeepTheLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 1200 {
		agreement := randomAgreements[n%len(randomAgreements)]
		a, err := ReadAgreement(strings.NewReader("{" + agreement + "}"))
		if err != nil {
			t.Fatal(err)
		}
		log := randomLog(r, a)
		s := tell(t, agreement, log)
		whole := s.at("2020-06-01")
		r.Shuffle(len(s.events), func(i, j int) { s.events[i], s.events[j] = s.events[j], s.events[i] })
		if again := s.at("2020-06-01"); !reflect.DeepEqual(whole, again) {
			t.Fatalf("law 2: arrival order matters:\n%s", log)
		}
		known := s.view("2020-06-01", "2020-02-14", "strict")
		v, _ := ParseView("2020-06-01", "2020-02-14", "strict")
		s.events = knownBy(s.events, v.KnownBy)
		if !reflect.DeepEqual(known, s.at("2020-06-01")) {
			t.Fatalf("law 3: it looks ahead:\n%s", log)
		}
		for _, d := range whole.Decisions {
			if d.Outcome != Applied && d.From != d.To {
				t.Fatalf("law 5: %s moved:\n%s", d.Event, log)
			}
		}
	}
}

// swapped tells the same log of a deal of two with the sides exchanged.
func swapped(text string) string {
	return strings.NewReplacer("us", "china", "china", "us").Replace(text)
}

func TestSwappingTheSidesSwapsTheResult(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	agreement := randomAgreements[0]
	mirror := strings.Replace(agreement, `"party":"us"`, `"party":"china"`, 1)
	for range 500 {
		a, _ := ReadAgreement(strings.NewReader("{" + agreement + "}"))
		log := randomLog(r, a)
		left := tell(t, agreement, log).at("2020-06-01")
		right := tell(t, mirror, swapLines(log)).at("2020-06-01")
		want := strings.NewReplacer("trump", "xi", "xi", "trump").Replace(left.State)
		if right.State != want || left.Since != right.Since {
			t.Fatalf("law 8: %s and %s:\n%s", left.State, right.State, log)
		}
	}
}

func swapLines(log string) string {
	lines := strings.Split(log, "\n")
	for i, line := range lines {
		words := strings.Fields(line)
		if len(words) > 2 {
			words[2] = swapped(words[2])
		}
		lines[i] = strings.Join(words, " ")
	}
	return strings.Join(lines, "\n")
}
