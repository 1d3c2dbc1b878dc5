package dealbeam

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
)

// What is called once a line is registered to be called without reflection. The other
// transforms are called by reflection, at about a microsecond, once a block of lines, an event
// given as such, a bucket or a deal: to register them too would have the compiler take minutes
// and gigabytes.
func init() {
	register.DoFn3x0[string, func(int, []byte), func(BadLine)](&packLines{})
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
	registerFold[analytics.Spell](&spellFn{})

	for _, fn := range []any{&packBlocks{}, &packEvents{}, &SpellsFn{}, &TransitionsFn{}, &VariantsFn{}, &LifetimesFn{}, &FunnelFn{}, &IncidentsFn{}, &ConformanceFn{}, &WaitsFn{}, &LagsFn{}, &PolicyChangesFn{}, &SampleFn{}, &TotalsFn{}} {
		beam.RegisterType(reflect.TypeOf(fn).Elem())
	}
}

// registerFold registers a transform of buckets, and the function by which it emits.
func registerFold[T any](fn any) {
	beam.RegisterType(reflect.TypeOf(fn).Elem())
	register.Emitter1[T]()
}
