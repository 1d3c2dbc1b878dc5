package parquet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// smallTables are one of this package and those of DuckDB, whose pages have no checksums, so
// that damage to a page gets as far as it can.
func smallTables(t testing.TB) map[string][]byte {
	t.Helper()
	var events []dealstate.Event
	for e, err := range uschina.Events() {
		require.NoError(t, err)
		events = append(events, e)
	}
	tables := map[string][]byte{"own": tableOf(t, events[:12])}
	paths, err := filepath.Glob("testdata/*.parquet")
	require.NoError(t, err)
	require.Len(t, paths, 3)
	for _, path := range paths {
		tables[filepath.Base(path)], err = os.ReadFile(path)
		require.NoError(t, err)
	}
	return tables
}

// requireHarmless reads a table that may be damaged, into a log or event by event. Either it
// can be read, or the error says that the file is damaged.
func requireHarmless(t *testing.T, table []byte, a bulk.Agreements, log bool) {
	t.Helper()
	var broken *FileError
	var size *bulk.SizeError
	if log {
		_, err := readTable(table, a)(bulk.Options{Workers: 1, Bad: bulk.Skip, MaxBytes: 1 << 24})
		if err != nil && !errors.As(err, &broken) && !errors.As(err, &size) {
			t.Fatalf("an error of another type: %T %v", err, err)
		}
		return
	}
	for _, err := range ReadEvents(bytes.NewReader(table), int64(len(table))) {
		var line *dealstate.LineError
		if err != nil && !errors.As(err, &broken) && !errors.As(err, &line) {
			t.Fatalf("an error of another type: %T %v", err, err)
		}
	}
}

func anyDeal(t testing.TB) bulk.Agreements {
	t.Helper()
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	return bulk.Template(m)
}

// Wherever a file is cut short, and whatever bit of it is turned over.
func TestDamageAnywhereIsAnErrorAndNoPanic(t *testing.T) {
	t.Parallel()
	a := anyDeal(t)
	for name, table := range smallTables(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n := range len(table) {
				_, err := readTable(table[:n], a)(bulk.Options{Bad: bulk.Skip})
				var broken *FileError
				require.ErrorAs(t, err, &broken, "cut to %d bytes", n)
			}
			damaged := bytes.Clone(table)
			for at := range damaged {
				for i := range proof.Times(9, 1) {
					odd := byte(1) << ((at + i) % 9) // of nine one turns them all
					if odd == 0 {
						odd = 0xff
					}
					damaged[at] ^= odd
					requireHarmless(t, damaged, a, at%2 == 0)
					damaged[at] ^= odd
				}
			}
		})
	}
}

func FuzzTable(f *testing.F) {
	for _, table := range smallTables(f) {
		f.Add(table)
	}
	a := anyDeal(f)
	f.Fuzz(func(t *testing.T, table []byte) {
		requireHarmless(t, table, a, true)
		requireHarmless(t, table, a, false)
	})
}

// FuzzPages reads columns of any bytes, however they say that they are encoded.
func FuzzPages(f *testing.F) {
	f.Add([]byte{3, 2, 4, 1}, uint8(0), uint8(3), uint8(0))
	f.Fuzz(func(t *testing.T, data []byte, encoding, rows, width uint8) {
		v := &values{}
		v.column = column{physical: format.Type(1 + width%2), levels: 1}
		v.all, v.rows, v.room, v.wordCount = int(rows), int(rows), 1<<20, -1
		p := page{rows: int(rows), values: int(rows), encoding: format.Encoding(encoding % 10), data: data}
		_ = v.pageTexts(&p)
		_ = v.pageNumbers(&p, make([]int64, rows))
		_ = decodeHybrid(make([]uint32, rows), data, uint(width))
		_, _ = decodeDelta(make([]int64, rows), data)
		v.words, v.wordCount = data, int(rows)/2
		_ = v.pageWords(&p, make([]uint32, rows), &words{list: []string{""}})
		_ = v.takeLevels(&p, data)
		_, _ = thriftLength(data)
	})
}

// handmade is a file of one row group whose footer says what it likes, around one page that
// stands for every column.
type handmade struct {
	rows     int64
	header   format.PageHeader
	body     []byte
	codec    format.CompressionCodec
	inflated int64
	optional format.FieldRepetitionType // of the columns; zero: required
	again    int                        // how often the footer names the group besides
}

func (h handmade) file(t testing.TB) []byte {
	t.Helper()
	out := bytes.NewBufferString(magic)
	encode := func(v any) []byte {
		text, err := thrift.Marshal(&thrift.CompactProtocol{}, v)
		require.NoError(t, err)
		return text
	}
	h.header.CompressedPageSize = int32(len(h.body))
	out.Write(encode(&h.header))
	out.Write(h.body)
	meta := format.FileMetaData{Version: 2, NumRows: h.rows, Schema: []format.SchemaElement{{Name: "events", NumChildren: thrift.New(int32(4))}}}
	var chunks []format.ColumnChunk
	for _, name := range []string{"id", "deal", "kind", "at"} {
		meta.Schema = append(meta.Schema, format.SchemaElement{Name: name, Type: thrift.New(format.ByteArray), RepetitionType: thrift.New(h.optional)})
		chunks = append(chunks, format.ColumnChunk{MetaData: format.ColumnMetaData{Type: format.ByteArray, PathInSchema: []string{name}, Codec: h.codec, NumValues: h.rows,
			TotalCompressedSize: int64(out.Len() - len(magic)), TotalUncompressedSize: h.inflated, DataPageOffset: int64(len(magic))}})
	}
	meta.RowGroups = slices.Repeat([]format.RowGroup{{NumRows: h.rows, Columns: chunks}}, 1+h.again)
	footer := encode(&meta)
	out.Write(footer)
	out.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(footer))))
	out.WriteString(magic)
	return out.Bytes()
}

// allocated is how many bytes reading a file takes in all, and what came of it.
func allocated(t testing.TB, table []byte) (bytesTaken uint64, err error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = readTable(table, anyDeal(t))(bulk.Options{Workers: 1, Bad: bulk.Skip})
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, err
}

func dataPage(values, inflated int32) format.PageHeader {
	return format.PageHeader{Type: format.DataPageV2, UncompressedPageSize: inflated, DataPageHeaderV2: thrift.New(format.DataPageHeaderV2{NumValues: values, NumRows: values, Encoding: format.Plain})}
}

// A few bytes that say how much they stand for get no more memory than a file may take.
func TestABombTakesLittleMemory(t *testing.T) { // alone: it counts what is allocated
	const little = 64 << 20
	zeros := make([]byte, 100<<20)
	encoder, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	endless := encoder.EncodeAll(zeros, nil)
	require.Less(t, len(endless), 20_000)
	longRun := binary.AppendUvarint(nil, 1<<31)
	footer := append(binary.AppendUvarint([]byte{0x15, 4, 0x19, 0xfc}, 1<<30), 0)
	lists := append([]byte(magic), footer...)
	lists = append(append(lists, binary.LittleEndian.AppendUint32(nil, uint32(len(footer)))...), magic...)
	levels := dataPage(3, 100)
	levels.DataPageHeaderV2.V.DefinitionLevelsByteLength = int32(len(longRun) + 1)
	snappyBomb := binary.AppendUvarint(nil, 1<<31)
	for name, of := range map[string]struct {
		table []byte
		want  string
	}{
		"a page larger than it says":       {handmade{rows: 3, header: dataPage(3, 100), body: endless, codec: format.Zstd, inflated: 1000}.file(t), "cannot be decompressed"},
		"a page larger than may be":        {handmade{rows: 3, header: dataPage(3, maxPage+1), body: endless, codec: format.Zstd, inflated: maxGroupBytes / 4}.file(t), "want at most 134217728"},
		"a page larger than the footer's":  {handmade{rows: 3, header: dataPage(3, 100<<20), body: endless, codec: format.Zstd, inflated: 1000}.file(t), "no more than the footer says"},
		"a length of its own":              {handmade{rows: 3, header: dataPage(3, 100), body: snappyBomb, codec: format.Snappy, inflated: 1000}.file(t), "a page has 2147483648 bytes; its header says 100"},
		"a run of levels without end":      {handmade{rows: 3, header: levels, body: append(bytes.Clone(longRun), 1), inflated: 1000, optional: format.Optional}.file(t), "a page has 0 bytes"},
		"rows without number":              {handmade{rows: 1 << 40, header: dataPage(3, 100), inflated: 1000}.file(t), "want at most 4194304"},
		"more values than rows":            {handmade{rows: 3, header: dataPage(4, 100), inflated: 1000}.file(t), "where 3 rows are left"},
		"a group larger than may be":       {handmade{rows: 3, header: dataPage(3, 100), inflated: maxGroupBytes/4 + 1}.file(t), "more than 1073741824 bytes"},
		"a group that is named twice":      {handmade{rows: 3, header: dataPage(3, 100), body: endless, codec: format.Zstd, inflated: 1000, again: 1}.file(t), "it lies where the column of another row group does"},
		"a footer with a list without end": {lists, "too large"},
		"a footer larger than the file":    {append([]byte(magic), append([]byte{0xff, 0xff, 0xff, 0x7f}, magic...)...), "a footer of 2147483647 bytes"},
	} {
		taken, err := allocated(t, of.table)
		var broken *FileError
		require.ErrorAs(t, err, &broken, name)
		require.ErrorContains(t, err, of.want, name)
		require.Less(t, taken, uint64(little), name)
	}
}

// Every text may share its beginning with the one before, so a page of a few thousand bytes may
// stand for any number.
func TestTextsThatShareTheirBeginningsAreBounded(t *testing.T) {
	t.Parallel()
	v := &values{room: 1 << 20}
	encode := func(lengths []int32) []byte {
		text, err := pq.DeltaBinaryPacked.EncodeInt32(nil, lengths)
		require.NoError(t, err)
		return text
	}
	const rows, long = 10_000, 10_000
	shared, own := make([]int32, rows), make([]int32, rows)
	for i := range shared {
		shared[i] = long
	}
	shared[0], own[0] = 0, long
	page := append(append(encode(shared), encode(own)...), make([]byte, long)...)
	_, err := v.frontCoded(page, rows)
	require.EqualError(t, err, "texts of more than 1048576 bytes")
}

// What is no table of events is refused with what would be right.
func TestSnappyAndZstdMeanWhatTheySay(t *testing.T) {
	t.Parallel()
	var d decompressor
	text := bytes.Repeat([]byte("deal"), 100)
	encoder, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	for codec, packed := range map[format.CompressionCodec][]byte{format.Snappy: snappy.Encode(nil, text), format.Zstd: encoder.EncodeAll(text, nil), format.Uncompressed: text} {
		got, err := d.inflate(codec, nil, packed, len(text))
		require.NoError(t, err)
		require.Equal(t, text, got)
		for _, size := range []int{len(text) - 1, len(text) + 1} {
			_, err = d.inflate(codec, nil, packed, size)
			require.Error(t, err, "%v of %d bytes", codec, size)
		}
	}
	_, err = d.inflate(99, nil, text, 1)
	require.ErrorContains(t, err, "want zstd, snappy, gzip")
}
