package condition

import (
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// Condition is a guard, as data. It is a value: conditions made alike are deeply
// equal, and nobody can change one. The zero Condition stands for what goes
// without saying: as an agreement's approval, every party's approval; as a
// rule's guard, no condition at all.
//
// What asks about the approval condition itself, about a clock or about the act at
// hand makes sense only in a rule's guard; [GuardOnly] says which operators do.
type Condition struct {
	_    [0]func() // conditions hold lists, so == could panic; it does not compile
	op   operator  // nil: everyone
	size int       // conditions in all, this one and those within, however often each is shared; 0: one
	deep int       // how many stand one in the other; 0: one
}

// mostSize ends the counting, far beyond what is accepted: a condition that is shared
// again and again grows as powers of two do.
const mostSize = 1 << 40

// of makes a condition, and counts what is in it, so that nobody has to walk through
// one that is too large.
func of(o operator) Condition {
	c := Condition{op: o, size: 1, deep: 1}
	for _, p := range o.parts() {
		c.size, c.deep = min(mostSize, c.size+max(1, p.size)), max(c.deep, max(1, p.deep)+1)
	}
	return c
}

// operator gives the zero condition its operator too.
func (c Condition) operator() operator {
	if c.op == nil {
		return unsaidApproval
	}
	return c.op
}

// IsZero reports whether the condition is the zero one.
func (c Condition) IsZero() bool { return c.op == nil }

// Size is how many conditions it holds, itself included, each counted as often as it
// is used.
func (c Condition) Size() int { return max(1, c.size) }

// String says the condition in words, on one line: what in a name would act on
// a terminal is written as an escape.
func (c Condition) String() string { return display.Inert(c.words()) }

// words says the condition with every name as it was given.
func (c Condition) words() string { return c.operator().words() }

func (c Condition) check(path string, in *scope) error {
	if c.IsZero() {
		return nil
	}
	path += "." + c.op.word()
	if err := c.op.check(path, in); err != nil {
		return err
	}
	if c.op.guardOnly() && !in.guard {
		return field.Errorf(path, "only the guard of a rule can ask this")
	}
	return nil
}

// checkPart checks a condition that stands in another.
func (c Condition) checkPart(path string, in *scope) error {
	if c.IsZero() {
		return field.Errorf(path, "the zero condition; want one with content")
	}
	return c.check(path, in)
}

func (c Condition) bind(to *scope) test { return c.operator().bind(to) }

// MarshalJSON writes the condition as an object with one key. The zero
// condition has no JSON form: its field is left out.
func (c Condition) MarshalJSON() ([]byte, error) {
	if c.IsZero() {
		return nil, field.Errorf("condition", "the zero condition is written by leaving it out")
	}
	var o strictjson.Object
	c.op.write(&o)
	return o.Done()
}

// UnmarshalJSON reads a condition of the public format. On error the condition
// is left as it was.
func (c *Condition) UnmarshalJSON(data []byte) error {
	if err := strictjson.CheckSize("condition", data); err != nil {
		return err
	}
	return c.ReadJSON("condition", data)
}

// ReadJSON is UnmarshalJSON for a condition that stands in a larger text: errors
// name their field under the path.
func (c *Condition) ReadJSON(path string, data []byte) error {
	read, err := readCondition(strictjson.Field{Path: path, Raw: data}, 0)
	if err == nil {
		*c = read
	}
	return err
}

func readCondition(f strictjson.Field, depth int) (Condition, error) {
	if depth >= field.MaxNesting {
		return Condition{}, field.Errorf(f.Path, "nested deeper than %d", field.MaxNesting)
	}
	var op operator
	keys := 0
	err := strictjson.ReadObject(f.Path, f.Raw, func(f strictjson.Field) (err error) {
		keys++
		o, ok := operators[f.Key]
		if !ok {
			return f.Unknown(Operators()...)
		}
		op, err = o.read(f, depth)
		return err
	})
	if err == nil && keys != 1 {
		err = field.Errorf(f.Path, "%d keys; a condition has exactly one, such as {\"approved\":\"us\"}", keys)
	}
	if err != nil {
		return Condition{}, err
	}
	return of(op), nil
}

// readParts reads the list of an operator that has parts.
func readParts(f strictjson.Field, depth int) (parts []Condition, err error) {
	err = f.List(field.MaxParts, func(f strictjson.Field) error {
		p, err := readCondition(f, depth+1)
		parts = append(parts, p)
		return err
	})
	return parts, err
}

// joined says the parts with a word between them. A part that has parts of its
// own stands in parentheses.
func joined(parts []Condition, with string) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.words()
		if len(p.operator().parts()) > 1 && len(parts) > 1 {
			texts[i] = "(" + texts[i] + ")"
		}
	}
	return strings.Join(texts, with)
}

// denied says that a condition is not met, where English has no shorter way.
func denied(words string) string { return "not (" + words + ")" }
