package dealstate

// What the tests of package dealstate_test reach of the inside.

// SetSpacing has checkpoints of the machine's deals stand so many events apart.
func (m *Machine) SetSpacing(events int) { m.spacing = events }

// Checkpoints counts a deal's.
func (d *Deal) Checkpoints() int { return len(d.stretches) - 1 }

// RecordStepwise is Record, and says how many events were folded for it.
func (d *Deal) RecordStepwise(e Event) (Decision, int, error) {
	of, err := d.machine.admit(&e)
	if err != nil {
		return Decision{}, 0, err
	}
	p, err := d.propose(&e, of)
	if p.accept != nil {
		p.accept()
	}
	return p.decision, p.steps, err
}
