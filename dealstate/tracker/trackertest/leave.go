package trackertest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// leavesEarly lets many goroutines record with contexts that end at once or a little later, while
// deadlines pass. Each event is kept once or not at all, the live changes equal the later ones,
// and recording an event again keeps it once.
func leavesEarly(x *trial) {
	const each = 16
	x.begin(0, tracker.Options{})
	for i := range writers * each {
		a := agreement(fmt.Sprintf("deal-%d", i))
		a.Deadline = dirtylog.OnDay(0).Add(time.Duration(i+1) * time.Hour)
		x.add(a)
	}
	var recording sync.WaitGroup
	for w := range writers {
		recording.Go(func() {
			for i := w; i < writers*each; i += writers {
				if err := x.recordBriefly(impatient(i), time.Duration(i)*4*time.Microsecond); err != nil {
					x.Errorf("event %d: %v", i, err)
				}
				x.clock.Advance(time.Hour)
				x.Place() // time passes as far as it may
			}
		})
	}
	recording.Wait()
	for i := range writers * each {
		x.record(impatient(i))
	}
	end := x.record(note("end", "deal-0", x.Now()))[0].Place.Position
	x.same(int64(2*writers*each+1), end, "entries: an agreement and an event of each deal, and a note")
	live := x.until(x.Tracker, tracker.Filter{}, end)
	o := x.o
	o.Recent = 1
	x.sameChanges(x.until(x.beside(o), tracker.Filter{}, end), live, "what is told live")
}

// impatient is an event whose caller does not wait until it is recorded.
func impatient(i int) dealstate.Event {
	e := negotiated("e1", fmt.Sprintf("deal-%d", i))
	e.Recorded = e.At
	return e
}

// recordBriefly records an event with a time limit. It is no error if the limit ends first.
func (x *trial) recordBriefly(e dealstate.Event, within time.Duration) error {
	ctx, cancel := context.WithTimeout(x.ctx, within)
	defer cancel()
	_, err := x.Record(ctx, e)
	if errors.Is(err, context.DeadlineExceeded) && x.ctx.Err() == nil {
		return nil
	}
	return err
}
