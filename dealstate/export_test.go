package dealstate

// What the tests of package dealstate_test reach of the inside.

// SetSpacing has checkpoints of the machine's deals stand so many events apart.
func (m *Machine) SetSpacing(events int) { m.spacing = events }

// Checkpoints counts a deal's.
func (d *Deal) Checkpoints() int { return len(d.folded().stretches) - 1 }

// RecordStepwise is Record, and says how many events were folded for it.
func (d *Deal) RecordStepwise(e Event) (Decision, int, error) {
	of, err := d.machine.admit(&e)
	if err != nil {
		return Decision{}, 0, err
	}
	l := d.folded()
	p, err := l.propose(&e, of)
	d.accept(l, p)
	return p.decision, p.steps, err
}

// DoubtSteps finds the doubts as of now, and says how many events it took to.
func (d *Deal) DoubtSteps() int {
	_, steps := d.folded().findDoubts()
	return steps
}

// TieSteps says how many events the tie check takes to fold the log from the beginning.
func (d *Deal) TieSteps() int {
	f := d.folded().now.spare()
	f.from(nil)
	t := newTieCheck(f, d.log.entries)
	t.take(0, len(t.seen))
	return t.steps
}

// LongestStretch is the greatest number of events between two checkpoints.
func (d *Deal) LongestStretch() (most int) {
	for _, s := range d.folded().stretches {
		most = max(most, s.rows)
	}
	return most
}
