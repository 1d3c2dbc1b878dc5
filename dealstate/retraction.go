package dealstate

// voids finds which events are void in the view. A retract voids its target
// while nothing voids the retract itself; retracts in a circle void nothing. A
// correction concerns what was recorded, so it holds as soon as it is known,
// whatever instant is looked at.
func (l *log) voids(v View) *voids {
	if len(l.against) == 0 {
		return nil
	}
	found := &voids{by: map[string]string{}, circular: map[string]bool{}}
	l.findCircles(found.circular, v)
	against := map[string][]*entry{} // target: the retracts that speak of it
	for _, e := range l.entries {
		if e.corrects() && v.knows(e) {
			against[e.ref()] = append(against[e.ref()], e)
		}
	}
	r := retraction{voids: found, against: against, decided: map[string]bool{}, asked: map[string]int{}}
	for _, e := range l.entries {
		if against[e.id()] != nil && v.knows(e) {
			r.decide(e.id())
		}
	}
	return found
}

// corrects reports whether the event can void another.
func (in *entry) corrects() bool { return in.Kind == Retract && in.Modality == Asserted }

// findCircles follows every retract to what it speaks of. Each speaks of one
// event only, so a circle is found by coming back to an event of the same walk.
func (l *log) findCircles(circular map[string]bool, v View) {
	walked := map[string]int{}
	for n, start := range l.entries {
		if start.Kind != Retract {
			continue
		}
		id := start.id()
		for {
			e := l.find(id)
			if e == nil || !e.corrects() || !v.knows(e) || walked[id] != 0 {
				break
			}
			walked[id] = n + 1
			id = e.ref()
		}
		if e := l.find(id); e != nil && e.Kind == Retract && walked[id] == n+1 && !circular[id] {
			for at := id; !circular[at]; at = l.find(at).ref() {
				circular[at] = true
			}
		}
	}
}

// retraction finds out which events are void, from what is retracted to the
// retracts that nothing speaks against. It lives for one call of voids.
type retraction struct {
	*voids
	against map[string][]*entry
	decided map[string]bool
	asked   map[string]int // by target: how many of its retracts were looked at
}

// decide finds out whether an event is voided. It keeps its own stack, for a
// hostile log may hold a chain of a million retracts.
func (r *retraction) decide(id string) {
	stack := []string{id}
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		if next, open := r.undecided(top); open {
			stack = append(stack, next)
			continue
		}
		stack = stack[:len(stack)-1]
		if r.decided[top] {
			continue
		}
		r.decided[top] = true
		for _, by := range r.against[top] {
			if _, void := r.by[by.id()]; !void && !r.circular[by.id()] {
				r.by[top] = by.id()
				break
			}
		}
	}
}

// undecided gives a retract of the event about which it is not yet known
// whether it stands.
func (r *retraction) undecided(id string) (string, bool) {
	if r.decided[id] {
		return "", false
	}
	for n := r.asked[id]; n < len(r.against[id]); n++ {
		by := r.against[id][n]
		r.asked[id] = n + 1
		if !r.decided[by.id()] && !r.circular[by.id()] {
			return by.id(), true
		}
	}
	return "", false
}
