package journaltest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// ErrStopped is what a [Disk] gives once it has stopped.
var ErrStopped = errors.New("journaltest: the disk has stopped")

// ErrFull is what a full [Disk] gives.
var ErrFull = errors.New("journaltest: no room left on the disk")

// Disk is a directory in memory that can stop at any step and then lose what was not
// synced: bytes of files whose Sync has not succeeded, and names of files that were
// made, renamed or removed since the last Sync of the directory. A step is a write, a
// truncation, a sync, and the making, renaming or removing of a file. It is safe for
// concurrent use.
type Disk struct {
	mu      sync.Mutex
	rng     *rand.Rand
	names   map[string]*node // as programs see them
	durable map[string]*node // as of the last sync of the directory
	changes []dirChange      // since then
	steps   int
	stopAt  int // the step at which the disk stops; 0: it does not
	stopped bool
	fails   map[int]error // by step: what fails
	full    bool          // whether there is no room
	locked  bool
}

// node is a file, whatever its name is.
type node struct {
	data    []byte // as programs see it
	durable []byte // as of the last sync
	changes []change
}

// change is a write or a truncation that was not synced.
type change struct {
	at   int64
	data []byte // nil: the file was cut off here
}

// dirChange gives a file a name, and takes another one from it; either may be empty.
type dirChange struct {
	node     *node
	to, from string
}

func (c dirChange) on(names map[string]*node) {
	if c.to != "" {
		names[c.to] = c.node
	}
	delete(names, c.from)
}

// NewDisk makes an empty disk. What it loses depends on the seed.
func NewDisk(seed uint64) *Disk {
	return &Disk{rng: rand.New(rand.NewPCG(seed, 0)), names: map[string]*node{}, durable: map[string]*node{}, fails: map[int]error{}}
}

// StopAt makes the disk stop at its n-th step, counted from 1: that one is begun and
// not ended, and every later one fails with ErrStopped.
func (d *Disk) StopAt(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopAt = n
}

// FailAt makes the n-th step fail with the error. A write then leaves half of its
// bytes; a sync that fails forgets what it should have made durable, and the next one
// will not make up for it, as Linux has it.
func (d *Disk) FailAt(n int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fails[n] = err
}

// Fill takes all room: a file can neither be made nor grow, until Free.
func (d *Disk) Fill() { d.setFull(true) }

// Free makes room again.
func (d *Disk) Free() { d.setFull(false) }

func (d *Disk) setFull(full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full = full
}

// Steps is how many steps there were.
func (d *Disk) Steps() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.steps
}

// Stopped reports whether the disk has stopped.
func (d *Disk) Stopped() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stopped
}

// step counts a step, and gives the error with which it fails.
func (d *Disk) step() error {
	if d.stopped {
		return ErrStopped
	}
	d.steps++
	if d.steps == d.stopAt {
		d.stopped = true
		return ErrStopped
	}
	return d.fails[d.steps]
}

// reading gives the error of what is no step.
func (d *Disk) reading() error {
	if d.stopped {
		return ErrStopped
	}
	return nil
}

// change makes a change of the directory, which is durable when the directory is synced.
func (d *Disk) change(c dirChange) {
	c.on(d.names)
	d.changes = append(d.changes, c)
}

func missing(name string) error { return fmt.Errorf("%s: %w", name, fs.ErrNotExist) }

// Names is that of [journal.FS].
func (d *Disk) Names() ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Keys(d.names)), d.reading()
}

// Open is that of [journal.FS].
func (d *Disk) Open(name string) (journal.Handle, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names[name] == nil {
		return nil, missing(name)
	}
	return &handle{disk: d, node: d.names[name]}, d.reading()
}

// Create is that of [journal.FS].
func (d *Disk) Create(name string) (journal.Handle, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return nil, err
	}
	if d.full {
		return nil, ErrFull
	}
	if d.names[name] != nil {
		return nil, fmt.Errorf("%s: %w", name, fs.ErrExist)
	}
	n := &node{}
	d.change(dirChange{node: n, to: name})
	return &handle{disk: d, node: n}, nil
}

// Rename is that of [journal.FS].
func (d *Disk) Rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return err
	}
	n := d.names[from]
	if n == nil {
		return missing(from)
	}
	d.change(dirChange{n, to, from})
	return nil
}

// Remove is that of [journal.FS].
func (d *Disk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return err
	}
	if d.names[name] == nil {
		return missing(name)
	}
	d.change(dirChange{d.names[name], "", name})
	return nil
}

// Sync is that of [journal.FS].
func (d *Disk) Sync() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return err
	}
	d.durable, d.changes = maps.Clone(d.names), nil
	return nil
}

// Lock is that of [journal.FS].
func (d *Disk) Lock() (io.Closer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.locked {
		return nil, &journal.LockedError{Dir: "a disk in memory", Err: errors.New("it is locked")}
	}
	d.locked = true
	return unlock{d}, d.reading()
}

type unlock struct{ disk *Disk }

func (u unlock) Close() error {
	u.disk.mu.Lock()
	defer u.disk.mu.Unlock()
	u.disk.locked = false
	return nil
}

// Bytes gives what programs see in a file, and Overwrite puts other bytes there, durably:
// for tests of damage.
func (d *Disk) Bytes(name string) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names[name] == nil {
		return nil
	}
	return slices.Clone(d.names[name].data)
}

// Overwrite makes a file with these bytes, durably.
func (d *Disk) Overwrite(name string, data []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := &node{data: slices.Clone(data), durable: slices.Clone(data)}
	d.names[name], d.durable[name] = n, n
}

// Delete removes a file durably.
func (d *Disk) Delete(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.names, name)
	delete(d.durable, name)
}
