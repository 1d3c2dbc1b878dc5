package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
)

func day(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

func tell(ctx context.Context, w io.Writer, o options) error {
	f, err := prepare(o)
	if err != nil {
		return err
	}
	result, err := f.ask(ctx, o)
	if err != nil {
		return err
	}
	target := f.target(o)
	influences, err := f.influences(ctx, o, target)
	if err != nil {
		return err
	}
	f.present(w, o)
	odds(w, o, result)
	awaited(w, result)
	histogram(w, result, target.State)
	moves(w, f.model, influences, o)
	f.happened(w, result, target)
	return nil
}

// target is the state in question: implemented, unless the deal is already.
func (f *forecast) target(o options) simulate.Target {
	return simulate.Target{State: dealstate.StateImplemented, By: o.by}
}

func (f *forecast) present(w io.Writer, o options) {
	now := f.start.Snapshot()
	fmt.Fprintf(w, "%s\nKnown on %s, policy %s: %s", o.agreement.Title, day(o.from), o.policy.Name, now.State)
	if len(now.Awaiting) > 0 {
		fmt.Fprintf(w, ", awaiting %s", strings.Join(now.Awaiting, " and "))
	}
	if now.Next != nil {
		fmt.Fprintf(w, "; %s due %s", now.Next.Clock, day(now.Next.Due))
	}
	ended := 0
	for _, s := range f.spells {
		if s.Ended() {
			ended++
		}
	}
	fmt.Fprintf(w, "\n\nMODEL, from %d recorded waits, %d of them ended\n", len(f.spells), ended)
	for _, p := range f.model.Parties {
		c := p.Choice
		if c == (simulate.Choice{}) {
			c.Approve = 1
		}
		fmt.Fprintf(w, "  %-10s %-32s approves %3.0f %%, rejects %3.0f %%, amends %3.0f %%\n", p.Party, p.Wait, 100*c.Approve, 100*c.Reject, 100*c.Amend)
	}
	if !f.model.Implement.IsZero() {
		fmt.Fprintf(w, "  %-10s %s, once approved\n", "implement", f.model.Implement)
	}
	for _, a := range f.assumed {
		fmt.Fprintf(w, "  %s\n", a)
	}
}

func odds(w io.Writer, o options, r *simulate.Result) {
	fmt.Fprintf(w, "\nODDS, from %d lives, with intervals of %.0f %%\n", r.Lives, 100*r.Level)
	fmt.Fprintf(w, "  %-26s %-24s %-24s %s\n", "state", "reached by "+day(o.by), "in it at the end of then", "half of all lives by")
	for _, s := range r.States {
		reached := r.Reached(s, o.by)
		held, _ := r.Held(s, o.by)
		if reached.Hits == 0 && held.Hits == 0 {
			continue
		}
		half := "-"
		if t, ok := r.Quantile(s, 0.5); ok {
			half = day(t)
		}
		fmt.Fprintf(w, "  %-26s %-24s %-24s %s\n", s, estimate(reached), estimate(held), half)
	}
}

func estimate(e simulate.Estimate) string {
	return fmt.Sprintf("%5.1f %% (%.1f to %.1f)", 100*e.P, 100*e.Low, 100*e.High)
}

func awaited(w io.Writer, r *simulate.Result) {
	fmt.Fprintf(w, "\nWHO HOLDS IT UP, by %s\n", day(r.Until))
	for _, a := range r.Awaited {
		fmt.Fprintf(w, "  %-10s the last to approve in %4.1f %%, still awaited in %4.1f %% of lives\n", a.Party, percent(a.Last, r.Lives), percent(a.Open, r.Lives))
	}
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(of) }

const bins, widest = 20, 50

func histogram(w io.Writer, r *simulate.Result, s dealstate.State) {
	counts := r.Histogram(s, bins)
	most := 1
	for _, n := range counts {
		most = max(most, n)
	}
	fmt.Fprintf(w, "\nWHEN %s\n", strings.ToUpper(string(s)))
	width := r.Until.Sub(r.Start) / bins
	for i, n := range counts {
		from := r.Start.Add(width * time.Duration(i))
		line := fmt.Sprintf("  from %s %5.1f %% %s", from.Round(time.Minute).Format("02 Jan 15:04"), percent(n, r.Lives), strings.Repeat("█", (n*widest+most-1)/most))
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}

func moves(w io.Writer, m simulate.Model, influences []simulate.Influence, o options) {
	fmt.Fprintf(w, "\nWHAT MOVES IT: implemented by %s, with each parameter a fifth lower and higher\n", day(o.by))
	for i, in := range influences {
		if i == 6 {
			break
		}
		fmt.Fprintf(w, "  %-24s %5.1f %% to %5.1f %%: %+.1f points (%+.1f to %+.1f)\n", named(in.Parameter, m), 100*in.Less, 100*in.More,
			100*in.Change, 100*in.Low, 100*in.High)
	}
}

// named puts the party's id in the place of its number.
func named(parameter string, m simulate.Model) string {
	for i, p := range m.Parties {
		parameter = strings.ReplaceAll(parameter, fmt.Sprintf("parties[%d].", i), p.Party+" ")
	}
	return parameter
}

func (f *forecast) happened(w io.Writer, r *simulate.Result, t simulate.Target) {
	cast := simulate.Forecast{Question: t.String(), P: r.Reached(t.State, t.By).P,
		Happened: simulate.Happened(f.deal, dealstate.View{AsOf: t.By}, t)}
	score, err := simulate.ScoreForecasts([]simulate.Forecast{cast})
	if err != nil {
		return // cannot be: one forecast, of a share of lives
	}
	did := "did not happen"
	if cast.Happened {
		did = "happened"
	}
	fmt.Fprintf(w, "\nAND THEN: %s by %s %s; said %.0f %%, Brier score %.3f (0 is perfect, 0.25 a coin)\n", t.State, day(t.By), did, 100*cast.P, score.Brier)
}
