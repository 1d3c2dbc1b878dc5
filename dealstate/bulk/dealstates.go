package bulk

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lazydfa"
)

// dealStates are where the deals of one shard stand: 8 bytes a deal, and more for the few
// that left the table. A replay fills them; then they belong to its [Result], and no
// longer change.
type dealStates struct {
	at         []lazydfa.DealState // by deal; the row of one outside: at first the one at which it left, at last its place in finals
	finals     []finalState        // of deals outside the table
	situations [][]uint32          // by machine: the state of each situation
	since      []int64             // by deal, if some have timers: when it came to its state, or none
	seen       []uint64            // bits: the view sees something of the deal; nil: of all
}

func (s *dealStates) isSeen(deal uint32) bool {
	return s.seen == nil || s.seen[deal/64]>>(deal%64)&1 == 1
}

// state is where a deal stands, as its machine numbers states; and what was found
// outside the table, if it was.
func (s *dealStates) state(deal, machine uint32) (uint32, *finalState) {
	at := s.at[deal]
	if !at.IsOutside() {
		return s.situations[machine][at.Situation()], nil
	}
	f := &s.finals[at.Row()]
	return f.state, f
}

// put says where a deal outside the table stands.
func (s *dealStates) put(deal uint32, f finalState) {
	s.at[deal] = lazydfa.Outside(uint32(len(s.finals)))
	s.finals = append(s.finals, f)
}

// finalState is where one deal stands at the end of its log.
type finalState struct {
	since    time.Time
	state    uint32
	revision int
}
