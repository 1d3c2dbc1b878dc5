package bulk

import (
	"cmp"
	"context"
	"errors"
	"iter"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// ReadEvents makes a log of events that come in any order. A bad event, and an
// error of the sequence, is a bad line: numbered by its place, from 1, unless
// it is a *dealstate.LineError already. One that ends its stream ends the reading,
// whatever Bad says. It takes about a microsecond an event.
func ReadEvents(ctx context.Context, events iter.Seq2[dealstate.Event, error], a Agreements, opt Options) (*Log, error) {
	b, n := newBuilder(a, opt), 0
	if err := b.readEvents(ctx, events, func() int { n++; return n }); err != nil {
		return nil, err
	}
	return b.log, nil
}

// readEvents asks for the line of each event, once.
func (b *builder) readEvents(ctx context.Context, events iter.Seq2[dealstate.Event, error], line func() int) error {
	d, part := newDecoder(b.log.agreements), &batch{}
	for e, err := range events {
		part.lines = line() - b.line
		part.events++
		if err == nil {
			err = e.Validate()
		}
		if err == nil {
			_, err = d.addEvent(&e, part.lines, part)
		}
		if ends(err) {
			part.stop = err
			break
		}
		if err != nil {
			part.blame(part.lines, err)
		}
		if part.events == batchRows || len(part.bad) > 0 {
			if err := b.flush(ctx, d, part); err != nil {
				return err
			}
		}
	}
	return b.flush(ctx, d, part)
}

func (b *builder) flush(ctx context.Context, d *decoder, part *batch) error {
	part.names = d.names
	err := b.add(part)
	part.reset()
	return cmp.Or(err, ctx.Err())
}

func ends(err error) bool {
	var line *dealstate.LineError
	return errors.As(err, &line) && line.Ends
}

func lineError(n int, err error) *dealstate.LineError {
	var line *dealstate.LineError
	if errors.As(err, &line) {
		return line
	}
	return &dealstate.LineError{Line: n, Err: err}
}
