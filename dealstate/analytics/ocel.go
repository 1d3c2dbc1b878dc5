package analytics

import (
	"bufio"
	"encoding/json"
	"io"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// WriteOCEL writes an object-centric event log, OCEL 2.0 in JSON. Its objects
// are the deals, the parties, the commitments and the notices of leaving; a party of
// many deals is one object. Its events are the decisions, one type a kind, clock or
// timer.
//
// Ids are made unique over the whole log: "deal:D", "party:P", "commitment:D C",
// "notice:D E" for the notice that event E gave, and "D E" for event E of deal D. A
// deal's state, whether a commitment is performed, overdue, breached or suspended, and
// whether a notice runs, is revoked or is over, change over time as attributes of these
// objects; first values stand at 1970-01-01T00:00:00Z, as in the standard's examples, or where the deal is older
// a second before its first event. Every value is a string, as the standard's JSON
// schema demands.
//
// An event relates to its deal, to the party that acted or leaves, to the commitment of
// which it speaks, and to the notice that it gives, revokes or ends; a negotiation relates to every party and commitment of the agreement.
// Some readers drop objects that no event relates to, pm4py among them: of a deal
// without a negotiation on record, they do not see the commitments that nobody
// has performed.
//
// Events are written as the cases come; of each object some hundred bytes are kept
// until the end, which comes to some kilobytes a deal. The error is the writer's, or a *dealstate.FieldError for a case
// without a name, one that comes twice, or an event decided upon twice; what was
// written until then is no whole document.
//
// A. Berti and others, OCEL (Object-Centric Event Log) 2.0 Specification, 2023,
// https://www.ocel-standard.org.
func WriteOCEL(w io.Writer, cases iter.Seq[Case]) error {
	o := &ocelWriter{out: bufio.NewWriter(w), objects: map[string]*ocelObject{}, kinds: map[Cause]bool{}, notices: map[string]string{}}
	o.out.WriteString(`{"events":[`)
	for c := range cases {
		if err := o.writeCase(c); err != nil {
			return err
		}
	}
	o.out.WriteString("\n],\n" + `"objects":[`)
	o.writeObjects()
	o.out.WriteString("\n],\n" + `"eventTypes":[`)
	o.writeEventTypes()
	o.out.WriteString("\n],\n" + `"objectTypes":[`)
	o.writeObjectTypes()
	o.out.WriteString("\n]}\n")
	return o.out.Flush()
}

// ocelWriter is one document being written. Events are written as they come; the
// objects, whose values change with events, are kept until the end.
type ocelWriter struct {
	out     *bufio.Writer
	some    bool   // the array has an element
	start   string // of the objects that the case brings in
	objects map[string]*ocelObject
	kinds   map[Cause]bool
	notices map[string]string // that run, by deal and party: the object's id

	agreement dealstate.Agreement // of the case
	inForce   time.Time           // since when its deal is; zero: it is not
}

// ocelEvent is an event in the standard's JSON.
type ocelEvent struct {
	ID            string          `json:"id"`
	Type          string          `json:"type"`
	Time          string          `json:"time"`
	Attributes    []ocelAttribute `json:"attributes"`
	Relationships []ocelRelation  `json:"relationships"`
}

// ocelRelation names an object to which an event or an object is related, and how.
type ocelRelation struct {
	ObjectID  string `json:"objectId"`
	Qualifier string `json:"qualifier"`
}

// ocelType declares the attributes of one type of event or object.
type ocelType struct {
	Name       string              `json:"name"`
	Attributes []ocelTypeAttribute `json:"attributes"`
}

// ocelTypeAttribute declares one attribute of a type.
type ocelTypeAttribute struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// What a notice of leaving may be.
const (
	noticeNotGiven = "not given" // at the beginning
	noticeRuns     = "runs"
	noticeRevoked  = "revoked"
	noticeOver     = "over"
)

// element writes one element of the array, on a line of its own.
func (o *ocelWriter) element(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if o.some {
		o.out.WriteByte(',')
	}
	o.some = true
	o.out.WriteByte('\n')
	_, err = o.out.Write(text)
	return err
}

// writeCase writes a deal's events, and keeps its objects.
func (o *ocelWriter) writeCase(c Case) error {
	entries, err := c.entries()
	if err != nil {
		return err
	}
	if o.objects[dealID(c.deal())] != nil {
		return field.Errorf("deal", "%q comes twice", field.Clip(c.deal()))
	}
	o.start, o.agreement, o.inForce = startOf(entries), c.Agreement, time.Time{}
	deal := o.addObjects(c)
	for _, e := range entries {
		o.kinds[causeOf(e.Decision)] = true
		event := o.event(c.deal(), e)
		o.notice(&event, c.deal(), e)
		if e.Kind == dealstate.Negotiate {
			event.relateAll(c)
		}
		if err := o.element(event); err != nil {
			return err
		}
		o.noteChanges(deal, c.deal(), e)
	}
	return nil
}

// event makes the event of one line of the log, with its attributes and relations.
func (o *ocelWriter) event(deal string, e logEntry) ocelEvent {
	out := ocelEvent{ID: deal + " " + e.id, Type: causeOf(e.Decision).String(), Time: instant.Format(e.At), Attributes: []ocelAttribute{},
		Relationships: []ocelRelation{{ObjectID: dealID(deal), Qualifier: "deal"}}}
	for _, d := range ocelDetails {
		if value := d.of(e); value != "" {
			out.Attributes = append(out.Attributes, ocelAttribute{Name: d.name, Value: value})
		}
	}
	if e.Party != "" {
		as := "acting party"
		if e.Clock == dealstate.Notice {
			as = "leaving party"
		}
		out.Relationships = append(out.Relationships, ocelRelation{o.object(partyID(e.Party), ocelParty).ID, as})
	}
	if id := e.commitment(); id != "" {
		out.Relationships = append(out.Relationships, ocelRelation{o.object(commitmentID(deal, id), ocelCommitment, "performed", "false").ID, "commitment"})
	}
	return out
}

// relateAll relates an event to every party and commitment of the agreement, of which
// there may be thousands.
func (e *ocelEvent) relateAll(c Case) {
	related := make(map[string]bool, len(e.Relationships))
	for _, r := range e.Relationships {
		related[r.ObjectID] = true
	}
	add := func(to, as string) {
		if !related[to] {
			e.Relationships = append(e.Relationships, ocelRelation{ObjectID: to, Qualifier: as})
		}
	}
	for _, p := range c.Agreement.Parties {
		add(partyID(p.ID), "negotiating party")
	}
	for _, k := range c.Agreement.Commitments {
		add(commitmentID(c.deal(), k.ID), "undertaken")
	}
}

// relate relates an event to an object once. Readers that look at one type of object
// would count a second relation as a second event.
func (e *ocelEvent) relate(to, as string) {
	if !slices.ContainsFunc(e.Relationships, func(r ocelRelation) bool { return r.ObjectID == to }) {
		e.Relationships = append(e.Relationships, ocelRelation{ObjectID: to, Qualifier: as})
	}
}

// ocelDetails are the attributes of every event type.
var ocelDetails = append([]detail{
	{"by", func(e logEntry) string { return e.event.By }},
	{"role", func(e logEntry) string { return e.event.Role.String() }},
	{"recorded", func(e logEntry) string { return instant.Format(e.recorded()) }},
}, details...)

// writeEventTypes declares the types of the events that were written.
func (o *ocelWriter) writeEventTypes() {
	o.some = false
	for _, kind := range slices.SortedFunc(maps.Keys(o.kinds), Cause.compare) {
		declared := ocelType{Name: kind.String()}
		for _, d := range ocelDetails {
			declared.Attributes = append(declared.Attributes, ocelTypeAttribute{Name: d.name, Type: "string"})
		}
		_ = o.element(declared)
	}
}
