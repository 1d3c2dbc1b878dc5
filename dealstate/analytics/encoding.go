package analytics

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// This file encodes measures, so that the workers of one computation can exchange them. An
// encoding is one JSON object with the measure's name, a version, its parameters and its deals by
// id. Two encodings of equal measures are equal bytes, in whatever order the measures were merged.

// EncodingVersion is the version of the encodings of measures. Each encoding contains it, and a
// reader refuses any other.
const EncodingVersion = 1

// encodingOf gives a new encoding of a measure, with its name and version.
func encodingOf(measure string) *strictjson.Object {
	var o strictjson.Object
	o.Must("measure", measure)
	o.Must("version", EncodingVersion)
	return &o
}

// decode reads the encoding of a measure. The slots are the keys that only this measure has; those
// that are read by a function are required.
func decode(measure string, data []byte, slots ...strictjson.Slot) error {
	named, versioned := false, false
	head := []strictjson.Slot{
		{Key: "measure", To: func(f strictjson.Field) error {
			var name string
			if err := f.Text(&name); err != nil {
				return err
			}
			if named = name == measure; !named {
				return field.Errorf(f.Path, "%q; want %q", field.Clip(name), measure)
			}
			return nil
		}},
		{Key: "version", To: func(f strictjson.Field) error {
			var version int64
			if err := f.Integer(&version); err != nil {
				return err
			}
			if versioned = version == EncodingVersion; !versioned {
				return field.Errorf(f.Path, "%d; this library reads %d", version, EncodingVersion)
			}
			return nil
		}},
	}
	slots, missing := required(slots)
	err := strictjson.Field{Raw: data}.Object(append(head, slots...)...)
	switch {
	case err != nil:
		return err
	case !named:
		return field.Errorf("measure", "missing; want %q", measure)
	case !versioned:
		return field.Errorf("version", "missing; want %d", EncodingVersion)
	}
	return missing()
}

// required gives slots that note which keys are given, and a function that refuses an object
// without one of those that are read by a function.
func required(slots []strictjson.Slot) (_ []strictjson.Slot, missing func() error) {
	slots, given := slices.Clone(slots), make([]bool, len(slots))
	for i, s := range slots {
		read, is := s.To.(func(strictjson.Field) error)
		if given[i] = !is; is {
			slots[i].To = func(f strictjson.Field) error { given[i] = true; return read(f) }
		}
	}
	return slots, func() error {
		if i := slices.Index(given, false); i >= 0 {
			return field.Errorf(slots[i].Key, "missing")
		}
		return nil
	}
}

// decodeWithDeals is decode for a measure that follows deals. It gives the field of the deals,
// which the caller reads after all other keys.
func decodeWithDeals(measure string, data []byte, slots ...strictjson.Slot) (deals strictjson.Field, err error) {
	err = decode(measure, data, append(slots, strictjson.Slot{Key: "deals", To: func(f strictjson.Field) error {
		deals = f
		return nil
	}})...)
	return deals, err
}

// objects is a list of items as JSON objects, each written by one function.
type objects[T any] struct {
	items []T
	write func(o *strictjson.Object, item T)
}

// MarshalJSON writes the list.
func (l objects[T]) MarshalJSON() ([]byte, error) {
	text := []byte{'['}
	for i, item := range l.items {
		if i > 0 {
			text = append(text, ',')
		}
		var o strictjson.Object
		l.write(&o, item)
		one, err := o.Done()
		if err != nil {
			return nil, err
		}
		text = append(text, one...)
	}
	return append(text, ']'), nil
}

// some adds a list of objects under a key if the list is not empty.
func some[T any](o *strictjson.Object, key string, items []T, write func(T, *strictjson.Object)) {
	if len(items) > 0 {
		o.Must(key, objects[T]{items, func(o *strictjson.Object, item T) { write(item, o) }})
	}
}

// eachOf gives the slot of a list of any length: every item is read and appended.
func eachOf[T any](to *[]T, read func(*T, strictjson.Field) error) func(strictjson.Field) error {
	return func(f strictjson.Field) error {
		return f.Each(func(f strictjson.Field) error {
			var item T
			err := read(&item, f)
			*to = append(*to, item)
			return err
		})
	}
}

// textField is a required text of an encoding, with its path.
type textField struct{ path, text string }

// wanted refuses a text that is missing, or that JSON cannot hold.
func wanted(texts ...textField) error {
	for _, t := range texts {
		if t.text == "" {
			return field.Errorf(t.path, "missing")
		}
		if err := field.CheckText(t.path, t.text, field.MaxText); err != nil {
			return err
		}
	}
	return nil
}

// ownWriter writes the values that a measure keeps of a deal into the deal's object.
type ownWriter[T any] func(o *strictjson.Object, deal string, own T)

// ownReader gives the slots of the values that a measure keeps of a deal, and a function that
// checks and stores these values after the whole object is read.
type ownReader[T any] func(c *dealState[T]) (slots []strictjson.Slot, done func(path, deal string) error)

// writeNothing and readNothing are for measures that keep no other values of a deal.
func writeNothing(*strictjson.Object, string, struct{}) {}

func readNothing(*dealState[struct{}]) ([]strictjson.Slot, func(path, deal string) error) {
	return nil, func(string, string) error { return nil }
}

// encode adds the deals, sorted by id, and gives the encoding.
func (f *follower[T]) encode(o *strictjson.Object, own ownWriter[T]) ([]byte, error) {
	deals := slices.Sorted(maps.Keys(f.deals))
	for _, deal := range deals {
		if err := f.deals[deal].complete("deals", deal); err != nil {
			return nil, err
		}
	}
	o.Must("deals", objects[string]{deals, func(o *strictjson.Object, deal string) {
		c := f.deals[deal]
		o.Must("deal", deal)
		o.Must("state", string(c.state))
		o.Instant("begun", c.begun)
		o.Instant("since", c.since)
		o.Instant("last", c.last)
		own(o, deal, c.own)
	}})
	return o.Done()
}

// decode reads the list of deals.
func (f *follower[T]) decode(deals strictjson.Field, own ownReader[T]) error {
	return deals.Each(func(in strictjson.Field) error { return f.decodeDeal(in, own) })
}

func (f *follower[T]) decodeDeal(in strictjson.Field, own ownReader[T]) error {
	var deal string
	c := &dealState[T]{}
	slots, done := own(c)
	err := in.Object(append([]strictjson.Slot{
		{Key: "deal", To: &deal},
		{Key: "state", To: (*string)(&c.state)},
		{Key: "begun", To: &c.begun},
		{Key: "since", To: &c.since},
		{Key: "last", To: &c.last}}, slots...)...)
	if err != nil {
		return err
	}
	if err := c.complete(in.Path, deal); err != nil {
		return err
	}
	if f.deals[deal] != nil {
		return field.Errorf(in.Path+".deal", "%q is given twice", field.Clip(deal))
	}
	f.track(deal, c)
	return done(in.Path, deal)
}

// complete refuses a deal that no sequence of decisions can give.
func (c *dealState[T]) complete(path, deal string) error {
	if err := cmp.Or(wanted(textField{path + ".deal", deal}), field.CheckID(path+".deal", deal), wanted(textField{path + ".state", string(c.state)})); err != nil {
		return err
	}
	switch {
	case c.last.IsZero():
		return field.Errorf(path+".last", "missing")
	case c.begun.IsZero() != c.since.IsZero():
		return field.Errorf(path+".since", "want it where begun is given, and only there")
	}
	return inTurn(path, keyed{"begun", c.begun}, keyed{"since", c.since}, keyed{"last", c.last})
}

// keyed is an instant of an encoding, with its key.
type keyed struct {
	key string
	at  time.Time
}

// inTurn refuses instants that are not in ascending order.
func inTurn(path string, instants ...keyed) error {
	for i := 1; i < len(instants); i++ {
		if instants[i].at.Before(instants[i-1].at) {
			return field.Errorf(path+"."+instants[i].key, "before %s", instants[i-1].key)
		}
	}
	return nil
}

// during refuses a span that is not within the deal's, from its beginning to its last decision.
func (c *dealState[T]) during(path string, from, to keyed) error {
	switch {
	case from.at.IsZero():
		return field.Errorf(path+"."+from.key, "missing")
	case to.at.IsZero():
		return field.Errorf(path+"."+to.key, "missing")
	case c.begun.IsZero():
		return field.Errorf(path+"."+from.key, "of a deal that has not begun")
	case from.at.Before(c.begun):
		return field.Errorf(path+"."+from.key, "before the deal's begun")
	case to.at.After(c.last):
		return field.Errorf(path+"."+to.key, "after the deal's last")
	}
	return inTurn(path, from, to)
}

// byDeal groups the items by deal, and keeps their order.
func byDeal[T any](items []T, dealOf func(T) string) map[string][]T {
	all := map[string][]T{}
	for _, item := range items {
		all[dealOf(item)] = append(all[dealOf(item)], item)
	}
	return all
}

// stateList writes states as a list of texts.
func stateList(all []dealstate.State) json.Marshaler {
	text := []byte{'['}
	for i, s := range all {
		if i > 0 {
			text = append(text, ',')
		}
		text = strictjson.AppendString(text, string(s))
	}
	return json.RawMessage(append(text, ']'))
}

// maxCount is the largest count that an encoding may have: 2^53, which every reader of JSON has
// exactly. Merges are held to it, so that what they write can be read.
const maxCount = 1 << 53

// checkSum refuses to merge counts whose sum could not be read again.
func checkSum(of string, a, b int) error {
	if a > maxCount-b {
		return &MergeError{Problem: fmt.Sprintf("%s: %d and %d come to more than %d", of, a, b, int64(maxCount))}
	}
	return nil
}

// countSlot reads a count.
func countSlot(to *int) func(strictjson.Field) error {
	return func(f strictjson.Field) error {
		n, err := strconv.Atoi(string(f.Raw))
		switch {
		case err != nil || n < 0:
			return f.Fail("a count")
		case n > maxCount:
			return f.Fail("a count of at most 9007199254740992")
		}
		*to = n
		return nil
	}
}

// itemOf gives the path of an item of a list.
func itemOf(path, list string, item int) string {
	if path != "" {
		path += "."
	}
	return path + list + "[" + strconv.Itoa(item) + "]"
}

// inside puts the path of a value into an error of the value's own reader. That reader names the
// whole value by a word, which the path replaces.
func inside(path, word string, err error) error {
	var bad *field.Error
	if !errors.As(err, &bad) {
		return err
	}
	return &field.Error{Field: path + strings.TrimPrefix(bad.Field, word), Problem: bad.Problem}
}
