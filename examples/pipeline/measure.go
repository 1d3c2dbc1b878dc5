package main

import (
	"bufio"
	"context"
	"iter"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
)

// measure is a fold over the decisions of all deals, of which parts merge.
type measure[M any] interface {
	*M
	Add(dealstate.Decision) error
	Merge(*M) error
}

// measureOutput is an output that is one measure: how it begins, and its rows, as of where
// observation ends.
func measureOutput[M any, P measure[M], R analytics.Row](name string, begin func(job) (P, error), rows func(P, time.Time) iter.Seq[R]) output {
	all := func(ctx context.Context, j job) (P, error) {
		m, err := begin(j)
		if err != nil {
			return nil, err
		}
		return m, j.decisions(ctx, m.Add)
	}
	return output{
		name: name,
		write: func(ctx context.Context, j job, out *bufio.Writer) error {
			m, err := all(ctx, j)
			if err != nil {
				return err
			}
			return analytics.WriteCSV(out, rows(m, j.view.AsOf))
		},
		part: func(ctx context.Context, j job, out *bufio.Writer) error {
			m, err := all(ctx, j)
			if err != nil {
				return err
			}
			return writePart(j, out, m)
		},
		merge: func(parts []*partFile, out *bufio.Writer) error {
			m, err := mergeMeasures[M, P](parts)
			if err != nil {
				return err
			}
			until, err := dealstate.ParseMoment(parts[0].head.AsOf)
			if err != nil {
				return parts[0].fail("%v", err)
			}
			return analytics.WriteCSV(out, rows(m, until))
		},
	}
}

// mergeMeasures takes the measures of all parts into the first one.
func mergeMeasures[M any, P measure[M]](parts []*partFile) (all P, err error) {
	err = eachMeasure(parts, func(one *M) error {
		if all == nil {
			all = one
			return nil
		}
		return all.Merge(one)
	})
	return all, err
}

// begin is for measures whose zero value is ready.
func begin[M any](job) (*M, error) { return new(M), nil }

func waits(j job) (*analytics.Waits, error) { return analytics.NewWaits(j.machine), nil }

func funnel(j job) (*analytics.Funnel, error) {
	return analytics.NewFunnel(analytics.StandardStages(j.machine.Lifecycle())...)
}
