package condition

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// all asks for every part: {"all":[…]}.
type all struct{ list []Condition }

// All is met when every part is, and lost when one part is. All() is met.
func All(parts ...Condition) Condition { return of(all{append([]Condition(nil), parts...)}) }

func (all) word() string         { return "all" }
func (o all) parts() []Condition { return o.list }
func (all) guardOnly() bool      { return false }
func (o all) negated() string    { return denied(o.words()) }

func (o all) words() string {
	if len(o.list) == 0 {
		return "nothing is asked"
	}
	return joined(o.list, " and ")
}

func (o all) write(to *strictjson.Object) { to.Must(o.word(), strictjson.OrEmpty(o.list)) }

func (o all) read(f strictjson.Field, depth int) (_ operator, err error) {
	o.list, err = readParts(f, depth)
	return o, err
}

func (o all) check(path string, in *scope) error { return checkParts(path, o.list, in) }

// checkParts checks the parts of a list, which are known by their places.
func checkParts(path string, parts []Condition, in *scope) error {
	for i, p := range parts {
		if err := p.checkPart(fmt.Sprintf("%s[%d]", path, i), in); err != nil {
			return err
		}
	}
	return nil
}

func (o all) bind(to *scope) test { return &allTest{all: o, tests: bindParts(o.list, to)} }

func bindParts(parts []Condition, to *scope) []test {
	tests := make([]test, len(parts))
	for i, p := range parts {
		tests[i] = p.bind(to)
	}
	return tests
}

// allTest is all with its parts bound.
type allTest struct {
	all
	tests []test
}

func (t *allTest) eval(s Situation) Verdict {
	verdict := Met
	for _, p := range t.tests {
		switch p.eval(s) {
		case Lost:
			return Lost
		case Pending:
			verdict = Pending
		}
	}
	return verdict
}

func (t *allTest) find(s Situation) Finding {
	if len(t.tests) == 0 {
		return Finding{Verdict: t.eval(s), Text: t.words()}
	}
	return findParts(t, s, "all of", t.tests)
}

func (t *allTest) lacks(s Situation, to []Shortfall) []Shortfall {
	for _, p := range t.tests {
		to = lacking(p, s, to)
	}
	return to
}

func (t *allTest) read(r *Reads) {
	for _, p := range t.tests {
		p.read(r)
	}
}

func (t *allTest) await(parties Set) {
	for _, p := range t.tests {
		p.await(parties)
	}
}

func (*allTest) fills() bool { return false }

// reach meets counts last, for what other parts ask may fill them.
func (t *allTest) reach(s Situation, w way) (way, bool) {
	every := true
	for _, last := range []bool{false, true} {
		for _, p := range t.tests {
			if p.fills() == last {
				var ok bool
				w, ok = p.reach(s, w)
				every = every && ok
			}
		}
	}
	return w, every
}
