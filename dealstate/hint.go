package dealstate

import (
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
)

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

// declared refuses a state that the lifecycle does not have.
func (l Lifecycle) declared(at string, s State) error {
	if !slices.Contains(l.States, s) {
		return field.Errorf(at, "%q is not among the declared states%s", field.Clip(string(s)), l.likeState(s))
	}
	return nil
}

// likeRule ends the error about an unknown rule with the nearest one.
func (l Lifecycle) likeRule(id string) string {
	ids := make([]string, len(l.Rules))
	for i, r := range l.Rules {
		ids[i] = r.ID
	}
	return nearest.Hint(id, ids)
}

// likeTrigger ends the error about what no rule can wait for with the nearest word.
func (a Agreement) likeTrigger(word string) string {
	words := slices.Concat(kindEnum.words[1:], clockEnum.words[1:])
	for _, t := range a.Timers {
		words = append(words, t.ID)
	}
	return nearest.Hint(word, words)
}
