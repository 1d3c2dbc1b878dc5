package condition

import "github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"

// not turns one part round: {"not":{"approved":"us"}}.
type not struct{ part Condition }

// Not is met when the part is pending or lost, and pending while the part is
// met: what was approved can be withdrawn, so Not never says lost.
func Not(part Condition) Condition { return of(not{part}) }

func (not) word() string         { return "not" }
func (o not) parts() []Condition { return []Condition{o.part} }
func (not) guardOnly() bool      { return false }
func (o not) words() string      { return o.part.operator().negated() }
func (o not) negated() string    { return o.part.words() }

func (o not) write(to *strictjson.Object) { to.Must(o.word(), o.part) }

func (o not) read(f strictjson.Field, depth int) (_ operator, err error) {
	o.part, err = readCondition(f, depth+1)
	return o, err
}

func (o not) check(path string, in *scope) error { return o.part.checkPart(path, in) }

func (o not) bind(to *scope) test { return &notTest{not: o, part: o.part.bind(to)} }

// notTest is not with its part bound.
type notTest struct {
	not
	part test
}

func (t *notTest) eval(s Situation) Verdict { return metOr(t.part.eval(s) != Met, Pending) }

func (t *notTest) find(s Situation) Finding { return findParts(t, s, "not", []test{t.part}) }

func (t *notTest) lacks(_ Situation, to []Shortfall) []Shortfall {
	return append(to, Shortfall{Lack: LackOther, Words: t.negated()})
}

func (t *notTest) read(r *Reads)     { t.part.read(r) }
func (t *notTest) await(parties Set) { t.part.await(parties) }
func (*notTest) fills() bool         { return false }

func (t *notTest) reach(s Situation, w way) (way, bool) { return unreached(t, s, w) }
