package jetstream

import (
	"fmt"
	"net/url"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// A message is one entry. Its body is the JSON of the event, as a line of an events file has
// it, or of the agreement; the rest of the entry stands in headers. Its sequence is the
// entry's position.
const (
	headerAccepted = "Deal-Accepted" // RFC 3339 in UTC, to the nanosecond
	headerBy       = "Deal-By"       // path-escaped, so that it is short and ASCII; left out where it is empty
	headerEntry    = "Deal-Entry"    // wordAgreement; left out where it is an event
	wordAgreement  = "agreement"
)

// headerRoom bounds the bytes of a message besides body and By: names, numbers and ids.
const headerRoom = 1024

// bodyOf gives the body of an entry's message, and the size of the message at most.
func bodyOf(e *journal.Entry) (body []byte, size int, err error) {
	if e.Agreement != nil {
		body, err = e.Agreement.MarshalJSON()
	} else {
		body, err = e.Event.MarshalJSON()
	}
	return body, len(body) + len(url.PathEscape(e.By)) + headerRoom, err
}

// messageOf makes the message of an entry with its body.
func messageOf(stream string, e *journal.Entry, body []byte) *nats.Msg {
	h := nats.Header{headerAccepted: {e.Accepted.Format(time.RFC3339Nano)}}
	if e.By != "" {
		h[headerBy] = []string{url.PathEscape(e.By)}
	}
	if e.Agreement != nil {
		h[headerEntry] = []string{wordAgreement}
	}
	return &nats.Msg{Subject: subjectOf(stream, e.Deal()), Header: h, Data: body}
}

// stored is a message as the stream gives it.
type stored struct {
	subject  string
	sequence int64
	header   nats.Header
	body     []byte
}

// entry reads the message's entry. Whatever is not as messageOf wrote it is a *DamageError.
func (m *stored) entry(stream string) (journal.Entry, error) {
	e, err := m.read()
	if err == nil && m.subject != subjectOf(stream, e.Deal()) {
		err = fmt.Errorf("the entry of deal %q has the subject %s", e.Deal(), m.subject)
	}
	if err != nil {
		return journal.Entry{}, &DamageError{Stream: stream, Position: m.sequence, Problem: err.Error()}
	}
	return e, nil
}

func (m *stored) read() (e journal.Entry, err error) {
	e.Position = m.sequence
	if e.Accepted, err = m.accepted(); err != nil {
		return e, err
	}
	if e.By, err = url.PathUnescape(m.header.Get(headerBy)); err != nil {
		return e, fmt.Errorf("header %s: %w", headerBy, err)
	}
	switch word := m.header.Get(headerEntry); word {
	case "":
		err = e.Event.UnmarshalJSON(m.body)
	case wordAgreement:
		e.Agreement = new(dealstate.Agreement)
		err = e.Agreement.UnmarshalJSON(m.body)
	default:
		err = fmt.Errorf("header %s: %q; want %q or none", headerEntry, word, wordAgreement)
	}
	return e, err
}

func (m *stored) accepted() (time.Time, error) {
	at, err := time.Parse(time.RFC3339Nano, m.header.Get(headerAccepted))
	if err != nil {
		return at, fmt.Errorf("header %s: %w", headerAccepted, err)
	}
	return at.UTC(), nil
}
