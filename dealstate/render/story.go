package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Story is all that the pictures show of one deal in one view. [Tell] and
// [TellEvents] make one; a caller that keeps snapshots and decisions may fill it
// in by hand. The order of Events does not matter; Decisions are in the order in
// which they were made. Whatever draws a story without a Machine gives a
// *[dealstate.FieldError] that says so.
type Story struct {
	Machine   *dealstate.Machine
	Events    []dealstate.Event
	Snapshot  dealstate.Snapshot
	Decisions []dealstate.Decision
	Policy    dealstate.Policy // under which the decisions were made
}

// Tell reads from the deal what the pictures show of it in that view. It folds
// the log once.
func Tell(deal *dealstate.Deal, v dealstate.View) Story {
	if v.Policy == (dealstate.Policy{}) {
		v.Policy = deal.Policy()
	}
	s := Story{Machine: deal.Machine(), Policy: v.Policy}
	s.Snapshot, s.Decisions = deal.Replay(v)
	for e := range deal.Events() {
		if v.KnownBy.IsZero() || !e.Recorded.After(v.KnownBy) {
			s.Events = append(s.Events, e)
		}
	}
	return s
}

// TellEvents does the same for events that are in no Deal: it tells what Tell
// would of a deal that had recorded them, each once and in the form in which it is
// kept. It folds the log twice. The error is that of [dealstate.Machine.Fold], or
// says that there is no machine.
func TellEvents(m *dealstate.Machine, events []dealstate.Event, v dealstate.View) (Story, error) {
	if m == nil {
		return Story{}, missingMachine("machine")
	}
	deal, err := m.Load(v.Policy, func(yield func(dealstate.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	})
	if err != nil {
		return Story{}, err
	}
	return Tell(deal, v), nil
}

// checkStories refuses a story that no picture can be drawn of.
func checkStories(stories []Story) error {
	for i, s := range stories {
		if s.Machine == nil {
			return missingMachine(fmt.Sprintf("stories[%d].machine", i))
		}
	}
	return nil
}

func missingMachine(field string) error {
	return &dealstate.FieldError{Field: field, Problem: "missing; want a compiled agreement, as Tell and TellEvents put there"}
}

func (s Story) agreement() dealstate.Agreement { return s.Machine.Agreement() }

// title is what people call the deal.
func (s Story) title() string {
	if t := legible(s.agreement().Title); t != "" {
		return t
	}
	return legible(s.agreement().ID)
}

// byID finds events for their decisions.
func (s Story) byID() map[string]dealstate.Event {
	events := make(map[string]dealstate.Event, len(s.Events))
	for _, e := range s.Events {
		events[e.ID] = e
	}
	return events
}

// partyName is what people call a party; "all sides" for none.
func (s Story) partyName(id string) string {
	if id == "" {
		return "all sides"
	}
	if p, ok := s.Snapshot.Party(id); ok && p.Name != "" {
		return legible(p.Name)
	}
	return legible(id)
}

func (s Story) partyNames(ids []string) string {
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

// approverOf names who approves for the party, and for whom.
func (s Story) approverOf(id string) string {
	name := shorten(s.partyName(id), 60)
	if p, ok := s.Snapshot.Party(id); ok && p.Approver != "" {
		name += " (" + said(p.Approver, 60) + ")"
	}
	return name
}

// fate is what became of a report, as the pictures tell them apart.
type fate uint8

const (
	applied fate = iota + 1
	refused
	noted
	retracted
	fired // a clock
)

var fateWords = [...]string{"", "applied", "refused", "noted", "retracted", "clock"}

// fateOf tells a retracted report from one that is merely noted.
func fateOf(d dealstate.Decision) fate {
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

// tells says a decision in a few lines: what, who says so, what it did and why.
func tells(s Story, d dealstate.Decision, events map[string]dealstate.Event) string {
	e := events[d.Event]
	lines := []string{moment(d.At) + ": " + act(s, d, events)}
	if e.ID != "" {
		lines = append(lines, speaker(e))
	}
	outcome := fateWords[fateOf(d)]
	if d.From != d.To {
		outcome += ", " + stateWords(string(d.From)) + " → " + stateWords(string(d.To))
	}
	lines = append(lines, because(outcome, reasonsOf(d)))
	if e.Note != "" {
		lines = append(lines, "“"+said(e.Note, 400)+"”")
	}
	return strings.Join(lines, "\n")
}

// because adds the reasons, which may begin with what they explain: "retracted"
// and "retracted by x".
func because(outcome, why string) string {
	switch {
	case why == "":
		return outcome
	case strings.HasPrefix(why, outcome):
		return why
	}
	return outcome + ": " + why
}

// act says what was done, and by whom; of a retract, which is nobody's act but
// corrects the record, what it voids.
func act(s Story, d dealstate.Decision, events map[string]dealstate.Event) string {
	if d.Event == "" {
		return s.clockWords(d.Fired(), d.Clock.String()+" clock")
	}
	if d.Kind != dealstate.Retract {
		return s.deed(d.Kind, d.Party)
	}
	ref := events[d.Event].Ref
	if e, ok := events[ref]; ok && e.Kind != dealstate.Retract {
		return "retract of " + s.deed(e.Kind, e.Party)
	}
	return "retract of " + said(ref, 80)
}

// clockWords says whose a clock is: a party's, a commitment's, or a timer by its id.
func (s Story) clockWords(c dealstate.ClockStatus, clock string) string {
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

func (s Story) deed(k dealstate.Kind, party string) string {
	return k.String() + ", " + isolated(shorten(s.partyName(party), 80))
}

// speaker says on whose word a report rests, and since when it is known.
func speaker(e dealstate.Event) string {
	parts := []string{e.Role.String()}
	if e.By != "" {
		parts = append([]string{said(e.By, 120)}, parts...)
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

// late reports whether a report came to us on a later day than its own.
func late(e dealstate.Event) bool {
	return e.Recorded.After(e.At.Add(24*time.Hour)) && day(e.Recorded) != day(e.At)
}

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
func (s Story) headline() string {
	text := stateWords(string(s.Snapshot.State))
	if !s.Snapshot.Since.IsZero() {
		text += " since " + moment(s.Snapshot.Since)
	}
	if len(s.Snapshot.Awaiting) > 0 {
		text += ", awaiting " + s.partyNames(s.Snapshot.Awaiting)
	}
	return text
}
