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
)

type job struct {
	options
	log *bulk.Log
}

type writer func(context.Context, job, *bufio.Writer) error

var writers = map[string]writer{
	"spells": rowWriter(job.spells), "panel": rowWriter(job.cells), "transitions": writeTransitions,
	"xes": logWriter(analytics.WriteXES), "ocel": logWriter(analytics.WriteOCEL), "summary": writeSummary,
}

// decisions hands over every deal's, in their order.
func (j job) decisions(ctx context.Context, take func(dealstate.Decision) error) error {
	for s, err := range j.log.Stories(ctx, j.view, j.workers) {
		if err != nil {
			return err
		}
		for _, d := range s.Decisions {
			if err := take(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// spells are a deal's, to the instant from which the view looks at it: what its
// clocks did later has not been decided.
func (j job) spells(s bulk.Story, yield func(analytics.Spell) bool) error {
	var spells analytics.Spells
	for _, d := range s.Decisions {
		if err := spells.Add(d); err != nil {
			return err
		}
	}
	for spell := range spells.All(s.Snapshot.AsOf) {
		if !yield(spell) {
			return errStopped
		}
	}
	return nil
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
			for s, err := range j.log.Stories(ctx, j.view, j.workers) {
				if failed = err; err != nil || !yield(analytics.Case{Deal: s.Deal, Agreement: a, Decisions: s.Decisions, Events: s.Events}) {
					return
				}
			}
		})
		return cmp.Or(failed, err)
	}
}

// rowWriter writes each deal's rows.
func rowWriter[R analytics.Row](each func(job, bulk.Story, func(R) bool) error) writer {
	return func(ctx context.Context, j job, out *bufio.Writer) error {
		var failed error
		err := analytics.WriteCSV(out, func(yield func(R) bool) {
			for s, err := range j.log.Stories(ctx, j.view, j.workers) {
				if failed = err; err == nil {
					failed = each(j, s, yield)
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

var errStopped = fmt.Errorf("stopped")

// cells say where a deal stood every few days, as known then, from its first report
// to its last, and to the end of the view.
func (j job) cells(s bulk.Story, yield func(analytics.Cell) bool) error {
	deal, err := s.Machine.Load(j.view.Policy, addressed(s.Events, s.Machine.Deal()))
	if err != nil {
		return err
	}
	first, last := span(s.Events)
	for i, date := range analytics.EachDay(first, last) {
		if i%j.every != 0 || after(date, j.view.AsOf) || after(date, j.view.KnownBy) {
			continue
		}
		cell := analytics.CellAt(deal, date, j.view.Policy)
		cell.Deal = s.Deal
		if !yield(cell) {
			return errStopped
		}
	}
	return nil
}

// after is false where there is no limit.
func after(date, limit time.Time) bool { return !limit.IsZero() && date.After(limit) }

// addressed gives the events of a deal to the agreement that is its template.
func addressed(events []dealstate.Event, to string) iter.Seq2[dealstate.Event, error] {
	return func(yield func(dealstate.Event, error) bool) {
		for _, e := range events {
			e.Deal = to
			if !yield(e, nil) {
				return
			}
		}
	}
}

func span(events []dealstate.Event) (first, last time.Time) {
	first, last = events[0].Recorded, events[0].Recorded
	for _, e := range events {
		if e.Recorded.Before(first) {
			first = e.Recorded
		}
		if e.Recorded.After(last) {
			last = e.Recorded
		}
	}
	return first, last
}

func writeSummary(ctx context.Context, j job, out *bufio.Writer) error {
	r, err := j.log.Replay(ctx, j.view, j.workers)
	if err != nil {
		return err
	}
	t := r.Totals()
	fmt.Fprintf(out, "%d events of %d deals under the policy %s; the state changed %d times\n", t.Events, t.Deals, j.view.Policy.Name, t.Moved)
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
		fmt.Fprintf(out, "  %-32v %9d  %s\n", k, counts[k], bar)
	}
}
