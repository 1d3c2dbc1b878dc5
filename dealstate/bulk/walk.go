package bulk

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// stands are where the deals of one shard stand: 8 bytes a deal, and more for the
// few that were folded.
type stands struct {
	spot     []uint16 // situation; gone: this deal must be folded
	revision []uint16
	moved    []uint32 // the row that brought it to its state; still: it never left the first. Of a deal that is gone, the first row not taken; then its place in folded
	folded   []folded
	states   [][]uint32 // by machine: the state of each situation
}

// folded is where the library says that a deal stands.
type folded struct {
	since    time.Time
	state    uint32
	revision int
}

const (
	gone  = math.MaxUint16
	still = math.MaxUint32
)

// walker takes the events of one shard after the other in the order in which they
// came, for one view.
type walker struct {
	l      *Log
	view   dealstate.View
	known  int64 // of the view, or the end of time
	until  int64
	autos  []*automaton // by machine; nil: not needed yet
	totals Totals       // of the deals that were folded
	s      *shard       // at hand
	st     *stands
	steps  []step   // scratch
	rows   []uint32 // scratch
	taken  []taken  // scratch
}

// taken is a row that a deal took, and the number of what is said of it.
type taken struct{ row, said uint32 }

// fill settles what the view leaves open, as the library does.
func fill(v dealstate.View) dealstate.View {
	if v.Policy == (dealstate.Policy{}) {
		v.Policy = dealstate.Strict
	}
	if v.AsOf.IsZero() {
		v.AsOf = v.KnownBy
	}
	return v
}

// bound is the view's instant for comparing with columns.
func bound(t time.Time) int64 {
	switch {
	case t.IsZero() || t.After(lastInstant):
		return math.MaxInt64
	case t.Before(firstInstant):
		return none
	}
	return t.UnixNano()
}

func newWalker(l *Log, v dealstate.View) *walker {
	v = fill(v)
	return &walker{l: l, view: v, known: bound(v.KnownBy), until: bound(v.AsOf), autos: make([]*automaton, len(l.machines)), totals: newTotals()}
}

// auto is the automaton of a machine, for this log.
func (w *walker) auto(machine uint32) *automaton {
	if w.autos[machine] == nil {
		a := w.l.agreements.borrow(w.l.machines[machine], w.view.Policy)
		a.attach(w.l.acts, w.l.refers)
		w.autos[machine] = a
	}
	return w.autos[machine]
}

func (w *walker) autoOf(local uint32) *automaton { return w.auto(w.l.machine[w.s.deal(local)]) }

// close gives the automata back.
func (w *walker) close() {
	for _, a := range w.autos {
		if a != nil {
			w.totals.countHits(a)
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
	return w.st, nil
}

// begin puts the deals at their start.
func (w *walker) begin(s *shard) {
	n := s.dealsIn(w.l)
	w.s, w.st = s, &stands{spot: make([]uint16, n), revision: make([]uint16, n), moved: make([]uint32, n+1)} // the last place of moved is nobody's
	late := s.lateDeals(w.l)
	for d := range n {
		w.st.revision[d], w.st.moved[d] = uint16(beginning.revision), still
		if late[d/64]>>(d%64)&1 == 1 || w.autoOf(uint32(d)).clocked {
			w.leave(uint32(d), 0)
		}
	}
}

// chunk takes the rows that the view sees.
func (w *walker) chunk(c *chunk, first uint32) {
	steps, rows := c.steps, everyRow[:len(c.steps)]
	if w.known != math.MaxInt64 || w.until != math.MaxInt64 {
		steps, rows = w.visible(c, first)
	}
	if len(w.autos) == 1 {
		w.race(w.autos[0], steps, rows, first)
		return
	}
	for i, p := range steps {
		w.take(p, first+rows[i])
	}
}

// everyRow counts the rows of a chunk.
var everyRow = func() (rows [chunkRows]uint32) {
	for i := range rows {
		rows[i] = uint32(i)
	}
	return rows
}()

// visible gives the rows that the view sees.
func (w *walker) visible(c *chunk, first uint32) ([]step, []uint32) {
	w.steps, w.rows = append(w.steps[:0], c.steps...), append(w.rows[:0], everyRow[:len(c.steps)]...)
	n := 0
	for i := range c.facts {
		f := &c.facts[i]
		w.steps[n], w.rows[n] = c.steps[i], uint32(i)
		if f.recorded <= w.known && f.at <= w.until {
			n++
		} else if f.recorded <= w.known && w.voids(c.steps[i]) {
			w.leave(c.steps[i].deal, first) // none of the chunk is taken yet
		}
	}
	return w.steps[:n], w.rows[:n]
}

// race is the loop that all the speed comes from: what it costs is one look-up an
// event. Whatever needs a second look, it leaves to take. A symbol that bears a
// mark, and any symbol of a deal that is gone, lies beyond the table, and one not
// looked at yet in its empty column.
func (w *walker) race(a *automaton, steps []step, rows []uint32, first uint32) {
	spots, moved, nobody := w.st.spot, w.st.moved, uint32(len(w.st.spot))
	symbols, table, shift, hits := a.symbol, a.table, a.shift, a.hits
	rows = rows[:len(steps)]
	for i, p := range steps {
		n := uint(spots[p.deal])<<shift + uint(symbols[p.act])
		if n >= uint(len(table)) || table[n].leads < leadFilled {
			w.take(p, first+rows[i])
			table, shift, hits = a.table, a.shift, a.hits
			continue
		}
		c := table[n]
		hits[c.said]++
		spots[p.deal] = uint16(c.leads)
		who := p.deal
		if c.leads&leadMoves == 0 { // without a jump, which nobody could predict
			who = nobody
		}
		moved[who] = first + rows[i]
		if raise := c.leads >> leadRaise & 3; raise != 0 {
			w.raise(p, uint16(raise), first+rows[i])
		}
	}
}

// raise puts a new revision on the deal, unless there are more than it can count.
func (w *walker) raise(p step, by uint16, row uint32) {
	if w.st.revision[p.deal] += by; w.st.revision[p.deal] > maxRevision {
		w.leave(p.deal, row+1)
	}
}

// take is one turn of the loop, for any row.
func (w *walker) take(p step, row uint32) {
	if w.st.spot[p.deal] == gone {
		return
	}
	a := w.autoOf(p.deal)
	here := place{spot: uint32(w.st.spot[p.deal]), revision: uint32(w.st.revision[p.deal])}
	c, known := a.step(&here, p.act, w.s.refs[row] != "")
	if !known {
		w.leave(p.deal, row)
		return
	}
	a.hits[c.said]++
	w.st.spot[p.deal], w.st.revision[p.deal] = uint16(here.spot), uint16(here.revision)
	if c.leads&leadMoves != 0 {
		w.st.moved[p.deal] = row
	}
}

// voids reports whether the row is a retract. It concerns what was recorded,
// so it holds as soon as it is known, whatever instant is looked at.
func (w *walker) voids(p step) bool { return w.l.acts[p.act].Kind == dealstate.Retract }

// leave marks a deal as one to be folded.
func (w *walker) leave(deal, row uint32) {
	if w.st.spot[deal] != gone {
		w.st.spot[deal], w.st.moved[deal] = gone, row
	}
}

// finish folds the deals that are gone.
func (w *walker) finish(ctx context.Context) error {
	for deal, spot := range w.st.spot {
		if spot != gone {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		w.takeBack(uint32(deal))
		if err := w.settle(w.s, uint32(deal), nil); err != nil {
			return err
		}
	}
	return nil
}

// takeBack uncounts what the walk counted before the deal proved to be one to
// fold.
func (w *walker) takeBack(deal uint32) {
	a, here := w.autoOf(deal), beginning
	for _, row := range w.s.rowsOf(w.l, deal) {
		if row >= w.st.moved[deal] {
			break
		}
		if w.sees(row) {
			c, _ := a.step(&here, w.s.step(row).act, w.s.refs[row] != "")
			a.hits[c.said]--
		}
	}
}

func (w *walker) sees(row uint32) bool {
	f := w.s.fact(row)
	return f.at <= w.until && f.recorded <= w.known
}

// settle puts the deal's rows in order and takes them, by the automaton if it
// knows, and else by a fold of the library's. Either each transition is told, or
// it is noted where the deal stands.
func (w *walker) settle(s *shard, deal uint32, tell func(Transition)) error {
	w.s = s
	a := w.autoOf(deal)
	if !a.clocked {
		if rows, whole := w.inOrder(deal); whole && w.quick(a, deal, rows, tell) {
			return nil
		}
	}
	return w.fold(a, deal, tell)
}

// inOrder sorts the rows that the view sees. They are not the whole story if
// a known retract lies beyond them.
func (w *walker) inOrder(deal uint32) (rows []uint32, whole bool) {
	w.rows = w.rows[:0]
	for _, row := range w.s.rowsOf(w.l, deal) {
		if w.sees(row) {
			w.rows = append(w.rows, row)
		} else if w.s.fact(row).recorded <= w.known && w.voids(w.s.step(row)) {
			return nil, false
		}
	}
	byFold := func(a, b uint32) int { return w.s.compare(a, b, w.l.numbered) }
	if !slices.IsSortedFunc(w.rows, byFold) {
		slices.SortFunc(w.rows, byFold)
	}
	return w.rows, true
}

// quick takes rows in order, and counts them only if the automaton knows of all.
func (w *walker) quick(a *automaton, deal uint32, rows []uint32, tell func(Transition)) bool {
	here, since := beginning, int64(none)
	w.taken = w.taken[:0]
	for _, row := range rows {
		c, known := a.step(&here, w.s.step(row).act, w.s.refs[row] != "")
		if !known {
			return false
		}
		if c.leads&leadMoves != 0 {
			since = w.s.fact(row).at
		}
		w.taken = append(w.taken, taken{row: row, said: c.said})
	}
	if tell == nil {
		for _, t := range w.taken {
			a.hits[t.said]++
		}
		w.put(deal, folded{since: instant(since), state: a.stateOf[here.spot], revision: int(here.revision)})
		return true
	}
	for _, t := range w.taken {
		if said := &a.said[t.said]; said.from != said.to {
			tell(w.l.transition(w.s, t.row, said))
		}
	}
	return true
}

// fold asks the library for the whole deal.
func (w *walker) fold(a *automaton, deal uint32, tell func(Transition)) error {
	snapshot, decisions, err := w.l.fold(w.s, deal, w.view)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		if tell == nil {
			said := saidOf(d)
			w.totals.count(&said, 1, d.Event == "")
		} else if d.From != d.To {
			tell(transitionOf(d))
		}
	}
	if tell == nil {
		w.put(deal, folded{since: snapshot.Since, state: a.stateIndex(snapshot.State), revision: snapshot.Revision})
	}
	return nil
}

func (w *walker) put(deal uint32, f folded) {
	w.st.moved[deal] = uint32(len(w.st.folded))
	w.st.folded = append(w.st.folded, f)
}
