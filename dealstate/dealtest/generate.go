package dealtest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
)

// Style says what a generated log is like: how well-behaved its reports are.
type Style uint8

// The styles.
const (
	// Valid logs are what every side would want: every event is applied in
	// turn, under the strict policy. The log may end early, where the deal does.
	Valid Style = iota + 1
	// Dirty logs are as real ones: a valid log of which some reports come late,
	// twice, hedged, from the wrong mouth, with another date, or are retracted,
	// and some retractions are.
	Dirty
	// Adversarial logs are well-formed and mean nothing good: acts in no order,
	// many at one instant, at the first and last instants there are, with
	// retracts in chains and circles, of what never came or of themselves in
	// turn, foreign revisions, extensions without end, ids and notes of every
	// kind of character and length.
	Adversarial
)

var styles = [...]string{Valid: "valid", Dirty: "dirty", Adversarial: "adversarial"}

func (s Style) String() string {
	if int(s) >= len(styles) {
		return ""
	}
	return styles[s]
}

// Styles lists the styles.
func Styles() []Style { return []Style{Valid, Dirty, Adversarial} }

// firstDay is when generated deals begin: at the agreement's deadline less a
// month, or on a day like any other.
var firstDay = time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC)

// Log makes an event log of about n events for property tests: at most n of
// the valid style, n of the others. The events stand in the order in which they
// arrive, and every one is admitted by the agreement's machine; a log may hold
// an event twice, with the same content.
//
// Equal arguments give equal logs on every machine: the only source of chance
// is a PCG generator of math/rand/v2 seeded with (seed, style). Logs may differ
// between releases of this module. The error is that of compiling the agreement,
// or says that the style is unknown.
func Log(a dealstate.Agreement, s Style, seed uint64, n int) ([]dealstate.Event, error) {
	m, err := dealstate.Compile(a)
	if err != nil {
		return nil, err
	}
	g := &generator{rng: rand.New(rand.NewPCG(seed, uint64(s))), a: a, m: m, voices: scenario.NewVoices(a), first: firstDay}
	if !a.Deadline.IsZero() && a.Deadline.Year() > 1 {
		g.first = a.Deadline.AddDate(0, -1, 0)
	}
	switch s {
	case Valid:
		return g.valid(n), nil
	case Dirty:
		return g.dirty(n), nil
	case Adversarial:
		return g.adversarial(n), nil
	}
	return nil, fmt.Errorf("dealtest: style %d is unknown; want Valid, Dirty or Adversarial", s)
}

// generator makes one log. Everything it chooses comes from its seeded source of
// chance, so equal seeds give equal logs.
type generator struct {
	rng    *rand.Rand
	a      dealstate.Agreement
	m      *dealstate.Machine
	voices *scenario.Voices
	first  time.Time
}

func pick[T any](g *generator, from []T) T { return from[g.rng.IntN(len(from))] }

// oneIn is true once in n times.
func (g *generator) oneIn(n int) bool { return g.rng.IntN(n) == 0 }

// habit is how often a valid log has acts of one kind, and whose they are.
type habit struct {
	often int  // how often beside the others; 0: not at all
	joint bool // it is an act of all sides
}

// habits has every kind. A termination is left to the dirty and the adversarial logs,
// because nothing follows it. A retract and a note need no deal that takes them.
var habits = map[dealstate.Kind]habit{
	dealstate.Negotiate: {often: 1, joint: true},
	dealstate.Sign:      {often: 1},
	dealstate.Submit:    {often: 1, joint: true},
	dealstate.Approve:   {often: 6},
	dealstate.Reject:    {often: 1},
	dealstate.Withdraw:  {often: 1},
	dealstate.Amend:     {often: 1, joint: true},
	dealstate.Apply:     {often: 1},
	dealstate.Implement: {often: 2, joint: true},
	dealstate.Perform:   {often: 2},
	dealstate.Breach:    {often: 1},
	dealstate.Dispute:   {often: 1},
	dealstate.Settle:    {often: 1, joint: true},
	dealstate.Suspend:   {often: 1},
	dealstate.Resume:    {often: 1},
	dealstate.Extend:    {often: 1},
	dealstate.Terminate: {},
	dealstate.Retract:   {},
	dealstate.Note:      {},
}

// validKinds lists likelier kinds more often, and acts every kind that is one.
var (
	validKinds = likely()
	acts       = slices.DeleteFunc(dealstate.Kinds(), dealstate.Kind.OfLog)
)

// likely lists each kind as often as its habit says.
func likely() (list []dealstate.Kind) {
	for _, k := range dealstate.Kinds() {
		list = append(list, slices.Repeat([]dealstate.Kind{k}, habits[k].often)...)
	}
	return list
}

// mostTries bounds the search for an act that the deal would take.
const mostTries = 200

// valid makes random acts on a deal, and keeps those that the deal takes.
func (g *generator) valid(n int) []dealstate.Event {
	var events []dealstate.Event
	at, trial := g.m.Cursor(dealstate.Strict), g.m.Cursor(dealstate.Strict)
	now := g.first
	for len(events) < n {
		now = now.Add(time.Duration(1+g.rng.IntN(72)) * time.Hour)
		e, act, ok := g.next(at, trial, now, len(events))
		if !ok {
			break
		}
		at.Take(act, now)
		events = append(events, e)
	}
	return events
}

// next finds an act that the deal would take now.
func (g *generator) next(at, trial *dealstate.Cursor, now time.Time, i int) (dealstate.Event, *dealstate.Act, bool) {
	for range mostTries {
		e := g.event(pick(g, validKinds), now, fmt.Sprintf("e%04d", i))
		act, err := g.m.Act(e)
		if err != nil {
			continue // a kind that this agreement has no use for
		}
		trial.Set(at)
		if trial.Take(act, now) == dealstate.Applied {
			return e, act, true
		}
	}
	return dealstate.Event{}, nil, false
}

// event makes an act that is well-formed for its kind, by an instrument.
func (g *generator) event(k dealstate.Kind, at time.Time, id string) dealstate.Event {
	e := dealstate.Event{ID: id, Deal: g.a.ID, Kind: k, Role: dealstate.Instrument, At: at, Party: pick(g, g.a.Parties).ID}
	switch k {
	case dealstate.Perform, dealstate.Breach:
		if len(g.a.Commitments) == 0 {
			e.Kind = dealstate.Note
			break
		}
		c := pick(g, g.a.Commitments)
		e.Commitment, e.Party = c.ID, c.Party
	case dealstate.Extend:
		e.Until = at.Add(time.Duration(1+g.rng.IntN(90)) * 24 * time.Hour)
		if g.oneIn(2) {
			e.Party = ""
		}
	case dealstate.Suspend, dealstate.Resume:
		g.part(&e)
	case dealstate.Withdraw:
		if g.oneIn(4) {
			e.Until = at.AddDate(0, 0, 1+g.rng.IntN(500))
		}
	case dealstate.Sign, dealstate.Apply:
		if g.oneIn(3) {
			e.Party = ""
		}
	}
	if habits[e.Kind].joint {
		e.Party = ""
	}
	return e
}

// part has a suspension, or its end, concern all jointly, one party or one commitment.
func (g *generator) part(e *dealstate.Event) {
	switch n := g.rng.IntN(4); {
	case n == 0 && len(g.a.Commitments) > 0:
		e.Commitment, e.Party = pick(g, g.a.Commitments).ID, ""
	case n > 1:
		e.Party = ""
	}
}

// dirty spoils a valid log.
func (g *generator) dirty(n int) []dealstate.Event {
	var log []dealstate.Event
	for _, e := range g.valid(max(1, n/2)) {
		log = append(log, g.spoiled(e))
	}
	for i := 0; len(log) < n; i++ {
		log = append(log, g.dirt(log, i))
	}
	if len(log) > n {
		log = log[:n]
	}
	g.arrive(log)
	return log
}

// spoiled makes a report late, hedged, or another speaker's.
func (g *generator) spoiled(was dealstate.Event) dealstate.Event {
	e := was
	if g.oneIn(3) {
		e.Recorded = e.At.Add(time.Duration(g.rng.IntN(20*24)) * time.Hour)
	}
	if g.oneIn(8) {
		e.Modality = pick(g, []dealstate.Modality{dealstate.Conditional, dealstate.Denied, dealstate.Planned})
	}
	if g.oneIn(4) {
		e.Role = pick(g, []dealstate.Role{dealstate.Government, dealstate.Negotiator, dealstate.Counterparty, dealstate.Press})
	}
	if g.m.Admit(e) != nil { // beyond the last instant there is
		return was
	}
	return e
}

// dirt makes one more report that does not fit the log.
func (g *generator) dirt(log []dealstate.Event, i int) dealstate.Event {
	about := g.event(pick(g, acts), g.first.Add(time.Duration(g.rng.IntN(60*24))*time.Hour), "")
	if len(log) > 0 {
		about = pick(g, log)
	}
	e := about
	e.ID = fmt.Sprintf("d%04d", i)
	switch g.rng.IntN(5) {
	case 0: // the same report again
		return about
	case 1: // the same act, dated otherwise by somebody else
		e.At = e.At.Add(time.Duration(g.rng.IntN(96)-48) * time.Hour)
		e.Role, e.Recorded = dealstate.Press, later(e.At, about)
	case 2: // a denial
		e.Modality, e.Recorded = dealstate.Denied, later(e.At, about)
	case 3: // an earlier report was wrong; it may be a retract itself
		return g.retract(e.ID, about)
	default: // an act that does not fit where the deal stands
		e = g.event(pick(g, acts), about.At.Add(time.Duration(g.rng.IntN(240))*time.Hour), e.ID)
	}
	return g.admitted(e, about)
}

func (g *generator) retract(id string, of dealstate.Event) dealstate.Event {
	at := later(of.At, of).Add(time.Duration(g.rng.IntN(120)) * time.Hour)
	return g.admitted(dealstate.Event{ID: id, Deal: g.a.ID, Kind: dealstate.Retract, Ref: of.ID, At: at}, of)
}

// admitted is the event, or a note in its place where the agreement cannot mean it.
func (g *generator) admitted(e, about dealstate.Event) dealstate.Event {
	if g.m.Admit(e) == nil {
		return e
	}
	return dealstate.Event{ID: e.ID, Deal: g.a.ID, Kind: dealstate.Note, At: about.At}
}

// arrive puts the reports in the order in which they were learned, and then moves a
// few.
func (g *generator) arrive(log []dealstate.Event) {
	slices.SortStableFunc(log, func(a, b dealstate.Event) int {
		return cmp.Or(later(a.At, a).Compare(later(b.At, b)), strings.Compare(a.ID, b.ID))
	})
	for range len(log) / 8 {
		i := g.rng.IntN(len(log) - 1)
		log[i], log[i+1] = log[i+1], log[i]
	}
}

// hostile are texts that have broken programs.
var hostile = []string{
	"<script>alert(1)</script>", `"];--\`, "=1+1", "ﷺ", "👩‍👩‍👧‍👦", "a\u202eb", "'; DROP TABLE events; --", "${jndi:x}", "\u200b", "NaN", "-",
}

// adversarial makes a log of anything that is well-formed.
func (g *generator) adversarial(n int) []dealstate.Event {
	var log []dealstate.Event
	for i := 0; len(log) < n; i++ {
		switch {
		case len(log) > 0 && g.oneIn(10):
			log = append(log, pick(g, log))
		case len(log)+2 <= n && g.oneIn(15):
			log = append(log, g.retracts(i, i+1), g.retracts(i+1, i))
			i++
		default:
			log = append(log, g.odd(i, n))
		}
	}
	return log
}

// retracts is a retract of one number's event under another number's id.
func (g *generator) retracts(id, of int) dealstate.Event {
	return dealstate.Event{ID: hostileID(id), Deal: g.a.ID, Kind: dealstate.Retract, Ref: hostileID(of), At: g.anyInstant()}
}

// odd is an act of any kind at any instant, or a note where the agreement cannot mean
// it.
func (g *generator) odd(i, n int) dealstate.Event {
	e := g.event(pick(g, dealstate.Kinds()), g.anyInstant(), hostileID(i))
	g.twist(&e, n)
	if g.m.Admit(e) != nil {
		return dealstate.Event{ID: e.ID, Deal: g.a.ID, Kind: dealstate.Note, At: g.first, Note: pick(g, hostile)}
	}
	return e
}

func hostileID(i int) string {
	id := fmt.Sprintf("%d", i)
	if bad := hostile[i%len(hostile)]; !strings.ContainsAny(bad, " \u202e") {
		id += bad
	}
	if i%17 == 16 {
		id += strings.Repeat("x", 256-len(id)) // the longest there may be
	}
	return id
}

// anyInstant is most often one of a few instants, so that many acts share theirs.
func (g *generator) anyInstant() time.Time {
	switch g.rng.IntN(20) {
	case 0:
		return time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC)
	case 1:
		return time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)
	case 2:
		return g.first.Add(time.Duration(g.rng.Int64N(int64(24 * time.Hour))))
	case 3:
		return cmp.Or(g.a.Deadline, g.first)
	}
	return g.first.AddDate(0, 0, g.rng.IntN(6))
}

// twist gives the event unusual fields.
func (g *generator) twist(e *dealstate.Event, n int) {
	e.Role = dealstate.Role(1 + g.rng.IntN(6))
	if e.Role == dealstate.Approver {
		e.By = g.voices.Speaker(e.Party)
	}
	e.Note = pick(g, hostile)
	if g.oneIn(3) {
		e.Recorded = g.anyInstant() // known ahead, or late by millennia
	}
	if g.oneIn(6) {
		e.Revision = pick(g, []int{1, 2, 3, 1 << 30})
	}
	if g.oneIn(8) {
		e.Modality = dealstate.Modality(g.rng.IntN(5))
	}
	if e.Kind == dealstate.Retract || e.Kind == dealstate.Settle || g.oneIn(9) {
		e.Ref = hostileID(g.rng.IntN(n + 1))
	}
	if e.Kind == dealstate.Extend || e.Kind == dealstate.Withdraw && g.oneIn(3) {
		e.Until = g.anyInstant()
	}
}
