package dealstate

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
	naming "github.com/fe115bb3/dealtracker/dealstate/internal/names"
)

// Validate reports the first thing wrong with the agreement, as a *FieldError;
// [Compile] also examines its rules.
func (a Agreement) Validate() error {
	_, err := a.validate()
	return err
}

// validate also gives what conditions may speak of.
func (a Agreement) validate() (*condition.Names, error) {
	if err := field.CheckID("id", a.ID); err != nil {
		return nil, err
	}
	for _, check := range []func() error{a.checkTexts, a.checkParties, a.checkCommitments, a.checkClocks} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	if a.Lifecycle != nil {
		if err := a.Lifecycle.checkOrders(); err != nil {
			return nil, err
		}
	}
	names := a.names()
	return names, names.CheckApproval("approval", a.Approval)
}

func (a Agreement) checkTexts() error {
	for i, id := range a.Implements {
		if err := field.CheckID(fmt.Sprintf("implements[%d]", i), id); err != nil {
			return err
		}
		if id == a.ID {
			return field.Errorf(fmt.Sprintf("implements[%d]", i), "%q is the agreement itself", field.Clip(id))
		}
	}
	if err := field.CheckText("title", a.Title, field.MaxText); err != nil {
		return err
	}
	return field.CheckText("incomplete", a.Incomplete, field.MaxText)
}

func (a Agreement) checkParties() error {
	if len(a.Parties) == 0 {
		return field.Errorf("parties", "none; want at least one")
	}
	if len(a.Parties) > field.MaxParties {
		return field.Errorf("parties", "%d of them; want at most %d", len(a.Parties), field.MaxParties)
	}
	seen := make(map[string]bool, len(a.Parties))
	var sum int64
	for i, p := range a.Parties {
		at := fmt.Sprintf("parties[%d]", i)
		if err := field.CheckID(at+".id", p.ID); err != nil {
			return err
		}
		if seen[p.ID] {
			return field.Errorf(at+".id", "%q is there twice", field.Clip(p.ID))
		}
		seen[p.ID] = true
		if err := p.checkTexts(at); err != nil {
			return err
		}
		if p.Weight < 0 || sum+p.Weight < sum {
			return field.Errorf(at+".weight", "%d is negative, or too large to add up", p.Weight)
		}
		sum += p.Weight
	}
	_, err := a.speakers()
	return err
}

func (p Party) checkTexts(at string) error {
	if p.Approver != "" {
		if err := checkApprover(at+".approver", p.Approver, field.MaxApprover); err != nil {
			return err
		}
	}
	if err := p.checkAliases(at + ".aliases"); err != nil {
		return err
	}
	for i, group := range p.Groups {
		in := fmt.Sprintf("%s.groups[%d]", at, i)
		if group == "" || strings.ContainsFunc(group, unicode.IsControl) {
			return field.Errorf(in, "empty, or holds control characters; want a name")
		}
		if err := field.CheckText(in, group, field.MaxID); err != nil {
			return err
		}
	}
	return field.CheckText(at+".name", p.Name, field.MaxText)
}

func checkApprover(at, name string, most int) error {
	if strings.ContainsFunc(name, unicode.IsControl) || !strings.ContainsFunc(name, isSeen) {
		return field.Errorf(at, "%q is blank, or holds control characters; want a name", field.Clip(name))
	}
	return field.CheckText(at, name, most)
}

// isSeen reports whether a reader sees the character: it is neither blank nor of no width.
func isSeen(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }

func (p Party) checkAliases(at string) error {
	if len(p.Aliases) > 0 && p.Approver == "" {
		return field.Errorf(at, "further names of an approver whom the party does not name; want approver, too")
	}
	if len(p.Aliases) > field.MaxAliases {
		return field.Errorf(at, "%d of them; want at most %d", len(p.Aliases), field.MaxAliases)
	}
	for i, alias := range p.Aliases {
		if err := checkApprover(fmt.Sprintf("%s[%d]", at, i), alias, field.MaxName); err != nil {
			return err
		}
	}
	return nil
}

func (a Agreement) checkCommitments() error {
	if len(a.Commitments) > field.MaxCommitments {
		return field.Errorf("commitments", "%d of them; want at most %d", len(a.Commitments), field.MaxCommitments)
	}
	seen, parties := make(map[string]bool, len(a.Commitments)), make(map[string]bool, len(a.Parties))
	for _, p := range a.Parties {
		parties[p.ID] = true
	}
	for i, c := range a.Commitments {
		at := fmt.Sprintf("commitments[%d]", i)
		if err := field.CheckID(at+".id", c.ID); err != nil {
			return err
		}
		if seen[c.ID] {
			return field.Errorf(at+".id", "%q is there twice", field.Clip(c.ID))
		}
		seen[c.ID] = true
		if !parties[c.Party] {
			return field.Errorf(at+".party", "%q is not a party; want one of %s%s", field.Clip(c.Party), a.someParties(), a.likeParty(c.Party))
		}
		if err := field.CheckText(at+".title", c.Title, field.MaxText); err != nil {
			return err
		}
		if err := c.checkDeadline(at + ".deadline"); err != nil {
			return err
		}
	}
	return nil
}

func (c Commitment) checkDeadline(at string) error {
	switch {
	case c.Within == nil:
		return instant.Check(at, c.Deadline)
	case !c.Deadline.IsZero():
		return field.Errorf(at, "both an instant and a delay from entry into force; want one of them")
	}
	return c.Within.validate(at)
}

func (a Agreement) checkClocks() error {
	if err := instant.Check("deadline", a.Deadline); err != nil {
		return err
	}
	for _, f := range []struct {
		name  string
		delay *Delay
	}{{"effect", a.Effect}, {"term", a.Term}} {
		if f.delay == nil {
			continue
		}
		if err := f.delay.validate(f.name); err != nil {
			return err
		}
	}
	if a.Term != nil && a.Term.isNone() {
		return field.Errorf("term", "no time at all; leave it out for an agreement that is open-ended")
	}
	return a.checkOwnClocks()
}

// checkOwnClocks examines what the agreement says of joining, notice and renewal, and
// its own timers.
func (a Agreement) checkOwnClocks() error {
	if a.Join != nil {
		if err := a.Join.Delay.validate("join"); err != nil {
			return err
		}
	}
	if err := a.Notice.check(); err != nil {
		return err
	}
	switch {
	case a.Renew == nil:
	case a.Term == nil:
		return field.Errorf("renew", "there is no term that could run again; want a term beside it")
	case a.Renew.validate("renew") != nil:
		return a.Renew.validate("renew")
	case !a.Renew.takesTime():
		return field.Errorf("renew", "a term that runs again for no time would never end; want days, months or first_of_month")
	}
	return a.checkTimers()
}

func (a Agreement) checkTimers() error {
	if len(a.Timers) > field.MaxTimers {
		return field.Errorf("timers", "%d of them; want at most %d", len(a.Timers), field.MaxTimers)
	}
	seen := map[string]bool{}
	for i, t := range a.Timers {
		at := fmt.Sprintf("timers[%d]", i)
		if err := field.CheckID(at+".id", t.ID); err != nil {
			return err
		}
		_, taken := ParseTrigger(t.ID)
		switch {
		case taken == nil:
			return field.Errorf(at+".id", "%q is a kind of event or a clock already; want another name", field.Clip(t.ID))
		case seen[t.ID]:
			return field.Errorf(at+".id", "%q is there twice", field.Clip(t.ID))
		case !t.After.takesTime():
			return field.Errorf(at+".after", "no time at all, or only a date; want days, months or first_of_month")
		case a.Lifecycle == nil || !slices.ContainsFunc(a.Lifecycle.Rules, func(r Rule) bool { return r.On == Timer(t.ID) }):
			return field.Errorf(at+".id", "no rule waits for %q; want one in lifecycle.rules with \"on\":%q", field.Clip(t.ID), field.Clip(t.ID))
		}
		seen[t.ID] = true
		if err := t.After.validate(at + ".after"); err != nil {
			return err
		}
	}
	return nil
}

// hasTrigger reports whether a rule of this agreement can wait for it.
func (a Agreement) hasTrigger(on Trigger) bool {
	if t, own := on.(Timer); own {
		return slices.ContainsFunc(a.Timers, func(o OwnTimer) bool { return o.ID == string(t) })
	}
	return rowOf(on) > 0
}

// speakers finds the party by any name of its approver: as it is given, and
// folded. A name that two parties share is an error.
func (a Agreement) speakers() (map[string]int, error) {
	found := make(map[string]int, 2*len(a.Parties))
	add := func(name string, party int, at func() string) error {
		folded := naming.Fold(name)
		if other, taken := found[folded]; taken && other != party {
			return field.Errorf(at(), "%q is a name of the approver of %q too; want one name for one approver, such as the office or the full name",
				field.Clip(name), field.Clip(a.Parties[other].ID))
		}
		found[folded], found[name] = party, party
		return nil
	}
	for i, p := range a.Parties {
		if p.Approver == "" {
			continue
		}
		if err := add(p.Approver, i, func() string { return fmt.Sprintf("parties[%d].approver", i) }); err != nil {
			return nil, err
		}
		for k, alias := range p.Aliases {
			if err := add(alias, i, func() string { return fmt.Sprintf("parties[%d].aliases[%d]", i, k) }); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}
