package condition

import (
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// anyOf asks for one part of several: {"any":[…]}.
type anyOf struct{ list []Condition }

// Any is met when a part is, and lost when every part is. Any() is lost.
func Any(parts ...Condition) Condition { return of(anyOf{append([]Condition(nil), parts...)}) }

func (anyOf) word() string         { return "any" }
func (o anyOf) parts() []Condition { return o.list }
func (anyOf) guardOnly() bool      { return false }
func (o anyOf) negated() string    { return denied(o.words()) }

func (o anyOf) words() string {
	if len(o.list) == 0 {
		return "nothing would do"
	}
	return joined(o.list, " or ")
}

func (o anyOf) write(to *strictjson.Object) { to.Must(o.word(), strictjson.OrEmpty(o.list)) }

func (o anyOf) read(f strictjson.Field, depth int) (_ operator, err error) {
	o.list, err = readParts(f, depth)
	return o, err
}

func (o anyOf) check(path string, in *scope) error {
	if len(o.list) == 0 {
		return field.Errorf(path, "no part, so it can never be met; want at least one")
	}
	return checkParts(path, o.list, in)
}

func (o anyOf) bind(to *scope) test { return &anyTest{anyOf: o, tests: bindParts(o.list, to)} }

// anyTest is anyOf with its parts bound.
type anyTest struct {
	anyOf
	tests []test
}

func (t *anyTest) eval(s Situation) Verdict {
	verdict := Lost
	for _, p := range t.tests {
		switch p.eval(s) {
		case Met:
			return Met
		case Pending:
			verdict = Pending
		}
	}
	return verdict
}

func (t *anyTest) find(s Situation) Finding {
	if len(t.tests) == 0 {
		return Finding{Verdict: t.eval(s), Text: t.words()}
	}
	return findParts(t, s, "any of", t.tests)
}

func (t *anyTest) lacks(s Situation, to []Shortfall) []Shortfall {
	for _, p := range t.tests {
		to = lacking(p, s, to)
	}
	return to
}

func (t *anyTest) read(r *Reads) {
	for _, p := range t.tests {
		p.read(r)
	}
}

func (t *anyTest) await(parties Set) {
	for _, p := range t.tests {
		p.await(parties)
	}
}

func (*anyTest) fills() bool { return false }

// reach takes the alternative that asks least.
func (t *anyTest) reach(s Situation, w way) (way, bool) {
	best, found := w, false
	for _, p := range t.tests {
		if got, ok := p.reach(s, w.clone()); ok && (!found || got.size() < best.size()) {
			best, found = got, true
		}
	}
	return best, found
}
