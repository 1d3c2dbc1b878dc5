package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Timeline draws replays on one axis of time.
//
// Replays of one deal that follow one another in the list are stacked: there is a lane
// for the state, for each party and for each commitment, with a row for each policy
// where the policies differ. Replays of several deals are drawn in short, one below
// the other, with lines between an agreement and those that implement it.
type Timeline struct {
	Replays []Replay
	// From and To bound the axis; zero: from the first report to the last instant
	// of any replay. The axis begins no earlier than the year 1 and ends with 9999.
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

// dealBlock is the part of a timeline about one deal, before it is laid out.
type dealBlock struct {
	deal    string
	title   string
	about   string
	parents []string
	lanes   []lane
	clocks  []clockLine
	asOf    time.Time
}

// lane is one subject, with a row for each group of policies that agree on it.
type lane struct {
	name  string
	title string
	kind  laneKind
	rows  []laneRow
}

// laneKind says what a lane shows, and so how its rows are drawn.
type laneKind uint8

const (
	stateLane laneKind = iota + 1
	partyLane
	commitmentLane
	reportLane
	countLane
)

// laneRow is what one or more policies make of a lane's subject.
type laneRow struct {
	policies []string
	bars     []bar
	strips   []bar     // below the bars: of a party's own acts, of a suspended commitment
	due      time.Time // a commitment's deadline; zero: none
	marks    []mark
	counts   []approvalCount
	of       int // the most that counts can reach
}

// mark is one report, drawn as a symbol.
type mark struct {
	at     time.Time
	status status
	title  string
}

// clockLine is a vertical line across a deal, for a clock that fired or is due.
type clockLine struct {
	at       time.Time
	label    string
	class    string
	policies []string // under which it is so
}

// indexedTimeline is a timeline while it is drawn: of these replays, whichever it names.
type indexedTimeline struct {
	Timeline
	replays []*indexed
}

func (t Timeline) indexed() indexedTimeline { return indexedTimeline{t, indexAll(t.Replays)} }

// groups are the replays of each deal.
func (t indexedTimeline) groups() [][]*indexed {
	var groups [][]*indexed
	for _, s := range t.replays {
		if last := len(groups) - 1; last >= 0 && groups[last][0].agreement.ID == s.agreement.ID {
			groups[last] = append(groups[last], s)
			continue
		}
		groups = append(groups, []*indexed{s})
	}
	return groups
}

// blocks has one for each deal. If there are several, each has only a lane for the state
// and one for all reports.
func (t indexedTimeline) blocks() []dealBlock {
	groups := t.groups()
	blocks := make([]dealBlock, len(groups))
	for i, g := range groups {
		blocks[i] = newBlock(g, len(groups) > 1)
	}
	return blocks
}

// newBlock gathers what is drawn about one deal. A short one has two lanes only.
func newBlock(replays []*indexed, short bool) dealBlock {
	s := replays[0]
	b := dealBlock{deal: s.agreement.ID, title: s.title(), parents: s.agreement.Implements, clocks: clockLines(replays), about: aboutDeal(replays)}
	for _, s := range replays {
		if s.Snapshot.AsOf.After(b.asOf) {
			b.asOf = s.Snapshot.AsOf
		}
	}
	subjects := detailed(s)
	if short {
		subjects = []subject{{name: "State", kind: stateLane}, {name: "Reports", kind: reportLane, any: true}}
	}
	for _, sub := range subjects {
		b.add(sub, replays)
	}
	return b
}

// subject is what a lane is about, and which reports belong in it.
type subject struct {
	name, title string
	kind        laneKind
	party       string
	commitment  string
	any         bool // of every report
	retracts    bool // of the reports that void others: they are no side's act
}

// detailed lists the subjects of a timeline about one deal only.
func detailed(s *indexed) []subject {
	a := s.agreement
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

// ofCommitment is the subject of a commitment's lane.
func ofCommitment(s *indexed, c dealstate.Commitment) subject {
	title := legible(c.Title)
	if title == "" {
		title = legible(c.ID)
	}
	name := s.partyName(c.Party) + ": " + isolated(title)
	return subject{name: name, title: name, kind: commitmentLane, commitment: c.ID}
}

// add appends the subject's lane. A lane for left-over reports is left out if it has
// none.
func (b *dealBlock) add(sub subject, replays []*indexed) {
	l := lane{name: sub.name, title: sub.title, kind: sub.kind}
	for _, s := range replays {
		l.addRow(sub.row(s), s.Policy.Name)
	}
	empty := func(r laneRow) bool { return len(r.marks) == 0 }
	if sub.kind == reportLane && !slices.ContainsFunc(l.rows, func(r laneRow) bool { return !empty(r) }) {
		return
	}
	b.lanes = append(b.lanes, l)
}

// addRow adds a policy's row. If it says the same as the row above, the policy's name
// is added to that one instead.
func (l *lane) addRow(r laneRow, policy string) {
	policy = legible(policy)
	if last := len(l.rows) - 1; last >= 0 && l.rows[last].same(r) {
		l.rows[last].policies = append(l.rows[last].policies, policy)
		return
	}
	r.policies = []string{policy}
	l.rows = append(l.rows, r)
}

// same reports whether two policies make the same of a subject.
func (r laneRow) same(o laneRow) bool {
	sameBar := func(a, b bar) bool {
		return a.from.Equal(b.from) && a.to.Equal(b.to) && a.hue == b.hue && a.label == b.label
	}
	sameMark := func(a, b mark) bool { return a.at.Equal(b.at) && a.status == b.status }
	return slices.EqualFunc(r.bars, o.bars, sameBar) && slices.EqualFunc(r.strips, o.strips, sameBar) && r.due.Equal(o.due) && slices.EqualFunc(r.marks, o.marks, sameMark) && slices.Equal(r.counts, o.counts)
}

// row is what one policy makes of the subject.
func (sub subject) row(s *indexed) laneRow {
	r := laneRow{}
	switch sub.kind {
	case stateLane:
		r.bars = s.stateBars(huesOf(s.Machine.Lifecycle()))
		return r
	case partyLane:
		r.bars, r.strips = s.ofParty(sub.party)
	case commitmentLane:
		r.commitment(s, sub.commitment)
	case countLane:
		r.counts, r.of = s.approvalCounts(), len(s.agreement.Parties)
	}
	commitments, parties := len(s.agreement.Commitments) <= mostLanes, len(s.agreement.Parties) <= mostLanes
	for _, d := range s.Decisions {
		if d.Event != "" && sub.holds(d, s.events[d.Event], commitments, parties) {
			r.marks = append(r.marks, mark{at: d.At, status: statusOf(d), title: decisionWords(s, d, s.events)})
		}
	}
	return r
}

// commitment fills in the row of one commitment.
func (r *laneRow) commitment(s *indexed, id string) {
	if l := s.ofCommitment(id); l != nil {
		r.bars, r.strips = l.bars, l.strips
	}
	for _, c := range s.Snapshot.Commitments {
		if c.Commitment == id {
			r.due = c.Deadline
		}
	}
}

// holds reports whether the report is drawn in this lane. Each report is drawn in just
// one lane.
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

// clockLines are the clocks that fired, the next one due, and the deadline, as the
// policies see them. What only some of several policies see names these.
func clockLines(replays []*indexed) []clockLine {
	var l clockList
	for _, s := range replays {
		for _, d := range s.Decisions {
			if d.Event == "" {
				l.add(s, d.Clock, d.At, s.clockWords(d.Fired(), renewed(d)), "fired")
			}
		}
		if n := s.Snapshot.Next; n != nil {
			l.add(s, n.Clock, n.Due, s.clockWords(*n, n.Clock.String())+" due", "due")
		}
	}
	l.nameThePolicies(len(policiesOf(replays)))
	deadlines := slices.DeleteFunc(deadlineLines(replays), func(line clockLine) bool {
		return slices.ContainsFunc(l, func(o clockLine) bool { return o.at.Equal(line.at) && strings.HasPrefix(o.label, "deadline") })
	})
	l = append(deadlines, l...) // of one instant they come first, for they are labelled where there is room for one
	slices.SortStableFunc(l, func(a, b clockLine) int { return a.at.Compare(b.at) })
	return l
}

// deadlineLines are the deadline in force, and those that extensions have moved, as the
// policies see them. One that lies beyond the end of the deal is left out.
func deadlineLines(replays []*indexed) (l clockList) {
	for _, s := range replays {
		now := s.agreement.Deadline
		for _, d := range s.Decisions {
			i := slices.IndexFunc(d.Reasons, func(r dealstate.Reason) bool {
				return r.Code == dealstate.ReasonMoved && r.Detail == dealstate.Deadline.String()
			})
			if d.Outcome == dealstate.Applied && i >= 0 {
				l.add(s, dealstate.Deadline, now, "earlier deadline", "due")
				now = d.Reasons[i].At
			}
		}
		if !s.hasEnded() || !now.After(s.Snapshot.Since) {
			l.add(s, dealstate.Deadline, now, "deadline", "due")
		}
	}
	l.nameThePolicies(len(policiesOf(replays)))
	return l
}

// hasEnded reports whether the deal is over, so that no deadline comes any more.
func (s *indexed) hasEnded() bool {
	state := s.Snapshot.State
	return state == dealstate.StateExpired || state == dealstate.StateTerminated || slices.Contains(s.Machine.Lifecycle().Final, state)
}

// clockList are clock lines while they are gathered.
type clockList []clockLine

// add puts in what a policy sees of a clock, unless another one sees the same.
func (l *clockList) add(s *indexed, clock dealstate.Clock, at time.Time, words, class string) {
	if at.IsZero() {
		return
	}
	label := words + " " + due(clock, at)
	i := slices.IndexFunc(*l, func(o clockLine) bool { return o.at.Equal(at) && strings.HasPrefix(o.label, words) })
	if i < 0 {
		i = len(*l)
		*l = append(*l, clockLine{at: at, label: label, class: class})
	}
	of := &(*l)[i]
	if policy := legible(s.Policy.Name); !slices.Contains(of.policies, policy) {
		of.policies = append(of.policies, policy)
	}
}

// nameThePolicies adds to each line under which policies it is so, where it is not so under
// all of them.
func (l clockList) nameThePolicies(all int) {
	for i := range l {
		if len(l[i].policies) < all {
			l[i].label += " (" + strings.Join(l[i].policies, ", ") + ")"
		}
	}
}

// policiesOf lists the names of the replays' policies, each once.
func policiesOf(replays []*indexed) (names []string) {
	for _, s := range replays {
		if name := legible(s.Policy.Name); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// aboutDeal says in words what the block shows, for readers who do not see it.
func aboutDeal(replays []*indexed) string {
	parts := []string{replays[0].title() + "."}
	for _, s := range replays {
		parts = append(parts, fmt.Sprintf("Under the policy %s, as of %s: %s.", legible(s.Policy.Name), moment(s.Snapshot.AsOf), s.headline()))
	}
	var counts [len(statusWords)]int
	for _, d := range replays[0].Decisions {
		counts[statusOf(d)]++
	}
	parts = append(parts, fmt.Sprintf("Reports under %s: %d applied, %d refused, %d noted, %d retracted.",
		legible(replays[0].Policy.Name), counts[applied], counts[refused], counts[noted], counts[retracted]))
	return strings.Join(parts, " ")
}

// timeRange is the range of time to draw; ok is false where nothing has a time.
func (t indexedTimeline) timeRange() (from, to time.Time, ok bool) {
	r := t.reported()
	if !r.set {
		return r.from, r.to, false
	}
	t.addClocks(&r)
	from, to = padded(r.from, r.to)
	if !t.From.IsZero() {
		from = within(t.From)
	}
	if !t.To.IsZero() {
		to = within(t.To)
	}
	return from, to, to.After(from)
}

// instantRange is the range of the instants added to it. The zero one has none.
type instantRange struct {
	from, to time.Time
	set      bool
}

// add extends the range to the instant; the zero instant is none.
func (r *instantRange) add(at time.Time) {
	if at = within(at); at.IsZero() {
		return
	}
	if !r.set || at.Before(r.from) {
		r.from = at
	}
	if !r.set || at.After(r.to) {
		r.to = at
	}
	r.set = true
}

// reported is the range of the reports, and of the instants of the views.
func (t indexedTimeline) reported() instantRange {
	var r instantRange
	for _, s := range t.replays {
		for _, d := range s.Decisions {
			r.add(d.At)
		}
		r.add(s.Snapshot.AsOf)
	}
	return r
}

// addClocks extends the range to the clocks that are due soon after it, or were
// due shortly before.
func (t indexedTimeline) addClocks(r *instantRange) {
	near := between(r.from, r.to).part(3).orMore(48 * time.Hour)
	soon, early := near.after(r.to), near.before(r.from)
	for _, replays := range t.groups() {
		for _, c := range clockLines(replays) {
			if c.at.Before(soon) && c.at.After(early) {
				r.add(c.at)
			}
		}
	}
}
