package condition

import (
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// approval asks for the verdict of the agreement's own approval condition:
// {"approval":"met"} or {"approval":"lost"}.
type approval struct{ verdict string }

// ApprovalMet is met while the agreement's approval condition is, on the
// current revision.
func ApprovalMet() Condition { return of(approval{Met.String()}) }

// ApprovalLost is met when the agreement's approval condition is lost on the
// current revision.
func ApprovalLost() Condition { return of(approval{Lost.String()}) }

func (approval) word() string       { return "approval" }
func (approval) parts() []Condition { return nil }
func (approval) guardOnly() bool    { return true }
func (o approval) words() string    { return "the approval condition is " + o.verdict }
func (o approval) negated() string  { return "the approval condition is not " + o.verdict }

func (o approval) write(to *strictjson.Object) { to.Must(o.word(), o.verdict) }

func (o approval) read(f strictjson.Field, _ int) (operator, error) {
	err := f.Text(&o.verdict)
	return o, err
}

func (o approval) check(path string, _ *scope) error {
	if o.verdict != Met.String() && o.verdict != Lost.String() {
		return field.Errorf(path, "%q is unknown; want met or lost", field.Clip(o.verdict))
	}
	return nil
}

func (o approval) bind(to *scope) test {
	return &approvalTest{approval: o, lost: o.verdict == Lost.String(), of: to.approval.test}
}

// approvalTest is approval with the condition that it speaks of.
type approvalTest struct {
	approval
	lost bool // asks for Lost instead of Met
	of   test
}

func (t *approvalTest) eval(s Situation) Verdict {
	verdict := s.Approval()
	if t.lost {
		return metOr(verdict == Lost, Pending)
	}
	return verdict
}

func (t *approvalTest) find(s Situation) Finding { return Finding{Verdict: t.eval(s), Text: t.words()} }

func (t *approvalTest) lacks(s Situation, to []Shortfall) []Shortfall {
	if !t.lost {
		return t.of.lacks(s, to)
	}
	return append(to, Shortfall{Lack: LackOther, Words: t.negated()})
}

func (t *approvalTest) read(r *Reads) { t.of.read(r) }
func (*approvalTest) await(Set)       {} // it is the approval condition that awaits
func (*approvalTest) fills() bool     { return false }

func (t *approvalTest) reach(s Situation, w way) (way, bool) { return unreached(t, s, w) }
