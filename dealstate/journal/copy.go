package journal

import (
	"context"
	"fmt"
	"iter"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// How much is appended at once.
const (
	copyEntries = 512
	copyBytes   = 24 << 20
)

// Copy copies a journal into another, which is empty or the beginning of it, and is
// otherwise not written to meanwhile. Positions, Accepted and By stay as they are. A
// *[CopyError] says where the two differ. It gives how many entries it added, and can
// be called again to add what has come since; it then compares what is there.
func Copy(ctx context.Context, to, from Journal) (int64, error) {
	next, stop := iter.Pull2(from.Read(ctx, 0))
	defer stop()
	if err := compare(to.Read(ctx, 0), next); err != nil {
		return 0, err
	}
	a := appending{to: to}
	for {
		e, err, ok := next()
		if err != nil {
			return a.n, err
		}
		if !ok {
			return a.n, a.flush(ctx)
		}
		if err := a.add(ctx, e); err != nil {
			return a.n, err
		}
	}
}

// compare holds the entries of the target to those of the source.
func compare(target iter.Seq2[Entry, error], next func() (Entry, error, bool)) error {
	for have, err := range target {
		if err != nil {
			return err
		}
		want, err, ok := next()
		if err != nil {
			return err
		}
		if !ok {
			return &CopyError{have.Position, "the target has it, and the source has not"}
		}
		if !have.equal(&want) {
			return &CopyError{have.Position, "the target has another entry than the source"}
		}
	}
	return nil
}

// equal reports whether the entries are the same in everything.
func (e *Entry) equal(o *Entry) bool {
	return e.Position == o.Position && e.Accepted.Equal(o.Accepted) && e.By == o.By && (e.Agreement == nil) == (o.Agreement == nil) &&
		e.same(o) && recorded(&e.Event).Equal(recorded(&o.Event))
}

// appending adds entries to a journal, many at once.
type appending struct {
	to      Journal
	waiting []Entry
	size    int
	n       int64 // how many were added
	moved   bool  // positions may change
}

func (a *appending) add(ctx context.Context, e Entry) error {
	size := e.size()
	if len(a.waiting) == copyEntries || a.size+size > copyBytes {
		if err := a.flush(ctx); err != nil {
			return err
		}
	}
	a.waiting, a.size = append(a.waiting, e), a.size+size
	return nil
}

// size is how many bytes the entry takes at most, wherever it is kept.
func (e *Entry) size() int {
	if e.Agreement != nil {
		return dealstate.MaxAgreement
	}
	v := &e.Event
	return 6*(len(e.By)+len(v.By)+len(v.Note)+len(v.Source.Publisher)+len(v.Source.URL)) + 16<<10
}

// flush appends what waits.
func (a *appending) flush(ctx context.Context) error {
	if len(a.waiting) == 0 {
		return nil
	}
	positions, err := a.to.Append(ctx, a.waiting)
	if err != nil {
		return err
	}
	for i, e := range a.waiting {
		if positions[i] != e.Position && !a.moved {
			return &CopyError{e.Position, fmt.Sprintf("the target keeps the entry at %d; is somebody else writing to it?", positions[i])}
		}
	}
	a.n += int64(len(a.waiting))
	a.waiting, a.size = a.waiting[:0], 0
	return nil
}
