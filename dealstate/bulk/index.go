package bulk

import (
	"bytes"
	"hash/maphash"
	"math/bits"
)

// index finds the row of an id within its deal: 16 bytes an event at the
// fullest. A place is chosen by the highest bits of half a hash that stays with it, so
// that growing need not look at the ids again.
type index struct {
	places []place
	used   int
}

type place struct {
	tag uint32
	row uint32 // counted from 1; 0: empty
}

func hashID(id []byte) uint64 { return maphash.Bytes(seed, id) }

// tagOf mixes the deal into the hash of an id.
func tagOf(idHash uint64, deal uint32) uint32 {
	return uint32((idHash ^ uint64(deal)*0xD6E8FEB86659FD93) * 0x9E3779B97F4A7C15 >> 32)
}

// find gives the row that has the id already, or puts the new row in its place.
func (x *index) find(l *Log, idHash uint64, deal uint32, id []byte, row uint32) (old uint32, found bool) {
	if 4*(x.used+1) > 3*len(x.places) {
		x.grow()
	}
	tag := tagOf(idHash, deal)
	for at := x.home(tag); ; at = (at + 1) & (len(x.places) - 1) {
		p := &x.places[at]
		if p.row == 0 {
			*p = place{tag: tag, row: row + 1}
			x.used++
			return 0, false
		}
		if p.tag == tag && l.deal[p.row-1] == deal && bytes.Equal(l.idBytes(p.row-1), id) {
			return p.row - 1, true
		}
	}
}

func (x *index) home(tag uint32) int {
	return int(uint64(tag) * uint64(len(x.places)) >> 32)
}

func (x *index) grow() {
	old := x.places
	x.places = make([]place, 1<<bits.Len(uint(max(1023, 2*len(old)-1))))
	for _, p := range old {
		if p.row == 0 {
			continue
		}
		at := x.home(p.tag)
		for x.places[at].row != 0 {
			at = (at + 1) & (len(x.places) - 1)
		}
		x.places[at] = p
	}
}
