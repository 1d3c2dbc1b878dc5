package bulk

import "github.com/fe115bb3/dealtracker/dealstate"

// Marks on a symbol that takes a second look at the row.
const (
	symbolHard     = 1 << 31 // what it does depends on more than the situation
	symbolRevision = 1 << 30 // it names a revision: two symbols more follow, for the next one and for any other
	symbolSettle   = 1 << 29 // it may refer to one dispute
	symbolPlain    = 1<<29 - 1

	far = 1 << 31 // a column beyond every table
)

// symbolOf finds out what an act can do.
func (a *automaton) symbolOf(act uint32) uint32 {
	s := a.symbol.get(act)
	if s == 0 {
		s = a.classify(a.acts[act])
		a.symbol.set(act, s)
		if a.alone {
			a.columns[act] = a.column(s)
		}
	}
	return s
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
	letters := []Act{act}
	for act.Revision > 0 && act.Revision < 3 {
		act.Revision++
		letters = append(letters, act)
	}
	more := len(letters) << a.shift
	if len(a.table)+more > maxCells {
		return symbolHard
	}
	a.letters = append(a.letters, letters...)
	a.table, a.saidAt = append(a.table, make([]cell, more)...), append(a.saidAt, make([]uint32, more)...)
	return s
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
