package bulk

// sparse is a long row of values most of which are zero, kept a page at a time: what
// one of many machines knows of the acts of all.
type sparse[T any] struct{ pages []*[pageSize]T }

const pageSize = 1 << 8

func (s *sparse[T]) get(i uint32) (value T) {
	if n := int(i / pageSize); n < len(s.pages) && s.pages[n] != nil {
		value = s.pages[n][i%pageSize]
	}
	return value
}

func (s *sparse[T]) set(i uint32, value T) {
	n := int(i / pageSize)
	for n >= len(s.pages) {
		s.pages = append(s.pages, nil)
	}
	if s.pages[n] == nil {
		s.pages[n] = new([pageSize]T)
	}
	s.pages[n][i%pageSize] = value
}
