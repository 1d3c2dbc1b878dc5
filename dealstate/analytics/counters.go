package analytics

import (
	"maps"
	"slices"
)

// counters counts how often each thing came, and to how many deals. What it
// counts comes deal by deal.
type counters[K comparable] map[K]counter

type counter struct {
	count int
	deals int
	last  string // deal
}

func (t counters[K]) add(k K, deal string) {
	at := t[k]
	if at.count == 0 || at.last != deal {
		at.deals++
	}
	at.count++
	at.last = deal
	t[k] = at
}

func (t counters[K]) sorted(order func(a, b K) int) []K {
	return slices.SortedFunc(maps.Keys(t), order)
}
