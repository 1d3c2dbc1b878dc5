package bulk

import (
	"math"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// sight is what a view sees of a log.
type sight struct{ known, until int64 }

func sightOf(v dealstate.View) sight { return sight{known: bound(v.KnownBy), until: bound(v.AsOf)} }

func (s sight) sees(f *fact) bool { return f.at <= s.until && f.recorded <= s.known }

// seesAll reports whether nothing can be out of sight.
func (s sight) seesAll() bool { return s.known == math.MaxInt64 && s.until == math.MaxInt64 }

func (s sight) seesAny(of *shard, rows []uint32) bool {
	return s.seesAll() || slices.ContainsFunc(rows, func(row uint32) bool { return s.sees(of.fact(row)) })
}

// fill settles what the view leaves open, as the library does.
func fill(v dealstate.View) dealstate.View {
	if v.Policy == (dealstate.Policy{}) {
		v.Policy = dealstate.Strict
	}
	if v.AsOf.IsZero() {
		v.AsOf = v.KnownBy
	}
	return v
}

// bound is the view's instant for comparing with columns.
func bound(t time.Time) int64 {
	switch {
	case t.IsZero() || t.After(time.Unix(0, math.MaxInt64)):
		return math.MaxInt64
	case t.Before(time.Unix(0, none)):
		return none
	}
	return t.UnixNano()
}
