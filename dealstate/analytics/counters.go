package analytics

import (
	"maps"
	"slices"
)

// counters counts how often each key came, and in how many deals. The keys come deal
// by deal.
type counters[K comparable] map[K]counter

// counter is the count of one key. Last is the deal that was counted last, so that
// each deal counts once.
type counter struct {
	count int
	deals int
	last  string // deal
}

// add counts the key once more, in that deal.
func (t counters[K]) add(k K, deal string) {
	at := t[k]
	if at.count == 0 || at.last != deal {
		at.deals++
	}
	at.count++
	at.last = deal
	t[k] = at
}

// sorted gives the keys in an order, because a map has none.
func (t counters[K]) sorted(order func(a, b K) int) []K {
	return slices.SortedFunc(maps.Keys(t), order)
}
