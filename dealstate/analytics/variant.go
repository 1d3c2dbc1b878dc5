package analytics

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// Variant is one path through the states, and how many deals have taken it so far.
type Variant struct {
	Path    []dealstate.State `json:"path"` // from the state in which the record begins to the present one
	Deals   int               `json:"deals"`
	Share   float64           `json:"share"`   // of all deals, 0 to 1
	Example string            `json:"example"` // the deal of the lowest id
}

// Columns names the cells.
func (Variant) Columns() []string { return []string{"path", "deals", "share", "example"} }

// Cells gives the row; the path's states are joined with " > ".
func (v Variant) Cells() []string {
	return []string{joined(v.Path, " > "), strconv.Itoa(v.Deals), number(v.Share), v.Example}
}

func joined(states []dealstate.State, with string) string {
	texts := make([]string, len(states))
	for i, s := range states {
		texts[i] = string(s)
	}
	return strings.Join(texts, with)
}

// Variants counts paths through the states. The zero value is ready. Paths share their
// beginnings in a tree, so memory grows only with what differs.
type Variants struct {
	f    follower[int]
	tree []branch
	next map[branch]int
}

// branch is a node of the tree of paths: the path of its parent (counted from 1), and
// then one more state.
type branch struct {
	parent int // 0: none
	state  dealstate.State
}

// Add takes the next decision. The error is a *DecisionError.
func (v *Variants) Add(d dealstate.Decision) error {
	st, err := v.f.follow(d)
	if st.first {
		st.deal.own = v.grow(0, d.From)
	}
	if st.moved {
		st.deal.own = v.grow(st.deal.own, d.To)
	}
	return err
}

// grow gives the branch that goes on from another to a state, which is made when it is
// first asked for.
func (v *Variants) grow(from int, state dealstate.State) int {
	if v.next == nil {
		v.next = map[branch]int{}
	}
	b := branch{parent: from, state: state}
	at, ok := v.next[b]
	if !ok {
		v.tree = append(v.tree, b)
		at = len(v.tree)
		v.next[b] = at
	}
	return at
}

// Merge takes in another shard's paths. The error is a *MergeError.
func (v *Variants) Merge(o *Variants) error {
	if err := v.f.mergeable(&o.f); err != nil {
		return err
	}
	here := make([]int, len(o.tree)+1) // a parent comes before its branches
	for i, b := range o.tree {
		here[i+1] = v.grow(here[b.parent], b.state)
	}
	return v.f.merge(&o.f, func(at int) int { return here[at] })
}

// All goes through the variants, the most frequent first.
func (v *Variants) All() iter.Seq[Variant] { return slices.Values(v.variants()) }

func (v *Variants) variants() []Variant {
	var all []Variant
	at, deals := map[int]int{}, 0
	for deal, c := range v.f.begun() {
		deals++
		i, ok := at[c.own]
		if !ok {
			i = len(all)
			at[c.own] = i
			all = append(all, Variant{Path: v.path(c.own), Example: deal})
		}
		all[i].Deals++
	}
	for i := range all {
		all[i].Share = float64(all[i].Deals) / float64(deals)
	}
	slices.SortFunc(all, func(a, b Variant) int { return cmp.Or(-cmp.Compare(a.Deals, b.Deals), slices.Compare(a.Path, b.Path)) })
	return all
}

// path lists the states of a branch from its beginning.
func (v *Variants) path(at int) []dealstate.State {
	var path []dealstate.State
	for ; at > 0; at = v.tree[at-1].parent {
		path = append(path, v.tree[at-1].state)
	}
	slices.Reverse(path)
	return path
}

// MarshalJSON writes the encoding "variants" of FORMATS.md, which another worker reads and
// merges. The error is a *[dealstate.FieldError], of a text that JSON cannot carry.
func (v Variants) MarshalJSON() ([]byte, error) {
	return v.f.encode(encodingOf("variants"), func(o *strictjson.Object, _ string, at int) {
		if at > 0 {
			o.Must("path", stateList(v.path(at)))
		}
	})
}

// UnmarshalJSON reads what MarshalJSON writes. On error, a *[dealstate.FieldError], the fold
// is as it was.
func (v *Variants) UnmarshalJSON(data []byte) error {
	deals, err := decodeWithDeals("variants", data)
	if err != nil {
		return err
	}
	var read Variants
	err = read.f.decode(deals, func(c *dealState[int]) ([]strictjson.Slot, func(path, deal string) error) {
		var path []dealstate.State
		return []strictjson.Slot{{Key: "path", To: eachOf(&path, strictjson.ReadText[dealstate.State])}}, func(at, _ string) error {
			if c.begun.IsZero() != (len(path) == 0) || len(path) > 0 && path[len(path)-1] != c.state {
				return field.Errorf(at+".path", "want the states of a deal that has begun, the present one last")
			}
			for i, state := range path {
				if err := wanted(textField{itemOf(at, "path", i), string(state)}); err != nil {
					return err
				}
				c.own = read.grow(c.own, state)
			}
			return nil
		}
	})
	if err == nil {
		*v = read
	}
	return err
}
