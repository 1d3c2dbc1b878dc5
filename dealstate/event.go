package dealstate

import (
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// Event is one recorded report of one act. It is a plain value; [Event.Same] says
// when two are one.
//
// Zero fields that have a meaning: Modality is Asserted, Recorded is At (known
// at once), Revision is the one current at At, Party is all sides jointly.
type Event struct {
	ID         string    // permanent; the idempotency key within its deal
	Deal       string    // the agreement's id
	Kind       Kind      //
	Party      string    // whose act it is; required of approve, reject and withdraw
	By         string    // who says so; required in the role of approver
	Role       Role      // in what capacity; may be left out of a retract or a note
	Modality   Modality  //
	At         time.Time // when it happened; of one instant, what enables comes before what needs it
	Recorded   time.Time // when we learned of it
	Revision   int       // of the text, counted from 1
	Ref        string    // the event that a retract voids, or that another event refers to
	Commitment string    // required of a perform and a breach
	Until      time.Time // required of an extend: the new instant; a withdraw may have it: the instant of leaving
	Source     Source
	Note       string
}

// Source is where a report was read.
type Source struct {
	Publisher string
	URL       string
	Published string // a date (2025-06-27) or an RFC 3339 instant
}

// Validate reports the first thing wrong with the event taken alone, as a
// *FieldError. Whether its deal, party and commitment exist is for a
// [Machine] or [Deal] to say.
func (e Event) Validate() error {
	return e.validate()
}

func (e *Event) validate() error {
	if err := e.checkNames(); err != nil {
		return err
	}
	if err := e.checkWords(); err != nil {
		return err
	}
	if err := e.checkInstants(); err != nil {
		return err
	}
	return e.checkNeeds()
}

func (e *Event) checkNames() error {
	if err := field.CheckID("id", e.ID); err != nil {
		return err
	}
	if err := field.CheckID("deal", e.Deal); err != nil {
		return err
	}
	if err := e.checkTexts(); err != nil {
		return err
	}
	if e.Ref == e.ID {
		return field.Errorf("ref", "%q is the event itself; want an earlier one", field.Clip(e.Ref))
	}
	return nil
}

// checkTexts refuses what a line of the log could not carry.
func (e *Event) checkTexts() error {
	err := field.CheckText("party", e.Party, field.MaxID)
	err = orElse(err, "by", e.By, field.MaxName)
	err = orElse(err, "ref", e.Ref, field.MaxID)
	err = orElse(err, "commitment", e.Commitment, field.MaxID)
	err = orElse(err, "source.publisher", e.Source.Publisher, field.MaxName)
	err = orElse(err, "source.url", e.Source.URL, field.MaxName)
	return orElse(err, "note", e.Note, field.MaxText)
}

// orElse keeps the first error. Most texts are left out.
func orElse(err error, at, text string, most int) error {
	if err != nil || text == "" {
		return err
	}
	return field.CheckText(at, text, most)
}

func (e *Event) checkWords() error {
	switch {
	case e.Kind == 0:
		return field.Errorf("kind", "missing; want what was done, such as approve")
	case !kindEnum.has(e.Kind):
		return field.Errorf("kind", "%d is unknown", e.Kind)
	case e.Role >= endOfRoles:
		return field.Errorf("role", "%d is unknown", e.Role)
	case e.Role == 0 && kinds[e.Kind].needs&hasRole != 0:
		return field.Errorf("role", "missing; want one of %s", roleEnum.want())
	case e.Role == Approver && strings.TrimSpace(e.By) == "":
		return field.Errorf("by", "missing; the role of approver needs the name of who spoke, and where nobody is named the role is government or press")
	case e.Modality >= endOfModalities:
		return field.Errorf("modality", "%d is unknown", e.Modality)
	case e.Revision < 0 || e.Revision > math.MaxInt32:
		return field.Errorf("revision", "%d is out of range; want 0 (the current one) or a number counted from 1", e.Revision)
	}
	return nil
}

func (e *Event) checkInstants() error {
	if e.At.IsZero() {
		return field.Errorf("at", "missing; want the instant at which it happened, in RFC 3339")
	}
	if err := instant.Check("at", e.At); err != nil {
		return err
	}
	if err := instant.Check("recorded", e.Recorded); err != nil {
		return err
	}
	if err := instant.Check("until", e.Until); err != nil {
		return err
	}
	return checkPublished(e.Source.Published)
}

// isDate knows the dates of every month at a glance; the others are parsed.
func isDate(text string) bool {
	if len(text) != len(time.DateOnly) || text[4] != '-' || text[7] != '-' {
		return false
	}
	for i := range len(text) {
		if c := text[i]; i != 4 && i != 7 && (c < '0' || c > '9') {
			return false
		}
	}
	month, day := twoDigits(text[5:]), twoDigits(text[8:])
	return 1 <= month && month <= 12 && 1 <= day && day <= 28
}

func twoDigits(text string) int { return 10*int(text[0]-'0') + int(text[1]-'0') }

func checkPublished(text string) error {
	if text == "" || isDate(text) {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		return nil
	}
	if _, err := instant.Parse("source.published", text); err != nil {
		return field.Errorf("source.published", "%q is no date; want one such as 2025-06-27, or an RFC 3339 instant", field.Clip(text))
	}
	return nil
}

// checkNeeds holds the event to the fields that its kind must have.
func (e *Event) checkNeeds() error {
	switch needs := kinds[e.Kind].needs; {
	case e.Party == "" && needs&hasParty != 0:
		return field.Errorf("party", "missing; %s needs the party whose act it is", e.Kind)
	case e.Commitment == "" && needs&hasCommitment != 0:
		return field.Errorf("commitment", "missing; %s needs the commitment that it is about", e.Kind)
	case e.Ref == "" && needs&hasRef != 0:
		return field.Errorf("ref", "missing; %s needs the id of the event it voids", e.Kind)
	case e.Until.IsZero() && needs&hasUntil != 0:
		return field.Errorf("until", "missing; %s needs the new instant, in RFC 3339, or a date", e.Kind)
	case !e.Until.IsZero() && needs&(hasUntil|mayHaveUntil) == 0:
		return field.Errorf("until", "given on %s; only an extend or a withdraw has one", e.Kind)
	}
	return nil
}

// Same reports whether two events have the same content, so that the second is
// a duplicate of the first. When they were recorded is not part of it: the
// earliest counts.
func (e Event) Same(o Event) bool {
	e.tidy()
	o.tidy()
	e.Recorded = o.Recorded
	return e == o
}

// tidy brings the event into its one kept form.
func (e *Event) tidy() {
	if e.Modality == 0 {
		e.Modality = Asserted
	}
	if e.Recorded.IsZero() {
		e.Recorded = e.At
	}
	e.At, e.Recorded, e.Until = instant.Tidy(e.At), instant.Tidy(e.Recorded), instant.Tidy(e.Until)
}

// LogValue gives log/slog the fields a reader of a log needs.
func (e Event) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", e.ID), slog.String("deal", e.Deal), slog.String("kind", e.Kind.String()),
		slog.String("party", e.Party), slog.String("role", e.Role.String()), slog.String("at", instant.Format(e.At)))
}
