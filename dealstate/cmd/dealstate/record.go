package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
)

// recordCmd adds one report to the folder's journal.
type recordCmd struct {
	Deal       string `arg:"" optional:"" help:"Its id, or the name of its file. Default: the only deal of the folder."`
	Kind       string `placeholder:"KIND" help:"What is reported, such as approve."`
	Party      string `placeholder:"ID" help:"Whose act it is. Default: all sides jointly."`
	By         string `placeholder:"NAME" help:"Who says so."`
	Role       string `placeholder:"ROLE" help:"In what role. Default: approver, where --by is the party's approver by name; counterparty, where it is another party's."`
	Modality   string `placeholder:"WORD" help:"How the report puts it: asserted, conditional, denied or planned. Default: asserted."`
	At         string `placeholder:"T" help:"When it happened: a date or an RFC 3339 instant."`
	Recorded   string `placeholder:"T" help:"When it was learned. Default: now."`
	ID         string `name:"id" placeholder:"ID" help:"Of the report. Default: made of its kind, party and date."`
	Revision   int    `placeholder:"N" help:"Of the text, from 1. Default: the current one."`
	Ref        string `placeholder:"ID" help:"The event that a retract voids."`
	Commitment string `placeholder:"ID" help:"What was performed or broken."`
	Until      string `placeholder:"T" help:"The new instant of an extend; when a withdraw takes effect."`
	Publisher  string `placeholder:"NAME" help:"Where it was read."`
	URL        string `name:"url" placeholder:"URL" help:"The page."`
	Published  string `placeholder:"DATE" help:"When that was published."`
	Note       string `placeholder:"TEXT" help:"Free text."`
	Policy     string `enum:"${policies}" default:"strict" placeholder:"P" help:"Under which to say what it does: strict, official or reported. The journal keeps no policy."`
	Yes        bool   `short:"y" xor:"keep" help:"Record it, without asking."`
	DryRun     bool   `xor:"keep" help:"Say what it would do, without asking, and record nothing."`
	IfApplied  bool   `help:"Record it only if it takes effect."`
	Recorder   string `placeholder:"NAME" env:"USER" help:"Who records, for the journal."`
	waitFlag
}

func (recordCmd) Help() string {
	return `Example, as a dry run; with --yes it is recorded:

    dealstate record truce --kind approve --party china --by "Xi Jinping" --at 2025-06-27 --dry-run

On a terminal it asks for what is missing, says what the report would do, and asks whether to record it. Elsewhere it says so and
records only with --yes. What the rules refuse is recorded all the same, as evidence, unless --if-applied is given; it ends with 1 in
any case. An act that is on record already, by the same one in the same role and at the same time, is not recorded again, unless it
is given an --id. A retract is of an event that is on record. The journal is the directory journal of the folder. It keeps the
agreement, too: from then on that stays as it is.`
}

func (c *recordCmd) Run(a *app) (err error) {
	p, err := dealstate.ParsePolicy(c.Policy)
	if err != nil {
		return err
	}
	q := &questions{app: a, lines: bufio.NewScanner(a.in), asks: a.typed && !c.Yes && !c.DryRun}
	of, e, err := c.ready(a, q)
	if err != nil {
		return err
	}
	var j *journal.File
	if c.Yes { // what others record meanwhile is read, too
		if j, err = a.openJournal(c.Wait); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, j.Close()) }()
		if of, e, err = c.ready(a, q); err != nil {
			return err
		}
	}
	if old, is := c.onRecord(of, e); is {
		return again(a, of, old, p)
	}
	return c.try(a, of, e, p, q, j)
}

// ready reads the folder, and makes the event.
func (c *recordCmd) ready(a *app, q *questions) (*deal, dealstate.Event, error) {
	f, err := a.read()
	if err != nil {
		return nil, dealstate.Event{}, err
	}
	if c.Deal == "" && len(f.ids) > 1 && q.asks {
		c.Deal = q.ask("deal", "Which deal? "+listed(f.ids))
	}
	of, err := f.find(c.Deal)
	if err != nil {
		return nil, dealstate.Event{}, err
	}
	e, err := c.event(of, q)
	return of, e, misuseOfFlag(err)
}

// flagOfField are the flags of fields that are called otherwise.
var flagOfField = map[string]string{"source.publisher": "publisher", "source.url": "url", "source.published": "published"}

// misuseOf makes what is wrong with an event that was given by flags a misuse of these.
func misuseOf(err error) error {
	if is[*dealstate.FieldError](err) {
		return misusef("%v", err)
	}
	return err
}

// misuseOfFlag makes what is wrong with a field of the event that the flags give a misuse of
// the flag.
func misuseOfFlag(err error) error {
	var bad *dealstate.FieldError
	if errors.As(err, &bad) {
		return misusef("--%s: %s", cmp.Or(flagOfField[bad.Field], bad.Field), bad.Problem)
	}
	return err
}

// onRecord gives the report of the same act that is on record already: of the same kind, by
// the same one in the same role, at the same time. One that was given an id of its own, or
// that a retraction voided, is another.
func (c *recordCmd) onRecord(of *deal, e dealstate.Event) (dealstate.Event, bool) {
	voided := map[string]bool{}
	for _, old := range of.events {
		if old.Kind == dealstate.Retract {
			voided[old.Ref] = true
		}
	}
	for _, old := range of.events {
		if c.ID == "" && !voided[old.ID] && sameAct(old, e) {
			return old, true
		}
	}
	return dealstate.Event{}, false
}

// sameAct reports whether two reports are of one act and by one speaker. Where it was read
// does not matter; of a note, the text is what it is.
func sameAct(a, b dealstate.Event) bool {
	a.ID, a.Recorded, a.Source = b.ID, b.Recorded, b.Source
	if a.Kind != dealstate.Note {
		a.Note = b.Note
	}
	return a.Same(b)
}

// again says that the act is on record, and what became of it. Nothing is recorded.
func again(a *app, of *deal, old dealstate.Event, p dealstate.Policy) error {
	d, err := of.open(p)
	if err != nil {
		return err
	}
	view := dealstate.View{Policy: p}
	state := d.AsOf(a.now()).State
	told := recorded{Event: old, Decision: decisionOn(d, old.ID, view), OnRecord: true, Before: state, After: state}
	if a.json {
		err = a.object(told)
	} else {
		a.say("This act is on record: %s", told.Decision)
		a.say("Nothing is recorded. Another report of it needs an --id of its own.")
	}
	if err == nil && told.Decision.Outcome == dealstate.Refused {
		err = errNo
	}
	return err
}

// try says what the event would do, and records it where that is wanted; where it surely is,
// in the journal that is open.
func (c *recordCmd) try(a *app, of *deal, e dealstate.Event, p dealstate.Policy, q *questions, j *journal.File) error {
	d, err := of.open(p)
	if err != nil {
		return err
	}
	before := d.AsOf(a.now())
	did, err := d.Record(e) // in this copy
	if err != nil {
		return misuseOfFlag(err)
	}
	did.Revised = did.Caused()
	after := d.AsOf(a.now())
	told := recorded{Event: e, Decision: did, Before: before.State, After: after.State, was: awaiting(before), awaits: awaiting(after)}
	if !a.json {
		told.write(a)
	}
	takes := did.Outcome == dealstate.Applied || did.Kind == dealstate.Note
	if wanted := c.Yes || q.asks && !a.json && q.yes("Record it?"); wanted && (takes || !c.IfApplied) {
		if told.Position, err = c.keep(a, of, e, j); err != nil {
			return err
		}
	}
	return told.end(a, c)
}

// recorded is what became of an event. It is written as JSON as it stands.
type recorded struct {
	Position int64              `json:"position"`            // in the journal; 0: it is not recorded
	OnRecord bool               `json:"on_record,omitempty"` // the same act is on record: event and decision are those of its report
	Event    dealstate.Event    `json:"event"`
	Decision dealstate.Decision `json:"decision"`
	Before   dealstate.State    `json:"state_before"`
	After    dealstate.State    `json:"state_after"`

	was, awaits string // whom the deal awaited before and after it
}

// write says what the event does.
func (r recorded) write(a *app) {
	a.say("%s of %s, %s, by %s: %s", act(dealstate.Decision{Kind: r.Event.Kind, Party: r.Event.Party}), r.Event.Deal, day(r.Event.At), cmp.Or(speaker(r.Event), "nobody"), r.Event.ID)
	a.say("%s", r.Decision)
	for _, rev := range r.Decision.Revised {
		switch {
		case rev.Now.Outcome == 0:
			a.say("  this undoes what was decided before: %s", rev.Was)
		case rev.Was.Outcome == 0:
			a.say("  this has the effect: %s", rev.Now)
		case differs(rev):
			a.say("  this changes what was decided before: %s; it was: %s", rev.Now, rev.Was)
		}
	}
	switch {
	case r.Before != r.After:
		a.say("The deal moves from %s to %s.", string(r.Before), string(r.After))
	case r.was == r.awaits:
		a.say("The deal stays where it is: %s.", string(r.After))
	case r.awaits == "":
		a.say("The deal stays in %s, and awaits nobody any more.", string(r.After))
	default:
		a.say("The deal stays in %s, and now awaits %s.", string(r.After), r.awaits)
	}
}

// differs reports whether a revised decision comes to something else, and not only to the
// same in another state.
func differs(r dealstate.Revision) bool {
	return r.Was.Outcome != r.Now.Outcome || moved(r.Was) != moved(r.Now)
}

// end says whether it is recorded. A report that is refused is a no, recorded or not.
func (r recorded) end(a *app, c *recordCmd) error {
	switch {
	case a.json:
		if err := a.object(r); err != nil {
			return err
		}
	case r.Position > 0:
		a.say("Recorded as entry %d of the journal.", r.Position)
	case c.IfApplied && c.Yes:
		a.say("Nothing is recorded: it would not take effect.")
	case c.DryRun:
		a.say("Nothing is recorded: it was a dry run.")
	default:
		a.say("Nothing is recorded. With --yes it is.")
	}
	if r.Decision.Outcome == dealstate.Refused || r.Position == 0 && c.IfApplied && r.Decision.Outcome != dealstate.Applied {
		return errNo
	}
	return nil
}

// keep appends the event, and before it the agreement, to the journal of the folder, which
// is opened if it is not, and made if there is none.
func (c *recordCmd) keep(a *app, of *deal, e dealstate.Event, j *journal.File) (position int64, err error) {
	if j == nil {
		if j, err = a.openJournal(c.Wait); err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, j.Close()) }()
	}
	agreement, now := of.machine.Agreement(), a.now().UTC()
	at, err := j.Append(a.ctx, []journal.Entry{{Accepted: now, By: c.Recorder, Agreement: &agreement}, {Accepted: now, By: c.Recorder, Event: e}})
	if err != nil {
		return 0, err
	}
	return at[1], nil
}

// fields are the flags by the fields of the event that they give.
func (c *recordCmd) fields() map[string]*string {
	return map[string]*string{"kind": &c.Kind, "party": &c.Party, "by": &c.By, "role": &c.Role, "modality": &c.Modality, "at": &c.At, "recorded": &c.Recorded,
		"id": &c.ID, "ref": &c.Ref, "commitment": &c.Commitment, "until": &c.Until, "publisher": &c.Publisher, "url": &c.URL, "published": &c.Published, "note": &c.Note}
}

// event makes the event of the flags, and on a terminal of the answers to what is missing.
func (c *recordCmd) event(of *deal, q *questions) (dealstate.Event, error) {
	now := q.app.now()
	for _, field := range []string{"kind", "party", "by", "role", "at"} {
		if q.asks && !q.ended && *c.fields()[field] == "" {
			c.ask(field, of, q)
		}
	}
	if !q.asks || q.ended {
		if missing := c.missing(of, now); len(missing) > 1 {
			also := ""
			if c.Kind == "" { // which decides on what else is needed
				also = "; most kinds also need --party, and --by, --role or both"
			}
			return dealstate.Event{}, misusef("missing: %s%s", strings.Join(missing, ", "), also)
		}
		return c.readOrName(of, now)
	}
	for {
		e, err := c.read(of, now)
		var bad *dealstate.FieldError
		if err == nil || !errors.As(err, &bad) || c.fields()[bad.Field] == nil || q.ended {
			return e, err
		}
		q.app.say("%s", err)
		c.ask(bad.Field, of, q)
	}
}

// ask asks for a field until its answer is right, as far as that can be said of it alone.
func (c *recordCmd) ask(field string, of *deal, q *questions) {
	for {
		*c.fields()[field] = q.ask(field, q.words(field, of, c))
		var bad *dealstate.FieldError
		if _, err := c.supposing(field).read(of, q.app.now()); q.ended || !errors.As(err, &bad) || bad.Field != field {
			return
		}
		q.app.say("%s", bad)
	}
}

// supposing is the command with something right in the fields that are asked later than one.
func (c *recordCmd) supposing(field string) *recordCmd {
	s := *c
	if field != "kind" {
		s.Kind = cmp.Or(s.Kind, dealstate.Note.String())
	}
	if field != "role" && s.By == "" {
		s.Role = cmp.Or(s.Role, dealstate.Instrument.String())
	}
	if field != "at" {
		s.At = cmp.Or(s.At, time.DateOnly)
	}
	return &s
}

// missing lists the flags that the event lacks.
func (c *recordCmd) missing(of *deal, now time.Time) (flags []string) {
	some := map[string]string{"kind": dealstate.Note.String(), "party": of.machine.Agreement().Parties[0].ID, "role": dealstate.Instrument.String(),
		"by": "somebody", "at": time.DateOnly, "until": "9000-01-01", "ref": "some"}
	if all := of.machine.Agreement().Commitments; len(all) > 0 {
		some["commitment"] = all[0].ID
	}
	s := *c
	for {
		_, err := s.read(of, now)
		var bad *dealstate.FieldError
		if !errors.As(err, &bad) || !strings.HasPrefix(bad.Problem, "missing") || some[bad.Field] == "" {
			return flags
		}
		flags = append(flags, "--"+bad.Field)
		*s.fields()[bad.Field] = some[bad.Field]
		delete(some, bad.Field)
	}
}

// read reads the event as a line of a log is read, so that it means the same.
func (c *recordCmd) read(of *deal, now time.Time) (e dealstate.Event, err error) {
	if c.Role == "" && c.By != "" {
		kind, _ := dealstate.ParseTrigger(c.Kind)
		k, _ := kind.(dealstate.Kind)
		c.Role = scenario.NewVoices(of.machine.Agreement()).Role(dealstate.Event{Kind: k, Party: c.Party, By: c.By}).String()
	}
	line := map[string]any{"id": cmp.Or(c.ID, c.newID(of)), "deal": of.machine.Deal(), "kind": c.Kind, "party": c.Party, "by": c.By, "role": c.Role, "modality": c.Modality,
		"at": c.At, "recorded": cmp.Or(c.Recorded, now.UTC().Format(time.RFC3339Nano)), "revision": c.Revision, "ref": c.Ref, "commitment": c.Commitment, "until": c.Until,
		"source": map[string]string{"publisher": c.Publisher, "url": c.URL, "published": c.Published}, "note": c.Note}
	text, err := json.Marshal(line)
	if err == nil {
		err = e.UnmarshalJSON(text)
	}
	if err == nil {
		err = of.machine.Admit(e)
	}
	if _, known := of.place[e.Ref]; err == nil && e.Kind == dealstate.Retract && !known {
		err = &dealstate.FieldError{Field: "ref", Problem: fmt.Sprintf("%q is no event of %s%s", e.Ref, e.Deal, nearest.Hint(e.Ref, slices.Sorted(maps.Keys(of.place))))}
	}
	return e, err
}

// readOrName reads the event. Where it lacks a role because nobody bears the name of its
// speaker, which may be misspelt, the error says whose name was wanted.
func (c *recordCmd) readOrName(of *deal, now time.Time) (dealstate.Event, error) {
	e, err := c.read(of, now)
	var bad *dealstate.FieldError
	if c.By == "" || c.Role != "" || !errors.As(err, &bad) || bad.Field != "role" {
		return e, err
	}
	approver := *c
	approver.Role = dealstate.Approver.String()
	if _, unnamed := approver.read(of, now); errors.As(unnamed, &bad) && bad.Field == "by" {
		return e, unnamed
	}
	return e, err
}

// newID gives an id that says what the report is about, and that is not taken.
func (c *recordCmd) newID(of *deal) string {
	parts := []string{cmp.Or(c.Kind, "report")}
	for _, part := range []string{c.Party, c.Commitment, strings.ToLower(c.At)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	id := strings.Join(parts, "-")
	for n := 2; ; n++ {
		if _, taken := of.place[id]; !taken {
			return id
		}
		id = strings.Join(parts, "-") + "-" + strconv.Itoa(n)
	}
}
