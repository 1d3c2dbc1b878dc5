package parquet

import (
	"cmp"
	"hash/maphash"
	"slices"
	"time"
)

// content are the columns that no decision asks for: a log reads them of a row group in which
// two events have one id, to tell a duplicate from a conflict, and then keeps 8 bytes a row.
type content struct {
	f      *file
	g      *group
	values *values // of all groups
	hashes []uint64
	err    error
	read   bool
}

var seed = maphash.MakeSeed()

// of gives what a row says in these columns, as a hash.
func (c *content) of(row uint32) (uint64, error) {
	if !c.read {
		c.read = true
		c.err = c.hash()
	}
	if c.err != nil {
		return 0, c.err
	}
	return c.hashes[row], nil
}

func (c *content) hash() (err error) {
	defer recoverInto(&err, c.g.number)
	var texts contentWords
	if err := texts.read(c.values, c.f, c.g); err != nil {
		return err
	}
	c.hashes = make([]uint64, c.g.rows)
	for _, w := range []*words{&texts.note, &texts.url, &texts.published} {
		ofWord := make([]uint64, len(w.list))
		for n, word := range w.list {
			if word != "" {
				ofWord[n] = maphash.String(seed, word)
			}
		}
		for row := range c.hashes {
			c.hashes[row] = c.hashes[row]*0x9E3779B97F4A7C15 + 1
			if w.codes != nil {
				c.hashes[row] += ofWord[w.codes[row]]
			}
		}
	}
	return nil
}

// contentWords are the texts of these columns.
type contentWords struct{ note, url, published words }

// hasContent reports whether the file has any of these columns.
func (f *file) hasContent() bool {
	return slices.ContainsFunc([]string{"note", "source.url", "source.published"}, func(name string) bool {
		_, ok := f.columns[name]
		return ok
	})
}

func (t *contentWords) read(v *values, f *file, g *group) error {
	return cmp.Or(v.readWords(f, g, "note", &t.note), v.readWords(f, g, "source.url", &t.url), t.readPublished(v, f, g))
}

// readPublished reads a date of publication, which may be written as a text or be one.
func (t *contentWords) readPublished(v *values, f *file, g *group) error {
	const name = "source.published"
	c := f.columns[name]
	if c.kind == text || c.kind == 0 {
		return v.readWords(f, g, name, &t.published)
	}
	t.published = words{list: []string{""}}
	numbers, some, err := v.readNumbers(f, g, c, nil, none)
	if err != nil || !some {
		return err
	}
	t.published.codes = make([]uint32, len(numbers))
	known := map[int64]uint32{none: 0}
	for row, n := range numbers {
		code, ok := known[n]
		if !ok {
			code = uint32(len(t.published.list))
			known[n], t.published.list = code, append(t.published.list, writtenAs(c.kind, n))
		}
		t.published.codes[row] = code
	}
	return nil
}

// writtenAs is how an event writes a date or an instant.
func writtenAs(k kind, n int64) string {
	if k == date {
		return instantOf(k, n).Format(time.DateOnly)
	}
	return instantOf(k, n).Format(time.RFC3339Nano)
}
