package dealbeam_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	dealbeam "github.com/fe115bb3/dealtracker/dealstate/beam"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// What a pipeline comes to is what bulk and analytics come to, to the byte.

// views are the ways in which the log of a test is looked at.
var views = []dealstate.View{
	{},
	{AsOf: dirtylog.OnDay(12), Policy: dealstate.Official},
	{KnownBy: dirtylog.OnDay(10), Policy: dealstate.Reported},
}

var dates = []time.Time{dirtylog.OnDay(3), dirtylog.OnDay(9), dirtylog.OnDay(30)}

// measures are all measures of analytics, by name, as CombineFns over folded deals.
func measures(m *dealstate.Machine) map[string]any {
	return map[string]any{
		"Spells": &dealbeam.SpellsFn{}, "Transitions": &dealbeam.TransitionsFn{}, "Variants": &dealbeam.VariantsFn{}, "Lifetimes": &dealbeam.LifetimesFn{Target: "approved"},
		"Funnel": &dealbeam.FunnelFn{Stages: analytics.StandardStages(m.Lifecycle())}, "Incidents": &dealbeam.IncidentsFn{}, "Conformance": &dealbeam.ConformanceFn{},
		"Waits": dealbeam.NewWaitsFn(m), "Lags": &dealbeam.LagsFn{},
	}
}

// everything are all transforms.
func everything(s beam.Scope, deals *dealbeam.Deals) collections {
	return collections{
		"totals": deals.Totals(s), "snapshots": deals.Snapshots(s), "transitions": deals.Transitions(s), "spells": deals.Spells(s),
		"panel": deals.Panel(s, dates), "folds": deals.Folds(s), "bad": deals.BadLines(s),
	}
}

// byBulk is the same by bulk and analytics.
func byBulk(t *testing.T, log *bulk.Log, v dealstate.View) map[string][]string {
	t.Helper()
	ctx, out := context.Background(), map[string][]string{"bad": nil}
	add := func(name string, value any) { out[name] = append(out[name], asJSON(value)) }
	r, err := log.Replay(ctx, v, 0)
	require.NoError(t, err)
	add("totals", r.Totals())
	for f, err := range log.Folds(ctx, v, 0) {
		require.NoError(t, err)
		add("snapshots", f.Snapshot)
		add("folds", dealbeam.Deal{ID: f.Deal, Snapshot: f.Snapshot, Decisions: f.Decisions, Events: inOrder(f.Events)})
		var spells analytics.Spells
		for _, d := range f.Decisions {
			require.NoError(t, spells.Add(d))
		}
		for spell := range spells.All(f.Snapshot.AsOf) {
			add("spells", spell)
		}
	}
	for tr, err := range log.Transitions(ctx, v, 0) {
		require.NoError(t, err)
		add("transitions", tr)
	}
	for b, err := range log.Backtests(ctx, v, 0) {
		require.NoError(t, err)
		for cell := range analytics.Cells(b.Backtest, dates) {
			cell.Deal = b.Deal
			add("panel", cell)
		}
	}
	for _, texts := range out {
		slices.Sort(texts)
	}
	return out
}

// inOrder puts a deal's events in the order in which they fold, for they come as they
// arrived.
func inOrder(events []dealstate.Event) []dealstate.Event {
	events = slices.Clone(events)
	slices.SortFunc(events, dealstate.Event.Compare)
	return events
}

// requireAlike compares all collections; of folds, whatever the order of their events.
func requireAlike(t *testing.T, want, got map[string][]string) {
	t.Helper()
	for i, text := range got["folds"] {
		var deal dealbeam.Deal
		require.NoError(t, json.Unmarshal([]byte(text), &deal))
		deal.Events = inOrder(deal.Events)
		got["folds"][i] = asJSON(deal)
	}
	slices.Sort(got["folds"])
	require.Len(t, got, len(want))
	for name := range want {
		require.Equal(t, want[name], got[name], name)
	}
}

func TestAPipelineOverACatalogueIsBulkToTheByte(t *testing.T) {
	machines, text := catalogue(t, proof.Times(180, 60), 20)
	log, err := bulk.ReadLines(context.Background(), strings.NewReader(text), bulk.Catalogue(machines...), bulk.Options{})
	require.NoError(t, err)
	var agreements []string
	for _, m := range machines {
		agreements = append(agreements, asJSON(m.Agreement()))
	}
	for i, v := range views {
		want := byBulk(t, log, v)
		got := mustRun(t, func(s beam.Scope) collections {
			o := dealbeam.Options{Agreements: dealbeam.Catalogue(beam.CreateList(s, agreements)), View: v, Buckets: 16, Workers: 1 + i}
			return everything(s, dealbeam.GroupLines(s, scattered(s, text, uint64(i)), o))
		})
		requireAlike(t, want, got)
	}
}

func TestEveryMeasureOfAPipelineIsThatOfOneProgramToTheByte(t *testing.T) {
	file := generated(t, 20_000)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	m := london(t)
	log, err := bulk.ReadLines(context.Background(), strings.NewReader(string(text)), bulk.Template(m), bulk.Options{})
	require.NoError(t, err)
	v := dealstate.View{AsOf: time.Date(2020, 2, 1, 0, 0, 0, 0, time.UTC), Policy: dealstate.Official}
	want := map[string][]string{}
	for name, value := range byProgram(t, m, log, v) {
		want[name] = []string{asJSON(value)}
	}
	got := mustRun(t, func(s beam.Scope) collections {
		deals := dealbeam.GroupLines(s, scattered(s, string(text), 1), dealbeam.Options{Agreements: dealbeam.Template(m), View: v})
		folds, out := deals.Folds(s), collections{}
		for name, fn := range measures(m) {
			out[name] = beam.Combine(s, fn, folds)
		}
		out["PolicyChanges"] = beam.Combine(s, &dealbeam.PolicyChangesFn{}, deals.Comparisons(s, dealstate.Strict))
		out["Sample"] = beam.Combine(s, &dealbeam.SampleFn{}, beam.ParDo(s, secondsOf, deals.Spells(s)))
		out["Totals"] = deals.Totals(s)
		return out
	})
	requireAlike(t, want, got)
}

func secondsOf(s analytics.Spell) float64 { return s.Seconds }

func init() { beam.RegisterFunction(secondsOf) }

// byProgram is what one program measures.
func byProgram(t *testing.T, m *dealstate.Machine, log *bulk.Log, v dealstate.View) map[string]any {
	t.Helper()
	funnel, err := analytics.NewFunnel(analytics.StandardStages(m.Lifecycle())...)
	require.NoError(t, err)
	var (
		spells      analytics.Spells
		transitions analytics.Transitions
		variants    analytics.Variants
		lifetimes   = analytics.Lifetimes{Target: "approved"}
		incidents   analytics.Incidents
		conformance analytics.Conformance
		waits       = analytics.NewWaits(m)
		lags        analytics.Lags
		changes     analytics.PolicyChanges
		sample      analytics.Sample
	)
	strict := v
	strict.Policy = dealstate.Strict
	for f, err := range log.Folds(context.Background(), v, 0) {
		require.NoError(t, err)
		var own analytics.Spells
		for _, d := range f.Decisions {
			for _, add := range []func(dealstate.Decision) error{own.Add, spells.Add, transitions.Add, variants.Add, lifetimes.Add, funnel.Add, incidents.Add, conformance.Add, waits.Add} {
				require.NoError(t, add(d))
			}
		}
		for spell := range own.All(f.Snapshot.AsOf) {
			require.NoError(t, sample.Add(spell.Seconds))
		}
		for _, e := range f.Events {
			require.NoError(t, lags.Add(e))
		}
	}
	official, other := snapshots(t, log, v), snapshots(t, log, strict)
	for i, a := range official {
		require.NoError(t, changes.Add(a, other[i]))
	}
	r, err := log.Replay(context.Background(), v, 0)
	require.NoError(t, err)
	return map[string]any{"Spells": spells, "Transitions": transitions, "Variants": variants, "Lifetimes": lifetimes, "Funnel": funnel, "Incidents": incidents,
		"Conformance": conformance, "Waits": waits, "Lags": lags, "PolicyChanges": changes, "Sample": sample, "Totals": r.Totals()}
}

func snapshots(t *testing.T, log *bulk.Log, v dealstate.View) (all []dealstate.Snapshot) {
	t.Helper()
	for f, err := range log.Folds(context.Background(), v, 0) {
		require.NoError(t, err)
		all = append(all, f.Snapshot)
	}
	return all
}

// A measure that merges, and that a pipeline cannot combine, was forgotten here.
func TestEveryMeasureThatMergesIsACombineFn(t *testing.T) {
	files, err := filepath.Glob("../analytics/*.go")
	require.NoError(t, err)
	var merging []string
	for _, name := range files {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^func \(\w+ \*(\w+)\) Merge\(`).FindAllSubmatch(source, -1) {
			merging = append(merging, string(m[1]))
		}
	}
	here := []string{"PolicyChanges", "Sample"}
	for name := range measures(london(t)) {
		here = append(here, name)
	}
	require.ElementsMatch(t, merging, here)
}

func TestAPipelineOverEventsIsThatOverLines(t *testing.T) {
	machines, text := catalogue(t, 6, 25)
	var events []dealstate.Event
	for e, err := range dealstate.ReadEvents(strings.NewReader(text)) {
		require.NoError(t, err)
		events = append(events, e)
	}
	var agreements []string
	for _, m := range machines {
		agreements = append(agreements, asJSON(m.Agreement()))
	}
	got := mustRun(t, func(s beam.Scope) collections {
		o := dealbeam.Options{Agreements: dealbeam.Catalogue(beam.CreateList(s, agreements)), Buckets: 3}
		return everything(s, dealbeam.GroupEvents(s, beam.CreateList(s, events), o))
	})
	log, err := bulk.ReadLines(context.Background(), strings.NewReader(text), bulk.Catalogue(machines...), bulk.Options{})
	require.NoError(t, err)
	requireAlike(t, byBulk(t, log, dealstate.View{}), got)
}

// One million events, where the whole proof is asked for: totals and transitions.
func TestALargeLogIsBulkToTheByte(t *testing.T) {
	file, m := generated(t, proof.Times(1_000_000, 50_000)), london(t)
	v := dealstate.View{AsOf: time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC), Policy: dealstate.Official}
	in, err := os.Open(file)
	require.NoError(t, err)
	defer in.Close()
	log, err := bulk.ReadLines(context.Background(), in, bulk.Template(m), bulk.Options{})
	require.NoError(t, err)
	r, err := log.Replay(context.Background(), v, 0)
	require.NoError(t, err)
	var moves analytics.Transitions
	for f, err := range log.Folds(context.Background(), v, 0) {
		require.NoError(t, err)
		for _, d := range f.Decisions {
			require.NoError(t, moves.Add(d))
		}
	}
	got := mustRun(t, func(s beam.Scope) collections {
		blocks := beam.ParDo(s, &readFile{}, beam.Create(s, file))
		deals := dealbeam.GroupLines(s, blocks, dealbeam.Options{Agreements: dealbeam.Template(m), View: v, Workers: 2})
		return collections{"totals": deals.Totals(s), "moves": beam.Combine(s, &dealbeam.TransitionsFn{}, deals.Folds(s))}
	})
	require.Equal(t, []string{asJSON(r.Totals())}, got["totals"])
	require.Equal(t, []string{asJSON(moves)}, got["moves"])
}
