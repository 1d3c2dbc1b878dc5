package journal

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Options say how a [File] is kept. The zero Options are what most want.
type Options struct {
	// SegmentSize is how many bytes the events or the records of a segment have
	// before a new one begins: 1 to 1 GiB; 0 is 256 MiB.
	SegmentSize int64
	// FS is what the files are in; nil: the directory of the operating system. With an
	// FS, the directory that is given is no more than a name.
	FS FS
}

const (
	defaultSegment = 256 << 20
	largestSegment = 1 << 30
	largestAppend  = 64 << 20 // bytes of one Append, in both files
	largestBatch   = 8 << 20  // bytes that are written at once, if of several appends
	recordSize     = 256      // bytes of a record, at most, besides By and an agreement
)

func (o Options) checked() (Options, error) {
	if o.SegmentSize == 0 {
		o.SegmentSize = defaultSegment
	}
	if o.SegmentSize < 1 || o.SegmentSize > largestSegment {
		return o, field.Errorf("SegmentSize", "%d bytes; want 1 to %d, or 0 for %d", o.SegmentSize, largestSegment, defaultSegment)
	}
	return o, nil
}

// File is a journal in a directory; the package's document says what is in the
// files. It keeps 12 bytes a record and some 70 a deal in memory, and two open files
// a segment. One process at a time may have it open.
//
// A write or a sync that fails makes it read-only; see [ReadOnlyError].
type File struct {
	dir  string
	opt  Options
	fs   FS
	lock io.Closer
	tail tail

	mu      sync.Mutex // guards what stands up to the blank line
	queue   []*request
	running bool          // whether a committer runs
	broken  error         // why the journal takes nothing more
	closed  bool          // whether Close has begun
	idle    chan struct{} // closed when the committer has ended; nil: nobody waits

	segMu    sync.RWMutex
	segments []*segment // the last one grows; guarded by segMu
	durable  Head       // what readers may see; guarded by segMu

	index *index
	forms agreements

	loaders sync.Pool // of *loader

	recovery Recovery
	accepted time.Time // of the last durable entry; the committer's
}

var _ Journal = (*File)(nil)

// request is one Append on its way.
type request struct {
	entries   []Entry
	json      [][]byte // of each entry
	size      int      // bytes of JSON
	on        []Version
	positions []int64
	err       error
	done      chan struct{}
}

// Append is that of [Journal]. Its entries are written and synced together with what
// others append at the same time: it takes as long as two syncs, of which one may
// be that of the batch before. The entries of one Append may take 64 MiB in the files.
func (f *File) Append(ctx context.Context, entries []Entry, on ...Version) ([]int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r, err := newRequest(entries, on)
	if err != nil {
		return nil, err
	}
	if err := f.enqueue(r); err != nil {
		return nil, err
	}
	select {
	case <-r.done:
		return r.positions, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func newRequest(entries []Entry, on []Version) (*request, error) {
	kept, err := checked(entries)
	if err != nil {
		return nil, err
	}
	r := &request{entries: kept, on: slices.Clone(on), done: make(chan struct{})}
	for i := range kept {
		text, err := kept[i].marshal()
		if err != nil {
			return nil, ofEntry(i, len(kept), err)
		}
		r.json = append(r.json, text)
		r.size += len(text) + 6*len(kept[i].By) + recordSize
	}
	if r.size > largestAppend {
		return nil, field.Errorf("entries", "some %d bytes; want at most %d in one Append", r.size, largestAppend)
	}
	return r, nil
}

// marshal gives the JSON under which the entry is kept.
func (e *Entry) marshal() ([]byte, error) {
	most, what := dealstate.MaxLine, "event"
	text, err := e.Event.MarshalJSON()
	if e.Agreement != nil {
		most, what = dealstate.MaxAgreement, "agreement"
		text, err = e.Agreement.MarshalJSON()
	}
	if err == nil && len(text) > most {
		err = field.Errorf("json", "the %s has %d bytes; want at most %d", what, len(text), most)
	}
	return text, err
}

// enqueue hands the request to the committer, and starts one if need be.
func (f *File) enqueue(r *request) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return ErrClosed
	}
	if f.broken != nil {
		return f.broken
	}
	f.queue = append(f.queue, r)
	if !f.running {
		f.running = true
		go f.commitAll()
	}
	return nil
}

// Read is that of [Journal].
func (f *File) Read(ctx context.Context, after int64) iter.Seq2[Entry, error] {
	last, err := f.tail.position(ctx)
	if err != nil {
		return failed(err)
	}
	after = max(after, 0)
	return func(yield func(Entry, error) bool) {
		for at := after; at < last; {
			s := f.scanAfter(at, readAhead)
			err := s.each(ctx, last, func() error { return f.handOn(s, yield) })
			if err == errEnough {
				return
			}
			if err != nil {
				yield(Entry{}, f.readError(err))
				return
			}
			at = s.at
		}
	}
}

// errEnough says that a reader wants no more.
var errEnough = errors.New("enough")

func (f *File) handOn(s *scan, yield func(Entry, error) bool) error {
	e, err := s.record.entry(s.json, &f.forms)
	if err != nil {
		return s.unreadable(err)
	}
	if !yield(e, nil) {
		return errEnough
	}
	return nil
}

// readError gives ErrClosed where the files were closed meanwhile.
func (f *File) readError(err error) error {
	if _, closed := f.tail.position(context.Background()); closed != nil {
		return closed
	}
	return err
}

// scanAfter begins after the position; there is a record.
func (f *File) scanAfter(after int64, once int) *scan {
	seg := f.segmentOf(after + 1)
	line := seg.begin
	if after > seg.head.Position {
		line = f.index.line(after + 1)
	}
	return scanFrom(seg, after, line, once)
}

// segmentOf gives the segment that has the position, with the sizes it has now.
func (f *File) segmentOf(position int64) *segment {
	f.segMu.RLock()
	defer f.segMu.RUnlock()
	seg := *f.segments[f.row(position)]
	return &seg
}

// row is which of the segments has the position. The caller holds segMu.
func (f *File) row(position int64) int {
	return sort.Search(len(f.segments), func(i int) bool { return f.segments[i].head.Position >= position }) - 1
}

// ReadDeal is that of [Journal]. It reads each entry by itself, in the same memory.
func (f *File) ReadDeal(ctx context.Context, deal string, after int64) iter.Seq2[Entry, error] {
	last, err := f.tail.position(ctx)
	if err != nil {
		return failed(err)
	}
	return func(yield func(Entry, error) bool) {
		one := f.loader()
		defer f.loaders.Put(one)
		one.read(ctx, f.index.positions(deal, after, last), yield)
	}
}

// ReadDeals is that of [DealsReader]. It reads forward through the files, and what lies near
// to one another at once: deals that began together as a rule have their events together.
func (f *File) ReadDeals(ctx context.Context, deals []string) iter.Seq2[Entry, error] {
	last, err := f.tail.position(ctx)
	if err != nil {
		return failed(err)
	}
	return func(yield func(Entry, error) bool) {
		var all []int64
		for _, deal := range deals {
			all = append(all, f.index.positions(deal, 0, last)...)
		}
		slices.Sort(all)
		one := f.loader()
		defer f.loaders.Put(one)
		one.read(ctx, slices.Compact(all), yield)
	}
}

// load reads one entry.
func (f *File) load(position int64) (e Entry, err error) {
	one := f.loader()
	defer f.loaders.Put(one)
	return one.load(position)
}

func (f *File) loader() *loader {
	if one, ok := f.loaders.Get().(*loader); ok {
		return one
	}
	return &loader{File: f}
}

// loader reads single entries. It keeps a scan of each segment that it has read from, with
// the memory that it reads into, for the next entry. One goroutine has it at a time.
type loader struct {
	*File
	scans []*scan // by segment; nil: none was read from it yet
}

// read hands on the entries at the positions.
func (l *loader) read(ctx context.Context, positions []int64, yield func(Entry, error) bool) {
	for _, at := range positions {
		e, err := l.load(at)
		if err != nil {
			yield(Entry{}, l.readError(err))
			return
		}
		if !yieldIn(ctx, yield, e) {
			return
		}
	}
}

func (l *loader) load(position int64) (e Entry, err error) {
	s := l.scanOf(position)
	if err := s.step(); err != nil {
		l.scans = nil // nothing of what was read is used again
		return e, err
	}
	if e, err = s.record.entry(s.json, &l.forms); err != nil {
		return e, s.unreadable(err)
	}
	return e, nil
}

// scanOf gives a scan that stands before the entry.
func (l *loader) scanOf(position int64) *scan {
	line := l.index.line(position)
	l.segMu.RLock()
	defer l.segMu.RUnlock()
	row := l.row(position)
	for row >= len(l.scans) {
		l.scans = append(l.scans, nil)
	}
	s := l.scans[row]
	if s == nil || line >= s.seg.recordsSize { // the segment has grown since
		seg := *l.segments[row]
		s = scanFrom(&seg, position-1, line, readOne)
		l.scans[row] = s
	}
	s.seek(position-1, line)
	return s
}

// Last is that of [Journal].
func (f *File) Last(ctx context.Context) (int64, error) { return f.tail.position(ctx) }

// Wait is that of [Journal].
func (f *File) Wait(ctx context.Context, after int64) error { return f.tail.wait(ctx, after) }

// Close is that of [Journal]. It waits until what is being appended is kept.
func (f *File) Close() error {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return nil
	}
	f.closed = true
	idle := make(chan struct{})
	if f.running {
		f.idle = idle
	} else {
		close(idle)
	}
	f.mu.Unlock()
	<-idle
	f.tail.close()
	f.seal()
	return f.release()
}

// seal writes behind the records that all of them are durable, so that what is found
// damaged of them later is not taken for what a crash has left. Nothing depends on it.
func (f *File) seal() {
	seg := f.segments[len(f.segments)-1]
	if f.broken != nil {
		return
	}
	if _, err := writeSynced(seg.records, endOf(f.durable.Position), seg.recordsSize); err != nil {
		seg.takeBack()
	}
}

// release closes the files, and gives the lock back last.
func (f *File) release() error {
	f.segMu.RLock()
	defer f.segMu.RUnlock()
	var errs []error
	for _, s := range f.segments {
		errs = append(errs, s.close())
	}
	return errors.Join(append(errs, f.lock.Close())...)
}

// Head gives the position and the chain of the last entry that is durable.
func (f *File) Head() Head {
	f.segMu.RLock()
	defer f.segMu.RUnlock()
	return f.durable
}

// Recovery says what Open found, and what it did about it.
func (f *File) Recovery() Recovery { return f.recovery }

// Dir is the directory that Open was given.
func (f *File) Dir() string { return f.dir }
