package journal

import (
	"context"
	"iter"
	"slices"
	"sync"
	"time"
)

// Memory keeps entries for as long as the program runs: for tests, and for what
// may be forgotten. The zero Memory is empty and ready for use; it must not be
// copied.
//
// Readers share what they are given: nobody may change an agreement that was read.
type Memory struct {
	mu      sync.Mutex
	entries []*Entry // by position, from 1; what is in it never changes
	deals   map[string]*memoryDeal
	tail    tail
}

// memoryDeal is where the entries of one deal are.
type memoryDeal struct {
	positions []int64          // of all its entries
	byID      map[string]int64 // the entry that counts; "" is the agreement
}

var _ Journal = (*Memory)(nil)

// Append is that of [Journal]. Nothing survives the program, so it costs no more
// than checking the entries.
func (m *Memory) Append(ctx context.Context, entries []Entry, on ...Version) ([]int64, error) {
	entries, err := checked(entries)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	last, err := m.tail.position(ctx)
	if err != nil {
		return nil, err
	}
	var accepted time.Time
	if last > 0 {
		accepted = m.entries[last-1].Accepted
	}
	a, err := admit(m, last, accepted, entries, on)
	if err != nil {
		return nil, err
	}
	for i := range a.fresh {
		m.add(&a.fresh[i])
	}
	if len(a.fresh) > 0 {
		m.tail.advance(a.last)
	}
	return a.positions, nil
}

func (m *Memory) add(e *Entry) {
	d := m.deals[e.Deal()]
	if d == nil {
		d = &memoryDeal{byID: map[string]int64{}}
		if m.deals == nil {
			m.deals = map[string]*memoryDeal{}
		}
		m.deals[e.Deal()] = d
	}
	m.entries = append(m.entries, e)
	d.positions, d.byID[e.id()] = append(d.positions, e.Position), e.Position
}

func (m *Memory) version(deal string) (int64, error) {
	if d := m.deals[deal]; d != nil {
		return d.positions[len(d.positions)-1], nil
	}
	return 0, nil
}

func (m *Memory) find(deal, id string) (*Entry, error) {
	if d := m.deals[deal]; d != nil && d.byID[id] > 0 {
		return m.entries[d.byID[id]-1], nil
	}
	return nil, nil
}

// Read is that of [Journal].
func (m *Memory) Read(ctx context.Context, after int64) iter.Seq2[Entry, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	last, err := m.tail.position(ctx)
	if err != nil {
		return failed(err)
	}
	entries := m.entries[min(max(after, 0), last):last]
	return func(yield func(Entry, error) bool) {
		for i := range entries {
			if !yieldIn(ctx, yield, *entries[i]) {
				return
			}
		}
	}
}

// ReadDeal is that of [Journal].
func (m *Memory) ReadDeal(ctx context.Context, deal string, after int64) iter.Seq2[Entry, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.tail.position(ctx); err != nil {
		return failed(err)
	}
	entries, positions := m.entries, []int64(nil)
	if d := m.deals[deal]; d != nil {
		from, _ := slices.BinarySearch(d.positions, after+1)
		positions = d.positions[from:]
	}
	return func(yield func(Entry, error) bool) {
		for _, at := range positions {
			if !yieldIn(ctx, yield, *entries[at-1]) {
				return
			}
		}
	}
}

// yieldIn hands on an entry unless the context has ended, and reports whether to
// go on.
func yieldIn(ctx context.Context, yield func(Entry, error) bool, e Entry) bool {
	if err := ctx.Err(); err != nil {
		yield(Entry{}, err)
		return false
	}
	return yield(e, nil)
}

// failed is a reading that ends at once.
func failed(err error) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) { yield(Entry{}, err) }
}

// Last is that of [Journal].
func (m *Memory) Last(ctx context.Context) (int64, error) { return m.tail.position(ctx) }

// Wait is that of [Journal].
func (m *Memory) Wait(ctx context.Context, after int64) error { return m.tail.wait(ctx, after) }

// Close is that of [Journal]. The entries are gone.
func (m *Memory) Close() error {
	m.tail.close()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries, m.deals = nil, nil
	return nil
}
