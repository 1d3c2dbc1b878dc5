package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Timeline draws stories on one axis of time.
//
// Stories of one deal that stand next to one another are stacked: one lane each
// for the state, the parties and the commitments, with a row a policy wherever
// the policies differ. Stories of several deals are drawn in short, one under
// the other, with the lineage between them (what an agreement implements).
type Timeline struct {
	Stories []Story
	// From and To bound the axis; zero: from the first report to the last instant
	// of any story. The axis begins no earlier than the year 1 and ends with 9999.
	From, To time.Time
	// Width is in pixels. Zero and NaN mean 800; what is less than 320 or more than
	// 4,000, infinities included, is taken as the nearer of the two. Below 560 the
	// names of the lanes stand above them.
	Width float64
	// InPage leaves the style sheet out, for a page that brings [StyleSheet].
	// Its value begins the ids in the picture, which must differ within a page.
	InPage string
}

// mostLanes is how many parties or commitments get a lane of their own. Of more,
// a curve shows how many have approved.
const mostLanes = 12

// block is one deal, ready to be laid out.
type block struct {
	deal    string
	title   string
	about   string
	parents []string
	lanes   []lane
	clocks  []clockLine
	asOf    time.Time
}

// lane is one subject, with one row for each group of policies that agree.
type lane struct {
	name  string
	title string
	kind  laneKind
	rows  []row
}

type laneKind uint8

const (
	stateLane laneKind = iota + 1
	partyLane
	commitmentLane
	reportLane
	countLane
)

type row struct {
	policies []string
	bars     []bar
	strips   []bar     // below the bars: of a party's own acts, of a suspended commitment
	due      time.Time // a commitment's deadline; zero: none
	marks    []mark
	counts   []tally
	of       int // the most that counts can reach
}

// mark is one report.
type mark struct {
	at    time.Time
	fate  fate
	title string
}

// clockLine is a vertical line across a deal.
type clockLine struct {
	at    time.Time
	label string
	class string
}

// blocks groups the stories by deal. Short blocks have a lane for the state and
// one for all reports.
func (t Timeline) blocks() []block {
	var groups [][]Story
	for _, s := range t.Stories {
		if last := len(groups) - 1; last >= 0 && groups[last][0].agreement().ID == s.agreement().ID {
			groups[last] = append(groups[last], s)
			continue
		}
		groups = append(groups, []Story{s})
	}
	blocks := make([]block, len(groups))
	for i, g := range groups {
		blocks[i] = newBlock(g, len(groups) > 1)
	}
	return blocks
}

func newBlock(stories []Story, short bool) block {
	s := stories[0]
	b := block{deal: s.agreement().ID, title: s.title(), parents: s.agreement().Implements, clocks: clockLines(stories), about: aboutDeal(stories)}
	for _, s := range stories {
		if s.Snapshot.AsOf.After(b.asOf) {
			b.asOf = s.Snapshot.AsOf
		}
	}
	subjects := detailed(s)
	if short {
		subjects = []subject{{name: "State", kind: stateLane}, {name: "Reports", kind: reportLane, any: true}}
	}
	for _, sub := range subjects {
		b.add(sub, stories)
	}
	return b
}

// subject is what a lane is about.
type subject struct {
	name, title string
	kind        laneKind
	party       string
	commitment  string
	any         bool // of every report
	retracts    bool // of the reports that void others: they are no side's act
}

func detailed(s Story) []subject {
	a := s.agreement()
	subjects := []subject{{name: "State", kind: stateLane}}
	if len(a.Parties) > mostLanes {
		subjects = append(subjects, subject{name: "Approvals", title: fmt.Sprintf("how many of %d parties have approved", len(a.Parties)), kind: countLane})
	} else {
		for _, p := range a.Parties {
			name := s.approverOf(p.ID)
			subjects = append(subjects, subject{name: name, title: name, kind: partyLane, party: p.ID})
		}
	}
	if len(a.Commitments) <= mostLanes {
		for _, c := range a.Commitments {
			subjects = append(subjects, ofCommitment(s, c))
		}
	}
	return append(subjects, subject{name: "All sides", kind: reportLane}, subject{name: "Retracts", kind: reportLane, retracts: true})
}

func ofCommitment(s Story, c dealstate.Commitment) subject {
	title := legible(c.Title)
	if title == "" {
		title = legible(c.ID)
	}
	name := s.partyName(c.Party) + ": " + isolated(title)
	return subject{name: name, title: name, kind: commitmentLane, commitment: c.ID}
}

// add appends the lane, unless it would be an empty one for what is left over.
func (b *block) add(sub subject, stories []Story) {
	l := lane{name: sub.name, title: sub.title, kind: sub.kind}
	for _, s := range stories {
		l.join(sub.row(s), s.Policy.Name)
	}
	empty := func(r row) bool { return len(r.marks) == 0 }
	if sub.kind == reportLane && !slices.ContainsFunc(l.rows, func(r row) bool { return !empty(r) }) {
		return
	}
	b.lanes = append(b.lanes, l)
}

// join adds a policy's row, or its name to the row above where that says the
// same.
func (l *lane) join(r row, policy string) {
	policy = legible(policy)
	if last := len(l.rows) - 1; last >= 0 && l.rows[last].same(r) {
		l.rows[last].policies = append(l.rows[last].policies, policy)
		return
	}
	r.policies = []string{policy}
	l.rows = append(l.rows, r)
}

func (r row) same(o row) bool {
	sameBar := func(a, b bar) bool {
		return a.from.Equal(b.from) && a.to.Equal(b.to) && a.hue == b.hue && a.label == b.label
	}
	sameMark := func(a, b mark) bool { return a.at.Equal(b.at) && a.fate == b.fate }
	return slices.EqualFunc(r.bars, o.bars, sameBar) && slices.EqualFunc(r.strips, o.strips, sameBar) && r.due.Equal(o.due) && slices.EqualFunc(r.marks, o.marks, sameMark) && slices.Equal(r.counts, o.counts)
}

// row says what one policy makes of the subject.
func (sub subject) row(s Story) row {
	r := row{}
	switch sub.kind {
	case stateLane:
		r.bars = s.spells(huesOf(s.Machine.Lifecycle()))
		return r
	case partyLane:
		r.bars, r.strips = s.approvals()[sub.party], s.strips()[sub.party]
	case commitmentLane:
		r.commitment(s, sub.commitment)
	case countLane:
		r.counts, r.of = s.tallies(), len(s.agreement().Parties)
	}
	events := s.byID()
	for _, d := range s.Decisions {
		if e := events[d.Event]; d.Event != "" && sub.holds(d, e, len(s.agreement().Commitments) <= mostLanes, len(s.agreement().Parties) <= mostLanes) {
			r.marks = append(r.marks, mark{at: d.At, fate: fateOf(d), title: tells(s, d, events)})
		}
	}
	return r
}

func (r *row) commitment(s Story, id string) {
	if l := s.lives()[id]; l != nil {
		r.bars, r.strips = l.bars, l.strips
	}
	for _, c := range s.Snapshot.Commitments {
		if c.Commitment == id {
			r.due = c.Deadline
		}
	}
}

// holds says whether the report is drawn in this lane; each is in just one.
func (sub subject) holds(d dealstate.Decision, e dealstate.Event, commitments, parties bool) bool {
	onCommitment := e.Commitment != "" && commitments
	switch {
	case sub.any:
		return true
	case d.Kind == dealstate.Retract || sub.retracts:
		return d.Kind == dealstate.Retract && sub.retracts
	case sub.kind == commitmentLane:
		return e.Commitment == sub.commitment
	case onCommitment:
		return false
	case sub.kind == partyLane:
		return d.Party == sub.party
	case sub.kind == countLane:
		return d.Party != ""
	}
	return d.Party == ""
}

// clockLines are the clocks that fired, the next one due, and the deadline, as
// the policies see them.
func clockLines(stories []Story) []clockLine {
	var lines []clockLine
	add := func(at time.Time, words, class string) {
		l := clockLine{at: at, label: words + " " + moment(at), class: class}
		if !at.IsZero() && !slices.ContainsFunc(lines, func(o clockLine) bool { return o.at.Equal(at) && strings.HasPrefix(o.label, words) }) {
			lines = append(lines, l)
		}
	}
	for _, s := range stories {
		for _, d := range s.Decisions {
			if d.Event == "" {
				add(d.At, s.clockWords(d.Fired(), renewed(d)), "fired")
			}
		}
		if n := s.Snapshot.Next; n != nil {
			add(n.Due, s.clockWords(*n, n.Clock.String())+" due", "due")
		}
	}
	for _, s := range stories {
		if at := s.agreement().Deadline; !slices.ContainsFunc(lines, func(o clockLine) bool { return o.at.Equal(at) }) {
			add(at, "deadline", "due")
		}
	}
	slices.SortStableFunc(lines, func(a, b clockLine) int { return a.at.Compare(b.at) })
	return lines
}

// aboutDeal says in words what the block shows, for those who do not see it.
func aboutDeal(stories []Story) string {
	parts := []string{stories[0].title() + "."}
	for _, s := range stories {
		parts = append(parts, fmt.Sprintf("Under the policy %s, as of %s: %s.", legible(s.Policy.Name), moment(s.Snapshot.AsOf), s.headline()))
	}
	var counts [len(fateWords)]int
	for _, d := range stories[0].Decisions {
		counts[fateOf(d)]++
	}
	parts = append(parts, fmt.Sprintf("Reports under %s: %d applied, %d refused, %d noted, %d retracted.",
		legible(stories[0].Policy.Name), counts[applied], counts[refused], counts[noted], counts[retracted]))
	return strings.Join(parts, " ")
}

// span is the range of time to draw; ok is false where nothing has a time.
func (t Timeline) span() (from, to time.Time, ok bool) {
	reach := func(at time.Time) {
		if at = within(at); at.IsZero() {
			return
		}
		if !ok || at.Before(from) {
			from = at
		}
		if !ok || at.After(to) {
			to = at
		}
		ok = true
	}
	for _, s := range t.Stories {
		for _, d := range s.Decisions {
			reach(d.At)
		}
		reach(s.Snapshot.AsOf)
	}
	if !ok {
		return from, to, false
	}
	t.reachClocks(from, to, reach)
	from, to = padded(from, to)
	if !t.From.IsZero() {
		from = within(t.From)
	}
	if !t.To.IsZero() {
		to = within(t.To)
	}
	return from, to, to.After(from)
}

// reachClocks takes in a clock that is due a little later than all else.
func (t Timeline) reachClocks(from, to time.Time, reach func(time.Time)) {
	near := between(from, to).part(3).orMore(48 * time.Hour)
	soon, early := near.after(to), near.before(from)
	for _, b := range t.blocks() {
		for _, c := range b.clocks {
			if c.at.Before(soon) && c.at.After(early) {
				reach(c.at)
			}
		}
	}
}
