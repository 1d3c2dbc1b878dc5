package dealstate

import "math/bits"

// bitset holds one bit a party or commitment.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) has(i int) bool { return b[i>>6]&(1<<(i&63)) != 0 }

func (b bitset) set(i int) { b[i>>6] |= 1 << (i & 63) }

func (b bitset) clear(i int) { b[i>>6] &^= 1 << (i & 63) }

func (b bitset) put(i int, on bool) {
	if on {
		b.set(i)
	} else {
		b.clear(i)
	}
}

// countIn counts the bits that are also in the mask.
func (b bitset) countIn(mask bitset) int {
	n := 0
	for i, word := range b {
		n += bits.OnesCount64(word & mask[i])
	}
	return n
}

// weightIn adds the weights of the bits that are also in the mask.
func (b bitset) weightIn(mask bitset, weights []int64) int64 {
	var sum int64
	for i, word := range b {
		for word &= mask[i]; word != 0; word &= word - 1 {
			sum += weights[i<<6+bits.TrailingZeros64(word)]
		}
	}
	return sum
}
