package dealstate

import (
	"maps"
	"time"
)

// folding is a situation on its way along a log, under one policy. Whoever
// makes it owns it; each event that it takes changes it.
type folding struct {
	situation
	policy  Policy
	leftOut [endOfRoles]*[]Reason // the reason that the policy leaves a role out, once it was needed
	voids   *voids                // which events of the log are void; nil: none
	horizon time.Time             // the instant looked at
	doubts  []Reason              // events whose order matters and is not known; only a replay finds them
	move    mover
	recordEnd
	recorder recorder // nil: nobody asks what was decided, so no reasons are gathered
	onRecord finder   // nil: there is no log
}

// finder finds an event of the log that is folded by its id; nil: none is on record.
type finder interface{ find(id string) *entry }

// isOnRecord reports whether the log holds an event, as far as it is known.
func (f *folding) isOnRecord(id string) bool {
	if f.onRecord != nil {
		return f.onRecord.find(id) != nil
	}
	return f.voids != nil && f.voids.known[id]
}

// voids says which known events are void, and by which retract. Foldings read it. It
// changes only when the log of a deal does, with the deal's lock held.
type voids struct {
	by       map[string]string // retracted event: the retract; "": none any more
	circular map[string]bool   // retracts that void one another
	base     *voids            // holds for what by and circular say nothing of; nil: nothing does
	known    map[string]bool   // ids on record, for a folding that has no log
}

// voidedBy gives the retract by which an event is void; "": it is not.
func (v *voids) voidedBy(id string) string {
	for ; v != nil; v = v.base {
		if by, is := v.by[id]; is {
			return by
		}
	}
	return ""
}

// isCircular reports whether an event is one of a circle of retracts.
func (v *voids) isCircular(id string) bool {
	for ; v != nil; v = v.base {
		if v.circular[id] {
			return true
		}
	}
	return false
}

// merged gives all that holds in one, in the memory of the base where there is one.
func (v *voids) merged() *voids {
	if v == nil || v.base == nil {
		return v
	}
	maps.Copy(v.base.by, v.by)
	maps.Copy(v.base.circular, v.circular)
	return v.base
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

// latest is the recorder that keeps only the last one.
type latest struct {
	decided
	is bool // there is one
}

func (l *latest) record(d decided) { l.decided, l.is = d, true }

// tally is the recorder that only counts, so no reasons are gathered.
type tally int

func (t *tally) record(decided) { *t++ }

// isAsked reports whether anybody asks for reasons.
func (f *folding) isAsked() bool {
	if f.recorder == nil {
		return false
	}
	_, counts := f.recorder.(*tally)
	return !counts
}

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

// spare gives a folding of the same log and policy that stands anywhere, by the table, and
// tells nobody what is decided. Who takes it gives it back to the machine's spares, or
// keeps it.
func (f *folding) spare() *folding {
	s := f.m.spare()
	*s = folding{situation: s.situation, policy: f.policy, leftOut: f.leftOut, voids: f.voids, horizon: f.horizon, move: (*Machine).moveByTable, onRecord: f.onRecord}
	return s
}

// spare gives a folding that stands anywhere, for who gives it back to the spares or keeps
// it.
func (m *Machine) spare() *folding {
	f, is := m.spares.Get().(*folding)
	if !is {
		return &folding{situation: newSituation(m)}
	}
	f.m = m // it may be another one's that is alike
	return f
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
