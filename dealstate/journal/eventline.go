package journal

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// The lines of an events file are as [dealstate.Event.MarshalJSON] writes them: the
// keys in one order, without spaces. So they are read here in half the time that
// UnmarshalJSON takes, and with fewer allocations; it reads whatever is otherwise.

// namesIn gives the deal and the id of an event's line. They are parts of the line, or
// not, if it has escapes.
func namesIn(line []byte) (deal, id []byte, err error) {
	rest, ok := bytes.CutPrefix(line, []byte(`{"id":"`))
	id, rest, plain := plainText(rest)
	rest, second := bytes.CutPrefix(rest, []byte(`,"deal":"`))
	deal, _, also := plainText(rest)
	if ok && plain && second && also {
		return deal, id, nil
	}
	var e dealstate.Event
	err = e.UnmarshalJSON(line)
	return []byte(e.Deal), []byte(e.ID), err
}

// plainText takes the text before the next quote, and passes over the quote. A text
// with escapes is not plain.
func plainText(rest []byte) (text, after []byte, ok bool) {
	i := bytes.IndexByte(rest, '"')
	if i < 0 || bytes.IndexByte(rest[:i], '\\') >= 0 {
		return nil, nil, false
	}
	return rest[:i], rest[i+1:], true
}

// readEvent reads the line of an event, which was checked when it was appended. The
// texts of the event are parts of one string.
func readEvent(line []byte) (dealstate.Event, error) {
	p := newEventLine(line)
	if read := p.event(); !p.odd {
		return read, nil
	}
	var e dealstate.Event
	err := e.UnmarshalJSON(line)
	return e, err
}

// eventLine takes a line apart. What is not as MarshalJSON writes it sets odd.
type eventLine struct {
	line    string
	at      int  // how much of it has been taken
	escapes bool // there is some in the line
	odd     bool
}

func newEventLine(line []byte) eventLine {
	return eventLine{line: string(line), escapes: bytes.IndexByte(line, '\\') >= 0}
}

// The words of the lists, which UnmarshalText would be asked for one by one, at an
// allocation each.
var (
	kinds      = wordsOf[dealstate.Kind]()
	roles      = wordsOf[dealstate.Role]()
	modalities = wordsOf[dealstate.Modality]()
)

func wordsOf[E interface {
	~uint8
	String() string
}]() map[string]E {
	words := map[string]E{}
	for e := E(1); e.String() != ""; e++ {
		words[e.String()] = e
	}
	return words
}

func (p *eventLine) event() (e dealstate.Event) {
	e.ID = p.text(`{"id":"`)
	e.Deal = p.text(`,"deal":"`)
	e.Kind = word(p, `,"kind":"`, kinds)
	e.Party = p.text(`,"party":"`)
	e.By = p.text(`,"by":"`)
	e.Role = word(p, `,"role":"`, roles)
	e.Modality = word(p, `,"modality":"`, modalities)
	e.At = p.instant(`,"at":"`)
	e.Recorded = p.instant(`,"recorded":"`)
	e.Revision = p.number(`,"revision":`)
	e.Ref = p.text(`,"ref":"`)
	e.Commitment = p.text(`,"commitment":"`)
	e.Until = p.instant(`,"until":"`)
	e.Source = p.source()
	e.Note = p.text(`,"note":"`)
	p.odd = p.odd || p.line[p.at:] != "}" || e.ID == "" || e.Deal == "" || e.Kind == 0 || e.At.IsZero()
	return e
}

func (p *eventLine) source() (s dealstate.Source) {
	if !p.skip(`,"source":`) {
		return s
	}
	begun := p.at
	s.Publisher = p.text(`{"publisher":"`)
	if s.URL = p.text(`,"url":"`); p.at == begun {
		s.URL = p.text(`{"url":"`)
	}
	if s.Published = p.text(`,"published":"`); p.at == begun {
		s.Published = p.text(`{"published":"`)
	}
	p.odd = p.odd || p.at == begun || !p.skip("}")
	return s
}

// skip passes over the text, if it stands here.
func (p *eventLine) skip(text string) (found bool) {
	if found = strings.HasPrefix(p.line[p.at:], text); found {
		p.at += len(text)
	}
	return found
}

// text takes the string behind the key, if the key stands here.
func (p *eventLine) text(key string) string {
	if !p.skip(key) {
		return ""
	}
	rest := p.line[p.at:]
	i := strings.IndexByte(rest, '"')
	if i < 0 {
		p.odd = true
		return ""
	}
	if p.escapes && strings.IndexByte(rest[:i], '\\') >= 0 {
		return p.escaped()
	}
	p.at += i + 1
	return rest[:i]
}

// escaped takes a string with escapes, up to its quote.
func (p *eventLine) escaped() (text string) {
	quoted := (&fields{rest: []byte(`"` + p.line[p.at:])}).quoted()
	if quoted == nil || json.Unmarshal(quoted, &text) != nil {
		p.odd = true
		return ""
	}
	p.at += len(quoted) - 1
	return text
}

// word takes the word behind the key; 0 where the key does not stand here.
func word[E ~uint8](p *eventLine, key string, words map[string]E) E {
	text := p.text(key)
	e, known := words[text]
	p.odd = p.odd || !known && text != ""
	return e
}

func (p *eventLine) instant(key string) time.Time {
	text := p.text(key)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	p.odd = p.odd || err != nil || text[len(text)-1] != 'Z'
	return t
}

func (p *eventLine) number(key string) int {
	if !p.skip(key) {
		return 0
	}
	rest := p.line[p.at:]
	end := max(strings.IndexAny(rest, ",}"), 0)
	n, err := strconv.Atoi(rest[:end])
	if err != nil {
		p.odd = true
		return 0
	}
	p.at += end
	return n
}

// namesOf gives the deal and the id of an entry's JSON; an agreement's id is nil.
func (r *record) namesOf(json []byte) (deal, id []byte, err error) {
	if r.kind == ofEvent {
		return namesIn(json)
	}
	rest, ok := bytes.CutPrefix(json, []byte(`{"id":"`))
	if deal, _, plain := plainText(rest); ok && plain {
		return deal, nil, nil
	}
	var a dealstate.Agreement
	err = a.UnmarshalJSON(json)
	return []byte(a.ID), nil, err
}
