package main

import (
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// viewFlags say from where deals are looked at.
type viewFlags struct {
	Policy  string `enum:"${policies}" default:"strict" placeholder:"P" help:"Whose word counts: strict (the approver in person, or a legal instrument), official (also that side's government) or reported (anybody)."`
	AsOf    string `placeholder:"T" help:"What had happened by then: a date, which means its end in UTC, or an RFC 3339 instant. Default: --known-by, else now."`
	KnownBy string `placeholder:"T" help:"What was known by then: a date or an instant. Default: all there is."`
}

// view reads the flags. Where they leave the instant open, it is now.
func (f viewFlags) view(a *app) (dealstate.View, error) {
	v, err := dealstate.ParseView(f.AsOf, f.KnownBy, f.Policy)
	if err != nil {
		return v, misusef("%v", err)
	}
	return a.until(v), nil
}

// until puts now where a view leaves both instants open.
func (a *app) until(v dealstate.View) dealstate.View {
	if v.AsOf.IsZero() && v.KnownBy.IsZero() {
		v.AsOf = a.now().UTC()
	}
	return v
}

// parseView reads a view as it is written in one argument: a date or an instant, a policy, or
// both with a comma between, such as 2025-06-26,official. The date is that by which things
// had happened and were known.
func (a *app) parseView(text, policy string) (dealstate.View, error) {
	moment := ""
	for part := range strings.SplitSeq(text, ",") {
		if _, err := dealstate.ParsePolicy(part); err == nil {
			policy = part
		} else if moment == "" {
			moment = part
		} else {
			return dealstate.View{}, misusef("%q is no view; want a date, a policy, or both with a comma between", text)
		}
	}
	v, err := dealstate.ParseView(moment, moment, policy)
	if err != nil {
		return v, misusef("%q is no view: %v; want a date, a policy (strict, official or reported), or both with a comma between", text, err)
	}
	return a.until(v), nil
}

// otherPolicies are the standard ones beside one.
func otherPolicies(name string) (others []dealstate.Policy) {
	for _, p := range dealstate.Policies() {
		if p.Name != name {
			others = append(others, p)
		}
	}
	return others
}
