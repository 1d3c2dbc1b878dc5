package bulk

import (
	"cmp"
	"encoding/binary"
	"hash/maphash"
)

// interner numbers names, from 0, in the order in which they are added. A short one lies in
// its slot, so that looking it up waits for memory but once.
type interner struct {
	names []string
	slots []internerSlot
}

// internerSlot holds a name's number, counted from 1, half its hash, and if it has at
// most 23 bytes all of it, its length last; else 0xff last.
type internerSlot struct {
	number uint32 // 0: empty
	hash   uint32
	text   packedName
}

// packedName is no array, so that it stays in registers.
type packedName struct{ a, b, c uint64 }

const (
	shortName = 23
	longName  = 0xff
)

// packed puts a short name into three words, in such a way that they compare as
// the names do.
func packed(name []byte) (p packedName) {
	n := len(name)
	switch {
	case n > shortName:
		return packedName{c: longName}
	case n >= 16: // the last word holds what is left of the last eight bytes
		p.a, p.b = binary.BigEndian.Uint64(name), binary.BigEndian.Uint64(name[8:])
		p.c = binary.BigEndian.Uint64(name[n-8:]) << ((24 - n) * 8)
	case n >= 8:
		p.a, p.b = binary.BigEndian.Uint64(name), binary.BigEndian.Uint64(name[n-8:])<<((16-n)*8)
	default:
		for i, c := range name {
			p.a |= uint64(c) << (56 - 8*i)
		}
	}
	p.c |= uint64(n)
	return p
}

func (p packedName) compare(q packedName) int {
	switch {
	case p.a != q.a:
		return cmp.Compare(p.a, q.a)
	case p.b != q.b:
		return cmp.Compare(p.b, q.b)
	}
	return cmp.Compare(p.c, q.c)
}

// hashOfName is half a hash.
func hashOfName(name []byte) uint32 { return uint32(maphash.Bytes(seed, name) >> 32) }

// touch loads the slot of a name, to be near when it is needed.
func (t *interner) touch(hash uint32) uint32 {
	if len(t.slots) == 0 {
		return 0
	}
	return t.slots[t.home(hash)].number
}

// find gives the number of a name with that hash.
func (t *interner) find(name []byte, hash uint32) (number uint32, ok bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	text := packed(name)
	for at := t.home(hash); ; at = (at + 1) & (len(t.slots) - 1) {
		switch p := &t.slots[at]; {
		case p.number == 0:
			return 0, false
		case p.hash == hash && p.text == text && (text.c != longName || t.names[p.number-1] == string(name)):
			return p.number - 1, true
		}
	}
}

func (t *interner) home(hash uint32) int { return int(uint64(hash) * uint64(len(t.slots)) >> 32) }

// add numbers a name that has no number yet.
func (t *interner) add(name []byte) (number uint32) {
	t.names = append(t.names, string(name))
	if 4*len(t.names) > 3*len(t.slots) {
		t.grow()
	}
	number = uint32(len(t.names) - 1)
	t.put(internerSlot{number: number + 1, hash: hashOfName(name), text: packed(name)})
	return number
}

func (t *interner) put(p internerSlot) {
	at := t.home(p.hash)
	for t.slots[at].number != 0 {
		at = (at + 1) & (len(t.slots) - 1)
	}
	t.slots[at] = p
}

func (t *interner) grow() {
	old := t.slots
	t.slots = make([]internerSlot, max(64, 2*len(old)))
	for _, p := range old {
		if p.number != 0 {
			t.put(p)
		}
	}
}
