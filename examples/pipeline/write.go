package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// job is one log to be measured, and how.
type job struct {
	options
	log   *bulk.Log
	watch io.Writer         // who is told how far it is; nil: nobody
	final []dealstate.State // in which a deal is over
}

// folds are those of all deals.
func (j job) folds(ctx context.Context) iter.Seq2[bulk.Fold, error] {
	return told(j, j.log.Folds(ctx, j.view, j.workers))
}

// told goes through all deals, with a word now and then of how far it is.
func told[D any](j job, deals iter.Seq2[D, error]) iter.Seq2[D, error] {
	return func(yield func(D, error) bool) {
		n := 0
		for deal, err := range deals {
			if n++; j.watch != nil && n%1024 == 0 {
				fmt.Fprintf(j.watch, "\r%d of %d deals ", n, len(j.log.Deals()))
			}
			if !yield(deal, err) {
				return
			}
		}
	}
}

// writer writes one of the outputs of -out.
type writer func(context.Context, job, *bufio.Writer) error

var writers = map[string]writer{
	"spells": rowWriter(spells), "panel": writePanel, "transitions": writeTransitions,
	"xes": logWriter(analytics.WriteXES), "ocel": logWriter(analytics.WriteOCEL), "summary": writeSummary,
}

// decisions hands over every deal's, in their order.
func (j job) decisions(ctx context.Context, take func(dealstate.Decision) error) error {
	for f, err := range j.folds(ctx) {
		if err != nil {
			return err
		}
		for _, d := range f.Decisions {
			if err := take(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// spells are each deal's, to the instant from which the view looks at it.
func spells(job) func(bulk.Fold, func(analytics.Spell) bool) error {
	return func(f bulk.Fold, yield func(analytics.Spell) bool) error {
		var spells analytics.Spells
		for _, d := range f.Decisions {
			if err := spells.Add(d); err != nil {
				return err
			}
		}
		for spell := range spells.All(f.Snapshot.AsOf) {
			if !yield(spell) {
				return errStopped
			}
		}
		return nil
	}
}

func writeTransitions(ctx context.Context, j job, out *bufio.Writer) error {
	var transitions analytics.Transitions
	if err := j.decisions(ctx, transitions.Add); err != nil {
		return err
	}
	return analytics.WriteCSV(out, transitions.All())
}

// logWriter writes one case a deal.
func logWriter(write func(io.Writer, iter.Seq[analytics.Case]) error) writer {
	return func(ctx context.Context, j job, out *bufio.Writer) error {
		var failed error
		err := write(out, func(yield func(analytics.Case) bool) {
			a := j.machine.Agreement()
			for f, err := range j.folds(ctx) {
				if failed = err; err != nil || !yield(analytics.Case{Deal: f.Deal, Agreement: a, Decisions: f.Decisions, Events: f.Events}) {
					return
				}
			}
		})
		return cmp.Or(failed, err)
	}
}

// rowWriter writes each deal's rows.
func rowWriter[R analytics.Row](of func(job) func(bulk.Fold, func(R) bool) error) writer {
	return func(ctx context.Context, j job, out *bufio.Writer) error {
		var failed error
		each := of(j)
		err := analytics.WriteCSV(out, func(yield func(R) bool) {
			for f, err := range j.folds(ctx) {
				if failed = err; err == nil {
					failed = each(f, yield)
				}
				if failed != nil {
					return
				}
			}
		})
		if failed == errStopped {
			failed = nil
		}
		return cmp.Or(failed, err)
	}
}

var errStopped = errors.New("stopped")

// dates are those of the panel, the same for all deals.
func (j job) dates() (dates []time.Time) {
	first, _ := j.log.Span()
	for i, date := range analytics.EachDay(first, j.view.AsOf) {
		if i%j.every == 0 && !after(date, j.view.AsOf) && !after(date, j.view.KnownBy) {
			dates = append(dates, date)
		}
	}
	return dates
}

// after is false where there is no limit.
func after(date, limit time.Time) bool { return !limit.IsZero() && date.After(limit) }

// writePanel says where each deal stood on each date, as known then: from its first report
// to the date on which it is known to be over.
func writePanel(ctx context.Context, j job, out *bufio.Writer) error {
	var failed error
	dates := j.dates()
	err := analytics.WriteCSV(out, func(yield func(analytics.Cell) bool) {
		for b, err := range told(j, j.log.Backtests(ctx, j.view, j.workers)) {
			if failed = err; err != nil || !j.cells(b, dates, yield) {
				return
			}
		}
	})
	return cmp.Or(failed, err)
}

// cells yields those of one deal, and reports whether to go on.
func (j job) cells(b bulk.Backtest, dates []time.Time, yield func(analytics.Cell) bool) bool {
	first, last := b.Recorded()
	from, _ := slices.BinarySearchFunc(dates, first, time.Time.Compare)
	for cell := range analytics.Cells(b.Backtest, dates[from:]) {
		cell.Deal = b.Deal
		if !yield(cell) {
			return false
		}
		if slices.Contains(j.final, cell.State) && !last.After(cell.Date) {
			break
		}
	}
	return true
}

func writeSummary(ctx context.Context, j job, out *bufio.Writer) error {
	r, err := j.log.Replay(ctx, j.view, j.workers)
	if err != nil {
		return err
	}
	t := r.Totals()
	fmt.Fprintf(out, "%d events of %d deals under the policy %s; the state changed %d times\n", t.Events, t.Deals, j.view.Policy.Name, t.Moved)
	if t.Unseen > 0 {
		fmt.Fprintf(out, "%d more deals of which nothing is seen by then\n", t.Unseen)
	}
	table(out, "deals that stand", t.States)
	table(out, "events and clocks that were", t.Outcomes)
	table(out, "for the reason", t.Reasons)
	table(out, "by the rule", t.Rules)
	return nil
}

// table writes counts, the largest first, with bars.
func table[K comparable](out io.Writer, title string, counts map[K]int64) {
	if len(counts) == 0 {
		return
	}
	keys := slices.Collect(maps.Keys(counts))
	slices.SortFunc(keys, func(a, b K) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)))
	})
	fmt.Fprintf(out, "\n%s\n", title)
	most := counts[keys[0]]
	for _, k := range keys {
		bar := strings.Repeat("█", int(24*counts[k]/max(most, 1)))
		fmt.Fprintf(out, "  %s %9d  %s\n", render.Pad(fmt.Sprint(k), 32), counts[k], bar)
	}
}
