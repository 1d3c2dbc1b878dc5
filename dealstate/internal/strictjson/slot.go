package strictjson

import "time"

// Slot is a key and where its value goes: a pointer to a string, number, truth
// value, instant or word, a value that has ReadJSON, or a func(Field) error that
// takes the field itself. A null leaves what it points to as it was.
type Slot struct {
	Key string
	To  any
}

// SlotOf is a slot of every value of a type. A list of them is a table that is made once.
type SlotOf[T any] struct {
	Key string
	To  func(*T) any // gives what Slot.To is
	In  []SlotOf[T]  // instead of To: the slots of an object that stands here
}

// Object reads an object whose keys are exactly among the slots, of which there are at
// most 64.
func (f Field) Object(slots ...Slot) error {
	return f.object(len(slots), func(i int) string { return slots[i].Key }, func(i int, in Field) error {
		return f.read(slots[i].Key, in, slots[i].To)
	})
}

// ReadInto does the same for a value of a type that has a table of slots.
func ReadInto[T any](to *T, f Field, slots []SlotOf[T]) error {
	return f.object(len(slots), func(i int) string { return slots[i].Key }, func(i int, in Field) error {
		s := &slots[i]
		if s.In == nil {
			return f.read(s.Key, in, s.To(to))
		}
		return f.read(s.Key, in, func(f Field) error { return ReadInto(to, f, s.In) })
	})
}

// object hands each value of an object to take, by the place of its key among so many.
func (f Field) object(n int, keyOf func(int) string, take func(place int, value Field) error) error {
	o, err := open(f.Path, f.Raw)
	if err != nil {
		return err
	}
	var seen [64]bool
	named := false // its schema
	for place := -1; ; {
		key, value, err := o.field()
		if err != nil || key == nil {
			return err
		}
		if place = placeOf(key, place+1, n, keyOf); place < 0 {
			if !f.Schema || string(key) != schemaKey {
				return f.unknown(string(key), n, keyOf)
			}
			if err := value.passSchema(named); err != nil {
				return err
			}
			named = true
			continue
		}
		if seen[place] {
			return twice(within(f.Path, string(key)))
		}
		seen[place] = true
		if err := take(place, value); err != nil {
			return err
		}
	}
}

// schemaKey is the key by which JSON Schema has a text name the schema that it follows.
const schemaKey = "$schema"

// passSchema passes the name of a schema over, of which there may be one.
func (f Field) passSchema(again bool) error {
	if again {
		return twice(schemaKey)
	}
	f.Path = schemaKey
	var name string
	return f.into(&name)
}

// placeOf looks for a key from a place on, and then before it: most texts have their keys in
// the order of the places. Below 0: it is not there.
func placeOf(key []byte, from, n int, keyOf func(int) string) int {
	for i := range n {
		place := from + i
		if place >= n {
			place -= n
		}
		if keyOf(place) == string(key) {
			return place
		}
	}
	return -1
}

// read reads a value that stands in f. Most are texts, which need no path.
func (f Field) read(key string, value Field, to any) error {
	if to, ok := to.(*string); ok && value.plain {
		*to = string(value.inside())
		return nil
	}
	value.Key, value.Path = key, within(f.Path, key)
	return value.into(to)
}

// within is Join for a key that is known.
func within(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (f Field) unknown(key string, n int, keyOf func(int) string) error {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = keyOf(i)
	}
	return Field{Key: key, Path: Join(f.Path, key)}.Unknown(keys...)
}

func (f Field) into(to any) error {
	if string(f.Raw) == "null" { // as good as left out
		return nil
	}
	switch to := to.(type) {
	case *string:
		return f.Text(to)
	case *int:
		return f.Number(to)
	case *int64:
		return f.Integer(to)
	case *bool:
		return f.Truth(to)
	case *time.Time:
		return f.Instant(to)
	case Dated:
		return f.Dated(to)
	case interface {
		ReadJSON(path string, data []byte) error
	}:
		return to.ReadJSON(f.Path, f.Raw)
	case func(Field) error:
		return to(f)
	case interface{ UnmarshalText([]byte) error }:
		return f.Word(to)
	}
	panic("strictjson: no way to read a " + f.Path) // a slot that no test has tried
}
