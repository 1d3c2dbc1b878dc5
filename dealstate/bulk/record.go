package bulk

import (
	"hash/maphash"
	"math"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// record is one event as it was read: texts that still lie in the reader's own
// memory, and instants as Unix nanoseconds.
type record struct {
	id, deal, party, by, ref, commitment []byte
	publisher, url, published, note      []byte
	kind                                 dealstate.Kind
	role                                 dealstate.Role
	modality                             dealstate.Modality
	revision                             int32
	at, recorded, until                  int64 // none if left out
}

// none is the instant that is left out.
const none = math.MinInt64

// The instants that 64 bits of nanoseconds hold.
var (
	firstInstant = time.Date(1678, 1, 1, 0, 0, 0, 0, time.UTC)
	lastInstant  = time.Date(2262, 1, 1, 0, 0, 0, 0, time.UTC).Add(-1)
)

func nanos(field string, t time.Time) (int64, error) {
	switch {
	case t.IsZero():
		return none, nil
	case t.Before(firstInstant) || t.After(lastInstant):
		return 0, fieldErr(field, "year %d is out of range; want 1678 to 2261, which is what a bulk log can hold", t.UTC().Year())
	}
	return t.UnixNano(), nil
}

func instant(ns int64) time.Time {
	if ns == none {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

// set reads a valid event.
func (r *record) set(e *dealstate.Event) (err error) {
	*r = record{id: []byte(e.ID), deal: []byte(e.Deal), party: []byte(e.Party), by: []byte(e.By), ref: []byte(e.Ref), commitment: []byte(e.Commitment),
		publisher: []byte(e.Source.Publisher), url: []byte(e.Source.URL), published: []byte(e.Source.Published), note: []byte(e.Note),
		kind: e.Kind, role: e.Role, modality: e.Modality, revision: int32(e.Revision)}
	if r.at, err = nanos("at", e.At); err != nil {
		return err
	}
	if r.recorded, err = nanos("recorded", e.Recorded); err != nil {
		return err
	}
	r.until, err = nanos("until", e.Until)
	r.tidy()
	return err
}

// tidy fills in what an event may leave out.
func (r *record) tidy() {
	if r.modality == 0 {
		r.modality = dealstate.Asserted
	}
	if r.recorded == none {
		r.recorded = r.at
	}
}

// event gives the record back, for the library to judge.
func (r *record) event() dealstate.Event {
	e := actOf(r).event(string(r.id), string(r.deal))
	e.At, e.Recorded, e.Until = instant(r.at), instant(r.recorded), instant(r.until)
	e.Ref, e.Note = string(r.ref), string(r.note)
	e.Source.URL, e.Source.Published = string(r.url), string(r.published)
	return e
}

// seed is one for the whole program, so that hashes of different goroutines
// can be compared. No hash reaches any output.
var seed = maphash.MakeSeed()

// contentOf hashes the texts that nothing but a comparison ever asks for. Two
// contents of equal hash are taken for equal: a chance of one in 2^64.
func contentOf(note, url, published []byte) (h uint64) {
	for _, text := range [...][]byte{note, url, published} {
		if len(text) > 0 {
			h = h*0x9E3779B97F4A7C15 + maphash.Bytes(seed, text)
		}
		h = h<<1 | h>>63
	}
	return h
}
