package bulk

import (
	"fmt"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// automaton remembers what the library has answered. Its situations are those
// that a [dealstate.Cursor] tells apart, its symbols the acts that can differ
// under the policy, and each cell is asked of a [dealstate.Deal] that stands in
// that situation, once, when it is first needed. So it can hold no transition
// that the library, and looplab under it, lacks.
//
// It knows deals whose instants do not matter. Where they do, because a clock
// can run, or where an event speaks of another one, it says that it does not
// know, and the caller folds the log.
type automaton struct {
	m       *dealstate.Machine
	policy  dealstate.Policy
	clocked bool
	states  []dealstate.State

	byClass map[Act]uint32
	letters []Act  // by symbol
	shift   uint   // of the situation in the number of a cell
	table   []cell // by situation and symbol; column 0 stays empty
	spots   []spot
	stateOf []uint32 // by situation
	byKey   map[string]uint32
	said    []said  // what decisions say
	hits    []int64 // how often each was met since attach

	// Of the log at hand.
	acts   []Act
	refers bool     // some event of the log refers to another
	symbol []uint32 // by act; 0: not looked at yet
}

// cell is what becomes of a symbol in a situation, and the number of what is said
// of it.
type cell struct {
	leads lead
	said  uint32
}

// lead is where a symbol leads: the situation, by how much it raises the
// revision, and whether the instant changes since when it stands where it does.
// 0: not asked yet.
type lead uint32

const (
	leadSpot   lead = 1<<20 - 1
	leadRaise       = 20 // 2 bits
	leadMoves  lead = 1 << 22
	leadHard   lead = 1 << 23 // the automaton does not know
	leadFilled lead = 1 << 24 // it does; the highest bit, so that one comparison sees it
)

// Marks on a symbol that takes a second look at the row.
const (
	symbolHard     = 1 << 31 // what it does depends on more than the situation
	symbolRevision = 1 << 30 // it names a revision: two symbols more follow, for the next one and for any other
	symbolSettle   = 1 << 29 // it may refer to one dispute
	symbolPlain    = 1<<29 - 1
)

// Bounds that keep a hostile log from filling the memory; what lies beyond is
// folded the slow way.
const (
	maxSpots   = 1 << 14
	maxCells   = 1 << 22
	maxDepth   = 64 // events that it takes to come to a situation
	maxParties = 64

	maxRevision = 1<<16 - 5 // so that one more raise does not overflow
)

// place is where a deal stands: the situation, and the revision of the text.
type place struct {
	spot     uint32
	revision uint32
}

// beginning is where every deal starts.
var beginning = place{revision: 1}

// spot is one situation, with the shortest known log that leads there.
type spot struct {
	deal     *dealstate.Deal
	events   []dealstate.Event
	revision int
	began    bool // it is known since when the deal stands here
}

// said is what there is to tell of a decision, whatever the deal.
type said struct {
	outcome  dealstate.Outcome
	rule     string
	from, to dealstate.State
	reasons  []dealstate.ReasonCode // each once
}

func newAutomaton(m *dealstate.Machine, p dealstate.Policy) *automaton {
	a := m.Agreement()
	auto := &automaton{m: m, policy: p, states: m.Lifecycle().States,
		clocked: !a.Deadline.IsZero() || a.Effect != nil || a.Term != nil || len(a.Parties) > maxParties,
		byClass: map[Act]uint32{}, letters: make([]Act, 1), shift: 4, byKey: map[string]uint32{}}
	if !auto.clocked {
		auto.spot(nil)
	}
	return auto
}

// attach turns to a log: its acts, of which there may be more later, and whether
// some event in it refers to another.
func (a *automaton) attach(acts []Act, refers bool) {
	a.acts, a.refers = acts, refers
	a.symbol = append(a.symbol, make([]uint32, len(acts)-len(a.symbol))...)
}

// detach forgets the log.
func (a *automaton) detach() {
	a.acts, a.symbol = nil, a.symbol[:0]
	clear(a.hits)
}

// noon is when everything happens that the automaton asks about.
var noon = time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)

// spot gives the number of the situation to which the events lead. Not ok:
// there are too many.
func (a *automaton) spot(events []dealstate.Event) (n uint32, ok bool) {
	deal, err := a.m.Load(a.policy, all(events))
	if err != nil || len(events) > maxDepth {
		return 0, false
	}
	now := deal.Now()
	key := deal.Cursor(dealstate.View{}).AppendKey(nil)
	for _, p := range now.Parties { // reasons tell a stale approval from none at all
		key = append(key, byte(p.Standing))
	}
	if !now.Since.IsZero() { // the first negotiation on record says since when
		key = append(key, 1)
	}
	if n, ok := a.byKey[string(key)]; ok {
		return n, true
	}
	n = uint32(len(a.spots))
	if n >= maxSpots || (n+1)<<a.shift > maxCells {
		return 0, false
	}
	a.byKey[string(key)] = n
	a.spots = append(a.spots, spot{deal: deal, events: events, revision: now.Revision, began: !now.Since.IsZero()})
	a.stateOf = append(a.stateOf, a.stateIndex(now.State))
	a.table = append(a.table, make([]cell, 1<<a.shift)...)
	return n, true
}

func all(events []dealstate.Event) func(func(dealstate.Event, error) bool) {
	return func(yield func(dealstate.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (a *automaton) stateIndex(s dealstate.State) uint32 { return uint32(slices.Index(a.states, s)) }

// symbolOf finds out what an act can do.
func (a *automaton) symbolOf(act uint32) uint32 {
	if a.symbol[act] == 0 {
		a.symbol[act] = a.classify(a.acts[act])
	}
	return a.symbol[act]
}

func (a *automaton) classify(act Act) uint32 {
	counts := a.policy.Counts(act.Kind, act.Role)
	if act.Kind == dealstate.Retract {
		return symbolHard
	}
	if !counts || act.Modality != dealstate.Asserted || act.Kind == dealstate.Note {
		return a.symbolFor(a.evidence(act, counts), act)
	}
	switch {
	case act.Kind == dealstate.Extend, act.Kind == dealstate.Settle && act.Commitment != "":
		return symbolHard
	case act.Kind == dealstate.Settle && a.refers:
		return symbolSettle | a.symbolFor(bare(act), act)
	}
	return a.symbolFor(bare(act), act)
}

// evidence is the class of acts that change nothing: all that matters is why.
func (a *automaton) evidence(act Act, counts bool) Act {
	class := Act{Revision: -1}
	if act.Kind == dealstate.Note {
		class.Kind = act.Kind
	}
	if act.Modality != dealstate.Asserted {
		class.Modality = dealstate.Planned
	}
	if !counts {
		class.Role = dealstate.Press
	}
	return class
}

// bare is the class of an act that counts: whose word it was does not matter
// any more.
func bare(act Act) Act {
	class := Act{Kind: act.Kind, Party: act.Party}
	if act.Kind == dealstate.Perform {
		class.Commitment = act.Commitment
	}
	if act.Revision != 0 {
		class.Revision = 1
	}
	return class
}

func (a *automaton) symbolFor(class, act Act) uint32 {
	act.Revision = max(class.Revision, 0)
	s, ok := a.byClass[class]
	if !ok {
		s = a.newSymbols(act)
		a.byClass[class] = s
	}
	if act.Revision != 0 {
		s |= symbolRevision
	}
	return s
}

// newSymbols makes room for an act. One that names a revision is three: the
// current one, the next one, and another.
func (a *automaton) newSymbols(act Act) uint32 {
	s := uint32(len(a.letters))
	a.letters = append(a.letters, act)
	for act.Revision > 0 && act.Revision < 3 {
		act.Revision++
		a.letters = append(a.letters, act)
	}
	for len(a.letters) > 1<<a.shift {
		if len(a.spots)<<(a.shift+1) > maxCells {
			return symbolHard
		}
		a.widen()
	}
	return s
}

func (a *automaton) widen() {
	table, width := a.table, 1<<a.shift
	a.shift++
	a.table = make([]cell, 2*len(table))
	for n := range a.spots {
		copy(a.table[n<<a.shift:], table[n*width:][:width])
	}
}

// rel says which of the three symbols a named revision takes.
func rel(named, current int) uint32 {
	switch named {
	case current:
		return 0
	case current + 1:
		return 1
	}
	return 2
}

// look gives the symbol of an act, for a deal at that revision.
func (a *automaton) look(act uint32, revision uint32, refers bool) (symbol uint32, known bool) {
	s := a.symbolOf(act)
	if s&symbolHard != 0 || s&symbolSettle != 0 && refers {
		return 0, false
	}
	if s&symbolRevision != 0 {
		return s&symbolPlain + rel(a.acts[act].Revision, int(revision)), true
	}
	return s & symbolPlain, true
}

// step moves a deal along, and gives the cell that says what the act did. Unless
// it knows, it leaves the deal where it is.
func (a *automaton) step(p *place, act uint32, refers bool) (c cell, known bool) {
	symbol, known := a.look(act, p.revision, refers)
	if !known {
		return cell{}, false
	}
	c = a.at(p.spot, symbol)
	raised := p.revision + uint32(c.leads>>leadRaise&3)
	if c.leads&leadHard != 0 || raised > maxRevision {
		return cell{}, false
	}
	*p = place{spot: uint32(c.leads & leadSpot), revision: raised}
	return c, true
}

// at says where a symbol leads, and asks when nobody has before.
func (a *automaton) at(spot, symbol uint32) cell {
	if c := a.table[spot<<a.shift|symbol]; c.leads != 0 {
		return c
	}
	c := a.ask(spot, symbol)
	a.table[spot<<a.shift|symbol] = c // asking may have made the table longer
	return c
}

func (a *automaton) ask(from, symbol uint32) cell {
	here := a.spots[from]
	e := a.event(symbol, here)
	decision, err := here.deal.Check(e)
	if err != nil {
		return cell{leads: leadHard}
	}
	next, raise := from, decision.Revision-here.revision
	if decision.Outcome == dealstate.Applied {
		var ok bool
		if next, ok = a.spot(append(here.events[:len(here.events):len(here.events)], e)); !ok {
			return cell{leads: leadHard}
		}
	}
	if raise < 0 || raise > 3 {
		return cell{leads: leadHard}
	}
	to := leadFilled | lead(next) | lead(raise)<<leadRaise
	if decision.From != decision.To || a.spots[next].began && !here.began {
		to |= leadMoves
	}
	a.said, a.hits = append(a.said, saidOf(decision)), append(a.hits, 0)
	return cell{leads: to, said: uint32(len(a.said) - 1)}
}

// event makes the symbol's act happen in the situation.
func (a *automaton) event(symbol uint32, here spot) dealstate.Event {
	act := a.letters[symbol]
	if act.Revision > 0 {
		act.Revision += here.revision - 1
	}
	e := act.event(fmt.Sprintf("%04d", len(here.events)), a.m.Deal())
	e.At = noon
	if act.Kind == dealstate.Extend {
		e.Until = noon.Add(time.Hour)
	}
	return e
}

func saidOf(d dealstate.Decision) said {
	s := said{outcome: d.Outcome, rule: d.Rule, from: d.From, to: d.To}
	for _, r := range d.Reasons {
		if !slices.Contains(s.reasons, r.Code) {
			s.reasons = append(s.reasons, r.Code)
		}
	}
	return s
}
