package dealstate

import (
	"slices"
	"sort"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/bitset"
)

// stretch is a part of a log, from one checkpoint to the next, with what was decided in it.
// A short log is one stretch. A [foldedLog] owns its stretches; what a stretch holds never
// changes, but for the last one, which grows.
type stretch struct {
	first *entry     // its first event; nil: the log's
	from  *situation // the checkpoint: where the deal stood before its first event; nil: at the beginning
	past  history
	rows  int       // how many events it holds
	ended time.Time // the last instant of which they speak
	tied  *tiedBox  // what the tie check came to in it; nil: it is the last one
}

// begin opens the next stretch with an event, where the last one is long enough. The first
// is twice as long as the others: a shorter log has no checkpoint.
func (l *foldedLog) begin(first *entry) {
	last, spacing := &l.stretches[len(l.stretches)-1], l.machine.spacing
	if last.rows < spacing || len(l.stretches) == 1 && last.rows < 2*spacing {
		return
	}
	last.tied = new(tiedBox)
	last.past.trim()
	l.stretches = append(l.stretches, stretch{first: first, from: l.now.saved(), past: history{make([]decided, 0, spacing/4)}})
}

// keep notes what was decided at the end of the log.
func (l *foldedLog) keep(in *entry, made []decided) {
	last := &l.stretches[len(l.stretches)-1]
	last.past.add(made...)
	last.rows++
	last.ended = in.after(last.ended)
}

// stretchOf gives the place of the stretch in which an entry stands, or would.
func (l *foldedLog) stretchOf(of *entry) int {
	return sort.Search(len(l.stretches)-1, func(i int) bool { return l.stretches[i+1].first.compare(of) > 0 })
}

// start gives the row of a stretch's first event.
func (l *foldedLog) start(of int) int {
	if of == 0 {
		return 0
	}
	return l.log.row(l.stretches[of].first)
}

// split puts a checkpoint into a stretch that has grown to more than twice the spacing.
func (l *foldedLog) split(of int) {
	if of >= len(l.stretches) || l.stretches[of].rows < 2*l.machine.spacing {
		return
	}
	s, half := l.stretches[of], l.stretches[of].rows/2
	f, start := l.now.spare(), l.start(of)
	defer l.machine.spares.Put(f)
	f.from(s.from)
	var decisions tally
	f.recorder = &decisions
	first, second := s, stretch{first: l.log.entries[start+half], rows: s.rows - half}
	for _, e := range l.log.entries[start : start+half] {
		f.take(e)
	}
	if second.from = f.saved(); s.tied != nil {
		second.tied = new(tiedBox)
	}
	first.past, second.past = history{s.past.between(0, int(decisions))}, history{s.past.between(int(decisions), s.past.len())}
	first.tied, first.rows, first.ended = new(tiedBox), half, lastOf(l.log.entries[start:start+half])
	second.ended = lastOf(l.log.entries[start+half : start+s.rows])
	l.stretches = slices.Insert(l.stretches, of+1, second)
	l.stretches[of] = first
}

// lastOf is the last instant of which entries speak.
func lastOf(entries []*entry) (last time.Time) {
	for _, e := range entries {
		last = e.after(last)
	}
	return last
}

// from goes to a checkpoint; nil: to the beginning.
func (f *folding) from(to *situation) {
	if to == nil {
		f.situation.reset()
	} else {
		f.situation.set(to)
	}
}

// saved copies a situation into as little memory as it takes. What was not used is not
// kept, so nothing can be folded on it: [situation.set] takes it over into one that can.
func (s *situation) saved() *situation {
	c := *s
	sets := []*bitset.Set{&c.approved, &c.rejected, &c.performed, &c.signed, &c.applied, &c.suspended, &c.held}
	words := 0
	for _, set := range sets {
		words += len(*set)
	}
	room := make(bitset.Set, 0, words)
	for _, set := range sets {
		begin := len(room)
		room = append(room, *set...)
		*set = room[begin:len(room):len(room)]
	}
	reports := append(append(make([]*entry, 0, len(c.nearest)+len(c.denied)), c.nearest...), c.denied...)
	c.nearest, c.denied = reports[:len(c.nearest):len(c.nearest)], reports[len(c.nearest):]
	c.acts, c.records, c.timers, c.leaving = slices.Clone(c.acts), slices.Clone(c.records), slices.Clone(c.timers), slices.Clone(c.leaving)
	c.disputes, c.warnings, c.scratch = s.disputes.copied(), s.warnings.copied(), nil
	return &c
}
