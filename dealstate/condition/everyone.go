package condition

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate/internal/phrase"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// everyone asks every party. It is the zero condition of an approval: nobody
// writes it, so it has no word, and the table of operators does not hold it.
type everyone struct{}

func (everyone) word() string             { return "" }
func (everyone) parts() []Condition       { return nil }
func (everyone) guardOnly() bool          { return false }
func (everyone) words() string            { return "every party has approved" }
func (o everyone) negated() string        { return denied(o.words()) }
func (everyone) write(*strictjson.Object) {}
func (o everyone) read(f strictjson.Field, _ int) (operator, error) {
	return o, f.Unknown(Operators()...)
}
func (everyone) check(string, *scope) error { return nil }

func (everyone) bind(to *scope) test {
	q, size, _ := to.group("")
	q = q.asks(size, size, to.Names)
	q.open = false // where one that is listed has rejected it, no other makes up for it
	return &everyoneTest{quota: q, names: to.Names}
}

// everyoneTest is a quota of all parties.
type everyoneTest struct {
	quota
	names *Names
}

func (t *everyoneTest) find(s Situation) Finding {
	have := t.have(s.Approved())
	return Finding{Verdict: t.eval(s), Have: have, Need: t.need,
		Text: fmt.Sprintf("%d of %s", have, phrase.Counted(t.need, "party", "parties"))}
}

// mostNamed bounds how many parties are named one by one.
const mostNamed = 5

func (t *everyoneTest) lacks(s Situation, to []Shortfall) []Shortfall {
	named, more := 0, int64(0)
	for i, p := range t.names.agreement.Parties {
		switch {
		case s.Approved().Has(i):
		case named < mostNamed:
			named++
			to = append(to, Shortfall{Lack: LackApproval, Index: i, Name: p.ID})
		default:
			more++
		}
	}
	if more > 0 {
		to = append(to, Shortfall{Lack: LackMore, Have: more})
	}
	return to
}

func (*everyoneTest) fills() bool { return true }
