package dealstate

// Outcome is what became of an event.
type Outcome uint8

// The outcomes.
const (
	Applied   Outcome = iota + 1 // it took effect, with or without a change of state
	Refused                      // the rules say no: a guard is unmet, or no rule leads on
	Noted                        // kept as evidence only
	Duplicate                    // recorded before with the same content; kept once

	endOfOutcomes
)

var outcomes = [endOfOutcomes]string{
	Applied:   "applied",
	Refused:   "refused",
	Noted:     "noted",
	Duplicate: "duplicate",
}

var outcomeEnum = enum[Outcome]{"outcome", outcomes[:]}

func (o Outcome) String() string { return outcomeEnum.text(o) }

// MarshalText writes the outcome's word.
func (o Outcome) MarshalText() ([]byte, error) { return outcomeEnum.marshal(o) }

// UnmarshalText reads an outcome's word.
func (o *Outcome) UnmarshalText(text []byte) error { return outcomeEnum.unmarshal(o, text) }
