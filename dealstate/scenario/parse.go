package scenario

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
)

// Parse reads a scenario file. Name is for error messages. The error is a
// *[SyntaxError] for what cannot be understood, else the reader's own. Whether
// parties, commitments and agreements exist is seen when a scenario runs.
func Parse(name string, r io.Reader) (*File, error) {
	p := parser{file: &File{Name: name}, names: map[string]int{}}
	in := bufio.NewScanner(io.LimitReader(r, MaxFile+1))
	in.Buffer(make([]byte, 0, 64<<10), dealstate.MaxLine+2)
	size := 0
	for in.Scan() {
		p.number++
		if size += len(in.Bytes()) + 1; p.number > MaxLines || size > MaxFile {
			return nil, p.errorAt(1, "the file is too long; want at most %d lines and %d bytes", MaxLines, MaxFile)
		}
		if err := p.parseLine(strings.TrimSuffix(in.Text(), "\r")); err != nil {
			return nil, err
		}
	}
	if err := in.Err(); errors.Is(err, bufio.ErrTooLong) {
		p.number++
		return nil, p.errorAt(1, "the line is longer than %d bytes", dealstate.MaxLine)
	} else if err != nil {
		return nil, err
	}
	return p.finish()
}

// parser holds what has been read of a file so far. It belongs to one call of Parse.
type parser struct {
	file   *File
	number int            // of the line
	doc    []string       // comments that await what they stand before
	names  map[string]int // of scenarios, and their lines
}

func (p *parser) errorAt(column int, format string, args ...any) error {
	return &SyntaxError{File: p.file.Name, Line: p.number, Column: column, Problem: fmt.Sprintf(format, args...)}
}

// finish ends the file.
func (p *parser) finish() (*File, error) {
	if err := p.checkScenario(); err != nil {
		return nil, err
	}
	p.file.End = p.doc
	return p.file, nil
}

// checkScenario refuses to go on from a scenario that names no agreement.
func (p *parser) checkScenario() error {
	if s := p.scenario(); s != nil && !s.Agreement.set() {
		return &SyntaxError{File: p.file.Name, Line: s.Line, Column: 1,
			Problem: fmt.Sprintf("scenario %s names no agreement; want a line below it such as: deal london", shown(s.Name))}
	}
	return nil
}

// scenario is the scenario being read; nil before the first.
func (p *parser) scenario() *Scenario {
	if n := len(p.file.Scenarios); n > 0 {
		return &p.file.Scenarios[n-1]
	}
	return nil
}

func (r Ref) set() bool { return r.Deal != "" || r.File != "" }

// parseLine reads one line.
func (p *parser) parseLine(text string) error {
	if p.number == 1 {
		text = strings.TrimPrefix(text, "\ufeff")
	}
	l := &lineParser{file: p.file.Name, number: p.number}
	if err := l.clean(text); err != nil {
		return err
	}
	body := strings.TrimLeft(text, " \t")
	if body == "" || body[0] == '#' {
		p.doc = append(p.doc, strings.TrimRight(body, " \t"))
		return nil
	}
	indent := utf8.RuneCountInString(text) - utf8.RuneCountInString(body)
	body = strings.TrimRight(body, " \t")
	if indent > 0 {
		return p.parseExpectation(l, body, indent)
	}
	if rest, ok := strings.CutPrefix(body, "scenario"); ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t') {
		return p.parseHead(l, rest)
	}
	return p.parseUnindented(l, body)
}

// comments gives the comments before the present line, and forgets them.
func (p *parser) comments() []string {
	doc := p.doc
	p.doc = nil
	return doc
}

// parseHead reads the line that begins a scenario.
func (p *parser) parseHead(l *lineParser, rest string) error {
	if err := p.checkScenario(); err != nil {
		return err
	}
	name, err := l.parseRest(rest, len("scenario")+1)
	if err != nil {
		return err
	}
	if name == "" {
		return l.errorAt(len("scenario")+1, "the line ends here; want the scenario's name")
	}
	if before := p.names[name]; before > 0 {
		return l.errorAt(len("scenario")+2, "line %d has a scenario of this name already; want another name", before)
	}
	p.names[name] = p.number
	p.file.Scenarios = append(p.file.Scenarios, Scenario{Name: name, Line: p.number, Doc: p.comments()})
	return nil
}

// parseUnindented reads a line that is neither the head of a scenario nor an
// expectation.
func (p *parser) parseUnindented(l *lineParser, body string) error {
	if err := l.split(body, 0); err != nil {
		return err
	}
	s, first := p.scenario(), l.peek()
	names := first.is("deal") || first.is("agreement")
	switch {
	case s == nil:
		return l.errorAt(1, "%s stands outside any scenario; want first a line such as: scenario Xi approves first%s", shown(first.text), nearest.Hint(first.text, []string{"scenario"}))
	case names && s.Agreement.set():
		return l.errorAt(1, "the scenario's agreement is named on line %d already; want an act, such as: 2025-06-20 approve china by xi", s.Agreement.Line)
	case names:
		return p.parseAgreement(s, l)
	case !s.Agreement.set():
		return l.errorAt(1, "want first the agreement, such as: deal london, or: agreement treaty.json%s", nearest.Hint(first.text, []string{"deal", "agreement"}))
	}
	return p.parseStep(s, l)
}

// parseAgreement reads: deal london under official.
func (p *parser) parseAgreement(s *Scenario, l *lineParser) error {
	which, _ := l.nextToken("deal")
	w, err := l.nextToken("the name of an agreement, or of its file")
	if err != nil {
		return err
	}
	if w.text == "" {
		return l.errorAt(w.column, "empty; want a name")
	}
	ref := Ref{Doc: p.comments(), Line: p.number, Column: w.column}
	if which.text == "deal" {
		ref.Deal = w.text
	} else {
		ref.File = w.text
	}
	if l.accept("under") {
		if s.Policy, err = l.parsePolicy(); err != nil {
			return err
		}
	}
	s.Agreement = ref
	return l.end("under and a policy, or the line's end")
}

func (l *lineParser) parsePolicy() (dealstate.Policy, error) {
	w, err := l.nextToken("a policy: strict, official or reported")
	if err != nil {
		return dealstate.Policy{}, err
	}
	p, err := dealstate.ParsePolicy(w.text)
	if err != nil {
		return p, l.errorAt(w.column, "%s is no policy; want strict, official or reported%s", shown(w.text), nearest.Hint(w.text, []string{"strict", "official", "reported"}))
	}
	return p, nil
}

// parseStart reads the instant of an act. A date means its start, in UTC.
func (l *lineParser) parseStart() (time.Time, error) {
	w, err := l.nextToken("a date, or an RFC 3339 instant")
	if err != nil {
		return time.Time{}, err
	}
	if day, err := time.Parse(time.DateOnly, w.text); err == nil && day.Year() > 0 {
		return day, l.checkInstant(w, day)
	}
	return l.parseInstant(w)
}

// parseViewInstant reads the instant of a view. A date means its end, in UTC.
func (l *lineParser) parseViewInstant() (time.Time, error) {
	w, err := l.nextToken("a date, or an RFC 3339 instant")
	if err != nil {
		return time.Time{}, err
	}
	return l.parseInstant(w)
}

func (l *lineParser) parseInstant(w token) (time.Time, error) {
	t, err := dealstate.ParseMoment(w.text)
	if err != nil {
		return t, l.errorAt(w.column, "%s is no instant; want a date such as 2025-06-20, or RFC 3339 such as 2025-06-20T09:00:00Z", shown(w.text))
	}
	return t, l.checkInstant(w, t)
}

// checkInstant refuses the zero instant, because it means that none is given.
func (l *lineParser) checkInstant(w token, t time.Time) error {
	if t.IsZero() {
		return l.errorAt(w.column, "%s is the very first instant; want a later one", shown(w.text))
	}
	return nil
}

// squash makes one blank of each run of white space.
func squash(text string) string { return strings.Join(strings.Fields(text), " ") }
