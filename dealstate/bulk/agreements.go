package bulk

import (
	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lazydfa"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Agreements says which compiled agreement runs a deal. Made by [Template],
// [Catalogue] or [ByDeal], it also keeps the tables that replays asked for, so
// use one for all logs of the same agreements: what looplab was asked once is not
// asked again. It is safe for concurrent use. The zero value knows no deal.
type Agreements struct {
	of   func(deal string) *dealstate.Machine
	all  *dealstate.Machine // of every deal, if there is one
	pool *lazydfa.Pool
}

// Template runs every deal, whatever its id, on one agreement.
func Template(m *dealstate.Machine) Agreements {
	a := ByDeal(func(string) *dealstate.Machine { return m })
	a.all = m
	return a
}

// Catalogue runs each deal on the agreement of the same id.
func Catalogue(machines ...*dealstate.Machine) Agreements {
	byDeal := make(map[string]*dealstate.Machine, len(machines))
	for _, m := range machines {
		byDeal[m.Deal()] = m
	}
	return ByDeal(func(deal string) *dealstate.Machine { return byDeal[deal] })
}

// ByDeal asks which agreement runs a deal. A nil answer is none: the deal's
// events are then bad lines. The answer must be the same every time, and the
// function safe for concurrent use.
func ByDeal(of func(deal string) *dealstate.Machine) Agreements {
	return Agreements{of: of, pool: &lazydfa.Pool{}}
}

// machine gives nil, or an error that says so.
func (a Agreements) machine(deal string) (*dealstate.Machine, error) {
	if a.of != nil {
		if m := a.of(deal); m != nil {
			return m, nil
		}
	}
	return nil, field.Errorf("deal", "no agreement for %q", field.Clip(deal))
}
