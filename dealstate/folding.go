package dealstate

import "time"

// folding is a situation on its way along a log, under one policy. Whoever
// makes it owns it; each event that it takes changes it.
type folding struct {
	situation
	policy  Policy
	leftOut [endOfRoles]*[]Reason // the reason that the policy leaves a role out, once it was needed
	voids   voids                 // which events of the log are void
	horizon time.Time             // the instant looked at
	doubts  []Reason              // events whose order matters and is not known; only a replay finds them
	move    mover
	recordEnd
	recorder recorder // nil: nobody asks what was decided, so no reasons are gathered
}

// voids says which known events are void, and by which retract. A folding reads
// it, and it never changes.
type voids struct {
	by       map[string]string // retracted event: the retract
	circular map[string]bool   // retracts that void one another
	known    map[string]bool   // ids on record, where there are retracts at all
}

// mover takes a transition of a rule whose guard is met, and gives the state to
// which it leads: [Machine.moveByTable] or [Machine.moveByLooplab].
type mover func(m *Machine, rule, state int) (next int)

// recorder is told of each decision, of an event or of a clock, in their order.
type recorder interface {
	record(decided)
}

// trail is the recorder that keeps what it is told.
type trail struct {
	all []decided
}

func (t *trail) record(d decided) { t.all = append(t.all, d) }

func (f *folding) record(d decided) {
	if f.recorder != nil {
		f.recorder.record(d)
	}
}

// copied gives a folding that goes on from here and tells the recorder, and
// leaves this one as it is.
func (f *folding) copied(to recorder) *folding {
	c := *f
	c.situation, c.recorder = f.clone(), to
	return &c
}

// doubtsOrderOf reports whether the order of an event matters and is not known.
func (f *folding) doubtsOrderOf(id string) bool {
	for _, d := range f.doubts {
		if d.Event == id || d.Detail == id {
			return true
		}
	}
	return false
}

// recordEnd is the last instant of which the known log speaks. A folding that has one
// notes whether a clock has moved the deal since.
type recordEnd struct {
	ended  time.Time // zero: nothing is on record
	known  bool      // false: there is no log, as for a [Cursor]
	ranOut bool      // a clock has moved the deal after it
}

// pass notes that a clock moved the deal at the instant.
func (r *recordEnd) pass(at time.Time) {
	if r.known && at.After(r.ended) {
		r.ranOut = true
	}
}
