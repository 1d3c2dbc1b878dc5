package dealstate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
	"github.com/fe115bb3/dealtracker/dealstate/internal/phrase"
)

// mostListed bounds how many parties Explain speaks of one by one.
const mostListed = 8

// line writes one line. Names and words of strangers can neither end it nor act
// on the terminal that shows it.
func line(b *strings.Builder, format string, args ...any) {
	b.WriteString(display.Inert(fmt.Sprintf(format, args...)))
	b.WriteByte('\n')
}

// explanation is a snapshot while it is put into words: with what each party is called. It
// belongs to one call of Explain.
type explanation struct {
	Snapshot
	labels  map[string]string   // by party
	refused map[string]Decision // by party: its last approval, if the rules refused it
}

// Explain says in plain English where the deal stands and why. It stays short
// however many parties there are. Control characters, line breaks and whatever
// else in a stranger's text acts on a terminal are written as escapes, such as
// \n and \x1b. Given the decisions on the way there, as [Deal.Replay] gives them, it tells
// an approval that was refused, as one after the deadline, too; a snapshot alone does not
// know of it. The cost is linear in the parties, commitments and decisions.
func (s Snapshot) Explain(decisions ...Decision) string {
	e := explanation{Snapshot: s, labels: make(map[string]string, len(s.Parties)), refused: refusedApprovals(decisions)}
	for _, p := range s.Parties {
		e.labels[p.Party] = p.label()
	}
	return e.text()
}

func (s explanation) text() string {
	var b strings.Builder
	s.explainHead(&b)
	s.explainApproval(&b)
	s.explainActs(&b)
	s.explainCommitments(&b)
	for _, d := range s.Disputes {
		line(&b, "Dispute open since %s: raised by %s%s (%s).", instant.Say(d.At), phrase.OrAllSides(s.label(d.Party)), saidBy(d.By), d.Event)
	}
	if s.Next != nil {
		next := *s.Next
		next.Party = s.label(next.Party)
		due := dueWords(next.Clock, next.Due)
		if _, ends := next.Clock.LastDay(next.Due); ends {
			due = "by " + due
		}
		line(&b, "Next clock: %s, due %s.", next.Named(next.Clock.String()), due)
	}
	for _, w := range s.Warnings {
		line(&b, "Warning: %s.", strings.TrimSuffix(w.String(), "."))
	}
	return b.String()
}

func (s explanation) explainHead(b *strings.Builder) {
	if s.Title != "" {
		line(b, "%s (%s)", s.Title, s.Deal)
	} else {
		line(b, "%s", s.Deal)
	}
	line(b, "As of %s, %s, policy %s, revision %d of the text.", instant.SayMoment(s.AsOf, "the beginning"), s.knownWords(), s.Policy, s.Revision)
	if s.Since.IsZero() {
		line(b, "State: %s; no event or clock has moved it yet.", s.State)
		return
	}
	line(b, "State: %s since %s (%s).", s.State, instant.Say(s.Since), s.By)
}

func (s explanation) knownWords() string {
	if s.KnownBy.IsZero() {
		return "with all that is on record"
	}
	return "as known by " + instant.SayMoment(s.KnownBy, "")
}

func (s explanation) explainApproval(b *strings.Builder) {
	line(b, "Approval: %s.", s.Approval)
	if len(s.Parties) > mostListed {
		s.explainMany(b)
		return
	}
	for _, p := range s.Parties {
		if p.Asked || p.Act != nil || p.Nearest != nil {
			line(b, "  %s", s.party(p))
		}
	}
}

// party says how one party stands, and on whose word.
func (s explanation) party(p PartyStatus) string {
	if p.Standing != StandingApproved && p.Standing != StandingRejected {
		return "Approval by " + p.voice() + ": " + s.lacking(p)
	}
	text := fmt.Sprintf("%s: %s %s", p.label(), p.Standing, p.Act.words())
	if !p.InForce.IsZero() {
		text += "; in force for it from " + instant.Say(p.InForce)
	}
	return text
}

// lacking says why a party's approval does not stand.
func (s explanation) lacking(p PartyStatus) string {
	text := "none that " + s.Policy + " counts"
	switch p.Standing {
	case StandingWithdrawn:
		text = "withdrawn " + p.Act.words()
	case StandingStale:
		text = "given to an earlier revision " + p.Act.words()
	case StandingOutstanding:
		if s.hasLapsed() {
			text = "none in time that " + s.Policy + " counts"
		}
	}
	switch refused, is := s.refused[p.Party]; {
	case is && p.Standing == StandingOutstanding:
		text = s.refusedApproval(p, refused)
	case is:
		text += "; " + s.refusedApproval(p, refused)
	}
	if p.Nearest != nil {
		text += "; nearest: " + p.Nearest.nearWords()
	}
	return text
}

// refusedApprovals gives each party's last approval on record, if the rules refused it.
func refusedApprovals(decisions []Decision) map[string]Decision {
	last := map[string]Decision{}
	for _, d := range decisions {
		switch {
		case d.Outcome == Refused && d.Kind == Approve:
			last[d.Party] = d
		case d.Outcome == Applied && (d.Kind == Approve || d.Kind == Reject || d.Kind == Withdraw):
			delete(last, d.Party)
		}
	}
	return last
}

// RefusedApprovals says of each party whose last approval the rules refused, and whose
// approval does not stand, when and by which report that was: "given on 5 October 2025
// (hansen-yes), after the deadline: refused", as [Snapshot.Explain] has it. It is keyed by
// the party's id. The decisions are those on the way to the snapshot, as [Deal.Replay] gives
// them. The id of the report is as its sender wrote it: escape the text where it is shown.
// The cost is linear in the parties and decisions.
func (s Snapshot) RefusedApprovals(decisions ...Decision) map[string]string {
	words, refused := map[string]string{}, refusedApprovals(decisions)
	for _, p := range s.Parties {
		if d, is := refused[p.Party]; is && p.Standing != StandingApproved {
			words[p.Party] = s.refusedApproval(p, d)
		}
	}
	return words
}

// refusedApproval says that an approval of the party was refused, and where an earlier one
// is spoken of, that it was given again.
func (s Snapshot) refusedApproval(p PartyStatus, d Decision) string {
	given := "given "
	if p.Standing == StandingWithdrawn || p.Standing == StandingStale {
		given = "given again "
	}
	return given + s.refusedWords(d) + ": refused"
}

// refusedWords says when and by which report: "on 5 October 2025 (hansen-yes), after the
// deadline".
func (s Snapshot) refusedWords(d Decision) string {
	text := "on " + instant.Say(d.At) + " (" + d.Event + ")"
	if s.hasLapsed() && !d.At.Before(s.Since) {
		text += ", after the deadline"
	}
	return text
}

// hasLapsed reports whether the deadline has ended the deal.
func (s Snapshot) hasLapsed() bool { return s.State == StateLapsed && s.By == Deadline.String() }

func (p PartyStatus) label() string { return Party{ID: p.Party, Name: p.Name}.label() }

// voice names who is awaited, and for which party: Maia Popa (Moldova).
func (p PartyStatus) voice() string {
	if p.Approver == "" || p.Approver == p.label() {
		return p.label()
	}
	return p.Approver + " (" + p.label() + ")"
}

// words says when and on whose word: "on 25 June 2025, by Trump (approver, AP)".
func (e *Evidence) words() string {
	text := "on " + instant.Say(e.At)
	if e.By != "" {
		text += ", by " + e.By
	}
	source := e.Role.String()
	if e.Publisher != "" {
		source += ", " + e.Publisher
	}
	text += " (" + source + ")"
	if e.Recorded.After(e.At.Add(24 * time.Hour)) {
		text += ", learned " + e.Recorded.UTC().Format("2 January 2006")
	}
	return text
}

// nearWords says the same for what does not count: "MOFCOM spokesperson, 27
// June 2025, government".
func (e *Evidence) nearWords() string {
	parts := []string{instant.Say(e.At), e.Role.String()}
	if e.By != "" {
		parts = append([]string{e.By}, parts...)
	}
	if e.Modality != Asserted {
		parts = append(parts, e.Modality.String()+" only")
	}
	if e.Publisher != "" {
		parts = append(parts, e.Publisher)
	}
	return strings.Join(parts, ", ")
}

// explainMany names the parties of a large deal only where they matter.
func (s explanation) explainMany(b *strings.Builder) {
	counts := map[Standing]int{}
	for _, p := range s.Parties {
		counts[p.Standing]++
	}
	var parts []string
	for standing := StandingApproved; standing < endOfStandings; standing++ {
		if counts[standing] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[standing], standing))
		}
	}
	parts = append(parts, fmt.Sprintf("%d outstanding", counts[StandingOutstanding]))
	line(b, "  Of %d parties: %s.", len(s.Parties), strings.Join(parts, ", "))
	if len(s.Shortest) > 0 {
		line(b, "  Shortest way to meet it: %d more, such as %s.", len(s.Shortest), s.some(s.Shortest))
	}
	if len(s.Awaiting) > 0 {
		line(b, "  Awaited: %s.", s.some(s.heaviest()))
	}
	if refused := s.those(func(p PartyStatus) bool { _, is := s.refused[p.Party]; return is }); len(refused) > 0 {
		line(b, "  Approved, but refused: %s.", phrase.Some(len(refused), func(i int) string { return refused[i].label() + " " + s.refusedWords(s.refused[refused[i].Party]) }))
	}
	if last := s.lastAct(); last != nil {
		line(b, "  Last act: %s, %s %s.", last.label(), last.Standing, last.Act.words())
	}
}

// some names the first few of the parties.
func (s explanation) some(ids []string) string {
	return phrase.Some(len(ids), func(i int) string { return s.label(ids[i]) })
}

// heaviest gives the parties awaited, those of most weight first.
func (s explanation) heaviest() []string {
	weights := make(map[string]int64, len(s.Parties))
	for _, p := range s.Parties {
		weights[p.Party] = p.Weight
	}
	ids := slices.Clone(s.Awaiting)
	slices.SortStableFunc(ids, func(a, b string) int { return cmp.Compare(weights[b], weights[a]) })
	return ids
}

func (s explanation) lastAct() *PartyStatus {
	acted := slices.DeleteFunc(slices.Clone(s.Parties), func(p PartyStatus) bool { return p.Act == nil })
	if len(acted) == 0 {
		return nil
	}
	last := slices.MaxFunc(acted, func(a, b PartyStatus) int {
		return cmp.Or(a.Act.At.Compare(b.Act.At), a.Act.Recorded.Compare(b.Act.Recorded), strings.Compare(a.Act.Event, b.Act.Event))
	})
	return &last
}

// explainActs says what parties do each for itself, beside their consent: who leaves,
// and when, comes last.
func (s explanation) explainActs(b *strings.Builder) {
	for _, act := range []struct {
		words string
		of    func(PartyStatus) bool
	}{
		{"Signed by", func(p PartyStatus) bool { return p.Signed && s.InForce.IsZero() }}, // of a deal in force nobody asks
		{"Applied provisionally by", func(p PartyStatus) bool { return p.Provisional }},
		{"Suspended by", func(p PartyStatus) bool { return p.Suspended }},
	} {
		if who := s.those(act.of); len(who) > 0 {
			line(b, "%s: %s.", act.words, phrase.Some(len(who), func(i int) string { return who[i].label() }))
		}
	}
	if who := s.those(func(p PartyStatus) bool { return !p.Leaves.IsZero() }); len(who) > 0 {
		line(b, "Under notice: %s.", phrase.Some(len(who), func(i int) string { return who[i].label() + " leaves on " + instant.Say(who[i].Leaves) }))
	}
}

// those gives the parties of which something is so.
func (s explanation) those(so func(PartyStatus) bool) (who []PartyStatus) {
	for _, p := range s.Parties {
		if so(p) {
			who = append(who, p)
		}
	}
	return who
}

// explainCommitments says the balance: "the US has performed 2 of 3".
func (s explanation) explainCommitments(b *strings.Builder) {
	balances := s.Balances()
	if len(balances) == 0 {
		return
	}
	var parts []string
	for _, balance := range balances {
		parts = append(parts, fmt.Sprintf("%s has performed %d of %d", s.label(balance.Party), balance.Performed, balance.Of))
	}
	line(b, "Commitments: %s.", strings.Join(parts, "; "))
	s.explainFailures(b)
}

// explainFailures names the commitments that are overdue, broken or suspended.
func (s explanation) explainFailures(b *strings.Builder) {
	var all []string
	for _, c := range s.Commitments {
		var words []string
		if !c.Overdue.IsZero() {
			words = append(words, "overdue since "+instant.Say(c.Overdue))
		}
		if !c.Breached.IsZero() {
			words = append(words, "broken on "+instant.Say(c.Breached)+" ("+c.Breach+")")
		}
		if c.Suspended {
			words = append(words, "suspended")
		}
		if len(words) > 0 {
			all = append(all, c.Commitment+" of "+s.label(c.Party)+" "+strings.Join(words, ", "))
		}
	}
	if len(all) > 0 {
		line(b, "  Of these, %s.", phrase.Some(len(all), func(i int) string { return all[i] }))
	}
}

// label gives a party's name.
func (s explanation) label(id string) string {
	if name, known := s.labels[id]; known {
		return name
	}
	return id
}

func saidBy(who string) string {
	if who == "" {
		return ""
	}
	return " (" + who + ")"
}
