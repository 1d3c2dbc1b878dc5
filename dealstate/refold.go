package dealstate

import (
	"cmp"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// refold folds an edited log from the checkpoint before the first event on which the edit
// may change something, and no further than to where the deal stands again as it stood
// without the edit: from there on nothing can differ. To find that place it also folds the
// log as it is, in the stretches that the edit touches; elsewhere it compares at the
// checkpoints. The folded log stays as it is until the refold is accepted.
type refold struct {
	*foldedLog
	*edit
	voids   *voids
	changed []*entry // on which the edit changes something besides the entry put in
	until   time.Time
	points  []int // rows of the edited log at which the two may part, the first first
	now     *folding
	was     *folding    // of the log as it is
	differs bool        // now and was do not stand alike
	fresh   []rewritten // what becomes of the stretches that change, in their order
	on      decided     // the entry put in
	next    []decided   // what comes after all others: nil, unless that is where the entry put in stands alone
	steps   int         // events taken, for tests
}

// rewritten is what becomes of a stretch. At its head and its tail so many decisions are as
// they were; made stands in place of those between.
type rewritten struct {
	stretch    // but for its past
	at         int
	head, tail int
	made       []decided
}

// replaced are the decisions in whose place others stand.
func (c *rewritten) replaced(was history) []decided { return was.between(c.head, was.len()-c.tail) }

// whole is the past with what is made in it.
func (c *rewritten) whole(was history) history {
	n := was.len()
	return history{slices.Concat(was.between(0, c.head), c.made, was.between(n-c.tail, n))}
}

func (l *foldedLog) refold(ed *edit) *refold {
	r := &refold{foldedLog: l, edit: ed, now: l.now.spare(), was: l.now.spare()}
	r.voids, r.changed = ed.corrected(l.now.voids)
	r.until = r.newHorizon()
	r.now.voids, r.now.horizon, r.now.onRecord = r.voids, r.until, ed
	r.points = r.whereTheyPart()
	for len(r.points) > 0 && !r.differs {
		if row := r.points[0]; row == ed.at && row == len(l.log.entries) {
			r.foldNext()
		} else {
			r.foldFrom(r.stretchOf(ed.entry(row)))
		}
	}
	r.decideOnRetracts()
	l.machine.spares.Put(r.was)
	if !r.differs {
		l.machine.spares.Put(r.now)
	}
	return r
}

// newHorizon is the last instant of which the edited log speaks.
func (r *refold) newHorizon() time.Time {
	if r.out == nil || r.out.after(time.Time{}).Before(r.last) {
		return r.in.after(r.last)
	}
	last := r.in.after(time.Time{})
	at := r.stretchOf(r.out)
	for i := range r.stretches {
		if i != at {
			last = instant.Latest(last, r.stretches[i].ended)
		}
	}
	start := r.start(at)
	for _, e := range r.log.entries[start : start+r.stretches[at].rows] {
		if e != r.out {
			last = e.after(last)
		}
	}
	return last
}

// whereTheyPart lists the rows of the edited log at which something else may be decided:
// that of the entry put in, those of what the edit voids or revives, and those of plans
// that clocks reach only now, or no more. What a retract comes to changes nothing else, so
// retracts are decided on in the end.
func (r *refold) whereTheyPart() []int {
	rows := []int{r.at}
	for _, e := range r.changed {
		if e != r.in && !e.Kind.OfLog() {
			rows = append(rows, r.edit.row(r.log.row(e)))
		}
	}
	if plans := r.plansReached(); plans < r.edit.len() {
		for row := plans; row < r.edit.len(); row++ {
			rows = append(rows, row)
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

// plansReached gives the first row of the plans that the clocks of the edited log reach at
// another instant; without such, the number of rows. A plan is never asserted, so it
// changes nothing: while no clock is due, its decision is the same whatever the horizon.
func (r *refold) plansReached() int {
	n := len(r.log.entries)
	first := instant.Earliest(r.until, r.last)
	if r.until.Equal(r.last) || n == 0 || !r.log.entries[n-1].at().After(first) {
		return r.edit.len()
	}
	if next := r.foldedLog.now.nextClock(); r.until.After(r.last) && (next.clock == 0 || next.due.After(r.until)) {
		return r.edit.len()
	}
	row, _ := slices.BinarySearchFunc(r.log.entries, first, func(e *entry, first time.Time) int {
		if e.at().After(first) {
			return 1
		}
		return -1
	})
	return r.edit.row(row)
}

// foldNext folds the entry put in, which stands after all others, and before which nothing
// differs.
func (r *refold) foldNext() {
	r.now.situation.set(&r.foldedLog.now.situation)
	var made trail
	r.now.recorder = &made
	r.on = r.take(r.now, r.in)
	r.points, r.next, r.differs = nil, made.all, true
}

// foldFrom folds from the checkpoint of a stretch, one stretch after the other, until the
// two stand alike and no further stretch is begun.
func (r *refold) foldFrom(at int) {
	r.now.from(r.stretches[at].from)
	start := r.start(at)
	for ; at < len(r.stretches); at++ {
		s := &r.stretches[at]
		next := rewritten{at: at, stretch: stretch{from: s.from, rows: r.ends(start+s.rows) - r.starts(at, start), ended: s.ended}}
		if r.differs {
			next.from = r.now.saved()
		}
		if next.rows > 0 {
			next.first = r.entry(r.starts(at, start))
		}
		if r.parts(at, start) {
			r.foldBoth(at, start, &next)
		} else {
			r.foldOn(at, start, &next)
		}
		r.fresh = append(r.fresh, next)
		if start += s.rows; !r.differs {
			return
		}
	}
}

// starts gives the row at which a stretch starts in the edited log.
func (r *refold) starts(at, start int) int {
	if at == 0 {
		return 0
	}
	return r.edit.row(start)
}

// ends gives the row at which a stretch of the edited log ends, from that of the log.
func (r *refold) ends(end int) int {
	if end == len(r.log.entries) {
		return r.edit.len()
	}
	return r.edit.row(end)
}

// parts reports whether something else may be decided within a stretch.
func (r *refold) parts(at, start int) bool {
	end := start + r.stretches[at].rows
	return len(r.points) > 0 && r.points[0] < r.ends(end) || r.out != nil && start <= r.old && r.old < end
}

// foldOn folds a stretch in which the edit changes nothing but where it starts from.
func (r *refold) foldOn(at, start int, to *rewritten) {
	made := trail{all: make([]decided, 0, to.rows+numClocks)}
	r.now.recorder = &made
	for row := r.starts(at, start); row < r.starts(at, start)+to.rows; row++ {
		r.take(r.now, r.entry(row))
	}
	to.made = made.all
	passed := r.out == nil || start > r.old
	if at+1 < len(r.stretches) && passed {
		r.differs = !r.now.situation.same(r.stretches[at+1].from)
	}
}

// foldBoth folds a stretch of both logs. Where the two stand alike, what was decided stays.
func (r *refold) foldBoth(at, start int, to *rewritten) {
	b := both{refold: r, row: start, past: r.stretches[at].past, head: -1}
	if r.differs {
		r.was.from(r.stretches[at].from)
		b.part()
	} else {
		r.now.recorder = &b.decided
	}
	first := r.starts(at, start)
	for row := first; row < first+to.rows; row++ {
		if !r.differs && (len(r.points) == 0 || r.points[0] >= first+to.rows) {
			break
		}
		b.take(row)
	}
	if end := start + r.stretches[at].rows; r.differs && b.row < end { // the last one is left out
		r.take(r.was, r.log.entries[b.row])
		b.row++
		b.meet()
	}
	if to.head, to.made = b.head, b.made.all; !r.differs {
		to.tail = b.past.len() - b.kept
	}
	to.ended = r.endOf(to.ended, start, first, to.rows)
}

// endOf is the last instant of which a stretch of the edited log speaks.
func (r *refold) endOf(ended time.Time, start, first, rows int) time.Time {
	if r.out == nil {
		if r.at >= first && r.at < first+rows {
			return r.in.after(ended)
		}
		return ended
	}
	ended = time.Time{}
	for row := first; row < first+rows; row++ {
		ended = r.entry(row).after(ended)
	}
	return ended
}

func (r *refold) take(f *folding, e *entry) decided {
	r.steps++
	return f.take(e)
}

// both goes along one stretch in both logs.
type both struct {
	*refold
	row     int     // of the log as it is
	past    history // of this stretch
	decided tally   // of its decisions, how many the log as it is has come to
	kept    int     // of these, how many are in made, or were replaced there, or stand before it
	head    int     // of these, how many stand before made; -1: nothing is made yet
	made    trail   // in the edited log
}

// part begins to fold the two apart: was stands where the log as it is does.
func (b *both) part() {
	if b.head < 0 {
		b.head = int(b.decided)
	} else {
		b.made.all = append(b.made.all, b.past.between(b.kept, int(b.decided))...)
	}
	b.now.recorder, b.was.recorder, b.differs = &b.made, &b.decided, true
}

// take lets both take the entry of a row of the edited log.
func (b *both) take(row int) {
	e := b.entry(row)
	if len(b.points) > 0 && b.points[0] == row {
		if b.points = b.points[1:]; !b.differs {
			b.was.situation.set(&b.now.situation)
			b.part()
		}
	}
	d := b.refold.take(b.now, e)
	if e == b.in {
		b.on = d
		return
	}
	for old := (*entry)(nil); b.differs && old != e; b.row++ {
		old = b.log.entries[b.row]
		b.refold.take(b.was, old)
	}
	if !b.differs {
		b.row++
		return
	}
	b.meet()
}

// meet notes whether the two stand alike again.
func (b *both) meet() {
	if b.out != nil && b.row <= b.old || !b.now.situation.same(&b.was.situation) {
		return
	}
	b.differs, b.kept, b.now.recorder = false, int(b.decided), &b.decided
}

// decideOnRetracts decides anew on the retracts and notes that the edit changes, wherever
// that was not done on the way. They leave the situation alone, so nothing else is folded.
func (r *refold) decideOnRetracts() {
	changed := slices.DeleteFunc(slices.Clone(r.changed), func(e *entry) bool { return e == r.in || !e.Kind.OfLog() })
	slices.SortFunc(changed, (*entry).compare)
	r.now.recorder = &trail{} // for the reasons
	for changed = slices.Compact(changed); len(changed) > 0; {
		next := r.rewritten(r.stretchOf(changed[0]))
		made := slices.Concat(next.whole(r.stretches[next.at].past)...)
		for i := range made {
			if e := made[i].entry; len(changed) > 0 && e == changed[0] {
				made[i].outcome, made[i].why = r.now.decideOnLog(e)
				changed = changed[1:]
			}
		}
		next.made, next.head, next.tail = made, 0, 0
	}
}

// rewritten gives what becomes of a stretch, as far as that is known.
func (r *refold) rewritten(of int) *rewritten {
	i, known := slices.BinarySearchFunc(r.fresh, of, func(c rewritten, of int) int { return cmp.Compare(c.at, of) })
	if !known {
		r.fresh = slices.Insert(r.fresh, i, rewritten{stretch: r.stretches[of], at: of, head: r.stretches[of].past.len()})
	}
	return &r.fresh[i]
}

// revisions lists what the edit changes.
func (r *refold) revisions(then outlook) []Revision {
	var before, after []decided
	for i := range r.fresh {
		c := &r.fresh[i]
		before = append(before, c.replaced(r.stretches[c.at].past)...)
		after = append(after, c.made...)
	}
	added := r.in
	if r.out != nil {
		added = nil
		for i := range before {
			if before[i].entry == r.out {
				before[i].entry = r.in
			}
		}
	}
	revised := r.machine.revisions(append(before, r.foldedLog.tail...), slices.Concat(after, r.next, then.tail), added)
	if len(revised) > 0 {
		r.machine.markByTime(revised, r.tailUntil(r.foldedLog.now, r.until))
	}
	return revised
}

// outlook says how the deal goes on after the edited log.
func (r *refold) outlook() outlook {
	f := r.foldedLog.now
	if r.differs {
		f = r.now
	}
	return f.outlook(r.until)
}

// accept makes it so.
func (r *refold) accept(then outlook) {
	l := r.foldedLog
	for _, c := range slices.Backward(r.fresh) { // the last first, so that the other places hold
		if c.past = c.whole(l.stretches[c.at].past); l.stretches[c.at].tied != nil {
			c.tied = new(tiedBox)
		}
		if l.stretches[c.at] = c.stretch; c.rows == 0 {
			l.stretches = slices.Delete(l.stretches, c.at, c.at+1)
		}
	}
	l.stretches[len(l.stretches)-1].tied = nil
	if r.edit.accept(); r.next != nil {
		l.begin(r.in)
		l.keep(r.in, r.next)
	}
	if r.differs {
		l.adopt(r.now, then)
		l.now.move = (*Machine).moveByLooplab
	}
	l.now.voids, l.now.horizon, l.now.onRecord, l.outlook = r.voids.merged(), r.until, l.log, then
	l.doubted.Store(nil)
	for _, e := range append(r.changed, r.in) {
		l.doubtAnew(e)
	}
	for _, c := range slices.Backward(r.fresh) {
		l.split(c.at)
	}
}
