package bulk

import "github.com/fe115bb3/dealtracker/dealstate"

// course is a deal's way through the table: where it stands, its clocks, and the
// cells that it came by.
type course struct {
	place
	hands
	row    uint32 // at hand
	visits []visit
}

// visit is a cell that a deal came by, when, and by which row; the clocks that come due
// then are that row's too.
type visit struct {
	spot, symbol uint32
	row          uint32
	at           int64
}

// begin puts a deal at its start.
func (a *automaton) begin(c *course) {
	c.place, c.hands, c.visits = beginning, a.hands(), c.visits[:0]
}

// take moves a deal along by an act, after the clocks that are due by then. Unless it
// knows what comes of it, the course leads nowhere. What is not asserted may speak of a
// time to which no clock runs; but it changes nothing, so the clocks may as well wait.
// So may those that the act sets to be due at once.
func (a *automaton) take(c *course, act uint32, at int64, refers bool) (known bool) {
	runs := a.clocked && a.acts[act].Modality <= dealstate.Asserted
	if runs && !a.advance(c, at) {
		return false
	}
	symbol, known := a.look(act, c.revision, refers)
	return known && a.visit(c, symbol, at)
}

// advance has every clock come due that is due up to the instant.
func (a *automaton) advance(c *course, to int64) (known bool) {
	for {
		clocks, due := c.next()
		if due > to || due == never {
			return true
		}
		for clock := range c.due {
			if clocks>>clock&1 == 1 {
				c.due[clock] = never
			}
		}
		c.last = due
		if !a.visit(c, clocks, due) { // their bits are their symbol
			return false
		}
	}
}

func (a *automaton) visit(c *course, symbol uint32, at int64) (known bool) {
	v := visit{spot: c.spot, symbol: symbol, row: c.row, at: at}
	n, known := a.step(&c.place, symbol)
	if !known {
		return false
	}
	c.visits = append(c.visits, v)
	return !a.clocked || a.wind(&c.hands, a.answer(n).sets, at)
}

// cell is the number of the cell visited. It changes when the automaton grows.
func (a *automaton) cell(v visit) uint32 { return v.symbol<<a.shift | v.spot }
