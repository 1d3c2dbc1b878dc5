package dealstate

import "iter"

// edit is a log as it would be with one more entry, or with an entry in place of another
// of its id that was recorded later. The log itself stays as it is. An edit belongs to one
// proposal, and does not change.
type edit struct {
	base *log
	in   *entry
	out  *entry // nil: nothing is left out
	at   int    // the row of in, in the edited log
	old  int    // the row of out, no earlier than at; without out, beyond all rows
}

func (l *log) edit(in, out *entry) *edit {
	ed := &edit{base: l, in: in, out: out, at: l.row(in), old: len(l.entries)}
	if out != nil {
		ed.old = l.row(out)
	}
	return ed
}

func (ed *edit) len() int {
	if ed.out != nil {
		return len(ed.base.entries)
	}
	return len(ed.base.entries) + 1
}

// entry gives the entry of a row of the edited log.
func (ed *edit) entry(row int) *entry {
	switch {
	case row == ed.at:
		return ed.in
	case row > ed.at && row <= ed.old:
		return ed.base.entries[row-1]
	}
	return ed.base.entries[row]
}

// row is where what stands at a row of the log, or before which something ends there,
// stands in the edited log.
func (ed *edit) row(old int) int {
	if old >= ed.at && old <= ed.old {
		return old + 1
	}
	return old
}

func (ed *edit) find(id string) *entry {
	if id == ed.in.id() {
		return ed.in
	}
	return ed.base.find(id)
}

// against goes through the retracts that speak of an event, in their order.
func (ed *edit) against(id string) iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		comes := ed.in.Kind == Retract && ed.in.ref() == id
		for _, e := range ed.base.against[id] {
			if comes && ed.in.compare(e) < 0 {
				if comes = false; !yield(ed.in) {
					return
				}
			}
			if e != ed.out && !yield(e) {
				return
			}
		}
		if comes {
			yield(ed.in)
		}
	}
}

// accept makes the log so.
func (ed *edit) accept() {
	if ed.out != nil {
		ed.base.replace(ed.in, ed.at, ed.old)
	} else {
		ed.base.insert(ed.in, ed.at)
	}
}
