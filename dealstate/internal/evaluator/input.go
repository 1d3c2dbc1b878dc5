package evaluator

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Agreement is what was negotiated, as its JSON file says it.
type Agreement struct {
	ID          string
	Parties     []Party
	Approval    *Condition // nil: every party
	Effect      *Delay     // nil: it takes an implement event
	Join        *Delay     // nil: as Effect
	Notice      *Delay     // nil: a withdrawal takes effect at once
	Term        *Delay     // nil: open-ended
	Renew       *Delay     // nil: no tacit renewal
	Deadline    time.Time
	Timers      []Timer
	Commitments []Commitment
	Lifecycle   *Lifecycle // nil: the standard one
}

// Party is one side.
type Party struct {
	ID, Approver string
	Groups       []string
	Weight       int64
}

// Timer is an agreement's own clock.
type Timer struct {
	ID    string
	After Delay
}

// Commitment is what one party owes. Its deadline is an instant, or a delay from entry into force, or neither.
type Commitment struct {
	ID, Party string
	Deadline  time.Time
	Within    *Delay
}

// Lifecycle is an agreement's own states and rules.
type Lifecycle struct {
	Extends, Initial       string
	States, InForce, Final []string
	Rules                  []Rule
	Drop                   []string
}

// Rule is one row of an own lifecycle.
type Rule struct {
	ID    string     `json:"id"`
	On    string     `json:"on"`
	From  []string   `json:"from"`
	To    string     `json:"to"`
	When  *Condition `json:"when"`
	Order int        `json:"order"`
}

// Event is one report of one act.
type Event struct {
	ID, Deal, Kind, Party, By, Role, Modality, Commitment, Ref, Note string
	At, Recorded, Until                                              time.Time
	Revision                                                         int
	Source                                                           string // as it was written: it only tells events apart
}

type agreementJSON struct {
	ID         string      `json:"id"`
	Title      string      `json:"title"`
	Parties    []partyJSON `json:"parties"`
	Approval   *Condition  `json:"approval"`
	Effect     *delayJSON  `json:"effect"`
	Join       *delayJSON  `json:"join"`
	Notice     *delayJSON  `json:"notice"`
	Term       *delayJSON  `json:"term"`
	Renew      *delayJSON  `json:"renew"`
	Deadline   string      `json:"deadline"`
	Implements []string    `json:"implements"`
	Incomplete string      `json:"incomplete"`
	Timers     []struct {
		ID    string    `json:"id"`
		After delayJSON `json:"after"`
	} `json:"timers"`
	Commitments []struct {
		ID       string          `json:"id"`
		Party    string          `json:"party"`
		Title    string          `json:"title"`
		Deadline json.RawMessage `json:"deadline"`
	} `json:"commitments"`
	Lifecycle *struct {
		Extends string   `json:"extends"`
		Initial string   `json:"initial"`
		States  []string `json:"states"`
		InForce []string `json:"in_force"`
		Final   []string `json:"final"`
		Rules   []Rule   `json:"rules"`
		Drop    []string `json:"drop"`
	} `json:"lifecycle"`
}

type partyJSON struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Approver string   `json:"approver"`
	Aliases  []string `json:"aliases"`
	Groups   []string `json:"groups"`
	Weight   int64    `json:"weight"`
}

type delayJSON struct {
	Days         int    `json:"days"`
	Months       int    `json:"months"`
	FirstOfMonth int    `json:"first_of_month"`
	NotBefore    string `json:"not_before"`
	On           string `json:"on"`
	By           string `json:"by"`
	From         string `json:"from"`
}

type eventJSON struct {
	ID         string          `json:"id"`
	Deal       string          `json:"deal"`
	Kind       string          `json:"kind"`
	Party      string          `json:"party"`
	By         string          `json:"by"`
	Role       string          `json:"role"`
	Modality   string          `json:"modality"`
	At         string          `json:"at"`
	Recorded   string          `json:"recorded"`
	Until      string          `json:"until"`
	Revision   int             `json:"revision"`
	Commitment string          `json:"commitment"`
	Ref        string          `json:"ref"`
	Note       string          `json:"note"`
	Source     json.RawMessage `json:"source"`
}

// ReadAgreement reads one agreement. Unknown keys are an error.
func ReadAgreement(r io.Reader) (*Agreement, error) {
	var raw agreementJSON
	if err := strict(r, &raw); err != nil {
		return nil, fmt.Errorf("agreement: %w", err)
	}
	in := &reader{}
	a := &Agreement{
		ID: raw.ID, Approval: raw.Approval,
		Effect: in.delay(raw.Effect), Join: in.delay(raw.Join), Notice: in.delay(raw.Notice),
		Term: in.delay(raw.Term), Renew: in.delay(raw.Renew), Deadline: in.instant(raw.Deadline, dayEnds),
	}
	for _, p := range raw.Parties {
		a.Parties = append(a.Parties, Party{ID: p.ID, Approver: p.Approver, Groups: p.Groups, Weight: p.Weight})
	}
	for _, t := range raw.Timers {
		a.Timers = append(a.Timers, Timer{ID: t.ID, After: *in.delay(&t.After)})
	}
	for _, c := range raw.Commitments {
		at, within := in.commitmentDeadline(c.Deadline)
		a.Commitments = append(a.Commitments, Commitment{ID: c.ID, Party: c.Party, Deadline: at, Within: within})
	}
	if l := raw.Lifecycle; l != nil {
		a.Lifecycle = &Lifecycle{Extends: l.Extends, Initial: l.Initial, States: l.States, InForce: l.InForce,
			Final: l.Final, Rules: l.Rules, Drop: l.Drop}
	}
	if in.err != nil {
		return nil, fmt.Errorf("agreement: %w", in.err)
	}
	return a, a.check()
}

// check refuses what the design calls bad input.
func (a *Agreement) check() error {
	if a.ID == "" || len(a.Parties) == 0 {
		return errors.New("agreement: id and parties are required")
	}
	if a.Renew != nil && a.Term == nil {
		return errors.New("agreement: renew: needs a term to renew")
	}
	rules := []Rule(nil)
	if a.Lifecycle != nil {
		rules = a.Lifecycle.Rules
		for _, id := range a.Lifecycle.Drop {
			if a.Lifecycle.Extends == "" || !slices.Contains(standardRules, id) {
				return fmt.Errorf("agreement: lifecycle.drop: no standard rule %q", id)
			}
		}
	}
	for _, t := range a.Timers {
		if !slices.ContainsFunc(rules, func(r Rule) bool { return r.On == t.ID }) {
			return fmt.Errorf("agreement: timers: no rule runs on %q", t.ID)
		}
	}
	for _, r := range rules {
		known := slices.Contains(kinds, r.On) || slices.Contains(clocks, r.On) ||
			slices.ContainsFunc(a.Timers, func(t Timer) bool { return t.ID == r.On })
		if !known {
			return fmt.Errorf("agreement: lifecycle.rules: %q runs on %q, which is no kind, clock or timer", r.ID, r.On)
		}
	}
	return nil
}

// ReadEvents reads event lines. Every line is checked; events of another deal are kept out.
func ReadEvents(a *Agreement, r io.Reader) ([]Event, error) {
	var events []Event
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		e, err := readEvent(a, lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if e.Deal == a.ID {
			events = append(events, e)
		}
	}
	return events, lines.Err()
}

func readEvent(a *Agreement, line []byte) (Event, error) {
	var raw eventJSON
	if err := strict(bytes.NewReader(line), &raw); err != nil {
		return Event{}, err
	}
	in := &reader{}
	e := Event{ID: raw.ID, Deal: raw.Deal, Kind: raw.Kind, Party: raw.Party, By: raw.By, Role: raw.Role,
		Modality: raw.Modality, Commitment: raw.Commitment, Ref: raw.Ref, Note: raw.Note, Revision: raw.Revision,
		Source: string(raw.Source), Until: in.instant(raw.Until, dayEnds)}
	if e.Modality == "" {
		e.Modality = "asserted"
	}
	var onlyDate bool
	e.At, onlyDate = in.instantOrDate(raw.At, dayBegins)
	e.Recorded = in.instant(raw.Recorded, dayRecorded)
	if raw.Recorded == "" {
		// "left out, `recorded` is `at`, and for an `at` given as a date that day's 23:59:59Z"
		e.Recorded = e.At
		if onlyDate {
			e.Recorded = wholeDay(e.At, dayRecorded)
		}
	}
	if in.err != nil {
		return Event{}, fmt.Errorf("event %q: %w", e.ID, in.err)
	}
	if e.Deal != a.ID {
		return e, nil
	}
	return e, e.check(a)
}

// check tells what an event lacks before it can be folded.
func (e Event) check(a *Agreement) error {
	wrong := func(field, text string) error { return fmt.Errorf("event %q: %s: %s", e.ID, field, text) }
	needs := map[string]string{"approve": e.Party, "reject": e.Party, "withdraw": e.Party,
		"perform": e.Commitment, "breach": e.Commitment, "retract": e.Ref}
	need, needed := needs[e.Kind]
	switch {
	case e.ID == "":
		return wrong("id", "is required")
	case !slices.Contains(kinds, e.Kind):
		return wrong("kind", fmt.Sprintf("%q is none of the kinds", e.Kind))
	case e.At.IsZero():
		return wrong("at", "is required")
	case needed && need == "":
		return wrong("kind", e.Kind+" lacks its party, commitment or ref")
	case e.Kind == "extend" && e.Until.IsZero():
		return wrong("until", "is required")
	case e.Role == "" && e.Kind != "retract" && e.Kind != "note":
		return wrong("role", "is required")
	case e.Party != "" && a.party(e.Party) < 0:
		return wrong("party", "is none of the agreement's")
	case e.Commitment != "" && a.commitment(e.Commitment) < 0:
		return wrong("commitment", "is none of the agreement's")
	}
	return nil
}

func (a *Agreement) party(id string) int {
	return slices.IndexFunc(a.Parties, func(p Party) bool { return p.ID == id })
}

func (a *Agreement) commitment(id string) int {
	return slices.IndexFunc(a.Commitments, func(c Commitment) bool { return c.ID == id })
}

// reader keeps the first error met while texts are turned into instants and delays.
type reader struct{ err error }

func (in *reader) instant(text string, part dayPart) time.Time {
	at, _ := in.instantOrDate(text, part)
	return at
}

func (in *reader) instantOrDate(text string, part dayPart) (time.Time, bool) {
	if text == "" {
		return time.Time{}, false
	}
	at, onlyDate, err := parseInstant(text, part)
	if err != nil && in.err == nil {
		in.err = err
	}
	return at, onlyDate
}

func (in *reader) delay(raw *delayJSON) *Delay {
	if raw == nil {
		return nil
	}
	return &Delay{Days: raw.Days, Months: raw.Months, FirstOfMonth: raw.FirstOfMonth,
		NotBefore: in.instant(raw.NotBefore, dayBegins), On: raw.On, By: raw.By, FromForce: raw.From == "force"}
}

// commitmentDeadline reads "an instant, or a delay from entry into force".
func (in *reader) commitmentDeadline(raw json.RawMessage) (time.Time, *Delay) {
	if len(raw) == 0 || string(raw) == "null" {
		return time.Time{}, nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return in.instant(text, dayEnds), nil
	}
	var delay delayJSON
	if err := strict(bytes.NewReader(raw), &delay); err != nil && in.err == nil {
		in.err = fmt.Errorf("commitments: deadline: %w", err)
	}
	return time.Time{}, in.delay(&delay)
}

func strict(r io.Reader, into any) error {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// stateName turns an approver's name into a part of a state's name: Xi Jinping, xi_jinping.
func stateName(p Party) string {
	name := p.Approver
	if name == "" {
		name = p.ID // Settled here: a party that names no approver is named by its id.
	}
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if partOfWord(r) {
			b.WriteRune(r)
		} else if s := b.String(); s != "" && !strings.HasSuffix(s, "_") {
			b.WriteByte('_')
		}
	}
	return strings.TrimSuffix(b.String(), "_")
}
