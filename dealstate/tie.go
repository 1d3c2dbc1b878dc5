package dealstate

import "bytes"

// Bounds on looking for events whose order is not known. Neighbours are always
// compared, so the cost stays a few steps an event; what is compared besides, and how
// far a day is looked through, ends here.
const (
	mostSwapped = 4_096   // pairs that are not neighbours, in one fold; beyond it neighbours only
	mostOfDay   = 16      // later acts of one day that may cure a refusal
	mostPassed  = 1 << 16 // reports passed over between those, in one fold
	mostDoubts  = 8       // warnings; beyond it nothing more is looked for
)

// tieCheck looks, while events fold, for those whose order the record leaves open
// and decides. It borrows two foldings that stand wherever it last tried something out,
// and leaves its own as it was, but for the doubts.
type tieCheck struct {
	f       *folding
	seen    []*entry // all that f will take, in order
	swapped int      // pairs compared that are not neighbours
	passed  int      // reports passed over that cannot cure anything
	steps   int      // events tried out, for tests
	a, b    *folding
}

// takeTied takes the entries, and notes every doubt about their order: a pair that
// would come to something else if swapped, and a refusal that another event of the
// same day would cure.
func (f *folding) takeTied(seen []*entry) {
	t := newTieCheck(f, seen)
	t.take(0, len(seen))
	t.end()
}

// take takes the entries of some rows.
func (t *tieCheck) take(from, to int) {
	for at := from; at < to; at++ {
		t.swap(at)
		t.steps++
		if d := t.f.take(t.seen[at]); d.outcome == Refused && t.seen[at].isDate() {
			t.cure(at)
		}
	}
}

func newTieCheck(f *folding, seen []*entry) *tieCheck {
	return &tieCheck{f: f, seen: seen, a: f.spare(), b: f.spare()}
}

// end gives the two back.
func (t *tieCheck) end() {
	t.f.m.spares.Put(t.a)
	t.f.m.spares.Put(t.b)
}

// seen lists what the view sees, in order.
func (l *log) seen(v View) []*entry {
	all := make([]*entry, 0, len(l.entries))
	for _, e := range l.entries {
		if v.sees(e) {
			all = append(all, e)
		}
	}
	return all
}

// swap compares the event at hand with those after it whose order is open.
func (t *tieCheck) swap(at int) {
	e := t.seen[at]
	for n := at + 1; n < len(t.seen) && t.mayTie(e, t.seen[n]); n++ {
		if n > at+1 {
			if t.swapped++; t.swapped > mostSwapped {
				return
			}
		}
		if o := t.seen[n]; e.isOpenBeside(o, t.f.revision) && !e.isAlike(o) && !t.f.isAside(e) && !t.f.isAside(o) && t.differs(e, o) {
			t.doubt(e, o)
		}
	}
}

// mayTie reports whether a later event, or one behind it, may tie with e.
func (t *tieCheck) mayTie(e, later *entry) bool {
	if !e.at().Equal(later.at()) || e.Kind.OfLog() || len(t.f.doubts) >= mostDoubts {
		return false
	}
	if e.Kind == Amend {
		return later.Kind.rank().class() <= rankConsent
	}
	return e.ties(later)
}

// isOpenBeside reports whether the record leaves open which of two events of one
// instant came first: they tie, or a consent beside an amendment does not name the
// text after it. One that names the text before it, the current one, folds too late.
func (in *entry) isOpenBeside(o *entry, current int) bool {
	toOlder := in.Kind == Amend && o.Kind.rank().class() == rankConsent && (o.revision == 0 || int(o.revision) == current)
	return toOlder || in.ties(o)
}

// isAlike reports whether two events that tie and count do the very same: swapped, they
// come to the same whatever the rules. By whom they are told says nothing of what they do.
func (in *entry) isAlike(o *entry) bool {
	return in.Kind == o.Kind && in.names == o.names && in.revision == o.revision && in.ref() == o.ref() && in.until().Equal(o.until())
}

// differs takes the two from here, in their order and in the other, each on a copy.
func (t *tieCheck) differs(e, o *entry) bool {
	t.a.situation.set(&t.f.situation)
	t.b.situation.set(&t.f.situation)
	was, then := t.try(t.a, e), t.try(t.a, o)
	first, last := t.try(t.b, o), t.try(t.b, e)
	return min(was, then) != min(first, last) || max(was, then) != max(first, last) || !t.a.isLike(&t.b.situation)
}

func (t *tieCheck) try(f *folding, e *entry) Outcome {
	t.steps++
	return f.take(e).outcome
}

// isLike reports whether two situations are such that no reader and no later event could
// tell them apart, but for which event is behind it.
func (s *situation) isLike(other *situation) bool {
	if s.revision != other.revision || !s.since.Equal(other.since) || !s.inForce.Equal(other.inForce) {
		return false
	}
	for p := range s.acts {
		if s.standing(p) != other.standing(p) {
			return false
		}
	}
	var room, otherRoom [128]byte
	return bytes.Equal(s.appendKey(room[:0]), other.appendKey(otherRoom[:0]))
}

// cure looks, after a refusal of an event dated by its day alone, for a later event of
// that day after which the refused one would have taken effect.
func (t *tieCheck) cure(at int) {
	refused, begun := t.seen[at], false
	for n, acts := at+1, 0; n < len(t.seen) && acts < mostOfDay && len(t.f.doubts) < mostDoubts && t.seen[n].isOfDay(refused.at()); n++ {
		if t.f.isAside(t.seen[n]) {
			if t.passed++; t.passed > mostPassed {
				return
			}
			continue
		}
		if acts++; !begun {
			t.a.situation.set(&t.f.situation)
			begun = true
		}
		if t.try(t.a, t.seen[n]) != Applied {
			continue
		}
		t.b.situation.set(&t.a.situation)
		if t.try(t.b, refused) == Applied {
			t.doubt(refused, t.seen[n])
			return
		}
	}
}

func (t *tieCheck) doubt(e, o *entry) {
	t.f.doubts = append(t.f.doubts, Reason{Code: ReasonOrderUnknown, Event: e.id(), Detail: o.id(), At: e.at()})
}
