package lazydfa

import (
	"math"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// statement is what the DFA knows of one of the log's statements: its input class, with
// marks, and the revision that it names. The zero value was not looked at yet.
type statement struct {
	class    uint32
	revision uint32 // zero: none
}

// Marks on the number of an input class say that a second look at the event is needed.
const (
	classUnknown  = 1 << 31 // what it does depends on more than the situation
	classRevision = 1 << 30 // it names a revision: two classes more follow, for the next one and for any other
	classMore     = 1 << 29 // it may refer to one dispute, or say until when
	classHedged   = 1 << 28 // it is no assertion, in a DFA with timers
	classNumber   = 1<<28 - 1

	beyondTable = 1 << 31 // no column begins there
)

// class is what statements of one input class have in common under the policy.
type class struct {
	kind              dealstate.Kind
	role              dealstate.Role     // press: one whose word does not count
	modality          dealstate.Modality // planned: no assertion
	revision          int                // 1: some revision is named; -1: it changes nothing
	party, commitment string
}

// statement finds out what a statement can do, the first time.
func (d *DFA) statement(n uint32) statement {
	if s := d.statements.Get(n); s.class != 0 {
		return s
	}
	return d.lookAt(n)
}

func (d *DFA) lookAt(n uint32) statement {
	e := d.log.Event(n)
	s := statement{class: d.classify(&e), revision: uint32(min(e.Revision, math.MaxUint32))}
	if d.timed && e.Modality > dealstate.Asserted {
		s.class |= classHedged
	}
	d.statements.Set(n, s)
	if d.log.Dense {
		d.columns[n] = d.column(s.class)
	}
	return s
}

// classify gives the input class of a statement, with marks.
func (d *DFA) classify(e *dealstate.Event) uint32 {
	counts := d.policy.Counts(e.Kind, e.Role)
	if e.Kind == dealstate.Retract {
		return classUnknown
	}
	if !counts || e.Modality > dealstate.Asserted || e.Kind == dealstate.Note {
		return d.numberOf(inert(e, counts), e)
	}
	switch {
	case e.Kind == dealstate.Extend, e.Kind == dealstate.Settle && e.Commitment != "":
		return classUnknown
	case e.Kind == dealstate.Settle && d.log.Refers, e.Kind == dealstate.Withdraw && d.log.LeavesLater:
		return classMore | d.numberOf(counting(e), e)
	}
	return d.numberOf(counting(e), e)
}

// inert is the class of statements that change nothing: all that matters is why.
func inert(e *dealstate.Event, counts bool) class {
	c := class{revision: -1}
	if e.Kind == dealstate.Note {
		c.kind = e.Kind
	}
	if e.Modality > dealstate.Asserted {
		c.modality = dealstate.Planned
	}
	if !counts {
		c.role = dealstate.Press
	}
	return c
}

// counting is the class of a statement that counts: whose word it was no longer matters.
func counting(e *dealstate.Event) class {
	c := class{kind: e.Kind, party: e.Party}
	switch e.Kind {
	case dealstate.Perform, dealstate.Breach, dealstate.Suspend, dealstate.Resume:
		c.commitment = e.Commitment
	}
	if e.Revision != 0 {
		c.revision = 1
	}
	return c
}

// numberOf gives the number of a class, and a new one where there is none yet.
func (d *DFA) numberOf(c class, e *dealstate.Event) uint32 {
	n, ok := d.classOf[c]
	if !ok {
		n = d.newClasses(*e, c.revision > 0)
		d.classOf[c] = n
	}
	if c.revision > 0 {
		n |= classRevision
	}
	return n
}

// newClasses makes a class of which the event is the statement. One that names a revision
// makes three: the current one, the next one, and another.
func (d *DFA) newClasses(e dealstate.Event, named bool) uint32 {
	n := uint32(len(d.inputs))
	e.Revision = 0
	inputs := []input{{statement: e}}
	if named {
		inputs = inputs[:0]
		for e.Revision = 1; e.Revision <= 3; e.Revision++ {
			inputs = append(inputs, input{statement: e})
		}
	}
	if !d.addColumns(inputs...) {
		return classUnknown
	}
	return n
}

// due gives the class of timers that come due together. Not ok: there are too many classes.
func (d *DFA) due(set uint64) (class uint32, ok bool) {
	if class, ok = d.dueClass[set]; ok {
		return class, true
	}
	class = uint32(len(d.inputs))
	if ok = d.addColumns(input{due: set}); ok {
		d.dueClass[set] = class
	}
	return class, ok
}

// relative says which of the three classes a named revision takes.
func relative(named, current uint32) uint32 {
	switch named {
	case current:
		return 0
	case current + 1:
		return 1
	}
	return 2
}

// in gives the input class of the statement for a deal at that revision. It is not
// known of a settlement that refers to one dispute, or of a withdrawal that says until
// when.
func (s statement) in(revision uint32, more bool) (class uint32, known bool) {
	if s.class&classUnknown != 0 || s.class&classMore != 0 && more {
		return 0, false
	}
	if s.class&classRevision != 0 {
		return s.class&classNumber + relative(s.revision, revision), true
	}
	return s.class & classNumber, true
}
