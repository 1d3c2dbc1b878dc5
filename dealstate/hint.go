package dealstate

import "github.com/fe115bb3/dealtracker/dealstate/internal/nearest"

// mostHinted bounds among how many parties or commitments a misspelt one is
// looked for.
const mostHinted = 1_000

// likeParty ends the error about an unknown party with the nearest one.
func (a Agreement) likeParty(id string) string {
	ids := make([]string, min(len(a.Parties), mostHinted))
	for i := range ids {
		ids[i] = a.Parties[i].ID
	}
	return nearest.Hint(id, ids)
}

// likeCommitment ends the error about an unknown commitment with the nearest one.
func (a Agreement) likeCommitment(id string) string {
	ids := make([]string, min(len(a.Commitments), mostHinted))
	for i := range ids {
		ids[i] = a.Commitments[i].ID
	}
	return nearest.Hint(id, ids)
}

// likeState ends the error about an unknown state with the nearest one.
func (l Lifecycle) likeState(name State) string {
	names := make([]string, len(l.States))
	for i, s := range l.States {
		names[i] = string(s)
	}
	return nearest.Hint(string(name), names)
}
