package condition

import (
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// concerns asks how much of the deal the event at hand is about: {"concerns":"part"},
// which is one commitment, or one party of many; or {"concerns":"whole"}.
type concerns struct{ of string }

// ConcernsPart is met when the event at hand is about one commitment, or is an act of
// one party of more than two.
func ConcernsPart() Condition { return of(concerns{"part"}) }

// ConcernsWhole is met when the event at hand is about the whole deal.
func ConcernsWhole() Condition { return of(concerns{"whole"}) }

func (concerns) word() string       { return "concerns" }
func (concerns) parts() []Condition { return nil }
func (concerns) guardOnly() bool    { return true }
func (o concerns) words() string    { return "it concerns " + concernWords[o.of] }
func (o concerns) negated() string  { return "it does not concern " + concernWords[o.of] }

func (o concerns) write(to *strictjson.Object) { to.Must(o.word(), o.of) }

func (o concerns) read(f strictjson.Field, _ int) (operator, error) {
	err := f.Text(&o.of)
	return o, err
}

var concernWords = map[string]string{"part": "a part of the deal", "whole": "the whole deal"}

func (o concerns) check(path string, _ *scope) error {
	if concernWords[o.of] == "" {
		return field.Errorf(path, "%q is unknown; want part or whole", field.Clip(o.of))
	}
	return nil
}

func (o concerns) bind(*scope) test { return &concernsTest{o} }

// concernsTest is concerns bound to the agreement.
type concernsTest struct {
	concerns
}

func (t *concernsTest) eval(s Situation) Verdict {
	return metOr(s.ConcernsPart() == (t.of == "part"), Pending)
}

func (t *concernsTest) find(s Situation) Finding {
	return Finding{Verdict: t.eval(s), Text: said(t, t.eval(s))}
}

func (t *concernsTest) lacks(_ Situation, to []Shortfall) []Shortfall {
	return append(to, Shortfall{Lack: LackOther, Words: t.negated()})
}

func (t *concernsTest) read(r *Reads) { r.Part = true }
func (*concernsTest) await(Set)       {}
func (*concernsTest) fills() bool     { return false }

func (t *concernsTest) reach(s Situation, w way) (way, bool) { return unreached(t, s, w) }
