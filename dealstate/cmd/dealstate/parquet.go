package main

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/parquet"
)

// readParquet reads a log of Parquet as the other formats are read.
func readParquet(r io.Reader, checks ...func(dealstate.Event) error) iter.Seq2[dealstate.Event, error] {
	return func(yield func(dealstate.Event, error) bool) {
		file, ok := r.(io.ReadSeeker)
		at, also := r.(io.ReaderAt)
		if !ok || !also {
			yield(dealstate.Event{}, misusef("Parquet is read from a file only, for it is read from its end"))
			return
		}
		size, err := file.Seek(0, io.SeekEnd)
		if err != nil {
			yield(dealstate.Event{}, err)
			return
		}
		row := 0
		for e, err := range parquet.ReadEvents(at, size) {
			row++
			for _, check := range checks {
				if err == nil {
					err = check(e)
				}
			}
			var line *dealstate.LineError
			if err != nil && !errors.As(err, &line) && !is[*parquet.FileError](err) {
				err = &dealstate.LineError{Line: row, Err: err}
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// writeParquet writes the tables that Parquet has a schema for.
func writeParquet(w io.Writer, s sheet) error {
	switch s := s.(type) {
	case rowsOf[eventRow]:
		return s.end(parquet.WriteEvents(w, mapped(s.rows, func(r eventRow) dealstate.Event { return r.Event })))
	case rowsOf[stateRow]:
		return s.end(parquet.WriteSnapshots(w, mapped(s.rows, func(r stateRow) dealstate.Snapshot { return r.Snapshot })))
	case rowsOf[analytics.Spell]:
		return s.end(parquet.WriteSpells(w, s.rows))
	case rowsOf[analytics.Wait]:
		return s.end(parquet.WriteWaits(w, s.rows))
	case rowsOf[analytics.Cell]:
		return s.end(parquet.WritePanel(w, s.rows))
	}
	return fmt.Errorf("no schema for %T", s) // cannot be: the format's row lists the tables
}

// inParquet are the tables that writeParquet takes.
var inParquet = []string{"states", "events", "spells", "waits", "panel"}

// mapped is a sequence of what the rows hold.
func mapped[R, T any](rows iter.Seq[R], of func(R) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for r := range rows {
			if !yield(of(r), nil) {
				return
			}
		}
	}
}
