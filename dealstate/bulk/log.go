package bulk

import (
	"strconv"
	"sync"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Log holds the events of many deals in columns, each event once. Made by
// [ReadLines], [ReadEvents] or [FromColumns], it does not change any more and
// is safe for concurrent use. Replay it as often as you like, under any view.
type Log struct {
	machines []*dealstate.Machine
	deals    []string
	machine  []uint32 // by deal
	acts     []Act

	// By row.
	deal     []uint32
	act      []uint32
	at       []int64
	recorded []int64
	content  []uint64
	id       []uint64 // where it ends in text; nil: the row's number
	text     []byte

	refs   map[uint32]string // by row
	untils map[uint32]int64

	read   Progress
	shelf  shelf
	group  sync.Once
	starts []uint32 // by deal: its first place in rows
	rows   []uint32 // grouped by deal, in order of arrival
}

// Len is the number of events.
func (l *Log) Len() int { return len(l.deal) }

// Deals lists the ids of all deals in the order in which they first appear.
// Do not change it.
func (l *Log) Deals() []string { return l.deals }

// Read says what was read to make the log.
func (l *Log) Read() Progress { return l.read }

// ID is the id of the event in that row.
func (l *Log) ID(row int) string { return string(l.idBytes(uint32(row))) }

func (l *Log) idBytes(row uint32) []byte {
	if l.id == nil {
		return appendRowID(nil, row)
	}
	var from uint64
	if row > 0 {
		from = l.id[row-1]
	}
	return l.text[from:l.id[row]]
}

// appendRowID writes a row's number as an id that sorts like the number.
func appendRowID(to []byte, row uint32) []byte {
	digits := strconv.AppendUint(nil, uint64(row), 10)
	to = append(to, "0000000000"[:10-len(digits)]...)
	return append(to, digits...)
}

// event gives back the event of a row, addressed to the machine that runs its
// deal. What no decision and no snapshot asks for is left out.
func (l *Log) event(row uint32) dealstate.Event {
	e := l.acts[l.act[row]].event(l.ID(int(row)), l.machineOf(l.deal[row]).Deal())
	e.At, e.Recorded, e.Ref = instant(l.at[row]), instant(l.recorded[row]), l.refs[row]
	e.Until = instant(l.until(row))
	return e
}

func (l *Log) until(row uint32) int64 {
	if until, ok := l.untils[row]; ok {
		return until
	}
	return none
}

func (l *Log) machineOf(deal uint32) *dealstate.Machine { return l.machines[l.machine[deal]] }

// rowsOf lists a deal's rows in order of arrival. The first call groups the
// whole log: 4 bytes an event and 4 a deal.
func (l *Log) rowsOf(deal uint32) []uint32 {
	l.group.Do(l.groupRows)
	return l.rows[l.starts[deal]:l.starts[deal+1]]
}

func (l *Log) groupRows() {
	l.starts, l.rows = make([]uint32, len(l.deals)+2), make([]uint32, len(l.deal))
	for _, d := range l.deal {
		l.starts[d+2]++
	}
	for d := 2; d < len(l.starts); d++ {
		l.starts[d] += l.starts[d-1]
	}
	for row, d := range l.deal {
		l.rows[l.starts[d+1]] = uint32(row)
		l.starts[d+1]++
	}
}

// compare orders two rows of a deal as the library folds them: by At, then by
// Recorded, then by id.
func (l *Log) compare(a, b uint32) int {
	switch {
	case l.at[a] != l.at[b]:
		return order(l.at[a] < l.at[b])
	case l.recorded[a] != l.recorded[b]:
		return order(l.recorded[a] < l.recorded[b])
	case a == b:
		return 0
	case l.id == nil:
		return order(a < b)
	}
	return order(string(l.idBytes(a)) < string(l.idBytes(b)))
}

func order(before bool) int {
	if before {
		return -1
	}
	return 1
}
