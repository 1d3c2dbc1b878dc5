package bulk

import (
	"context"
	"math"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// walker takes the events of one shard after the other in the order in which they
// came, for one view.
type walker struct {
	l    *Log
	view dealstate.View
	sight
	autos     []*automaton // by machine; nil: not needed yet
	tally     tally        // of decisions
	totals    Totals       // of deals; of decisions too when it is closed
	followers []*follower  // by machine; nil: not needed yet
	s         *shard       // at hand
	st        *stands
	raced     uint64   // rows, since the hits were counted
	hands     []hands  // by deal, if some have clocks
	steps     []step   // scratch
	rows      []uint32 // scratch
	course    course   // scratch
}

func newWalker(l *Log, v dealstate.View) *walker {
	v = fill(v)
	return &walker{l: l, view: v, sight: sightOf(v), autos: make([]*automaton, len(l.machines)), followers: make([]*follower, len(l.machines)), totals: newTotals()}
}

// auto is the automaton of a machine, for this log.
func (w *walker) auto(machine uint32) *automaton {
	if w.autos[machine] == nil {
		a := w.l.agreements.borrow(w.l.machines[machine], w.view.Policy)
		a.attach(w.view, w.l.acts, w.l.refers, len(w.l.machines) == 1)
		w.autos[machine] = a
	}
	return w.autos[machine]
}

func (w *walker) autoOf(local uint32) *automaton {
	if len(w.autos) == 1 {
		return w.auto(0)
	}
	return w.auto(w.l.machine[w.s.deal(local)])
}

func (w *walker) countHits() {
	for _, a := range w.autos {
		if a != nil {
			w.tally.countHits(a)
		}
	}
}

// close gives the automata back.
func (w *walker) close() {
	w.countHits()
	w.tally.addTo(&w.totals)
	for _, a := range w.autos {
		if a != nil {
			w.l.agreements.giveBack(a)
		}
	}
}

// walk takes every row of a shard, once. A deal whose rows are out of order, or of
// which the automaton does not know, is gone from there on, and folded at the end.
func (w *walker) walk(ctx context.Context, s *shard) (*stands, error) {
	w.begin(s)
	for n := range s.chunks {
		if n%64 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		w.chunk(&s.chunks[n], uint32(n<<chunkBits))
	}
	if err := w.finish(ctx); err != nil {
		return nil, err
	}
	w.st.states = make([][]uint32, len(w.autos))
	for n, a := range w.autos {
		if a != nil {
			w.st.states[n] = a.stateOf
		}
	}
	w.countStates()
	return w.st, nil
}

func (w *walker) countStates() {
	counts := make([][]int64, len(w.l.states))
	for n, states := range w.l.states {
		counts[n] = make([]int64, len(states))
	}
	for deal := range uint32(len(w.st.at)) {
		if !w.st.isSeen(deal) {
			w.totals.Unseen++
			continue
		}
		machine := uint32(0)
		if len(counts) > 1 {
			machine = w.l.machine[w.s.deal(deal)]
		}
		state, _ := w.st.state(deal, machine)
		counts[machine][state]++
		w.totals.Deals++
	}
	for n, states := range w.l.states {
		for i, count := range counts[n] {
			if count > 0 {
				w.totals.States[states[i]] += count
			}
		}
	}
}

// begin puts the deals at their start.
func (w *walker) begin(s *shard) {
	n := s.dealsIn(w.l)
	w.s, w.st = s, &stands{at: slices.Repeat([]stand{standOf(beginning, still)}, n)}
	if !w.seesAll() {
		w.st.seen = make([]uint64, (n+63)/64)
	}
	if !w.areAlike() {
		for d := range uint32(n) {
			w.beginOne(d)
		}
	}
	if w.raced += uint64(s.len()); w.raced > math.MaxUint32/2 { // a cell may be visited twice a row
		w.countHits()
		w.raced = uint64(s.len())
	}
}

func (w *walker) beginOne(deal uint32) {
	a := w.autoOf(deal)
	if a.clocked {
		w.set(deal, a)
	}
	if w.s.isLate(deal) || !a.knows {
		w.leave(deal, 0)
	}
}

// areAlike reports whether no deal of the shard begins otherwise than the others.
func (w *walker) areAlike() bool {
	return len(w.autos) == 1 && len(w.s.late) == 0 && w.auto(0).knows && !w.auto(0).clocked
}

// set sets the clocks of a deal that begins.
func (w *walker) set(deal uint32, a *automaton) {
	if w.st.since == nil {
		n := len(w.st.at)
		w.st.since, w.hands = slices.Repeat([]int64{none}, n), append(w.hands[:0], make([]hands, n)...)
	}
	w.hands[deal] = a.hands()
}

// chunk takes the rows that the view sees.
func (w *walker) chunk(c *chunk, row uint32) {
	steps := c.steps
	if !w.seesAll() {
		steps = w.visible(c, row)
	}
	for i := 0; i < len(steps); i++ {
		if len(w.autos) == 1 && !w.auto(0).clocked {
			if i += race(w.st.at, w.auto(0), steps[i:], row+uint32(i)); i == len(steps) {
				return
			}
		}
		w.take(steps[i], row+uint32(i))
	}
}

// visible gives the steps of a chunk, those idle that the view does not see.
func (w *walker) visible(c *chunk, row uint32) []step {
	w.steps = append(w.steps[:0], c.steps...)
	for i := range c.facts {
		f, p := &c.facts[i], &w.steps[i]
		if f.recorded <= w.known && f.at > w.until && w.voids(*p) {
			w.leave(p.deal, row) // none of the chunk is taken yet
		}
		if w.sees(f) {
			w.st.seen[p.deal/64] |= 1 << (p.deal % 64)
		} else {
			p.act = uint32(len(w.l.acts))
		}
	}
	return w.steps
}

// race is the loop that all the speed comes from: what it costs is one look-up an
// event. It stops before a step that needs a second look, and says how many it took.
// A symbol that bears a mark or was not looked at yet lies beyond the table, and the
// cells of a deal that is gone are empty. The revision cannot overflow: a deal
// with so many is late from the start.
func race(stands []stand, a *automaton, steps []step, row uint32) (taken int) {
	columns, table := a.columns, a.table
	at := stand(row) << 32
	for i, p := range steps {
		s := stands[p.deal]
		n := uint(columns[p.act]) + uint(s&0xffff)
		if n >= uint(len(table)) || table[n].leads < leadFilled {
			return i
		}
		leads := table[n].leads
		table[n].hits++
		s = s&^0xffff + stand(leads&(leadSpot|leadRaise))
		if moved := stand(uint32(s)) | at; leads&leadMoves != 0 {
			s = moved
		}
		stands[p.deal] = s
		at += 1 << 32
	}
	return len(steps)
}

// take is one turn of the loop, for any row.
func (w *walker) take(p step, row uint32) {
	s := &w.st.at[p.deal]
	if s.isGone() || p.act == uint32(len(w.l.acts)) {
		return
	}
	a := w.autoOf(p.deal)
	if w.st.since != nil && a.clocked {
		w.takeTimed(a, p, row)
		return
	}
	here := s.place()
	n, known := a.move(&here, p.act, w.s.refs[row] != "")
	if !known {
		w.leave(p.deal, row)
		return
	}
	a.table[n].hits++
	if a.moves(n) {
		*s = standOf(here, row)
	} else {
		*s = standOf(here, s.row())
	}
}

// takeTimed takes a row of a deal that has clocks.
func (w *walker) takeTimed(a *automaton, p step, row uint32) {
	c := &w.course
	c.place, c.hands, c.row, c.visits = w.st.at[p.deal].place(), w.hands[p.deal], row, c.visits[:0]
	if !a.take(c, p.act, w.s.fact(row).at, w.s.refs[row] != "") {
		w.leave(p.deal, row)
		return
	}
	w.stay(p.deal, a)
}

// stay has a deal with clocks stand where its course ends.
func (w *walker) stay(deal uint32, a *automaton) {
	c := &w.course
	for _, v := range c.visits {
		n := a.cell(v)
		a.table[n].hits++
		if a.moves(n) {
			w.st.since[deal] = v.at
		}
	}
	w.st.at[deal], w.hands[deal] = standOf(c.place, still), c.hands
}

// voids reports whether the row is a retract. It concerns what was recorded,
// so it holds as soon as it is known, whatever instant is looked at.
func (w *walker) voids(p step) bool { return w.l.acts[p.act].Kind == dealstate.Retract }

// leave marks a deal as one to be folded.
func (w *walker) leave(deal, row uint32) {
	if s := &w.st.at[deal]; !s.isGone() {
		*s = standOf(place{spot: gone}, row)
	}
}

// finish lets the last clocks run, and folds the deals that are gone.
func (w *walker) finish(ctx context.Context) error {
	for deal := range w.st.at {
		if !w.st.isSeen(uint32(deal)) {
			continue
		}
		if w.st.since != nil && !w.st.at[deal].isGone() {
			w.runOut(uint32(deal))
		}
		s := w.st.at[deal]
		if !s.isGone() {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		w.takeBack(uint32(deal), s.row())
		if err := w.settle(w.s, uint32(deal), nil); err != nil {
			return err
		}
	}
	return nil
}

// runOut lets the clocks of a deal run up to the instant of the view.
func (w *walker) runOut(deal uint32) {
	a, c := w.autoOf(deal), &w.course
	if !a.clocked {
		return
	}
	c.place, c.hands, c.row, c.visits = w.st.at[deal].place(), w.hands[deal], still, c.visits[:0]
	if !a.advance(c, w.end(deal)) {
		w.leave(deal, still)
		return
	}
	w.stay(deal, a)
}

// end is the instant to which a deal's clocks run.
func (w *walker) end(deal uint32) int64 {
	if w.view.AsOf.IsZero() {
		return w.s.lastOf(w.l, deal)
	}
	return w.until
}

// takeBack uncounts what the walk counted before the deal proved to be one to
// fold.
func (w *walker) takeBack(deal, until uint32) {
	a, c := w.autoOf(deal), &w.course
	a.begin(c)
	for _, row := range w.s.rowsOf(w.l, deal) {
		if row >= until {
			break
		}
		if w.sees(w.s.fact(row)) {
			a.take(c, w.s.step(row).act, w.s.fact(row).at, w.s.refs[row] != "")
		}
	}
	for _, v := range c.visits {
		a.table[a.cell(v)].hits--
	}
}
