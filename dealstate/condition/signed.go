package condition

import "github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"

// signed asks for one party's signature: {"signed":"us"}.
type signed struct{ party string }

// Signed is met once the party has signed the current text. It is never lost: who
// has not signed may still do so.
func Signed(party string) Condition { return of(signed{party}) }

func (signed) word() string       { return "signed" }
func (signed) parts() []Condition { return nil }
func (signed) guardOnly() bool    { return false }
func (o signed) words() string    { return o.party + " has signed" }
func (o signed) negated() string  { return o.party + " has not signed" }

func (o signed) write(to *strictjson.Object) { to.Must(o.word(), o.party) }

func (o signed) read(f strictjson.Field, _ int) (operator, error) {
	err := f.Text(&o.party)
	return o, err
}

func (o signed) check(path string, in *scope) error { return in.checkParty(path, o.party) }

func (o signed) bind(to *scope) test { return &signedTest{o, to.parties[o.party]} }

// signedTest is signed bound to the agreement.
type signedTest struct {
	signed
	index int
}

func (t *signedTest) eval(s Situation) Verdict { return metOr(s.Signed().Has(t.index), Pending) }

func (t *signedTest) find(s Situation) Finding {
	return Finding{Verdict: t.eval(s), Text: said(t, t.eval(s))}
}

func (t *signedTest) lacks(_ Situation, to []Shortfall) []Shortfall {
	return append(to, Shortfall{Lack: LackOther, Words: t.negated()})
}

func (t *signedTest) read(r *Reads) { r.Signatures.Add(t.index) }
func (*signedTest) await(Set)       {}
func (*signedTest) fills() bool     { return false }

func (t *signedTest) reach(s Situation, w way) (way, bool) { return unreached(t, s, w) }
