package analytics

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate"
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
	return fmt.Sprintf("decision on %q of deal %q: %s: %s", clip(e.Event), clip(e.Deal), e.Field, e.Problem)
}

// MergeError reports two folds that cannot be merged. Both are as they were.
type MergeError struct {
	Deal    string // the deal that both hold; "" where another thing stands in the way
	Problem string
}

func (e *MergeError) Error() string {
	if e.Deal == "" {
		return "merge: " + e.Problem
	}
	return fmt.Sprintf("merge: deal %q: %s", clip(e.Deal), e.Problem)
}

func fieldErr(field, format string, args ...any) error {
	return &dealstate.FieldError{Field: field, Problem: fmt.Sprintf(format, args...)}
}

// clip shortens text that came from outside before it enters a message.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && s[cut]&0xC0 == 0x80 { // never inside a UTF-8 sequence
		cut--
	}
	return s[:cut] + "…"
}
