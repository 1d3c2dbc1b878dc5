package dealstate

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

var verdictEnum = enum[Verdict]{"verdict", []string{Pending: "pending", Met: "met", Lost: "lost"}}

func (v Verdict) String() string { return verdictEnum.text(v) }

// MarshalText writes the verdict's word.
func (v Verdict) MarshalText() ([]byte, error) { return verdictEnum.marshal(v) }

// UnmarshalText reads a verdict's word.
func (v *Verdict) UnmarshalText(text []byte) error { return verdictEnum.unmarshal(v, text) }
