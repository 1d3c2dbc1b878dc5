package condition

import (
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/bitset"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
	"github.com/fe115bb3/dealtracker/dealstate/internal/phrase"
)

// Set holds parties or commitments by their places in the agreement, one bit
// each.
type Set = bitset.Set

// Agreement is what conditions may speak of, in the agreement's own order: a
// party, commitment or clock is known by its place from then on.
type Agreement struct {
	Parties     []Party
	Commitments []string // ids
	Clocks      []string // names
	Incomplete  bool     // there may be parties that are not listed
}

// Party is a side as far as conditions count it.
type Party struct {
	ID     string
	Groups []string
	Weight int64 // not negative
}

// Names finds parties, commitments and clocks by name. It does not change, and
// may be shared.
type Names struct {
	agreement   Agreement
	parties     map[string]int
	commitments map[string]int
	weights     []int64 // by party
	groups      map[string]*group
	index       sync.Once // of the groups, when the first is asked for
}

// group is who can count for a Count or a Share.
type group struct {
	members []int32 // parties, in their order
	weight  int64   // of all
}

// NewNames indexes an agreement, whose ids must be there once each.
func NewNames(a Agreement) *Names {
	n := &Names{agreement: a, parties: make(map[string]int, len(a.Parties)),
		commitments: make(map[string]int, len(a.Commitments)), weights: make([]int64, len(a.Parties))}
	for i, p := range a.Parties {
		n.parties[p.ID], n.weights[i] = i, p.Weight
	}
	for i, id := range a.Commitments {
		n.commitments[id] = i
	}
	return n
}

// groupOf gives the parties of a group; that of "" is all of them.
func (n *Names) groupOf(name string) *group {
	n.index.Do(n.indexGroups)
	if g := n.groups[name]; g != nil {
		return g
	}
	return &group{}
}

func (n *Names) indexGroups() {
	n.groups = map[string]*group{"": {}}
	for i := range n.agreement.Parties {
		p := &n.agreement.Parties[i]
		n.addTo("", i, p.Weight)
		for _, name := range p.Groups {
			if name != "" {
				n.addTo(name, i, p.Weight)
			}
		}
	}
}

// addTo adds a party to a group once, however often it names it.
func (n *Names) addTo(name string, party int, weight int64) {
	g := n.groups[name]
	if g == nil {
		g = &group{}
		n.groups[name] = g
	}
	if last := len(g.members) - 1; last < 0 || g.members[last] != int32(party) {
		g.members, g.weight = append(g.members, int32(party)), g.weight+weight
	}
}

// checkParty refuses who is not a party of the agreement.
func (n *Names) checkParty(path, id string) error {
	if _, ok := n.parties[id]; ok {
		return nil
	}
	known := phrase.Some(len(n.agreement.Parties), func(i int) string { return field.Clip(n.agreement.Parties[i].ID) })
	return field.Errorf(path, "%q is not a party; want one of %s%s", field.Clip(id), known, nearest.Hint(id, n.partyIDs()))
}

// partyIDs are those among which a misspelt one is looked for.
func (n *Names) partyIDs() []string {
	ids := make([]string, min(len(n.agreement.Parties), 1_000))
	for i := range ids {
		ids[i] = n.agreement.Parties[i].ID
	}
	return ids
}

// CheckApproval reports what stands against the condition as the agreement's
// approval condition: a *field.Error whose path begins with the one given.
func (n *Names) CheckApproval(path string, c Condition) error {
	return n.check(path, c, &scope{Names: n})
}

// CheckGuard does the same for the guard of a rule.
func (n *Names) CheckGuard(path string, c Condition) error {
	return n.check(path, c, &scope{Names: n, guard: true})
}

func (n *Names) check(path string, c Condition, in *scope) error {
	switch {
	case c.deep > field.MaxNesting:
		return field.Errorf(path, "nested deeper than %d", field.MaxNesting)
	case c.size > field.MaxTerms:
		return field.Errorf(path, "more than %d conditions in all, each counted as often as it is used; want fewer", field.MaxTerms)
	}
	return c.check(path, in)
}

// BindApproval binds an approval condition that was checked. The zero condition
// asks every party.
func (n *Names) BindApproval(c Condition) *Test {
	return &Test{test: c.bind(&scope{Names: n}), names: n}
}

// BindGuard binds a guard that was checked, beside the agreement's approval
// condition. The zero condition asks nothing.
func (n *Names) BindGuard(c Condition, approval *Test) *Test {
	if c.IsZero() {
		c = of(unsaidGuard)
	}
	return &Test{test: c.bind(&scope{Names: n, guard: true, approval: approval}), names: n}
}

// Situation is what a test reads of a deal. The sets belong to the deal; a test
// reads them and keeps none.
type Situation interface {
	Approved() Set             // the parties whose approval of the current revision stands
	Rejected() Set             // those who have rejected it
	Performed() Set            // the commitments carried out
	Signed() Set               // the parties that have signed the current text
	Applied() Set              // those that apply the deal provisionally
	Suspended() Set            // those whose own suspension of the deal stands
	Binds(party int) bool      // whether the deal is in force for the party; -1: for any
	Reached(at time.Time) bool // whether the instant has come
	IsDue(clock int) bool      // whether the clock's instant is reached
	Actor() int                // the party whose act is at hand; -1: all sides, or none
	ConcernsPart() bool        // whether the event at hand is about a part of the deal only
	Approval() Verdict         // of the agreement's approval condition
	Standing(party int) string // how the party stands, in words: "us has approved"
}

// Test is a condition bound to one agreement. It does not change, and may be
// shared by goroutines.
type Test struct {
	test  test
	names *Names
}

// Eval gives the verdict. It allocates nothing.
func (t *Test) Eval(s Situation) Verdict { return t.test.eval(s) }

// Find gives the verdict with what was asked and what there is.
func (t *Test) Find(s Situation) Finding { return t.test.find(s) }

// Unmet appends every reason why the condition is not met; of one that is met,
// none.
func (t *Test) Unmet(s Situation, to []Shortfall) []Shortfall { return lacking(t.test, s, to) }

// Awaited gives the parties whose approval the condition asks for, whether or not
// they have given it.
func (t *Test) Awaited() Set {
	parties := bitset.New(len(t.names.weights))
	t.test.await(parties)
	return parties
}

// Reads is all that a test looks at.
type Reads struct {
	Parties     Set // whose approval or rejection
	Commitments Set
	Actors      Set  // whether the act at hand is theirs
	JointActor  bool // whether it is an act of all sides
	Clocks      bool // whether some clock is due

	Signatures, Applications, Suspensions Set  // of whom
	Bound                                 bool // whether the deal binds somebody
	BoundParties                          Set  // whether it binds these
	Part                                  bool // whether the event at hand is about a part of the deal
	Instants                              []time.Time
}

// Reads adds up what the tests look at, which must be of one agreement.
func (n *Names) Reads(tests ...*Test) Reads {
	r := Reads{Parties: bitset.New(len(n.weights)), Commitments: bitset.New(len(n.commitments)), Actors: bitset.New(len(n.weights)),
		Signatures: bitset.New(len(n.weights)), Applications: bitset.New(len(n.weights)), Suspensions: bitset.New(len(n.weights)),
		BoundParties: bitset.New(len(n.weights))}
	for _, t := range tests {
		t.test.read(&r)
	}
	return r
}
