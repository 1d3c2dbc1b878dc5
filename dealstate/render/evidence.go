package render

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// report is a row of the evidence: one event or clock, with what each policy makes of
// it.
type report struct {
	Anchor, At, Learned, Act, Role, Modality, URL string
	Note, By, Publisher                           longText
	Outcomes                                      []policyOutcome
	key                                           string // of the act it speaks of; "": none that can be contradicted
	day                                           string
}

// policyOutcome is what one policy makes of a report.
type policyOutcome struct{ Policy, Status, Move, Why string }

// evidence lists every event and clock of the first replay, with the decisions of all
// replays.
func evidence(replays []*indexed) []report {
	s := replays[0]
	events := s.events
	others := make([]map[string]dealstate.Decision, len(replays))
	for i, o := range replays {
		others[i] = map[string]dealstate.Decision{}
		for _, d := range o.Decisions {
			others[i][d.Event] = d
		}
	}
	var rows []report
	for _, d := range s.Decisions {
		r := newReport(s, d, events, len(rows))
		for i, o := range replays {
			if od, ok := others[i][d.Event]; d.Event != "" && ok {
				r.add(newPolicyOutcome(o, od))
			}
		}
		if d.Event == "" {
			r.Outcomes = []policyOutcome{newPolicyOutcome(s, d)}
		}
		rows = append(rows, r)
	}
	return rows
}

// add adds a policy's outcome. Policies that say the same share a line.
func (r *report) add(o policyOutcome) {
	if last := len(r.Outcomes) - 1; last >= 0 {
		was := r.Outcomes[last]
		was.Policy = o.Policy
		if was == o {
			r.Outcomes[last].Policy += ", " + o.Policy
			return
		}
	}
	r.Outcomes = append(r.Outcomes, o)
}

// newReport describes one decision of the first replay; n is its index.
func newReport(s *indexed, d dealstate.Decision, events map[string]dealstate.Event, n int) report {
	e := events[d.Event]
	r := report{Anchor: fmt.Sprintf("r%d", n+1), At: due(d.Clock, d.At), Act: actWords(s, d, events), day: day(d.At)}
	if e.ID == "" {
		return r
	}
	r.Role, r.By, r.Note, r.Publisher, r.URL = e.Role.String(), newLongText(e.By), newLongText(e.Note), newLongText(e.Source.Publisher), webAddress(e.Source.URL)
	if e.Source.Publisher == "" && r.URL != "" {
		r.Publisher = newLongText("source")
	}
	if e.Modality > dealstate.Asserted {
		r.Modality = e.Modality.String()
	}
	if late(e) {
		r.Learned = day(e.Recorded)
	}
	if onceOnly[d.Kind] {
		r.key = fmt.Sprintf("%s\x00%s\x00%s\x00%d", d.Kind, d.Party, e.Commitment, d.Revision)
	}
	return r
}

// onceOnly says which acts a side does once a revision, so that reports with different
// dates cannot all be right. It has every kind.
var onceOnly = map[dealstate.Kind]bool{
	dealstate.Negotiate: false,
	dealstate.Sign:      true,
	dealstate.Submit:    false,
	dealstate.Approve:   true,
	dealstate.Reject:    true,
	dealstate.Withdraw:  false,
	dealstate.Amend:     false,
	dealstate.Apply:     false,
	dealstate.Implement: true,
	dealstate.Perform:   true,
	dealstate.Breach:    false,
	dealstate.Dispute:   false,
	dealstate.Settle:    false,
	dealstate.Suspend:   false,
	dealstate.Resume:    false,
	dealstate.Extend:    false,
	dealstate.Terminate: true,
	dealstate.Retract:   false,
	dealstate.Note:      false,
}

// webAddress is the address if it is one of the web; "" for any other.
func webAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(text) > 2048 {
		return ""
	}
	return u.String()
}

func newPolicyOutcome(s *indexed, d dealstate.Decision) policyOutcome {
	o := policyOutcome{Policy: legible(s.Policy.Name), Status: statusWords[statusOf(d)], Why: reasonsOf(d)}
	if d.From != d.To {
		o.Move = stateWords(string(d.From)) + " → " + stateWords(string(d.To))
	}
	return o
}

// discrepancy is a set of reports on one act that do not agree.
type discrepancy struct {
	About   string
	Reports []report
}

// discrepancies finds the acts that reports date differently, or of which some reports
// say that it was done and others that it was not, or only under a condition.
func discrepancies(s *indexed, rows []report) []discrepancy {
	var keys []string
	by := map[string][]report{}
	for _, r := range rows {
		if r.key == "" {
			continue
		}
		if by[r.key] == nil {
			keys = append(keys, r.key)
		}
		by[r.key] = append(by[r.key], r)
	}
	var out []discrepancy
	for _, key := range keys {
		if reports := by[key]; differ(reports) {
			out = append(out, discrepancy{About: reports[0].Act, Reports: reports})
		}
	}
	return out
}

// differ reports whether the reports disagree in date or modality.
func differ(reports []report) bool {
	return slices.ContainsFunc(reports, func(r report) bool {
		return r.day != reports[0].day || r.Modality != reports[0].Modality
	})
}
