package bulk

import (
	"math"
	"time"
)

// stands are where the deals of one shard stand: 8 bytes a deal, and more for the
// few that were folded.
type stands struct {
	at     []stand
	folded []folded
	states [][]uint32 // by machine: the state of each situation
	since  []int64    // by deal, if some have clocks: when it came to its state, or none
	seen   []uint64   // bits: the view sees something of the deal; nil: of all
}

func (s *stands) isSeen(deal uint32) bool { return s.seen == nil || s.seen[deal/64]>>(deal%64)&1 == 1 }

// state is where a deal stands, as its machine numbers states; and what was
// folded, if it was.
func (s *stands) state(deal, machine uint32) (uint32, *folded) {
	at := s.at[deal]
	if !at.isGone() {
		return s.states[machine][at.place().spot], nil
	}
	f := &s.folded[at.row()]
	return f.state, f
}

// stand is where a deal stands, from its lowest bits on: 16 for the situation, or
// gone if it must be folded; 16 for the revision; and 32 for the row that brought it to
// its state, or still if it never left the first; where there are clocks, since tells
// that. Of a deal that is gone it is the first row not taken, and then its place in folded.
type stand uint64

const still = math.MaxUint32

func standOf(p place, row uint32) stand {
	return stand(p.spot) | stand(p.revision)<<16 | stand(row)<<32
}

func (s stand) place() place {
	return place{spot: uint32(s & 0xffff), revision: uint32(s >> 16 & 0xffff)}
}
func (s stand) row() uint32  { return uint32(s >> 32) }
func (s stand) isGone() bool { return s&0xffff == gone }

// folded is where the library says that a deal stands.
type folded struct {
	since    time.Time
	state    uint32
	revision int
}
