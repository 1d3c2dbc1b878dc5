package bulk

import (
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
)

// viewBounds are the instants that bound what a view sees of a log. They do not change.
type viewBounds struct{ knownBy, asOf int64 }

func boundsOf(v dealstate.View) viewBounds {
	return viewBounds{knownBy: nanos.Clamp(v.KnownBy), asOf: nanos.Clamp(v.AsOf)}
}

func (b viewBounds) sees(d *detail) bool { return d.at <= b.asOf && d.recorded <= b.knownBy }

// seesAll reports whether nothing can lie beyond.
func (b viewBounds) seesAll() bool { return b.knownBy == nanos.Never && b.asOf == nanos.Never }

// seesAny reports whether the view sees one of the rows.
func (b viewBounds) seesAny(s *shard, rows []uint32) bool {
	return b.seesAll() || slices.ContainsFunc(rows, func(row uint32) bool { return b.sees(s.detail(row)) })
}

// withDefaults gives a view what it leaves open, as the library does.
func withDefaults(v dealstate.View) dealstate.View {
	if v.Policy == (dealstate.Policy{}) {
		v.Policy = dealstate.Strict
	}
	if v.AsOf.IsZero() {
		v.AsOf = v.KnownBy
	}
	return v
}
