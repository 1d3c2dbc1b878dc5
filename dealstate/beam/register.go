package dealbeam

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
)

// Registered functions are called without reflection.
func init() {
	register.DoFn3x0[string, func(int, []byte), func(BadLine)](&packLines{})
	register.DoFn3x0[[]byte, func(int, []byte), func(BadLine)](&packBlocks{})
	register.DoFn3x0[dealstate.Event, func(int, []byte), func(BadLine)](&packEvents{})
	register.Emitter2[int, []byte]()
	register.Iter1[[]byte]()
	register.Iter1[string]()

	registerFold[BadLine](&badFn{})
	registerFold[Deal](&foldFn{})
	registerFold[dealstate.Snapshot](&snapshotFn{})
	registerFold[bulk.Transition](&transitionFn{})
	registerFold[bulk.Totals](&totalsFn{})
	registerFold[analytics.Cell](&panelFn{})
	registerFold[Comparison](&compareFn{})
	register.DoFn2x1[Deal, func(analytics.Spell), error](&spellFn{})
	register.Emitter1[analytics.Spell]()

	register.Combiner2[analytics.Spells, Deal](&SpellsFn{})
	register.Combiner2[analytics.Transitions, Deal](&TransitionsFn{})
	register.Combiner2[analytics.Variants, Deal](&VariantsFn{})
	register.Combiner2[analytics.Lifetimes, Deal](&LifetimesFn{})
	register.Combiner2[analytics.Funnel, Deal](&FunnelFn{})
	register.Combiner2[analytics.Incidents, Deal](&IncidentsFn{})
	register.Combiner2[analytics.Conformance, Deal](&ConformanceFn{})
	register.Combiner2[analytics.Waits, Deal](&WaitsFn{})
	register.Combiner2[analytics.Lags, Deal](&LagsFn{})
	register.Combiner2[analytics.PolicyChanges, Comparison](&PolicyChangesFn{})
	register.Combiner2[analytics.Sample, float64](&SampleFn{})
	register.Combiner1[bulk.Totals](&TotalsFn{})
}

// folder is a transform of buckets.
type folder[T any] interface {
	ProcessElement(ctx context.Context, bucket int, values func(*[]byte) bool, agreements func(*string) bool, emit func(T)) error
}

// registerFold registers a transform of buckets, and what it emits.
func registerFold[T any](fn folder[T]) {
	register.DoFn5x1[context.Context, int, func(*[]byte) bool, func(*string) bool, func(T), error](fn)
	register.Emitter1[T]()
}
