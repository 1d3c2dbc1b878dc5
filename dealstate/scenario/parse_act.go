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

// mayContinueName reports whether a word may stand in a name without quotes, after the
// name's first word. A number there is more likely a date that no clause reads.
func mayContinueName(text string) bool {
	return !clauses[text] && !loose[text] && !(text[0] >= '0' && text[0] <= '9')
}

const clauseWords = "by, as, conditional, denied, planned, known, revision, commitment, ref, until, id, source, url, published or saying"

// actClauses are the clauses of an act, and their spellings.
var actClauses = []string{"by", "as", "asserted", "conditional", "denied", "planned", "known", "revision", "commitment", "ref",
	"until", "id", "party", "source", "url", "published", "saying"}

// parseStep reads a line that begins with an instant.
func (p *parser) parseStep(s *Scenario, l *lineParser) error {
	first := l.peek()
	at, err := l.parseStart()
	if err != nil && strings.Count(first.text, "-") >= 2 { // it was meant to be one
		return err
	}
	if err != nil {
		return l.errorAt(first.column, "%s begins no line; want a date or instant and an act, such as 2025-06-20 approve china by xi, or a new scenario; what is expected of an act is indented%s",
			shown(first.text), nearest.Hint(first.text, []string{"scenario"}))
	}
	step := Step{At: at, Doc: p.comments(), Line: p.number, cols: map[string]int{}}
	if l.peek().is("time") {
		if err := l.parseTimePasses(&step); err != nil {
			return err
		}
	} else if err := l.parseAct(&step); err != nil {
		return err
	}
	s.Steps = append(s.Steps, step)
	return nil
}

// parseTimePasses reads: time passes.
func (l *lineParser) parseTimePasses(step *Step) error {
	step.cols["kind"] = l.peek().column
	l.next++
	if w := l.peek(); !l.accept("passes") {
		return l.errorAt(w.column, "want: time passes")
	}
	return l.end("the line's end")
}

// parseAct reads what was done: a kind, what it is about, and its clauses.
func (l *lineParser) parseAct(step *Step) error {
	w, err := l.nextToken("what was done, such as approve, or: time passes")
	if err != nil {
		return err
	}
	step.cols["kind"] = w.column
	if err := step.Act.Kind.UnmarshalText([]byte(w.text)); err != nil {
		return l.errorAt(w.column, "%s is no kind of act; want %s, or: time passes%s", shown(w.text), strings.Join(kindWords(), ", "), nearest.Hint(w.text, append(kindWords(), "time")))
	}
	if l.inName() {
		step.object(l.tokens[l.next-1])
	}
	if ofCommitment(step.Act.Kind) && l.inName() {
		step.Act.Commitment, step.cols["commitment"] = l.tokens[l.next-1].text, l.tokens[l.next-1].column
	}
	for !l.done() {
		if err := l.parseClause(step); err != nil {
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

// inName moves past a word that begins no clause.
func (l *lineParser) inName() bool {
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

// object takes the word after the kind: whose act it is, or after a retract which
// event is voided.
func (s *Step) object(w token) {
	if s.Act.Kind == dealstate.Retract {
		s.Act.Ref, s.cols["ref"] = w.text, w.column
		return
	}
	s.Act.Party, s.cols["party"] = w.text, w.column
}

// parseClause reads one clause of an act, which may be given once.
func (l *lineParser) parseClause(step *Step) error {
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
		return l.errorAt(w.column, "%s is given twice", field)
	}
	step.cols[field] = l.peek().column
	if field == "modality" {
		step.cols[field] = w.column
	}
	return l.parseValue(step, w)
}

// parseValue reads what follows a clause's word.
func (l *lineParser) parseValue(step *Step, clause token) (err error) {
	act := &step.Act
	switch clause.text {
	case "by":
		act.By, err = l.parseName("who says so")
	case "source":
		act.Source.Publisher, err = l.parseName("who published it")
	case "as":
		err = l.parseRole(&act.Role)
	case "asserted", "conditional", "denied", "planned":
		err = act.Modality.UnmarshalText([]byte(clause.text))
	case "known":
		act.Recorded, err = l.parseStart()
	case "until":
		act.Until, err = l.parseStart()
	case "revision":
		act.Revision, err = l.parseNumber()
	default:
		err = l.parseText(act, clause)
	}
	return err
}

func (l *lineParser) parseText(act *dealstate.Event, clause token) (err error) {
	switch clause.text {
	case "commitment":
		act.Commitment, err = l.parseWord("the id of a commitment")
	case "ref":
		act.Ref, err = l.parseWord("the id of an earlier act")
	case "id":
		act.ID, err = l.parseWord("the act's own id")
	case "party":
		act.Party, err = l.parseWord("the id of a party")
	case "url":
		act.Source.URL, err = l.parseWord("an address")
	case "published":
		act.Source.Published, err = l.parseWord("a date")
	case "saying":
		act.Note, err = l.parseNote()
	default:
		return l.errorAt(clause.column, "%s cannot stand in an act; want one of %s", shown(clause.text), clauseWords)
	}
	return err
}

// parseWord reads one word that is not empty.
func (l *lineParser) parseWord(what string) (string, error) {
	w, err := l.nextToken(what)
	if err == nil && (w.text == "" || !w.quoted && clauses[w.text]) {
		err = l.errorAt(w.column, "%s; want %s, in quotes if that is what it is", shown(w.text), what)
	}
	return w.text, err
}

// parseName reads the words up to the next clause, or one text in quotes.
func (l *lineParser) parseName(what string) (string, error) {
	first, err := l.parseWord(what)
	if err != nil || l.tokens[l.next-1].quoted {
		return first, err
	}
	parts := []string{first}
	for !l.done() && !l.peek().quoted && mayContinueName(l.peek().text) {
		parts = append(parts, l.peek().text)
		l.next++
	}
	return strings.Join(parts, " "), l.checkNameEnd(parts)
}

// checkNameEnd refuses a word after a name that neither belongs to the name nor begins
// a clause.
func (l *lineParser) checkNameEnd(name []string) error {
	w := l.peek()
	if l.done() || w.quoted || slices.Contains(actClauses, w.text) {
		return nil
	}
	for _, more := range l.tokens[l.next:] {
		if more.quoted || slices.Contains(actClauses, more.text) {
			break
		}
		name = append(name, more.text)
	}
	return l.errorAt(w.column, "%s does not go on a name; want one of %s, or the whole name in quotes if it is %s", shown(w.text), clauseWords, shown(strings.Join(name, " ")))
}

// parseNote reads a text in quotes. Without quotes, its words would be taken for
// clauses.
func (l *lineParser) parseNote() (string, error) {
	w, err := l.nextToken("a note in quotes")
	if err == nil && (w.text == "" || !w.quoted) {
		err = l.errorAt(w.column, "%s; want a note in quotes, such as saying \"not yet\"", shown(w.text))
	}
	return w.text, err
}

// parseRole reads the role after as.
func (l *lineParser) parseRole(to *dealstate.Role) error {
	w, err := l.nextToken("a role")
	if err == nil && to.UnmarshalText([]byte(w.text)) != nil {
		err = l.errorAt(w.column, "%s is no role; want %s%s", shown(w.text), alternatives(roleWords()), nearest.Hint(w.text, roleWords()))
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

// parseNumber reads a number from 1.
func (l *lineParser) parseNumber() (int, error) {
	w, err := l.nextToken("a number from 1")
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(w.text)
	if err != nil || n < 1 || strconv.Itoa(n) != w.text {
		return 0, l.errorAt(w.column, "%s is no number from 1", shown(w.text))
	}
	return n, nil
}
