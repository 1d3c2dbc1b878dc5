package dealstate

import (
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

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
		of.party = int32(i)
	}
	if e.Commitment != "" {
		if err := m.admitCommitment(e, &of); err != nil {
			return of, err
		}
	}
	if e.Role == Approver && e.By != "" {
		return of, m.admitSpeaker(e, of.party)
	}
	return of, nil
}

func (m *Machine) admitCommitment(e *Event, of *names) error {
	i, ok := m.commitments[e.Commitment]
	if !ok {
		return field.Errorf("commitment", "%q is not a commitment of this agreement%s", field.Clip(e.Commitment), m.agreement.likeCommitment(e.Commitment))
	}
	of.commitment = int32(i)
	owner := m.agreement.Commitments[i].Party
	switch {
	case e.Kind == Breach && e.Party != "" && e.Party != owner && e.Role != Instrument && e.Role != Counterparty:
		return field.Errorf("party", "%q; %s is a commitment of %q, and an accusation is a dispute, or a breach in the role of counterparty", field.Clip(e.Party), field.Clip(e.Commitment), field.Clip(owner))
	case e.Kind != Perform || e.Party == owner:
		return nil
	case e.Party == "": // the commitment says whose it is
		e.Party, of.party = owner, int32(m.parties[owner])
		return nil
	}
	return field.Errorf("party", "%q; %s is a commitment of %q", field.Clip(e.Party), field.Clip(e.Commitment), field.Clip(owner))
}

// admitSpeaker holds the approver's role to the approvers. Whoever speaks in it
// must bear the name of the party's approver, or a part of it, and no other
// approver's name more; for all sides jointly, that of one of them.
func (m *Machine) admitSpeaker(e *Event, party int32) error {
	if party < 0 {
		return m.admitJointSpeaker(e)
	}
	approver := m.agreement.Parties[party].Approver
	if approver == "" || e.By == approver {
		return nil
	}
	if own := alike(e.By, approver); own > 0 && m.likeness(e.By) <= own {
		return nil
	}
	return field.Errorf("by", "%q is not the approver of %s, who is %q; for another speaker the role is government, negotiator or counterparty",
		field.Clip(e.By), field.Clip(e.Party), field.Clip(approver))
}

func (m *Machine) admitJointSpeaker(e *Event) error {
	for _, p := range m.agreement.Parties {
		if p.Approver == "" || p.Approver == e.By {
			return nil
		}
	}
	if m.likeness(e.By) > 0 {
		return nil
	}
	return field.Errorf("by", "%q is the approver of no party; for another speaker the role is government, negotiator or press", field.Clip(e.By))
}

// likeness is how much a name is like that approver's to which it is most like.
func (m *Machine) likeness(name string) int {
	most := 0
	for _, p := range m.agreement.Parties {
		most = max(most, alike(name, p.Approver))
	}
	return most
}

// alike counts the words that two names share, titles left aside.
func alike(a, b string) int {
	shared, other := 0, nameWords(b)
	for _, word := range nameWords(a) {
		if slices.Contains(other, word) {
			shared++
		}
	}
	return shared
}

var titles = strings.Fields("president premier prime minister chancellor secretary general chairman chair king queen vice mr mrs ms dr sir the of and")

// nameWords gives the words of a name without titles; a name of titles only,
// such as the Prime Minister, keeps them.
func nameWords(name string) []string {
	words := strings.FieldsFunc(slug(name), func(r rune) bool { return r == '_' })
	bare := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(titles, w) })
	if len(bare) == 0 {
		return words
	}
	return bare
}

// event gives the event back as it was admitted.
func (m *Machine) event(in *entry) Event {
	return Event{ID: in.ID, Deal: m.agreement.ID, Kind: in.Kind, Party: m.partyID(in), By: in.By, Role: in.Role, Modality: in.Modality,
		At: in.At, Recorded: in.Recorded, Revision: int(in.revision), Ref: in.ref(), Commitment: m.commitmentID(in), Until: in.until(),
		Source: in.Source, Note: in.Note}
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
