package bulk

import (
	"encoding"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// Totals count decisions and deals. The zero value is empty, and those of
// several logs can be merged.
type Totals struct {
	Deals    int64
	Unseen   int64 // deals of which the view sees no event: they are in no other count
	Events   int64 // that the view sees
	Clocks   int64 // that fired
	Moved    int64 // decisions that changed the state, clocks included
	Outcomes map[dealstate.Outcome]int64
	Reasons  map[dealstate.ReasonCode]int64 // decisions that give the reason, each once
	Rules    map[string]int64               // by the id of the rule that fired
	States   map[dealstate.State]int64      // deals that stand there
}

func newTotals() Totals {
	return Totals{Outcomes: map[dealstate.Outcome]int64{}, Reasons: map[dealstate.ReasonCode]int64{}, Rules: map[string]int64{}, States: map[dealstate.State]int64{}}
}

// Merge adds the other counts to these. One that would pass 2^63-1 stays there.
func (t *Totals) Merge(o Totals) {
	t.Deals, t.Unseen, t.Events = sum(t.Deals, o.Deals), sum(t.Unseen, o.Unseen), sum(t.Events, o.Events)
	t.Clocks, t.Moved = sum(t.Clocks, o.Clocks), sum(t.Moved, o.Moved)
	t.Outcomes, t.Reasons = added(t.Outcomes, o.Outcomes), added(t.Reasons, o.Reasons)
	t.Rules, t.States = added(t.Rules, o.Rules), added(t.States, o.States)
}

func added[K comparable](to, more map[K]int64) map[K]int64 {
	if to == nil {
		to = make(map[K]int64, len(more))
	}
	for k, n := range more {
		to[k] = sum(to[k], n)
	}
	return to
}

// sum is that of two counts, or the largest one.
func sum(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

func (t Totals) clone() Totals {
	t.Outcomes, t.Reasons = maps.Clone(t.Outcomes), maps.Clone(t.Reasons)
	t.Rules, t.States = maps.Clone(t.Rules), maps.Clone(t.States)
	return t
}

// encodingVersion stands in the encoding of totals; a reader refuses any other.
const encodingVersion = 1

// MarshalJSON writes the encoding "totals" of FORMATS.md, which another worker reads and
// merges. Equal totals are equal bytes.
func (t Totals) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Must("measure", "totals")
	o.Must("version", encodingVersion)
	o.Must("deals", t.Deals)
	o.Must("unseen", t.Unseen)
	o.Must("events", t.Events)
	o.Must("clocks", t.Clocks)
	o.Must("moved", t.Moved)
	o.Must("outcomes", countsOf(t.Outcomes))
	o.Must("reasons", countsOf(t.Reasons))
	o.Must("rules", countsOf(t.Rules))
	o.Must("states", countsOf(t.States))
	return o.Done()
}

// countsOf writes counts by their words, in the order of these.
func countsOf[K comparable](counts map[K]int64) *strictjson.Object {
	byWord := make(map[string]int64, len(counts))
	for k, n := range counts {
		byWord[fmt.Sprint(k)] = n
	}
	var o strictjson.Object
	for _, word := range slices.Sorted(maps.Keys(byWord)) {
		o.Must(word, byWord[word])
	}
	return &o
}

// UnmarshalJSON reads what MarshalJSON writes. On error, a *[dealstate.FieldError], the totals
// are as they were.
func (t *Totals) UnmarshalJSON(data []byte) error {
	read, measure, version := newTotals(), "", 0
	slots, missing := counted([]strictjson.Slot{
		{Key: "measure", To: &measure},
		{Key: "version", To: &version},
		{Key: "deals", To: countOf(&read.Deals)},
		{Key: "unseen", To: countOf(&read.Unseen)},
		{Key: "events", To: countOf(&read.Events)},
		{Key: "clocks", To: countOf(&read.Clocks)},
		{Key: "moved", To: countOf(&read.Moved)},
		{Key: "outcomes", To: countsIn(read.Outcomes, wordOf[dealstate.Outcome])},
		{Key: "reasons", To: countsIn(read.Reasons, wordOf[dealstate.ReasonCode])},
		{Key: "rules", To: countsIn(read.Rules, textOf[string])},
		{Key: "states", To: countsIn(read.States, textOf[dealstate.State])}})
	err := strictjson.Field{Raw: data}.Object(slots...)
	switch {
	case err != nil:
		return err
	case measure != "totals":
		return field.Errorf("measure", "%q; want %q", field.Clip(measure), "totals")
	case version != encodingVersion:
		return field.Errorf("version", "%d; this library reads %d", version, encodingVersion)
	}
	if err := missing(); err != nil {
		return err
	}
	*t = read
	return nil
}

// counted gives slots that note which keys of counts are given, and a function that refuses an
// object without one of them.
func counted(slots []strictjson.Slot) (_ []strictjson.Slot, missing func() error) {
	given := make([]bool, len(slots))
	for i, s := range slots {
		read, is := s.To.(func(strictjson.Field) error)
		if given[i] = !is; is {
			slots[i].To = func(f strictjson.Field) error { given[i] = true; return read(f) }
		}
	}
	return slots, func() error {
		if i := slices.Index(given, false); i >= 0 {
			return field.Errorf(slots[i].Key, "missing")
		}
		return nil
	}
}

// countOf reads a count.
func countOf(to *int64) func(strictjson.Field) error {
	return func(f strictjson.Field) error {
		n, err := strconv.ParseInt(string(f.Raw), 10, 64)
		if err != nil || n < 0 {
			return f.Fail("a count")
		}
		*to = n
		return nil
	}
}

// countsIn reads an object of counts into a map, by what its keys are read as.
func countsIn[K comparable](to map[K]int64, read func(path, word string) (K, error)) func(strictjson.Field) error {
	return func(f strictjson.Field) error {
		return f.Entries(func(f strictjson.Field) error {
			k, err := read(f.Path, f.Key)
			if err != nil {
				return err
			}
			if _, twice := to[k]; twice {
				return field.Errorf(f.Path, "given twice")
			}
			var n int64
			err = countOf(&n)(f)
			to[k] = n
			return err
		})
	}
}

// wordOf reads a word of a list.
func wordOf[E comparable, P interface {
	*E
	encoding.TextUnmarshaler
}](path, word string) (e E, err error) {
	var none E
	err = strictjson.ReadWord(path, []byte(word), P(&e))
	if err == nil && e == none {
		err = field.Errorf(path, "missing")
	}
	return e, err
}

// textOf takes any text.
func textOf[S ~string](_, text string) (S, error) { return S(text), nil }
