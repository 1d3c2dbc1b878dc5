package parquet

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go/format"
)

// What a file may take. DuckDB writes groups of 122,880 rows, in pages of up to 100 MB.
const (
	maxFooter     = 64 << 20  // bytes of the description of the file
	maxPage       = 128 << 20 // bytes of one page
	maxGroupRows  = 1 << 22   // rows of a row group, which is in memory at once
	maxWords      = 1 << 20   // words of a dictionary, in a row group that has fewer rows
	maxGroupBytes = 1 << 30   // bytes of the columns that are read of a row group
)

// file is an open file: what its footer says, of the columns that events have. It does not
// change, and is safe for concurrent use if its reader is.
type file struct {
	r       io.ReaderAt
	size    int64
	columns map[string]column
	names   []string // of the columns, sorted
	groups  []group
}

// group is one row group.
type group struct {
	number int
	before int64 // rows of the groups before
	rows   int
	chunks []chunk // by leaf of the schema
}

// chunk says where one column of one row group lies.
type chunk struct {
	offset, size int64 // in the file
	inflated     int64 // bytes of its pages, decompressed
	codec        format.CompressionCodec
}

// openFile reads and checks the footer.
func openFile(r io.ReaderAt, size int64) (f *file, err error) {
	defer recoverInto(&err, -1)
	meta, err := readFooter(r, size)
	if err != nil {
		return nil, err
	}
	f = &file{r: r, size: size}
	leaves, err := f.readSchema(meta.Schema)
	if err != nil {
		return nil, err
	}
	rows := int64(0)
	for n, g := range meta.RowGroups {
		if err := f.addGroup(n, rows, &g, leaves); err != nil {
			return nil, err
		}
		rows += g.NumRows
	}
	if err := f.checkDisjoint(); err != nil {
		return nil, err
	}
	return f, nil
}

// checkDisjoint refuses row groups of which a column lies where that of another one does: a small
// footer could name one of them any number of times.
func (f *file) checkDisjoint() error {
	groups := slices.Clone(f.groups)
	for _, name := range f.names {
		leaf := f.columns[name].leaf
		slices.SortFunc(groups, func(a, b group) int { return cmp.Compare(a.chunks[leaf].offset, b.chunks[leaf].offset) })
		end := int64(0)
		for _, g := range groups {
			at := g.chunks[leaf]
			if at.offset < end {
				return &FileError{Group: g.number, Column: name, Problem: "it is damaged: it lies where the column of another row group does"}
			}
			end = at.offset + at.size
		}
	}
	return nil
}

func wholeFile(err error, problem string, args ...any) *FileError {
	return &FileError{Group: -1, Problem: fmt.Sprintf(problem, args...), Err: err}
}

const magic = "PAR1"

// tail is what a file ends with: the length of the footer, and the magic.
const tail = 4 + len(magic)

func readFooter(r io.ReaderAt, size int64) (*format.FileMetaData, error) {
	if size < int64(len(magic)+tail) {
		return nil, wholeFile(nil, "%d bytes are no Parquet file", size)
	}
	end := make([]byte, tail)
	if err := readAt(r, end, size-int64(tail)); err != nil {
		return nil, wholeFile(err, "its end cannot be read")
	}
	switch string(end[4:]) {
	case magic:
	case "PARE":
		return nil, wholeFile(nil, "it is encrypted; want one that is not")
	default:
		return nil, wholeFile(nil, "it is no Parquet file, or cut short: it ends in %q; want %q", end[4:], magic)
	}
	n := int64(binary.LittleEndian.Uint32(end))
	if n > maxFooter || n > size-int64(len(magic)+tail) {
		return nil, wholeFile(nil, "a footer of %d bytes in a file of %d; want at most %d", n, size, int64(maxFooter))
	}
	text := make([]byte, n)
	if err := readAt(r, text, size-int64(tail)-n); err != nil {
		return nil, wholeFile(err, "its footer cannot be read")
	}
	meta := &format.FileMetaData{}
	if _, err := decodeThrift(text, meta); err != nil {
		return nil, wholeFile(err, "its footer cannot be read")
	}
	return meta, nil
}

// readAt fills p. A file that ends within it is shorter than its size said.
func readAt(r io.ReaderAt, p []byte, offset int64) error {
	n, err := r.ReadAt(p, offset)
	if n == len(p) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// addGroup adds a row group, if it is small enough and its columns lie within the file. One
// without rows is left out: nothing is read of it, and some programs say of its columns that
// they lie nowhere.
func (f *file) addGroup(n int, before int64, g *format.RowGroup, leaves int) error {
	switch {
	case g.NumRows < 0 || g.NumRows > maxGroupRows:
		return &FileError{Group: n, Problem: fmt.Sprintf("%d rows; want at most %d, which is what is held in memory at once: write smaller row groups", g.NumRows, maxGroupRows)}
	case len(g.Columns) != leaves:
		return &FileError{Group: n, Problem: fmt.Sprintf("it is damaged: %d columns, where the schema has %d", len(g.Columns), leaves)}
	}
	if g.NumRows == 0 {
		return nil
	}
	out := group{number: n, before: before, rows: int(g.NumRows), chunks: make([]chunk, leaves)}
	bytes := int64(0)
	for _, name := range f.names {
		c := f.columns[name]
		at, err := f.chunkOf(&g.Columns[c.leaf], c, g.NumRows)
		if err != nil {
			return located(err, n, c.name)
		}
		if bytes += at.inflated; bytes > maxGroupBytes {
			return &FileError{Group: n, Problem: fmt.Sprintf("more than %d bytes; want at most that, which is what is held in memory at once: write smaller row groups", maxGroupBytes)}
		}
		out.chunks[c.leaf] = at
	}
	f.groups = append(f.groups, out)
	return nil
}

// chunkOf checks where a column lies.
func (f *file) chunkOf(c *format.ColumnChunk, of column, rows int64) (chunk, error) {
	m := &c.MetaData
	begin := m.DataPageOffset
	if m.DictionaryPageOffset > 0 && m.DictionaryPageOffset < begin {
		begin = m.DictionaryPageOffset
	}
	end := f.size - int64(tail)
	switch {
	case c.FilePath != "":
		return chunk{}, damaged("it lies in another file; want one file")
	case c.CryptoMetadata.Value != nil || len(c.EncryptedColumnMetadata) > 0:
		return chunk{}, damaged("it is encrypted; want one that is not")
	case m.Type != of.physical || m.NumValues != rows:
		return chunk{}, damaged("it is damaged: %d values of %v for %d rows of %v", m.NumValues, m.Type, rows, of.physical)
	case begin < int64(len(magic)) || m.TotalCompressedSize < 0 || begin > end || m.TotalCompressedSize > end-begin:
		return chunk{}, damaged("it is damaged: %d bytes from %d on, in a file of %d", m.TotalCompressedSize, begin, f.size)
	case m.TotalUncompressedSize < 0 || max(m.TotalUncompressedSize, m.TotalCompressedSize) > maxGroupBytes:
		return chunk{}, damaged("%d bytes; want at most %d, which is what is held in memory at once: write smaller row groups", max(m.TotalUncompressedSize, m.TotalCompressedSize), int64(maxGroupBytes))
	}
	return chunk{offset: begin, size: m.TotalCompressedSize, inflated: m.TotalUncompressedSize, codec: m.Codec}, nil
}

// located says where damage was found.
func located(err error, group int, column string) error {
	switch e := err.(type) {
	case *damage:
		return &FileError{Group: group, Column: column, Problem: e.problem, Err: e.err}
	case *FileError:
		return e
	}
	return &FileError{Group: group, Column: column, Problem: "it cannot be read", Err: err}
}

// recoverInto makes an error of a panic: a damaged file must not end the program, whichever
// library stumbles over it.
func recoverInto(err *error, group int) {
	if p := recover(); p != nil {
		*err = &FileError{Group: group, Problem: "it is damaged", Err: fmt.Errorf("panic: %v", p)}
	}
}

// pathOf is the name of a column: source.url, whether it is url within source or named so.
func pathOf(path []string) string { return strings.Join(path, ".") }
