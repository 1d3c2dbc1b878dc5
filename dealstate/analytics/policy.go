package analytics

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strconv"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// PolicyChange is how often one policy gave one state where another policy, on
// the same log and in the same view, gave another, or the same.
type PolicyChange struct {
	PolicyA string          `json:"policy_a"`
	PolicyB string          `json:"policy_b"`
	StateA  dealstate.State `json:"state_a"`
	StateB  dealstate.State `json:"state_b"`
	Count   int             `json:"count"`
	Share   float64         `json:"share"` // of all comparisons of these policies
}

// Columns names the cells.
func (PolicyChange) Columns() []string {
	return []string{"policy_a", "policy_b", "state_a", "state_b", "count", "share"}
}

// Cells gives the row.
func (c PolicyChange) Cells() []string {
	return []string{c.PolicyA, c.PolicyB, string(c.StateA), string(c.StateB), strconv.Itoa(c.Count), number(c.Share)}
}

// PolicyChanges counts how often a policy changes the answer. The zero value is
// ready. Compare deals at their end, or at every date of a panel: each comparison
// counts once.
type PolicyChanges struct {
	counts map[policyAnswers]int
}

// policyAnswers is a pair of policies, and the states that they gave.
type policyAnswers struct {
	pair   [2]string
	states [2]dealstate.State
}

// Add compares two snapshots of one deal that differ in their policy only, in
// the order that the rows shall have. The error is a *dealstate.FieldError that
// names what else differs.
func (p *PolicyChanges) Add(a, b dealstate.Snapshot) error {
	switch {
	case a.Deal != b.Deal:
		return field.Errorf("deal", "%q and %q; want two snapshots of one deal", field.Clip(a.Deal), field.Clip(b.Deal))
	case !a.AsOf.Equal(b.AsOf):
		return field.Errorf("as_of", "%s and %s; want one instant", instant.Format(a.AsOf), instant.Format(b.AsOf))
	case !a.KnownBy.Equal(b.KnownBy):
		return field.Errorf("known_by", "%s and %s; want one instant", instant.Format(a.KnownBy), instant.Format(b.KnownBy))
	case a.Policy == b.Policy:
		return field.Errorf("policy", "%q on both sides; want two", field.Clip(a.Policy))
	}
	if p.counts == nil {
		p.counts = map[policyAnswers]int{}
	}
	p.counts[policyAnswers{pair: [2]string{a.Policy, b.Policy}, states: [2]dealstate.State{a.State, b.State}}]++
	return nil
}

// Merge takes in another shard's comparisons. The error is a *MergeError.
func (p *PolicyChanges) Merge(o *PolicyChanges) error {
	if p == o {
		return selfMerge()
	}
	for k, n := range o.counts {
		if err := checkSum("count", p.counts[k], n); err != nil {
			return err
		}
	}
	if p.counts == nil {
		p.counts = map[policyAnswers]int{}
	}
	for k, n := range o.counts {
		p.counts[k] += n
	}
	return nil
}

// Compared is how often the two policies were compared, and Changed in how many
// of these the states differ.
func (p *PolicyChanges) Compared(a, b string) (compared, changed int) {
	for k, n := range p.counts {
		if k.pair != [2]string{a, b} {
			continue
		}
		compared += n
		if k.states[0] != k.states[1] {
			changed += n
		}
	}
	return compared, changed
}

// All goes through the pairs of policyAnswers by policies, the most frequent first.
func (p *PolicyChanges) All() iter.Seq[PolicyChange] {
	keys := slices.SortedFunc(maps.Keys(p.counts), func(a, b policyAnswers) int {
		return cmp.Or(slices.Compare(a.pair[:], b.pair[:]), -cmp.Compare(p.counts[a], p.counts[b]), slices.Compare(a.states[:], b.states[:]))
	})
	return func(yield func(PolicyChange) bool) {
		for _, k := range keys {
			n, _ := p.Compared(k.pair[0], k.pair[1])
			row := PolicyChange{PolicyA: k.pair[0], PolicyB: k.pair[1], StateA: k.states[0], StateB: k.states[1], Count: p.counts[k], Share: share(p.counts[k], n)}
			if !yield(row) {
				return
			}
		}
	}
}

// MarshalJSON writes the encoding "policy_changes" of FORMATS.md, which another worker reads
// and merges. The error is a *[dealstate.FieldError], of a text that JSON cannot carry.
func (p PolicyChanges) MarshalJSON() ([]byte, error) {
	o := encodingOf("policy_changes")
	keys := slices.SortedFunc(maps.Keys(p.counts), func(a, b policyAnswers) int {
		return cmp.Or(slices.Compare(a.pair[:], b.pair[:]), slices.Compare(a.states[:], b.states[:]))
	})
	for _, k := range keys {
		if err := k.check("answers"); err != nil {
			return nil, err
		}
	}
	o.Must("answers", objects[policyAnswers]{keys, func(o *strictjson.Object, k policyAnswers) {
		o.Must("policy_a", k.pair[0])
		o.Must("policy_b", k.pair[1])
		o.Must("state_a", string(k.states[0]))
		o.Must("state_b", string(k.states[1]))
		o.Must("count", p.counts[k])
	}})
	return o.Done()
}

// UnmarshalJSON reads what MarshalJSON writes. On error, a *[dealstate.FieldError], the fold
// is as it was.
func (p *PolicyChanges) UnmarshalJSON(data []byte) error {
	read := PolicyChanges{counts: map[policyAnswers]int{}}
	err := decode("policy_changes", data, strictjson.Slot{Key: "answers", To: func(f strictjson.Field) error { return f.Each(read.readAnswers) }})
	if err == nil {
		*p = read
	}
	return err
}

func (p *PolicyChanges) readAnswers(f strictjson.Field) error {
	var k policyAnswers
	var count int
	err := f.Object(
		strictjson.Slot{Key: "policy_a", To: &k.pair[0]},
		strictjson.Slot{Key: "policy_b", To: &k.pair[1]},
		strictjson.Slot{Key: "state_a", To: (*string)(&k.states[0])},
		strictjson.Slot{Key: "state_b", To: (*string)(&k.states[1])},
		strictjson.Slot{Key: "count", To: countSlot(&count)})
	if err := cmp.Or(err, k.check(f.Path)); err != nil {
		return err
	}
	switch {
	case count == 0:
		return field.Errorf(f.Path+".count", "missing")
	case p.counts[k] > 0:
		return field.Errorf(f.Path, "these answers are given twice")
	}
	p.counts[k] = count
	return nil
}

// check refuses answers that no two snapshots give.
func (k policyAnswers) check(path string) error {
	if err := wanted(textField{path + ".policy_a", k.pair[0]}, textField{path + ".policy_b", k.pair[1]}, textField{path + ".state_a", string(k.states[0])}, textField{path + ".state_b", string(k.states[1])}); err != nil {
		return err
	}
	if k.pair[0] == k.pair[1] {
		return field.Errorf(path+".policy_b", "%q on both sides; want two", field.Clip(k.pair[1]))
	}
	return nil
}
