package dealstate

import (
	"encoding"
	"fmt"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
)

// Trigger is what a rule waits for, and what a decision is about: a [Kind] of
// event, a [Clock], or one of the agreement's own by its id, a [Timer]. Nothing else is one. Triggers are compared with ==.
type Trigger interface {
	fmt.Stringer
	encoding.TextMarshaler
	// row is its place among the kinds and clocks, from 1: kinds first. What is not in
	// its list has 0, and so has a timer, whose place depends on the agreement.
	row() int
}

// numTriggers is how many rows a table by trigger has, that of none included.
const numTriggers = 1 + numKinds + numClocks

// Timer names one of an agreement's own timers, as what a rule waits for.
type Timer string

// String gives the id: what in it would act on a terminal is written as an escape.
func (t Timer) String() string { return display.Inert(string(t)) }

// MarshalText writes the timer's id.
func (t Timer) MarshalText() ([]byte, error) { return []byte(t), nil }

func (t Timer) row() int { return 0 }

func (k Kind) row() int {
	if int(k) > numKinds {
		return 0
	}
	return int(k)
}

func (c Clock) row() int {
	if c == 0 || int(c) > numClocks {
		return 0
	}
	return numKinds + int(c)
}

// rowOf is the trigger's place; 0 for what is none.
func rowOf(t Trigger) int {
	if t == nil {
		return 0
	}
	return t.row()
}

// isOfLog reports whether it is a kind that never reaches the rules.
func isOfLog(t Trigger) bool {
	k, is := t.(Kind)
	return is && k.OfLog()
}

// orNone gives a trigger that nobody set a value that says so when written.
func orNone(t Trigger) Trigger {
	if t == nil {
		return Kind(0)
	}
	return t
}

// ParseTrigger gives the kind or clock of that word.
func ParseTrigger(word string) (Trigger, error) {
	if k, ok := kindEnum.find(word); ok {
		return k, nil
	}
	if c, ok := clockEnum.find(word); ok {
		return c, nil
	}
	return nil, field.Errorf("kind", "%q is unknown; want one of %s, %s%s", field.Clip(word), kindEnum.want(), clockEnum.want(),
		nearest.Hint(word, slices.Concat(kindEnum.words[1:], clockEnum.words[1:])))
}

// triggerText reads what a rule waits for from text.
type triggerText struct{ to *Trigger }

// UnmarshalText reads the word of a kind or of a clock, and takes any other for the
// id of a timer: whether the agreement has it is for [Compile] to say.
func (t triggerText) UnmarshalText(text []byte) error {
	read, err := ParseTrigger(string(text))
	if err != nil {
		read = Timer(text)
	}
	*t.to = read
	return nil
}
