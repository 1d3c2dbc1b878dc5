package journaltest

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Loss says what a crash does to what was not synced.
type Loss uint8

// The losses.
const (
	Dropped Loss = iota + 1 // all of it is lost
	Kept                    // none of it: all had reached the disk by itself
	Torn                    // some of it: whole writes, parts of writes, names of files
	Killed                  // nothing yet: the process is gone, and the machine runs on
)

var losses = [...]string{Dropped: "dropped", Kept: "kept", Torn: "torn", Killed: "not lost yet"}

func (l Loss) String() string {
	if int(l) >= len(losses) {
		return ""
	}
	return losses[l]
}

// Losses lists the losses.
func Losses() []Loss { return []Loss{Dropped, Kept, Torn, Killed} }

// Crash gives another disk: this one as it is found after a crash, whoever held its
// lock. This one stays as it is.
func (d *Disk) Crash(l Loss, seed uint64) *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	after := NewDisk(seed)
	if l == Killed {
		after.names, after.durable, after.changes = d.asTheyAre()
		return after
	}
	names := maps.Clone(d.durable)
	for _, change := range d.changes {
		if l == Kept || l == Torn && after.rng.IntN(2) == 0 {
			change.on(names)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		data := names[name].survives(l, after.rng)
		after.names[name] = &node{data: data, durable: slices.Clone(data)}
	}
	after.durable = maps.Clone(after.names)
	return after
}

// asTheyAre copies the files, with what was not synced of them.
func (d *Disk) asTheyAre() (names, durable map[string]*node, changes []dirChange) {
	copies := map[*node]*node{}
	copied := func(of map[string]*node) map[string]*node {
		names := map[string]*node{}
		for name, n := range of {
			names[name] = n.copied(copies)
		}
		return names
	}
	for _, c := range d.changes {
		c.node = c.node.copied(copies)
		changes = append(changes, c)
	}
	return copied(d.names), copied(d.durable), changes
}

// copied gives the one copy of a file.
func (n *node) copied(copies map[*node]*node) *node {
	if copies[n] == nil {
		copies[n] = &node{data: slices.Clone(n.data), durable: slices.Clone(n.durable), changes: slices.Clone(n.changes)}
	}
	return copies[n]
}

// survives gives the bytes of a file after a crash.
func (n *node) survives(l Loss, rng *rand.Rand) []byte {
	data := slices.Clone(n.durable)
	for _, c := range n.changes {
		switch {
		case l == Dropped:
		case l == Kept:
			data = c.on(data)
		default:
			for _, part := range c.torn(rng) {
				data = part.on(data)
			}
		}
	}
	return data
}

// on makes the change.
func (c change) on(data []byte) []byte {
	if c.data == nil {
		return data[:min(int64(len(data)), c.at)]
	}
	if lacks := c.at + int64(len(c.data)) - int64(len(data)); lacks > 0 {
		data = append(data, make([]byte, lacks)...)
	}
	copy(data[c.at:], c.data)
	return data
}

// torn gives what is left of a change: all, nothing, its beginning, or some of its
// sectors.
func (c change) torn(rng *rand.Rand) []change {
	switch choice := rng.IntN(4); {
	case choice == 0:
		return nil
	case choice == 1 || len(c.data) == 0:
		return []change{c}
	case choice == 2:
		return []change{{c.at, c.data[:rng.IntN(len(c.data))+1]}}
	}
	var parts []change
	sector := 1 << (4 + rng.IntN(6))
	for at := 0; at < len(c.data); at += sector {
		if rng.IntN(2) == 0 {
			parts = append(parts, change{c.at + int64(at), c.data[at:min(at+sector, len(c.data))]})
		}
	}
	return parts
}
