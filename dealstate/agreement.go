package dealstate

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Agreement is what was negotiated: the sides, and what it takes for it to be
// implemented. The zero fields mean: Approval, every party's; Effect, it needs
// an Implement event; Deadline, none; Term, open-ended; Lifecycle, the standard
// one for the number of parties.
type Agreement struct {
	ID          string
	Title       string
	Implements  []string // ids of the agreements that this one carries out or continues
	Parties     []Party
	Approval    Condition
	Effect      *Delay    // from the approval condition being met to implemented
	Deadline    time.Time // approvals must be complete before this instant
	Term        *Delay    // how long it stays in force
	Commitments []Commitment
	Incomplete  string     // why the list of parties or reports is known to be short; snapshots then warn
	Lifecycle   *Lifecycle // custom states and rules
}

// Party is one side. Approver names the person or body whose approval binds
// it; left out, the party speaks for itself.
type Party struct {
	ID       string
	Name     string
	Approver string
	Groups   []string // for Count and Share conditions
	Weight   int64    // for Share conditions; not negative
}

// Commitment is something that one party undertook to do.
type Commitment struct {
	ID    string
	Party string
	Title string
}

// label is what people call the party.
func (p Party) label() string {
	if p.Name != "" {
		return p.Name
	}
	return p.ID
}

// voice is what people call whoever approves for the party.
func (p Party) voice() string {
	if p.Approver != "" {
		return p.Approver
	}
	return p.label()
}

// clone copies all that a caller could change later. Conditions cannot be
// changed from outside.
func (a Agreement) clone() Agreement {
	a.Implements, a.Commitments = slices.Clone(a.Implements), slices.Clone(a.Commitments)
	a.Parties = slices.Clone(a.Parties)
	for i := range a.Parties {
		a.Parties[i].Groups = slices.Clone(a.Parties[i].Groups)
	}
	a.Effect, a.Term = clonePointer(a.Effect), clonePointer(a.Term)
	if a.Lifecycle != nil {
		l := a.Lifecycle.clone()
		a.Lifecycle = &l
	}
	return a
}

func clonePointer(d *Delay) *Delay {
	if d == nil {
		return nil
	}
	c := *d
	return &c
}

// group gives the number of parties in a group, and their weight.
func (a Agreement) group(name string) (size int, weight int64) {
	for _, p := range a.Parties {
		if p.in(name) {
			size++
			weight += p.Weight
		}
	}
	return size, weight
}

func (p Party) in(group string) bool {
	if group == "" {
		return true
	}
	for _, g := range p.Groups {
		if g == group {
			return true
		}
	}
	return false
}

func (a Agreement) party(id string) int {
	for i, p := range a.Parties {
		if p.ID == id {
			return i
		}
	}
	return -1
}

func (a Agreement) commitment(id string) int {
	for i, c := range a.Commitments {
		if c.ID == id {
			return i
		}
	}
	return -1
}

// someParties names the parties for an error message, at most eight of them.
func (a Agreement) someParties() string {
	var ids []string
	for i, p := range a.Parties {
		if i == 8 {
			return fmt.Sprintf("%s and %d more", strings.Join(ids, ", "), len(a.Parties)-i)
		}
		ids = append(ids, clip(p.ID))
	}
	return strings.Join(ids, ", ")
}
