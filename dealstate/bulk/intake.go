package bulk

import (
	"bytes"
	"cmp"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// intake admits events and gives their acts and machines numbers of its own, so
// that no two goroutines share a table. What it has seen before costs no allocation.
type intake struct {
	agreements Agreements
	place      int // among the intakes of one log
	scanner    scanner
	spelled    spelledTable
	deals      nameTable // whose machine is not plain to see
	machine    []uint32  // by such a deal
	numbers    map[*dealstate.Machine]uint32
	acts       map[Act]uint32
	admitted   []sparse[bool] // by machine and act
	names
}

// names are what the numbers of a batch stand for. They only grow at the end,
// so a copy stays right while the intake goes on.
type names struct {
	machines []*dealstate.Machine
	act      []Act
}

func newIntake(a Agreements) *intake {
	in := &intake{agreements: a, numbers: map[*dealstate.Machine]uint32{}, acts: map[Act]uint32{}}
	if a.all != nil {
		in.number(a.all)
	}
	return in
}

// glance takes a line in that says what was met before, with other instants and
// another id. If it does not, the line is to be read in full.
func (in *intake) glance(g *glance, line int, to *batch) bool {
	s := in.spelled.find(&g.spelling)
	if s == nil || !g.complete(s.kind) {
		return false
	}
	machine, ok := in.machineOf(g, s.act)
	if !ok {
		return false
	}
	if g.recorded == none {
		g.recorded = g.at
	}
	to.add(arrival{machine: machine, act: s.act, tag: g.tag, line: int32(line), fact: fact{at: g.at, recorded: g.recorded,
		content: contentOf(g.note, g.url, g.published)}}, g.id, g.deal, g.ref, g.until)
	return true
}

// machineOf is the number of the machine that runs a deal, if it is known that
// the text is a deal's name as it is, and that the machine can mean the act.
func (in *intake) machineOf(g *glance, act uint32) (machine uint32, ok bool) {
	plain := isID(g.deal)
	if plain && in.agreements.all != nil {
		return 0, in.admitted[0].get(act)
	}
	if !plain && !simple(g.deal) {
		return 0, false
	}
	if n, ok := in.deals.find(g.deal, g.tag); ok {
		return in.machine[n], in.admitted[in.machine[n]].get(act)
	}
	if !plain {
		return 0, false
	}
	m, err := in.agreements.machine(string(g.deal))
	if err != nil {
		return 0, false
	}
	if machine = in.number(m); !in.admitted[machine].get(act) {
		return 0, false // not to be kept, for it may be a bad line
	}
	return in.keep(g.deal, machine), true
}

func (in *intake) keep(name []byte, machine uint32) uint32 {
	in.deals.add(name)
	in.machine = append(in.machine, machine)
	return machine
}

// complete makes the checks that need more than the act.
func (g *glance) complete(kind dealstate.Kind) bool {
	return len(g.id) > 0 && g.at != none && (len(g.ref) > 0 || kind != dealstate.Retract) &&
		(kind == dealstate.Extend) == (g.until != none) && !bytes.Equal(g.ref, g.id)
}

// take adds a valid event to the batch, or says why its agreement cannot mean it,
// or why a log cannot hold it.
func (in *intake) take(e *dealstate.Event, line int, b *batch) (act uint32, err error) {
	at, err1 := nanos("at", e.At)
	recorded, err2 := nanos("recorded", e.Recorded)
	until, err3 := nanos("until", e.Until)
	m, err4 := in.agreements.machine(e.Deal)
	if err := cmp.Or(err1, err2, err3, err4); err != nil {
		return 0, err
	}
	if recorded == none {
		recorded = at
	}
	machine, deal := in.number(m), []byte(e.Deal)
	if act, err = in.actOf(e, machine); err != nil {
		return 0, err
	}
	// Now that it is known to be good: bad lines must not fill the memory.
	tag := tagOfName(deal)
	if _, ok := in.deals.find(deal, tag); !ok && (in.agreements.all == nil || !isID(deal)) {
		in.keep(deal, machine)
	}
	b.add(arrival{machine: machine, act: act, tag: tag, line: int32(line), fact: fact{at: at, recorded: recorded,
		content: contentOf([]byte(e.Note), []byte(e.Source.URL), []byte(e.Source.Published))}}, []byte(e.ID), deal, []byte(e.Ref), until)
	return act, nil
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

// actOf gives the number of an event's act. It asks the machine of the deal, which
// knows the deal by its agreement's id, whether it can mean the act.
func (in *intake) actOf(e *dealstate.Event, machine uint32) (uint32, error) {
	a := actOf(e)
	act, known := in.acts[a]
	if known && in.admitted[machine].get(act) {
		return act, nil
	}
	m, here := in.machines[machine], *e
	here.Deal = m.Deal()
	if err := m.Admit(here); err != nil {
		return 0, err
	}
	if !known {
		act = uint32(len(in.act))
		in.acts[a] = act
		in.act = append(in.act, a)
	}
	in.admitted[machine].set(act, true)
	return act, nil
}
