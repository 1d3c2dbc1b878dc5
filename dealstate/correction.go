package dealstate

// correction finds out what an entry that is put into a log does to which events are
// void. It goes from the entry to what that speaks of, and on from there as long as
// anything changes: no retract elsewhere in the log is looked at.
type correction struct {
	*edit
	voids   *voids   // what changes, upon what holds
	changed []*entry // on which something else may be decided; one may be there twice
}

// corrected gives what is void in the edited log, and on which entries besides the one
// put in that changes anything.
func (ed *edit) corrected(before *voids) (*voids, []*entry) {
	if ed.in.Kind != Retract && len(ed.base.against[ed.in.id()]) == 0 {
		return before, nil
	}
	c := correction{edit: ed, voids: &voids{by: map[string]string{}, circular: map[string]bool{}, base: before}}
	if ed.out == nil {
		c.changed = append(c.changed, ed.base.against[ed.in.id()]...) // what they speak of is on record now
		c.findCircle()
		c.spread(ed.in.id())
	}
	if ed.in.corrects() {
		c.spread(ed.in.ref())
	}
	if before == nil {
		c.voids.base = &voids{by: map[string]string{}, circular: map[string]bool{}}
	}
	return c.voids, c.changed
}

// findCircle follows the entry to what it speaks of, and so on. If that leads back to it,
// all on the way void nothing.
func (c *correction) findCircle() {
	var circle []*entry
	for e := c.in; ; {
		if e == nil || !e.corrects() || c.voids.isCircular(e.id()) || !c.isSpokenOf(e.id()) {
			return
		}
		circle = append(circle, e)
		if e = c.find(e.ref()); e == c.in {
			break
		}
	}
	for _, e := range circle {
		c.voids.circular[e.id()] = true
		c.changed = append(c.changed, e)
	}
	for _, e := range circle {
		c.spread(e.ref())
	}
}

func (c *correction) isSpokenOf(id string) bool {
	for range c.against(id) {
		return true
	}
	return false
}

// spread decides anew whether an event is void, and if that changes, what becomes of the
// event of which it speaks.
func (c *correction) spread(id string) {
	for e := c.find(id); e != nil; e = c.find(e.ref()) {
		was, by := c.voids.voidedBy(e.id()), c.standingAgainst(e.id())
		if was == by {
			return
		}
		c.voids.by[e.id()] = by
		c.changed = append(c.changed, e)
		if (was == "") == (by == "") || !e.corrects() || c.voids.isCircular(e.id()) {
			return
		}
	}
}

// standingAgainst is the first retract that voids an event; "": none does.
func (c *correction) standingAgainst(id string) string {
	for by := range c.against(id) {
		if by.corrects() && c.voids.voidedBy(by.id()) == "" && !c.voids.isCircular(by.id()) {
			return by.id()
		}
	}
	return ""
}
