package scenario

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
)

var (
	expectWords  = alternatives(verbWords(func(Verb) bool { return true }))
	passageWords = alternatives(verbWords(func(v Verb) bool { return !v.ofAct() }))
)

// verbWords are the words of some verbs, with those that a list of them lacks.
func verbWords(which func(Verb) bool) (words []string) {
	for v := Applied; v <= NothingHappens; v++ {
		if which(v) {
			words = append(words, v.String())
		}
		if v == Warning {
			words = append(words, "no warning")
		}
	}
	return words
}

// parseExpectation reads an indented line.
func (p *parser) parseExpectation(l *lineParser, body string, indent int) error {
	list, passes, err := p.expectationOwner(l, indent)
	if err != nil {
		return err
	}
	body, text, colon := cutText(body)
	if err := l.split(body, indent); err != nil {
		return err
	}
	e := Expectation{Line: p.number, Column: indent + 1}
	if e.Text, err = l.parseRest(text, l.width+2); err != nil {
		return err
	}
	if err := l.parseBody(&e); err != nil {
		return err
	}
	if err := l.checkExpectation(e, colon, passes); err != nil {
		return err
	}
	e.Doc = p.comments()
	*list = append(*list, e)
	return nil
}

// expectationOwner finds the list to which the expectation belongs. Passes: no act
// stands before it.
func (p *parser) expectationOwner(l *lineParser, indent int) (list *[]Expectation, passes bool, err error) {
	s := p.scenario()
	if s == nil || !s.Agreement.set() {
		return nil, false, l.errorAt(indent+1, "an indented line says what is expected of an act; want first a scenario, its deal, and an act")
	}
	if len(s.Steps) == 0 {
		return &s.Expect, true, nil
	}
	step := &s.Steps[len(s.Steps)-1]
	return &step.Expect, step.Passes(), nil
}

// speaking are the verbs after which a colon and a text may stand.
var speaking = []string{"applied", "refused", "noted", "duplicate", "warning"}

// cutText separates the free text at the end, as in: refused under strict: us has not
// approved.
func cutText(body string) (before, text string, colon bool) {
	first := strings.TrimSuffix(strings.Fields(body)[0], ":")
	if !slices.Contains(speaking, first) {
		return body, "", false
	}
	for i := range len(body) {
		if body[i] == ':' && (i == len(body)-1 || body[i+1] == ' ' || body[i+1] == '\t') {
			return body[:i], body[i+1:], true
		}
	}
	return body, "", false
}

// checkExpectation refuses an expectation that is well-formed but cannot stand here.
func (l *lineParser) checkExpectation(e Expectation, colon, passes bool) error {
	switch {
	case colon && e.Text == "":
		return l.errorAt(l.width+1, "nothing stands behind the colon; want the reason, or no colon")
	case e.Verb == Warning && e.Text == "" && !l.tokens[0].is("no"):
		return l.errorAt(l.width+1, "want a colon and the warning, or: no warning")
	case passes && e.Verb.ofAct():
		return l.errorAt(e.Column, "%s speaks of an act, but none was recorded above; want %s", e.Verb, passageWords)
	}
	return nil
}

// parseBody reads the verb, what belongs to it, and the view.
func (l *lineParser) parseBody(e *Expectation) error {
	if err := l.parseVerb(e); err != nil {
		return err
	}
	if err := l.parseOperand(e); err != nil {
		return err
	}
	if e.Verb == Fires || e.Verb == Revised || e.Verb == NothingHappens {
		return l.end("the line's end")
	}
	return l.parseView(e)
}

// parseVerb reads what the expectation is about.
func (l *lineParser) parseVerb(e *Expectation) error {
	w, err := l.nextToken("one of " + expectWords)
	if err != nil {
		return err
	}
	switch next := l.peek(); {
	case w.is("no") && next.is("warning"):
		l.next++
		e.Verb = Warning
		return nil
	case w.is("nothing") && next.is("happens"):
		l.next++
		e.Verb = NothingHappens
		return nil
	case w.is("in") && next.is("force"):
		l.next++
		e.Verb = InForce
		return nil
	}
	for v := Applied; v < NothingHappens; v++ {
		if w.is(v.String()) {
			e.Verb = v
			return nil
		}
	}
	return l.errorAt(w.column, "%s is no expectation; want %s; an act is not indented%s", shown(w.text), expectWords, nearest.Hint(w.text, verbs[Applied:]))
}

// parseOperand reads what belongs to the verb.
func (l *lineParser) parseOperand(e *Expectation) (err error) {
	switch e.Verb {
	case State:
		err = l.parseOne(e, "a state")
	case Verdict:
		err = l.parseVerdict(e)
	case Revision:
		var n int
		n, err = l.parseNumber()
		e.Names = []string{strconv.Itoa(n)}
	case Revised:
		err = l.parseNames(e, "nothing", "ids of acts, or nothing", func(w token) error { return l.parseOwner(e, w) })
	case Fires:
		err = l.parseNames(e, "nothing", wantClock(), func(w token) error {
			if err := l.parseOwner(e, w); err != nil {
				return err
			}
			return l.checkClock(e.Names[len(e.Names)-1], w.column)
		})
	case Next:
		err = l.parseClock(e)
	default:
		if _, is := listings[e.Verb]; is {
			err = l.parseList(e)
		}
	}
	return err
}

func (l *lineParser) parseOne(e *Expectation, what string) error {
	w, err := l.nextToken(what)
	if err == nil && w.text == "" {
		err = l.errorAt(w.column, "empty; want %s", what)
	}
	e.Names = []string{w.text}
	return err
}

func (l *lineParser) parseVerdict(e *Expectation) error {
	if err := l.parseOne(e, "met, pending or lost"); err != nil {
		return err
	}
	var v condition.Verdict
	if err := v.UnmarshalText([]byte(e.Names[0])); err != nil {
		return l.errorAt(l.tokens[l.next-1].column, "%s is no verdict; want met, pending or lost%s", shown(e.Names[0]), nearest.Hint(e.Names[0], []string{"met", "pending", "lost"}))
	}
	return nil
}

// parseNames reads a list with commas, or the word for an empty one. More reads what
// stands behind a name.
func (l *lineParser) parseNames(e *Expectation, none, what string, more func(token) error) error {
	if l.accept(none) {
		return nil
	}
	l.cutCommas()
	for goesOn := true; goesOn; goesOn = l.accept(",") {
		w, err := l.nextToken(what)
		switch {
		case err != nil:
			return err
		case w.is(","):
			return l.errorAt(w.column, "a name is missing before the comma; want %s", what)
		case w.text == "" || !w.quoted && clauses[w.text]:
			return l.errorAt(w.column, "%s; want %s, in quotes if that is a name", shown(w.text), what)
		}
		e.Names = append(e.Names, w.text)
		if err := more(w); err != nil {
			return err
		}
	}
	return nil
}

// parseOwner reads whose clock the last name is, if it is one that has an owner.
func (l *lineParser) parseOwner(e *Expectation, w token) error {
	name, err := l.parseClockOwner(w)
	e.Names[len(e.Names)-1] = name
	return err
}

// cutCommas makes each comma of the words to come a word of its own.
func (l *lineParser) cutCommas() {
	var cut []token
	for _, w := range l.tokens[l.next:] {
		if w.quoted {
			cut = append(cut, w)
			continue
		}
		for i, part := range strings.Split(w.text, ",") {
			if i > 0 {
				cut = append(cut, token{text: ",", column: w.column})
				w.column++
			}
			if part != "" {
				cut = append(cut, token{text: part, column: w.column})
				w.column += utf8.RuneCountInString(part)
			}
		}
	}
	l.tokens = append(l.tokens[:l.next:l.next], cut...)
}

// checkClock refuses what names no clock, or not whose it is.
func (l *lineParser) checkClock(name string, column int) error {
	for _, o := range ownedClocks {
		if name == o.clock.String() {
			return l.errorAt(column, "want %s", o.want)
		}
		if strings.HasPrefix(name, o.lead) {
			return nil
		}
	}
	var c dealstate.Clock
	if c.UnmarshalText([]byte(name)) != nil {
		return l.errorAt(column, "%s is no clock; want %s; or nothing%s", shown(name), alternatives(clockWords()), nearest.Hint(name, clockWords()))
	}
	return nil
}

func wantClock() string { return "a clock: " + alternatives(clockWords()) + "; or nothing" }

func clockWords() []string {
	var words []string
	for _, c := range dealstate.Clocks() {
		words = append(words, c.String())
	}
	return words
}

// alternatives lists words to choose from: a, b or c.
func alternatives(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// parseClock reads: next deadline 2025-08-12T04:01:00Z, or: next nothing.
func (l *lineParser) parseClock(e *Expectation) error {
	if l.accept("nothing") {
		return nil
	}
	if err := l.parseOne(e, wantClock()); err != nil {
		return err
	}
	w := l.tokens[l.next-1]
	if err := l.parseOwner(e, w); err != nil {
		return err
	}
	if err := l.checkClock(e.Names[0], w.column); err != nil {
		return err
	}
	at, err := l.parseStart()
	e.At = at
	return err
}

// parseView reads: under official as of 2025-07-01 known by 2025-06-30, in any order.
func (l *lineParser) parseView(e *Expectation) (err error) {
	for err == nil && !l.done() {
		switch {
		case e.View.Policy.Name == "" && l.accept("under"):
			e.View.Policy, err = l.parsePolicy()
		case e.View.AsOf.IsZero() && l.accept("as"):
			if err = l.parseParticle("of"); err == nil {
				e.View.AsOf, err = l.parseViewInstant()
			}
		case e.View.KnownBy.IsZero() && l.accept("known"):
			if err = l.parseParticle("by"); err == nil {
				e.View.KnownBy, err = l.parseViewInstant()
			}
		default:
			return l.end(wantView(e.Verb))
		}
	}
	return err
}

func wantView(v Verb) string {
	const views = "under and a policy, as of and an instant, known by and an instant; each at most once"
	if slices.Contains(speaking, v.String()) {
		return "a colon and a reason, or before it " + views
	}
	return views
}

func (l *lineParser) parseParticle(text string) error {
	if w := l.peek(); !l.accept(text) {
		return l.errorAt(w.column, "want %s", shown(text))
	}
	return nil
}
