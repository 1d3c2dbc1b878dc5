package bulk

import (
	"context"
	"errors"
	"iter"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// ReadEvents makes a log of events that come in any order. A bad event, and an
// error of the sequence, is a bad line: numbered by its place, from 1, unless
// it is a *dealstate.LineError already. It takes about a microsecond an event.
func ReadEvents(ctx context.Context, events iter.Seq2[dealstate.Event, error], a Agreements, opt Options) (*Log, error) {
	in, b, part := newIntake(a), newBuilder(a, opt), &batch{}
	flush := func() error {
		part.names = in.names
		err := b.add(part)
		part.reset()
		if err == nil {
			err = ctx.Err()
		}
		return err
	}
	for e, err := range events {
		part.lines++
		part.events++
		if err == nil {
			err = in.takeEvent(&e, part.lines, part)
		}
		if err != nil {
			part.bad = append(part.bad, lineError(part.lines, err))
		}
		if part.lines == 4096 || len(part.bad) > 0 {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	if err := flush(); err != nil {
		return nil, err
	}
	return b.log, nil
}

func (in *intake) takeEvent(e *dealstate.Event, n int, to *batch) error {
	if err := e.Validate(); err != nil {
		return err
	}
	var r record
	if err := r.set(e); err != nil {
		return err
	}
	_, err := in.take(&r, n, to)
	return err
}

func lineError(n int, err error) *dealstate.LineError {
	var line *dealstate.LineError
	if errors.As(err, &line) {
		return line
	}
	return &dealstate.LineError{Line: n, Err: err}
}
