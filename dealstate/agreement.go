package dealstate

import (
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
	"github.com/fe115bb3/dealtracker/dealstate/internal/phrase"
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
	Approval    condition.Condition
	Effect      *Delay    // from the approval condition being met to implemented
	Deadline    time.Time // approvals must be complete before this instant
	Term        *Delay    // how long it stays in force
	Commitments []Commitment
	Incomplete  string     // why the list of parties or reports is known to be short; snapshots then warn
	Lifecycle   *Lifecycle // custom states and rules
}

// Party is one side. Approver names the person or body whose approval binds
// it; left out, the party speaks for itself, by whatever voice. Aliases are
// further whole names of that same approver ("Donald Trump", "President Trump"),
// never of a second one: where two bodies must consent, each is a party.
type Party struct {
	ID       string
	Name     string
	Approver string
	Aliases  []string
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

// Voice is what people call whoever approves for the party: its approver, or
// where it names none, the party itself.
func (p Party) Voice() string {
	if p.Approver != "" {
		return p.Approver
	}
	return p.label()
}

// clone copies all that a caller could change later, and tidies its instants. Conditions cannot be
// changed from outside.
func (a Agreement) clone() Agreement {
	a.Implements, a.Commitments = slices.Clone(a.Implements), slices.Clone(a.Commitments)
	a.Parties = slices.Clone(a.Parties)
	for i := range a.Parties {
		a.Parties[i].Groups = slices.Clone(a.Parties[i].Groups)
		a.Parties[i].Aliases = slices.Clone(a.Parties[i].Aliases)
	}
	a.Deadline = instant.Tidy(a.Deadline)
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
	c := d.tidied()
	return &c
}

// names is what conditions may speak of.
func (a Agreement) names() *condition.Names {
	of := condition.Agreement{Incomplete: a.Incomplete != "", Clocks: clockEnum.words[1:],
		Parties: make([]condition.Party, len(a.Parties)), Commitments: make([]string, len(a.Commitments))}
	for i, p := range a.Parties {
		of.Parties[i] = condition.Party{ID: p.ID, Groups: p.Groups, Weight: p.Weight}
	}
	for i, c := range a.Commitments {
		of.Commitments[i] = c.ID
	}
	return condition.NewNames(of)
}

func (a Agreement) party(id string) int {
	for i, p := range a.Parties {
		if p.ID == id {
			return i
		}
	}
	return -1
}

// someParties names the parties for an error message, at most eight of them.
func (a Agreement) someParties() string {
	return phrase.Some(len(a.Parties), func(i int) string { return field.Clip(a.Parties[i].ID) })
}
