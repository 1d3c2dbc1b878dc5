package render

import (
	"fmt"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// bar is a coloured stretch of time in a row.
type bar struct {
	from, to time.Time
	hue      hue
	label    string
	title    string
}

// stateBars are the spells that the deal spent in each state, from the first report to
// the view's end. A state that lasted no time has no bar, unless it is the last.
func (s *indexed) stateBars(h hues) []bar {
	if len(s.Decisions) == 0 {
		return nil
	}
	var bars []bar
	since, state := s.Decisions[0].At, s.Decisions[0].From
	add := func(until time.Time) {
		if until.After(since) || until.Equal(s.Snapshot.AsOf) && state == s.Snapshot.State {
			bars = append(bars, bar{from: since, to: until, hue: h[state], label: stateWords(string(state)),
				title: stateWords(string(state)) + ", " + period(since, until)})
		}
	}
	for _, d := range s.Decisions {
		if d.From != d.To {
			add(d.At)
			since, state = d.At, d.To
		}
	}
	add(s.Snapshot.AsOf)
	return bars
}

// approvalTracker follows each party's approval through the decisions, to make the
// bars of the parties' rows. It belongs to one call of approvalBars.
type approvalTracker struct {
	replay  *indexed
	open    map[string]*bar // by party, the stretch that still runs
	given   map[string]int  // by party, the revision it approved
	refused map[string]bool // by party, whether its rejection is a withdrawal
	bars    map[string][]bar
	now     int // the revision
}

// approvalBars are the stretches in which each party's approval stood, was refused,
// withdrawn or stale, by party.
func (s *indexed) approvalBars() map[string][]bar {
	st := &approvalTracker{replay: s, open: map[string]*bar{}, given: map[string]int{}, refused: map[string]bool{}, bars: map[string][]bar{}, now: 1}
	for _, d := range s.Decisions {
		st.apply(d)
	}
	for _, p := range s.Snapshot.Parties {
		st.end(p.Party, s.Snapshot.AsOf)
	}
	return st.bars
}

// apply takes in one decision.
func (st *approvalTracker) apply(d dealstate.Decision) {
	if d.Outcome != dealstate.Applied {
		return
	}
	if d.Revision != st.now {
		st.now = d.Revision
		st.outdate(d.At)
	}
	if b := st.barOf(d); b.label != "" {
		st.begin(d, b)
	}
	if d.Kind == dealstate.Approve {
		st.given[d.Party] = d.Revision
	}
}

// barOf is the bar that a decision begins. A withdrawal under notice takes effect at its
// end; one of a party whose approval does not stand is its refusal, and counts as its
// rejection.
func (st *approvalTracker) barOf(d dealstate.Decision) bar {
	open := st.open[d.Party]
	refusal := d.Kind == dealstate.Withdraw && (open == nil || open.label != "approved")
	if d.Kind != 0 {
		st.refused[d.Party] = st.refused[d.Party] && d.Kind != dealstate.Reject && d.Kind != dealstate.Approve || refusal
	}
	switch {
	case d.Clock == dealstate.Notice:
		return kindBars[dealstate.Withdraw]
	case hasReason(d, dealstate.ReasonLeaves, dealstate.ReasonRevokes): // its approval stands meanwhile
		return bar{}
	case refusal:
		return kindBars[dealstate.Reject]
	}
	return kindBars[d.Kind]
}

// kindBars says which bar an act of a kind begins in its party's row; the empty one
// begins none. It has every kind.
var kindBars = map[dealstate.Kind]bar{
	dealstate.Negotiate: {},
	dealstate.Sign:      {}, // a strip: see parts
	dealstate.Submit:    {},
	dealstate.Approve:   {hue: "green", label: "approved"},
	dealstate.Reject:    {hue: "vermilion", label: "rejected"},
	dealstate.Withdraw:  {hue: "purple", label: "withdrawn"}, // a notice at its end
	dealstate.Amend:     {},
	dealstate.Apply:     {},
	dealstate.Implement: {},
	dealstate.Perform:   {},
	dealstate.Breach:    {},
	dealstate.Dispute:   {},
	dealstate.Settle:    {},
	dealstate.Suspend:   {},
	dealstate.Resume:    {},
	dealstate.Extend:    {},
	dealstate.Terminate: {},
	dealstate.Retract:   {},
	dealstate.Note:      {},
}

// outdate makes every approval of an earlier revision stale, and ends its rejections.
// A withdrawal remains one.
func (st *approvalTracker) outdate(at time.Time) {
	for _, p := range st.replay.Snapshot.Parties {
		b := st.open[p.Party]
		if b == nil || b.label != "approved" && b.label != "rejected" {
			continue
		}
		was := b.label
		st.end(p.Party, at)
		if was == "rejected" && st.refused[p.Party] {
			b := kindBars[dealstate.Withdraw]
			b.from, b.title = at, b.label+", "
			st.open[p.Party] = &b
		}
		if was == "approved" {
			st.open[p.Party] = &bar{from: at, hue: "hollow", label: "stale", title: fmt.Sprintf("approved revision %d only, ", st.given[p.Party])}
		}
	}
}

// begin begins a party's next bar.
func (st *approvalTracker) begin(d dealstate.Decision, b bar) {
	st.end(d.Party, d.At)
	b.from = d.At
	b.title = b.label + ", "
	st.open[d.Party] = &b
}

// end ends a party's bar, and drops one that lasted no time.
func (st *approvalTracker) end(party string, at time.Time) {
	b := st.open[party]
	delete(st.open, party)
	if b == nil || !at.After(b.from) && !at.Equal(st.replay.Snapshot.AsOf) {
		return
	}
	b.to = at
	b.title = st.replay.approverOf(party) + ": " + b.title + period(b.from, at)
	st.bars[party] = append(st.bars[party], *b)
}

// approvalCount is how many approvals stood from an instant on.
type approvalCount struct {
	at time.Time
	n  int
}

// approvalCounts counts the approvals that stand, for deals with too many parties to
// give each a lane.
func (s *indexed) approvalCounts() []approvalCount {
	var steps []approvalCount
	approvals := s.approvalBars()
	for _, p := range s.Snapshot.Parties {
		bars := approvals[p.Party]
		for i, b := range bars {
			if b.label != "approved" {
				continue
			}
			steps = append(steps, approvalCount{b.from, 1})
			if i+1 < len(bars) || b.to.Before(s.Snapshot.AsOf) { // else it still stands
				steps = append(steps, approvalCount{b.to, -1})
			}
		}
	}
	slices.SortStableFunc(steps, func(a, b approvalCount) int { return a.at.Compare(b.at) })
	var sums []approvalCount
	n := 0
	for _, step := range steps {
		n += step.n
		if last := len(sums) - 1; last >= 0 && sums[last].at.Equal(step.at) {
			sums[last].n = n
			continue
		}
		sums = append(sums, approvalCount{step.at, n})
	}
	return sums
}
