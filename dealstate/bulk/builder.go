package bulk

import (
	"cmp"
	"math"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lazydfa"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
)

// builder puts batches together to a log. One goroutine uses it, as long as the log is
// read.
type builder struct {
	log          *Log
	opt          Options
	line         int // lines before the batch at hand
	deals        interner
	leftOut      interner // deals that Options.Keep does not want
	statements   statementIndex
	numbers      map[*dealstate.Machine]uint32
	translations map[int]*translation // by decoder
	parts        [shards]shardBuilder
	order        []uint32                        // rows of the batch at hand, by shard
	consume      func(in *batch, row int) error  // if set, takes each row instead of the log
	sameContent  func(a, b uint64) (bool, error) // if set, compares contents, which then are no hashes
	failure      error                           // of sameContent
	size         int64                           // of names, statements, extras and full chunks
	touched      uint32
}

// shardBuilder is what the builder knows of one shard, until the log is read.
type shardBuilder struct {
	lasts []lastRow // by deal
	// Of the ids, in any deal of the shard, once they do not ascend. Until then each
	// one is new that comes after the deal's last one.
	index idIndex
}

// lastRow is the last row of a deal so far, and how many of its rows can make a new
// revision.
type lastRow struct {
	at     int64
	row    uint32
	raises uint32
	id     packedName
}

// translation gives the log's numbers for a decoder's.
type translation struct{ machine, statement []uint32 }

func newBuilder(a Agreements, opt Options) *builder {
	if opt.MaxBytes == 0 {
		opt.MaxBytes = DefaultMaxBytes
	}
	if opt.Bad == nil {
		opt.Bad = func(e *dealstate.LineError) error { return e }
	}
	b := &builder{log: &Log{number: logs.Add(1), agreements: a}, opt: opt,
		numbers: map[*dealstate.Machine]uint32{}, translations: map[int]*translation{}}
	for i := range b.log.shards {
		b.log.shards[i].number = uint32(i)
	}
	return b
}

// add appends a batch, and calls Bad for each bad line at its turn.
func (b *builder) add(in *batch) error {
	b.translate(in)
	return b.put(in)
}

// put appends a batch whose names are numbered as the log numbers them.
func (b *builder) put(in *batch) error {
	b.log.progress.Bytes += int64(in.bytes)
	b.log.progress.Lines += int64(in.events)
	if b.consume != nil {
		if err := b.consumeAll(in); err != nil {
			return err
		}
	} else {
		b.keepAll(in)
		if b.failure != nil {
			return b.failure
		}
	}
	for _, e := range in.bad {
		if err := b.blame(e); err != nil {
			return err
		}
	}
	if in.stop != nil {
		end := *lineError(b.line+in.lines+1, in.stop)
		end.Ends = true
		return &end
	}
	b.line += in.lines
	return b.checkSize()
}

// blame reports a line of the batch at hand.
func (b *builder) blame(e *dealstate.LineError) error {
	b.log.progress.Bad++
	return b.opt.Bad(lineError(b.line+e.Line, e.Err))
}

// translate gives the rows the log's numbers for their deals and statements.
func (b *builder) translate(in *batch) {
	as := b.translations[in.from]
	if as == nil {
		as = &translation{}
		b.translations[in.from] = as
	}
	for n := len(as.machine); n < len(in.names.machines); n++ {
		as.machine = append(as.machine, b.numberMachine(in.names.machines[n]))
	}
	for n := len(as.statement); n < len(in.names.statements); n++ {
		as.statement = append(as.statement, b.numberStatement(&in.names.statements[n], in.names.hashes[n]))
	}
	for i := range in.rows { // all at once: one by one, each would be waited for
		b.touched += b.deals.touch(in.rows[i].hash)
	}
	for i := range in.rows {
		r := &in.rows[i]
		r.statement = as.statement[r.statement]
		if name := in.dealOf(r); b.opt.Keep != nil && !b.keeps(name, r.hash) {
			r.deal = noDeal
		} else {
			r.deal = b.numberDeal(name, r.hash, as.machine[r.machine])
		}
	}
}

// noDeal is the number of deals that are left out.
const noDeal = math.MaxUint32

// keeps reports whether a deal is to be in the log. It asks once of each.
func (b *builder) keeps(name []byte, hash uint32) bool {
	if _, known := b.deals.find(name, hash); known {
		return true
	}
	if _, known := b.leftOut.find(name, hash); known {
		return false
	}
	keep := b.opt.Keep(string(name))
	if !keep {
		b.leftOut.add(name)
		b.size += int64(len(name)) + 100
	}
	return keep
}

// consumeAll hands the rows over one by one, each bad line in its turn.
func (b *builder) consumeAll(in *batch) error {
	for row := range in.rows {
		r := &in.rows[row]
		if r.deal == noDeal {
			continue
		}
		for len(in.bad) > 0 && in.bad[0].Line < int(r.line) {
			if err := b.blame(in.bad[0]); err != nil {
				return err
			}
			in.bad = in.bad[1:]
		}
		if err := b.consume(in, row); err != nil {
			if err := b.blame(&dealstate.LineError{Line: int(r.line), Err: err}); err != nil {
				return err
			}
		}
	}
	return nil
}

// keepAll appends the rows shard by shard, so that what it writes to stays near.
func (b *builder) keepAll(in *batch) {
	bad := len(in.bad)
	ends := b.sort(in)
	from := uint32(0)
	for n, to := range ends {
		b.keepSome(&b.log.shards[n], &b.parts[n], in, b.order[from:to])
		from = to
	}
	if len(in.bad) > bad {
		slices.SortFunc(in.bad, func(a, b *dealstate.LineError) int { return cmp.Compare(a.Line, b.Line) })
	}
}

// sort puts the rows that are kept in the order of their shards, and says where each shard's
// end.
func (b *builder) sort(in *batch) (ends [shards]uint32) {
	kept := uint32(0)
	for i := range in.rows {
		if in.rows[i].deal != noDeal {
			ends[in.rows[i].deal%shards]++
			kept++
		}
	}
	var at [shards]uint32
	for n := 1; n < shards; n++ {
		ends[n] += ends[n-1]
		at[n] = ends[n-1]
	}
	b.order = slices.Grow(b.order[:0], len(in.rows))[:kept]
	for i := range in.rows {
		if in.rows[i].deal == noDeal {
			continue
		}
		n := in.rows[i].deal % shards
		b.order[at[n]] = uint32(i)
		at[n]++
	}
	return ends
}

// keepSome appends rows to a shard, unless they are duplicates, and blames
// conflicts.
func (b *builder) keepSome(s *shard, p *shardBuilder, in *batch, rows []uint32) {
	p.reserve(len(b.log.deals))
	b.touch(p, in, rows)
	for _, row := range rows {
		r, next := &in.rows[row], uint32(s.len())
		var id []byte
		if !b.log.numbered {
			id = in.idOf(int(row))
			if old, found := p.find(s, r, id, next); found {
				b.again(s, old, in, r, id)
				continue
			}
		}
		b.keep(s, r, id)
		if r.more > 0 {
			b.keepExtra(s, r, next, in.extraOf(r))
		}
		b.note(s, p, r, next)
	}
}

func (p *shardBuilder) reserve(deals int) {
	for len(p.lasts) <= deals>>shardBits {
		p.lasts = append(p.lasts, lastRow{at: nanos.None})
	}
}

// find gives the row that has the id already.
func (p *shardBuilder) find(s *shard, r *arrival, id []byte, row uint32) (old uint32, found bool) {
	deal := r.deal >> shardBits
	if p.index.used == 0 {
		d, packed := &p.lasts[deal], packed(id)
		switch order := d.id.compare(packed); {
		case order < 0 && len(id) <= shortName:
			d.id = packed
			return 0, false
		case order == 0 && len(id) <= shortName:
			return d.row, true
		}
		p.index.addAll(s)
	}
	if r.idHash == 0 {
		r.idHash = hashOfID(deal, id)
	}
	return p.index.find(s, deal, id, r.idHash, row)
}

// again tells a duplicate from a conflict. Of a duplicate the earliest instant of
// recording counts, which may change the row's place in its deal.
func (b *builder) again(s *shard, old uint32, in *batch, r *arrival, id []byte) {
	if !b.log.sameStatement(s.input(old).Statement, r.statement) || !s.same(old, r, in.extraOf(r)) || !b.hasContent(r, s.content(old)) {
		in.blame(int(r.line), &dealstate.ConflictError{ID: string(id)})
		return
	}
	b.log.progress.Duplicates++
	if r.recorded < s.recorded(old) {
		s.chunks[old>>chunkBits].recorded[old%chunkRows] = r.recorded
		s.setLate(r.deal >> shardBits)
	}
}

// touch loads, all at once, what the rows will need: one by one, each would be
// waited for.
func (b *builder) touch(p *shardBuilder, in *batch, rows []uint32) {
	for _, row := range rows {
		d := &p.lasts[in.rows[row].deal>>shardBits]
		b.touched += d.row + uint32(d.id.c) // both ends: it may lie across two cache lines
	}
	if p.index.used == 0 {
		return
	}
	p.index.grow(len(rows))
	for _, row := range rows {
		r := &in.rows[row]
		r.idHash = hashOfID(r.deal>>shardBits, in.idOf(int(row)))
	}
	for _, row := range rows {
		b.touched += p.index.touch(in.rows[row].idHash)
	}
}

// sameStatement reports whether two statements in one deal say the same. Whose a performance is,
// its commitment says, if it does not say so itself.
func (l *Log) sameStatement(a, b uint32) bool {
	if a == b {
		return true
	}
	x, y := l.statements[a], l.statements[b]
	if x.Kind == dealstate.Perform && (x.Party == "" || y.Party == "") {
		x.Party, y.Party = "", ""
	}
	return x == y
}

// same reports whether a row has the instants and the reference of another, whenever it was
// recorded.
func (s *shard) same(old uint32, r *arrival, more extra) bool {
	return s.at(old) == r.at && s.refs[old] == more.ref && s.until(old) == more.until
}

// hasContent reports whether a row has that content.
func (b *builder) hasContent(r *arrival, content uint64) bool {
	if b.sameContent == nil {
		return r.content == content
	}
	same, err := b.sameContent(content, r.content)
	b.failure = cmp.Or(b.failure, err)
	return same
}

// keep appends an event to its shard. In a numbered log there is no id.
func (b *builder) keep(s *shard, r *arrival, id []byte) {
	c, d := b.open(s), r.detail
	if id != nil {
		c.text = append(c.text, id...)
		d.id = uint32(len(c.text))
	}
	c.inputs = append(c.inputs, lazydfa.Input{Deal: r.deal >> shardBits, Statement: r.statement})
	c.at, c.recorded, c.contents, c.ids = append(c.at, d.at), append(c.recorded, d.recorded), append(c.contents, d.content), append(c.ids, d.id)
	b.log.progress.Events++
}

// note marks the deals that only a look at all their rows can replay: those whose
// rows do not arrive in the order in which they fold, and those with more revisions
// than a deal state can count.
func (b *builder) note(s *shard, p *shardBuilder, r *arrival, row uint32) {
	deal := r.deal >> shardBits
	d := &p.lasts[deal]
	if lazydfa.Raises(b.log.statements[r.statement].Kind) {
		d.raises++
	}
	if r.at <= d.at && (r.at < d.at || b.log.compare(s, d.row, row) >= 0) || d.raises > lazydfa.MaxRaises {
		s.setLate(deal)
	}
	d.at, d.row = r.at, row
}

// open gives a chunk with room for a row.
func (b *builder) open(s *shard) *chunk {
	var c chunk
	if n := len(s.chunks); n > 0 { // the first one grows, for the sake of small logs
		full := &s.chunks[n-1]
		if len(full.inputs) < chunkRows {
			full.grow()
			return full
		}
		b.size += full.size()
		c = chunk{inputs: column[lazydfa.Input](0), at: column[int64](40), recorded: column[int64](80), contents: column[uint64](120),
			ids: column[uint32](0), text: make([]byte, 0, len(full.text)*9/8)}
	}
	s.chunks = append(s.chunks, c)
	return &s.chunks[len(s.chunks)-1]
}

// column makes a column of a chunk, behind some unused places: those that begin at multiples
// of 4 KiB drive one another out of the processor's cache, and reading a line takes 10 % more.
func column[T any](unused int) []T { return make([]T, unused+chunkRows)[unused:unused] }

// grow makes a chunk that is too small four times as large.
func (c *chunk) grow() {
	if n := cap(c.inputs); len(c.inputs) == n {
		c.inputs, c.at, c.recorded = slices.Grow(c.inputs, 3*n), slices.Grow(c.at, 3*n), slices.Grow(c.recorded, 3*n)
		c.contents, c.ids, c.text = slices.Grow(c.contents, 3*n), slices.Grow(c.ids, 3*n), slices.Grow(c.text, 3*len(c.text))
	}
}

// size is how many bytes a chunk takes.
func (c *chunk) size() int64 {
	return 40*int64(cap(c.inputs)) + int64(cap(c.text)) // 36 of columns, 4 between them
}

func (b *builder) keepExtra(s *shard, r *arrival, row uint32, more extra) {
	if more.ref != "" {
		if s.refs == nil {
			s.refs = map[uint32]string{}
		}
		s.refs[row] = more.ref
		b.log.refers = true
	}
	if more.until != nanos.None {
		if s.untils == nil {
			s.untils = map[uint32]int64{}
		}
		s.untils[row] = more.until
		b.log.leavesLater = b.log.leavesLater || b.log.statements[r.statement].Kind == dealstate.Withdraw
	}
	b.size += int64(len(more.ref)) + 100
}

func (b *builder) numberDeal(name []byte, hash, machine uint32) uint32 {
	if deal, ok := b.deals.find(name, hash); ok {
		return deal
	}
	deal := b.deals.add(name)
	b.log.deals, b.log.machine = b.deals.names, append(b.log.machine, machine)
	b.size += int64(len(name)) + 150
	return deal
}

func (b *builder) numberMachine(m *dealstate.Machine) uint32 {
	n, ok := b.numbers[m]
	if !ok {
		n = uint32(len(b.log.machines))
		b.numbers[m] = n
		b.log.machines = append(b.log.machines, m)
		b.log.states = append(b.log.states, m.Lifecycle().States)
	}
	return n
}

func (b *builder) numberStatement(s *Statement, hash uint64) uint32 {
	if n, ok := b.statements.find(b.log.statements, s, hash); ok {
		return n
	}
	n := uint32(len(b.log.statements))
	b.statements.add(hash)
	b.log.statements = append(b.log.statements, *s)
	b.size += 3 * s.size() // the log's, the decoder's, and what their tables take as they grow
	return n
}

func (b *builder) checkSize() error {
	bytes, full := b.size, false
	for i := range b.log.shards {
		s := &b.log.shards[i]
		bytes += 8 * int64(len(b.parts[i].index.slots))
		if n := len(s.chunks); n > 0 {
			bytes += s.chunks[n-1].size()
		}
		full = full || int64(s.len()) > maxRows
	}
	if bytes > b.opt.MaxBytes || full {
		return &SizeError{Bytes: bytes, Limit: b.opt.MaxBytes}
	}
	if b.opt.Progress != nil {
		b.opt.Progress(b.log.progress)
	}
	return nil
}

// maxRows of a shard leaves room for a batch more in 32 bits.
const maxRows = 4_000_000_000
