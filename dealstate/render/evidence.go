package render

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// report is one event, with what each policy makes of it.
type report struct {
	Anchor, At, Learned, Act, Role, Modality, URL string
	Note, By, Publisher                           long
	Outcomes                                      []outcome
	key                                           string // of the act it speaks of; "": none that can be contradicted
	day                                           string
}

type outcome struct{ Policy, Fate, Move, Why string }

// evidence lists every event and clock of the first story, with the decisions
// of all.
func evidence(stories []Story) []report {
	s := stories[0]
	events := s.byID()
	others := make([]map[string]dealstate.Decision, len(stories))
	for i, o := range stories {
		others[i] = map[string]dealstate.Decision{}
		for _, d := range o.Decisions {
			others[i][d.Event] = d
		}
	}
	var rows []report
	for _, d := range s.Decisions {
		r := newReport(s, d, events, len(rows))
		for i, o := range stories {
			if od, ok := others[i][d.Event]; d.Event != "" && ok {
				r.add(newOutcome(o, od))
			}
		}
		if d.Event == "" {
			r.Outcomes = []outcome{newOutcome(s, d)}
		}
		rows = append(rows, r)
	}
	return rows
}

// add keeps policies that say the same on one line.
func (r *report) add(o outcome) {
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

func newReport(s Story, d dealstate.Decision, events map[string]dealstate.Event, n int) report {
	e := events[d.Event]
	r := report{Anchor: fmt.Sprintf("r%d", n+1), At: moment(d.At), Act: act(s, d, events), day: day(d.At)}
	if e.ID == "" {
		return r
	}
	r.Role, r.By, r.Note, r.Publisher, r.URL = e.Role.String(), newLong(e.By), newLong(e.Note), newLong(e.Source.Publisher), webAddress(e.Source.URL)
	if e.Source.Publisher == "" && r.URL != "" {
		r.Publisher = newLong("source")
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

// onceOnly are the acts that a side does once a revision: reports that date
// them differently cannot all be right. It has every kind.
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

// webAddress lets only addresses of the web through.
func webAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(text) > 2048 {
		return ""
	}
	return u.String()
}

func newOutcome(s Story, d dealstate.Decision) outcome {
	o := outcome{Policy: legible(s.Policy.Name), Fate: fateWords[fateOf(d)], Why: reasonsOf(d)}
	if d.From != d.To {
		o.Move = stateWords(string(d.From)) + " → " + stateWords(string(d.To))
	}
	return o
}

// clash is a set of reports of one act that do not say the same.
type clash struct {
	About   string
	Reports []report
}

// clashes finds the acts that reports date differently, or of which some say it
// was done and others that it was not, or only under a condition.
func clashes(s Story, rows []report) []clash {
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
	var out []clash
	for _, key := range keys {
		if reports := by[key]; differ(reports) {
			out = append(out, clash{About: reports[0].Act, Reports: reports})
		}
	}
	return out
}

func differ(reports []report) bool {
	return slices.ContainsFunc(reports, func(r report) bool {
		return r.day != reports[0].day || r.Modality != reports[0].Modality
	})
}
