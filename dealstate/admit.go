package dealstate

import "github.com/fe115bb3/dealtracker/dealstate/internal/field"

// Admit reports why this agreement cannot mean the event, as a *FieldError: it
// is not well-formed, it is of another deal, or it names a party, commitment or
// approver that the agreement does not know. Nil means that Record would keep it.
func (m *Machine) Admit(e Event) error {
	_, err := m.admit(&e)
	return err
}

// admit brings an event into the form in which it is kept, or says what about
// it this agreement cannot mean.
func (m *Machine) admit(e *Event) (names, error) {
	of := names{party: -1, commitment: -1}
	if err := e.validate(); err != nil {
		return of, err
	}
	if e.Deal != m.agreement.ID {
		return of, field.Errorf("deal", "%q is another deal; want %q", field.Clip(e.Deal), field.Clip(m.agreement.ID))
	}
	e.tidy()
	if e.Party != "" {
		i, ok := m.parties[e.Party]
		if !ok {
			return of, field.Errorf("party", "%q is not a party; want one of %s%s", field.Clip(e.Party), m.agreement.someParties(), m.agreement.likeParty(e.Party))
		}
		of.party = int16(i)
	}
	if e.Commitment != "" {
		if err := m.admitCommitment(e, &of); err != nil {
			return of, err
		}
	}
	if e.Role == Approver {
		return of, m.admitSpeaker(e, of.party)
	}
	return of, nil
}

func (m *Machine) admitCommitment(e *Event, of *names) error {
	i, ok := m.commitments[e.Commitment]
	if !ok {
		return field.Errorf("commitment", "%q is not a commitment of this agreement%s", field.Clip(e.Commitment), m.agreement.likeCommitment(e.Commitment))
	}
	of.commitment = int16(i)
	owner := m.agreement.Commitments[i].Party
	switch {
	case e.Kind == Breach && e.Party != "" && e.Party != owner && e.Role != Instrument && e.Role != Counterparty:
		return field.Errorf("party", "%q; %s is a commitment of %q, and an accusation is a dispute, or a breach in the role of counterparty", field.Clip(e.Party), field.Clip(e.Commitment), field.Clip(owner))
	case e.Kind != Perform || e.Party == owner:
		return nil
	case e.Party == "": // the commitment says whose it is
		e.Party, of.party = owner, int16(m.parties[owner])
		return nil
	}
	return field.Errorf("party", "%q; %s is a commitment of %q", field.Clip(e.Party), field.Clip(e.Commitment), field.Clip(owner))
}

// event gives the event back as it was admitted.
func (m *Machine) event(in *entry) Event {
	return Event{ID: in.id(), Deal: m.agreement.ID, Kind: in.Kind, Party: m.partyID(in), By: in.by(), Role: in.Role, Modality: in.Modality,
		At: in.at(), Recorded: in.recorded(), Revision: int(in.revision), Ref: in.ref(), Commitment: m.commitmentID(in), Until: in.until(),
		Source: in.source(), Note: in.note()}
}

func (m *Machine) partyID(of *entry) string { return m.nameOf(int(of.party)) }

// nameOf is the party's id; for -1, all sides, it is empty.
func (m *Machine) nameOf(party int) string {
	if party < 0 {
		return ""
	}
	return m.agreement.Parties[party].ID
}

func (m *Machine) commitmentID(of *entry) string {
	if of.commitment < 0 {
		return ""
	}
	return m.agreement.Commitments[of.commitment].ID
}
