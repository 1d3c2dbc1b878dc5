package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/render"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
	"github.com/fe115bb3/dealtracker/examples/internal/files"
)

// tellScores prints what there is to learn from, and how good forecasts from it are.
func tellScores(ctx context.Context, w io.Writer, o options) error {
	r, err := loadRecord(o.policy)
	if err != nil {
		return err
	}
	panels, err := r.panels(ctx, o.sim.Seed)
	if err != nil {
		return err
	}
	r.learned(w)
	fmt.Fprintf(w, "SCORES, by rolling origin: on each day, from nothing but what was on record then; policy %s\n", r.policy.Name)
	fmt.Fprint(w, "  Lower is better. Brier: 0 is perfect, 0.25 is one half. Log: 0 is perfect, 0.693 is one half.\n"+
		"  Intervals of 95 % are by drawing whole deals anew; of so few deals as eight they are too narrow.\n"+
		"  One forecast beats another where the interval of the difference lies above 0, in both measures.\n"+
		"  The base rate is the share of earlier questions of the sort that came true, as was known then.\n")
	for _, p := range panels {
		if err := p.tell(w, o.sim.Seed); err != nil {
			return err
		}
	}
	if err := inShort(w, panels, o.sim.Seed); err != nil {
		return err
	}
	return drawReliability(o, panels)
}

// panels are all questions that are asked.
func (r *record) panels(ctx context.Context, seed uint64) ([]panel, error) {
	approvals, err := r.approvals()
	if err != nil {
		return nil, err
	}
	deposits, err := r.deposits()
	if err != nil {
		return nil, err
	}
	implementations, err := r.implementations(ctx, seed)
	if err != nil {
		return nil, err
	}
	first, err := r.firstQuestions(ctx, seed)
	return []panel{approvals, deposits, implementations, first}, err
}

// learned prints the waits on record, by the kind of approver and by the role in which
// their end was reported.
func (r *record) learned(w io.Writer) {
	fmt.Fprintln(w, "WAITS ON RECORD, from a text's being put to an approver to the approver's decision")
	rows := [][]string{{"  kind of approver", "deals", "ended", "open", "half had ended by", "in the role of"}}
	waits := r.waits(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
	for _, class := range []string{leader, parliament, council, state, ""} {
		alike, seen := ofClass(waits, class), map[string]bool{}
		for _, w := range alike {
			seen[w.Deal] = true
		}
		name, ended := class, countEnded(alike)
		if class == "" {
			name = "(the deal, to be implemented)"
		}
		rows = append(rows, []string{"  " + name, fmt.Sprint(len(seen)), fmt.Sprint(ended), fmt.Sprint(len(alike) - ended), halfEnded(alike), r.roles(alike)})
	}
	render.Columns(w, rows) // the caller's buffer keeps an error of writing
	fmt.Fprintln(w)
}

// halfEnded is the span by which half of the waits had ended.
func halfEnded(waits []simulate.Wait) string {
	fit, err := simulate.Empirical(waits)
	if err != nil {
		return "-"
	}
	half, _ := fit.Quantile(0.5)
	return fmt.Sprintf("%.0f days", half.Days())
}

// roles counts in which role the ends of waits were reported.
func (r *record) roles(waits []simulate.Wait) string {
	counts := map[dealstate.Role]int{}
	for _, w := range waits {
		if w.Ended() {
			counts[r.roleOf(w)]++
		}
	}
	text := ""
	for role := dealstate.Instrument; role <= dealstate.Press; role++ {
		if counts[role] > 0 {
			text += fmt.Sprintf(", %s %d", role, counts[role])
		}
	}
	return fmt.Sprintf("%.*s", len(text), text[min(2, len(text)):])
}

// roleOf is the role in which the end of the wait was reported. A deposit is an
// instrument, and so is what a clock does by an agreement's terms.
func (r *record) roleOf(w simulate.Wait) dealstate.Role {
	for _, d := range r.deals {
		if d.Agreement.ID == w.Deal {
			if e, _, ok := d.log.Event(w.Event); ok {
				return e.Role
			}
		}
	}
	return dealstate.Instrument
}

// tell prints the scores of each method on the panel, and of each kind of approver.
func (p *panel) tell(w io.Writer, seed uint64) error {
	fmt.Fprintf(w, "\n%s\n", p.title)
	var classes []string
	for _, q := range p.questions {
		if q.class != "" && !slices.Contains(classes, q.class) {
			classes = append(classes, q.class)
		}
	}
	slices.Sort(classes)
	if len(classes) < 2 {
		return p.tellClass(w, seed, "all")
	}
	for _, class := range classes {
		if err := p.tellClass(w, seed, class, class); err != nil {
			return err
		}
	}
	return p.tellClass(w, seed, "all")
}

// tellClass prints the scores on the questions about some kinds of approvers.
func (p *panel) tellClass(w io.Writer, seed uint64, name string, classes ...string) error {
	boot := analytics.Bootstrap{Seed: seed}
	var rows [][]string
	for method := range methods {
		if !p.has[method] {
			continue
		}
		score, err := analytics.ScoreForecasts(p.forecasts(method, classes...), boot)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			fmt.Fprintf(w, "  %s: %d questions about %d deals; %.0f %% came true\n", name, score.Forecasts, score.Groups, percent(score.Happened, score.Forecasts))
			rows = [][]string{{"    ", "Brier", "log score"}}
		}
		rows = append(rows, []string{"    " + methodNames[method], score.Brier.String(), score.Log.String()})
	}
	render.Columns(w, rows) // the caller's buffer keeps an error of writing
	for _, reference := range []int{byRate, byHalf, asOnce} {
		if err := p.verdict(w, boot, reference, classes...); err != nil {
			return err
		}
	}
	return nil
}

// verdict says plainly whether the model beats the reference.
func (p *panel) verdict(w io.Writer, boot analytics.Bootstrap, reference int, classes ...string) error {
	if !p.has[reference] {
		return nil
	}
	gain, err := analytics.CompareForecasts(p.forecasts(byModel, classes...), p.forecasts(reference, classes...), boot)
	if err != nil {
		return err
	}
	words := "does not beat"
	switch {
	case p.groups(classes...) < fewest:
		words = "cannot be told from so few deals to be better or worse than"
	case beats(gain):
		words = "beats"
	case gain.Brier.Upper < 0:
		words = "is worse than"
	}
	fmt.Fprintf(w, "    The model %s %s: by %s in Brier, %s in log score.\n", words, methodNames[reference], gain.Brier, gain.Log)
	return nil
}

// fewest is how many deals a verdict takes. Of fewer, an interval by drawing deals holds
// little more than those deals.
const fewest = 5

// groups counts the deals that are asked about.
func (p *panel) groups(classes ...string) int {
	seen := map[string]bool{}
	for _, f := range p.forecasts(byModel, classes...) {
		seen[f.Group] = true
	}
	return len(seen)
}

// beats reports whether the record tells that the forecasts are better, in both measures.
func beats(g analytics.Gain) bool { return g.Brier.Lower > 0 && g.Log.Lower > 0 }

// inShort says what a reader should take home.
func inShort(w io.Writer, panels []panel, seed uint64) error {
	fmt.Fprintln(w, "\nIN SHORT")
	better := 0
	for _, p := range panels {
		gain, err := analytics.CompareForecasts(p.forecasts(byModel), p.forecasts(byRate), analytics.Bootstrap{Seed: seed})
		if err != nil {
			return err
		}
		if p.groups() >= fewest && beats(gain) {
			better++
			fmt.Fprintf(w, "  The model beats the base rate at: %s\n", p.title)
		}
	}
	if better == 0 {
		fmt.Fprintln(w, "  The forecasts do not beat the base rate: on none of these questions does the record show that the\n"+
			"  model tells more than counting how often such things came true before. Read its odds as what the\n"+
			"  waits on record come to, and not as knowledge of this deal.")
	}
	return nil
}

// drawReliability draws how often what was given each chance came true, for each panel.
func drawReliability(o options, panels []panel) error {
	chart := render.Chart{Title: "Of what was given a chance, how often did it come true?", X: "the chance that the model gave", Y: "came true; in bins of a tenth, of more than one deal; intervals of 95 %, each deal counted once",
		Series: []render.Series{{Name: "as said", Shape: render.Line, Points: []render.Point{{X: 0, Y: 0}, {X: 1, Y: 1}}}}}
	for i, name := range []string{"approval within 30 days", "deposit within a year", "implemented within 30 days"} {
		bins, err := analytics.Reliability(panels[i].forecasts(byModel), 10, 0.95)
		if err != nil {
			return err
		}
		var points []render.Point
		for _, b := range bins {
			if b.Groups > 1 { // of one deal, nobody can tell what others would do
				points = append(points, render.Point{X: b.Said, Y: b.Share.Value, Lower: b.Share.Lower, Upper: b.Share.Upper})
			}
		}
		chart.Series = append(chart.Series, render.Series{Name: name, Shape: render.Line, Points: points})
	}
	return files.Save(o.reliability, chart.SVG)
}
