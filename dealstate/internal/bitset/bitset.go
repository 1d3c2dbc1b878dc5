// Package bitset is a set of small numbers, one bit each: the places of parties
// or commitments in their agreement.
package bitset

import "math/bits"

// Set holds the numbers below 64 times its length. The one that made it owns
// it; a copy of the slice is the same set.
type Set []uint64

// New makes an empty set for the numbers below n.
func New(n int) Set { return make(Set, Words(n)) }

// Words is the length of a set for the numbers below n.
func Words(n int) int { return (n + 63) / 64 }

// Has reports whether the number is in the set.
func (s Set) Has(i int) bool { return s[i>>6]&(1<<(i&63)) != 0 }

// Add puts the number into the set.
func (s Set) Add(i int) { s[i>>6] |= 1 << (i & 63) }

// Remove takes the number out of the set.
func (s Set) Remove(i int) { s[i>>6] &^= 1 << (i & 63) }

// Put adds or removes the number.
func (s Set) Put(i int, on bool) {
	if on {
		s.Add(i)
	} else {
		s.Remove(i)
	}
}

// AddAll adds every number of another set of the same size.
func (s Set) AddAll(other Set) {
	for i, word := range other {
		s[i] |= word
	}
}

// Count counts the numbers.
func (s Set) Count() int { return s.CountIn(s) }

// CountIn counts the numbers that are also in the mask.
func (s Set) CountIn(mask Set) int {
	n := 0
	for i, word := range s {
		n += bits.OnesCount64(word & mask[i])
	}
	return n
}

// WeightIn adds the weights of the numbers that are also in the mask.
func (s Set) WeightIn(mask Set, weights []int64) int64 {
	var sum int64
	for i, word := range s {
		for word &= mask[i]; word != 0; word &= word - 1 {
			sum += weights[i<<6+bits.TrailingZeros64(word)]
		}
	}
	return sum
}

// Each calls f with every number, the smallest first.
func (s Set) Each(f func(int)) {
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			f(i<<6 + bits.TrailingZeros64(word))
		}
	}
}
