package bulk

import (
	"github.com/fe115bb3/dealtracker/dealstate"
)

// intake admits records and gives their names numbers of its own, so that no
// two goroutines share a table. What it has seen before costs no allocation.
type intake struct {
	agreements Agreements
	deals      map[string]uint32
	numbers    map[*dealstate.Machine]uint32
	acts       map[string]uint32
	admitted   [][]bool // by machine and act
	key        []byte
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
	return &intake{agreements: a, deals: map[string]uint32{}, numbers: map[*dealstate.Machine]uint32{}, acts: map[string]uint32{}}
}

// take adds a valid record to the batch, or says why its agreement cannot mean
// it.
func (in *intake) take(r *record, line int, b *batch) error {
	deal, err := in.dealOf(r)
	if err != nil {
		return err
	}
	act, err := in.actOf(r, in.machine[deal])
	if err != nil {
		return err
	}
	b.add(r, line, deal, act)
	return nil
}

func (in *intake) dealOf(r *record) (uint32, error) {
	if deal, ok := in.deals[string(r.deal)]; ok {
		return deal, nil
	}
	m := in.agreements(string(r.deal))
	if m == nil {
		return 0, fieldErr("deal", "no agreement for %q", clip(string(r.deal)))
	}
	// Known to be good before it is kept, lest bad lines fill the memory.
	if err := in.admit(r, m); err != nil {
		return 0, err
	}
	deal := uint32(len(in.names.deal))
	name := string(r.deal)
	in.deals[name] = deal
	in.names.deal = append(in.names.deal, name)
	in.machine = append(in.machine, in.number(m))
	return deal, nil
}

func (in *intake) number(m *dealstate.Machine) uint32 {
	n, ok := in.numbers[m]
	if !ok {
		n = uint32(len(in.machines))
		in.numbers[m] = n
		in.machines = append(in.machines, m)
		in.admitted = append(in.admitted, nil)
	}
	return n
}

func (in *intake) actOf(r *record, machine uint32) (uint32, error) {
	in.key = r.appendKey(in.key[:0])
	act, known := in.acts[string(in.key)]
	if known && int(act) < len(in.admitted[machine]) && in.admitted[machine][act] {
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
	for len(in.admitted[machine]) <= int(act) {
		in.admitted[machine] = append(in.admitted[machine], false)
	}
	in.admitted[machine][act] = true
	return act, nil
}

// admit asks the machine of the deal, which knows the deal by its agreement's
// id.
func (in *intake) admit(r *record, m *dealstate.Machine) error {
	e := r.event()
	e.Deal = m.Deal()
	return m.Admit(e)
}

// batch is a part of a log on its way there.
type batch struct {
	names    names
	from     int // which intake's numbers
	deal     []uint32
	act      []uint32
	at       []int64
	recorded []int64
	content  []uint64
	hash     []uint64 // of the id
	id       []uint32 // where it ends in text
	text     []byte
	line     []int
	extras   []extra
	bad      []*dealstate.LineError
	stop     error // ends the log behind this batch
	lines    int
	bytes    int
}

// extra is what few rows have.
type extra struct {
	row   int
	ref   string
	until int64
}

func (b *batch) reset() {
	*b = batch{deal: b.deal[:0], act: b.act[:0], at: b.at[:0], recorded: b.recorded[:0], content: b.content[:0], hash: b.hash[:0],
		id: b.id[:0], text: b.text[:0], line: b.line[:0], extras: b.extras[:0], bad: b.bad[:0]}
}

func (b *batch) add(r *record, line int, deal, act uint32) {
	if len(r.ref) > 0 || r.until != none {
		b.extras = append(b.extras, extra{row: len(b.deal), ref: string(r.ref), until: r.until})
	}
	b.deal, b.act = append(b.deal, deal), append(b.act, act)
	b.at, b.recorded = append(b.at, r.at), append(b.recorded, r.recorded)
	b.content, b.hash = append(b.content, r.content()), append(b.hash, hashID(r.id))
	b.text = append(b.text, r.id...)
	b.id = append(b.id, uint32(len(b.text)))
	b.line = append(b.line, line)
}

func (b *batch) blame(line int, err error) {
	b.bad = append(b.bad, &dealstate.LineError{Line: line, Err: err})
}

// clip shortens text that came from outside before it enters a message.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && s[cut]&0xC0 == 0x80 { // never inside a UTF-8 sequence
		cut--
	}
	return s[:cut] + "…"
}
