package dealstate

import (
	"fmt"
	"strings"
	"unicode"
)

const (
	maxParties     = 10_000
	maxCommitments = 10_000
	maxApprover    = 128 // a state is named after the approver
)

// Validate reports the first thing wrong with the agreement, as a *FieldError;
// [Compile] also examines its rules.
func (a Agreement) Validate() error {
	if err := checkID("id", a.ID); err != nil {
		return err
	}
	for _, check := range []func() error{a.checkTexts, a.checkParties, a.checkCommitments, a.checkClocks} {
		if err := check(); err != nil {
			return err
		}
	}
	if a.Lifecycle != nil {
		if err := a.Lifecycle.checkOrders(); err != nil {
			return err
		}
	}
	return a.checkGuard("approval", a.Approval, false)
}

func (a Agreement) checkTexts() error {
	for i, id := range a.Implements {
		if err := checkID(fmt.Sprintf("implements[%d]", i), id); err != nil {
			return err
		}
		if id == a.ID {
			return fieldErr(fmt.Sprintf("implements[%d]", i), "%q is the agreement itself", clip(id))
		}
	}
	if err := checkText("title", a.Title, maxText); err != nil {
		return err
	}
	return checkText("incomplete", a.Incomplete, maxText)
}

func (a Agreement) checkParties() error {
	if len(a.Parties) == 0 {
		return fieldErr("parties", "none; want at least one")
	}
	if len(a.Parties) > maxParties {
		return fieldErr("parties", "%d of them; want at most %d", len(a.Parties), maxParties)
	}
	seen := make(map[string]bool, len(a.Parties))
	var sum int64
	for i, p := range a.Parties {
		at := fmt.Sprintf("parties[%d]", i)
		if err := checkID(at+".id", p.ID); err != nil {
			return err
		}
		if seen[p.ID] {
			return fieldErr(at+".id", "%q is there twice", clip(p.ID))
		}
		seen[p.ID] = true
		if err := p.checkTexts(at); err != nil {
			return err
		}
		if p.Weight < 0 || sum+p.Weight < sum {
			return fieldErr(at+".weight", "%d is negative, or too large to add up", p.Weight)
		}
		sum += p.Weight
	}
	return nil
}

func (p Party) checkTexts(at string) error {
	if strings.ContainsFunc(p.Approver, unicode.IsControl) {
		return fieldErr(at+".approver", "%q holds control characters; want a name", clip(p.Approver))
	}
	if err := checkText(at+".approver", p.Approver, maxApprover); err != nil {
		return err
	}
	for i, group := range p.Groups {
		field := fmt.Sprintf("%s.groups[%d]", at, i)
		if group == "" || strings.ContainsFunc(group, unicode.IsControl) {
			return fieldErr(field, "empty, or holds control characters; want a name")
		}
		if err := checkText(field, group, maxID); err != nil {
			return err
		}
	}
	return checkText(at+".name", p.Name, maxText)
}

func (a Agreement) checkCommitments() error {
	if len(a.Commitments) > maxCommitments {
		return fieldErr("commitments", "%d of them; want at most %d", len(a.Commitments), maxCommitments)
	}
	seen := make(map[string]bool, len(a.Commitments))
	for i, c := range a.Commitments {
		at := fmt.Sprintf("commitments[%d]", i)
		if err := checkID(at+".id", c.ID); err != nil {
			return err
		}
		if seen[c.ID] {
			return fieldErr(at+".id", "%q is there twice", clip(c.ID))
		}
		seen[c.ID] = true
		if a.party(c.Party) < 0 {
			return fieldErr(at+".party", "%q is not a party; want one of %s%s", clip(c.Party), a.someParties(), a.likeParty(c.Party))
		}
		if err := checkText(at+".title", c.Title, maxText); err != nil {
			return err
		}
	}
	return nil
}

func (a Agreement) checkClocks() error {
	if err := checkInstant("deadline", a.Deadline); err != nil {
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
	if a.Term != nil && *a.Term == (Delay{}) {
		return fieldErr("term", "no time at all; leave it out for an agreement that is open-ended")
	}
	return nil
}

// checkGuard bounds how deep a condition nests, and then examines it.
func (a Agreement) checkGuard(at string, c Condition, inRule bool) error {
	if c.depth() > maxNesting {
		return fieldErr(at, "nested deeper than %d", maxNesting)
	}
	return a.checkCondition(at, c, inRule)
}

// checkCondition finds names that the agreement does not know, and words that
// only a rule may use.
func (a Agreement) checkCondition(at string, c Condition, inRule bool) error {
	for i, p := range c.parts {
		inner := fmt.Sprintf("%s.%s", at, opWords[c.op])
		if c.op != opNot {
			inner = fmt.Sprintf("%s[%d]", inner, i)
		}
		if p.IsZero() {
			return fieldErr(inner, "the zero condition; want one with content")
		}
		if err := a.checkCondition(inner, p, inRule); err != nil {
			return err
		}
	}
	at += "." + opWords[c.op]
	switch c.op {
	case opApproved, opActOf:
		if a.party(c.name) < 0 && (c.op == opApproved || c.name != "") {
			return fieldErr(at, "%q is not a party; want one of %s%s", clip(c.name), a.someParties(), a.likeParty(c.name))
		}
	case opAny:
		if len(c.parts) == 0 {
			return fieldErr(at, "no part, so it can never be met; want at least one")
		}
	case opPerformed:
		if a.commitment(c.name) < 0 {
			return fieldErr(at, "%q is not a commitment of this agreement%s", clip(c.name), a.likeCommitment(c.name))
		}
	case opCount, opShare:
		return a.checkTally(at, c)
	case opApproval:
		if c.name != "met" && c.name != "lost" {
			return fieldErr(at, "%q is unknown; want met or lost", clip(c.name))
		}
	case opDue:
		var clock Kind
		if err := clock.UnmarshalText([]byte(c.name)); err != nil || !clock.IsClock() {
			return fieldErr(at, "%q is no clock; want deadline, effect or term", clip(c.name))
		}
	}
	if !inRule && c.op >= opApproval {
		return fieldErr(at, "only the guard of a rule can ask this")
	}
	return nil
}

func (a Agreement) checkTally(at string, c Condition) error {
	size, weight := a.group(c.name)
	if size == 0 {
		return fieldErr(at+".group", "%q has no party", clip(c.name))
	}
	if err := c.min.validate(at + ".min"); err != nil {
		return err
	}
	switch {
	case c.min.num == 0:
		return fieldErr(at+".min", "asks for nothing; want at least 1")
	case c.op == opShare && weight == 0:
		return fieldErr(at+".group", "no party of %q has a weight", clip(c.name))
	case c.total < 0:
		return fieldErr(at+".total", "%d is negative", c.total)
	case c.total > 0 && c.total < weight:
		return fieldErr(at+".total", "%d is less than the %d that the listed parties weigh", c.total, weight)
	case a.Incomplete != "": // parties that are not listed may make up for it
		return nil
	case c.op == opCount && c.min.of(int64(size)) > int64(size):
		return fieldErr(at+".min", "%s can never be met by %d parties", c.min, size)
	case c.op == opShare && c.min.of(max(c.total, weight)) > weight:
		return fieldErr(at+".min", "%s can never be met by the %d that the listed parties weigh", c.min, weight)
	}
	return nil
}
