package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/phrase"
)

// Replay is one deal replayed in one view: all that the pictures show of it.
// [ReplayOf] and [ReplayOfEvents] make one; a caller that keeps snapshots and
// decisions may also fill it in by hand. Events may be in any order; Decisions are in
// the order in which they were made. Nothing here changes a Replay. Whatever draws one
// without a Machine gives a *[dealstate.FieldError] that says so.
type Replay struct {
	Machine   *dealstate.Machine
	Events    []dealstate.Event
	Snapshot  dealstate.Snapshot
	Decisions []dealstate.Decision
	Policy    dealstate.Policy // under which the decisions were made
}

// ReplayOf replays the deal in the view. It folds the log once.
func ReplayOf(deal *dealstate.Deal, v dealstate.View) Replay {
	if v.Policy == (dealstate.Policy{}) {
		v.Policy = deal.Policy()
	}
	s := Replay{Machine: deal.Machine(), Policy: v.Policy}
	s.Snapshot, s.Decisions = deal.Replay(v)
	for e := range deal.Events() {
		if v.KnownBy.IsZero() || !e.Recorded.After(v.KnownBy) {
			s.Events = append(s.Events, e)
		}
	}
	return s
}

// ReplayOfEvents does the same for events that are in no Deal: it gives what ReplayOf
// gives for a deal on which they were recorded, each once and in the form in which it
// is kept. It folds the log twice. The error is that of [dealstate.Machine.Fold], or
// says that there is no machine.
func ReplayOfEvents(m *dealstate.Machine, events []dealstate.Event, v dealstate.View) (Replay, error) {
	if m == nil {
		return Replay{}, missingMachine("machine")
	}
	deal, err := m.Load(v.Policy, func(yield func(dealstate.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	})
	if err != nil {
		return Replay{}, err
	}
	return ReplayOf(deal, v), nil
}

// checkReplays refuses a replay of which no picture can be drawn.
func checkReplays(replays []Replay) error {
	for i, s := range replays {
		if s.Machine == nil {
			return missingMachine(fmt.Sprintf("replays[%d].machine", i))
		}
	}
	return nil
}

// missingMachine is the error for a machine that is missing.
func missingMachine(field string) error {
	return &dealstate.FieldError{Field: field, Problem: "missing; want a compiled agreement, as ReplayOf and ReplayOfEvents put there"}
}

// title is the deal's title, or else its id.
func (s *indexed) title() string {
	if t := legible(s.agreement.Title); t != "" {
		return t
	}
	return legible(s.agreement.ID)
}

// partyName is the name of a party; "all sides" for none.
func (s *indexed) partyName(id string) string {
	if id == "" {
		return "all sides"
	}
	if p := s.party(id); p.Name != "" {
		return legible(p.Name)
	}
	return legible(id)
}

// partyNames lists parties with their approvers, and counts those beyond a few.
func (s *indexed) partyNames(ids []string) string {
	const most = 8
	var names []string
	for i, id := range ids {
		if i == most {
			return strings.Join(names, ", ") + fmt.Sprintf(" and %d more", len(ids)-i)
		}
		names = append(names, s.approverOf(id))
	}
	return strings.Join(names, ", ")
}

// approverOf is the party's name, with the name of who approves for it.
func (s *indexed) approverOf(id string) string {
	name := shorten(s.partyName(id), 60)
	if p := s.party(id); p.Approver != "" {
		name += " (" + said(p.Approver, 60) + ")"
	}
	return name
}

// status is what became of a report, as far as the pictures distinguish it.
type status uint8

const (
	applied status = iota + 1
	refused
	noted
	retracted
	fired // a clock
)

var statusWords = [...]string{"", "applied", "refused", "noted", "retracted", "clock"}

// statusOf is the status of a decision. A retracted report is not the same as one that
// is only noted.
func statusOf(d dealstate.Decision) status {
	switch {
	case d.Event == "":
		return fired
	case d.Outcome == dealstate.Applied:
		return applied
	case d.Outcome == dealstate.Refused:
		return refused
	}
	for _, r := range d.Reasons {
		if r.Code == dealstate.ReasonRetracted {
			return retracted
		}
	}
	return noted
}

// decisionWords describes a decision in a few lines: what was reported and by whom,
// and what it did and why.
func decisionWords(s *indexed, d dealstate.Decision, events map[string]dealstate.Event) string {
	e := events[d.Event]
	lines := []string{due(d.Clock, d.At) + ": " + actWords(s, d, events)}
	if e.ID != "" {
		lines = append(lines, speaker(e))
	}
	outcome := statusWords[statusOf(d)]
	if d.From != d.To {
		outcome += ", " + stateWords(string(d.From)) + " → " + stateWords(string(d.To))
	}
	lines = append(lines, withReasons(outcome, reasonsOf(d)))
	if e.Note != "" {
		lines = append(lines, "“"+said(e.Note, 400)+"”")
	}
	return strings.Join(lines, "\n")
}

// withReasons adds the reasons to an outcome. They may begin with the outcome already,
// as "retracted by x" does.
func withReasons(outcome, why string) string {
	switch {
	case why == "":
		return outcome
	case strings.HasPrefix(why, outcome):
		return why
	}
	return outcome + ": " + why
}

// actWords says what was done and by whom. A retract is nobody's act, because it
// corrects the record: of it, they say what it voids.
func actWords(s *indexed, d dealstate.Decision, events map[string]dealstate.Event) string {
	if d.Event == "" {
		return s.clockWords(d.Fired(), d.Clock.String()+" clock")
	}
	if d.Kind != dealstate.Retract {
		return s.kindWords(d.Kind, d.Party)
	}
	ref := events[d.Event].Ref
	if e, ok := events[ref]; ok && e.Kind != dealstate.Retract {
		return "retract of " + s.kindWords(e.Kind, e.Party)
	}
	return "retract of " + said(ref, 80)
}

// clockWords says whose a clock is: a party's, a commitment's, or a timer by its id.
func (s *indexed) clockWords(c dealstate.ClockStatus, clock string) string {
	switch {
	case c.Party != "":
		c.Party = isolated(shorten(s.partyName(c.Party), 60))
	case c.Commitment != "":
		c.Commitment = isolated(said(c.Commitment, 60))
	case c.Timer != "":
		c.Timer = isolated(said(c.Timer, 60))
	}
	return c.Named(clock)
}

// renewed is what a clock that fired is called on an axis.
func renewed(d dealstate.Decision) string {
	if hasReason(d, dealstate.ReasonRenewed) {
		return d.Clock.String() + " renewed"
	}
	return d.Clock.String()
}

func hasReason(d dealstate.Decision, codes ...dealstate.ReasonCode) bool {
	return slices.ContainsFunc(d.Reasons, func(r dealstate.Reason) bool { return slices.Contains(codes, r.Code) })
}

// kindWords says the kind of an act, and whose it is.
func (s *indexed) kindWords(k dealstate.Kind, party string) string {
	return k.String() + ", " + isolated(shorten(s.partyName(party), 80))
}

// speaker says on whose word a report rests, and when we learned of it.
func speaker(e dealstate.Event) string {
	var parts []string
	if e.By != "" {
		parts = append(parts, said(e.By, 120))
	}
	if e.Role != 0 {
		parts = append(parts, e.Role.String())
	}
	if e.Modality > dealstate.Asserted {
		parts = append(parts, e.Modality.String()+" only")
	}
	if e.Source.Publisher != "" {
		parts = append(parts, said(e.Source.Publisher, 120))
	}
	if late(e) {
		parts = append(parts, "learned "+day(e.Recorded))
	}
	return strings.Join(parts, ", ")
}

// late reports whether we learned of a report on a later day than its own.
func late(e dealstate.Event) bool {
	return e.Recorded.After(e.At.Add(24*time.Hour)) && day(e.Recorded) != day(e.At)
}

// reasonsOf lists the reasons of a decision, and counts those beyond a few.
func reasonsOf(d dealstate.Decision) string {
	const most = 6
	var texts []string
	for i, r := range d.Reasons {
		if i == most {
			texts = append(texts, fmt.Sprintf("and %d reasons more", len(d.Reasons)-i))
			break
		}
		texts = append(texts, said(r.String(), 200))
	}
	return strings.Join(texts, "; ")
}

// headline says in one line where the deal stands.
func (s *indexed) headline() string {
	text := stateWords(string(s.Snapshot.State))
	if !s.Snapshot.Since.IsZero() {
		text += " since " + moment(s.Snapshot.Since)
	}
	if len(s.Snapshot.Awaiting) > 0 {
		text += ", awaiting " + s.awaited()
	}
	return text
}

// awaited names whose approval is missing, and where some of these are enough, such ones.
func (s *indexed) awaited() string {
	return phrase.Awaited(s.partyNames(s.Snapshot.Awaiting), s.Snapshot.Awaiting, s.Snapshot.Shortest, s.partyNames)
}
