package condition

import (
	"github.com/fe115bb3/dealtracker/dealstate/internal/phrase"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// actOf asks whose act is at hand: {"act_of":"us"}, or {"act_of":""} for an act
// of all sides.
type actOf struct{ party string }

// ActOf is met when the event at hand is an act of that party; of "", when it
// is an act of all sides.
func ActOf(party string) Condition { return of(actOf{party}) }

func (actOf) word() string       { return "act_of" }
func (actOf) parts() []Condition { return nil }
func (actOf) guardOnly() bool    { return true }
func (o actOf) words() string    { return "it is an act of " + phrase.OrAllSides(o.party) }
func (o actOf) negated() string  { return "it is not an act of " + phrase.OrAllSides(o.party) }

func (o actOf) write(to *strictjson.Object) { to.Must(o.word(), o.party) }

func (o actOf) read(f strictjson.Field, _ int) (operator, error) {
	err := f.Text(&o.party)
	return o, err
}

func (o actOf) check(path string, in *scope) error {
	if o.party == "" {
		return nil
	}
	return in.checkParty(path, o.party)
}

func (o actOf) bind(to *scope) test {
	if o.party == "" {
		return &actOfTest{actOf: o, index: allSides}
	}
	return &actOfTest{actOf: o, index: to.parties[o.party]}
}

// allSides is the actor of an act without a party.
const allSides = -1

// actOfTest is actOf with the party's place.
type actOfTest struct {
	actOf
	index int // or allSides
}

func (t *actOfTest) eval(s Situation) Verdict { return metOr(s.Actor() == t.index, Pending) }

func (t *actOfTest) find(s Situation) Finding { return Finding{Verdict: t.eval(s), Text: t.words()} }

func (t *actOfTest) lacks(_ Situation, to []Shortfall) []Shortfall {
	return append(to, Shortfall{Lack: LackOther, Words: t.negated()})
}

func (t *actOfTest) read(r *Reads) {
	if t.index == allSides {
		r.JointActor = true
		return
	}
	r.Actors.Add(t.index)
}

func (*actOfTest) await(Set)   {}
func (*actOfTest) fills() bool { return false }

func (t *actOfTest) reach(s Situation, w way) (way, bool) { return unreached(t, s, w) }
