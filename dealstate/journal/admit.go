package journal

import (
	"fmt"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// keeper is what a store knows of the entries that it keeps.
type keeper interface {
	// version gives the position of the last entry about the deal, 0 for none.
	version(deal string) (int64, error)
	// find gives the entry that counts under an id: that of the event with the
	// earliest Recorded, or for the id "" the agreement of the deal. It is nil
	// where there is none.
	find(deal, id string) (*Entry, error)
}

// admission decides which entries of one Append are new. It changes nothing in
// the store: who asked adds fresh to it.
type admission struct {
	keeper
	last      int64             // position of the last entry so far
	accepted  time.Time         // of the last entry so far
	fresh     []Entry           // what is to be kept, with its position
	from      []int             // which of the entries each of these is
	byID      map[[2]string]int // where in fresh; nil where the append has one entry
	positions []int64           // of each entry, kept before or fresh
}

// admit takes all entries or none. They have been checked.
func admit(k keeper, last int64, accepted time.Time, entries []Entry, on []Version) (*admission, error) {
	for _, v := range on {
		have, err := k.version(v.Deal)
		if err != nil {
			return nil, err
		}
		if have != v.Position {
			return nil, &StaleError{Deal: v.Deal, Want: v.Position, Have: have}
		}
	}
	n := len(entries)
	a := &admission{keeper: k, last: last, accepted: accepted, fresh: make([]Entry, 0, n), from: make([]int, 0, n), positions: make([]int64, 0, n)}
	if n > 1 {
		a.byID = make(map[[2]string]int, n)
	}
	for i := range entries {
		at, err := a.take(i, &entries[i])
		if err != nil {
			return nil, ofEntry(i, len(entries), err)
		}
		a.positions = append(a.positions, at)
	}
	return a, nil
}

// take gives the position of the entry, which is a new one or that of the same
// entry kept before.
func (a *admission) take(i int, e *Entry) (int64, error) {
	old, err := a.known(e.Deal(), e.id())
	if err != nil {
		return 0, err
	}
	if old != nil && !e.same(old) {
		return 0, conflict(e)
	}
	if old != nil && !e.knownBefore(old) {
		return old.Position, nil
	}
	if a.byID != nil {
		a.byID[[2]string{e.Deal(), e.id()}] = len(a.fresh)
	}
	if a.last++; e.Accepted.After(a.accepted) {
		a.accepted = e.Accepted
	}
	a.fresh, a.from = append(a.fresh, *e), append(a.from, i)
	kept := &a.fresh[len(a.fresh)-1]
	kept.Position, kept.Accepted = a.last, a.accepted
	return a.last, nil
}

// known looks among the fresh entries first, for what is fresh counts.
func (a *admission) known(deal, id string) (*Entry, error) {
	if i, ok := a.byID[[2]string{deal, id}]; ok {
		return &a.fresh[i], nil
	}
	return a.find(deal, id)
}

func conflict(e *Entry) error {
	if e.Agreement != nil {
		return &agreementConflict{dealstate.ConflictError{ID: e.Agreement.ID}}
	}
	return &dealstate.ConflictError{ID: e.Event.ID}
}

// agreementConflict is a *dealstate.ConflictError that says what is to be done about an
// agreement, which nobody can retract.
type agreementConflict struct{ dealstate.ConflictError }

func (e *agreementConflict) Error() string {
	return fmt.Sprintf("id: agreement %q is kept with another text; a new text is a new agreement that implements it, or an amend", field.Clip(e.ID))
}

func (e *agreementConflict) Unwrap() error { return &e.ConflictError }
