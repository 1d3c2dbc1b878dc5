package folding

import (
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// View gives the view that is meant: the zero policy is strict. It refuses a policy under whose
// name the views of a store cannot show the fold, or would show another than that name means.
func View(v dealstate.View) (dealstate.View, error) {
	const at = "view.policy.name"
	if v.Policy == (dealstate.Policy{}) {
		v.Policy = dealstate.Strict
	}
	name := v.Policy.Name
	standard := slices.ContainsFunc(dealstate.Policies(), func(p dealstate.Policy) bool { return p.Name == name && p != v.Policy })
	switch {
	case name == "":
		return v, field.Errorf(at, "missing; want a name by which the views can show it")
	case strings.IndexByte(name, 0) >= 0:
		return v, field.Errorf(at, "has a NUL; want a name that every store can keep")
	case standard:
		return v, field.Errorf(at, "%q is that of a standard policy, and this one counts other roles; want a name of its own", name)
	}
	return v, field.CheckText(at, name, field.MaxID)
}
