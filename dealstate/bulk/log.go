package bulk

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lazydfa"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
)

// Log holds the events of many deals, each event once. Made by [ReadLines],
// [ReadCSV], [ReadEvents], [FromColumns] or [ReadColumns], it no longer changes and is safe
// for concurrent use. Replay it as often as you like, under any view.
type Log struct {
	number      uint64 // of the logs of this program, from 1
	agreements  Agreements
	machines    []*dealstate.Machine
	states      [][]dealstate.State // by machine
	deals       []string
	machine     []uint32 // by deal
	statements  []Statement
	numbered    bool // ids are the rows' numbers
	refers      bool // some event refers to another
	leavesLater bool // some withdrawal says until when
	shards      [shards]shard
	progress    Progress
}

// logs counts the logs that were made. Their numbers reach no output.
var logs atomic.Uint64

// A deal is in the shard that the lowest bits of its number say, so that
// goroutines can share out the work, and that what one of them works on at a time
// stays in the processor's cache.
const (
	shardBits = 4
	shards    = 1 << shardBits
)

// shard is the part of a log that some of the deals make. Its rows are numbered in order
// of arrival; its deals have numbers of their own. What is grouped or looked for when it is
// first asked for stays.
type shard struct {
	number uint32
	chunks []chunk
	refs   map[uint32]string // by row
	untils map[uint32]int64
	late   []uint64 // bits: deals that only a look at all their rows can replay

	group  sync.Once
	starts []uint32 // by deal: its first place in rows
	rows   []uint32 // grouped by deal, in order of arrival

	end   sync.Once
	lasts []int64 // by deal

	bounded sync.Once
	spans   []span // by chunk
}

// span is from when to when the rows of a chunk happened, and were recorded.
type span struct{ firstAt, lastAt, firstRecorded, lastRecorded int64 }

// chunk is 1,024 rows of a shard, in columns: what growing never copies. Those that all shards
// fill at a time, new and cleared, stay in the processor's cache.
type chunk struct {
	inputs   []lazydfa.Input
	at       []int64
	recorded []int64
	contents []uint64
	ids      []uint32
	text     []byte // ids
}

const (
	chunkBits = 10
	chunkRows = 1 << chunkBits
)

// detail is what the fast loop does not read of an event.
type detail struct {
	at, recorded int64
	content      uint64 // what contentOf gives
	id           uint32 // where it ends in the chunk's text; in a numbered log, the id
}

// Len is the number of events.
func (l *Log) Len() int { return int(l.progress.Events) }

// Deals lists the ids of all deals in the order in which they first appear.
// Do not change it.
func (l *Log) Deals() []string { return l.deals }

// Progress says what was read to make the log.
func (l *Log) Progress() Progress { return l.progress }

// Span goes from the first instant at which something was recorded to the last of which the
// log speaks, as something recorded or as something that is said to have happened. Both
// are zero for an empty log. It costs some nanoseconds an event.
func (l *Log) Span() (first, last time.Time) {
	from, to := int64(nanos.Never), int64(nanos.None)
	for n := range l.shards {
		s := &l.shards[n]
		for local := range s.dealsIn(l) {
			to = max(to, s.lastOf(l, uint32(local)))
		}
		for _, c := range s.chunks {
			for _, recorded := range c.recorded {
				from = min(from, recorded)
			}
		}
	}
	if to == nanos.None {
		return time.Time{}, time.Time{}
	}
	return nanos.Time(from), nanos.Time(to)
}

// templates gives each statement as an event of a machine's deal.
func (l *Log) templates(m *dealstate.Machine) func(statement uint32) dealstate.Event {
	return func(n uint32) dealstate.Event { return l.statements[n].event("event", m.Deal()) }
}

// isDense reports whether tables may keep 4 bytes for each statement under each machine:
// together they take no more than 4 bytes an event.
func (l *Log) isDense() bool {
	return len(l.machines) == 1 || int64(len(l.statements))*int64(len(l.machines)) <= l.progress.Events
}

func (l *Log) shardOf(deal uint32) (s *shard, local uint32) {
	return &l.shards[deal%shards], deal >> shardBits
}

// deal is the number of a shard's deal in the log.
func (s *shard) deal(local uint32) uint32 { return local<<shardBits | s.number }

// dealsIn is how many of the log's deals are in the shard.
func (s *shard) dealsIn(l *Log) int { return (len(l.deals) - int(s.number) + shards - 1) >> shardBits }

func (s *shard) len() int {
	if len(s.chunks) == 0 {
		return 0
	}
	return (len(s.chunks)-1)<<chunkBits + len(s.chunks[len(s.chunks)-1].inputs)
}

func (s *shard) input(row uint32) lazydfa.Input {
	return s.chunks[row>>chunkBits].inputs[row%chunkRows]
}
func (s *shard) at(row uint32) int64        { return s.chunks[row>>chunkBits].at[row%chunkRows] }
func (s *shard) recorded(row uint32) int64  { return s.chunks[row>>chunkBits].recorded[row%chunkRows] }
func (s *shard) content(row uint32) uint64  { return s.chunks[row>>chunkBits].contents[row%chunkRows] }
func (s *shard) numberOf(row uint32) uint32 { return s.chunks[row>>chunkBits].ids[row%chunkRows] }

// idBytes is the id of a row of a log that is not numbered.
func (s *shard) idBytes(row uint32) []byte {
	c, n := &s.chunks[row>>chunkBits], row%chunkRows
	var from uint32
	if n > 0 {
		from = c.ids[n-1]
	}
	return c.text[from:c.ids[n]]
}

func (l *Log) id(s *shard, row uint32) string {
	if l.numbered {
		return numberID(s.numberOf(row))
	}
	return string(s.idBytes(row))
}

// numberID writes a row's number as an id that sorts like the number.
func numberID(row uint32) string {
	digits := strconv.FormatUint(uint64(row), 10)
	return "0000000000"[len(digits):] + digits
}

// event gives back the event of a row, addressed to the machine that runs its
// deal. What no decision and no snapshot asks for is left out.
func (l *Log) event(s *shard, row uint32) dealstate.Event {
	in := s.input(row)
	e := l.statements[in.Statement].event(l.id(s, row), l.machineOf(s.deal(in.Deal)).Deal())
	e.At, e.Recorded, e.Until, e.Ref = nanos.Time(s.at(row)), nanos.Time(s.recorded(row)), nanos.Time(s.until(row)), s.refs[row]
	return e
}

func (s *shard) until(row uint32) int64 {
	if until, ok := s.untils[row]; ok {
		return until
	}
	return nanos.None
}

// hasMore reports whether there is more to a row that a table may know without: a
// reference to another event, or the instant of a withdrawal.
func (l *Log) hasMore(s *shard, row uint32) bool {
	return l.refers && s.refs[row] != "" || l.leavesLater && s.until(row) != nanos.None
}

func (l *Log) machineOf(deal uint32) *dealstate.Machine { return l.machines[l.machine[deal]] }

// rowsOf lists a deal's rows in order of arrival. The first call groups the
// whole shard: 4 bytes an event and 4 a deal.
func (s *shard) rowsOf(l *Log, local uint32) []uint32 {
	s.group.Do(func() { s.groupRows(s.dealsIn(l)) })
	return s.rows[s.starts[local]:s.starts[local+1]]
}

func (s *shard) groupRows(deals int) {
	s.starts, s.rows = make([]uint32, deals+2), make([]uint32, s.len())
	for _, c := range s.chunks {
		for _, in := range c.inputs {
			s.starts[in.Deal+2]++
		}
	}
	for d := 2; d < len(s.starts); d++ {
		s.starts[d] += s.starts[d-1]
	}
	for n, c := range s.chunks {
		for i, in := range c.inputs {
			s.rows[s.starts[in.Deal+1]] = uint32(n<<chunkBits + i)
			s.starts[in.Deal+1]++
		}
	}
}

// lastOf is the last instant of which a deal's log speaks: at which something was
// learned, or is said to have happened. The first call looks for that of all deals: 8
// bytes a deal.
func (s *shard) lastOf(l *Log, local uint32) int64 {
	s.end.Do(func() { s.findLasts(l) })
	return s.lasts[local]
}

func (s *shard) findLasts(l *Log) {
	s.lasts = slices.Repeat([]int64{nanos.None}, s.dealsIn(l))
	for _, c := range s.chunks {
		for i, in := range c.inputs {
			last := max(s.lasts[in.Deal], c.recorded[i])
			if l.statements[in.Statement].Modality <= dealstate.Asserted {
				last = max(last, c.at[i])
			}
			s.lasts[in.Deal] = last
		}
	}
}

// spanOf is the span of a row's chunk. The first call looks for those of all: 32 bytes for
// 1,024 events.
func (s *shard) spanOf(row uint32) *span {
	s.bounded.Do(s.findSpans)
	return &s.spans[row>>chunkBits]
}

func (s *shard) findSpans() {
	for _, c := range s.chunks { // none is empty
		s.spans = append(s.spans, span{firstAt: slices.Min(c.at), lastAt: slices.Max(c.at), firstRecorded: slices.Min(c.recorded), lastRecorded: slices.Max(c.recorded)})
	}
}

func (s *shard) isLate(deal uint32) bool {
	return int(deal/64) < len(s.late) && s.late[deal/64]>>(deal%64)&1 == 1
}

func (s *shard) setLate(deal uint32) {
	for int(deal/64) >= len(s.late) {
		s.late = append(s.late, 0)
	}
	s.late[deal/64] |= 1 << (deal % 64)
}

// moment is where an event folds in its deal, but for its id.
type moment struct {
	at, recorded int64
	statement    *Statement
}

// compare orders events as [dealstate.Event.Compare] does; 0 leaves it to the ids.
func (m moment) compare(o moment) int {
	if m.at != o.at {
		return cmp.Compare(m.at, o.at)
	}
	class, place := m.statement.Kind.Rank()
	otherClass, other := o.statement.Kind.Rank()
	return cmp.Or(cmp.Compare(class, otherClass), cmp.Compare(m.recorded, o.recorded),
		cmp.Compare(place, other), cmp.Compare(m.statement.Revision, o.statement.Revision))
}

func (l *Log) momentOf(s *shard, row uint32) moment {
	return moment{at: s.at(row), recorded: s.recorded(row), statement: &l.statements[s.input(row).Statement]}
}

// compare orders two rows of a deal as the library folds them.
func (l *Log) compare(s *shard, a, b uint32) int {
	if c := l.momentOf(s, a).compare(l.momentOf(s, b)); c != 0 {
		return c
	}
	if l.numbered {
		return cmp.Compare(s.numberOf(a), s.numberOf(b))
	}
	return bytes.Compare(s.idBytes(a), s.idBytes(b))
}
