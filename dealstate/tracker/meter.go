package tracker

// Meter takes what a tracker counts and measures, for Prometheus, OpenTelemetry or
// whatever the caller has. Its methods are called often, by many goroutines at once and
// with locks held: they must be quick and must not call the tracker.
//
// The names are in the package's documentation, and permanent.
type Meter interface {
	Count(name string, n int64)         // adds n
	Observe(name string, value float64) // one value of a distribution; times are in seconds
}

// What is counted, and what is observed.
const (
	countEntries   = "tracker_entries"
	countAside     = "tracker_aside"
	countRevised   = "tracker_revised"
	countFired     = "tracker_fired"
	countRefused   = "tracker_refused"
	countStale     = "tracker_stale"
	countLoads     = "tracker_loads"
	countCatchUps  = "tracker_catch_ups"
	countErrors    = "tracker_errors"
	observeAppend  = "tracker_append_seconds"
	observeLag     = "tracker_lag_seconds"
	observeRecover = "tracker_recover_seconds"
)

type noMeter struct{}

func (noMeter) Count(string, int64)     {}
func (noMeter) Observe(string, float64) {}
