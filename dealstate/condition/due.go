package condition

import (
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
	"github.com/fe115bb3/dealtracker/dealstate/internal/phrase"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// due asks whether a clock's instant is reached: {"due":"term"}.
type due struct{ clock string }

// Due is met when the clock's instant is reached.
func Due(clock string) Condition { return of(due{clock}) }

func (due) word() string       { return "due" }
func (due) parts() []Condition { return nil }
func (due) guardOnly() bool    { return true }
func (o due) words() string    { return "the " + o.clock + " clock is due" }
func (o due) negated() string  { return "the " + o.clock + " clock is not due" }

func (o due) write(to *strictjson.Object) { to.Must(o.word(), o.clock) }

func (o due) read(f strictjson.Field, _ int) (operator, error) {
	err := f.Text(&o.clock)
	return o, err
}

func (o due) check(path string, in *scope) error {
	if !slices.Contains(in.agreement.Clocks, o.clock) {
		return field.Errorf(path, "%q is no clock; want %s%s", field.Clip(o.clock), phrase.OneOf(in.agreement.Clocks), nearest.Hint(o.clock, in.agreement.Clocks))
	}
	return nil
}

func (o due) bind(to *scope) test {
	return &dueTest{due: o, index: slices.Index(to.agreement.Clocks, o.clock)}
}

// dueTest is due with the clock's place.
type dueTest struct {
	due
	index int
}

func (t *dueTest) eval(s Situation) Verdict { return metOr(s.IsDue(t.index), Pending) }

func (t *dueTest) find(s Situation) Finding { return Finding{Verdict: t.eval(s), Text: t.words()} }

func (t *dueTest) lacks(_ Situation, to []Shortfall) []Shortfall {
	return append(to, Shortfall{Lack: LackOther, Words: t.negated()})
}

func (*dueTest) read(r *Reads) { r.Clocks = true }
func (*dueTest) await(Set)     {}
func (*dueTest) fills() bool   { return false }

func (t *dueTest) reach(s Situation, w way) (way, bool) { return unreached(t, s, w) }
