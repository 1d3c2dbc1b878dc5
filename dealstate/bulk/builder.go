package bulk

import "github.com/fe115bb3/dealtracker/dealstate"

// Options say how a log is read. The zero value reads on all cores, takes up to
// [DefaultMaxBytes], and stops at the first bad line.
type Options struct {
	// Workers is how many goroutines parse; 0: one a core.
	Workers int
	// MaxBytes bounds the memory of the finished log; 0: DefaultMaxBytes. While
	// a column grows, its old copy is there too.
	MaxBytes int64
	// Bad is called with each bad line, in their order: one that is not
	// well-formed, that its agreement cannot mean, or whose id is taken. What it
	// returns ends the reading, unless it is nil: then the line is counted and left out.
	// Left out, the first bad line ends the reading.
	Bad func(*dealstate.LineError) error
	// Progress is called about once a MiB of input, from the goroutine that reads.
	Progress func(Progress)
}

// DefaultMaxBytes is how much memory a log may take unless told otherwise.
const DefaultMaxBytes = 4 << 30

// Skip is an [Options].Bad that goes on. [Progress] counts the bad lines.
func Skip(*dealstate.LineError) error { return nil }

// Progress is how far the reading has come.
type Progress struct {
	Bytes      int64 // of lines
	Lines      int64 // or events, good and bad
	Events     int64 // kept
	Duplicates int64 // of events kept, with the same content
	Bad        int64
}

// builder puts batches together. Only one goroutine uses it.
type builder struct {
	log     *Log
	opt     Options
	deals   map[string]uint32
	acts    map[Act]uint32
	index   index
	take    func(in *batch, row int, deal, act uint32, more extra) error // instead of keeping the row
	numbers map[*dealstate.Machine]uint32
	as      map[int]*translation
	size    int64 // of names and acts
}

// translation takes an intake's numbers to the log's, each on its first use.
type translation struct{ deal, act []uint32 }

const untranslated = ^uint32(0)

func newBuilder(opt Options) *builder {
	if opt.MaxBytes == 0 {
		opt.MaxBytes = DefaultMaxBytes
	}
	if opt.Bad == nil {
		opt.Bad = func(e *dealstate.LineError) error { return e }
	}
	return &builder{log: &Log{refs: map[uint32]string{}, untils: map[uint32]int64{}, id: []uint64{}}, opt: opt,
		deals: map[string]uint32{}, acts: map[Act]uint32{}, numbers: map[*dealstate.Machine]uint32{}, as: map[int]*translation{}}
}

// add appends a batch, and calls Bad for each bad line at its turn.
func (b *builder) add(in *batch) error {
	b.log.read.Bytes += int64(in.bytes)
	b.log.read.Lines += int64(in.lines)
	if b.take == nil {
		b.log.grow(len(in.line), len(in.text))
	}
	as := b.translation(in)
	bad, extras := in.bad, in.extras
	for row, line := range in.line {
		for len(bad) > 0 && bad[0].Line < line {
			if err := b.blame(bad[0]); err != nil {
				return err
			}
			bad = bad[1:]
		}
		more := extra{until: none}
		if len(extras) > 0 && extras[0].row == row {
			more, extras = extras[0], extras[1:]
		}
		if err := b.addRow(in, row, as, more); err != nil {
			if err := b.blame(&dealstate.LineError{Line: line, Err: err}); err != nil {
				return err
			}
		}
	}
	for _, e := range bad {
		if err := b.blame(e); err != nil {
			return err
		}
	}
	if in.stop != nil {
		return in.stop
	}
	return b.checkSize()
}

// grow doubles what is full: copying a quarter more each time, as append does,
// costs more than reading the lines.
func (l *Log) grow(rows, text int) {
	l.deal, l.act = doubled(l.deal, rows), doubled(l.act, rows)
	l.at, l.recorded = doubled(l.at, rows), doubled(l.recorded, rows)
	l.content, l.id = doubled(l.content, rows), doubled(l.id, rows)
	l.text = doubled(l.text, text)
}

func doubled[T any](s []T, more int) []T {
	if cap(s)-len(s) >= more {
		return s
	}
	return append(make([]T, 0, max(2*cap(s), len(s)+more)), s...)
}

func (b *builder) blame(e *dealstate.LineError) error {
	b.log.read.Bad++
	return b.opt.Bad(e)
}

func (b *builder) translation(in *batch) *translation {
	as := b.as[in.from]
	if as == nil {
		as = &translation{}
		b.as[in.from] = as
	}
	for len(as.deal) < len(in.names.deal) {
		as.deal = append(as.deal, untranslated)
	}
	for len(as.act) < len(in.names.act) {
		as.act = append(as.act, untranslated)
	}
	return as
}

// addRow appends one event, unless it is a duplicate. The error is a conflict.
func (b *builder) addRow(in *batch, row int, as *translation, more extra) error {
	l := b.log
	deal, act := as.deal[in.deal[row]], as.act[in.act[row]]
	if deal == untranslated {
		deal = b.dealOf(in, in.deal[row])
		as.deal[in.deal[row]] = deal
	}
	if act == untranslated {
		act = b.actOf(in.names.act[in.act[row]])
		as.act[in.act[row]] = act
	}
	if b.take != nil {
		return b.take(in, row, deal, act, more)
	}
	id := in.idOf(row)
	next := uint32(len(l.deal))
	if old, found := b.index.find(l, in.hash[row], deal, id, next); found {
		return b.again(in, row, act, old, more)
	}
	l.deal, l.act = append(l.deal, deal), append(l.act, act)
	l.at, l.recorded = append(l.at, in.at[row]), append(l.recorded, in.recorded[row])
	l.content = append(l.content, in.content[row])
	l.text = append(l.text, id...)
	l.id = append(l.id, uint64(len(l.text)))
	b.keepExtra(next, more)
	l.read.Events++
	return nil
}

func (b *builder) keepExtra(row uint32, more extra) {
	if more.ref != "" {
		b.log.refs[row] = more.ref
		b.size += int64(len(more.ref)) + 48
	}
	if more.until != none {
		b.log.untils[row] = more.until
		b.size += 32
	}
}

func (in *batch) idOf(row int) []byte {
	var from uint32
	if row > 0 {
		from = in.id[row-1]
	}
	return in.text[from:in.id[row]]
}

// again tells a duplicate from a conflict.
func (b *builder) again(in *batch, row int, act, old uint32, more extra) error {
	l := b.log
	if act != l.act[old] || in.at[row] != l.at[old] || in.recorded[row] != l.recorded[old] || in.content[row] != l.content[old] ||
		more.ref != l.refs[old] || more.until != l.until(old) {
		return &dealstate.ConflictError{ID: string(in.idOf(row))}
	}
	l.read.Duplicates++
	return nil
}

func (b *builder) dealOf(in *batch, local uint32) uint32 {
	name := in.names.deal[local]
	if deal, ok := b.deals[name]; ok {
		return deal
	}
	l := b.log
	deal := uint32(len(l.deals))
	b.deals[name] = deal
	l.deals = append(l.deals, name)
	m := in.names.machines[in.names.machine[local]]
	n, ok := b.numbers[m]
	if !ok {
		n = uint32(len(l.machines))
		b.numbers[m] = n
		l.machines = append(l.machines, m)
	}
	l.machine = append(l.machine, n)
	b.size += 2 * (int64(len(name)) + 100)
	return deal
}

func (b *builder) actOf(a Act) uint32 {
	if act, ok := b.acts[a]; ok {
		return act
	}
	act := uint32(len(b.log.acts))
	b.acts[a] = act
	b.log.acts = append(b.log.acts, a)
	b.size += 2 * a.size()
	return act
}

func (b *builder) checkSize() error {
	l := b.log
	bytes := 4*int64(cap(l.deal)+cap(l.act)) + 8*int64(cap(l.at)+cap(l.recorded)+cap(l.content)+cap(l.id)) + int64(cap(l.text)) +
		8*int64(len(b.index.places)) + b.size
	if bytes > b.opt.MaxBytes || len(l.deal) > maxRows {
		return &SizeError{Bytes: bytes, Limit: b.opt.MaxBytes}
	}
	if b.opt.Progress != nil {
		b.opt.Progress(l.read)
	}
	return nil
}

// maxRows leaves room for a batch more in 32 bits.
const maxRows = 4_000_000_000

func (b *builder) done() *Log {
	return b.log
}
