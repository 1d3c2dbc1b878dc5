package evaluator

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Result is what a condition evaluates to.
type Result int

const (
	Pending Result = iota + 1
	Met
	Lost
)

// Condition is a guard as its JSON says it: exactly one of its keys is set (of beside count or share).
type Condition struct {
	Approved  *string      `json:"approved,omitempty"`
	All       *[]Condition `json:"all,omitempty"`
	Any       *[]Condition `json:"any,omitempty"`
	Not       *Condition   `json:"not,omitempty"`
	Count     *Threshold   `json:"count,omitempty"`
	Share     *Threshold   `json:"share,omitempty"`
	Of        string       `json:"of,omitempty"` // "signed": signatures instead of approvals
	Performed *string      `json:"performed,omitempty"`
	Signed    *string      `json:"signed,omitempty"`
	Reached   *string      `json:"reached,omitempty"`
	Approval  *string      `json:"approval,omitempty"`
	Due       *string      `json:"due,omitempty"`
	ActOf     *string      `json:"act_of,omitempty"`
}

// Threshold is how many, or how much, of a group.
type Threshold struct {
	Min   json.RawMessage `json:"min"`
	Group string          `json:"group,omitempty"`
	Total *int64          `json:"total,omitempty"`
	Of    string          `json:"of,omitempty"`
}

func partOfWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// everyParty is the condition of an agreement that names none.
func everyParty(a *Agreement) *Condition {
	var all []Condition
	for i := range a.Parties {
		all = append(all, Condition{Approved: &a.Parties[i].ID})
	}
	return &Condition{All: &all}
}

// evaluate judges a condition on what is held, with the instants that conditions read judged at the instant at.
func (d *deal) evaluate(c *Condition, at time.Time, e *Event) Result {
	switch {
	case c.Approved != nil:
		return d.approvedResult(d.a.party(*c.Approved))
	case c.All != nil:
		return d.evaluateAll(*c.All, at, e)
	case c.Any != nil:
		return d.evaluateAny(*c.Any, at, e)
	case c.Not != nil:
		return d.evaluateNot(c.Not, at, e)
	case c.Count != nil:
		return d.evaluateThreshold(c.Count, c.Of, func(Party) int64 { return 1 })
	case c.Share != nil:
		return d.evaluateThreshold(c.Share, c.Of, func(p Party) int64 { return p.Weight })
	case c.Performed != nil:
		i := d.a.commitment(*c.Performed)
		return met(i >= 0 && !d.commitments[i].performed.IsZero())
	case c.Signed != nil:
		i := d.a.party(*c.Signed)
		return met(i >= 0 && !d.parties[i].signed.IsZero()) // "`signed` is never lost"
	case c.Reached != nil:
		return met(!at.Before(c.reachedAt())) // "met from that instant on, pending before"
	case c.Approval != nil:
		approval := d.judgeApproval()
		return met(*c.Approval == "met" && approval == Met || *c.Approval == "lost" && approval == Lost)
	case c.Due != nil:
		due := d.dueOf(*c.Due)
		return met(!due.IsZero() && !due.After(d.now))
	case c.ActOf != nil:
		return met(e != nil && e.Party == *c.ActOf || e == nil && *c.ActOf == "") // Settled here: a clock is as an act of all sides.
	}
	return Met // an empty guard asks for nothing
}

func met(yes bool) Result {
	if yes {
		return Met
	}
	return Pending
}

// reachedAt is the instant a reached condition names. It was checked when the agreement was first folded.
func (c *Condition) reachedAt() time.Time {
	at, _, _ := parseInstant(*c.Reached, dayBegins)
	return at
}

func (d *deal) approvedResult(i int) Result {
	switch {
	case i < 0:
		return Pending
	case d.stands(i):
		return Met
	case d.parties[i].rejected:
		return Lost
	}
	return Pending
}

func (d *deal) evaluateAll(parts []Condition, at time.Time, e *Event) Result {
	result := Met
	for i := range parts {
		switch d.evaluate(&parts[i], at, e) {
		case Lost:
			return Lost
		case Pending:
			result = Pending
		}
	}
	return result
}

func (d *deal) evaluateAny(parts []Condition, at time.Time, e *Event) Result {
	result := Lost
	for i := range parts {
		switch d.evaluate(&parts[i], at, e) {
		case Met:
			return Met
		case Pending:
			result = Pending
		}
	}
	return result
}

// evaluateNot follows "A condition under `not` is never called lost" and "`not` of a reached instant is lost once
// reached".
func (d *deal) evaluateNot(c *Condition, at time.Time, e *Event) Result {
	switch {
	case d.evaluate(c, at, e) != Met:
		return Met
	case c.Reached != nil:
		return Lost
	}
	return Pending
}

// evaluateThreshold adds up who approved (or signed). "`lost` is claimed only where rejections make the condition
// impossible".
func (d *deal) evaluateThreshold(t *Threshold, of string, weigh func(Party) int64) Result {
	have, rejected, all := new(big.Int), new(big.Int), new(big.Int)
	signatures := of == "signed" || t.Of == "signed"
	for i, p := range d.a.Parties {
		if t.Group != "" && !slices.Contains(p.Groups, t.Group) {
			continue
		}
		weight := big.NewInt(weigh(p))
		all.Add(all, weight)
		switch {
		case signatures && !d.parties[i].signed.IsZero(), !signatures && d.stands(i):
			have.Add(have, weight)
		case !signatures && d.parties[i].rejected:
			rejected.Add(rejected, weight)
		}
	}
	total := all
	if t.Total != nil {
		total = big.NewInt(*t.Total)
	}
	need := needed(t.Min, total)
	reach := func(n *big.Int) bool { return new(big.Rat).SetInt(n).Cmp(need) >= 0 }
	switch {
	case reach(have):
		return Met
	case reach(all) && !reach(new(big.Int).Sub(all, rejected)):
		return Lost
	}
	return Pending
}

// needed reads a minimum: a number, "2/3" or "50%" of the total.
func needed(min json.RawMessage, total *big.Int) *big.Rat {
	text := strings.Trim(string(min), `"`)
	fraction := strings.Contains(text, "/")
	percent, isPercent := strings.CutSuffix(text, "%")
	need, ok := new(big.Rat).SetString(percent)
	if !ok {
		return new(big.Rat).SetInt(new(big.Int).Add(total, big.NewInt(1)))
	}
	if isPercent {
		need.Mul(need, big.NewRat(1, 100))
	}
	if isPercent || fraction {
		need.Mul(need, new(big.Rat).SetInt(total))
	}
	return need
}

// judgeApproval judges the approval condition now. "A window that closes does not undo a condition already met": once
// met, it is met as long as it would be at any instant since, on the approvals that stand now.
func (d *deal) judgeApproval() Result {
	now := d.evaluate(d.approval, d.now, nil)
	if now == Met || d.metSince.IsZero() {
		return now
	}
	instants := []time.Time{d.metSince}
	for _, at := range d.reached {
		if at.After(d.metSince) && !at.After(d.now) {
			instants = append(instants, at)
		}
	}
	for _, at := range instants {
		if d.evaluate(d.approval, at, nil) == Met {
			return Met
		}
	}
	return now
}

// walk calls visit for the condition and every condition in it.
func (c *Condition) walk(visit func(*Condition)) {
	if c == nil {
		return
	}
	visit(c)
	c.Not.walk(visit)
	for _, parts := range []*[]Condition{c.All, c.Any} {
		if parts != nil {
			for i := range *parts {
				(*parts)[i].walk(visit)
			}
		}
	}
}

// asks tells of which parties the condition asks approval.
//
// Settled here: what stands under a `not` asks too; who counts signatures asks for no approval.
func (c *Condition) asks(a *Agreement) []bool {
	asked := make([]bool, len(a.Parties))
	c.markAsked(a, asked)
	return asked
}

func (c *Condition) markAsked(a *Agreement, asked []bool) {
	for _, parts := range []*[]Condition{c.All, c.Any} {
		if parts != nil {
			for i := range *parts {
				(*parts)[i].markAsked(a, asked)
			}
		}
	}
	if c.Not != nil {
		c.Not.markAsked(a, asked)
	}
	for _, t := range []*Threshold{c.Count, c.Share} {
		if t == nil || c.Of == "signed" || t.Of == "signed" {
			continue
		}
		for i, p := range a.Parties {
			asked[i] = asked[i] || t.Group == "" || slices.Contains(p.Groups, t.Group)
		}
	}
	if c.Approved != nil {
		asked[a.party(*c.Approved)] = true
	}
}

// readsMoreThanApprovals tells whether the condition reads `reached`, `signed` or `performed`.
func (c *Condition) readsMoreThanApprovals() bool {
	more := false
	c.walk(func(c *Condition) {
		signed := c.Of == "signed" || c.Count != nil && c.Count.Of == "signed" || c.Share != nil && c.Share.Of == "signed"
		if c.Reached != nil || c.Signed != nil || c.Performed != nil || signed {
			more = true
		}
	})
	return more
}
