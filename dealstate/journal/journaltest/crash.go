package journaltest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Opener opens the journal that a disk holds.
type Opener func(ctx context.Context, d *Disk) (journal.Journal, error)

// Crashes says how a store is brought down, and how often.
type Crashes struct {
	Open  Opener
	Seed  uint64
	Steps int // what the run does: so many appends, more or less
	// Check looks at the disk once a journal was recovered and closed. May be nil.
	Check func(ctx context.Context, d *Disk, entries int64) error
}

// Everywhere brings a store down at every single write, sync, creation, rename and
// removal of a run, and each time with every loss. It opens the journal again, brings
// it down at every step of that too, and holds what is there to what was
// acknowledged:
//
//   - each acknowledged entry is at its position, with the same content;
//   - of the append that was not answered, all entries are there or none;
//   - nothing else is there, and nothing twice;
//   - what the journal has shown once is there after the next crash;
//   - the append can be made again, and the rest of the run after it.
//
// It gives how many crashes there were, and the first error.
func (c Crashes) Everywhere(ctx context.Context) (int, error) {
	crashes := 0
	for at := 1; ; at++ {
		for _, loss := range Losses() {
			n, whole, err := c.at(ctx, at, loss)
			crashes += n
			if err != nil {
				return crashes, fmt.Errorf("stopped at step %d, what was not synced %s: %w", at, loss, err)
			}
			if whole {
				return crashes, nil
			}
		}
	}
}

// Faults lets every single step of a run fail once, with the error, and opens the
// journal again: after it was closed, and after it was killed at the very next step. It
// holds it to what was acknowledged as Everywhere does, and gives how many faults
// there were.
func (c Crashes) Faults(ctx context.Context, fault error) (int, error) {
	for at := 1; ; at++ {
		for _, kill := range []int{0, at + 1} {
			disk := NewDisk(c.Seed)
			disk.FailAt(at, fault)
			disk.StopAt(kill)
			r := &run{Crashes: c, script: script(c.Seed, c.Steps), model: &journal.Memory{}}
			failed := r.start(ctx, disk)
			if disk.Steps() < at {
				return at - 1, failed
			}
			if failed != nil && !errors.Is(failed, fault) && !errors.Is(failed, ErrStopped) {
				return at, fmt.Errorf("step %d failed, and the journal gives another error: %w", at, failed)
			}
			if err := r.reopened(ctx, disk); err != nil {
				return at, fmt.Errorf("step %d failed, the process was killed at step %d (0: not): %w", at, kill, err)
			}
		}
	}
}

// reopened opens the journal after a fault, and checks it.
func (r *run) reopened(ctx context.Context, disk *Disk) error {
	disk = disk.Crash(Killed, r.Seed)
	j, err := r.Open(ctx, disk)
	if err != nil {
		return fmt.Errorf("open again: %w", err)
	}
	return r.check(ctx, disk, j)
}

// run is a run of a script on a disk, with a journal in memory beside it that shows
// what is acknowledged.
type run struct {
	Crashes
	script []step
	done   int // steps of the script
	model  *journal.Memory
}

// at gives whether the run ended before the step at which the disk was to stop.
func (c Crashes) at(ctx context.Context, at int, loss Loss) (crashes int, whole bool, err error) {
	disk := NewDisk(c.Seed)
	disk.StopAt(at)
	r := &run{Crashes: c, script: script(c.Seed, c.Steps), model: &journal.Memory{}}
	if err := r.start(ctx, disk); err != nil && !disk.Stopped() {
		return 0, false, err
	}
	if !disk.Stopped() {
		return 0, true, nil
	}
	n, err := r.recover(ctx, disk, loss, c.Seed+uint64(at))
	return n + 1, false, err
}

// start opens the journal and does the script, until the disk stops.
func (r *run) start(ctx context.Context, disk *Disk) error {
	j, err := r.Open(ctx, disk)
	if err != nil {
		return err
	}
	return r.goOn(ctx, disk, j)
}

// goOn does the rest of the script.
func (r *run) goOn(ctx context.Context, disk *Disk, j journal.Journal) (err error) {
	for ; r.done < len(r.script); r.done++ {
		s := r.script[r.done]
		if len(s.entries) > 0 {
			err = r.append(ctx, j, s)
		} else if err = errors.Join(readDeals(ctx, j), j.Close()); err == nil {
			j, err = r.Open(ctx, disk)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(readDeals(ctx, j), j.Close())
}

// append does the same with both journals.
func (r *run) append(ctx context.Context, j journal.Journal, s step) error {
	on, err := s.versions(ctx, j)
	if err != nil {
		return err
	}
	positions, err := j.Append(ctx, s.entries, on...)
	if err != nil {
		return err
	}
	want, err := r.model.Append(ctx, s.entries)
	if err == nil && !slices.Equal(positions, want) {
		err = fmt.Errorf("the append of step %d was given the positions %d; want %d", r.done, positions, want)
	}
	return err
}

// recover opens what a crash has left, after crashes at every step of opening it.
func (r *run) recover(ctx context.Context, disk *Disk, loss Loss, seed uint64) (crashes int, err error) {
	for at := 1; ; at++ {
		after := disk.Crash(loss, seed)
		after.StopAt(at)
		j, err := r.Open(ctx, after)
		if err == nil && !after.Stopped() {
			after.StopAt(0)
			return crashes, r.check(ctx, after, j)
		}
		if !errors.Is(err, ErrStopped) {
			return crashes, fmt.Errorf("open after the crash: %w", err)
		}
		crashes++
		j, err = r.Open(ctx, after.Crash(loss, seed+uint64(at)))
		if err != nil {
			return crashes, fmt.Errorf("open after a crash at step %d of opening: %w", at, err)
		}
		if _, err := r.kept(ctx, j); err != nil {
			return crashes, fmt.Errorf("opened after a crash at step %d of opening: %w", at, err)
		}
		if err := j.Close(); err != nil {
			return crashes, err
		}
	}
}

// kept holds the journal to what was acknowledged, and gives what is there.
func (r *run) kept(ctx context.Context, j journal.Journal) ([]journal.Entry, error) {
	have, err := all(ctx, j)
	if err != nil {
		return nil, err
	}
	without, err := all(ctx, r.model)
	if err != nil {
		return nil, err
	}
	differs := alike(have, without)
	if differs == nil {
		return have, nil
	}
	with, err := r.withNext(ctx)
	if err != nil {
		return nil, err
	}
	if alike(have, with) != nil {
		return nil, fmt.Errorf("acknowledged were %d entries, %d with the append that was not answered: %w", len(without), len(with), differs)
	}
	return have, nil
}

// withNext gives what there would be if the append that was not answered were kept.
func (r *run) withNext(ctx context.Context) ([]journal.Entry, error) {
	var m journal.Memory
	if _, err := journal.Copy(ctx, &m, r.model); err != nil {
		return nil, err
	}
	if r.done < len(r.script) && len(r.script[r.done].entries) > 0 {
		if _, err := m.Append(ctx, r.script[r.done].entries); err != nil {
			return nil, err
		}
	}
	return all(ctx, &m)
}

// check holds the journal to what was acknowledged, does the rest of the script, and
// holds it to all of it, after one more crash each time.
func (r *run) check(ctx context.Context, disk *Disk, j journal.Journal) error {
	shown, err := r.kept(ctx, j)
	if err != nil {
		return err
	}
	if err := r.again(ctx, disk, shown); err != nil {
		return fmt.Errorf("after a crash right after opening: %w", err)
	}
	if err := r.goOn(ctx, disk, j); err != nil {
		return fmt.Errorf("going on after the crash: %w", err)
	}
	whole, err := all(ctx, r.model)
	if err != nil {
		return err
	}
	if err := r.again(ctx, disk, whole); err != nil {
		return fmt.Errorf("after going on, and a crash: %w", err)
	}
	if r.Check == nil {
		return nil
	}
	return r.Check(ctx, disk, int64(len(whole)))
}

// again brings the store down once more, and holds it to what it has shown.
func (r *run) again(ctx context.Context, disk *Disk, shown []journal.Entry) error {
	disk = disk.Crash(Dropped, r.Seed)
	j, err := r.Open(ctx, disk)
	if err != nil {
		return err
	}
	have, err := all(ctx, j)
	return errors.Join(err, alike(have, shown), readDeals(ctx, j), j.Close())
}

// readDeals holds the entries of each deal to those of the whole journal.
func readDeals(ctx context.Context, j journal.Journal) error {
	entries, err := all(ctx, j)
	if err != nil {
		return err
	}
	deals := map[string][]journal.Entry{}
	for _, e := range entries {
		deals[e.Deal()] = append(deals[e.Deal()], e)
	}
	for deal, want := range deals {
		i := 0
		for e, err := range j.ReadDeal(ctx, deal, 0) {
			if err != nil {
				return err
			}
			if i >= len(want) || !equal(e, want[i]) {
				return fmt.Errorf("ReadDeal of %s gives %+v as its entry %d, and Read does not", deal, e, i+1)
			}
			i++
		}
		if i < len(want) {
			return fmt.Errorf("ReadDeal of %s gives %d entries; want %d", deal, i, len(want))
		}
	}
	return nil
}
