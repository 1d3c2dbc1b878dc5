package journal

import "time"

// What a store of another package needs to decide on an append as [Memory] and [File] do:
// it checks the entries with Checked, and in the transaction in which it will keep them it
// asks Admit which of them are new.

// Kept is what a store knows of the entries that it keeps, those of its transaction
// included.
type Kept interface {
	// Version gives the position of the last entry about the deal, 0 for none.
	Version(deal string) (int64, error)
	// Find gives the entry that counts under an id, the last one kept under it; for
	// the id "" it is the agreement of the deal. It is nil where there is none.
	Find(deal, id string) (*Entry, error)
}

// Checked gives copies of the entries in the form in which they are kept: instants in
// UTC, agreements that nobody else holds. The error is a *dealstate.FieldError, wrapped
// where there are several entries, of the first that is not well-formed.
func Checked(entries []Entry) ([]Entry, error) { return checked(entries) }

// Admit decides on entries that Checked has given, and changes nothing. Last and accepted
// are those of the last entry kept, zero where there is none. Fresh is what the store is to
// keep, all or none, with Position and Accepted set; positions are what Append returns. The
// errors are those of [Journal].Append, and those that k gives.
func Admit(k Kept, last int64, accepted time.Time, entries []Entry, on []Version) (fresh []Entry, positions []int64, err error) {
	a, err := admit(foreign{k}, last, accepted, entries, on)
	if err != nil {
		return nil, nil, err
	}
	return a.fresh, a.positions, nil
}

// foreign is the keeper of another package.
type foreign struct{ Kept }

func (f foreign) version(deal string) (int64, error)   { return f.Version(deal) }
func (f foreign) find(deal, id string) (*Entry, error) { return f.Find(deal, id) }
