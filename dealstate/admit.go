package dealstate

import (
	"slices"
	"strings"
)

// entry is an event that the machine has admitted, with its names resolved.
type entry struct {
	Event
	party      int // -1: all sides
	commitment int // -1: none
}

// Admit reports why this agreement cannot mean the event, as a *FieldError: it
// is not well-formed, it is of another deal, or it names a party, commitment or
// approver that the agreement does not know. Nil means that Record would keep it.
func (m *Machine) Admit(e Event) error {
	_, err := m.admit(e)
	return err
}

// admit brings an event into its kept form, or says what about it this
// agreement cannot mean.
func (m *Machine) admit(e Event) (*entry, error) {
	in := &entry{Event: e, party: -1, commitment: -1}
	if err := in.validate(); err != nil {
		return nil, err
	}
	if e.Deal != m.agreement.ID {
		return nil, fieldErr("deal", "%q is another deal; want %q", clip(e.Deal), clip(m.agreement.ID))
	}
	in.tidy()
	if e.Party != "" {
		i, ok := m.parties[e.Party]
		if !ok {
			return nil, fieldErr("party", "%q is not a party; want one of %s", clip(e.Party), m.agreement.someParties())
		}
		in.party = i
	}
	if err := m.admitCommitment(in); err != nil {
		return nil, err
	}
	return in, m.admitSpeaker(in)
}

func (m *Machine) admitCommitment(in *entry) error {
	if in.Commitment == "" {
		return nil
	}
	i, ok := m.commitments[in.Commitment]
	if !ok {
		return fieldErr("commitment", "%q is not a commitment of this agreement", clip(in.Commitment))
	}
	in.commitment = i
	owner := m.agreement.Commitments[i].Party
	switch {
	case in.Kind != Perform || in.Party == owner:
		return nil
	case in.Party == "": // the commitment says whose it is
		in.Party, in.party = owner, m.parties[owner]
		return nil
	}
	return fieldErr("party", "%q; %s is a commitment of %q", clip(in.Party), clip(in.Commitment), clip(owner))
}

// admitSpeaker holds the approver's role to the approvers. Whoever speaks in it
// must bear the name of the party's approver, or a part of it, and no other
// approver's name more; for all sides jointly, that of one of them.
func (m *Machine) admitSpeaker(in *entry) error {
	switch {
	case in.Role != Approver || in.By == "":
		return nil
	case in.party < 0:
		return m.admitJointSpeaker(in)
	}
	approver := m.agreement.Parties[in.party].Approver
	if approver == "" || in.By == approver {
		return nil
	}
	if own := alike(in.By, approver); own > 0 && m.likeness(in.By) <= own {
		return nil
	}
	return fieldErr("by", "%q is not the approver of %s, who is %q; for another speaker the role is government, negotiator or counterparty",
		clip(in.By), clip(in.Party), clip(approver))
}

func (m *Machine) admitJointSpeaker(in *entry) error {
	for _, p := range m.agreement.Parties {
		if p.Approver == "" || p.Approver == in.By {
			return nil
		}
	}
	if m.likeness(in.By) > 0 {
		return nil
	}
	return fieldErr("by", "%q is the approver of no party; for another speaker the role is government, negotiator or press", clip(in.By))
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
