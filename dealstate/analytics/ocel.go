package analytics

import (
	"bufio"
	"cmp"
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

// ocelObject is a deal, a party or a commitment in the standard's JSON. Events change
// its attributes until the document ends.
type ocelObject struct {
	ID            string          `json:"id"`
	Type          string          `json:"type"`
	Attributes    []ocelAttribute `json:"attributes"`
	Relationships []ocelRelation  `json:"relationships"`

	related map[ocelRelation]bool // the same, of an object that has many; nil: it has few
}

// ocelAttribute is a value with its name; an object's also has the instant from which
// it holds.
type ocelAttribute struct {
	Name  string `json:"name"`
	Time  string `json:"time,omitempty"` // of an object's
	Value string `json:"value"`
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

// ocelEpoch is the instant of the objects' first values, except for deals older than
// that.
const ocelEpoch = "1970-01-01T00:00:00Z"

// The object types, and the attributes that each declares.
const (
	ocelDeal       = "deal"
	ocelParty      = "party"
	ocelCommitment = "commitment"
	ocelNotice     = "notice"
)

// ocelObjectAttributes are declared whether or not an object bears them, and the
// others, with the type of the notices, where one does.
var ocelObjectAttributes = map[string][]string{
	ocelDeal:       {"title", "state"},
	ocelParty:      {"name", "approver"},
	ocelCommitment: {"title", "performed"},
}

var ocelRareAttributes = map[string][]string{
	ocelCommitment: {"overdue", "breached", "suspended"},
	ocelNotice:     {"leaves", "status"},
}

// What a notice of leaving may be.
const (
	noticeNotGiven = "not given" // at the beginning
	noticeRuns     = "runs"
	noticeRevoked  = "revoked"
	noticeOver     = "over"
)

func noticeID(deal, event string) string  { return ocelNotice + ":" + deal + " " + event }
func dealID(deal string) string           { return ocelDeal + ":" + deal }
func partyID(party string) string         { return ocelParty + ":" + party }
func commitmentID(deal, id string) string { return ocelCommitment + ":" + deal + " " + id }

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

// startOf is where the first values of a case's objects stand.
func startOf(entries []logEntry) string {
	if len(entries) > 0 && !entries[0].At.After(time.Unix(0, 0)) {
		return instant.Format(entries[0].At.Add(-time.Second))
	}
	return ocelEpoch
}

// addObjects makes the objects that the agreement names: the deal, its parties and its
// commitments.
func (o *ocelWriter) addObjects(c Case) *ocelObject {
	a := c.Agreement
	deal := o.object(dealID(c.deal()), ocelDeal, "title", a.Title)
	if len(c.Decisions) > 0 {
		deal.change("state", string(c.Decisions[0].From), o.start)
	}
	for _, p := range a.Parties {
		o.object(partyID(p.ID), ocelParty, "name", p.Name, "approver", p.Approver)
		deal.relate(partyID(p.ID), "party")
	}
	for _, k := range a.Commitments {
		id := commitmentID(c.deal(), k.ID)
		owed := o.object(id, ocelCommitment, "title", k.Title, "performed", "false")
		owed.relate(partyID(k.Party), "owed by")
		if !k.Deadline.IsZero() || k.Within != nil {
			owed.change("overdue", "false", o.start)
		}
		deal.relate(id, "commitment")
	}
	for _, id := range a.Implements {
		deal.relate(dealID(id), "implements") // left out again, if the log does not hold it
	}
	return deal
}

// object is the object of that id. The first caller that names it decides its type and
// its first attributes.
func (o *ocelWriter) object(id, kind string, attributes ...string) *ocelObject {
	if known := o.objects[id]; known != nil {
		return known
	}
	made := &ocelObject{ID: id, Type: kind, Attributes: []ocelAttribute{}, Relationships: []ocelRelation{}}
	for i := 0; i < len(attributes); i += 2 {
		if attributes[i+1] != "" {
			made.change(attributes[i], attributes[i+1], o.start)
		}
	}
	o.objects[id] = made
	return made
}

// change notes a new value. Of two values at one instant, the later one stays.
func (b *ocelObject) change(name, value, at string) {
	for i, a := range slices.Backward(b.Attributes) {
		if a.Name == name && a.Time == at {
			b.Attributes[i].Value = value
			return
		}
	}
	b.Attributes = append(b.Attributes, ocelAttribute{Name: name, Time: at, Value: value})
}

// relate relates the object to another one, once.
func (b *ocelObject) relate(to, as string) {
	r := ocelRelation{ObjectID: to, Qualifier: as}
	if b.isRelated(r) {
		return
	}
	if b.Relationships = append(b.Relationships, r); b.related != nil {
		b.related[r] = true
	}
}

// fewRelations is how many relations of an object are gone through one by one.
const fewRelations = 32

func (b *ocelObject) isRelated(r ocelRelation) bool {
	if len(b.Relationships) < fewRelations {
		return slices.Contains(b.Relationships, r)
	}
	if b.related == nil {
		b.related = map[ocelRelation]bool{}
		for _, known := range b.Relationships {
			b.related[known] = true
		}
	}
	return b.related[r]
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

// noteChanges keeps what an event changed in its objects.
func (o *ocelWriter) noteChanges(deal *ocelObject, id string, e logEntry) {
	if e.Outcome != dealstate.Applied {
		return
	}
	if e.From != e.To {
		deal.change("state", string(e.To), instant.Format(e.At))
		o.enter(id, e)
	}
	if e.commitment() != "" {
		o.commitment(o.objects[commitmentID(id, e.commitment())], e)
	}
}

// enter keeps since when the deal is in force, from which delays of deadlines count.
// Notices are over when it no longer is.
func (o *ocelWriter) enter(deal string, e logEntry) {
	force := []dealstate.State{dealstate.StateImplemented, dealstate.StateSuspended}
	if l := o.agreement.Lifecycle; l != nil {
		force = append(force, l.InForce...)
	}
	switch was, is := slices.Contains(force, e.From), slices.Contains(force, e.To); {
	case !is:
		o.inForce = time.Time{}
		for _, p := range o.agreement.Parties {
			if running := o.objects[o.notices[deal+" "+p.ID]]; running != nil {
				running.change("status", noticeOver, instant.Format(e.At))
				delete(o.notices, deal+" "+p.ID)
			}
		}
	case !was:
		o.inForce = e.At
	}
}

// late reports whether the logEntry comes after the deadline of its commitment.
func (o *ocelWriter) late(e logEntry) bool {
	for _, c := range o.agreement.Commitments {
		switch {
		case c.ID != e.commitment():
		case c.Within == nil:
			return !c.Deadline.IsZero() && !e.At.Before(c.Deadline)
		default:
			return !o.inForce.IsZero() && !e.At.Before(c.Within.After(o.inForce))
		}
	}
	return false
}

// commitment notes what an event or a clock changed in its commitment. A breach undoes
// a performance; a performance cures a breach and what is overdue.
func (o *ocelWriter) commitment(of *ocelObject, e logEntry) {
	set := func(name, value string) {
		if old := cmp.Or(of.value(name), "false"); old != value {
			of.changeFrom("false", name, value, o.start, instant.Format(e.At))
		}
	}
	switch (Cause{Kind: e.Kind, Clock: e.Clock}) {
	case Cause{Kind: dealstate.Perform}:
		set("performed", "true")
		set("breached", "false")
		set("overdue", "false")
	case Cause{Kind: dealstate.Breach}:
		set("performed", "false")
		set("breached", "true")
		if o.late(e) {
			set("overdue", "true")
		}
	case Cause{Clock: dealstate.Overdue}:
		set("overdue", "true")
	case Cause{Kind: dealstate.Suspend}:
		set("suspended", "true")
	case Cause{Kind: dealstate.Resume}:
		set("suspended", "false")
	}
}

// changeFrom notes a new value, and before the first what there was at the start.
func (b *ocelObject) changeFrom(was, name, value, start, at string) {
	if b.value(name) == "" {
		b.change(name, was, start)
	}
	b.change(name, value, at)
}

// value is the last one of that name; "": it has none.
func (b *ocelObject) value(name string) string {
	for _, a := range slices.Backward(b.Attributes) {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// notice follows a party's notice of leaving: the event that gives it, one that puts
// its end off, one that revokes it, and the clock that ends it.
func (o *ocelWriter) notice(out *ocelEvent, deal string, e logEntry) {
	key, at := deal+" "+e.Party, instant.Format(e.At)
	running := o.objects[o.notices[key]]
	switch {
	case e.Outcome != dealstate.Applied, e.Party == "":
		return
	case gives(e.Decision, dealstate.ReasonLeaves) && running == nil:
		running = o.object(noticeID(deal, e.id), ocelNotice)
		running.relate(partyID(e.Party), "given by")
		running.relate(dealID(deal), "leaves")
		running.changeFrom(noticeNotGiven, "status", noticeRuns, o.start, at)
		running.change("leaves", leavesAt(e), o.start)
		o.notices[key] = running.ID
	case gives(e.Decision, dealstate.ReasonLeaves):
		running.change("leaves", leavesAt(e), at)
	case running == nil:
		return
	case gives(e.Decision, dealstate.ReasonRevokes):
		running.change("status", noticeRevoked, at)
		delete(o.notices, key)
	case e.Clock == dealstate.Notice:
		running.change("status", noticeOver, at)
		delete(o.notices, key)
	default:
		return
	}
	out.relate(running.ID, ocelNotice)
}

// leavesAt is when the notice ends.
func leavesAt(e logEntry) string {
	i := slices.IndexFunc(e.Reasons, func(r dealstate.Reason) bool { return r.Code == dealstate.ReasonLeaves })
	return instant.Format(e.Reasons[i].At)
}

// writeObjects writes the objects in the order of their ids. Relations to objects that
// the log does not hold are left out.
func (o *ocelWriter) writeObjects() {
	o.some = false
	for _, id := range slices.Sorted(maps.Keys(o.objects)) {
		object := o.objects[id]
		object.Relationships = slices.DeleteFunc(object.Relationships, func(r ocelRelation) bool { return o.objects[r.ObjectID] == nil })
		_ = o.element(object) // an error sticks to the writer
	}
}

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

// writeObjectTypes declares the types of objects; they are always the same.
func (o *ocelWriter) writeObjectTypes() {
	o.some = false
	borne := map[[2]string]bool{}
	types := map[string]bool{ocelDeal: true, ocelParty: true, ocelCommitment: true}
	for _, object := range o.objects {
		types[object.Type] = true
		for _, a := range object.Attributes {
			borne[[2]string{object.Type, a.Name}] = true
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(types)) {
		names := slices.Clone(ocelObjectAttributes[kind])
		for _, name := range ocelRareAttributes[kind] {
			if borne[[2]string{kind, name}] {
				names = append(names, name)
			}
		}
		declared := ocelType{Name: kind}
		for _, name := range names {
			declared.Attributes = append(declared.Attributes, ocelTypeAttribute{Name: name, Type: "string"})
		}
		_ = o.element(declared)
	}
}
