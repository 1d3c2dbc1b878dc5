package analytics

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// DecisionError reports a decision that does not go on from the ones before it.
// The fold is as it was before.
type DecisionError struct {
	Deal    string
	Event   string // "" for a clock
	Field   string // "deal", "outcome", "at", "from", "to" or "party"
	Problem string
}

func (e *DecisionError) Error() string {
	return display.Inert(fmt.Sprintf("decision on %q of deal %q: %s: %s", field.Clip(e.Event), field.Clip(e.Deal), e.Field, e.Problem))
}

// MergeError reports two folds that cannot be merged. Both are as they were.
type MergeError struct {
	Deal    string // the deal that both hold; "" where another thing stands in the way
	Problem string
}

func (e *MergeError) Error() string {
	if e.Deal == "" {
		return display.Inert("merge: " + e.Problem)
	}
	return display.Inert(fmt.Sprintf("merge: deal %q: %s", field.Clip(e.Deal), e.Problem))
}

// decisionErr is the error for one field of a decision.
func decisionErr(d dealstate.Decision, field, format string, args ...any) error {
	return &DecisionError{Deal: d.Deal, Event: d.Event, Field: field, Problem: fmt.Sprintf(format, args...)}
}

// selfMerge is the error for a fold that would be merged into itself.
func selfMerge() error { return &MergeError{Problem: "a fold cannot be merged into itself"} }
