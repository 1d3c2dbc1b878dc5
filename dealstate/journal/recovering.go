package journal

import "context"

// place is a point between two records.
type place struct {
	at      int64 // position of the record before it
	chain   chainText
	records int64 // where the next line begins
	events  int64 // where the next event begins
}

// recovering reads the records of one segment, and remembers where batches begin and
// end. One goroutine reads, and another one fills the index.
type recovering struct {
	*scan
	begun place      // where the last batch begins that is whole
	whole place      // where it ends
	open  place      // where the batch begins that is being read
	found found      // since the last part was handed over
	sure  int        // how many of these are of whole batches
	parts chan found // handed over
	used  chan found // given back, for the next parts
}

// found is what the index wants to know of some records in a row.
type found struct {
	names   []byte // the deal and the id of each, one after the other
	records []foundRecord
}

// foundRecord is one of them.
type foundRecord struct {
	line        int64 // where its line begins
	deal, id    int   // where its names end
	isAgreement bool
}

func newRecovering(seg *segment) *recovering {
	t := &recovering{scan: newScan(seg), parts: make(chan found, 4), used: make(chan found, 6)}
	t.found = newFound(int(min(foundPart, 1+seg.recordsSize/recordSize)))
	t.whole, t.begun = t.place(), t.place()
	return t
}

func (t *recovering) place() place { return place{t.at, t.chain, t.next, t.offset} }

// fill reads all records, and adds those of whole batches to the index.
func (t *recovering) fill(ctx context.Context, x *index) (err error) {
	go func() {
		err = t.each(ctx, maxPosition, t.take)
		t.found.records = t.found.records[:t.sure]
		t.parts <- t.found
		close(t.parts)
	}()
	for part := range t.parts {
		x.addAll(part)
		t.used <- part // there is room for all that are under way
	}
	return err
}

// foundPart is how many records are handed over at once, if batches are small.
const foundPart = 1 << 10

// take remembers the record, and hands over what is of whole batches.
func (t *recovering) take() error {
	deal, id, err := t.record.namesOf(t.json)
	if err != nil {
		return t.unreadable(err)
	}
	if t.record.part == 1 {
		t.open = t.whole
	}
	t.found.add(deal, id, t.from)
	if t.record.part < t.record.of {
		return nil
	}
	t.begun, t.whole, t.sure = t.open, t.place(), len(t.found.records)
	if t.sure >= foundPart {
		t.parts <- t.found
		t.found, t.sure = t.emptyFound(), 0
	}
	return nil
}

// emptyFound is in the memory of a part that was given back, if there is one.
func (t *recovering) emptyFound() found {
	select {
	case part := <-t.used:
		return found{part.names[:0], part.records[:0]}
	default:
		return newFound(foundPart)
	}
}

func newFound(n int) found {
	return found{make([]byte, 0, 32*n), make([]foundRecord, 0, n)}
}

func (p *found) add(deal, id []byte, line int64) {
	p.names = append(append(p.names, deal...), id...)
	p.records = append(p.records, foundRecord{line, len(p.names) - len(id), len(p.names), id == nil})
}

// addAll adds the records to the index.
func (x *index) addAll(part found) {
	from := 0
	for _, r := range part.records {
		deal, id := part.names[from:r.deal], part.names[r.deal:r.id]
		if from = r.id; r.isAgreement {
			id = nil
		}
		x.add(deal, id, r.line)
	}
}
