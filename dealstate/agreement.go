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
	Effect      *Delay        // from the approval condition being met to implemented
	Deadline    time.Time     // approvals must be complete before this instant; one at the instant is too late
	Term        *Delay        // how long it stays in force, from entry into force on, suspended or not
	Join        *Join         // a party's own delay, where it joins late; nil: Effect
	Notice      *NoticePeriod // from a party's withdrawal to its leaving; nil: at once
	Renew       *Delay        // a term that nobody has extended runs again by this; nil: it does not
	Timers      []OwnTimer
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
	ID       string
	Party    string
	Title    string
	Deadline time.Time // it is to be performed before this instant; zero: see Within
	Within   *Delay    // of entry into force; nil: no deadline but Deadline
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
	a.Effect, a.Term, a.Renew = cloneDelay(a.Effect), cloneDelay(a.Term), cloneDelay(a.Renew)
	a.Join, a.Notice, a.Timers = clonePointer(a.Join), clonePointer(a.Notice), slices.Clone(a.Timers)
	if a.Join != nil {
		a.Join.Delay = a.Join.Delay.tidied()
	}
	if a.Notice != nil {
		a.Notice.Delay = a.Notice.Delay.tidied()
	}
	for i := range a.Timers {
		a.Timers[i].After = a.Timers[i].After.tidied()
	}
	for i := range a.Commitments {
		c := &a.Commitments[i]
		c.Deadline, c.Within = instant.Tidy(c.Deadline), cloneDelay(c.Within)
	}
	if a.Lifecycle != nil {
		l := a.Lifecycle.clone()
		a.Lifecycle = &l
	}
	return a
}

func clonePointer[T any](d *T) *T {
	if d == nil {
		return nil
	}
	c := *d
	return &c
}

// cloneDelay also brings the delay into its one kept form.
func cloneDelay(d *Delay) *Delay {
	if d == nil {
		return nil
	}
	c := d.tidied()
	return &c
}

// names is what conditions may speak of.
func (a Agreement) names() *condition.Names {
	of := condition.Agreement{Incomplete: a.Incomplete != "", Clocks: a.clockNames(),
		Parties: make([]condition.Party, len(a.Parties)), Commitments: make([]string, len(a.Commitments))}
	for i, p := range a.Parties {
		of.Parties[i] = condition.Party{ID: p.ID, Groups: p.Groups, Weight: p.Weight}
	}
	for i, c := range a.Commitments {
		of.Commitments[i] = c.ID
	}
	return condition.NewNames(of)
}

// clockNames are the clocks that a guard may ask about, the deal's by their places and
// then the agreement's timers.
func (a Agreement) clockNames() []string {
	names := []string{Deadline.String(), Effect.String(), Term.String()}
	for _, t := range a.Timers {
		names = append(names, t.ID)
	}
	return names
}

// someParties names the parties for an error message, at most eight of them.
func (a Agreement) someParties() string {
	return phrase.Some(len(a.Parties), func(i int) string { return field.Clip(a.Parties[i].ID) })
}
