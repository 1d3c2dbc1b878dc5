package bulk

import (
	"hash/maphash"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Statement is what an event says, without its instants and its identity. A log
// holds each distinct statement once: millions of events tend to say a few hundred
// things. The fields are those of [dealstate.Event].
type Statement struct {
	Kind       dealstate.Kind
	Role       dealstate.Role
	Modality   dealstate.Modality // zero: asserted
	Revision   int                // zero: the one current
	Party      string             // "": all sides
	Commitment string
	By         string
	Publisher  string
}

func statementOf(e *dealstate.Event) Statement {
	return Statement{Kind: e.Kind, Role: e.Role, Modality: max(e.Modality, dealstate.Asserted), Revision: e.Revision, Party: e.Party,
		Commitment: e.Commitment, By: e.By, Publisher: e.Source.Publisher}
}

// event gives the statement an id and a deal, for those who ask the library. It has no
// instant yet.
func (s Statement) event(id, deal string) dealstate.Event {
	return dealstate.Event{ID: id, Deal: deal, Kind: s.Kind, Role: s.Role, Modality: s.Modality, Revision: s.Revision, Party: s.Party,
		Commitment: s.Commitment, By: s.By, Source: dealstate.Source{Publisher: s.Publisher}}
}

// size is about what a statement takes in memory, its key in the interner included.
func (s Statement) size() int64 {
	return int64(200 + 2*(len(s.Party)+len(s.Commitment)+len(s.By)+len(s.Publisher)))
}

// statementIndex finds the number of a statement in a list of all. Its hashes stay, so that
// growing hashes none again, and so that the log's index need not hash what a decoder's has.
type statementIndex struct {
	hashes []uint64 // by number
	slots  []uint32 // numbers, counted from 1; 0: empty
}

func (s *Statement) hash() uint64 { return maphash.Comparable(seed, *s) }

// find gives the number of a statement with that hash among all that were added.
func (x *statementIndex) find(all []Statement, s *Statement, hash uint64) (n uint32, ok bool) {
	if len(x.slots) == 0 {
		return 0, false
	}
	for at := x.home(hash); x.slots[at] != 0; at = (at + 1) & (len(x.slots) - 1) {
		if n = x.slots[at] - 1; x.hashes[n] == hash && all[n] == *s {
			return n, true
		}
	}
	return 0, false
}

// add gives the next number to a statement of that hash.
func (x *statementIndex) add(hash uint64) {
	x.hashes = append(x.hashes, hash)
	if 4*len(x.hashes) <= 3*len(x.slots) {
		x.put(uint32(len(x.hashes)))
		return
	}
	x.slots = make([]uint32, max(64, 2*len(x.slots)))
	for n := range x.hashes {
		x.put(uint32(n + 1))
	}
}

func (x *statementIndex) put(number uint32) {
	at := x.home(x.hashes[number-1])
	for x.slots[at] != 0 {
		at = (at + 1) & (len(x.slots) - 1)
	}
	x.slots[at] = number
}

func (x *statementIndex) home(hash uint64) int { return int(hash>>32) & (len(x.slots) - 1) }
