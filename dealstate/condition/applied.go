package condition

import "github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"

// applied asks whether one party applies the deal provisionally: {"applied":"us"}.
type applied struct{ party string }

// Applied is met while the party applies the deal provisionally (Vienna Convention on
// the Law of Treaties, article 25).
func Applied(party string) Condition { return of(applied{party}) }

func (applied) word() string       { return "applied" }
func (applied) parts() []Condition { return nil }
func (applied) guardOnly() bool    { return true }
func (o applied) words() string    { return o.party + " applies it provisionally" }
func (o applied) negated() string  { return o.party + " does not apply it provisionally" }

func (o applied) write(to *strictjson.Object) { to.Must(o.word(), o.party) }

func (o applied) read(f strictjson.Field, _ int) (operator, error) {
	err := f.Text(&o.party)
	return o, err
}

func (o applied) check(path string, in *scope) error { return in.checkParty(path, o.party) }

func (o applied) bind(to *scope) test { return &appliedTest{o, to.parties[o.party]} }

// appliedTest is applied bound to the agreement.
type appliedTest struct {
	applied
	index int
}

func (t *appliedTest) eval(s Situation) Verdict { return metOr(s.Applied().Has(t.index), Pending) }

func (t *appliedTest) find(s Situation) Finding {
	return Finding{Verdict: t.eval(s), Text: said(t, t.eval(s))}
}

func (t *appliedTest) lacks(_ Situation, to []Shortfall) []Shortfall {
	return append(to, Shortfall{Lack: LackOther, Words: t.negated()})
}

func (t *appliedTest) read(r *Reads) { r.Applications.Add(t.index) }
func (*appliedTest) await(Set)       {}
func (*appliedTest) fills() bool     { return false }

func (t *appliedTest) reach(s Situation, w way) (way, bool) { return unreached(t, s, w) }
