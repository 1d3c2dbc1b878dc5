package main

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
)

// table is one that export writes: its name, what a row is, and how the rows are made.
type table struct {
	name, about string
	rows        func(*measuring) (sheet, error)
}

// tables are those there are.
var tables = []table{
	{"states", "where each deal stands in the view", each(states)},
	{"events", "each report, once", each(events)},
	{"decisions", "what each report and clock did", each(decisionsOf)},
	{"spells", "how long each deal was in which state", measure[analytics.Spells](func(s *analytics.Spells, m *measuring) iter.Seq[analytics.Spell] { return s.All(m.until) })},
	{"waits", "how long each party was awaited", waits(func(w *analytics.Waits, m *measuring) iter.Seq[analytics.Wait] { return w.All(m.until) })},
	{"party-waits", "the same summed up, by party", waits(func(w *analytics.Waits, m *measuring) iter.Seq[analytics.PartyWait] { return w.ByParty(m.until) })},
	{"transitions", "how often deals moved from which state to which", measure[analytics.Transitions](func(t *analytics.Transitions, _ *measuring) iter.Seq[analytics.Transition] { return t.All() })},
	{"variants", "the paths through the states, and how many deals took each", measure[analytics.Variants](func(v *analytics.Variants, _ *measuring) iter.Seq[analytics.Variant] { return v.All() })},
	{"lifetimes", "how long each deal took to be implemented, or has not been", measure[analytics.Lifetimes](func(l *analytics.Lifetimes, m *measuring) iter.Seq[analytics.Lifetime] {
		return slices.Values(l.Observe(m.until))
	})},
	{"survival", "the share that is not implemented after how long (Kaplan-Meier)", survival},
	{"funnel", "how many deals came to which stage", funnel},
	{"incidents", "disputes, settlements, reversals and broken commitments", measure[analytics.Incidents](func(i *analytics.Incidents, _ *measuring) iter.Seq[analytics.Incident] { return i.All() })},
	{"incident-counts", "the same summed up", measure[analytics.Incidents](func(i *analytics.Incidents, _ *measuring) iter.Seq[analytics.IncidentCount] { return i.Counts() })},
	{"conformance", "how well each deal's log fits its rules", measure[analytics.Conformance](func(c *analytics.Conformance, _ *measuring) iter.Seq[analytics.DealFitness] { return c.Deals() })},
	{"deviations", "the reports that the rules refused", measure[analytics.Conformance](func(c *analytics.Conformance, _ *measuring) iter.Seq[analytics.Deviation] { return c.Deviations() })},
	{"hotspots", "in which state which kind was refused how often", measure[analytics.Conformance](func(c *analytics.Conformance, _ *measuring) iter.Seq[analytics.Hotspot] { return c.Hotspots() })},
	{"lags", "how long after the act its reports came in", lags},
	{"policy-changes", "how often a policy gives another state", policyChanges},
	{"panel", "where each deal stood on each date, as known then", each(panel)},
	{"balances", "what each side had kept on each date, as known then", each(balances)},
}

// tableOf gives a table by its name.
func tableOf(name string) (table, bool) {
	i := slices.IndexFunc(tables, func(t table) bool { return t.name == name })
	if i < 0 {
		return table{}, false
	}
	return tables[i], true
}

// measuring is what the tables are made of: deals in one view.
type measuring struct {
	app   *app
	deals []*deal
	view  dealstate.View
	until time.Time // where observation ends
	every int       // days between two dates of a panel
}

// folds goes through the deals. An error ends it.
func (m *measuring) folds() iter.Seq2[fold, error] { return m.app.folds("measuring", m.deals, m.view) }

// each makes rows deal by deal, none of which is kept.
func each[R analytics.Row](of func(*measuring, fold) iter.Seq[R]) func(*measuring) (sheet, error) {
	return func(m *measuring) (sheet, error) {
		failed := new(error)
		return rowsOf[R]{err: failed, rows: func(yield func(R) bool) {
			for f, err := range m.folds() {
				if *failed = err; err != nil {
					return
				}
				for row := range of(m, f) {
					if !yield(row) {
						return
					}
				}
			}
		}}, nil
	}
}

// measure makes rows of a measure of all decisions.
func measure[M any, R analytics.Row, P interface {
	*M
	Add(dealstate.Decision) error
}](of func(P, *measuring) iter.Seq[R]) func(*measuring) (sheet, error) {
	return func(m *measuring) (sheet, error) {
		measure := P(new(M))
		err := m.decisions(measure.Add)
		return rowsOf[R]{rows: of(measure, m)}, err
	}
}

// decisions hands over every deal's, in their order.
func (m *measuring) decisions(take func(dealstate.Decision) error) error {
	for f, err := range m.folds() {
		if err != nil {
			return err
		}
		for _, d := range f.decisions {
			if err := take(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// waits makes rows of the waits of all deals. Deals on agreements of one form are measured
// together.
func waits[R analytics.Row](of func(*analytics.Waits, *measuring) iter.Seq[R]) func(*measuring) (sheet, error) {
	return func(m *measuring) (sheet, error) {
		groups, err := m.waits()
		return rowsOf[R]{rows: func(yield func(R) bool) {
			for _, w := range groups {
				for row := range of(w, m) {
					if !yield(row) {
						return
					}
				}
			}
		}}, err
	}
}

func (m *measuring) waits() (groups []*analytics.Waits, err error) {
	var forms []*dealstate.Machine
	for f, err := range m.folds() {
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(forms, func(form *dealstate.Machine) bool { _, same := form.For(f.machine.Agreement()); return same })
		if i < 0 {
			i = len(forms)
			forms, groups = append(forms, f.machine), append(groups, analytics.NewWaits(f.machine))
		}
		for _, d := range f.decisions {
			if err := groups[i].Add(d); err != nil {
				return nil, err
			}
		}
	}
	return groups, nil
}

func survival(m *measuring) (sheet, error) {
	var lives analytics.Lifetimes
	if err := m.decisions(lives.Add); err != nil {
		return nil, err
	}
	var curve []analytics.CurvePoint
	var err error
	if observed := lives.Observe(m.until); len(observed) > 0 { // of nothing there is no curve
		curve, err = analytics.KaplanMeier(observed)
	}
	return rowsOf[analytics.CurvePoint]{rows: slices.Values(curve)}, err
}

// funnel counts over the standard stages of all the deals' rules.
func funnel(m *measuring) (sheet, error) {
	f, err := analytics.NewFunnel(m.stages()...)
	if err == nil {
		err = m.decisions(f.Add)
	}
	if err != nil {
		return nil, err
	}
	return rowsOf[analytics.FunnelStage]{rows: f.All()}, nil
}

func (m *measuring) stages() (all []analytics.Stage) {
	lifecycles := []dealstate.Lifecycle{dealstate.ManyParty()}
	for _, d := range m.deals {
		lifecycles = append(lifecycles, d.machine.Lifecycle())
	}
	for _, l := range lifecycles {
		for _, stage := range analytics.StandardStages(l) {
			i := slices.IndexFunc(all, func(s analytics.Stage) bool { return s.Name == stage.Name })
			if i < 0 {
				all = append(all, stage)
				continue
			}
			for _, s := range stage.States {
				if !slices.Contains(all[i].States, s) {
					all[i].States = append(all[i].States, s)
				}
			}
		}
	}
	return all
}

func lags(m *measuring) (sheet, error) {
	var lags analytics.Lags
	for _, d := range m.deals {
		for _, e := range d.events {
			if err := lags.Add(e); err != nil {
				return nil, err
			}
		}
	}
	return rowsOf[analytics.Lag]{rows: lags.All()}, nil
}

// policyChanges compares every two policies, in their order, deal by deal.
func policyChanges(m *measuring) (sheet, error) {
	var changes analytics.PolicyChanges
	for _, d := range m.deals {
		var before []dealstate.Snapshot
		for _, p := range dealstate.Policies() {
			view := m.view
			view.Policy = p
			s, _, err := d.machine.Fold(d.events, view)
			if err = cmp.Or(err, m.app.ctx.Err()); err != nil {
				return nil, err
			}
			for _, b := range before {
				if err := changes.Add(b, s); err != nil {
					return nil, err
				}
			}
			before = append(before, s)
		}
	}
	return rowsOf[analytics.PolicyChange]{rows: changes.All()}, nil
}

// dates are those of the panel: from the deal's first report on, so many days apart.
func (m *measuring) dates(f fold) (dates []time.Time) {
	if len(f.events) == 0 {
		return nil
	}
	first := learned(f.events[0])
	for _, e := range f.events {
		first = earliest(first, learned(e))
	}
	for i, date := range analytics.EachDay(first, m.until) {
		if i%m.every == 0 && !date.After(endOf(m.until)) {
			dates = append(dates, date)
		}
	}
	return dates
}

func panel(m *measuring, f fold) iter.Seq[analytics.Cell] {
	b, err := f.machine.Backtest(f.events, m.view.Policy)
	if err != nil { // cannot be: the events were folded
		return func(func(analytics.Cell) bool) {}
	}
	return analytics.Cells(b, m.dates(f))
}

func balances(m *measuring, f fold) iter.Seq[analytics.Balance] {
	b, err := f.machine.Backtest(f.events, m.view.Policy)
	if err != nil { // cannot be: the events were folded
		return func(func(analytics.Balance) bool) {}
	}
	return analytics.Balances(b, m.dates(f))
}

// stateRow is where a deal stands, as a row; in JSON it is the snapshot.
// clockIn is the clock whose instant a cell holds, which the cell before it names; 0: none's.
func clockIn(columns, cells []string, i int) (c dealstate.Clock) {
	if columns[i] == "next_due" {
		word, _, _ := strings.Cut(cells[i-1], " ")
		_ = c.UnmarshalText([]byte(word)) // an empty cell names none
	}
	return c
}
