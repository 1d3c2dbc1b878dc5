package bulk

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// stand is where one deal stands: 32 bytes.
type stand struct {
	at       int64  // of the event last taken; gone: this deal must be folded
	since    int64  // when it came to its state; none: it never left the first
	last     uint32 // the row last taken; of a deal that is gone, the first row not taken
	spot     uint32 // situation; of a deal that was folded, its state
	revision int32
	machine  uint32
}

const gone = math.MaxInt64

// walker takes events in the order in which they came, for a range of deals
// and one view.
type walker struct {
	l       *Log
	view    dealstate.View
	known   int64 // of the view, or the end of time
	until   int64
	autos   []*automaton // by machine
	stands  []stand      // of all deals; the walker touches its own only
	totals  Totals       // of the deals that were folded
	visited []uint64     // scratch
	sorted  []uint32     // scratch
	late    map[uint32]time.Time
}

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

func newWalker(l *Log, v dealstate.View, stands []stand) *walker {
	v = fill(v)
	return &walker{l: l, view: v, known: bound(v.KnownBy), until: bound(v.AsOf), autos: l.borrow(v.Policy),
		stands: stands, totals: newTotals(), late: map[uint32]time.Time{}}
}

// begin puts a range of deals at their start.
func (w *walker) begin(from, to uint32) {
	for d := from; d < to; d++ {
		n := w.l.machine[d]
		w.stands[d] = w.start(n)
		if w.autos[n].clocked {
			w.stands[d].at = gone
		}
	}
}

func (w *walker) start(machine uint32) stand {
	return stand{at: none, since: none, revision: 1, machine: machine}
}

const stride = 1 << 16 // rows between two looks at the context

// walk takes every row of the range of deals, once. A deal whose rows prove to
// be out of order, or of which the automaton does not know, is gone from there
// on.
func (w *walker) walk(ctx context.Context, from, to uint32) error {
	w.begin(from, to)
	for first := 0; first < len(w.l.deal); first += stride {
		if err := ctx.Err(); err != nil {
			return err
		}
		w.rows(first, min(first+stride, len(w.l.deal)), from, to)
	}
	return nil
}

// rows takes some rows for the range of deals.
func (w *walker) rows(first, end int, from, to uint32) {
	if len(w.autos) == 1 && w.known == math.MaxInt64 && w.until == math.MaxInt64 {
		w.race(first, end, from, to)
		return
	}
	for row := uint32(first); row < uint32(end); row++ {
		if deal := w.l.deal[row]; deal-from < to-from {
			w.take(&w.stands[deal], row)
		}
	}
}

// race is the loop that all the speed comes from, for the view that leaves
// nothing out: what it costs is one look-up an event. Whatever needs a second
// look, it leaves to take. A symbol that bears a mark lies beyond the table, and one not
// looked at yet in its empty column.
func (w *walker) race(first, end int, from, to uint32) {
	a, stands := w.autos[0], w.stands[from:to]
	deals := w.l.deal[:end]
	acts, ats := w.l.act[:len(deals)], w.l.at[:len(deals)]
	symbols, table, width := a.symbol, a.table, uint(1)<<a.shift
	far := len(stands) > inCache
	for row := first; row < len(deals); row++ {
		if far && row%ahead == 0 {
			touch(stands, deals[row:min(row+ahead, len(deals))], from)
		}
		deal := deals[row] - from
		if deal >= uint32(len(stands)) {
			continue
		}
		d, at := &stands[deal], ats[row]
		n := uint(d.spot)*width + uint(symbols[acts[row]])
		if at <= d.at || n >= uint(len(table)) || table[n].leads < leadFilled {
			w.take(d, uint32(row))
			table, width = a.table, 1<<a.shift
			continue
		}
		c := &table[n]
		c.hits++
		leads, since := c.leads, d.since
		if leads&leadMoves != 0 { // without a jump, which nobody could predict
			since = at
		}
		d.at, d.since, d.last, d.spot = at, since, uint32(row), uint32(leads&leadSpot)
		if raise := leads >> leadRaise & 3; raise != 0 {
			d.revision += int32(raise)
		}
	}
}

// inCache is how many stands a processor's second cache surely holds.
const inCache = 1 << 15

// ahead is for how many rows the stands are fetched at a time.
const ahead = 64

// touch loads stands that are needed soon, all at once: one by one, each would
// be waited for.
//
//go:noinline
func touch(stands []stand, deals []uint32, from uint32) (sum int64) {
	for _, deal := range deals {
		if deal -= from; deal < uint32(len(stands)) {
			sum += stands[deal].at
		}
	}
	return sum
}

// take is one turn of the loop, for any row of any view.
func (w *walker) take(d *stand, row uint32) {
	at := w.l.at[row]
	switch {
	case w.l.recorded[row] > w.known:
	case at > w.until:
		if w.voids(row) {
			w.leave(d, row)
		}
	case at <= d.at && !w.follows(d, row):
		w.leave(d, row)
	default:
		a := w.autos[d.machine]
		n, known := w.step(a, d, row)
		if !known {
			w.leave(d, row)
			return
		}
		a.table[n].hits++
	}
}

// follows reports whether a row that is not later than the deal's last one
// still folds after it.
func (w *walker) follows(d *stand, row uint32) bool {
	return d.at != gone && (d.at == none || w.l.compare(d.last, row) < 0)
}

// voids reports whether the row is a retract. It concerns what was recorded,
// so it holds as soon as it is known, whatever instant is looked at.
func (w *walker) voids(row uint32) bool { return w.l.acts[w.l.act[row]].Kind == dealstate.Retract }

// leave marks a deal as one to be folded.
func (w *walker) leave(d *stand, row uint32) {
	if d.at != gone {
		d.at, d.last = gone, row
	}
}

// finish folds the deals that are gone.
func (w *walker) finish(ctx context.Context, from, to uint32) error {
	for deal := from; deal < to; deal++ {
		if w.stands[deal].at != gone {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		w.takeBack(deal)
		d, err := w.settle(deal, nil)
		if err != nil {
			return err
		}
		w.stands[deal] = d
	}
	return nil
}

// takeBack uncounts what the walk counted before the deal proved to be one to
// fold.
func (w *walker) takeBack(deal uint32) {
	old := w.stands[deal]
	d, a := w.start(old.machine), w.autos[old.machine]
	if a.clocked {
		return
	}
	for _, row := range w.l.rowsOf(deal) {
		if row >= old.last {
			break
		}
		if w.sees(row) {
			n, _ := w.step(a, &d, row)
			a.table[n].hits--
		}
	}
}

func (w *walker) sees(row uint32) bool { return w.l.at[row] <= w.until && w.l.recorded[row] <= w.known }

// step takes one row, and gives the number of the cell that says what it did.
func (w *walker) step(a *automaton, d *stand, row uint32) (n uint32, known bool) {
	refers := len(w.l.refs) > 0 && w.l.refs[row] != ""
	if n, known = a.step(d, w.l.act[row], refers, w.l.at[row]); known {
		d.last = row
	}
	return n, known
}

// settle puts the deal's rows in order and takes them, by the automaton if it
// knows, and else by a fold of the library's. Each transition is told, if there
// is somebody to tell.
func (w *walker) settle(deal uint32, tell func(Transition)) (stand, error) {
	a := w.autos[w.l.machine[deal]]
	if !a.clocked {
		if rows, whole := w.inOrder(deal); whole {
			if d, known := w.quick(a, deal, rows, tell); known {
				return d, nil
			}
		}
	}
	return w.fold(a, deal, tell)
}

// inOrder sorts the rows that the view sees. They are not the whole story if
// a known retract lies beyond them.
func (w *walker) inOrder(deal uint32) (rows []uint32, whole bool) {
	w.sorted = w.sorted[:0]
	for _, row := range w.l.rowsOf(deal) {
		if w.sees(row) {
			w.sorted = append(w.sorted, row)
		} else if w.l.recorded[row] <= w.known && w.voids(row) {
			return nil, false
		}
	}
	if !slices.IsSortedFunc(w.sorted, w.l.compare) {
		slices.SortFunc(w.sorted, w.l.compare)
	}
	return w.sorted, true
}

// quick takes rows in order and counts them only if the automaton knows of all.
func (w *walker) quick(a *automaton, deal uint32, rows []uint32, tell func(Transition)) (stand, bool) {
	d := w.start(w.l.machine[deal])
	w.visited = w.visited[:0]
	for _, row := range rows {
		from := d.spot
		n, known := w.step(a, &d, row)
		if !known {
			return stand{}, false
		}
		w.visited = append(w.visited, uint64(from)<<32|uint64(n&(1<<a.shift-1)))
	}
	for i, visit := range w.visited {
		n := uint32(visit>>32)<<a.shift | uint32(visit)
		if tell == nil {
			a.table[n].hits++
		} else if said := a.said[visit]; said.from != said.to {
			tell(w.l.transition(rows[i], said))
		}
	}
	return d, true
}

// fold asks the library for the whole deal.
func (w *walker) fold(a *automaton, deal uint32, tell func(Transition)) (stand, error) {
	snapshot, decisions, err := w.l.fold(deal, w.view)
	if err != nil {
		return stand{}, err
	}
	for _, d := range decisions {
		if tell == nil {
			w.totals.count(saidOf(d), 1, d.Event == "")
		} else if d.From != d.To {
			tell(transitionOf(d))
		}
	}
	if !snapshot.Since.IsZero() {
		w.late[deal] = snapshot.Since
	}
	return stand{at: gone, since: none, spot: a.stateIndex(snapshot.State), revision: int32(snapshot.Revision), machine: w.l.machine[deal]}, nil
}
