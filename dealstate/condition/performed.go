package condition

import (
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// performed asks for one commitment: {"performed":"licences"}.
type performed struct{ commitment string }

// Performed is met once the commitment is performed. It is never lost.
func Performed(commitment string) Condition { return of(performed{commitment}) }

func (performed) word() string       { return "performed" }
func (performed) parts() []Condition { return nil }
func (performed) guardOnly() bool    { return false }
func (o performed) words() string    { return o.commitment + " is performed" }
func (o performed) negated() string  { return o.commitment + " is not performed" }

func (o performed) write(to *strictjson.Object) { to.Must(o.word(), o.commitment) }

func (o performed) read(f strictjson.Field, _ int) (operator, error) {
	err := f.Text(&o.commitment)
	return o, err
}

func (o performed) check(path string, in *scope) error {
	if _, ok := in.commitments[o.commitment]; !ok {
		return field.Errorf(path, "%q is not a commitment of this agreement%s", field.Clip(o.commitment), nearest.Hint(o.commitment, in.agreement.Commitments))
	}
	return nil
}

func (o performed) bind(to *scope) test {
	return &performedTest{performed: o, index: to.commitments[o.commitment]}
}

// performedTest is performed with the commitment's place.
type performedTest struct {
	performed
	index int
}

func (t *performedTest) eval(s Situation) Verdict { return metOr(s.Performed().Has(t.index), Pending) }

func (t *performedTest) find(s Situation) Finding {
	return Finding{Verdict: t.eval(s), Text: t.words()}
}

func (t *performedTest) lacks(_ Situation, to []Shortfall) []Shortfall {
	return append(to, Shortfall{Lack: LackPerformance, Index: t.index, Name: t.commitment})
}

func (t *performedTest) read(r *Reads) { r.Commitments.Add(t.index) }
func (*performedTest) await(Set)       {}
func (*performedTest) fills() bool     { return false }

func (t *performedTest) reach(_ Situation, w way) (way, bool) {
	w.commitments.Add(t.index)
	return w, true
}
