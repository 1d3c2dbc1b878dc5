package bulk

import "slices"

// settle puts the deal's rows in order and takes them: by the automaton if it
// knows; else by a cursor; and by a fold of the library's where events refer to
// others. Either each transition is told, or it is noted where the deal stands.
func (w *walker) settle(s *shard, deal uint32, tell func(Transition)) error {
	w.s = s
	a := w.autoOf(deal)
	rows, whole := w.inOrder(deal)
	switch {
	case !whole:
		return w.fold(a, deal, tell)
	case a.knows && w.quick(a, deal, rows, tell):
		return nil
	case w.refers(rows):
		return w.fold(a, deal, tell)
	}
	f := w.followerOf(w.l.machine[s.deal(deal)])
	if err := f.follow(deal, rows, tell); err != nil || tell != nil {
		return err
	}
	w.put(deal, folded{since: f.cursor.Since(), state: a.stateIndex(f.cursor.State()), revision: f.cursor.Revision()})
	return nil
}

func (w *walker) followerOf(machine uint32) *follower {
	if w.followers[machine] == nil {
		w.followers[machine] = newFollower(w, machine)
	}
	return w.followers[machine]
}

func (w *walker) refers(rows []uint32) bool {
	return len(w.s.refs) > 0 && slices.ContainsFunc(rows, func(row uint32) bool { return w.s.refs[row] != "" })
}

// inOrder sorts the rows that the view sees. They are not the whole story if
// a known retract lies beyond them.
func (w *walker) inOrder(deal uint32) (rows []uint32, whole bool) {
	w.rows = w.rows[:0]
	for _, row := range w.s.rowsOf(w.l, deal) {
		if w.sees(w.s.fact(row)) {
			w.rows = append(w.rows, row)
		} else if w.s.fact(row).recorded <= w.known && w.voids(w.s.step(row)) {
			return nil, false
		}
	}
	byFold := func(a, b uint32) int { return w.s.compare(a, b, w.l.numbered) }
	if !slices.IsSortedFunc(w.rows, byFold) {
		slices.SortFunc(w.rows, byFold)
	}
	return w.rows, true
}

// quick takes rows in order, and counts them only if the automaton knows of all.
func (w *walker) quick(a *automaton, deal uint32, rows []uint32, tell func(Transition)) bool {
	c := &w.course
	a.begin(c)
	for _, c.row = range rows {
		if !a.take(c, w.s.step(c.row).act, w.s.fact(c.row).at, w.s.refs[c.row] != "") {
			return false
		}
	}
	if a.clocked && !a.advance(c, w.end(deal)) {
		return false
	}
	since := int64(none)
	for _, v := range c.visits {
		n := a.cell(v)
		if a.moves(n) {
			since = v.at
		}
		if tell == nil {
			a.table[n].hits++
			continue
		}
		for _, said := range a.answer(n).said {
			if said.from != said.to {
				tell(w.transition(deal, v, &said))
			}
		}
	}
	if tell == nil {
		w.put(deal, folded{since: instant(since), state: a.stateOf[c.spot], revision: int(c.revision)})
	}
	return true
}

func (w *walker) transition(deal uint32, v visit, said *said) Transition {
	t := said.transition(w.l.deals[w.s.deal(deal)], instant(v.at))
	if said.clock == 0 {
		t.Event, t.Kind = w.l.id(w.s, v.row), w.l.acts[w.s.step(v.row).act].Kind
	}
	return t
}

// fold asks the library for the whole deal.
func (w *walker) fold(a *automaton, deal uint32, tell func(Transition)) error {
	snapshot, decisions, err := w.l.fold(w.s, deal, w.view)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		if tell == nil {
			said := saidOf(d, nil)
			w.tally.count(&said, 1)
		} else if d.From != d.To {
			tell(transitionOf(d))
		}
	}
	if tell == nil {
		w.put(deal, folded{since: snapshot.Since, state: a.stateIndex(snapshot.State), revision: snapshot.Revision})
	}
	return nil
}

func (w *walker) put(deal uint32, f folded) {
	w.st.at[deal] = standOf(place{spot: gone}, uint32(len(w.st.folded)))
	w.st.folded = append(w.st.folded, f)
}
