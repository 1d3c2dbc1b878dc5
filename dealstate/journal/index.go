package journal

import (
	"hash/maphash"
	"sync"
)

// index says where the records of each deal are. It holds 12 bytes a record, and some
// 70 a deal with its id. Its one writer is the committer, or Open; readers take the lock.
type index struct {
	mu      sync.RWMutex
	seed    maphash.Seed
	numbers map[string]uint32 // of deals
	deals   []dealIndex       // by number
	records [][]recordIndex   // by position less one, in blocks of blockSize
	n       int64             // of records
	long    map[uint32]map[uint32]uint32
	// long is of deals with more than longDeal records that were appended to: the last
	// position of each hash of an event's id.
}

// dealIndex is what is known of one deal.
type dealIndex struct {
	last      uint32 // position of its last record, 0: none
	agreement uint32 // position of its agreement, 0: none
	count     uint32 // of records
}

// recordIndex is what is known of one record.
type recordIndex struct {
	before uint32 // position of the deal's record before this one, 0: none
	line   uint32 // where its line begins in the records file
	id     uint32 // hash of the event's id
}

const (
	blockSize = 1 << 12
	longDeal  = 64
)

func newIndex() *index {
	return &index{seed: maphash.MakeSeed(), numbers: map[string]uint32{}, long: map[uint32]map[uint32]uint32{}}
}

func (x *index) at(position int64) *recordIndex {
	return &x.records[(position-1)/blockSize][(position-1)%blockSize]
}

func (x *index) hash(id []byte) uint32 { return uint32(maphash.Bytes(x.seed, id)) }

// number gives the number of a deal, a new one if need be.
func (x *index) number(deal []byte) uint32 {
	if n, ok := x.numbers[string(deal)]; ok {
		return n
	}
	n := uint32(len(x.deals))
	x.numbers[string(deal)] = n
	x.deals = append(x.deals, dealIndex{})
	return n
}

// add adds the next record: of an event, or for the id nil of the agreement.
func (x *index) add(deal, id []byte, line int64) {
	if x.n%blockSize == 0 {
		x.records = append(x.records, make([]recordIndex, blockSize))
	}
	n := x.number(deal)
	d, r := &x.deals[n], recordIndex{before: x.deals[n].last, line: uint32(line)}
	x.n++
	d.last, d.count = uint32(x.n), d.count+1
	if id == nil {
		d.agreement = d.last
	} else {
		r.id = x.hash(id)
		if long := x.long[n]; long != nil {
			long[r.id] = d.last
		}
	}
	*x.at(x.n) = r
}

// of gives what is known of a deal.
func (x *index) of(deal string) (n uint32, d dealIndex) {
	n, ok := x.numbers[deal]
	if !ok {
		return 0, dealIndex{}
	}
	return n, x.deals[n]
}

// positions lists the positions of a deal within (after, to], ascending.
func (x *index) positions(deal string, after, to int64) []int64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	_, d := x.of(deal)
	n := 0
	for at := int64(d.last); at > max(after, 0); at = int64(x.at(at).before) {
		n++
	}
	found := make([]int64, n)
	for at := int64(d.last); n > 0; at = int64(x.at(at).before) {
		n--
		found[n] = at
	}
	for len(found) > 0 && found[len(found)-1] > to {
		found = found[:len(found)-1]
	}
	return found
}

// line gives where the line of a record begins.
func (x *index) line(position int64) int64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return int64(x.at(position).line)
}

// candidates gives, the last first, the positions of the deal at which an event of
// that id may be. It is for the writer.
func (x *index) candidates(deal, id string) func(yield func(int64) bool) {
	n, d := x.of(deal)
	hash := x.hash([]byte(id))
	return func(yield func(int64) bool) {
		at := int64(d.last)
		if d.count > longDeal {
			at = int64(x.longOf(n)[hash])
		}
		for ; at > 0; at = int64(x.at(at).before) {
			if x.at(at).id == hash && uint32(at) != d.agreement && !yield(at) {
				return
			}
		}
	}
}

// longOf gives the positions of a long deal by the hash of the event's id, so that an
// append does not go along the whole deal.
func (x *index) longOf(n uint32) map[uint32]uint32 {
	if long := x.long[n]; long != nil {
		return long
	}
	d := x.deals[n]
	long := make(map[uint32]uint32, d.count)
	for at := d.last; at > 0; at = x.at(int64(at)).before {
		r := x.at(int64(at))
		if _, later := long[r.id]; !later && at != d.agreement {
			long[r.id] = at
		}
	}
	x.long[n] = long
	return long
}
