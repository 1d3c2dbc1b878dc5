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
	p := eventLine{rest: string(line)}
	if read := p.event(); !p.odd {
		return read, nil
	}
	var e dealstate.Event
	err := e.UnmarshalJSON(line)
	return e, err
}

// eventLine takes a line apart. What is not as MarshalJSON writes it sets odd.
type eventLine struct {
	rest string
	odd  bool
}

func (p *eventLine) event() (e dealstate.Event) {
	e.ID = p.text(`{"id":"`)
	e.Deal = p.text(`,"deal":"`)
	var words struct { // apart from the event, so that it stays on the stack
		kind     dealstate.Kind
		role     dealstate.Role
		modality dealstate.Modality
	}
	p.word(`,"kind":"`, &words.kind)
	e.Party = p.text(`,"party":"`)
	e.By = p.text(`,"by":"`)
	p.word(`,"role":"`, &words.role)
	p.word(`,"modality":"`, &words.modality)
	e.Kind, e.Role, e.Modality = words.kind, words.role, words.modality
	e.At = p.instant(`,"at":"`)
	e.Recorded = p.instant(`,"recorded":"`)
	e.Revision = p.number(`,"revision":`)
	e.Ref = p.text(`,"ref":"`)
	e.Commitment = p.text(`,"commitment":"`)
	e.Until = p.instant(`,"until":"`)
	p.source(&e.Source)
	e.Note = p.text(`,"note":"`)
	p.odd = p.odd || p.rest != "}" || e.ID == "" || e.Deal == "" || e.Kind == 0 || e.At.IsZero()
	return e
}

func (p *eventLine) source(s *dealstate.Source) {
	if !p.skip(`,"source":{`) {
		return
	}
	between := "" // the keys so far and the next
	for _, f := range []struct {
		key string
		to  *string
	}{{`"publisher":"`, &s.Publisher}, {`"url":"`, &s.URL}, {`"published":"`, &s.Published}} {
		if *f.to = p.text(between + f.key); *f.to != "" {
			between = ","
		}
	}
	p.odd = p.odd || !p.skip("}")
}

// skip passes over the text, if it stands here.
func (p *eventLine) skip(text string) (found bool) {
	p.rest, found = strings.CutPrefix(p.rest, text)
	return found
}

// text takes the string behind the key, if the key stands here.
func (p *eventLine) text(key string) string {
	if !p.skip(key) {
		return ""
	}
	i := strings.IndexByte(p.rest, '"')
	if i < 0 {
		p.odd = true
		return ""
	}
	text := p.rest[:i]
	if strings.IndexByte(text, '\\') >= 0 {
		return p.escaped()
	}
	p.rest = p.rest[i+1:]
	return text
}

// escaped takes a string with escapes, up to its quote.
func (p *eventLine) escaped() (text string) {
	quoted := (&fields{rest: []byte(`"` + p.rest)}).quoted()
	if quoted == nil || json.Unmarshal(quoted, &text) != nil {
		p.odd = true
		return ""
	}
	p.rest = p.rest[len(quoted)-1:]
	return text
}

func (p *eventLine) word(key string, to interface{ UnmarshalText([]byte) error }) {
	if text := p.text(key); text != "" && to.UnmarshalText([]byte(text)) != nil {
		p.odd = true
	}
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
	end := strings.IndexAny(p.rest, ",}")
	n, err := strconv.Atoi(p.rest[:max(end, 0)])
	if err != nil {
		p.odd = true
		return 0
	}
	p.rest = p.rest[end:]
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
