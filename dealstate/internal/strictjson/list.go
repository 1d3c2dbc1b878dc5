package strictjson

import (
	"encoding/json"
	"strconv"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// ListOf gives the slot of a list: every item is read and appended.
func ListOf[T any](to *[]T, most int, read func(*T, Field) error) func(Field) error {
	return func(f Field) error {
		return f.List(most, func(f Field) error {
			var item T
			err := read(&item, f)
			*to = append(*to, item)
			return err
		})
	}
}

// Maybe gives the slot of an object that need not be there.
func Maybe[T any](to **T, read func(*T, Field) error) func(Field) error {
	return func(f Field) error {
		*to = new(T)
		return read(*to, f)
	}
}

// List hands each item of a list of at most so many to take, in their order.
func (f Field) List(most int, take func(Field) error) error {
	if !f.Is('[') {
		return f.Fail("a list")
	}
	items, n, ok := listed(f.Raw, most)
	if !ok {
		var raw []json.RawMessage
		return syntaxErr(f.Path, json.Unmarshal(f.Raw, &raw))
	}
	if n > most {
		return field.Errorf(f.Path, "%d items; want at most %d", n, most)
	}
	for i, in := range items {
		in.Path = f.Path + "[" + strconv.Itoa(i) + "]"
		if err := take(in); err != nil {
			return err
		}
	}
	return nil
}

// Each hands each item of a list to take, in their order, however many there are: it holds
// one of them at a time. The field stands in an object or list that was read.
func (f Field) Each(take func(Field) error) error {
	if !f.Is('[') {
		return f.Fail("a list")
	}
	s := scanner{data: f.Raw}
	n := 0
	for more := s.skip('[') && !s.skip(']'); more; more = s.skip(',') {
		in, ok := Field{Path: f.Path + "[" + strconv.Itoa(n) + "]"}, false
		if in.Raw, in.plain, ok = s.item(1); !ok {
			return f.Fail("a list")
		}
		if err := take(in); err != nil {
			return err
		}
		n++
	}
	return nil
}

// Entries hands each entry of an object to take, whatever its key and however many there
// are. Whether a key comes twice is for take to find out.
func (f Field) Entries(take func(Field) error) error {
	o, err := open(f.Path, f.Raw)
	for err == nil {
		key, value, failed := o.field()
		if failed != nil || key == nil {
			return failed
		}
		value.Key = string(key)
		value.Path = Join(f.Path, value.Key)
		err = take(value)
	}
	return err
}

// listed gives the first items of a list, and how many there are. Not ok: it is none.
func listed(raw []byte, most int) (items []Field, n int, ok bool) {
	s := scanner{data: raw}
	for more := s.skip('[') && !s.skip(']'); more; more = s.skip(',') {
		var in Field
		if in.Raw, in.plain, ok = s.item(1); !ok {
			return nil, n, false
		}
		if n++; n <= most {
			items = append(items, in)
		}
	}
	if n > 0 && !s.skip(']') {
		return nil, n, false
	}
	s.next()
	return items, n, s.at == len(raw)
}
