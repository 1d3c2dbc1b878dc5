package bulk

import (
	"bytes"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// intake admits records and gives their names numbers of its own, so that no
// two goroutines share a table. What it has seen before costs no allocation.
type intake struct {
	agreements Agreements
	place      int // among the intakes of one log
	scanner    scanner
	spelled    spelledTable
	numbers    map[*dealstate.Machine]uint32
	acts       map[string]uint32
	admitted   []sparse[bool] // by machine and act
	key        []byte
	escaped    bool // some deal's name holds a backslash
	names
}

// names are what the numbers of a batch stand for. They only grow at the end,
// so a copy stays right while the intake goes on.
type names struct {
	deal     []string
	machine  []uint32 // by deal
	machines []*dealstate.Machine
	act      []Act
}

func newIntake(a Agreements) *intake {
	return &intake{agreements: a, numbers: map[*dealstate.Machine]uint32{}, acts: map[string]uint32{}}
}

// glance takes a line in that says what was met before, with other instants and
// another id. If it does not, the line is to be read in full.
func (in *intake) glance(g *glance, hash uint64, line int, to *batch) bool {
	s := in.spelled.find(&g.spelling, hash)
	if s == nil || !g.complete(s.kind) {
		return false
	}
	deal, ok := in.dealAt(g.deal, g.tag, s.act)
	if !ok {
		return false
	}
	if g.recorded == none {
		g.recorded = g.at
	}
	to.add(deal, s.act, fact{at: g.at, recorded: g.recorded, content: contentOf(g.note, g.url, g.published)}, g.id, g.ref, g.until, line)
	return true
}

// dealAt is the number of a deal in which the act is known to be good.
func (in *intake) dealAt(name []byte, tag, act uint32) (deal uint32, ok bool) {
	if deal, ok = in.scanner.deals.find(name, tag); ok {
		return deal, in.knows(in.machineOf(deal), act) && !(in.escaped && bytes.IndexByte(name, '\\') >= 0)
	}
	if !isID(name) {
		return 0, false
	}
	m, err := in.agreements.machine(string(name))
	if err != nil || !in.knows(in.number(m), act) {
		return 0, false
	}
	return in.newDeal(name, m), true
}

// complete makes the checks that need more than the act.
func (g *glance) complete(kind dealstate.Kind) bool {
	return len(g.id) > 0 && g.at != none && (len(g.ref) > 0 || kind != dealstate.Retract) &&
		(kind == dealstate.Extend) == (g.until != none) && !bytes.Equal(g.ref, g.id)
}

// machineOf need not look where all deals have the same.
func (in *intake) machineOf(deal uint32) uint32 {
	if len(in.machines) == 1 {
		return 0
	}
	return in.machine[deal]
}

func (in *intake) knows(machine, act uint32) bool { return in.admitted[machine].get(act) }

// take adds a valid record to the batch, or says why its agreement cannot mean
// it.
func (in *intake) take(r *record, line int, b *batch) (act uint32, err error) {
	deal, err := in.dealOf(r)
	if err != nil {
		return 0, err
	}
	if act, err = in.actOf(r, in.machine[deal]); err != nil {
		return 0, err
	}
	b.add(deal, act, fact{at: r.at, recorded: r.recorded, content: contentOf(r.note, r.url, r.published)}, r.id, r.ref, r.until, line)
	return act, nil
}

func (in *intake) dealOf(r *record) (uint32, error) {
	if deal, ok := in.scanner.deals.find(r.deal, tagOfName(r.deal)); ok {
		return deal, nil
	}
	m, err := in.agreements.machine(string(r.deal))
	if err != nil {
		return 0, err
	}
	// Known to be good before it is kept, lest bad lines fill the memory.
	if err := in.admit(r, m); err != nil {
		return 0, err
	}
	return in.newDeal(r.deal, m), nil
}

func (in *intake) newDeal(name []byte, m *dealstate.Machine) uint32 {
	deal := in.scanner.deals.add(name)
	in.escaped = in.escaped || bytes.IndexByte(name, '\\') >= 0
	in.names.deal = in.scanner.deals.names
	in.machine = append(in.machine, in.number(m))
	return deal
}

func (in *intake) number(m *dealstate.Machine) uint32 {
	n, ok := in.numbers[m]
	if !ok {
		n = uint32(len(in.machines))
		in.numbers[m] = n
		in.machines = append(in.machines, m)
		in.admitted = append(in.admitted, sparse[bool]{})
	}
	return n
}

func (in *intake) actOf(r *record, machine uint32) (uint32, error) {
	in.key = r.appendKey(in.key[:0])
	act, known := in.acts[string(in.key)]
	if known && in.knows(machine, act) {
		return act, nil
	}
	if err := in.admit(r, in.machines[machine]); err != nil {
		return 0, err
	}
	if !known {
		act = uint32(len(in.act))
		in.acts[string(in.key)] = act
		in.act = append(in.act, actOf(r))
	}
	in.admitted[machine].set(act, true)
	return act, nil
}

// admit asks the machine of the deal, which knows the deal by its agreement's
// id.
func (in *intake) admit(r *record, m *dealstate.Machine) error {
	e := r.event()
	e.Deal = m.Deal()
	return m.Admit(e)
}
