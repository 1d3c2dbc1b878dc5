package dealstate

// retractions finds which known events are voided. A retract voids its target
// while nothing voids the retract itself; retracts in a circle void nothing. A
// correction concerns what was recorded, so it holds as soon as it is known,
// whatever instant is looked at.
func (l *log) retractions(f *folding, v View) {
	if len(l.refs) == 0 {
		return
	}
	f.voided, f.circle, f.known = map[string]string{}, map[string]bool{}, map[string]bool{}
	against := map[string][]*entry{} // target: the retracts that speak of it
	for _, e := range l.entries {
		if !v.knows(e) {
			continue
		}
		f.known[e.ID] = true
		if e.Kind == Retract && e.Modality == Asserted {
			against[e.ref()] = append(against[e.ref()], e)
		}
	}
	l.findCircles(f, v)
	r := retraction{f: f, against: against, settled: map[string]bool{}, asked: map[string]int{}}
	for _, e := range l.entries {
		if against[e.ID] != nil && f.known[e.ID] {
			r.settle(e.ID)
		}
	}
}

// findCircles follows every retract to what it speaks of. Each speaks of one
// event only, so a circle is found by coming back to an event of the same walk.
func (l *log) findCircles(f *folding, v View) {
	walked := map[string]int{}
	for n, start := range l.entries {
		id := start.ID
		for {
			e := l.find(id)
			if e == nil || e.Kind != Retract || e.Modality != Asserted || !v.knows(e) || walked[id] != 0 {
				break
			}
			walked[id] = n + 1
			id = e.ref()
		}
		if e := l.find(id); e != nil && e.Kind == Retract && walked[id] == n+1 && !f.circle[id] {
			for at := id; !f.circle[at]; at = l.find(at).ref() {
				f.circle[at] = true
			}
		}
	}
}

type retraction struct {
	f       *folding
	against map[string][]*entry
	settled map[string]bool
	asked   map[string]int // by target: how many of its retracts were looked at
}

// settle decides whether an event is voided. It keeps its own stack, for a
// hostile log may hold a chain of a million retracts.
func (r *retraction) settle(id string) {
	stack := []string{id}
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		if next, open := r.unsettled(top); open {
			stack = append(stack, next)
			continue
		}
		stack = stack[:len(stack)-1]
		if r.settled[top] {
			continue
		}
		r.settled[top] = true
		for _, by := range r.against[top] {
			if _, void := r.f.voided[by.ID]; !void && !r.f.circle[by.ID] {
				r.f.voided[top] = by.ID
				break
			}
		}
	}
}

// unsettled gives a retract of the event about which it is not yet known
// whether it stands.
func (r *retraction) unsettled(id string) (string, bool) {
	if r.settled[id] {
		return "", false
	}
	for n := r.asked[id]; n < len(r.against[id]); n++ {
		by := r.against[id][n]
		r.asked[id] = n + 1
		if !r.settled[by.ID] && !r.f.circle[by.ID] {
			return by.ID, true
		}
	}
	return "", false
}
