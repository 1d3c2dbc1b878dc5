package bulk

import "github.com/fe115bb3/dealtracker/dealstate"

// Agreements says which compiled agreement runs a deal, or nil if none does:
// its events are then bad lines. It must give the same answer every time, and
// be safe for concurrent use.
type Agreements func(deal string) *dealstate.Machine

// Template runs every deal, whatever its id, on one agreement.
func Template(m *dealstate.Machine) Agreements {
	return func(string) *dealstate.Machine { return m }
}

// Catalogue runs each deal on the agreement of the same id.
func Catalogue(machines ...*dealstate.Machine) Agreements {
	byDeal := make(map[string]*dealstate.Machine, len(machines))
	for _, m := range machines {
		byDeal[m.Deal()] = m
	}
	return func(deal string) *dealstate.Machine { return byDeal[deal] }
}
