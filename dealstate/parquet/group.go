package parquet

import (
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/bulk"
)

// worker decodes row groups, one at a time. One goroutine has it; its memory is used for group
// after group.
type worker struct {
	f *file
	values
	said     said
	deal     words
	ref      words
	at       moments
	recorded moments
	until    moments
}

// decode reads the columns of a group that a log needs into columns whose memory may be used
// again.
func (w *worker) decode(g *group, to *bulk.Columns) (err error) {
	defer recoverInto(&err, g.number)
	to.Bad = map[uint32]error{}
	bad := func(row int, err error) {
		if to.Bad[uint32(row)] == nil {
			to.Bad[uint32(row)] = err
		}
	}
	if to.ID, err = w.readTexts(w.f, g, "id", to.ID); err != nil {
		return err
	}
	if err := w.said.read(&w.values, w.f, g, to, bad); err != nil {
		return err
	}
	if err := w.readDeals(g, to); err != nil {
		return err
	}
	if err := w.readInstants(g, to, bad); err != nil {
		return err
	}
	return w.readRefs(g, to)
}

func (w *worker) readDeals(g *group, to *bulk.Columns) error {
	err := w.readWords(w.f, g, "deal", &w.deal)
	to.Deals = append(to.Deals[:0], w.deal.list...)
	if w.deal.codes == nil { // every row leaves it out, which the log will say
		w.deal.buf = append(w.deal.buf[:0], make([]uint32, g.rows)...)
	}
	to.Deal, w.deal.buf = w.deal.buf, to.Deal // whose memory is used again
	return err
}

func (w *worker) readInstants(g *group, to *bulk.Columns, bad func(int, error)) error {
	for _, c := range []struct {
		name string
		to   *moments
	}{{"at", &w.at}, {"recorded", &w.recorded}, {"until", &w.until}} {
		if err := w.readMoments(w.f, g, c.name, c.to, bad); err != nil {
			return err
		}
	}
	to.At = w.at.take(to.At, g.rows)
	to.Recorded = w.recordedOf(to)
	to.Until = map[uint32]int64{}
	for row, until := range w.until.at {
		if until != none {
			to.Until[uint32(row)] = until
		}
	}
	return nil
}

// recordedOf gives when each event was learned: left out, by the end of the day where that is
// all that is known of when it happened, and else at once.
func (w *worker) recordedOf(to *bulk.Columns) []int64 {
	if w.recorded.at == nil && w.at.dated == nil {
		return nil
	}
	recorded := w.recorded.take(to.Recorded, len(to.At))
	if w.at.dated == nil {
		return recorded
	}
	for row, at := range to.At {
		if recorded[row] == none && w.at.dated[row] && at != none {
			recorded[row] = at + int64(24*time.Hour-time.Second)
		}
	}
	return recorded
}

func (w *worker) readRefs(g *group, to *bulk.Columns) error {
	err := w.readWords(w.f, g, "ref", &w.ref)
	to.Ref = map[uint32]string{}
	for row, n := range w.ref.codes {
		if n > 0 {
			to.Ref[uint32(row)] = strings.Clone(w.ref.list[n])
		}
	}
	return err
}
