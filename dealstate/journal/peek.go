package journal

import (
	"context"
	"errors"
	"iter"
)

// ReadDir gives the entries of a journal in a directory without opening it: it takes no
// lock and changes nothing, so it reads beside the writer, who has the journal open. It
// holds every entry to its checksum, and ends with the last batch that is whole.
//
// What comes after that, it passes over in silence: an append under way, or what a crash
// has left of one. An entry that was written and not synced yet is among those given; a
// crash of the machine may still lose it. Any other damage is a *[DamageError]. A
// directory without a journal has no entries.
func ReadDir(ctx context.Context, dir string, o Options) iter.Seq2[Entry, error] {
	if o.FS == nil {
		o.FS = osDir(dir)
	}
	return func(yield func(Entry, error) bool) {
		p := &peeking{files: o.FS, yield: yield}
		if err := p.read(ctx); err != nil && err != errStopped {
			yield(Entry{}, err)
		}
	}
}

var errStopped = errors.New("journal: nobody reads on")

// peeking goes along the segments. It belongs to one loop over ReadDir.
type peeking struct {
	files FS
	yield func(Entry, error) bool
	end   Head       // of the last segment
	forms agreements // that were read
	batch []Entry    // as far as it was read
}

func (p *peeking) read(ctx context.Context) error {
	names, err := p.files.Names()
	if err != nil {
		return err
	}
	found := segmentsIn(names, recordsSuffix)
	for i, after := range found {
		if err := p.segment(ctx, after, i == len(found)-1); err != nil {
			return err
		}
	}
	return nil
}

func (p *peeking) segment(ctx context.Context, after int64, last bool) error {
	seg, err := nextSegment(p.files, after, p.end)
	if err != nil {
		return tornOnly(err, last)
	}
	defer seg.close()
	s := newScan(seg)
	err = s.each(ctx, maxPosition, func() error { return p.take(s) })
	var damage *DamageError
	if last && errors.As(err, &damage) && damage.Position == s.at+1 {
		followed, bad := s.isFollowed(damage.Position)
		damage.Tail = !followed && bad == nil
	}
	return tornOnly(err, last)
}

// tornOnly passes over the damage of a tail, which nobody was told is kept.
func tornOnly(err error, last bool) error {
	var damage *DamageError
	if last && errors.As(err, &damage) && damage.Tail {
		return nil
	}
	return err
}

// take hands on a batch once it is whole.
func (p *peeking) take(s *scan) error {
	e, err := s.record.entry(s.json, &p.forms)
	if err != nil {
		return s.unreadable(err)
	}
	var ok bool
	if p.end, ok = s.chained(p.end); !ok {
		return &DamageError{Position: s.at, File: s.seg.recordsName(), Offset: s.from, Problem: "the chain does not follow from the entry and the chain before"}
	}
	p.batch = append(p.batch, e)
	if s.record.part < s.record.of {
		return nil
	}
	for _, e := range p.batch {
		if !p.yield(e, nil) {
			return errStopped
		}
	}
	p.batch = p.batch[:0]
	return nil
}
