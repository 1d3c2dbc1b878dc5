package scenario

import (
	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/names"
)

// Voices says who speaks for each party of an agreement, and in what role somebody speaks,
// without going through the parties for each act. Whoever has many acts makes it once. It
// does not change, and is safe for concurrent use.
type Voices struct {
	parties map[string]string   // by id: its voice
	first   string              // the first party's
	speaks  map[string][]string // by a name as [names.Fold] writes it: the parties whose approver bears it
}

// NewVoices lists the voices. The cost is linear in the parties and their aliases.
func NewVoices(a dealstate.Agreement) *Voices {
	v := &Voices{parties: make(map[string]string, len(a.Parties)), speaks: make(map[string][]string, len(a.Parties))}
	for i, p := range a.Parties {
		v.parties[p.ID] = p.Voice()
		if i == 0 {
			v.first = p.Voice()
		}
		own := append([]string{p.Approver}, p.Aliases...)
		if p.Approver == "" { // it speaks for itself
			own = []string{p.ID, p.Name}
		}
		for _, name := range own {
			key := names.Fold(name)
			v.speaks[key] = append(v.speaks[key], p.ID)
		}
	}
	return v
}

// Role is the role in which an event's speaker speaks, as far as the agreement
// says: approver where nobody is named, or the party's approver is, by a whole name or
// alias; counterparty where another party's approver is; else zero. A retract and a note
// need none. A party that names no approver speaks for itself, by its id or its name.
func (v *Voices) Role(e dealstate.Event) dealstate.Role {
	if e.Kind.OfLog() {
		return 0
	}
	if e.By == "" {
		return dealstate.Approver
	}
	of := v.speaks[names.Fold(e.By)]
	for _, party := range of {
		if e.Party == "" || e.Party == party {
			return dealstate.Approver
		}
	}
	if len(of) > 0 {
		return dealstate.Counterparty
	}
	return 0
}

// Speaker is who speaks in the role of approver where nobody is named: the
// party's approver, and of an act of all sides that of the first party. A party
// that names no approver speaks itself.
func (v *Voices) Speaker(party string) string {
	if party == "" {
		return v.first
	}
	if voice, is := v.parties[party]; is {
		return voice
	}
	return party // which the machine refuses as no party
}

// isParty reports whether the id is that of a party.
func (v *Voices) isParty(id string) bool {
	_, is := v.parties[id]
	return is
}
