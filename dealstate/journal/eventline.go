package journal

import (
	"bytes"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// The lines of an events file are as [dealstate.Event.MarshalJSON] writes them: the
// keys in one order, without spaces. What is not is read by UnmarshalJSON.

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

// readEvent reads the line of an event.
func readEvent(line []byte, e *dealstate.Event) error { return e.UnmarshalJSON(line) }

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
