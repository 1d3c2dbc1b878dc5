package parquet

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
)

// kind is how the values of a column are to be understood.
type kind uint8

const (
	text    kind = iota + 1 // any BYTE_ARRAY
	integer                 // INT32 or INT64
	nanos                   // INT64, Unix time; the others are multiples
	micros
	millis
	date // INT32, days since 1970-01-01
)

// noun is what errors call a kind.
var noun = map[kind]string{text: "text", integer: "integer", nanos: "timestamp of nanoseconds", micros: "timestamp of microseconds", millis: "timestamp of milliseconds", date: "date"}

// column is one column of a file that events have.
type column struct {
	name     string // as the key of an event is written, with a dot before a part of the source
	leaf     int    // its number among the columns of the file
	physical format.Type
	kind     kind
	unsigned bool   // an integer
	levels   uint32 // how many optional nodes lead to it: the definition level of a value
}

// wanted says what is read of an event: which kinds each column may have, and what to write in
// DuckDB to get one of them.
var wanted = map[string]struct {
	kinds []kind
	cast  string
}{
	"id": {texts, asText}, "deal": {texts, asText}, "kind": {texts, asText}, "party": {texts, asText}, "by": {texts, asText}, "role": {texts, asText},
	"modality": {texts, asText}, "ref": {texts, asText}, "commitment": {texts, asText}, "note": {texts, asText},
	"at": {instants, asInstant}, "recorded": {instants, asInstant}, "until": {instants, asInstant},
	"revision":         {[]kind{integer}, "CAST(revision AS INTEGER)"},
	"source.publisher": {texts, asText}, "source.url": {texts, asText}, "source.published": {instants, asText},
}

var (
	texts    = []kind{text}
	instants = []kind{nanos, micros, millis, date, text}
	required = []string{"id", "deal", "kind", "at"}
)

const (
	asText    = "CAST(%s AS VARCHAR)"
	asInstant = "CAST(%s AS TIMESTAMP_NS)"
)

// readSchema finds the columns of events, and says how many there are of any kind.
func (f *file) readSchema(elements []format.SchemaElement) (leaves int, err error) {
	f.columns = map[string]column{}
	s := schemaReader{rest: elements, f: f}
	if len(elements) == 0 {
		return 0, wholeFile(nil, "it is damaged: no schema")
	}
	if err := s.node(nil, 0, true); err != nil {
		return 0, err
	}
	if len(s.rest) > 0 {
		return 0, wholeFile(nil, "it is damaged: a schema with loose ends")
	}
	for _, name := range required {
		if _, ok := f.columns[name]; !ok {
			return 0, &FileError{Group: -1, Column: name, Problem: fmt.Sprintf("there is none; an event needs %s", strings.Join(required, ", "))}
		}
	}
	f.names = slices.Sorted(maps.Keys(f.columns))
	return s.leaves, nil
}

// schemaReader goes once through a schema, which is a tree written node by node.
type schemaReader struct {
	rest   []format.SchemaElement
	f      *file
	leaves int
}

// maxSchemaDepth is one more than events have.
const maxSchemaDepth = 3

func (s *schemaReader) node(path []string, levels uint32, root bool) error {
	if len(s.rest) == 0 {
		return wholeFile(nil, "it is damaged: a schema that ends too early")
	}
	e := s.rest[0]
	s.rest = s.rest[1:]
	if !root {
		path = append(path, e.Name)
		switch e.RepetitionType.V {
		case format.Required:
		case format.Optional:
			levels++
		default:
			return &FileError{Group: -1, Column: pathOf(path), Problem: "it is a list; an event has none"}
		}
	}
	if e.Type.Valid {
		s.leaves++
		return s.leaf(path, &e, levels)
	}
	if len(path) > maxSchemaDepth || e.NumChildren.V < 0 || int(e.NumChildren.V) > len(s.rest) {
		return &FileError{Group: -1, Column: pathOf(path), Problem: "it is damaged, or nested deeper than an event is"}
	}
	for range e.NumChildren.V {
		if err := s.node(path, levels, false); err != nil {
			return err
		}
	}
	return nil
}

func (s *schemaReader) leaf(path []string, e *format.SchemaElement, levels uint32) error {
	c := column{name: pathOf(path), leaf: s.leaves - 1, physical: e.Type.V, kind: kindOf(e), unsigned: isUnsigned(e), levels: levels}
	want, ok := wanted[c.name]
	if !ok {
		return &FileError{Group: -1, Column: c.name, Problem: "no event has it; leave it out of what is written" + nearest.Hint(c.name, slices.Sorted(maps.Keys(wanted)))}
	}
	if _, twice := s.f.columns[c.name]; twice {
		return &FileError{Group: -1, Column: c.name, Problem: "it is there twice"}
	}
	if !slices.Contains(want.kinds, c.kind) {
		is := noun[c.kind]
		if is == "" {
			is = c.physical.String()
		}
		cast := strings.ReplaceAll(want.cast, "%s", c.name)
		return &FileError{Group: -1, Column: c.name, Problem: fmt.Sprintf("it is of type %s; want %s, which DuckDB writes of %s", is, noun[want.kinds[0]], cast)}
	}
	s.f.columns[c.name] = c
	return nil
}

// kindOf is what a leaf holds; 0: nothing that an event has.
func kindOf(e *format.SchemaElement) kind {
	switch physical := e.Type.V; physical {
	case format.ByteArray:
		return text
	case format.Int32, format.Int64:
		return kindOfInteger(e, physical == format.Int64)
	}
	return 0
}

func kindOfInteger(e *format.SchemaElement, wide bool) kind {
	switch t := e.LogicalType.Value.(type) {
	case *format.DateType:
		return dateIf(!wide)
	case *format.TimestampType:
		if wide {
			return kindOfUnit(t.Unit)
		}
		return 0
	case *format.IntType:
		return integer
	case nil:
	default:
		return 0
	}
	if !e.ConvertedType.Valid {
		return integer
	}
	switch t := e.ConvertedType.V; {
	case t == deprecated.Date:
		return dateIf(!wide)
	case t == deprecated.TimestampMillis && wide:
		return millis
	case t == deprecated.TimestampMicros && wide:
		return micros
	case t >= deprecated.Uint8 && t <= deprecated.Int64:
		return integer
	}
	return 0
}

// isUnsigned reports whether a leaf holds integers that are not negative.
func isUnsigned(e *format.SchemaElement) bool {
	if t, ok := e.LogicalType.Value.(*format.IntType); ok {
		return !t.IsSigned
	}
	return e.ConvertedType.Valid && e.ConvertedType.V >= deprecated.Uint8 && e.ConvertedType.V <= deprecated.Uint64
}

func dateIf(narrow bool) kind {
	if narrow {
		return date
	}
	return 0
}

func kindOfUnit(unit format.TimeUnit) kind {
	switch unit.Value.(type) {
	case *format.NanoSeconds:
		return nanos
	case *format.MicroSeconds:
		return micros
	case *format.MilliSeconds:
		return millis
	}
	return 0
}
