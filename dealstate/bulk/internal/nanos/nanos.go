// Package nanos holds instants in 64 bits, as Unix nanoseconds: the form in which
// a log of millions of events keeps, compares and adds them.
//
//	ns := nanos.Clamp(view.AsOf)
//	if event.at <= ns { … }
package nanos

import (
	"math"
	"time"
)

const (
	// None is the instant that is left out. It lies before all others.
	None = math.MinInt64
	// Never is the last instant that 64 bits hold. It stands for all beyond.
	Never = math.MaxInt64
)

// First and Last bound the whole years that 64 bits of nanoseconds hold, 1678 to 2261.
var (
	First = time.Date(1678, 1, 1, 0, 0, 0, 0, time.UTC)
	Last  = time.Date(2262, 1, 1, 0, 0, 0, 0, time.UTC).Add(-1)
)

// Time gives the instant in UTC; that of None is the zero time.
func Time(ns int64) time.Time {
	if ns == None {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

// Clamp gives the nearest instant that 64 bits hold. A zero time sets no bound, so it
// gives Never.
func Clamp(t time.Time) int64 {
	switch {
	case t.IsZero() || t.After(time.Unix(0, Never)):
		return Never
	case t.Before(time.Unix(0, None)):
		return None
	}
	return t.UnixNano()
}
