package bulk

import (
	"bytes"
	"hash/maphash"
)

// idIndex finds the row of an id within its deal: 11 to 22 bytes an event. A slot is
// chosen by the highest bits of half a hash that stays with it, so that growing
// need not look at the ids again.
type idIndex struct {
	slots []idSlot
	used  int
}

// idSlot is one place of the index. It changes once, when it is taken, but moves as the index
// grows.
type idSlot struct {
	hash uint32
	row  uint32 // counted from 1; 0: empty
}

// hashOfID hashes a deal and an id.
func hashOfID(deal uint32, id []byte) uint32 {
	return uint32((maphash.Bytes(seed, id) ^ uint64(deal)*0xD6E8FEB86659FD93) * 0x9E3779B97F4A7C15 >> 32)
}

func (x *idIndex) home(hash uint32) int {
	return int(uint64(hash) * uint64(len(x.slots)) >> 32)
}

func (x *idIndex) after(at int) int { return (at + 1) & (len(x.slots) - 1) }

// grow doubles the slots when three in four would be taken with so many more.
func (x *idIndex) grow(more int) {
	if 4*(x.used+more) <= 3*len(x.slots) {
		return
	}
	old := x.slots
	x.slots = make([]idSlot, max(64, 2*len(old)))
	for _, p := range old {
		if p.row == 0 {
			continue
		}
		at := x.home(p.hash)
		for x.slots[at].row != 0 {
			at = x.after(at)
		}
		x.slots[at] = p
	}
}

// find gives the row of the shard that has the id already, or puts the new row in
// its slot.
func (x *idIndex) find(s *shard, deal uint32, id []byte, hash, row uint32) (old uint32, found bool) {
	x.grow(1)
	for at := x.home(hash); ; at = x.after(at) {
		p := &x.slots[at]
		if p.row == 0 {
			*p = idSlot{hash: hash, row: row + 1}
			x.used++
			return 0, false
		}
		if p.hash == hash && s.input(p.row-1).Deal == deal && bytes.Equal(s.idBytes(p.row-1), id) {
			return p.row - 1, true
		}
	}
}

// addAll adds all rows of a shard, each of which has an id of its own.
func (x *idIndex) addAll(s *shard) {
	for n, c := range s.chunks {
		for i, in := range c.inputs {
			row := uint32(n<<chunkBits + i)
			id := s.idBytes(row)
			x.find(s, in.Deal, id, hashOfID(in.Deal, id), row)
		}
	}
}

// touch loads the slot of an id, to be near when it is needed.
func (x *idIndex) touch(hash uint32) uint32 { return x.slots[x.home(hash)].row }
