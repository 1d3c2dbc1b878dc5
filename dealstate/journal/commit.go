package journal

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Group commit: while one batch is written and synced, the appends that come
// meanwhile wait in the queue, and are the next batch. One goroutine, the committer,
// runs for as long as there are any.

// commitAll commits batches until the queue is empty.
func (f *File) commitAll() {
	for requests := f.take(); requests != nil; requests = f.take() {
		f.commit(requests)
	}
}

// take gives the requests of the next batch. Where there are none, the committer has
// ended.
func (f *File) take() []*request {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, size := 0, 0
	for n < len(f.queue) && (n == 0 || size+f.queue[n].size <= largestBatch) {
		size += f.queue[n].size
		n++
	}
	if n == 0 {
		f.running = false
		if f.idle != nil {
			close(f.idle)
		}
		return nil
	}
	taken := f.queue[:n:n]
	f.queue = f.queue[n:]
	return taken
}

// commit decides on the requests, makes durable what is new, and answers them.
func (f *File) commit(requests []*request) {
	b := &batch{File: f, last: f.durable, accepted: f.accepted}
	for _, r := range requests {
		r.positions, r.err = b.admit(r)
	}
	err := b.keep()
	for _, r := range requests {
		if err != nil && r.err == nil {
			r.positions, r.err = nil, err
		}
		close(r.done)
	}
}

// batch is what is written and synced at once. It is the committer's.
type batch struct {
	*File
	last     Head // of the last entry, with those of the batch
	accepted time.Time
	entries  []Entry
	json     [][]byte // of each entry
}

// admit adds to the batch what is new in a request.
func (b *batch) admit(r *request) ([]int64, error) {
	if err := b.brokenBy(); err != nil {
		return nil, err
	}
	a, err := admit(b, b.last.Position, b.accepted, r.entries, r.on)
	if err != nil {
		return nil, err
	}
	if a.last > maxPosition {
		return nil, field.Errorf("entries", "the journal is full; want at most %d entries", int64(maxPosition))
	}
	b.index.mu.Lock()
	defer b.index.mu.Unlock()
	for i, e := range a.fresh {
		var id []byte
		if e.Agreement == nil {
			id = []byte(e.Event.ID)
		}
		b.index.add([]byte(e.Deal()), id, 0)
		b.entries, b.json = append(b.entries, e), append(b.json, r.json[a.from[i]])
	}
	b.last.Position, b.accepted = a.last, a.accepted
	return a.positions, nil
}

func (b *batch) version(deal string) (int64, error) {
	_, d := b.index.of(deal)
	return int64(d.last), nil
}

func (b *batch) find(deal, id string) (*Entry, error) {
	if id == "" {
		_, d := b.index.of(deal)
		return b.entry(int64(d.agreement))
	}
	for at := range b.index.candidates(deal, id) {
		e, err := b.entry(at)
		if err != nil || e.id() == id {
			return e, err
		}
	}
	return nil, nil
}

// entry gives an entry, be it durable or of the batch; nil for the position 0.
func (b *batch) entry(at int64) (*Entry, error) {
	if at == 0 {
		return nil, nil
	}
	if i := at - b.durable.Position - 1; i >= 0 {
		return &b.entries[i], nil
	}
	e, err := b.load(at)
	return &e, err
}

// keep makes the batch durable, and shows it to the readers.
func (b *batch) keep() error {
	if len(b.entries) == 0 {
		return nil
	}
	seg, err := b.roomySegment()
	if err != nil {
		return b.broke("new segment", err)
	}
	events, records := b.encode(seg)
	if op, err := seg.write(events, records); err != nil {
		seg.takeBack()
		return b.broke(op, err)
	}
	b.segMu.Lock()
	seg.eventsSize += int64(len(events))
	seg.recordsSize += int64(len(records))
	b.durable = b.last
	b.segMu.Unlock()
	b.File.accepted = b.accepted
	b.tail.advance(b.last.Position)
	return nil
}

// encode gives the bytes for both files, and tells the index where the lines begin.
func (b *batch) encode(seg *segment) (events, records []byte) {
	b.index.mu.Lock()
	defer b.index.mu.Unlock()
	chain, scratch := b.durable, []byte(nil)
	for i := range b.entries {
		e, json, from := &b.entries[i], b.json[i], len(records)
		r := record{kind: ofEvent, part: int64(i + 1), of: int64(len(b.entries)), offset: seg.eventsSize + int64(len(events))}
		records = appendAbout(records, e, len(json))
		chain = Head{e.Position, chain.next(records[from:], json, &scratch)}
		r.chain = chain.chainText()
		if e.Agreement != nil {
			r.kind = ofAgreement
		} else {
			events = append(append(events, json...), '\n')
		}
		records = appendRecord(records, from, &r, json)
		b.index.at(e.Position).line = uint32(seg.recordsSize + int64(from))
	}
	b.last = chain
	return events, records
}

// roomySegment gives the segment to write to, which is a new one where the last is full.
func (f *File) roomySegment() (*segment, error) {
	seg := f.segments[len(f.segments)-1]
	if max(seg.eventsSize, seg.recordsSize-seg.begin) < f.opt.SegmentSize {
		return seg, nil
	}
	seg, err := createSegment(f.fs, f.durable)
	if err != nil {
		return nil, err
	}
	f.segMu.Lock()
	defer f.segMu.Unlock()
	f.segments = append(f.segments, seg)
	return seg, nil
}

// write adds to both files at once, and syncs both. It names what failed.
func (s *segment) write(events, records []byte) (op string, err error) {
	type result struct {
		op  string
		err error
	}
	other := make(chan result, 1)
	go func() {
		op, err := writeSynced(s.records, records, s.recordsSize)
		other <- result{op, err}
	}()
	op, err = writeSynced(s.events, events, s.eventsSize)
	if r := <-other; err == nil {
		op, err = r.op, r.err
	}
	return op, err
}

func writeSynced(h Handle, data []byte, at int64) (op string, err error) {
	if len(data) == 0 {
		return "", nil
	}
	if n, err := h.WriteAt(data, at); err != nil || n < len(data) {
		return "write", shortWrite(n, len(data), err)
	}
	return "sync", h.Sync()
}

// takeBack cuts off what a batch that failed has left, which nobody was told is kept.
// Where that fails too, Open will do it.
func (s *segment) takeBack() {
	_ = s.events.Truncate(s.eventsSize)
	_ = s.records.Truncate(s.recordsSize)
}

// brokenBy gives why the journal takes nothing more, nil if it does.
func (f *File) brokenBy() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.broken
}

// broke makes the journal read-only.
func (f *File) broke(op string, err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = &ReadOnlyError{Op: op, Err: err}
	return f.broken
}
