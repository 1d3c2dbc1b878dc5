package dealbeam

import (
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"io"
	"reflect"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
)

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// fold is the common part of all transforms that fold: it reads a bucket. Beam sends it to the
// workers as JSON. There, one bundle uses it at a time. It compiles the agreements when it reads
// its first bucket; in the global window, they do not change.
type fold struct {
	View       dealstate.View
	Template   bool // there is one agreement, for every deal
	Workers    int
	agreements *bulk.Agreements
}

// read makes a log of a bucket's lines. Lines that are bad are told, if anybody asks.
func (f *fold) read(ctx context.Context, values func(*[]byte) bool, agreements func(*string) bool, bad func(BadLine)) (*bulk.Log, error) {
	if f.agreements == nil {
		of, err := compiled(f.Template, agreements)
		if err != nil {
			return nil, err
		}
		f.agreements = &of
	}
	var parts [][]byte
	for value := []byte(nil); values(&value); value = nil {
		parts = append(parts, value)
	}
	readers := make([]io.Reader, len(parts))
	for i, part := range parts {
		readers[i] = flate.NewReader(bytes.NewReader(part))
	}
	log, found, err := f.readLines(ctx, readers)
	if err != nil || len(found) == 0 || bad == nil && !hasConflict(found) {
		return log, err
	}
	return f.readAgain(ctx, parts, bad)
}

// readAgain reads a bucket that has bad lines in an order that nothing but the lines decides:
// which of two lines of one id is the first must not depend on the bundles.
func (f *fold) readAgain(ctx context.Context, parts [][]byte, bad func(BadLine)) (*bulk.Log, error) {
	for i, part := range parts {
		text, err := unpacked(part)
		if err != nil {
			return nil, err
		}
		parts[i] = text
	}
	lines := sorted(parts)
	readers := make([]io.Reader, len(lines))
	for i, line := range lines {
		readers[i] = bytes.NewReader(line)
	}
	log, found, err := f.readLines(ctx, readers)
	if err == nil && bad != nil {
		for _, e := range found {
			bad(badLine(bytes.TrimRight(lines[e.Line-1], "\n"), e.Err))
		}
	}
	return log, err
}

// readLines also gives the bad lines.
func (f *fold) readLines(ctx context.Context, readers []io.Reader) (*bulk.Log, []*dealstate.LineError, error) {
	var found []*dealstate.LineError
	log, err := bulk.ReadLines(ctx, io.MultiReader(readers...), *f.agreements, bulk.Options{Workers: f.Workers, Bad: func(e *dealstate.LineError) error {
		found = append(found, e)
		return nil
	}})
	return log, found, err
}

func hasConflict(found []*dealstate.LineError) bool {
	for _, e := range found {
		var conflict *dealstate.ConflictError
		if errors.As(e.Err, &conflict) {
			return true
		}
	}
	return false
}

// badFn tells the lines of a bucket that bulk refuses.
type badFn struct{ F fold }

func (b *badFn) ProcessElement(ctx context.Context, _ int, values func(*[]byte) bool, agreements func(*string) bool, emit func(BadLine)) error {
	_, err := b.F.read(ctx, values, agreements, emit)
	return err
}

// Deal is one deal of a log, folded.
type Deal struct {
	ID        string
	Snapshot  dealstate.Snapshot
	Decisions []dealstate.Decision // with the clocks that fired, in their order
	Events    []dealstate.Event    // known in the view, without what no decision asks for: notes, and of the source all but the publisher
}

// Folds gives each deal folded, a PCollection<Deal>, from which measures are computed. A deal
// without an event in the view is left out, here and in all transforms. Several transforms on one
// PCollection<Deal> fold once.
func (d *Deals) Folds(s beam.Scope) beam.PCollection {
	return d.each(s, "dealbeam.Folds", &foldFn{d.fold})
}

// each applies a transform to the buckets.
func (d *Deals) each(s beam.Scope, name string, fn any) beam.PCollection {
	return beam.ParDo(s.Scope(name), fn, d.grouped, beam.SideInput{Input: d.agreements})
}

type foldFn struct{ F fold }

func (f *foldFn) ProcessElement(ctx context.Context, _ int, values func(*[]byte) bool, agreements func(*string) bool, emit func(Deal)) error {
	log, err := f.F.read(ctx, values, agreements, nil)
	if err != nil {
		return err
	}
	for of, err := range log.Folds(ctx, f.F.View, f.F.Workers) {
		if err != nil {
			return err
		}
		emit(Deal{ID: of.Deal, Snapshot: of.Snapshot, Decisions: of.Decisions, Events: of.Events})
	}
	return nil
}

// Snapshots gives where each deal stands, a PCollection<dealstate.Snapshot>.
func (d *Deals) Snapshots(s beam.Scope) beam.PCollection {
	return d.each(s, "dealbeam.Snapshots", &snapshotFn{d.fold})
}

type snapshotFn struct{ F fold }

func (f *snapshotFn) ProcessElement(ctx context.Context, _ int, values func(*[]byte) bool, agreements func(*string) bool, emit func(dealstate.Snapshot)) error {
	log, err := f.F.read(ctx, values, agreements, nil)
	if err != nil {
		return err
	}
	for of, err := range log.Folds(ctx, f.F.View, f.F.Workers) {
		if err != nil {
			return err
		}
		emit(of.Snapshot)
	}
	return nil
}

// Transitions gives every change of a deal's state, a PCollection<bulk.Transition>.
func (d *Deals) Transitions(s beam.Scope) beam.PCollection {
	return d.each(s, "dealbeam.Transitions", &transitionFn{d.fold})
}

type transitionFn struct{ F fold }

func (f *transitionFn) ProcessElement(ctx context.Context, _ int, values func(*[]byte) bool, agreements func(*string) bool, emit func(bulk.Transition)) error {
	log, err := f.F.read(ctx, values, agreements, nil)
	if err != nil {
		return err
	}
	for t, err := range log.Transitions(ctx, f.F.View, f.F.Workers) {
		if err != nil {
			return err
		}
		emit(t)
	}
	return nil
}

// Totals counts decisions and deals, a PCollection<bulk.Totals> of one element, or of none for an
// empty log.
func (d *Deals) Totals(s beam.Scope) beam.PCollection {
	s = s.Scope("dealbeam.Totals")
	return beam.Combine(s, &TotalsFn{}, d.each(s, "Buckets", &totalsFn{d.fold}))
}

type totalsFn struct{ F fold }

func (f *totalsFn) ProcessElement(ctx context.Context, _ int, values func(*[]byte) bool, agreements func(*string) bool, emit func(bulk.Totals)) error {
	log, err := f.F.read(ctx, values, agreements, nil)
	if err != nil {
		return err
	}
	r, err := log.Replay(ctx, f.F.View, f.F.Workers)
	if err != nil {
		return err
	}
	emit(r.Totals())
	return nil
}

// Panel says where each deal stood on each date, as known on that date, a
// PCollection<analytics.Cell>: deals × dates, as [analytics.Panel] has them. None of the dates
// is the zero one; they are best in ascending order.
func (d *Deals) Panel(s beam.Scope, dates []time.Time) beam.PCollection {
	return d.each(s, "dealbeam.Panel", &panelFn{d.fold, dates})
}

type panelFn struct {
	F     fold
	Dates []time.Time
}

func (f *panelFn) ProcessElement(ctx context.Context, _ int, values func(*[]byte) bool, agreements func(*string) bool, emit func(analytics.Cell)) error {
	log, err := f.F.read(ctx, values, agreements, nil)
	if err != nil {
		return err
	}
	for b, err := range log.Backtests(ctx, f.F.View, f.F.Workers) {
		if err != nil {
			return err
		}
		for cell := range analytics.Cells(b.Backtest, f.Dates) {
			cell.Deal = b.Deal
			emit(cell)
		}
	}
	return nil
}

// Spells gives how long each deal was in each state, a PCollection<analytics.Spell>. A spell that
// has not ended is censored at the view's AsOf, or without one at the last instant in the deal's
// log.
func (d *Deals) Spells(s beam.Scope) beam.PCollection {
	s = s.Scope("dealbeam.Spells")
	return beam.ParDo(s, &spellFn{}, d.Folds(s))
}

type spellFn struct{}

func (*spellFn) ProcessElement(d Deal, emit func(analytics.Spell)) error {
	var spells analytics.Spells
	for _, decision := range d.Decisions {
		if err := spells.Add(decision); err != nil {
			return err
		}
	}
	for spell := range spells.All(d.Snapshot.AsOf) {
		emit(spell)
	}
	return nil
}

// Comparison is one deal under two policies, in one view.
type Comparison struct{ A, B dealstate.Snapshot }

// Comparisons gives each deal under the view's policy and under another one, a
// PCollection<Comparison>, for [PolicyChangesFn].
func (d *Deals) Comparisons(s beam.Scope, other dealstate.Policy) beam.PCollection {
	return d.each(s, "dealbeam.Comparisons", &compareFn{d.fold, other})
}

type compareFn struct {
	F     fold
	Other dealstate.Policy
}

func (f *compareFn) ProcessElement(ctx context.Context, _ int, values func(*[]byte) bool, agreements func(*string) bool, emit func(Comparison)) error {
	log, err := f.F.read(ctx, values, agreements, nil)
	if err != nil {
		return err
	}
	other := f.F.View
	other.Policy = f.Other
	for of, err := range log.Folds(ctx, f.F.View, f.F.Workers) {
		if err != nil {
			return err
		}
		for i := range of.Events {
			of.Events[i].Deal = of.Machine.Deal()
		}
		b, _, err := of.Machine.Fold(of.Events, other)
		if err != nil {
			return err
		}
		b.Deal = of.Deal
		emit(Comparison{A: of.Snapshot, B: b})
	}
	return nil
}
