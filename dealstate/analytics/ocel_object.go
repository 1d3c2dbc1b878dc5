package analytics

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

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

func noticeID(deal, event string) string { return ocelNotice + ":" + deal + " " + event }

func dealID(deal string) string { return ocelDeal + ":" + deal }

func partyID(party string) string { return ocelParty + ":" + party }

func commitmentID(deal, id string) string { return ocelCommitment + ":" + deal + " " + id }

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
