package dealstate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
)

// Condition is a guard, as data. The zero Condition stands for what goes
// without saying: as an agreement's approval, every party's approval; as a
// rule's guard, no condition at all.
//
// In an agreement's approval condition only Approved, All, Any, Not, Count,
// Share and Performed make sense; a rule's guard may also use ApprovalMet,
// ApprovalLost, Due and ActOf.
type Condition struct {
	op    op
	name  string // a party, commitment or group; "met", "lost"; a clock
	parts []Condition
	min   Threshold
	total int64
}

type op uint8

const (
	opEveryone  op = iota // every party has approved; only as the zero condition of an approval
	opApproved            // the named party has approved
	opAll                 // every part is met
	opAny                 // at least one part is met
	opNot                 // the one part is not met
	opCount               // enough parties of the group have approved
	opShare               // enough weight of the group has approved
	opPerformed           // the named commitment is performed
	opApproval            // the agreement's approval condition is "met" or "lost"
	opDue                 // the named clock is due
	opActOf               // the event at hand is an act of the named party
)

var opWords = [...]string{"", "approved", "all", "any", "not", "count", "share", "performed", "approval", "due", "act_of"}

// Approved is met while the party's approval of the current revision stands,
// and lost once the party has rejected it.
func Approved(party string) Condition { return Condition{op: opApproved, name: party} }

// All is met when every part is, and lost when one part is. All() is met.
func All(parts ...Condition) Condition { return Condition{op: opAll, parts: parts} }

// Any is met when a part is, and lost when every part is. Any() is lost.
func Any(parts ...Condition) Condition { return Condition{op: opAny, parts: parts} }

// Not is met when the part is pending or lost, and pending while the part is
// met: what was approved can be withdrawn, so Not never says lost.
func Not(part Condition) Condition { return Condition{op: opNot, parts: []Condition{part}} }

// Count is met when at least min parties of the group have approved; the group
// "" is every party. It is lost when rejections leave too few.
func Count(min Threshold, group string) Condition {
	return Condition{op: opCount, min: min, name: group}
}

// Share is met when the parties of the group that have approved hold at least
// min of the weight. Fractions are of total, or where that is 0 of the group's
// listed weights. It is lost when rejections leave too little.
func Share(min Threshold, group string, total int64) Condition {
	return Condition{op: opShare, min: min, name: group, total: total}
}

// Performed is met once the commitment is performed.
func Performed(commitment string) Condition { return Condition{op: opPerformed, name: commitment} }

// ApprovalMet is met while the agreement's approval condition is, on the
// current revision.
func ApprovalMet() Condition { return Condition{op: opApproval, name: "met"} }

// ApprovalLost is met when the agreement's approval condition is lost on the
// current revision.
func ApprovalLost() Condition { return Condition{op: opApproval, name: "lost"} }

// Due is met when the clock's instant is reached.
func Due(clock Kind) Condition { return Condition{op: opDue, name: clock.String()} }

// ActOf is met when the event at hand is an act of that party; of "", when it
// is an act of all sides.
func ActOf(party string) Condition { return Condition{op: opActOf, name: party} }

// IsZero reports whether the condition is the zero one.
func (c Condition) IsZero() bool { return c.op == opEveryone }

// asksPerformance reports whether anything but approvals counts.
func (c Condition) asksPerformance() bool {
	return c.op == opPerformed || slices.ContainsFunc(c.parts, Condition.asksPerformance)
}

// depth is how many conditions stand one in the other.
func (c Condition) depth() int {
	deepest := 0
	for _, p := range c.parts {
		deepest = max(deepest, p.depth())
	}
	return deepest + 1
}

// String says the condition in words, on one line: what in a name would act on
// a terminal is written as an escape.
func (c Condition) String() string { return display.Inert(c.text()) }

// text says the condition with every name as it was given.
func (c Condition) text() string {
	switch c.op {
	case opEveryone:
		return "every party has approved"
	case opApproved:
		return c.name + " has approved"
	case opAll:
		return c.joined(" and ", "nothing is asked")
	case opAny:
		return c.joined(" or ", "nothing would do")
	case opNot:
		return c.parts[0].negated()
	case opCount:
		return fmt.Sprintf("at least %s of %s approved", c.min, groupWords(c.name)+haveOrHas(c.min))
	case opShare:
		return fmt.Sprintf("at least %s of the weight of %s has approved", c.min, groupWords(c.name))
	case opPerformed:
		return c.name + " is performed"
	case opApproval:
		return "the approval condition is " + c.name
	case opDue:
		return "the " + c.name + " clock is due"
	case opActOf:
		return "it is an act of " + orAll(c.name)
	}
	return "?"
}

func (c Condition) negated() string {
	switch c.op {
	case opApproved:
		return c.name + " has not approved"
	case opPerformed:
		return c.name + " is not performed"
	case opDue:
		return "the " + c.name + " clock is not due"
	case opActOf:
		return "it is not an act of " + orAll(c.name)
	case opApproval:
		return "the approval condition is not " + c.name
	case opNot:
		return c.parts[0].text()
	}
	return "not (" + c.text() + ")"
}

func haveOrHas(min Threshold) string {
	if min == AtLeast(1) {
		return " has"
	}
	return " have"
}

func groupWords(group string) string {
	if group == "" {
		return "the parties"
	}
	return "the parties in " + group
}

func (c Condition) joined(with, none string) string {
	if len(c.parts) == 0 {
		return none
	}
	texts := make([]string, len(c.parts))
	for i, p := range c.parts {
		texts[i] = p.text()
		if len(p.parts) > 1 && len(c.parts) > 1 {
			texts[i] = "(" + texts[i] + ")"
		}
	}
	return strings.Join(texts, with)
}

// MarshalJSON writes the condition as an object with one key. The zero
// condition has no JSON form: its field is left out.
func (c Condition) MarshalJSON() ([]byte, error) {
	var o object
	switch c.op {
	case opEveryone:
		return nil, fieldErr("condition", "the zero condition is written by leaving it out")
	case opAll, opAny:
		parts := c.parts
		if parts == nil {
			parts = []Condition{}
		}
		o.must(opWords[c.op], parts)
	case opNot:
		o.must("not", c.parts[0])
	case opCount, opShare:
		o.must(opWords[c.op], c.tally())
	default:
		o.must(opWords[c.op], c.name)
	}
	return o.done()
}

func (c Condition) tally() json.RawMessage {
	var o object
	o.must("min", c.min)
	o.text("group", c.name)
	o.integer("total", c.total)
	raw, err := o.done()
	if err != nil {
		return nil // marshal then reports the missing value
	}
	return raw
}

// UnmarshalJSON reads a condition of the public format.
func (c *Condition) UnmarshalJSON(data []byte) error {
	return c.read(field{path: "condition", raw: data})
}

func (c *Condition) read(f field) error {
	read, err := readCondition(f, 0)
	if err == nil {
		*c = read
	}
	return err
}

// maxNesting bounds how deep conditions nest, and maxParts how many parts one
// has.
const (
	maxNesting = 32
	maxParts   = 10_000
)

func readCondition(f field, depth int) (Condition, error) {
	var c Condition
	if depth >= maxNesting {
		return c, fieldErr(f.path, "nested deeper than %d", maxNesting)
	}
	keys := 0
	err := readObject(f.path, f.raw, func(f field) error {
		keys++
		return c.take(f, depth)
	})
	if err == nil && keys != 1 {
		err = fieldErr(f.path, "%d keys; a condition has exactly one, such as {\"approved\":\"us\"}", keys)
	}
	return c, err
}

func (c *Condition) take(f field, depth int) error {
	for i, word := range opWords {
		if i > 0 && word == f.key {
			c.op = op(i)
		}
	}
	switch c.op {
	case opEveryone:
		return f.unknown()
	case opAll, opAny:
		return f.list(maxParts, func(f field) error { return c.part(f, depth) })
	case opNot:
		return c.part(f, depth)
	case opCount, opShare:
		return c.readTally(f)
	default:
		return f.text(&c.name)
	}
}

func (c *Condition) part(f field, depth int) error {
	p, err := readCondition(f, depth+1)
	c.parts = append(c.parts, p)
	return err
}

func (c *Condition) readTally(f field) error {
	given := false
	err := readObject(f.path, f.raw, func(f field) error {
		switch {
		case f.key == "min":
			given = true
			return c.min.read(f)
		case f.key == "group":
			return f.text(&c.name)
		case f.key == "total" && c.op == opShare:
			return f.integer(&c.total)
		}
		return f.unknown()
	})
	if err == nil && !given {
		err = fieldErr(f.path+".min", "missing; want a number, \"2/3\" or \"50%%\"")
	}
	return err
}
