package condition

import (
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Verdict is what a condition comes to.
type Verdict uint8

// The verdicts. Lost means that what was rejected leaves the condition no way to
// be met. In the standard lifecycles a deal whose approval condition is lost is
// rejected, and no approval counts any more until a new round begins.
const (
	Pending Verdict = iota + 1
	Met
	Lost
)

var verdictWords = [...]string{Pending: "pending", Met: "met", Lost: "lost"}

// String gives the verdict's word; of a value that is no verdict, nothing.
func (v Verdict) String() string {
	if int(v) < len(verdictWords) {
		return verdictWords[v]
	}
	return ""
}

// MarshalText writes the verdict's word.
func (v Verdict) MarshalText() ([]byte, error) {
	if v.String() == "" {
		return nil, field.Errorf("verdict", "not set; want one of %s", strings.Join(verdictWords[Pending:], ", "))
	}
	return []byte(v.String()), nil
}

// UnmarshalText reads a verdict's word.
func (v *Verdict) UnmarshalText(text []byte) error {
	i := slices.Index(verdictWords[Pending:], string(text))
	if i < 0 {
		return field.Errorf("verdict", "%q is unknown; want one of %s", field.Clip(string(text)), strings.Join(verdictWords[Pending:], ", "))
	}
	*v = Pending + Verdict(i)
	return nil
}

// metOr gives Met, or what it is otherwise.
func metOr(met bool, otherwise Verdict) Verdict {
	if met {
		return Met
	}
	return otherwise
}
