package dealstate

import (
	"reflect"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// For gives the machine of another agreement that has the same parties, conditions,
// clocks, commitments and rules: one that differs only in its id, title, deadline and in
// what it implements. The two share all that compiling led to, so that a million deals of
// one shape cost little more than one. Ok is false where the agreements differ in more, or
// where the other one is not valid: [Compile] it then.
func (m *Machine) For(a Agreement) (of *Machine, ok bool) {
	if !m.agreement.isLike(&a) || field.CheckID("id", a.ID) != nil || a.checkTexts() != nil || instant.Check("deadline", a.Deadline) != nil {
		return nil, false
	}
	c := *m
	c.agreement = m.agreement
	c.agreement.ID, c.agreement.Title, c.agreement.Deadline = a.ID, a.Title, instant.Tidy(a.Deadline)
	c.agreement.Implements = append([]string(nil), a.Implements...)
	return &c, true
}

// isLike reports whether two agreements compile to the same tables.
func (a *Agreement) isLike(o *Agreement) bool {
	if len(a.Parties) != len(o.Parties) || a.Parties[0].ID != o.Parties[0].ID { // what tells most of them apart
		return false
	}
	of, other := a.shape(), o.shape()
	if reflect.DeepEqual(&of, &other) {
		return true
	}
	tidied := other.clone()
	return reflect.DeepEqual(&of, &tidied)
}

// shape is the agreement without that in which alike ones differ.
func (a *Agreement) shape() Agreement {
	of := *a
	of.ID, of.Title, of.Implements, of.Deadline = "", "", nil, time.Time{}
	return of
}
