package bulk

import (
	"context"
	"math"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lazydfa"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
)

// replayer replays the shards of a log one after the other, for one view. It takes a deal
// in one of three ways:
//
//   - the fast loops, [lazydfa.DFA.Run] and its like: whatever is one look-up;
//   - the stepper, [lazydfa.Stepper]: whatever else the DFA knows;
//   - the library: the rest (library.go).
//
// Each goroutine has its own, and closes it at the end.
type replayer struct {
	l    *Log
	view dealstate.View
	viewBounds
	dfas     []*lazydfa.DFA // by machine; nil: not needed yet
	counters counters       // of decisions
	totals   Totals         // of deals; of decisions too when it is closed
	cursors  []*cursor      // by machine; nil: not needed yet

	s         *shard // at hand
	states    *dealStates
	deals     lazydfa.Deals
	uncounted uint64 // rows whose hits may not have been counted yet

	inputs  []lazydfa.Input // scratch
	room    lazydfa.Timers  // of all deals' timers, used again for the next shard
	rows    []uint32        // scratch
	stepper lazydfa.Stepper // scratch
}

func newReplayer(l *Log, v dealstate.View) *replayer {
	v = withDefaults(v)
	return &replayer{l: l, view: v, viewBounds: boundsOf(v), dfas: make([]*lazydfa.DFA, len(l.machines)),
		cursors: make([]*cursor, len(l.machines)), totals: newTotals()}
}

// dfa gives the DFA of a machine, for this log.
func (r *replayer) dfa(machine uint32) *lazydfa.DFA {
	if r.dfas[machine] == nil {
		m := r.l.machines[machine]
		d := r.l.agreements.pool.Get(m, r.view.Policy)
		d.Attach(r.view, lazydfa.Log{ID: r.l.number, Event: r.l.templates(m), Statements: len(r.l.statements), Refers: r.l.refers, LeavesLater: r.l.leavesLater, Dense: r.l.isDense()})
		r.dfas[machine] = d
	}
	return r.dfas[machine]
}

func (r *replayer) dfaOf(local uint32) *lazydfa.DFA {
	if len(r.dfas) == 1 {
		return r.dfa(0)
	}
	return r.dfa(r.l.machine[r.s.deal(local)])
}

func (r *replayer) takeHits() {
	for _, d := range r.dfas {
		if d != nil {
			d.TakeHits(r.counters.count)
		}
	}
}

// close gives the DFAs back.
func (r *replayer) close() {
	r.takeHits()
	r.counters.addTo(&r.totals)
	for _, d := range r.dfas {
		if d != nil {
			r.l.agreements.pool.Put(d)
		}
	}
}

// shard takes every row of a shard, once, in order of arrival. A deal whose rows are out
// of order, or which the DFA does not know, leaves the table there, and is replayed
// alone at the end.
func (r *replayer) shard(ctx context.Context, s *shard) (*dealStates, error) {
	r.begin(s)
	for n := range s.chunks {
		if n%64 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r.chunk(&s.chunks[n], uint32(n<<chunkBits))
	}
	if err := r.finish(ctx); err != nil {
		return nil, err
	}
	r.states.situations = make([][]uint32, len(r.dfas))
	for n, d := range r.dfas {
		if d != nil {
			r.states.situations[n] = d.Situations()
		}
	}
	r.countStates()
	return r.states, nil
}

// begin puts the deals at their beginning.
func (r *replayer) begin(s *shard) {
	n := s.dealsIn(r.l)
	r.s, r.states = s, &dealStates{at: slices.Repeat([]lazydfa.DealState{lazydfa.Beginning.Pack(lazydfa.NoRow)}, n)}
	r.deals = lazydfa.Deals{States: r.states.at}
	if len(r.dfas) > 1 {
		r.deals.DFAs = make([]*lazydfa.DFA, n)
		for deal := range r.deals.DFAs {
			r.deals.DFAs[deal] = r.dfaOf(uint32(deal))
		}
	}
	r.setTimers(n)
	if len(r.dfas) != 1 || len(s.late) > 0 || !r.dfa(0).Knows() { // of a log without a deal there is none
		for deal := range uint32(n) {
			if s.isLate(deal) || !r.dfaOf(deal).Knows() {
				r.leave(deal, 0)
			}
		}
	}
	if r.uncounted += uint64(s.len()); r.uncounted > math.MaxUint32/2 { // a row may hit a cell twice
		r.takeHits()
		r.uncounted = uint64(s.len())
	}
}

// setTimers sets the timers of all deals, if some have any.
func (r *replayer) setTimers(deals int) {
	places := 0
	if len(r.dfas) == 1 {
		places = deals * r.dfa(0).TimersADeal()
	} else {
		for _, d := range r.deals.DFAs {
			places += d.TimersADeal()
		}
	}
	if places == 0 {
		return
	}
	r.room = slices.Grow(r.room[:0], places)
	r.deals.Timers, r.deals.Soonest = make([]lazydfa.Timers, deals), make([]int64, deals)
	r.states.since = slices.Repeat([]int64{nanos.None}, deals)
	r.deals.Since = r.states.since
	for deal := range r.deals.Timers {
		from := len(r.room)
		r.room = r.dfaOf(uint32(deal)).AppendTimers(r.room)
		r.deals.Timers[deal] = r.room[from:]
		r.deals.Soonest[deal] = r.deals.Timers[deal].Soonest()
	}
}

// chunk takes the rows that the view sees.
func (r *replayer) chunk(c *chunk, row uint32) {
	inputs := c.inputs
	if !r.seesAll() {
		switch r.sight(r.s.spanOf(row), r.l.refers) {
		case sightOfNone:
			return
		case sightOfSome:
			inputs = r.visible(c, row)
		}
	}
	for i := 0; i < len(inputs); i++ {
		if i += r.run(inputs[i:], c.at[i:], row+uint32(i)); i < len(inputs) {
			r.step(inputs[i], row+uint32(i))
		}
	}
}

// run takes what the fast loops can, from a row on.
func (r *replayer) run(inputs []lazydfa.Input, at []int64, row uint32) (taken int) {
	switch {
	case len(r.dfas) > 1:
		return lazydfa.RunEach(&r.deals, inputs, at, row)
	case r.deals.Timers != nil:
		return r.dfas[0].RunTimed(&r.deals, inputs, at)
	}
	return r.dfa(0).Run(r.deals.States, inputs, row)
}

// visible gives the inputs of a chunk, those idle that the view does not see.
func (r *replayer) visible(c *chunk, row uint32) []lazydfa.Input {
	r.inputs = append(r.inputs[:0], c.inputs...)
	inputs, idle := r.inputs[:len(c.at)], r.idle()
	for i, at := range c.at {
		if !r.sees(at, c.recorded[i]) {
			if r.l.refers && c.recorded[i] <= r.knownBy && r.voids(inputs[i]) {
				r.leave(inputs[i].Deal, row) // none of the chunk is taken yet
			}
			inputs[i].Statement = idle
		}
	}
	return inputs
}

// idle is the statement that the DFA takes for none.
func (r *replayer) idle() uint32 { return uint32(len(r.l.statements)) }

// step takes one row that no fast loop does.
func (r *replayer) step(in lazydfa.Input, row uint32) {
	if r.states.at[in.Deal].IsOutside() || in.Statement == r.idle() {
		return
	}
	d := r.dfaOf(in.Deal)
	r.load(in.Deal, d)
	if !r.take(d, in.Statement, row) {
		r.leave(in.Deal, row)
		return
	}
	r.keep(in.Deal, d)
}

// load has the stepper go on with a deal.
func (r *replayer) load(deal uint32, d *lazydfa.DFA) {
	var timers lazydfa.Timers
	if d.Timed() {
		timers = r.deals.Timers[deal]
	}
	r.stepper.Load(d, r.states.at[deal].Position(), timers)
}

// take has the stepper take a row.
func (r *replayer) take(d *lazydfa.DFA, statement, row uint32) (known bool) {
	at := int64(nanos.None)
	if d.Timed() {
		at = r.s.at(row)
	}
	r.stepper.Row = row
	return r.stepper.Take(statement, at, r.l.hasMore(r.s, row))
}

// keep leaves a deal where the stepper brought it.
func (r *replayer) keep(deal uint32, d *lazydfa.DFA) {
	s := &r.stepper
	s.Count()
	row := r.states.at[deal].Row()
	switch {
	case s.Moved && d.Timed():
		r.states.since[deal] = s.Since
	case s.Moved:
		row = s.SinceRow
	}
	r.states.at[deal] = s.Position.Pack(row)
	if d.Timed() {
		copy(r.deals.Timers[deal], s.Timers)
		r.deals.Soonest[deal] = s.Timers.Soonest()
	}
}

// voids reports whether the row is a retract. It concerns what was recorded,
// so it holds as soon as it is known, whatever instant is looked at.
func (r *replayer) voids(in lazydfa.Input) bool {
	return r.l.statements[in.Statement].Kind == dealstate.Retract
}

// leave takes a deal out of the table, before the row.
func (r *replayer) leave(deal, row uint32) {
	if s := &r.states.at[deal]; !s.IsOutside() {
		*s = lazydfa.Outside(row)
	}
}

// finish lets the last clocks come due, and replays the deals outside the table.
func (r *replayer) finish(ctx context.Context) error {
	r.noteSeen()
	for deal := range uint32(len(r.states.at)) {
		if !r.states.isSeen(deal) {
			continue
		}
		if r.deals.Timers != nil && !r.states.at[deal].IsOutside() && r.deals.Soonest[deal] <= r.end(deal) {
			r.advance(deal)
		}
		s := r.states.at[deal]
		if !s.IsOutside() {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		r.takeBack(deal, s.Row())
		if err := r.deal(deal, nil); err != nil {
			return err
		}
	}
	return nil
}

// noteSeen notes of which deals the view sees an event: those that are no longer at their
// beginning.
func (r *replayer) noteSeen() {
	if r.seesAll() {
		return
	}
	r.states.seen = make([]uint64, (len(r.states.at)+63)/64)
	for n, at := range r.states.at {
		deal := uint32(n)
		if !at.IsBeginning() && !at.IsOutside() || at.IsOutside() && r.seesAny(r.s, r.s.rowsOf(r.l, deal)) {
			r.states.seen[deal/64] |= 1 << (deal % 64)
		}
	}
}

// advance lets the clocks of a deal come due up to the instant of the view.
func (r *replayer) advance(deal uint32) {
	d := r.dfaOf(deal)
	r.load(deal, d)
	r.stepper.Row = lazydfa.NoRow
	if !r.stepper.Advance(r.end(deal)) {
		r.leave(deal, lazydfa.NoRow)
		return
	}
	r.keep(deal, d)
}

// end is the instant up to which a deal's clocks run.
func (r *replayer) end(deal uint32) int64 {
	if r.view.AsOf.IsZero() {
		return r.s.lastOf(r.l, deal)
	}
	return r.asOf
}

// takeBack uncounts what was counted before the deal left the table at a row.
func (r *replayer) takeBack(deal, row uint32) {
	d := r.dfaOf(deal)
	r.stepper.Begin(d)
	for _, n := range r.s.rowsOf(r.l, deal) {
		if n >= row {
			break
		}
		if r.sees(r.s.at(n), r.s.recorded(n)) {
			r.take(d, r.s.input(n).Statement, n)
		}
	}
	r.stepper.Uncount()
}

func (r *replayer) countStates() {
	counts := make([][]int64, len(r.l.states))
	for n, states := range r.l.states {
		counts[n] = make([]int64, len(states))
	}
	for deal := range uint32(len(r.states.at)) {
		if !r.states.isSeen(deal) {
			r.totals.Unseen++
			continue
		}
		machine := uint32(0)
		if len(counts) > 1 {
			machine = r.l.machine[r.s.deal(deal)]
		}
		state, _ := r.states.state(deal, machine)
		counts[machine][state]++
		r.totals.Deals++
	}
	for n, states := range r.l.states {
		for i, count := range counts[n] {
			if count > 0 {
				r.totals.States[states[i]] += count
			}
		}
	}
}
