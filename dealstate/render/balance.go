package render

import (
	"fmt"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Balance is the chart of how far each side had kept its commitments over time: the
// share that it had performed, from the first report to the view's end. Beside one
// another the curves show whether the deal moves "in a balanced way". It is the view's
// knowledge of every earlier day, as the timeline's is. Of a replay without a machine or
// without a report it is empty.
func (s Replay) Balance() Chart {
	if s.Machine == nil {
		return emptyBalance()
	}
	return s.indexed().balanceChart()
}

func emptyBalance() Chart {
	return Chart{Title: "Commitments kept", Y: "share of commitments performed", Low: 0, High: 1}
}

func (s *indexed) balanceChart() Chart {
	c := emptyBalance()
	if len(s.Decisions) == 0 {
		return c
	}
	c.Title += ": " + s.title()
	c.Y += ", policy " + s.Snapshot.Policy // by another standard of proof the curves differ
	c.Start = s.Decisions[0].At
	owed := map[string][]*commitmentHistory{}
	for _, of := range s.Snapshot.Commitments {
		owed[of.Party] = append(owed[of.Party], s.ofCommitment(of.Commitment))
	}
	for _, b := range s.Snapshot.Balances() {
		c.Series = append(c.Series, Series{Name: fmt.Sprintf("%s: %d of %d", isolated(shorten(s.partyName(b.Party), 60)), b.Performed, b.Of),
			Shape: StepLine, Points: s.kept(b, owed[b.Party], c.Start)})
	}
	return c
}

// kept are the points of one side: at the beginning, at each change and at the end.
func (s *indexed) kept(b dealstate.Balance, owed []*commitmentHistory, start time.Time) []Point {
	type change struct {
		at time.Time
		by int
	}
	var changes []change
	for _, history := range owed {
		for _, stretch := range history.bars {
			if stretch.label != "performed" {
				continue
			}
			changes = append(changes, change{stretch.from, 1})
			if stretch.to.Before(s.Snapshot.AsOf) {
				changes = append(changes, change{stretch.to, -1})
			}
		}
	}
	slices.SortStableFunc(changes, func(a, b change) int { return a.at.Compare(b.at) })
	n := 0
	points := []Point{{}}
	for _, c := range append(changes, change{s.Snapshot.AsOf, 0}) {
		n += c.by
		points = append(points, Point{X: between(start, c.at).float() / 86_400, Y: float64(n) / float64(b.Of)})
	}
	return points
}

// sided reports whether two sides or more have undertaken anything, so that there is a
// balance to draw.
func (s *indexed) sided() bool { return len(s.Decisions) > 0 && len(s.Snapshot.Balances()) > 1 }

// newBalance draws the chart for wide pages and for narrow ones.
func newBalance(s *indexed) (p timelinePair, err error) {
	c := s.balanceChart()
	c.Width, c.InPage = 760, "balance-wide"
	if p.Wide, err = drawn(c.SVG); err != nil {
		return p, err
	}
	c.Width, c.InPage = 370, "balance-narrow"
	p.Narrow, err = drawn(c.SVG)
	return p, err
}
