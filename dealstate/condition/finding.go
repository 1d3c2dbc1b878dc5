package condition

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// Finding is a condition's verdict with its reasons: the tree of what was
// asked and what there is. It is a plain value of its own.
type Finding struct {
	Verdict Verdict
	Text    string // "2 of 2 parties", "63 of the 55 needed", "52.11 % of the 55 % of the weight needed", "china has approved"
	Have    int64  // counted, or weighed; 0 where nothing is
	Need    int64
	Parts   []Finding
}

// findParts gives the finding of an operator that has parts.
func findParts(t test, s Situation, text string, parts []test) Finding {
	f := Finding{Verdict: t.eval(s), Text: text}
	for _, p := range parts {
		f.Parts = append(f.Parts, p.find(s))
	}
	return f
}

// String says the finding in one line: what in a name would act on a terminal is
// written as an escape.
func (f Finding) String() string { return display.Inert(f.words()) }

func (f Finding) words() string {
	if len(f.Parts) == 0 {
		return fmt.Sprintf("%s (%s)", f.Text, f.Verdict)
	}
	text := f.Text + " ["
	for i, p := range f.Parts {
		if i > 0 {
			text += "; "
		}
		text += p.words()
	}
	return text + "] (" + f.Verdict.String() + ")"
}

// MarshalJSON writes the finding; what is zero is left out.
func (f Finding) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Must("verdict", f.Verdict)
	o.Must("text", f.Text)
	o.Integer("have", f.Have)
	o.Integer("need", f.Need)
	if len(f.Parts) > 0 {
		o.Must("parts", f.Parts)
	}
	return o.Done()
}

// ReadJSON reads what MarshalJSON writes, as part of a larger text: errors name
// their field under the path.
func (f *Finding) ReadJSON(path string, data []byte) error {
	return f.read(strictjson.Field{Path: path, Raw: data}, 0)
}

func (f *Finding) read(from strictjson.Field, depth int) error {
	if depth > field.MaxNesting {
		return field.Errorf(from.Path, "nested deeper than %d", field.MaxNesting)
	}
	return from.Object(
		strictjson.Slot{Key: "verdict", To: &f.Verdict},
		strictjson.Slot{Key: "text", To: &f.Text},
		strictjson.Slot{Key: "have", To: &f.Have},
		strictjson.Slot{Key: "need", To: &f.Need},
		strictjson.Slot{Key: "parts", To: strictjson.ListOf(&f.Parts, field.MaxParts, func(part *Finding, from strictjson.Field) error {
			return part.read(from, depth+1)
		})})
}
