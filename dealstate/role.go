package dealstate

// Role is the capacity in which somebody says that an act was done. The
// earlier in the list, the nearer to the act itself.
type Role uint8

// The roles.
const (
	Instrument   Role = iota + 1 // a legal instrument: an order, a notice, a deposit
	Approver                     // the person whose approval binds the party
	Government                   // another voice of that party's own government
	Negotiator                   // a member of that party's delegation
	Counterparty                 // another party, speaking of this one
	Press                        // a report without a speaker of either side

	endOfRoles
)

var roles = [endOfRoles]string{
	Instrument:   "instrument",
	Approver:     "approver",
	Government:   "government",
	Negotiator:   "negotiator",
	Counterparty: "counterparty",
	Press:        "press",
}

var roleEnum = enum[Role]{"role", roles[:]}

func (r Role) String() string { return roleEnum.text(r) }

// MarshalText writes the role's word.
func (r Role) MarshalText() ([]byte, error) { return roleEnum.marshal(r) }

// UnmarshalText reads a role's word.
func (r *Role) UnmarshalText(text []byte) error { return roleEnum.unmarshal(r, text) }
