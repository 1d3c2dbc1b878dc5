package parquet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// Whatever is wrong with an event, a table comes to what the same events as JSON lines come to,
// however many goroutines read it.
func TestATableComesToWhatItsLinesComeTo(t *testing.T) {
	t.Parallel()
	a := machines(t)
	var all bulk.Progress
	for seed := range uint64(6) {
		events := dirtyEvents(seed, 200)
		lines := linesOf(t, events)
		want := cameOf(t, 1, func(opt bulk.Options) (*bulk.Log, error) {
			return bulk.ReadLines(context.Background(), bytes.NewReader(lines), a, opt)
		})
		for _, workers := range []int{1, 2, 7} {
			require.Equal(t, want, cameOf(t, workers, readTable(tableOf(t, events), a)))
		}
		all.Bad, all.Duplicates = all.Bad+want.progress.Bad, all.Duplicates+want.progress.Duplicates
	}
	require.Greater(t, all.Bad, int64(500))
	require.Greater(t, all.Duplicates, int64(100))
}

// Every compression, version of pages and encoding in which parquet-go writes is read.
func TestEveryWayOfWritingIsRead(t *testing.T) {
	t.Parallel()
	events, a := dirtyEvents(9, 100), machines(t)
	want := cameOf(t, 1, readTable(tableOf(t, events), a))
	for _, codec := range []compress.Codec{&pq.Uncompressed, &pq.Snappy, &pq.Gzip, &pq.Brotli, &pq.Zstd, &pq.Lz4Raw} {
		for version := 1; version <= 2; version++ {
			table := tableOf(t, events, pq.Compression(codec), pq.DataPageVersion(version))
			require.Equal(t, want, cameOf(t, 2, readTable(table, a)), "%s, version %d", codec, version)
			got, bad := eventsIn(t, table)
			require.Empty(t, bad)
			requireSameEvents(t, events, got)
		}
	}
	got, bad := eventsIn(t, plainTable(t, events))
	require.Empty(t, bad)
	requireSameEvents(t, events, got)
	require.Equal(t, want, cameOf(t, 2, readTable(plainTable(t, events), a)))
}

func requireSameEvents(t *testing.T, want, got []dealstate.Event) {
	t.Helper()
	require.Len(t, got, len(want))
	for i, e := range want {
		require.Equal(t, e, got[i])
	}
}

// plainRow is an event as a simple program writes it: no dictionary, flat names with a dot.
type plainRow struct {
	Note       string `parquet:"note,plain"`
	ID         string `parquet:"id,plain"`
	Kind       string `parquet:"kind,plain"`
	Deal       string `parquet:"deal,plain,optional"`
	Party      string `parquet:"party,plain"`
	By         string `parquet:"by,plain,optional"`
	Role       string `parquet:"role,plain,enum"`
	Modality   string `parquet:"modality,dict"`
	At         int64  `parquet:"at,timestamp(nanosecond:utc),dict"`
	Recorded   *int64 `parquet:"recorded,optional,timestamp(nanosecond)"`
	Revision   int64  `parquet:"revision,plain"`
	Ref        string `parquet:"ref,delta"`
	Commitment string `parquet:"commitment,plain"`
	Until      *int64 `parquet:"until,optional,timestamp(nanosecond)"`
	Publisher  string `parquet:"source.publisher,plain"`
	URL        string `parquet:"source.url,plain"`
	Published  string `parquet:"source.published,plain"`
}

func plainTable(t *testing.T, events []dealstate.Event) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, write(&out, "plain", sequence(events), func(to *plainRow, e dealstate.Event, at *stamps) error {
		*to = plainRow{ID: e.ID, Deal: e.Deal, Kind: e.Kind.String(), Party: e.Party, By: e.By, Role: e.Role.String(), Modality: e.Modality.String(), At: at.must("at", e.At),
			Recorded: at.may("recorded", e.Recorded), Revision: int64(e.Revision), Ref: e.Ref, Commitment: e.Commitment, Until: at.may("until", e.Until),
			Publisher: e.Source.Publisher, URL: e.Source.URL, Published: e.Source.Published, Note: e.Note}
		return nil
	}, pq.MaxRowsPerRowGroup(200)))
	return out.Bytes()
}

// What is read stays as it is when the memory that pages were in is used again, by later pages,
// by later row groups, and by whoever owns the file's bytes.
func TestNothingReadLiesInThePagesItCameFrom(t *testing.T) {
	t.Parallel()
	events, a := dirtyEvents(3, 300), machines(t)
	table := tableOf(t, events, pq.Compression(&pq.Uncompressed))
	want := cameOf(t, 1, readTable(bytes.Clone(table), a))
	own := bytes.Clone(table)
	l, err := readTable(own, a)(bulk.Options{Workers: 1, Bad: bulk.Skip})
	require.NoError(t, err)
	got, _ := eventsIn(t, own)
	for i := range own {
		own[i] = 'x'
	}
	require.Equal(t, want.deals, l.Deals())
	requireSameEvents(t, events, got)
	r, err := l.Replay(context.Background(), dealstate.View{Policy: dealstate.Official}, 1)
	require.NoError(t, err)
	require.Equal(t, want.finals, slices.Collect(r.Finals()))
	for f, err := range l.Folds(context.Background(), dealstate.View{Policy: dealstate.Official}, 1) {
		require.NoError(t, err)
		for _, d := range f.Decisions {
			require.NotContains(t, d.Event+d.Party, "xxx")
		}
	}
}

// recorder notes which bytes of a file were asked for.
type recorder struct {
	*bytes.Reader
	mu   sync.Mutex
	read map[int64]bool // by offset
}

func (r *recorder) ReadAt(p []byte, offset int64) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read[offset] = true
	return r.Reader.ReadAt(p, offset)
}

// Notes and pages are read of a row group only where an id comes twice.
func TestALogReadsTheColumnsThatDecideAndNoOthers(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	var events []dealstate.Event
	for i := range 900 {
		events = append(events, dealstate.Event{ID: fmt.Sprint("e", i), Deal: "d", Kind: dealstate.Note, At: time.Unix(int64(i), 0).UTC(), Note: fmt.Sprint("note ", i), Source: dealstate.Source{URL: "u"}})
	}
	read := func() (groupsWithNotes []int) {
		table := tableOf(t, events)
		f, err := openFile(bytes.NewReader(table), int64(len(table)))
		require.NoError(t, err)
		r := &recorder{Reader: bytes.NewReader(table), read: map[int64]bool{}}
		_, err = ReadLog(context.Background(), r, int64(len(table)), bulk.Template(m), bulk.Options{})
		require.NoError(t, err)
		for n, g := range f.groups {
			require.True(t, r.read[g.chunks[f.columns["id"].leaf].offset])
			if r.read[g.chunks[f.columns["note"].leaf].offset] {
				groupsWithNotes = append(groupsWithNotes, n)
			}
		}
		return groupsWithNotes
	}
	require.Empty(t, read())
	events = append(events, events[350])
	require.Equal(t, []int{1, 3}, read(), "of the row and of its duplicate")
}

func TestAnEventMayLeaveOutWhatLinesMayLeaveOut(t *testing.T) {
	t.Parallel()
	type row struct {
		ID   string `parquet:"id"`
		Deal string `parquet:"deal,optional"`
		Kind string `parquet:"kind,optional"`
		At   *int64 `parquet:"at,optional,timestamp(nanosecond)"`
	}
	at := int64(0)
	var out bytes.Buffer
	require.NoError(t, pq.Write(&out, []row{{"a", "d", "note", &at}, {"b", "", "note", &at}, {"c", "d", "", &at}, {"d", "d", "note", nil}, {"", "d", "note", &at}, {"e", "d", "noted", &at}, {"f g", "d", "note", &at}}))
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	want := []string{"line 2: deal: missing", "line 3: kind: missing; want what was done, such as approve",
		"line 4: at: missing; want the instant at which it happened, in RFC 3339", "line 5: id: missing"}
	events, bad := eventsIn(t, out.Bytes())
	require.Equal(t, want, bad[:4])
	require.Contains(t, bad[4], `kind: "noted" is unknown`)
	require.Equal(t, `line 7: id: "f g" holds white space or control characters`, bad[5])
	require.Equal(t, []dealstate.Event{{ID: "a", Deal: "d", Kind: dealstate.Note, At: time.Unix(0, 0).UTC()}}, events, "1970 is an instant like any other")
	got := cameOf(t, 1, readTable(out.Bytes(), bulk.Template(m)))
	require.Equal(t, bad, got.bad)
	require.Equal(t, bulk.Progress{Lines: 7, Events: 1, Bad: 6}, got.progress)

	_, err = readTable(out.Bytes(), bulk.Template(m))(bulk.Options{})
	var line *dealstate.LineError
	require.ErrorAs(t, err, &line)
	require.Equal(t, 2, line.Line)
}

func TestReadingEndsWithItsContextAndItsBounds(t *testing.T) {
	t.Parallel()
	a, table := machines(t), tableOf(t, dirtyEvents(1, 200))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := ReadLog(ctx, bytes.NewReader(table), int64(len(table)), a, bulk.Options{Bad: bulk.Skip})
	require.ErrorIs(t, err, context.Canceled)
	_, err = readTable(table, a)(bulk.Options{Bad: bulk.Skip, MaxBytes: 10_000})
	var size *bulk.SizeError
	require.ErrorAs(t, err, &size)
	for range ReadEvents(bytes.NewReader(table), int64(len(table))) {
		break
	}
}

func TestAnEmptyTableIsAnEmptyLog(t *testing.T) {
	t.Parallel()
	table := tableOf(t, nil)
	require.Equal(t, bulk.Progress{}, cameOf(t, 2, readTable(table, machines(t))).progress)
	events, bad := eventsIn(t, table)
	require.Empty(t, events)
	require.Empty(t, bad)
}

// failing is a reader whose bytes are lost from a place on, or that panics there.
type failing struct {
	*bytes.Reader
	from, to int64
	panics   bool
}

var errLost = errors.New("lost")

func (r failing) ReadAt(p []byte, offset int64) (int, error) {
	if offset < r.to && offset+int64(len(p)) > r.from {
		if r.panics {
			panic("disk on fire")
		}
		return 0, errLost
	}
	return r.Reader.ReadAt(p, offset)
}

// A panic in a goroutine that nobody can recover from would end the program.
func TestAnErrorOrAPanicOfAWorkerIsAnErrorOfTheFile(t *testing.T) {
	t.Parallel()
	table := tableOf(t, dirtyEvents(1, 300))
	f, err := openFile(bytes.NewReader(table), int64(len(table)))
	require.NoError(t, err)
	at := f.groups[2].chunks[f.columns["kind"].leaf]
	for _, panics := range []bool{false, true} {
		r := failing{Reader: bytes.NewReader(table), from: at.offset, to: at.offset + 1, panics: panics}
		_, err = ReadLog(context.Background(), r, int64(len(table)), machines(t), bulk.Options{Bad: bulk.Skip})
		var broken *FileError
		require.ErrorAs(t, err, &broken)
		require.Equal(t, 2, broken.Group)
		require.Equal(t, !panics, errors.Is(err, errLost))
		if !panics {
			require.Equal(t, "kind", broken.Column)
		}
		last := error(nil)
		for _, err := range ReadEvents(r, int64(len(table))) {
			last = err
		}
		require.ErrorAs(t, last, &broken)
	}
	_, err = ReadLog(context.Background(), failing{Reader: bytes.NewReader(table), to: 1 << 40, panics: true}, int64(len(table)), machines(t), bulk.Options{})
	require.EqualError(t, err, "parquet: it is damaged: panic: disk on fire")
	_, err = ReadLog(context.Background(), bytes.NewReader(table), int64(len(table))+100, machines(t), bulk.Options{})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// A statement may be any text; what a log keeps of it is counted.
func TestEveryRowMayHaveASpeakerOfItsOwn(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	var events []dealstate.Event
	for i := range 3000 {
		events = append(events, dealstate.Event{ID: fmt.Sprint(i), Deal: "d", Kind: dealstate.Note, By: fmt.Sprintf("spokesperson %d %s", i, strings.Repeat("x", i%50)), Revision: i % 7 * 0, Source: dealstate.Source{Publisher: fmt.Sprint(i % 1000)},
			Party: []string{"us", "china", ""}[i%3], At: time.Unix(int64(i), 0).UTC(), Modality: dealstate.Modality(1 + i%4)})
	}
	table := tableOf(t, events, pq.MaxRowsPerRowGroup(2000))
	got, bad := eventsIn(t, table)
	require.Empty(t, bad)
	requireSameEvents(t, events, got)
	lines := linesOf(t, events)
	want := cameOf(t, 1, func(opt bulk.Options) (*bulk.Log, error) {
		return bulk.ReadLines(context.Background(), bytes.NewReader(lines), bulk.Template(m), opt)
	})
	require.Equal(t, want, cameOf(t, 2, readTable(table, bulk.Template(m))))
}

// A shard of a table is that of its lines.
func TestTheShardsOfATableAreThoseOfItsLines(t *testing.T) {
	t.Parallel()
	events, a := dirtyEvents(3, 60), machines(t)
	table, lines := tableOf(t, events), linesOf(t, events)
	for shard := range 4 {
		keep := func(read func(bulk.Options) (*bulk.Log, error)) func(bulk.Options) (*bulk.Log, error) {
			return func(opt bulk.Options) (*bulk.Log, error) {
				opt.Keep = func(deal string) bool { return bulk.ShardOf(deal, 4) == shard }
				return read(opt)
			}
		}
		want := cameOf(t, 1, keep(func(opt bulk.Options) (*bulk.Log, error) {
			return bulk.ReadLines(context.Background(), bytes.NewReader(lines), a, opt)
		}))
		require.Less(t, len(want.deals), 60)
		require.Equal(t, want, cameOf(t, 2, keep(readTable(table, a))))
	}
}

// arrow-go writes a row group for a batch without rows.
func TestARowGroupWithoutRowsIsNothing(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("testdata/arrow/empty_group.parquet")
	require.NoError(t, err)
	events, bad := eventsIn(t, table)
	require.Empty(t, bad)
	require.Len(t, events, 5)
	l, err := readTable(table, anyDeal(t))(bulk.Options{Bad: bulk.Skip})
	require.NoError(t, err)
	require.EqualValues(t, 5, l.Progress().Lines)
}

// A dictionary may have words that no row uses, and yet not any number of them.
func TestADictionaryMayHaveMoreWordsThanThereAreRows(t *testing.T) {
	t.Parallel()
	head := func(words int32) *format.PageHeader {
		return &format.PageHeader{Type: format.DictionaryPage, DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: words, Encoding: format.Plain})}
	}
	for words, want := range map[int32]string{-1: "want one of at most 1048576", 0: "", 3: "", maxWords: "", maxWords + 1: "a dictionary of 1048577 words, or a second one; want one of at most 1048576"} {
		p := pages{all: 2, wordCount: -1}
		if err := p.takeWords(head(words), nil); want != "" {
			require.ErrorContains(t, err, want)
		} else {
			require.NoError(t, err, words)
			require.Error(t, p.takeWords(head(words), nil), "a second one")
		}
	}
	v := values{pages: pages{all: 2, wordCount: maxWords, words: make([]byte, 100)}}
	_, err := v.addDictionary(&words{list: []string{""}})
	require.ErrorIs(t, err, errShort, "no memory for words that are not there")
}

// An integer without a sign is no negative one, however large it is.
func TestARevisionWithoutASignIsReadAsItIs(t *testing.T) {
	t.Parallel()
	type row[N uint32 | uint64] struct {
		ID       string `parquet:"id"`
		Deal     string `parquet:"deal"`
		Kind     string `parquet:"kind"`
		At       string `parquet:"at"`
		Revision N      `parquet:"revision"`
	}
	_, bad := eventsIn(t, oneRow(t, row[uint32]{"1", "d", "note", "2025-01-01", 4294967295}))
	require.Len(t, bad, 1)
	require.Contains(t, bad[0], "revision: 4294967295 is out of range")
	_, bad = eventsIn(t, oneRow(t, row[uint64]{"1", "d", "note", "2025-01-01", 18446744073709551615}))
	require.Len(t, bad, 1)
	require.Contains(t, bad[0], "revision: 18446744073709551615 is out of range")
	events, bad := eventsIn(t, oneRow(t, row[uint32]{"1", "d", "note", "2025-01-01", 7}))
	require.Empty(t, bad)
	require.Equal(t, 7, events[0].Revision)
}
