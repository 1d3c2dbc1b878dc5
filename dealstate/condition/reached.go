package condition

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// reached asks whether an instant has come: {"reached":"2024-10-16T00:00:00Z"}.
type reached struct{ at time.Time }

// Reached is met from the instant on, and pending before.
func Reached(at time.Time) Condition { return of(reached{instant.Tidy(at)}) }

func (reached) word() string       { return "reached" }
func (reached) parts() []Condition { return nil }
func (reached) guardOnly() bool    { return false }
func (o reached) words() string    { return instant.Say(o.at) + " is reached" }
func (o reached) negated() string  { return instant.Say(o.at) + " is not reached" }

func (o reached) write(to *strictjson.Object) { to.Must(o.word(), o.at) }

func (o reached) read(f strictjson.Field, _ int) (operator, error) {
	err := f.Dated(strictjson.Dated{To: &o.at, Day: instant.Begins})
	return o, err
}

func (o reached) check(path string, _ *scope) error {
	if o.at.IsZero() {
		return field.Errorf(path, "missing; want an instant, such as 2025-06-27T09:00:00Z")
	}
	return instant.Check(path, o.at)
}

func (o reached) bind(*scope) test { return &reachedTest{o} }

// reachedTest is reached bound to the agreement.
type reachedTest struct {
	reached
}

func (t *reachedTest) eval(s Situation) Verdict { return metOr(s.Reached(t.at), Pending) }

func (t *reachedTest) find(s Situation) Finding {
	return Finding{Verdict: t.eval(s), Text: said(t, t.eval(s))}
}

func (t *reachedTest) lacks(_ Situation, to []Shortfall) []Shortfall {
	return append(to, Shortfall{Lack: LackOther, Words: t.negated()})
}

func (t *reachedTest) read(r *Reads) { r.Instants = append(r.Instants, t.at) }
func (*reachedTest) await(Set)       {}
func (*reachedTest) fills() bool     { return false }

func (t *reachedTest) reach(s Situation, w way) (way, bool) { return unreached(t, s, w) }

func (t *reachedTest) isFinal(s Situation) bool { return t.eval(s) == Met }
