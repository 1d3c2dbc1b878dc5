package analytics

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strconv"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// Transition is how often deals moved from one state to another on one kind of
// event or clock.
type Transition struct {
	From  dealstate.State `json:"from"`
	By    Cause           `json:"by"`
	To    dealstate.State `json:"to"`
	Count int             `json:"count"`
	// Probability is Count over all moves out of From: the maximum likelihood
	// estimate for a Markov chain (T. W. Anderson and L. A. Goodman, Annals of
	// Mathematical Statistics 28, 1957, 89–110). It speaks of deals that moved; those
	// that are still in From have no say.
	Probability float64 `json:"probability"`
	// Dwell is how long deals had been in From. A spell whose beginning is not on
	// record is left out.
	Dwell Dwell `json:"dwell"`
}

// Columns names the cells.
func (Transition) Columns() []string {
	return append([]string{"from", "by", "to", "count", "probability"}, dwellColumns...)
}

// Cells gives the row.
func (t Transition) Cells() []string {
	return append([]string{string(t.From), t.By.String(), string(t.To), strconv.Itoa(t.Count), number(t.Probability)}, t.Dwell.cells()...)
}

// Transitions counts moves between states. The zero value is ready; every Add may
// change it. It keeps 8 bytes a move, and some 150 a deal.
type Transitions struct {
	f     follower[struct{}]
	moves map[transitionKey]*transitionCount
}

// transitionKey is what moves are counted by.
type transitionKey struct {
	from dealstate.State
	by   Cause
	to   dealstate.State
}

// transitionCount is how often a move came, and how long deals had been in the state
// before.
type transitionCount struct {
	count int
	dwell Sample
}

// Add takes the next decision. The error is a *DecisionError.
func (t *Transitions) Add(d dealstate.Decision) error {
	st, err := t.f.follow(d)
	if !st.moved {
		return err
	}
	m := t.countOf(transitionKey{from: st.spell.State, by: st.spell.By, to: st.spell.Next})
	m.count++
	if !st.spell.Unseen {
		m.dwell.add(st.spell.Seconds)
	}
	return nil
}

// countOf is the count of a key, which is made when it is first asked for.
func (t *Transitions) countOf(p transitionKey) *transitionCount {
	if t.moves == nil {
		t.moves = map[transitionKey]*transitionCount{}
	}
	m := t.moves[p]
	if m == nil {
		m = &transitionCount{}
		t.moves[p] = m
	}
	return m
}

// Merge takes in another shard's counts. The error is a *MergeError.
func (t *Transitions) Merge(o *Transitions) error {
	for p, from := range o.moves {
		if to := t.moves[p]; to != nil && t != o {
			if err := checkSum("count", to.count, from.count); err != nil {
				return err
			}
		}
	}
	if err := t.f.merge(&o.f, same); err != nil {
		return err
	}
	for p, from := range o.moves {
		to := t.countOf(p)
		to.count += from.count
		to.dwell.Merge(&from.dwell)
	}
	return nil
}

// All goes through the transitions by From, the most frequent first.
func (t *Transitions) All() iter.Seq[Transition] {
	return func(yield func(Transition) bool) {
		out := map[dealstate.State]int{}
		for p, m := range t.moves {
			out[p.from] += m.count
		}
		for _, p := range t.sorted() {
			m := t.moves[p]
			row := Transition{From: p.from, By: p.by, To: p.to, Count: m.count, Probability: float64(m.count) / float64(out[p.from]), Dwell: m.dwell.Dwell()}
			if !yield(row) {
				return
			}
		}
	}
}

func (t *Transitions) sorted() []transitionKey {
	return slices.SortedFunc(maps.Keys(t.moves), func(a, b transitionKey) int {
		return cmp.Or(cmp.Compare(a.from, b.from), -cmp.Compare(t.moves[a].count, t.moves[b].count), a.by.compare(b.by), cmp.Compare(a.to, b.to))
	})
}

// Staying counts the deals that are in the state now.
func (t *Transitions) Staying(in dealstate.State) int {
	n := 0
	for _, c := range t.f.begun() {
		if c.state == in {
			n++
		}
	}
	return n
}

// MarshalJSON writes the encoding "transitions" of FORMATS.md, which another worker reads and
// merges. The error is a *[dealstate.FieldError], of a text that JSON cannot carry.
func (t Transitions) MarshalJSON() ([]byte, error) {
	o := encodingOf("transitions")
	o.Must("moves", objects[transitionKey]{t.byKey(), func(o *strictjson.Object, p transitionKey) {
		o.Must("from", string(p.from))
		o.Must("by", p.by)
		o.Must("to", string(p.to))
		o.Must("count", t.moves[p].count)
		o.Must("seconds", t.moves[p].dwell.list())
	}})
	return t.f.encode(o, writeNothing)
}

// UnmarshalJSON reads what MarshalJSON writes. On error, a *[dealstate.FieldError], the fold
// is as it was.
func (t *Transitions) UnmarshalJSON(data []byte) error {
	var read Transitions
	deals, err := decodeWithDeals("transitions", data, strictjson.Slot{Key: "moves", To: func(f strictjson.Field) error { return f.Each(read.readMove) }})
	if err == nil {
		err = read.f.decode(deals, readNothing)
	}
	if err == nil {
		*t = read
	}
	return err
}

func (t *Transitions) readMove(f strictjson.Field) error {
	var p transitionKey
	var m transitionCount
	err := f.Object(
		strictjson.Slot{Key: "from", To: (*string)(&p.from)},
		strictjson.Slot{Key: "by", To: &p.by},
		strictjson.Slot{Key: "to", To: (*string)(&p.to)},
		strictjson.Slot{Key: "count", To: countSlot(&m.count)},
		strictjson.Slot{Key: "seconds", To: m.dwell.readSpans(0)})
	if err := cmp.Or(err, wanted(textField{f.Path + ".from", string(p.from)}, textField{f.Path + ".to", string(p.to)}), p.by.wanted(f.Path+".by")); err != nil {
		return err
	}
	switch {
	case t.moves[p] != nil:
		return field.Errorf(f.Path, "this move is given twice")
	case m.count < max(1, m.dwell.N()):
		return field.Errorf(f.Path+".count", "%d; want at least 1, and no fewer than the seconds listed", m.count)
	}
	*t.countOf(p) = m
	return nil
}

// byKey gives the moves in an order that no other move changes.
func (t *Transitions) byKey() []transitionKey {
	return slices.SortedFunc(maps.Keys(t.moves), func(a, b transitionKey) int {
		return cmp.Or(cmp.Compare(a.from, b.from), a.by.compare(b.by), cmp.Compare(a.to, b.to))
	})
}
