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
	in, b, part := newIntake(a), newBuilder(opt), &batch{}
	flush := func() error {
		part.names = in.names
		err := b.add(part)
		part.reset()
		if err == nil {
			err = ctx.Err()
		}
		return err
	}
	n := 0
	for e, err := range events {
		n++
		part.lines++
		if err == nil {
			err = in.takeEvent(&e, n, part)
		}
		if err != nil {
			part.bad = append(part.bad, lineError(n, err))
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
	return b.done(), nil
}

func (in *intake) takeEvent(e *dealstate.Event, n int, to *batch) error {
	if err := e.Validate(); err != nil {
		return err
	}
	var r record
	if err := r.set(e); err != nil {
		return err
	}
	return in.take(&r, n, to)
}

func lineError(n int, err error) *dealstate.LineError {
	var line *dealstate.LineError
	if errors.As(err, &line) {
		return line
	}
	return &dealstate.LineError{Line: n, Err: err}
}
