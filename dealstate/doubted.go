package dealstate

import (
	"sync/atomic"
	"time"
)

// doubted are the doubts about the order of the first so many events of a log. They never
// change; where an event came before others, there are none kept.
type doubted struct {
	events int
	doubts []Reason
}

// tied is what the tie check came to in one stretch. It never changes.
type tied struct {
	doubts          []Reason
	swapped, passed int
}

// tiedBox holds it, once it is known. Readers fill it; an edit of the log empties it.
type tiedBox = atomic.Pointer[tied]

// doubtsAsOfNow gives the doubts about all that is on record. They are kept until the
// next event; what the tie check came to in a stretch, until that or a later event of its
// last day is decided anew.
func (l *foldedLog) doubtsAsOfNow() []Reason {
	if !l.log.ties {
		return nil
	}
	if kept := l.doubted.Load(); kept != nil && kept.events == len(l.log.entries) {
		return kept.doubts
	}
	doubts, _ := l.findDoubts()
	l.doubted.Store(&doubted{events: len(l.log.entries), doubts: doubts})
	return doubts
}

// findDoubts runs the tie check, but for the stretches where it is known what that comes
// to, and says how many events it took.
func (l *foldedLog) findDoubts() (doubts []Reason, steps int) {
	f, row := l.now.spare(), 0
	defer l.machine.spares.Put(f)
	t := newTieCheck(f, l.log.entries)
	for i := 0; i < len(l.stretches) && len(f.doubts) < mostDoubts; i++ {
		s := &l.stretches[i]
		if s.tied == nil || !t.add(s.tied.Load()) {
			l.findDoubtsIn(s, row, t)
		}
		row += s.rows
	}
	t.end()
	return f.doubts, t.steps
}

// findDoubtsIn runs the tie check in a stretch that begins at a row, and keeps what it came
// to unless a bound was reached or a later event may still change it.
func (l *foldedLog) findDoubtsIn(s *stretch, row int, t *tieCheck) {
	t.f.from(s.from)
	was := tied{doubts: t.f.doubts, swapped: t.swapped, passed: t.passed}
	t.take(row, row+s.rows)
	over := l.log.entries[row+s.rows-1].at().Truncate(day).Add(day)
	final := !over.After(l.last) && !over.After(l.log.entries[len(l.log.entries)-1].at())
	if s.tied != nil && final && !t.isBound() {
		s.tied.Store(&tied{doubts: t.f.doubts[len(was.doubts):len(t.f.doubts):len(t.f.doubts)], swapped: t.swapped - was.swapped, passed: t.passed - was.passed})
	}
}

// isBound reports whether a bound was reached.
func (t *tieCheck) isBound() bool {
	return t.swapped > mostSwapped || t.passed > mostPassed || len(t.f.doubts) >= mostDoubts
}

// add takes over what the check came to in a stretch, unless a bound would be reached.
func (t *tieCheck) add(known *tied) bool {
	if known == nil {
		return false
	}
	swapped, passed, doubts := t.swapped, t.passed, t.f.doubts
	t.swapped, t.passed, t.f.doubts = swapped+known.swapped, passed+known.passed, append(doubts[:len(doubts):len(doubts)], known.doubts...)
	if t.isBound() {
		t.swapped, t.passed, t.f.doubts = swapped, passed, doubts
		return false
	}
	return true
}

// doubtAnew empties what is kept of the stretches before an entry that have events of its
// day: the tie check looks ahead up to the end of the day.
func (l *foldedLog) doubtAnew(e *entry) {
	at := l.stretchOf(e)
	for row := l.start(at); at > 0 && l.log.entries[row-1].isSameDay(e.at()); row -= l.stretches[at].rows {
		at--
		l.stretches[at].tied.Store(nil)
	}
}

// isSameDay reports whether an event is of the same day, in UTC.
func (in *entry) isSameDay(t time.Time) bool { return in.at().Truncate(day).Equal(t.Truncate(day)) }
