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
	expectWords  = choice(verbWords(func(Verb) bool { return true }))
	passageWords = choice(verbWords(func(v Verb) bool { return !v.ofAct() }))
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

// expectation reads an indented line.
func (p *parser) expectation(l *line, body string, indent int) error {
	list, passes, err := p.expects(l, indent)
	if err != nil {
		return err
	}
	body, text, colon := cutText(body)
	if err := l.split(body, indent); err != nil {
		return err
	}
	e := Expectation{Line: p.number, Column: indent + 1}
	if e.Text, err = l.rest(text, l.width+2); err != nil {
		return err
	}
	if err := l.expect(&e); err != nil {
		return err
	}
	if err := l.whole(e, colon, passes); err != nil {
		return err
	}
	e.Doc = p.comments()
	*list = append(*list, e)
	return nil
}

// expects finds what the expectation belongs to. Passes: there is no act.
func (p *parser) expects(l *line, indent int) (list *[]Expectation, passes bool, err error) {
	s := p.scenario()
	if s == nil || !s.Agreement.set() {
		return nil, false, l.fault(indent+1, "an indented line says what is expected of an act; want first a scenario, its deal, and an act")
	}
	if len(s.Steps) == 0 {
		return &s.Expect, true, nil
	}
	step := &s.Steps[len(s.Steps)-1]
	return &step.Expect, step.Passes(), nil
}

// speaking are the verbs after which a colon and a text may stand.
var speaking = []string{"applied", "refused", "noted", "duplicate", "warning"}

// cutText takes the free text from the end of: refused under strict: us has
// not approved.
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

// whole refuses what is understood, but cannot stand here.
func (l *line) whole(e Expectation, colon, passes bool) error {
	switch {
	case colon && e.Text == "":
		return l.fault(l.width+1, "nothing stands behind the colon; want the reason, or no colon")
	case e.Verb == Warning && e.Text == "" && !l.words[0].is("no"):
		return l.fault(l.width+1, "want a colon and the warning, or: no warning")
	case passes && e.Verb.ofAct():
		return l.fault(e.Column, "%s speaks of an act, but none was recorded above; want %s", e.Verb, passageWords)
	}
	return nil
}

// expect reads the verb, what belongs to it, and the view.
func (l *line) expect(e *Expectation) error {
	if err := l.verb(e); err != nil {
		return err
	}
	if err := l.operand(e); err != nil {
		return err
	}
	if e.Verb == Fires || e.Verb == Revised || e.Verb == NothingHappens {
		return l.end("the line's end")
	}
	return l.view(e)
}

func (l *line) verb(e *Expectation) error {
	w, err := l.take("one of " + expectWords)
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
	return l.fault(w.column, "%s is no expectation; want %s; an act is not indented%s", shown(w.text), expectWords, nearest.Hint(w.text, verbs[Applied:]))
}

func (l *line) operand(e *Expectation) (err error) {
	switch e.Verb {
	case State:
		err = l.only(e, "a state")
	case Verdict:
		err = l.verdict(e)
	case Revision:
		var n int
		n, err = l.count()
		e.Names = []string{strconv.Itoa(n)}
	case Revised:
		err = l.names(e, "nothing", "ids of acts, or nothing", func(w word) error { return l.whose(e, w) })
	case Fires:
		err = l.names(e, "nothing", wantClock(), func(w word) error {
			if err := l.whose(e, w); err != nil {
				return err
			}
			return l.isClock(e.Names[len(e.Names)-1], w.column)
		})
	case Next:
		err = l.clock(e)
	default:
		if _, is := listings[e.Verb]; is {
			err = l.list(e)
		}
	}
	return err
}

func (l *line) only(e *Expectation, what string) error {
	w, err := l.take(what)
	if err == nil && w.text == "" {
		err = l.fault(w.column, "empty; want %s", what)
	}
	e.Names = []string{w.text}
	return err
}

func (l *line) verdict(e *Expectation) error {
	if err := l.only(e, "met, pending or lost"); err != nil {
		return err
	}
	var v condition.Verdict
	if err := v.UnmarshalText([]byte(e.Names[0])); err != nil {
		return l.fault(l.words[l.next-1].column, "%s is no verdict; want met, pending or lost%s", shown(e.Names[0]), nearest.Hint(e.Names[0], []string{"met", "pending", "lost"}))
	}
	return nil
}

// names reads a list with commas, or the word for an empty one. More reads what
// stands behind a name.
func (l *line) names(e *Expectation, none, what string, more func(word) error) error {
	if l.skip(none) {
		return nil
	}
	l.cutCommas()
	for goesOn := true; goesOn; goesOn = l.skip(",") {
		w, err := l.take(what)
		switch {
		case err != nil:
			return err
		case w.is(","):
			return l.fault(w.column, "a name is missing before the comma; want %s", what)
		case w.text == "" || !w.quoted && clauses[w.text]:
			return l.fault(w.column, "%s; want %s, in quotes if that is a name", shown(w.text), what)
		}
		e.Names = append(e.Names, w.text)
		if err := more(w); err != nil {
			return err
		}
	}
	return nil
}

// whose reads whose clock the last name is, if it is one that has an owner.
func (l *line) whose(e *Expectation, w word) error {
	name, err := l.owner(w)
	e.Names[len(e.Names)-1] = name
	return err
}

// cutCommas makes each comma of the words to come a word of its own.
func (l *line) cutCommas() {
	var cut []word
	for _, w := range l.words[l.next:] {
		if w.quoted {
			cut = append(cut, w)
			continue
		}
		for i, part := range strings.Split(w.text, ",") {
			if i > 0 {
				cut = append(cut, word{text: ",", column: w.column})
				w.column++
			}
			if part != "" {
				cut = append(cut, word{text: part, column: w.column})
				w.column += utf8.RuneCountInString(part)
			}
		}
	}
	l.words = append(l.words[:l.next:l.next], cut...)
}

// isClock refuses what names no clock, or not whose it is.
func (l *line) isClock(name string, column int) error {
	for _, o := range owned {
		if name == o.clock.String() {
			return l.fault(column, "want %s", o.whose)
		}
		if strings.HasPrefix(name, o.lead) {
			return nil
		}
	}
	var c dealstate.Clock
	if c.UnmarshalText([]byte(name)) != nil {
		return l.fault(column, "%s is no clock; want %s; or nothing%s", shown(name), choice(clockWords()), nearest.Hint(name, clockWords()))
	}
	return nil
}

func wantClock() string { return "a clock: " + choice(clockWords()) + "; or nothing" }

func clockWords() []string {
	var words []string
	for _, c := range dealstate.Clocks() {
		words = append(words, c.String())
	}
	return words
}

// choice lists words as what one may choose from: a, b or c.
func choice(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// clock reads: next deadline 2025-08-12T04:01:00Z, or: next nothing.
func (l *line) clock(e *Expectation) error {
	if l.skip("nothing") {
		return nil
	}
	if err := l.only(e, wantClock()); err != nil {
		return err
	}
	w := l.words[l.next-1]
	if err := l.whose(e, w); err != nil {
		return err
	}
	if err := l.isClock(e.Names[0], w.column); err != nil {
		return err
	}
	at, err := l.start()
	e.At = at
	return err
}

// view reads: under official as of 2025-07-01 known by 2025-06-30, in any order.
func (l *line) view(e *Expectation) (err error) {
	for err == nil && !l.done() {
		switch {
		case e.View.Policy.Name == "" && l.skip("under"):
			e.View.Policy, err = l.policy()
		case e.View.AsOf.IsZero() && l.skip("as"):
			if err = l.particle("of"); err == nil {
				e.View.AsOf, err = l.look()
			}
		case e.View.KnownBy.IsZero() && l.skip("known"):
			if err = l.particle("by"); err == nil {
				e.View.KnownBy, err = l.look()
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

func (l *line) particle(text string) error {
	if w := l.peek(); !l.skip(text) {
		return l.fault(w.column, "want %s", shown(text))
	}
	return nil
}
