package tracker

import (
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Change is what one entry of the journal did to a deal, or what time did to it at one
// instant. Changes share their decisions: read them, and copy them before changing any.
//
// An event that is dated in the future is told twice: when it is recorded, with what it
// will do, and when its instant has come.
type Change struct {
	Place     Place                // behind this change: a watcher from here is told what comes after it
	Deal      string               // its id
	Entry     journal.Entry        // the event or the agreement; its Position is 0 where time did it
	Decisions []dealstate.Decision // what is decided and was not before: on the event first, then what else follows
	Revised   []dealstate.Revision // earlier decisions that have changed; a zero Now: it fell away
	From, To  dealstate.State      // where the deal stands, before and after; From is "" for a new deal
}

// isEmpty reports whether there is nothing to tell.
func (c *Change) isEmpty() bool {
	return c.Entry.Position == 0 && len(c.Decisions)+len(c.Revised) == 0 && c.From == c.To
}

// weight is how much of the ring the change takes.
func (c *Change) weight() int { return 1 + len(c.Decisions) + 2*len(c.Revised) }

// subject is what was decided on: an event, or a clock at an instant.
type subject struct {
	event, party, commitment, timer string
	clock                           dealstate.Clock
	seconds                         int64
	nanos                           int
}

func subjectOf(d *dealstate.Decision) subject {
	if d.Clock == 0 {
		return subject{event: d.Event}
	}
	return subject{party: d.Party, commitment: d.Commitment, timer: d.Timer, clock: d.Clock, seconds: d.At.Unix(), nanos: d.At.Nanosecond()}
}

// isNone reports whether it is the zero side of a revision.
func isNone(d *dealstate.Decision) bool { return d.Kind == 0 && d.Clock == 0 }

func same(a, b *dealstate.Decision) bool {
	return a.Outcome == b.Outcome && a.Rule == b.Rule && a.From == b.From && a.To == b.To && a.Revision == b.Revision && slices.Equal(a.Reasons, b.Reasons)
}

// tell adds what was and what is now to the change.
func (c *Change) tell(was, now dealstate.Decision) {
	switch {
	case isNone(&was) && isNone(&now):
	case isNone(&was):
		c.Decisions = append(c.Decisions, now)
	case isNone(&now) || !same(&was, &now):
		c.Revised = append(c.Revised, dealstate.Revision{Was: was, Now: now})
	}
}

// compare tells how two foldings of a deal differ.
func (c *Change) compare(before, after []dealstate.Decision) {
	was := bySubject(before)
	for _, now := range after {
		of := subjectOf(&now)
		c.tell(was[of], now)
		delete(was, of)
	}
	for _, old := range before {
		if _, left := was[subjectOf(&old)]; left {
			c.tell(old, dealstate.Decision{})
		}
	}
}

// merge tells what an event did that was decided on at once: the revisions cover what
// there was up to the last instant on record, and before and after are what clocks did
// after that instant, as it was and as it is now.
func (c *Change) merge(revised []dealstate.Revision, before, after []dealstate.Decision) {
	was, now := bySubject(before), bySubject(after)
	for _, r := range revised {
		of := subjectOf(&r.Now)
		if isNone(&r.Now) {
			of = subjectOf(&r.Was)
			r.Now = now[of]
		}
		if isNone(&r.Was) {
			r.Was = was[of]
		}
		c.tell(r.Was, r.Now)
		delete(was, of)
		delete(now, of)
	}
	for _, d := range after {
		of := subjectOf(&d)
		if _, left := now[of]; left {
			c.tell(was[of], d)
			delete(was, of)
		}
	}
	for _, d := range before {
		if _, left := was[subjectOf(&d)]; left {
			c.tell(d, dealstate.Decision{})
		}
	}
}

func bySubject(all []dealstate.Decision) map[subject]dealstate.Decision {
	if len(all) == 0 {
		return nil
	}
	by := make(map[subject]dealstate.Decision, len(all))
	for _, d := range all {
		by[subjectOf(&d)] = d
	}
	return by
}

// later gives the later of two instants.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
