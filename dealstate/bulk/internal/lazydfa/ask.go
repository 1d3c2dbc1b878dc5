package lazydfa

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// oracle has a cursor try out what the DFA wants to know. Everything happens at noon.
type oracle struct {
	asked  *dealstate.Machine // the machine, or one like it whose clocks all take time
	cursor *dealstate.Cursor
	acts   []*dealstate.Act // by input class; nil: not needed yet, or not always the same

	partyOf  map[string]int // by id, if parties may be bound late: see noteJoined
	approved uint64         // where the cursor is, a bit for each party
	joined   uint64         // of these, who may have approved after what brings the deal into force
}

func newOracle(m *dealstate.Machine, p dealstate.Policy) oracle {
	o := oracle{asked: withPositiveDelays(m), partyOf: map[string]int{}}
	for i, p := range m.Agreement().Parties {
		o.partyOf[p.ID] = i
	}
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

// ask finds out what an input class does in a situation, and where it leads.
func (d *DFA) ask(from, class uint32) (t target, number uint32) {
	d.goTo(from)
	var told []dealstate.Decision
	d.cursor.Watch(func(decision dealstate.Decision) { told = append(told, decision) })
	before, here := d.observe(), d.situations[from]
	if d.mayNotBindYet(class) || !d.try(class) || !d.inOneOrder(told, before.past) {
		return targetUnknown, 0
	}
	after := d.observe()
	next, ok := d.numberHere(situation{from: from, class: class, depth: here.depth + 1})
	if !ok || after.revision != before.revision && (after.revision != before.revision+1 || !Raises(d.inputs[class].statement.Kind)) {
		return targetUnknown, 0
	}
	a := answer{setters: d.setBetween(before, after, told)}
	t = targetKnown | target(next) | target(after.revision-before.revision)<<16
	if a.setters != 0 {
		t |= targetSets
	}
	if d.situations[next].began && !here.began {
		t |= targetMoves
	}
	for _, decision := range told {
		a.effects = append(a.effects, EffectOf(decision, nil))
		if decision.From != decision.To {
			t |= targetMoves
		}
	}
	return t, d.answerNumber(a)
}

// Raises reports whether a kind of event can make a new revision: one at most.
func Raises(k dealstate.Kind) bool { return k == dealstate.Amend || k == dealstate.Negotiate }

// goTo brings the cursor to a situation.
func (d *DFA) goTo(n uint32) {
	var way []uint32
	for ; n != initial; n = d.situations[n].from {
		way = append(way, d.situations[n].class)
	}
	d.cursor.Watch(nil)
	d.cursor.Reset()
	d.cursor.Advance(noon)
	d.approved, d.joined = 0, 0
	for _, class := range slices.Backward(way) {
		d.try(class)
	}
}

// try has the cursor let the class's clocks elapse, or take its act.
func (d *DFA) try(class uint32) (ok bool) {
	if d.joins {
		defer d.noteJoined(d.cursor.Verdict() == condition.Met || d.inForce[d.cursor.State()])
	}
	if set := d.inputs[class].due; set != 0 {
		d.cursor.Elapse(d.clocks(set)...)
		return true
	}
	act, err := d.actOf(class)
	if err == nil {
		d.cursor.Take(act, noon)
	}
	return err == nil
}

// noteJoined notes who joined by what was tried: whoever approved while the approval
// condition was met, or the deal in force. Of any other party the approval is no later
// than what brings the deal into force, so that the deal binds it from there.
func (d *DFA) noteJoined(late bool) {
	var approved uint64
	for p := range len(d.partyOf) {
		if d.cursor.Approved(p) {
			approved |= 1 << p
		}
	}
	if late {
		d.joined |= approved &^ d.approved
	}
	if d.joined &= approved; d.cursor.Verdict() != condition.Met && !d.inForce[d.cursor.State()] {
		d.joined = 0
	}
	d.approved = approved
}

// mayNotBindYet reports whether the class is the withdrawal of a party that has joined, or
// in a deal with a notice period its termination. If the deal binds it by now, that is a
// notice; else its approval is taken back. The DFA does not know when that is.
func (d *DFA) mayNotBindYet(class uint32) bool {
	e := &d.inputs[class].statement
	leaves := e.Kind == dealstate.Withdraw || e.Kind == dealstate.Terminate && e.Party != "" && d.periods
	return leaves && d.joined != 0 && d.notices[d.cursor.State()] && d.joined>>d.partyOf[e.Party]&1 == 1
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
	e := d.inputs[class].statement
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

// numberHere gives the number of the situation that the cursor is in, which was found so.
// Not ok: there are too many, or it is too far from the beginning.
func (d *DFA) numberHere(found situation) (n uint32, ok bool) {
	now := d.cursor.Snapshot()
	key := d.cursor.AppendKey(nil)
	disputes, head := binary.Uvarint(key) // all are settled at once, or the DFA does not know: so any number is as good as one
	key = append(key[head:], flag(disputes > 0), flag(found.depth > 0))
	for _, p := range now.Parties { // reasons tell a stale approval from none at all
		key = append(key, byte(p.Standing))
	}
	found.began = !now.Since.IsZero() // the first negotiation on record says since when
	key = append(key, flag(found.began))
	key = binary.AppendUvarint(key, d.joined)
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

func flag(is bool) byte {
	if is {
		return 1
	}
	return 0
}
