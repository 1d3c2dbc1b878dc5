package dealbeam

import (
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
)

// The measures of package analytics as CombineFns, for beam.Combine and beam.CombinePerKey:
// over a PCollection<Deal>, such as [Deals.Folds] gives, unless they say otherwise. Each gives
// the measure itself, of which all can be read as if one program had added every decision; its
// encoding is that of FORMATS.md. A deal must come once: of one that comes twice, the pipeline
// fails with a *analytics.MergeError or *analytics.DecisionError.

// measure is an analytics fold over decisions.
type measure[T any] interface {
	*T
	Add(dealstate.Decision) error
}

// mergeable is a fold that merges.
type mergeable[T any] interface {
	*T
	Merge(*T) error
}

// add adds a deal's decisions.
func add[T any, P measure[T]](acc T, d Deal) (T, error) {
	for _, decision := range d.Decisions {
		if err := P(&acc).Add(decision); err != nil {
			return acc, err
		}
	}
	return acc, nil
}

func merge[T any, P mergeable[T]](a, b T) (T, error) {
	err := P(&a).Merge(&b)
	return a, err
}

// SpellsFn keeps every spell: [analytics.Spells].
type SpellsFn struct{}

func (*SpellsFn) CreateAccumulator() analytics.Spells                             { return analytics.Spells{} }
func (*SpellsFn) AddInput(acc analytics.Spells, d Deal) (analytics.Spells, error) { return add(acc, d) }
func (*SpellsFn) MergeAccumulators(a, b analytics.Spells) (analytics.Spells, error) {
	return merge(a, b)
}

// TransitionsFn counts moves between states: [analytics.Transitions].
type TransitionsFn struct{}

func (*TransitionsFn) CreateAccumulator() analytics.Transitions { return analytics.Transitions{} }
func (*TransitionsFn) AddInput(acc analytics.Transitions, d Deal) (analytics.Transitions, error) {
	return add(acc, d)
}
func (*TransitionsFn) MergeAccumulators(a, b analytics.Transitions) (analytics.Transitions, error) {
	return merge(a, b)
}

// VariantsFn counts paths through the states: [analytics.Variants].
type VariantsFn struct{}

func (*VariantsFn) CreateAccumulator() analytics.Variants { return analytics.Variants{} }
func (*VariantsFn) AddInput(acc analytics.Variants, d Deal) (analytics.Variants, error) {
	return add(acc, d)
}
func (*VariantsFn) MergeAccumulators(a, b analytics.Variants) (analytics.Variants, error) {
	return merge(a, b)
}

// LifetimesFn measures how long deals take to a state: [analytics.Lifetimes].
type LifetimesFn struct {
	Target dealstate.State // "": implemented
}

func (f *LifetimesFn) CreateAccumulator() analytics.Lifetimes {
	return analytics.Lifetimes{Target: f.Target}
}
func (*LifetimesFn) AddInput(acc analytics.Lifetimes, d Deal) (analytics.Lifetimes, error) {
	return add(acc, d)
}
func (*LifetimesFn) MergeAccumulators(a, b analytics.Lifetimes) (analytics.Lifetimes, error) {
	return merge(a, b)
}

// FunnelFn counts how far deals came: [analytics.Funnel].
type FunnelFn struct{ Stages []analytics.Stage }

func (f *FunnelFn) CreateAccumulator() (analytics.Funnel, error) {
	funnel, err := analytics.NewFunnel(f.Stages...)
	if err != nil {
		return analytics.Funnel{}, err
	}
	return *funnel, nil
}
func (*FunnelFn) AddInput(acc analytics.Funnel, d Deal) (analytics.Funnel, error) { return add(acc, d) }
func (*FunnelFn) MergeAccumulators(a, b analytics.Funnel) (analytics.Funnel, error) {
	return merge(a, b)
}

// IncidentsFn collects disputes, settlements, reversals and broken commitments:
// [analytics.Incidents].
type IncidentsFn struct{}

func (*IncidentsFn) CreateAccumulator() analytics.Incidents { return analytics.Incidents{} }
func (*IncidentsFn) AddInput(acc analytics.Incidents, d Deal) (analytics.Incidents, error) {
	return add(acc, d)
}
func (*IncidentsFn) MergeAccumulators(a, b analytics.Incidents) (analytics.Incidents, error) {
	return merge(a, b)
}

// ConformanceFn finds where logs break the lifecycle: [analytics.Conformance].
type ConformanceFn struct{}

func (*ConformanceFn) CreateAccumulator() analytics.Conformance { return analytics.Conformance{} }
func (*ConformanceFn) AddInput(acc analytics.Conformance, d Deal) (analytics.Conformance, error) {
	return add(acc, d)
}
func (*ConformanceFn) MergeAccumulators(a, b analytics.Conformance) (analytics.Conformance, error) {
	return merge(a, b)
}

// WaitsFn measures how long each side was awaited: [analytics.Waits]. Make it with
// [NewWaitsFn].
type WaitsFn struct {
	Agreement string // in JSON
	machine   *dealstate.Machine
}

// NewWaitsFn measures deals on one agreement.
func NewWaitsFn(m *dealstate.Machine) *WaitsFn { return &WaitsFn{Agreement: Template(m).template} }

func (f *WaitsFn) CreateAccumulator() (analytics.Waits, error) {
	if f.machine == nil {
		m, err := dealstate.ReadMachine(strings.NewReader(f.Agreement))
		if err != nil {
			return analytics.Waits{}, err
		}
		f.machine = m
	}
	return *analytics.NewWaits(f.machine), nil
}
func (*WaitsFn) AddInput(acc analytics.Waits, d Deal) (analytics.Waits, error)   { return add(acc, d) }
func (*WaitsFn) MergeAccumulators(a, b analytics.Waits) (analytics.Waits, error) { return merge(a, b) }

// LagsFn measures the evidence lag of reports: [analytics.Lags].
type LagsFn struct{}

func (*LagsFn) CreateAccumulator() analytics.Lags { return analytics.Lags{} }
func (*LagsFn) AddInput(acc analytics.Lags, d Deal) (analytics.Lags, error) {
	for _, e := range d.Events {
		if err := acc.Add(e); err != nil {
			return acc, err
		}
	}
	return acc, nil
}
func (*LagsFn) MergeAccumulators(a, b analytics.Lags) (analytics.Lags, error) { return merge(a, b) }

// PolicyChangesFn counts how often a policy changes the answer: [analytics.PolicyChanges]. It
// is over a PCollection<Comparison>.
type PolicyChangesFn struct{}

func (*PolicyChangesFn) CreateAccumulator() analytics.PolicyChanges { return analytics.PolicyChanges{} }
func (*PolicyChangesFn) AddInput(acc analytics.PolicyChanges, c Comparison) (analytics.PolicyChanges, error) {
	err := acc.Add(c.A, c.B)
	return acc, err
}
func (*PolicyChangesFn) MergeAccumulators(a, b analytics.PolicyChanges) (analytics.PolicyChanges, error) {
	return merge(a, b)
}

// SampleFn gathers numbers, for quantiles and means: [analytics.Sample]. It is over a
// PCollection<float64>.
type SampleFn struct{}

func (*SampleFn) CreateAccumulator() analytics.Sample { return analytics.Sample{} }
func (*SampleFn) AddInput(acc analytics.Sample, x float64) (analytics.Sample, error) {
	err := acc.Add(x)
	return acc, err
}
func (*SampleFn) MergeAccumulators(a, b analytics.Sample) analytics.Sample {
	a.Merge(&b)
	return a
}

// TotalsFn adds totals up: [bulk.Totals]. It is over a PCollection<bulk.Totals>.
type TotalsFn struct{}

func (*TotalsFn) MergeAccumulators(a, b bulk.Totals) bulk.Totals {
	var both bulk.Totals // what was given may be an element that others read, too
	both.Merge(a)
	both.Merge(b)
	return both
}
