package dealstate

import (
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
)

// RoleSet is a set of roles.
type RoleSet uint8

// Roles makes a set of the given roles.
func Roles(roles ...Role) RoleSet {
	var set RoleSet
	for _, r := range roles {
		set |= 1 << r
	}
	return set
}

// Has reports whether the role is in the set.
func (s RoleSet) Has(r Role) bool { return s&(1<<r) != 0 }

// Policy says whose word counts as an act. Binding is for what binds a side
// (approve, reject, withdraw, apply, implement, perform, breach, suspend, resume,
// extend, terminate); Talks is for what negotiators do themselves (negotiate, sign,
// submit, amend, dispute, settle). A retract and a note are matters of the log, and
// count from anybody.
//
// Snapshots and reasons carry the name; a policy without one is called custom.
type Policy struct {
	Name    string
	Binding RoleSet
	Talks   RoleSet
}

const (
	ownVoice   = RoleSet(1<<Instrument | 1<<Approver)
	ownSide    = ownVoice | 1<<Government
	delegation = ownSide | 1<<Negotiator
	anybody    = delegation | 1<<Counterparty | 1<<Press
)

// The standard policies.
var (
	// Strict counts the approver in person, or a legal instrument.
	Strict = Policy{Name: "strict", Binding: ownVoice, Talks: delegation}
	// Official also counts that side's own government.
	Official = Policy{Name: "official", Binding: ownSide, Talks: delegation}
	// Reported also counts negotiators, the other side and the press.
	Reported = Policy{Name: "reported", Binding: anybody, Talks: anybody}
)

// Policies lists the standard policies, the most demanding first.
func Policies() []Policy { return []Policy{Strict, Official, Reported} }

// ParsePolicy gives the standard policy of that name.
func ParsePolicy(name string) (Policy, error) {
	for _, p := range Policies() {
		if p.Name == name {
			return p, nil
		}
	}
	return Policy{}, field.Errorf("policy", "%q is unknown; want one of strict, official, reported%s", field.Clip(name), nearest.Hint(name, []string{"strict", "official", "reported"}))
}

// named gives the policy a name, and for the zero policy Strict.
func (p Policy) named() Policy {
	switch {
	case p == Policy{}:
		return Strict
	case p.Name == "":
		p.Name = "custom"
	}
	return p
}

// Counts reports whether, under this policy, a report of that kind in that
// role is an act.
func (p Policy) Counts(kind Kind, role Role) bool {
	return p.roles(kind).Has(role)
}

func (p Policy) roles(kind Kind) RoleSet {
	switch kind.class() {
	case talks:
		return p.Talks
	case ofLog:
		return anybody | 1 // bit 0: a role left out
	default:
		return p.Binding
	}
}
