package analytics

import (
	"maps"
	"slices"
)

// tallies counts how often each thing came, and to how many deals. What it
// counts comes deal by deal.
type tallies[K comparable] map[K]tallied

type tallied struct {
	count int
	deals int
	last  string // deal
}

func (t tallies[K]) add(k K, deal string) {
	at := t[k]
	if at.count == 0 || at.last != deal {
		at.deals++
	}
	at.count++
	at.last = deal
	t[k] = at
}

func (t tallies[K]) sorted(order func(a, b K) int) []K {
	return slices.SortedFunc(maps.Keys(t), order)
}
