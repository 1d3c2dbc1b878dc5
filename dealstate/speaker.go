package dealstate

import (
	"slices"
	"strings"
)

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
