package analytics

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// IncidentClass says what sort of thing went wrong, or was put right.
type IncidentClass uint8

// The classes.
const (
	Disputed IncidentClass = iota + 1 // a party says that the deal is not being kept
	Settled                           // one or more disputes were settled
	Reversed                          // what had been reached was lost again
	Broken                            // a commitment was not kept, or not in time
)

var incidentWords = [...]string{Disputed: "disputed", Settled: "settled", Reversed: "reversed", Broken: "broken"}

func (c IncidentClass) String() string {
	if int(c) >= len(incidentWords) {
		return ""
	}
	return incidentWords[c]
}

// MarshalText writes the class's word.
func (c IncidentClass) MarshalText() ([]byte, error) {
	if c.String() == "" {
		return nil, field.Errorf("class", "%d is unknown", c)
	}
	return []byte(c.String()), nil
}

// UnmarshalText reads a class's word.
func (c *IncidentClass) UnmarshalText(text []byte) error {
	i := slices.Index(incidentWords[:], string(text))
	if i < 1 {
		return field.Errorf("class", "%q is unknown; want one of %s%s", field.Clip(string(text)), strings.Join(incidentWords[1:], ", "), nearest.Hint(string(text), incidentWords[1:]))
	}
	*c = IncidentClass(i)
	return nil
}

// Incident is one dispute, settlement, reversal or broken commitment that took effect.
type Incident struct {
	Deal  string          `json:"deal"`
	At    time.Time       `json:"at"`
	Class IncidentClass   `json:"class"`
	Kind  Cause           `json:"kind"` // of event, or the clock
	Party string          `json:"party,omitempty"`
	Event string          `json:"event,omitempty"` // "": a clock
	From  dealstate.State `json:"from"`
	To    dealstate.State `json:"to"`
}

// Columns names the cells.
func (Incident) Columns() []string {
	return []string{"deal", "at", "class", "kind", "party", "event", "from", "to"}
}

// Cells gives the row.
func (i Incident) Cells() []string {
	return []string{i.Deal, instant.Format(i.At), i.Class.String(), i.Kind.String(), i.Party, i.Event, string(i.From), string(i.To)}
}

// incidentClassOf is the class of an applied decision; ok is false for what is no
// incident. A reversal takes something back, whether or not the state shows it: a
// rejection, a withdrawal, a suspension or a termination; a deadline or a term that
// ran out, unless the term was renewed; an amendment that moved the deal, because it
// makes approvals stale; and an instant at which the deal fell back. The end of a notice
// is no incident: the party's withdrawal was one.
func incidentClassOf(d dealstate.Decision) (IncidentClass, bool) {
	class := incidentClasses[Cause{Kind: d.Kind, Clock: d.Clock}]
	switch {
	case d.Kind == dealstate.Amend && d.From == d.To,
		d.Clock == dealstate.Term && gives(d, dealstate.ReasonRenewed),
		d.Clock == dealstate.Reached && d.To != dealstate.StateRejected && d.To != dealstate.StateAwaitingApprovals:
		class = 0
	}
	return class, class != 0
}

// incidentClasses says which kinds and clocks make an incident; 0: none.
var incidentClasses = map[Cause]IncidentClass{
	{Kind: dealstate.Negotiate}: 0,
	{Kind: dealstate.Sign}:      0,
	{Kind: dealstate.Submit}:    0,
	{Kind: dealstate.Approve}:   0,
	{Kind: dealstate.Reject}:    Reversed,
	{Kind: dealstate.Withdraw}:  Reversed,
	{Kind: dealstate.Amend}:     Reversed, // if it moved the deal
	{Kind: dealstate.Apply}:     0,
	{Kind: dealstate.Implement}: 0,
	{Kind: dealstate.Perform}:   0,
	{Kind: dealstate.Breach}:    Broken,
	{Kind: dealstate.Dispute}:   Disputed,
	{Kind: dealstate.Settle}:    Settled,
	{Kind: dealstate.Suspend}:   Reversed,
	{Kind: dealstate.Resume}:    0,
	{Kind: dealstate.Extend}:    0,
	{Kind: dealstate.Terminate}: Reversed,
	{Kind: dealstate.Retract}:   0,
	{Kind: dealstate.Note}:      0,

	{Clock: dealstate.Deadline}: Reversed,
	{Clock: dealstate.Effect}:   0,
	{Clock: dealstate.Term}:     Reversed, // unless it was renewed
	{Clock: dealstate.Notice}:   0,
	{Clock: dealstate.Overdue}:  Broken,
	{Clock: dealstate.Reached}:  Reversed, // if the deal fell back
	{Clock: dealstate.Timed}:    0,        // what it means is the agreement's matter
}

// Incidents collects disputes, settlements, reversals and broken commitments. The zero value is
// ready. Which disputes are still open is for [dealstate.Snapshot.Disputes] to say.
type Incidents struct {
	f    follower[struct{}]
	seen []Incident
}

// Add takes the next decision. The error is a *DecisionError.
func (i *Incidents) Add(d dealstate.Decision) error {
	st, err := i.f.follow(d)
	if !st.acts {
		return err
	}
	if class, is := incidentClassOf(d); is {
		i.seen = append(i.seen, Incident{Deal: d.Deal, At: d.At.UTC(), Class: class, Kind: causeOf(d), Party: d.Party, Event: d.Event, From: d.From, To: d.To})
	}
	return nil
}

// Merge takes in another shard's incidents. The error is a *MergeError.
func (i *Incidents) Merge(o *Incidents) error {
	if err := i.f.merge(&o.f, same); err != nil {
		return err
	}
	i.seen = append(i.seen, o.seen...)
	return nil
}

// All goes through the incidents by deal, and for each deal in their order.
func (i *Incidents) All() iter.Seq[Incident] {
	return slices.Values(slices.SortedStableFunc(slices.Values(i.seen), func(a, b Incident) int { return cmp.Compare(a.Deal, b.Deal) }))
}

// IncidentCount is how often a party, or a clock, brought about one kind of
// incident.
type IncidentCount struct {
	Class IncidentClass `json:"class"`
	Kind  Cause         `json:"kind"`            // of event, or the clock
	Party string        `json:"party,omitempty"` // "": all sides jointly, or a clock
	Count int           `json:"count"`
	Deals int           `json:"deals"` // how many deals it befell
	Share float64       `json:"share"` // of all deals that began
}

// Columns names the cells.
func (IncidentCount) Columns() []string {
	return []string{"class", "kind", "party", "count", "deals", "share"}
}

// Cells gives the row.
func (c IncidentCount) Cells() []string {
	return []string{c.Class.String(), c.Kind.String(), c.Party, strconv.Itoa(c.Count), strconv.Itoa(c.Deals), number(c.Share)}
}

// incidentKey is what incidents are counted by.
type incidentKey struct {
	class IncidentClass
	kind  Cause
	party string
}

func (a incidentKey) compare(b incidentKey) int {
	return cmp.Or(cmp.Compare(a.class, b.class), a.kind.compare(b.kind), cmp.Compare(a.party, b.party))
}

// Counts sums the incidents up, by class, kind and party.
func (i *Incidents) Counts() iter.Seq[IncidentCount] {
	begun, t := 0, counters[incidentKey]{}
	for range i.f.begun() {
		begun++
	}
	for in := range i.All() {
		t.add(incidentKey{in.Class, in.Kind, in.Party}, in.Deal)
	}
	return func(yield func(IncidentCount) bool) {
		for _, m := range t.sorted(incidentKey.compare) {
			row := IncidentCount{Class: m.class, Kind: m.kind, Party: m.party, Count: t[m].count, Deals: t[m].deals, Share: share(t[m].deals, begun)}
			if !yield(row) {
				return
			}
		}
	}
}

// MarshalJSON writes the encoding "incidents" of FORMATS.md, which another worker reads and
// merges. The error is a *[dealstate.FieldError], of a text that JSON cannot carry.
func (i Incidents) MarshalJSON() ([]byte, error) {
	of := byDeal(i.seen, func(i Incident) string { return i.Deal })
	return i.f.encode(encodingOf("incidents"), func(o *strictjson.Object, deal string, _ struct{}) {
		some(o, "incidents", of[deal], Incident.write)
	})
}

// UnmarshalJSON reads what MarshalJSON writes. On error, a *[dealstate.FieldError], the fold
// is as it was.
func (i *Incidents) UnmarshalJSON(data []byte) error {
	deals, err := decodeWithDeals("incidents", data)
	if err != nil {
		return err
	}
	var read Incidents
	err = read.f.decode(deals, func(c *dealState[struct{}]) ([]strictjson.Slot, func(path, deal string) error) {
		var seen []Incident
		return []strictjson.Slot{{Key: "incidents", To: eachOf(&seen, (*Incident).read)}}, func(path, deal string) error {
			for i := range seen {
				seen[i].Deal = deal
				if err := c.during(itemOf(path, "incidents", i), keyed{"at", seen[i].At}, keyed{"at", seen[i].At}); err != nil {
					return err
				}
			}
			read.seen = append(read.seen, seen...)
			return nil
		}
	})
	if err == nil {
		*i = read
	}
	return err
}

// write writes an incident of a deal that is known.
func (i Incident) write(o *strictjson.Object) {
	o.Instant("at", i.At)
	o.Must("class", i.Class)
	o.Must("kind", i.Kind)
	o.Text("party", i.Party)
	o.Text("event", i.Event)
	o.Must("from", string(i.From))
	o.Must("to", string(i.To))
}

func (i *Incident) read(f strictjson.Field) error {
	err := f.Object(
		strictjson.Slot{Key: "at", To: &i.At},
		strictjson.Slot{Key: "class", To: &i.Class},
		strictjson.Slot{Key: "kind", To: &i.Kind},
		strictjson.Slot{Key: "party", To: &i.Party},
		strictjson.Slot{Key: "event", To: &i.Event},
		strictjson.Slot{Key: "from", To: (*string)(&i.From)},
		strictjson.Slot{Key: "to", To: (*string)(&i.To)})
	return cmp.Or(err, wanted(textField{f.Path + ".class", i.Class.String()}, textField{f.Path + ".from", string(i.From)}, textField{f.Path + ".to", string(i.To)}), i.Kind.wanted(f.Path+".kind"))
}
