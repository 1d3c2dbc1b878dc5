package condition

import "github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"

// bound asks whether the deal binds a party: {"bound":"us"}, or {"bound":""} for any.
type bound struct{ party string }

// Bound is met while the deal is in force for the party; of "", for any party.
func Bound(party string) Condition { return of(bound{party}) }

func (bound) word() string       { return "bound" }
func (bound) parts() []Condition { return nil }
func (bound) guardOnly() bool    { return true }
func (o bound) words() string    { return "it binds " + boundWords(o.party, "some party") }
func (o bound) negated() string  { return "it does not bind " + boundWords(o.party, "any party") }

func (o bound) write(to *strictjson.Object) { to.Must(o.word(), o.party) }

func (o bound) read(f strictjson.Field, _ int) (operator, error) {
	err := f.Text(&o.party)
	return o, err
}

func (o bound) check(path string, in *scope) error {
	if o.party == "" {
		return nil
	}
	return in.checkParty(path, o.party)
}

func boundWords(party, any string) string {
	if party == "" {
		return any
	}
	return party
}

func (o bound) bind(to *scope) test {
	index := anyParty
	if o.party != "" {
		index = to.parties[o.party]
	}
	return &boundTest{o, index}
}

// boundTest is bound bound to the agreement.
type boundTest struct {
	bound
	index int // or anyParty
}

func (t *boundTest) eval(s Situation) Verdict { return metOr(s.Binds(t.index), Pending) }

func (t *boundTest) find(s Situation) Finding {
	return Finding{Verdict: t.eval(s), Text: said(t, t.eval(s))}
}

func (t *boundTest) lacks(_ Situation, to []Shortfall) []Shortfall {
	return append(to, Shortfall{Lack: LackOther, Words: t.negated()})
}

func (t *boundTest) read(r *Reads) {
	r.Bound = true
	if t.index != anyParty {
		r.BoundParties.Add(t.index)
	}
}

func (*boundTest) await(Set)   {}
func (*boundTest) fills() bool { return false }

func (t *boundTest) reach(s Situation, w way) (way, bool) { return unreached(t, s, w) }

// anyParty is the index of a bound that names no party.
const anyParty = -1
