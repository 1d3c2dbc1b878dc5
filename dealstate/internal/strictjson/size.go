package strictjson

import "github.com/fe115bb3/dealtracker/dealstate/internal/field"

// deepest is how many levels are read again at most: what is nested deeper is refused
// by the reader, for a condition is an object and may hold a list.
const deepest = 2*field.MaxNesting + 8

// CheckSize refuses a text that would take long to read, for what it is made of: an
// object is read apart, and each level that stands in another is read again. The cost
// is that of one look at each byte. What is no JSON at all is left to the reader.
func CheckSize(path string, data []byte) error {
	objects, depth, bytes := 0, 0, 0
	for at := 0; at < len(data); at++ {
		bytes += min(depth, deepest)
		switch data[at] {
		case '"':
			from := at
			for at++; at < len(data) && data[at] != '"'; at++ {
				if data[at] == '\\' {
					at++
				}
			}
			bytes += min(depth, deepest) * (at - from)
		case '{':
			objects, depth = objects+1, depth+1
		case '[':
			depth++
		case '}', ']':
			depth--
		}
	}
	switch {
	case objects > field.MaxObjects:
		return field.Errorf(orJSON(path), "%d objects; want at most %d", objects, field.MaxObjects)
	case bytes > field.MaxNested:
		return field.Errorf(orJSON(path), "too much stands too deep in it; want less nesting, or a shorter text")
	}
	return nil
}
