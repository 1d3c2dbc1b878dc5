package main

import (
	"bufio"
	"cmp"
	"context"
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

// output is one of -out: what it is called, how it is written, how a shard writes its part
// of it, and how parts are merged to what is written without shards. Parts and merge are nil
// where it is not to be had in parts.
type output struct {
	name  string
	write writer
	part  writer
	merge merger
}

var outputs = []output{
	{"spells", rowWriter(spells), partWriter(spells), mergeRows(func(s analytics.Spell) string { return s.Deal })},
	{"panel", rowWriter(panel), partWriter(panel), mergeRows(func(c analytics.Cell) string { return c.Deal })},
	measureOutput("transitions", begin[analytics.Transitions], func(t *analytics.Transitions, _ time.Time) iter.Seq[analytics.Transition] { return t.All() }),
	measureOutput("waits", waits, (*analytics.Waits).All),
	measureOutput("party-waits", waits, (*analytics.Waits).ByParty),
	measureOutput("lifetimes", begin[analytics.Lifetimes], func(l *analytics.Lifetimes, until time.Time) iter.Seq[analytics.Lifetime] {
		return slices.Values(l.Observe(until))
	}),
	measureOutput("funnel", funnel, func(f *analytics.Funnel, _ time.Time) iter.Seq[analytics.FunnelStage] { return f.All() }),
	{"xes", logWriter(analytics.WriteXES), nil, nil},
	{"ocel", logWriter(analytics.WriteOCEL), nil, nil},
	{"summary", writeSummary, writeSummaryPart, mergeSummaries},
}

// outputOf finds an output by its name.
func outputOf(name string) (output, bool) {
	i := slices.IndexFunc(outputs, func(o output) bool { return o.name == name })
	if i < 0 {
		return output{}, false
	}
	return outputs[i], true
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

// rows yields what an output says of each deal, deal by deal, until yield returns false.
type rows[R analytics.Row] func(ctx context.Context, j job, yield func(deal string, row R) bool) error

// spells are each deal's, to the instant from which the view looks at it.
func spells(ctx context.Context, j job, yield func(string, analytics.Spell) bool) error {
	for f, err := range j.folds(ctx) {
		if err != nil {
			return err
		}
		var spells analytics.Spells
		for _, d := range f.Decisions {
			if err := spells.Add(d); err != nil {
				return err
			}
		}
		for spell := range spells.All(f.Snapshot.AsOf) {
			if !yield(f.Deal, spell) {
				return nil
			}
		}
	}
	return nil
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

// rowWriter writes each deal's rows as CSV.
func rowWriter[R analytics.Row](of rows[R]) writer {
	return func(ctx context.Context, j job, out *bufio.Writer) error {
		var failed error
		err := analytics.WriteCSV(out, func(yield func(R) bool) {
			failed = of(ctx, j, func(_ string, row R) bool { return yield(row) })
		})
		return cmp.Or(failed, err)
	}
}

// dates are those of the panel, the same for all deals.
func (j job) dates() (dates []time.Time) {
	first := j.from
	if first.IsZero() {
		first, _ = j.log.Span()
	}
	for i, date := range analytics.EachDay(first, j.view.AsOf) {
		if i%j.every == 0 && !after(date, j.view.AsOf) && !after(date, j.view.KnownBy) {
			dates = append(dates, date)
		}
	}
	return dates
}

// after is false where there is no limit.
func after(date, limit time.Time) bool { return !limit.IsZero() && date.After(limit) }

// panel says where each deal stood on each date, as known then: from its first report to the
// date on which it is known to be over.
func panel(ctx context.Context, j job, yield func(string, analytics.Cell) bool) error {
	dates := j.dates()
	for b, err := range told(j, j.log.Backtests(ctx, j.view, j.workers)) {
		if err != nil {
			return err
		}
		if !j.cells(b, dates, func(c analytics.Cell) bool { return yield(b.Deal, c) }) {
			return nil
		}
	}
	return nil
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
	summarise(out, r.Totals(), j.view.Policy.Name)
	return nil
}

// summarise writes totals for people.
func summarise(out io.Writer, t bulk.Totals, policy string) {
	fmt.Fprintf(out, "%d events of %d deals under the policy %s; the state changed %d times\n", t.Events, t.Deals, policy, t.Moved)
	if t.Unseen > 0 {
		fmt.Fprintf(out, "%d more deals of which nothing is seen by then\n", t.Unseen)
	}
	table(out, "deals that stand", t.States)
	table(out, "events and clocks that were", t.Outcomes)
	table(out, "for the reason", t.Reasons)
	table(out, "by the rule", t.Rules)
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
