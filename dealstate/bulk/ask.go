package bulk

import (
	"math/bits"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// asker has a cursor try out what the automaton wants to know.
type asker struct {
	asked  *dealstate.Machine // the machine, or one like it whose clocks all take time
	cursor *dealstate.Cursor
	acts   []*dealstate.Act // by symbol; nil: not needed yet, or not always the same
}

func newAsker(m *dealstate.Machine, p dealstate.Policy) asker {
	k := asker{asked: withClocksThatTakeTime(m)}
	k.cursor = k.asked.Cursor(p)
	k.cursor.Advance(noon)
	return k
}

// noon is when everything happens that is asked about.
var noon = time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)

// spot is one situation, and by which one and which symbol it was first found. The
// cursor goes that way again when somebody asks: to keep one for each would take some
// hundred times as much memory.
type spot struct {
	from   uint32
	symbol uint32
	depth  int  // events and clocks that it takes to come here
	began  bool // it is known since when the deal stands here
}

// answer is what a symbol does in a situation: what is decided, which is nothing
// when a clock comes due in silence, and which clocks it sets.
type answer struct {
	said []said
	sets uint32 // clocks, a bit for each
}

// said is what there is to tell of a decision, whatever the deal.
type said struct {
	outcome  dealstate.Outcome
	clock    dealstate.Clock // zero: an event
	rule     string
	party    string // of a change of state
	from, to dealstate.State
	reasons  []dealstate.ReasonCode // each once
}

// ask finds out what a symbol does in a situation, and where it leads.
func (a *automaton) ask(from, symbol uint32) (leads lead, n uint32) {
	a.goTo(from)
	var told []dealstate.Decision
	a.cursor.Watch(func(d dealstate.Decision) { told = append(told, d) })
	was, here := a.now(), a.spots[from]
	if !a.do(symbol) || !inOneOrder(told, was.past) {
		return leadHard, 0
	}
	is := a.now()
	next, ok := a.spot(spot{from: from, symbol: symbol, depth: here.depth + 1})
	if !ok || is.revision != was.revision && (is.revision != was.revision+1 || !raises(a.letters[symbol].Kind)) {
		return leadHard, 0
	}
	what := answer{sets: a.setBetween(was, is, told)}
	leads = leadFilled | lead(next) | lead(is.revision-was.revision)<<16
	if a.spots[next].began && !here.began {
		leads |= leadMoves
	}
	for _, d := range told {
		what.said = append(what.said, saidOf(d, nil))
		if d.From != d.To {
			leads |= leadMoves
		}
	}
	a.answers = append(a.answers, what)
	return leads, uint32(len(a.answers) - 1)
}

// raises reports whether a kind can make a new revision: one at most.
func raises(k dealstate.Kind) bool { return k == dealstate.Amend || k == dealstate.Negotiate }

// inOneOrder reports whether it is certain which clock fires first. It is not where one
// fires that came due in a state in which it did not run, and another was past by then:
// the automaton does not know which of them was due first.
func inOneOrder(told []dealstate.Decision, past uint32) bool {
	old := slices.ContainsFunc(told, func(d dealstate.Decision) bool {
		return d.Clock != 0 && past>>(d.Clock-dealstate.Deadline)&1 == 1
	})
	return !old || bits.OnesCount32(past) == 1
}

// goTo has the cursor stand in a situation.
func (a *automaton) goTo(n uint32) {
	var way []uint32
	for ; n != first; n = a.spots[n].from {
		way = append(way, a.spots[n].symbol)
	}
	a.cursor.Watch(nil)
	a.cursor.Reset()
	a.cursor.Advance(noon)
	for _, symbol := range slices.Backward(way) {
		a.do(symbol)
	}
}

// do has the cursor let the symbol's clocks elapse, or take its act.
func (a *automaton) do(symbol uint32) (ok bool) {
	if a.clocked && symbol < firstAct {
		a.cursor.Elapse(clocksIn(symbol)...)
		return true
	}
	act, err := a.ready(symbol)
	if err == nil {
		a.cursor.Take(act, noon)
	}
	return err == nil
}

// ready is the symbol's act. If it names a revision, that depends on the one current.
func (a *automaton) ready(symbol uint32) (*dealstate.Act, error) {
	for int(symbol) >= len(a.asker.acts) {
		a.asker.acts = append(a.asker.acts, nil)
	}
	if act := a.asker.acts[symbol]; act != nil {
		return act, nil
	}
	letter := a.letters[symbol]
	if letter.Revision > 0 {
		letter.Revision += a.cursor.Revision() - 1
	}
	e := letter.event("event", a.m.Deal())
	if letter.Kind == dealstate.Extend { // all that is asked is why it does not count
		e.Until = noon.Add(time.Hour)
	}
	act, err := a.asked.Act(e)
	if err == nil && letter.Revision == 0 {
		a.asker.acts[symbol] = act
	}
	return act, err
}

// spot gives the number of the situation in which the cursor stands, found so. Not
// ok: there are too many, or it is too far from the beginning.
func (a *automaton) spot(found spot) (n uint32, ok bool) {
	now := a.cursor.Snapshot()
	key := a.cursor.AppendKey(nil)
	for _, p := range now.Parties { // reasons tell a stale approval from none at all
		key = append(key, byte(p.Standing))
	}
	if found.began = !now.Since.IsZero(); found.began { // the first negotiation on record says since when
		key = append(key, 1)
	}
	if n, ok := a.byKey[string(key)]; ok {
		return n, true
	}
	n = uint32(len(a.spots))
	if found.depth > maxDepth || n >= maxSpots || n>>a.shift > 0 && !a.heighten() {
		return 0, false
	}
	a.byKey[string(key)] = n
	a.spots = append(a.spots, found)
	a.stateOf = append(a.stateOf, a.stateIndex(now.State))
	return n, true
}

// saidOf appends the reasons' codes to the given ones.
func saidOf(d dealstate.Decision, codes []dealstate.ReasonCode) said {
	for _, r := range d.Reasons {
		if !slices.Contains(codes, r.Code) {
			codes = append(codes, r.Code)
		}
	}
	return said{outcome: d.Outcome, clock: d.Clock, rule: d.Rule, party: d.Party, from: d.From, to: d.To, reasons: codes}
}
