package condition

import "github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"

// suspended asks whether one party has suspended the deal: {"suspended":"us"}.
type suspended struct{ party string }

// Suspended is met while the party's own suspension stands.
func Suspended(party string) Condition { return of(suspended{party}) }

func (suspended) word() string       { return "suspended" }
func (suspended) parts() []Condition { return nil }
func (suspended) guardOnly() bool    { return true }
func (o suspended) words() string    { return o.party + " has suspended it" }
func (o suspended) negated() string  { return o.party + " has not suspended it" }

func (o suspended) write(to *strictjson.Object) { to.Must(o.word(), o.party) }

func (o suspended) read(f strictjson.Field, _ int) (operator, error) {
	err := f.Text(&o.party)
	return o, err
}

func (o suspended) check(path string, in *scope) error { return in.checkParty(path, o.party) }

func (o suspended) bind(to *scope) test { return &suspendedTest{o, to.parties[o.party]} }

// suspendedTest is suspended bound to the agreement.
type suspendedTest struct {
	suspended
	index int
}

func (t *suspendedTest) eval(s Situation) Verdict { return metOr(s.Suspended().Has(t.index), Pending) }

func (t *suspendedTest) find(s Situation) Finding {
	return Finding{Verdict: t.eval(s), Text: said(t, t.eval(s))}
}

func (t *suspendedTest) lacks(_ Situation, to []Shortfall) []Shortfall {
	return append(to, Shortfall{Lack: LackOther, Words: t.negated()})
}

func (t *suspendedTest) read(r *Reads) { r.Suspensions.Add(t.index) }
func (*suspendedTest) await(Set)       {}
func (*suspendedTest) fills() bool     { return false }

func (t *suspendedTest) reach(s Situation, w way) (way, bool) { return unreached(t, s, w) }
