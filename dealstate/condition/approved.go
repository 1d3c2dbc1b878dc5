package condition

import "github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"

// approved asks one party: {"approved":"us"}.
type approved struct{ party string }

// Approved is met while the party's approval of the current revision stands,
// and lost once the party has rejected it.
func Approved(party string) Condition { return of(approved{party}) }

func (approved) word() string       { return "approved" }
func (approved) parts() []Condition { return nil }
func (approved) guardOnly() bool    { return false }
func (o approved) words() string    { return o.party + " has approved" }
func (o approved) negated() string  { return o.party + " has not approved" }

func (o approved) write(to *strictjson.Object) { to.Must(o.word(), o.party) }

func (o approved) read(f strictjson.Field, _ int) (operator, error) {
	err := f.Text(&o.party)
	return o, err
}

func (o approved) check(path string, in *scope) error { return in.checkParty(path, o.party) }

func (o approved) bind(to *scope) test { return &approvedTest{approved: o, index: to.parties[o.party]} }

// approvedTest is approved with the party's place.
type approvedTest struct {
	approved
	index int
}

func (t *approvedTest) eval(s Situation) Verdict {
	switch {
	case s.Approved().Has(t.index):
		return Met
	case s.Rejected().Has(t.index):
		return Lost
	}
	return Pending
}

func (t *approvedTest) find(s Situation) Finding {
	return Finding{Verdict: t.eval(s), Text: s.Standing(t.index)}
}

func (t *approvedTest) lacks(_ Situation, to []Shortfall) []Shortfall {
	return append(to, Shortfall{Lack: LackApproval, Index: t.index, Name: t.party})
}

func (t *approvedTest) read(r *Reads)     { r.Parties.Add(t.index) }
func (t *approvedTest) await(parties Set) { parties.Add(t.index) }
func (t *approvedTest) fills() bool       { return false }

func (t *approvedTest) reach(s Situation, w way) (way, bool) {
	w.parties.Add(t.index)
	return w, !s.Rejected().Has(t.index)
}
