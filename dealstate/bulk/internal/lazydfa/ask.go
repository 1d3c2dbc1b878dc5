package lazydfa

import (
	"math/bits"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// oracle has a cursor try out what the DFA wants to know. Everything happens at noon.
type oracle struct {
	asked  *dealstate.Machine // the machine, or one like it whose clocks all take time
	cursor *dealstate.Cursor
	acts   []*dealstate.Act // by input class; nil: not needed yet, or not always the same
}

func newOracle(m *dealstate.Machine, p dealstate.Policy) oracle {
	o := oracle{asked: withPositiveDelays(m)}
	o.cursor = o.asked.Cursor(p)
	o.cursor.Advance(noon)
	return o
}

// noon is the instant of everything that is asked about.
var noon = time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)

// situation is by which one and which input class a situation was first found. The
// cursor goes that way again when a cell of it is asked for: a cursor for each situation
// would take some hundred times as much memory.
type situation struct {
	from  uint32
	class uint32
	depth int  // events and clocks that it takes to come here
	began bool // it is known since when the deal is in its state
}

// answer is what an input class does in a situation. No effect: a clock came due where
// no rule heeds it.
type answer struct {
	effects []Effect
	sets    uint32 // the timers that it sets, a bit for each clock
}

// ask finds out what an input class does in a situation, and where it leads.
func (d *DFA) ask(from, class uint32) (t target, effects uint32) {
	d.goTo(from)
	var told []dealstate.Decision
	d.cursor.Watch(func(decision dealstate.Decision) { told = append(told, decision) })
	before, here := d.observe(), d.situations[from]
	if !d.try(class) || !inOneOrder(told, before.past) {
		return targetUnknown, 0
	}
	after := d.observe()
	next, ok := d.number(situation{from: from, class: class, depth: here.depth + 1})
	if !ok || after.revision != before.revision && (after.revision != before.revision+1 || !Raises(d.templates[class].Kind)) {
		return targetUnknown, 0
	}
	a := answer{sets: d.setBetween(before, after, told)}
	t = targetKnown | target(next) | target(after.revision-before.revision)<<16
	if d.situations[next].began && !here.began {
		t |= targetMoves
	}
	for _, decision := range told {
		a.effects = append(a.effects, EffectOf(decision, nil))
		if decision.From != decision.To {
			t |= targetMoves
		}
	}
	d.answers = append(d.answers, a)
	return t, uint32(len(d.answers) - 1)
}

// Raises reports whether a kind of event can make a new revision: one at most.
func Raises(k dealstate.Kind) bool { return k == dealstate.Amend || k == dealstate.Negotiate }

// inOneOrder reports whether it is certain which clock fires first. It is not where one
// fires that came due in a state in which it did not run, and another was past by then:
// the DFA does not know which of them was due first.
func inOneOrder(told []dealstate.Decision, past uint32) bool {
	old := slices.ContainsFunc(told, func(d dealstate.Decision) bool {
		return d.Clock != 0 && past>>(d.Clock-dealstate.Deadline)&1 == 1
	})
	return !old || bits.OnesCount32(past) == 1
}

// goTo brings the cursor to a situation.
func (d *DFA) goTo(n uint32) {
	var way []uint32
	for ; n != initial; n = d.situations[n].from {
		way = append(way, d.situations[n].class)
	}
	d.cursor.Watch(nil)
	d.cursor.Reset()
	d.cursor.Advance(noon)
	for _, class := range slices.Backward(way) {
		d.try(class)
	}
}

// try has the cursor let the class's clocks elapse, or take its act.
func (d *DFA) try(class uint32) (ok bool) {
	if d.timed && class < firstClass {
		d.cursor.Elapse(clocksIn(class)...)
		return true
	}
	act, err := d.actOf(class)
	if err == nil {
		d.cursor.Take(act, noon)
	}
	return err == nil
}

// actOf gives an act of the class. If it names a revision, that depends on the one
// current.
func (d *DFA) actOf(class uint32) (*dealstate.Act, error) {
	for int(class) >= len(d.acts) {
		d.acts = append(d.acts, nil)
	}
	if act := d.acts[class]; act != nil {
		return act, nil
	}
	e := d.templates[class]
	named := e.Revision > 0
	if named {
		e.Revision += d.cursor.Revision() - 1
	}
	if e.Kind == dealstate.Extend { // all that is asked is why it does not count
		e.Until = noon.Add(time.Hour)
	}
	act, err := d.asked.Act(e)
	if err == nil && !named {
		d.acts[class] = act
	}
	return act, err
}

// number gives the number of the situation that the cursor is in, which was found so.
// Not ok: there are too many, or it is too far from the beginning.
func (d *DFA) number(found situation) (n uint32, ok bool) {
	now := d.cursor.Snapshot()
	key := d.cursor.AppendKey(nil)
	for _, p := range now.Parties { // reasons tell a stale approval from none at all
		key = append(key, byte(p.Standing))
	}
	if found.began = !now.Since.IsZero(); found.began { // the first negotiation on record says since when
		key = append(key, 1)
	}
	if n, ok := d.byKey[string(key)]; ok {
		return n, true
	}
	n = uint32(len(d.situations))
	if found.depth > MaxDepth || n >= maxSituations || n>>d.shift > 0 && !d.addRows() {
		return 0, false
	}
	d.byKey[string(key)] = n
	d.situations = append(d.situations, found)
	d.stateOf = append(d.stateOf, d.StateIndex(now.State))
	return n, true
}
