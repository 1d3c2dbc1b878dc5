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

func (b viewBounds) sees(at, recorded int64) bool { return at <= b.asOf && recorded <= b.knownBy }

// sight is how much of some rows a view sees.
type sight uint8

const (
	sightOfAll  sight = iota + 1
	sightOfSome       // or of none, and a retract among them may be known
	sightOfNone
)

// sight says how much the view sees of a span's rows. A retract that is known concerns
// what was recorded, whatever instant is looked at, so that one beyond counts as well.
func (b viewBounds) sight(s *span, retracts bool) sight {
	switch {
	case s.lastAt <= b.asOf && s.lastRecorded <= b.knownBy:
		return sightOfAll
	case s.firstRecorded > b.knownBy, s.firstAt > b.asOf && !retracts:
		return sightOfNone
	}
	return sightOfSome
}

// seesAll reports whether nothing can lie beyond.
func (b viewBounds) seesAll() bool { return b.knownBy == nanos.Never && b.asOf == nanos.Never }

// seesAny reports whether the view sees one of the rows.
func (b viewBounds) seesAny(s *shard, rows []uint32) bool {
	return b.seesAll() || slices.ContainsFunc(rows, func(row uint32) bool { return b.sees(s.at(row), s.recorded(row)) })
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
