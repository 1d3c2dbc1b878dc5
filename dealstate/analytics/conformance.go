package analytics

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// Deviation is one event that the lifecycle does not allow where it stands, or
// that came before what it needs: one that was refused.
type Deviation struct {
	Deal    string             `json:"deal"`
	Event   string             `json:"event"`
	At      time.Time          `json:"at"`
	State   dealstate.State    `json:"state"`
	Kind    dealstate.Kind     `json:"kind"`
	Party   string             `json:"party,omitempty"`
	Reasons []dealstate.Reason `json:"reasons,omitempty"` // all of them
}

// Columns names the cells.
func (Deviation) Columns() []string {
	return []string{"deal", "event", "at", "state", "kind", "party", "reasons"}
}

// Cells gives the row; the reasons are in English.
func (d Deviation) Cells() []string {
	return []string{d.Deal, d.Event, instant.Format(d.At), string(d.State), d.Kind.String(), d.Party, inWords(d.Reasons)}
}

// inWords lists reasons as one text.
func inWords(reasons []dealstate.Reason) string {
	texts := make([]string, len(reasons))
	for i, r := range reasons {
		texts[i] = r.String()
	}
	return strings.Join(texts, "; ")
}

// Tokens counts the tokens of replaying a log on a Petri net, as conformance checking
// does.
type Tokens struct {
	Produced  int `json:"produced"`
	Consumed  int `json:"consumed"`
	Missing   int `json:"missing"`   // made up so that an event could fire
	Remaining int `json:"remaining"` // left over at the end
}

// Fitness is ½(1 - missing/consumed) + ½(1 - remaining/produced), from 0 to 1: 1
// where every event fits. The counts of a whole log are the sums over its cases.
// Where nothing was produced or consumed, nothing fits ill, and it is 1.
//
// A. Rozinat and W. M. P. van der Aalst, Conformance checking of processes based
// on monitoring real behavior, Information Systems 33 (2008), 64–95.
func (t Tokens) Fitness() float64 {
	return (1-share(t.Missing, t.Consumed))/2 + (1-share(t.Remaining, t.Produced))/2
}

func (t *Tokens) add(o Tokens) {
	t.Produced += o.Produced
	t.Consumed += o.Consumed
	t.Missing += o.Missing
	t.Remaining += o.Remaining
}

// Conformance finds the deals whose logs break the lifecycle, and where they do. The
// zero value is ready; every Add may change it.
//
// Only applied and refused events of parties are replayed. Events that were only
// noted, notes, retractions and clocks are left out. The net is that of [WritePNML],
// and one token stands for the deal. An applied event consumes the token of its state
// and produces the next one. A refused event would have to be forced: it consumes a
// token that is missing, and the token it produces remains, because the deal stays
// where it was. One more token is produced at the beginning and consumed at the end,
// in whatever state that is, so a deal that has not finished is no deviation. A log
// with a applied and r refused events thus has fitness 1 - r/(1+a+r).
type Conformance struct {
	f    follower[Tokens]
	seen []Deviation
}

// Add takes the next decision. The error is a *DecisionError.
func (c *Conformance) Add(d dealstate.Decision) error {
	st, err := c.f.follow(d)
	switch {
	case st.deal == nil:
		return err
	case st.acts && d.Clock == 0:
		st.deal.own.add(Tokens{Produced: 1, Consumed: 1})
	case d.Outcome == dealstate.Refused:
		st.deal.own.add(Tokens{Produced: 1, Consumed: 1, Missing: 1, Remaining: 1})
		c.seen = append(c.seen, Deviation{Deal: d.Deal, Event: d.Event, At: d.At.UTC(), State: d.From, Kind: d.Kind, Party: d.Party, Reasons: slices.Clone(d.Reasons)})
	}
	return nil
}

// Merge takes in another shard's deals. The error is a *MergeError.
func (c *Conformance) Merge(o *Conformance) error {
	if err := c.f.merge(&o.f, same); err != nil {
		return err
	}
	c.seen = append(c.seen, o.seen...)
	return nil
}

// Deviations goes through the refused events by deal, and for each deal in their
// order.
func (c *Conformance) Deviations() iter.Seq[Deviation] {
	return slices.Values(slices.SortedStableFunc(slices.Values(c.seen), func(a, b Deviation) int { return cmp.Compare(a.Deal, b.Deal) }))
}

// DealFitness is how well one deal's log fits the lifecycle.
type DealFitness struct {
	Deal string `json:"deal"`
	Tokens
	Fitness float64 `json:"fitness"`
}

// Columns names the cells.
func (DealFitness) Columns() []string {
	return []string{"deal", "produced", "consumed", "missing", "remaining", "fitness"}
}

// Cells gives the row.
func (d DealFitness) Cells() []string {
	return []string{d.Deal, strconv.Itoa(d.Produced), strconv.Itoa(d.Consumed), strconv.Itoa(d.Missing), strconv.Itoa(d.Remaining), number(d.Fitness)}
}

// Deals goes through the deals by their id, also those that have not begun.
func (c *Conformance) Deals() iter.Seq[DealFitness] {
	return func(yield func(DealFitness) bool) {
		for _, deal := range slices.Sorted(maps.Keys(c.f.deals)) {
			t := c.f.deals[deal].own.whole()
			if !yield(DealFitness{Deal: deal, Tokens: t, Fitness: t.Fitness()}) {
				return
			}
		}
	}
}

// whole adds the token of the beginning and the end.
func (t Tokens) whole() Tokens {
	t.add(Tokens{Produced: 1, Consumed: 1})
	return t
}

// Whole sums the deals up: how many there are, how many fit without one
// deviation, and the tokens of the whole log, whose Fitness is the log's.
func (c *Conformance) Whole() (deals, fitting int, tokens Tokens) {
	for d := range c.Deals() {
		deals++
		if d.Missing == 0 {
			fitting++
		}
		tokens.add(d.Tokens)
	}
	return deals, fitting, tokens
}

// Hotspot is how often one kind of event was refused in one state.
type Hotspot struct {
	State dealstate.State `json:"state"`
	Kind  dealstate.Kind  `json:"kind"`
	Count int             `json:"count"`
	Deals int             `json:"deals"`
}

// Columns names the cells.
func (Hotspot) Columns() []string { return []string{"state", "kind", "count", "deals"} }

// Cells gives the row.
func (h Hotspot) Cells() []string {
	return []string{string(h.State), h.Kind.String(), strconv.Itoa(h.Count), strconv.Itoa(h.Deals)}
}

// Hotspots says where logs break the lifecycle, the most frequent first.
func (c *Conformance) Hotspots() iter.Seq[Hotspot] {
	t := counters[Hotspot]{}
	for d := range c.Deviations() {
		t.add(Hotspot{State: d.State, Kind: d.Kind}, d.Deal)
	}
	return func(yield func(Hotspot) bool) {
		for _, h := range t.sorted(func(a, b Hotspot) int {
			return cmp.Or(-cmp.Compare(t[a].count, t[b].count), cmp.Compare(a.State, b.State), cmp.Compare(a.Kind, b.Kind))
		}) {
			if !yield(Hotspot{State: h.State, Kind: h.Kind, Count: t[h].count, Deals: t[h].deals}) {
				return
			}
		}
	}
}

// MarshalJSON writes the encoding "conformance" of FORMATS.md, which another worker reads and
// merges. The error is a *[dealstate.FieldError], of a text that JSON cannot carry.
func (c Conformance) MarshalJSON() ([]byte, error) {
	of := byDeal(c.seen, func(d Deviation) string { return d.Deal })
	return c.f.encode(encodingOf("conformance"), func(o *strictjson.Object, deal string, t Tokens) {
		o.Integer("applied", int64(t.Produced-t.Missing))
		some(o, "deviations", of[deal], Deviation.write)
	})
}

// UnmarshalJSON reads what MarshalJSON writes. On error, a *[dealstate.FieldError], the fold
// is as it was.
func (c *Conformance) UnmarshalJSON(data []byte) error {
	deals, err := decodeWithDeals("conformance", data)
	if err != nil {
		return err
	}
	var read Conformance
	err = read.f.decode(deals, func(of *dealState[Tokens]) ([]strictjson.Slot, func(path, deal string) error) {
		var applied int
		var seen []Deviation
		return []strictjson.Slot{{Key: "applied", To: countSlot(&applied)}, {Key: "deviations", To: eachOf(&seen, (*Deviation).read)}}, func(path, deal string) error {
			for i := range seen {
				seen[i].Deal = deal
				if seen[i].At.After(of.last) {
					return field.Errorf(itemOf(path, "deviations", i)+".at", "after the deal's last")
				}
			}
			of.own = Tokens{Produced: applied + len(seen), Consumed: applied + len(seen), Missing: len(seen), Remaining: len(seen)}
			read.seen = append(read.seen, seen...)
			return nil
		}
	})
	if err == nil {
		*c = read
	}
	return err
}

// write writes a deviation of a deal that is known.
func (d Deviation) write(o *strictjson.Object) {
	o.Text("event", d.Event)
	o.Instant("at", d.At)
	o.Must("state", string(d.State))
	o.Must("kind", d.Kind)
	o.Text("party", d.Party)
	if len(d.Reasons) > 0 {
		o.Must("reasons", d.Reasons)
	}
}

func (d *Deviation) read(f strictjson.Field) error {
	err := f.Object(
		strictjson.Slot{Key: "event", To: &d.Event},
		strictjson.Slot{Key: "at", To: &d.At},
		strictjson.Slot{Key: "state", To: (*string)(&d.State)},
		strictjson.Slot{Key: "kind", To: &d.Kind},
		strictjson.Slot{Key: "party", To: &d.Party},
		strictjson.Slot{Key: "reasons", To: eachOf(&d.Reasons, func(r *dealstate.Reason, f strictjson.Field) error {
			return inside(f.Path, "reason", r.UnmarshalJSON(f.Raw))
		})})
	return cmp.Or(err, wanted(textField{f.Path + ".state", string(d.State)}, textField{f.Path + ".kind", d.Kind.String()}, textField{f.Path + ".at", instant.Format(d.At)}))
}
