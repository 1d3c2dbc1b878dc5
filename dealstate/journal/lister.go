package journal

import (
	"cmp"
	"context"
	"iter"
	"slices"
)

// Lister is a journal that knows its deals without reading all entries. [Memory] and [File]
// are listers; whoever wants every deal, such as a tracker that recovers, reads the whole
// journal where it is none.
type Lister interface {
	// Deals lists the deals of which there is an agreement, in the order of these.
	Deals(ctx context.Context) ([]string, error)
}

// DealsReader is a journal that reads many deals faster than one by one, as [File] does.
type DealsReader interface {
	// ReadDeals gives the entries of these deals in the order of their positions, up to the
	// last one at the time of the call.
	ReadDeals(ctx context.Context, deals []string) iter.Seq2[Entry, error]
}

var (
	_ Lister      = (*Memory)(nil)
	_ Lister      = (*File)(nil)
	_ DealsReader = (*File)(nil)
)

// listed is a deal with the position of its agreement.
type listed struct {
	id        string
	agreement int64
}

// inOrder gives the ids of the deals in the order of their agreements.
func inOrder(deals []listed) []string {
	slices.SortFunc(deals, func(a, b listed) int { return cmp.Compare(a.agreement, b.agreement) })
	ids := make([]string, len(deals))
	for i, d := range deals {
		ids[i] = d.id
	}
	return ids
}

// Deals is that of [Lister].
func (m *Memory) Deals(ctx context.Context) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.tail.position(ctx); err != nil {
		return nil, err
	}
	var deals []listed
	for id, d := range m.deals {
		if at := d.byID[""]; at > 0 {
			deals = append(deals, listed{id, at})
		}
	}
	return inOrder(deals), nil
}

// Deals is that of [Lister]. It reads no file.
func (f *File) Deals(ctx context.Context) ([]string, error) {
	last, err := f.tail.position(ctx)
	if err != nil {
		return nil, err
	}
	return inOrder(f.index.listed(last)), nil
}

// listed lists the deals of which there is an agreement up to the position.
func (x *index) listed(to int64) []listed {
	x.mu.RLock()
	defer x.mu.RUnlock()
	deals := make([]listed, 0, len(x.deals))
	for id, n := range x.numbers {
		if at := int64(x.deals[n].agreement); 0 < at && at <= to {
			deals = append(deals, listed{id, at})
		}
	}
	return deals
}
