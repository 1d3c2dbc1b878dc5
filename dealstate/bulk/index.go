package bulk

import (
	"bytes"
	"hash/maphash"
)

// index finds the row of an id within its deal: 11 to 22 bytes an event. A place is
// chosen by the highest bits of half a hash that stays with it, so that growing
// need not look at the ids again.
type index struct {
	places []slot
	used   int
}

type slot struct {
	tag uint32
	row uint32 // counted from 1; 0: empty
}

// tagOf hashes a deal and an id.
func tagOf(deal uint32, id []byte) uint32 {
	return uint32((maphash.Bytes(seed, id) ^ uint64(deal)*0xD6E8FEB86659FD93) * 0x9E3779B97F4A7C15 >> 32)
}

func (x *index) home(tag uint32) int {
	return int(uint64(tag) * uint64(len(x.places)) >> 32)
}

func (x *index) after(at int) int { return (at + 1) & (len(x.places) - 1) }

// grow doubles the places when three in four would be taken with so many more.
func (x *index) grow(more int) {
	if 4*(x.used+more) <= 3*len(x.places) {
		return
	}
	old := x.places
	x.places = make([]slot, max(64, 2*len(old)))
	for _, p := range old {
		if p.row == 0 {
			continue
		}
		at := x.home(p.tag)
		for x.places[at].row != 0 {
			at = x.after(at)
		}
		x.places[at] = p
	}
}

// find gives the row of the shard that has the id already, or puts the new row in
// its place.
func (x *index) find(s *shard, deal uint32, id []byte, tag, row uint32) (old uint32, found bool) {
	x.grow(1)
	for at := x.home(tag); ; at = x.after(at) {
		p := &x.places[at]
		if p.row == 0 {
			*p = slot{tag: tag, row: row + 1}
			x.used++
			return 0, false
		}
		if p.tag == tag && s.step(p.row-1).deal == deal && bytes.Equal(s.idBytes(p.row-1), id) {
			return p.row - 1, true
		}
	}
}

// fill takes in all rows of a shard, each of which has an id of its own.
func (x *index) fill(s *shard) {
	for n, c := range s.chunks {
		for i, p := range c.steps {
			row := uint32(n<<chunkBits + i)
			id := s.idBytes(row)
			x.find(s, p.deal, id, tagOf(p.deal, id), row)
		}
	}
}

// touch loads the place of an id, to be near when it is needed.
func (x *index) touch(tag uint32) uint32 { return x.places[x.home(tag)].row }
