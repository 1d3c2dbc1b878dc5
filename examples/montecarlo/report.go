package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/render"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
)

func day(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// instant says which moment of a day is meant.
func instant(t time.Time) string {
	if t = t.UTC(); t.Add(1).Equal(t.Add(1).Truncate(wholeDay)) {
		return "the end of " + day(t) + " (UTC)"
	}
	return t.Format("2 Jan 2006 15:04:05 UTC")
}

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
	if err := histogram(w, o, result, target.State); err != nil {
		return err
	}
	moves(w, f.model, influences, o)
	return f.happened(w, o, result, target)
}

// target is the question: is it implemented by the day?
func (f *forecast) target(o options) simulate.Target {
	return simulate.Target{State: dealstate.StateImplemented, By: o.by}
}

// present says where the deal stands, and then what the forecast assumes.
func (f *forecast) present(w io.Writer, o options) {
	now := f.start.Snapshot()
	fmt.Fprintf(w, "%s\nKnown on %s, policy %s: %s", render.Inert(o.deal.Agreement.Title), day(o.from), o.policy.Name, render.Inert(string(now.State)))
	if len(now.Awaiting) > 0 {
		fmt.Fprintf(w, ", awaiting %s", render.Inert(strings.Join(now.Awaiting, " and ")))
	}
	if now.Next != nil {
		fmt.Fprintf(w, "; %s due %s", now.Next, now.Next.Clock.DueWords(now.Next.Due, day))
	}
	f.presentModel(w)
}

// presentModel says how each party is expected to behave, and on what that rests.
func (f *forecast) presentModel(w io.Writer) {
	fmt.Fprintf(w, "\n\nMODEL, from %d waits on record, %d of them ended\n", len(f.waits), countEnded(f.waits))
	for _, p := range f.model.Parties {
		presentParty(w, p)
	}
	if !f.model.Implement.IsZero() {
		fmt.Fprintf(w, "  %-10s %s, once approved\n", "implement", f.model.Implement)
	}
	for _, a := range f.assumed {
		fmt.Fprintf(w, "  %s\n", a)
	}
	if len(f.model.Parties) == 0 {
		fmt.Fprintln(w, "  nobody's approval is asked")
		return
	}
	fmt.Fprintln(w, "  A side that has the text before it decides when its wait is over, and then chooses.")
	if strings.Contains(f.model.Parties[0].Wait.String(), "recorded") {
		fmt.Fprintln(w, "  A wait \"as in\" the record ends when a recorded one did, or beyond the longest: the odds come in steps.")
	}
}

func presentParty(w io.Writer, p simulate.Party) {
	c := p.Choice
	if c == (simulate.Choice{}) {
		c.Approve = 1
	}
	fmt.Fprintf(w, "  %s %s approves %3.0f %%, rejects %3.0f %%, amends %3.0f %%\n", render.Pad(p.Party, 10), render.Pad(p.Wait.String(), 32), 100*c.Approve, 100*c.Reject, 100*c.Amend)
}

func odds(w io.Writer, o options, r *simulate.Result) {
	fmt.Fprintf(w, "\nODDS, from %d lives, with intervals of %.0f %%\n", r.Lives, 100*r.Level)
	fmt.Fprintf(w, "  A life is one simulated future of the deal. \"Then\" is %s:\n", instant(o.by))
	fmt.Fprintf(w, "  a life may have been in several states by then, and is in one of them.\n\n")
	fmt.Fprintf(w, "  %-24s  %24s  %24s  %s\n", "state", "has been in it by then", "is in it then", "half of all lives by")
	for _, s := range r.States {
		reached := r.Reached(s, o.by)
		held, _ := r.Held(s, o.by)
		if reached.Hits == 0 && held.Hits == 0 {
			continue
		}
		fmt.Fprintf(w, "  %s  %24s  %24s  %s\n", render.Pad(string(s), 24), estimate(reached), estimate(held), half(r, s))
	}
}

// half is the day by which half of all lives have come to the state.
func half(r *simulate.Result, s dealstate.State) string {
	switch t, ok := r.Quantile(s, 0.5); {
	case !ok:
		return "not by " + day(r.Until)
	case t.Equal(r.Start):
		return "at the start"
	default:
		return day(t)
	}
}

func estimate(e simulate.Estimate) string {
	return fmt.Sprintf("%.1f %% %16s", 100*e.P, fmt.Sprintf("(%.1f to %.1f)", 100*e.Low, 100*e.High))
}

func awaited(w io.Writer, r *simulate.Result) {
	fmt.Fprintf(w, "\nWHO HOLDS IT UP, by %s\n", day(r.Until))
	waited := false
	for _, a := range r.Awaited {
		if a.Last+a.Open > 0 {
			waited = true
			fmt.Fprintf(w, "  %s its approval was the last to come in %.1f %% of lives, and is still missing in %.1f %%\n",
				render.Pad(a.Party, 10), percent(a.Last, r.Lives), percent(a.Open, r.Lives))
		}
	}
	if !waited {
		fmt.Fprintln(w, "  nobody: no life waits for an approval")
	}
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(of) }

const widest = 50 // of a bar

func histogram(w io.Writer, o options, r *simulate.Result, s dealstate.State) error {
	counts, err := r.Histogram(s, int(r.Until.Sub(r.Start)/o.bin()))
	if err != nil {
		return err
	}
	in := 0
	for _, n := range counts {
		in += n
	}
	fmt.Fprintf(w, "\nWHEN %s\n", render.Inert(strings.ToUpper(string(s))))
	if in > 0 {
		bars(w, counts, r, o.bin())
	}
	fmt.Fprintf(w, "  not by %s: %.1f %%\n", day(r.Until), percent(r.Lives-in, r.Lives))
	return nil
}

// bars draws a bar for each bin, and one line for many empty ones in a row.
func bars(w io.Writer, counts []int, r *simulate.Result, width time.Duration) {
	block := scale(percent(slices.Max(counts), r.Lives))
	fmt.Fprintf(w, "  A row is %s from the time shown; █ is %g %% of all lives, ▏ less than half of that.\n\n", span(width), block)
	form, digits := rowFormat(r.Start, width), 1
	if block < 0.1 {
		digits = 2
	}
	for i := 0; i < len(counts); i++ {
		if empty := emptyFrom(counts, i); empty > 2 {
			i += empty - 1
			fmt.Fprintf(w, "  %*s  none\n", len(form), "…") // both are as many columns as characters
			continue
		}
		share := percent(counts[i], r.Lives)
		row := fmt.Sprintf("  %s %5.*f %% %s", r.Start.Add(width*time.Duration(i)).Round(time.Second).Format(form), digits, share, bar(share/block))
		fmt.Fprintln(w, strings.TrimRight(row, " "))
	}
}

// emptyFrom counts the empty bins in a row from the i-th on.
func emptyFrom(counts []int, i int) int {
	n := 0
	for i+n < len(counts) && counts[i+n] == 0 {
		n++
	}
	return n
}

const wholeDay = 24 * time.Hour

func span(d time.Duration) string {
	switch {
	case d == wholeDay:
		return "a day"
	case d%wholeDay == 0:
		return fmt.Sprintf("%d days", d/wholeDay)
	case d > time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return d.String()
}

// rowFormat leaves out the time of day where every row is whole days.
func rowFormat(start time.Time, width time.Duration) string {
	if first := start.Round(time.Second); width%wholeDay == 0 && first.Equal(first.Truncate(wholeDay)) {
		return "02 Jan 2006"
	}
	return "02 Jan 2006 15:04"
}

// scale is the least round share a block can stand for.
func scale(most float64) float64 {
	for _, block := range []float64{0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1} {
		if most <= block*widest {
			return block
		}
	}
	return 2
}

func bar(blocks float64) string {
	if n := int(blocks + 0.5); n > 0 || blocks == 0 {
		return strings.Repeat("█", n)
	}
	return "▏"
}

func moves(w io.Writer, m simulate.Model, influences []simulate.Influence, o options) {
	fmt.Fprintf(w, "\nWHAT MOVES IT: implemented by %s, with one number of the model a fifth lower or higher\n", day(o.by))
	influences = slices.DeleteFunc(influences, func(in simulate.Influence) bool { return in.Low <= 0 && in.High >= 0 })
	if len(influences) == 0 {
		fmt.Fprintln(w, "  nothing does: no number of the model makes a difference that the lives could show")
		return
	}
	fmt.Fprintf(w, "  %-24s %8s %8s  %24s\n", "", "lower", "higher", "points of difference")
	for _, in := range influences[:min(6, len(influences))] {
		fmt.Fprintf(w, "  %s %6.1f %% %6.1f %%  %+7.1f %16s\n", render.Pad(named(in.Parameter, m), 24), 100*in.Less, 100*in.More,
			100*in.Change, fmt.Sprintf("(%+.1f to %+.1f)", 100*in.Low, 100*in.High))
	}
}

// inWords are the numbers of a model, as they are called in it.
var inWords = strings.NewReplacer("choice.approve", "chance to approve", "choice.reject", "chance to reject",
	"choice.amend", "chance to amend", "implement", "wait to be implemented")

// named puts the party's id in the place of its number.
func named(parameter string, m simulate.Model) string {
	for i, p := range m.Parties {
		parameter = strings.ReplaceAll(parameter, fmt.Sprintf("parties[%d].", i), p.Party+" ")
	}
	return inWords.Replace(parameter)
}

func (f *forecast) happened(w io.Writer, o options, r *simulate.Result, t simulate.Target) error {
	said, from := r.Reached(t.State, t.By).P, f.start.Now()
	if simulate.Happened(f.deal, dealstate.View{AsOf: from}, simulate.Target{State: t.State, By: from}) {
		fmt.Fprintf(w, "\nAND THEN: it had been %s before %s already, so there was nothing left to forecast\n", t.State, day(from))
		return nil
	}
	happened := simulate.Happened(f.deal, dealstate.View{AsOf: t.By}, t)
	end, err := o.deal.RecordEnds()
	if err != nil {
		return err
	}
	if !happened && end.Before(t.By) {
		fmt.Fprintf(w, "\nAND THEN: the record ends on %s, too early to tell; said %.0f %%\n", day(end), 100*said)
		return nil
	}
	score, err := analytics.ScoreForecasts([]analytics.Forecast{{P: said, Happened: happened}}, analytics.Bootstrap{})
	if err != nil {
		return err
	}
	did := "did not happen"
	if happened {
		did = "happened"
	}
	fmt.Fprintf(w, "\nAND THEN: %s by %s %s; said %.0f %%, Brier score %.3f\n", t.State, day(t.By), did, 100*said, score.Brier.Value)
	fmt.Fprintln(w, "  0 is perfect, 0.25 is what always saying 50 % gets, and 1 is certain and wrong. One forecast says little; see -scores.")
	return nil
}
