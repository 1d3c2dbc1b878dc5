package scenario

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
)

// clauses are the words that begin a part of an act. As a name or an id, each
// needs quotes.
var clauses = map[string]bool{"by": true, "as": true, "known": true, "revision": true, "commitment": true, "ref": true,
	"until": true, "id": true, "party": true, "source": true, "url": true, "published": true, "saying": true,
	"asserted": true, "conditional": true, "denied": true, "planned": true,
	"under": true, "of": true, "nobody": true, "nothing": true}

// loose are words that tie a name to something else. Behind a name they are what
// somebody tried to say about the act (by trump on tuesday), which no clause says;
// in a name they need quotes.
var loose = map[string]bool{"on": true, "at": true, "in": true, "from": true, "to": true, "for": true, "since": true, "before": true,
	"after": true, "during": true, "with": true, "without": true, "because": true, "but": true, "and": true, "or": true,
	"not": true, "if": true, "when": true, "who": true, "that": true, "yesterday": true, "today": true, "tomorrow": true}

// goesOn reports whether a word may stand in a name without quotes, behind the
// name's first word. A number there is likely a date that no clause reads.
func goesOn(text string) bool {
	return !clauses[text] && !loose[text] && !(text[0] >= '0' && text[0] <= '9')
}

const clauseWords = "by, as, conditional, denied, planned, known, revision, commitment, ref, until, id, source, url, published or saying"

// actClauses are the clauses of an act, and their spellings.
var actClauses = []string{"by", "as", "asserted", "conditional", "denied", "planned", "known", "revision", "commitment", "ref",
	"until", "id", "party", "source", "url", "published", "saying"}

// step reads a line that begins with an instant.
func (p *parser) step(s *Scenario, l *line) error {
	first := l.peek()
	at, err := l.start()
	if err != nil && strings.Count(first.text, "-") >= 2 { // it was meant to be one
		return err
	}
	if err != nil {
		return l.fault(first.column, "%s begins no line; want a date or instant and an act, such as 2025-06-20 approve china by xi, or a new scenario; what is expected of an act is indented%s",
			shown(first.text), nearest.Hint(first.text, []string{"scenario"}))
	}
	step := Step{At: at, Doc: p.comments(), Line: p.number, cols: map[string]int{}}
	if l.peek().is("time") {
		if err := l.passage(&step); err != nil {
			return err
		}
	} else if err := l.act(&step); err != nil {
		return err
	}
	s.Steps = append(s.Steps, step)
	return nil
}

// passage reads: time passes.
func (l *line) passage(step *Step) error {
	step.cols["kind"] = l.peek().column
	l.next++
	if w := l.peek(); !l.skip("passes") {
		return l.fault(w.column, "want: time passes")
	}
	return l.end("the line's end")
}

// act reads what was done: a kind, what it is about, and its clauses.
func (l *line) act(step *Step) error {
	w, err := l.take("what was done, such as approve, or: time passes")
	if err != nil {
		return err
	}
	step.cols["kind"] = w.column
	if err := step.Act.Kind.UnmarshalText([]byte(w.text)); err != nil {
		return l.fault(w.column, "%s is no kind of act; want %s, or: time passes%s", shown(w.text), strings.Join(kindWords(), ", "), nearest.Hint(w.text, append(kindWords(), "time")))
	}
	if l.named() {
		step.object(l.words[l.next-1])
	}
	if ofCommitment(step.Act.Kind) && l.named() {
		step.Act.Commitment, step.cols["commitment"] = l.words[l.next-1].text, l.words[l.next-1].column
	}
	for !l.done() {
		if err := l.clause(step); err != nil {
			return err
		}
	}
	return nil
}

// ofCommitment reports whether an act of the kind may name its commitment behind its
// party.
func ofCommitment(k dealstate.Kind) bool {
	switch k {
	case dealstate.Perform, dealstate.Breach, dealstate.Suspend, dealstate.Resume:
		return true
	}
	return false
}

// named passes over a word that begins no clause.
func (l *line) named() bool {
	if w := l.peek(); l.done() || !w.quoted && clauses[w.text] {
		return false
	}
	l.next++
	return true
}

func kindWords() []string {
	var words []string
	for _, k := range dealstate.Kinds() {
		words = append(words, k.String())
	}
	return words
}

// object is whose act it is; a retract speaks of an event.
func (s *Step) object(w word) {
	if s.Act.Kind == dealstate.Retract {
		s.Act.Ref, s.cols["ref"] = w.text, w.column
		return
	}
	s.Act.Party, s.cols["party"] = w.text, w.column
}

func (l *line) clause(step *Step) error {
	w := l.peek()
	if w.quoted || !clauses[w.text] {
		return l.end("one of " + clauseWords + nearest.Hint(w.text, actClauses))
	}
	l.next++
	field := w.text
	switch field {
	case "asserted", "conditional", "denied", "planned":
		field = "modality"
	case "as":
		field = "role"
	}
	if _, twice := step.cols[field]; twice {
		return l.fault(w.column, "%s is given twice", field)
	}
	step.cols[field] = l.peek().column
	if field == "modality" {
		step.cols[field] = w.column
	}
	return l.value(step, w)
}

// value reads what stands after a clause's word.
func (l *line) value(step *Step, clause word) (err error) {
	act := &step.Act
	switch clause.text {
	case "by":
		act.By, err = l.name("who says so")
	case "source":
		act.Source.Publisher, err = l.name("who published it")
	case "as":
		err = l.role(&act.Role)
	case "asserted", "conditional", "denied", "planned":
		err = act.Modality.UnmarshalText([]byte(clause.text))
	case "known":
		act.Recorded, err = l.start()
	case "until":
		act.Until, err = l.start()
	case "revision":
		act.Revision, err = l.count()
	default:
		err = l.text(act, clause)
	}
	return err
}

func (l *line) text(act *dealstate.Event, clause word) (err error) {
	switch clause.text {
	case "commitment":
		act.Commitment, err = l.one("the id of a commitment")
	case "ref":
		act.Ref, err = l.one("the id of an earlier act")
	case "id":
		act.ID, err = l.one("the act's own id")
	case "party":
		act.Party, err = l.one("the id of a party")
	case "url":
		act.Source.URL, err = l.one("an address")
	case "published":
		act.Source.Published, err = l.one("a date")
	case "saying":
		act.Note, err = l.note()
	default:
		return l.fault(clause.column, "%s cannot stand in an act; want one of %s", shown(clause.text), clauseWords)
	}
	return err
}

// one reads one word that is not empty.
func (l *line) one(what string) (string, error) {
	w, err := l.take(what)
	if err == nil && (w.text == "" || !w.quoted && clauses[w.text]) {
		err = l.fault(w.column, "%s; want %s, in quotes if that is what it is", shown(w.text), what)
	}
	return w.text, err
}

// name reads words up to the next clause, or one text in quotes.
func (l *line) name(what string) (string, error) {
	first, err := l.one(what)
	if err != nil || l.words[l.next-1].quoted {
		return first, err
	}
	parts := []string{first}
	for !l.done() && !l.peek().quoted && goesOn(l.peek().text) {
		parts = append(parts, l.peek().text)
		l.next++
	}
	return strings.Join(parts, " "), l.nameEnds(parts)
}

// nameEnds refuses a word behind a name that neither belongs to it nor begins
// a clause.
func (l *line) nameEnds(name []string) error {
	w := l.peek()
	if l.done() || w.quoted || slices.Contains(actClauses, w.text) {
		return nil
	}
	for _, more := range l.words[l.next:] {
		if more.quoted || slices.Contains(actClauses, more.text) {
			break
		}
		name = append(name, more.text)
	}
	return l.fault(w.column, "%s does not go on a name; want one of %s, or the whole name in quotes if it is %s", shown(w.text), clauseWords, shown(strings.Join(name, " ")))
}

// note reads a text in quotes: without, its words would be taken for clauses.
func (l *line) note() (string, error) {
	w, err := l.take("a note in quotes")
	if err == nil && (w.text == "" || !w.quoted) {
		err = l.fault(w.column, "%s; want a note in quotes, such as saying \"not yet\"", shown(w.text))
	}
	return w.text, err
}

func (l *line) role(to *dealstate.Role) error {
	w, err := l.take("a role")
	if err == nil && to.UnmarshalText([]byte(w.text)) != nil {
		err = l.fault(w.column, "%s is no role; want %s%s", shown(w.text), choice(roleWords()), nearest.Hint(w.text, roleWords()))
	}
	return err
}

func roleWords() []string {
	var words []string
	for r := dealstate.Instrument; r.String() != ""; r++ {
		words = append(words, r.String())
	}
	return words
}

// count reads a number from 1.
func (l *line) count() (int, error) {
	w, err := l.take("a number from 1")
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(w.text)
	if err != nil || n < 1 || strconv.Itoa(n) != w.text {
		return 0, l.fault(w.column, "%s is no number from 1", shown(w.text))
	}
	return n, nil
}
