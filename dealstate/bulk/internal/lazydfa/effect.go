package lazydfa

import (
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Effect is what there is to tell of a decision, whatever the deal and the instant. The
// DFA keeps those of its cells and never changes them.
type Effect struct {
	Outcome  dealstate.Outcome
	Clock    dealstate.Clock // zero: an event
	Rule     string
	Party    string // of a change of state
	Timer    string // the agreement's own that was over
	From, To dealstate.State
	Reasons  []dealstate.ReasonCode // each once
}

// EffectOf appends the reasons' codes to the given ones.
func EffectOf(d dealstate.Decision, codes []dealstate.ReasonCode) Effect {
	for _, r := range d.Reasons {
		if !slices.Contains(codes, r.Code) {
			codes = append(codes, r.Code)
		}
	}
	return Effect{Outcome: d.Outcome, Clock: d.Clock, Rule: d.Rule, Party: d.Party, Timer: d.Timer, From: d.From, To: d.To, Reasons: codes}
}

// Moves reports whether the effect is a change of state.
func (e *Effect) Moves() bool { return e.From != e.To }
