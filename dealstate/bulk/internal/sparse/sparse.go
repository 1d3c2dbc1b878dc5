// Package sparse holds long rows of which most values are zero: what one of many
// agreements knows of the statements of all.
//
//	var admitted sparse.Row[bool]
//	admitted.Set(1_000_000, true) // takes one page
package sparse

// Row is a row of values of any length, all zero at first. It keeps a page of 256
// values where one of them was set, and a pointer for each page before the last.
type Row[T any] struct{ pages []*[pageSize]T }

const pageSize = 1 << 8

// Get gives the value at a place; zero where none was set.
func (r *Row[T]) Get(i uint32) (value T) {
	if n := int(i / pageSize); n < len(r.pages) && r.pages[n] != nil {
		value = r.pages[n][i%pageSize]
	}
	return value
}

// Set sets the value at a place.
func (r *Row[T]) Set(i uint32, value T) {
	n := int(i / pageSize)
	for n >= len(r.pages) {
		r.pages = append(r.pages, nil)
	}
	if r.pages[n] == nil {
		r.pages[n] = new([pageSize]T)
	}
	r.pages[n][i%pageSize] = value
}
