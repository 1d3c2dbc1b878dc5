package trackertest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

const (
	watchers = 100
	stuck    = 7 // which of the watchers reads one change and waits until all is over
	writers  = 8
	deals    = 100
	perDeal  = 8 // events of each
	restarts = 3
)

// desk is a tracker that is killed and opened again while others use it.
type desk struct {
	*trial
	mu       sync.RWMutex // guards the trial's tracker
	recorded atomic.Int64
	end      atomic.Int64  // the position of the last entry that watchers wait for; 0: not yet known
	released chan struct{} // closed when the watcher that is stuck goes on
}

func (d *desk) now() *tracker.Tracker {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.Tracker
}

func (d *desk) restart() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kill()
}

// watcher watches the changes, and continues from its last place after the tracker was
// killed.
type watcher struct {
	filter tracker.Filter
	stuck  bool
	told   []tracker.Change
}

// onceInOrder runs a hundred watchers under all policies, one of them blocked, while many
// goroutines record, time passes, and the tracker is killed and opened again.
func onceInOrder(x *trial) {
	x.begin(0, tracker.Options{Policy: dealstate.Official, Recent: 500, Hot: 2_000})
	for i := range deals {
		x.add(agreement(fmt.Sprintf("deal-%d", i)))
	}
	d := &desk{trial: x, released: make(chan struct{})}
	all := make([]*watcher, watchers)
	var watching sync.WaitGroup
	for i := range all {
		w := &watcher{filter: tracker.Filter{Policy: dealstate.Policies()[i%3]}, stuck: i == stuck}
		all[i] = w
		watching.Go(func() {
			if err := w.watch(d); err != nil {
				x.Errorf("watcher %d, after %d changes: %v", i, len(w.told), err)
			}
		})
	}
	d.recordAll()
	x.clock.Advance(400 * 24 * time.Hour)
	end := x.record(note("the-end", "deal-0", x.Now()))[0].Place.Position
	d.end.Store(end)
	x.record(note("after-the-end", "deal-0", x.Now()))
	close(d.released)
	watching.Wait()
	if x.Failed() {
		return
	}
	later := map[string][]tracker.Change{} // what is told later, in one go, by policy
	for _, p := range dealstate.Policies() {
		later[p.Name] = x.until(x.Tracker, tracker.Filter{Policy: p}, end)
	}
	for i, w := range all {
		x.sameChanges(later[w.filter.Policy.Name], w.told, "what watcher %d was told under %s", i, w.filter.Policy.Name)
	}
}

// watch watches until the last change, or until the trial ends.
func (w *watcher) watch(d *desk) error {
	for d.ctx.Err() == nil {
		for c, err := range d.now().Watch(d.ctx, w.filter) {
			if errors.Is(err, tracker.ErrClosed) {
				break
			}
			if err != nil {
				return err
			}
			if c.Place.Compare(w.filter.From) <= 0 {
				return fmt.Errorf("told of %v after %v: out of order", c.Place, w.filter.From)
			}
			if end := d.end.Load(); end > 0 && c.Place.Position > end {
				return nil // he was told of the end before it was known to be
			}
			w.told, w.filter.From = append(w.told, c), c.Place
			if w.stuck {
				d.wait()
			}
			if end := d.end.Load(); end > 0 && c.Place.Position >= end {
				return nil
			}
		}
	}
	return d.ctx.Err()
}

// wait blocks the watcher that is to be blocked.
func (d *desk) wait() {
	select {
	case <-d.released:
	case <-d.ctx.Done():
	}
}

// recordAll lets many goroutines record, with restarts and jumps of time in between.
func (d *desk) recordAll() {
	d.Helper()
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			if err := d.write(w); err != nil {
				d.Errorf("writer %d: %v", w, err)
			}
		})
	}
	for n := range restarts {
		for d.recorded.Load() < int64((n+1)*deals*perDeal/(restarts+1)) && !d.Failed() && d.ctx.Err() == nil {
			runtime.Gosched()
		}
		d.restart()
	}
	writing.Wait()
}

// write records the deals of one writer, each event again until it is acknowledged.
func (d *desk) write(w int) error {
	rng := rand.New(rand.NewPCG(uint64(w), 2))
	for i := w; i < deals; i += writers {
		id := fmt.Sprintf("deal-%d", i)
		for _, e := range dirtylog.Log(rng, agreement(id), id, perDeal, dirtylog.Kinds) {
			e.Recorded = time.Time{}
			for {
				_, err := d.now().Record(d.ctx, e)
				if err == nil {
					break
				}
				if !errors.Is(err, tracker.ErrClosed) {
					return err
				}
			}
			if d.recorded.Add(1)%16 == 0 {
				d.clock.Advance(3 * time.Hour)
			}
		}
	}
	return nil
}
