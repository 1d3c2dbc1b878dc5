package bulk

import (
	"encoding/binary"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Act is what an event says, without its instants and its identity. A log
// holds each distinct act once: millions of events tend to say a few hundred
// things. The fields are those of [dealstate.Event].
type Act struct {
	Kind       dealstate.Kind
	Role       dealstate.Role
	Modality   dealstate.Modality // zero: asserted
	Revision   int                // zero: the one current
	Party      string             // "": all sides
	Commitment string
	By         string
	Publisher  string
}

func actOf(r *record) Act {
	return Act{Kind: r.kind, Role: r.role, Modality: r.modality, Revision: int(r.revision), Party: string(r.party),
		Commitment: string(r.commitment), By: string(r.by), Publisher: string(r.publisher)}
}

// appendKey appends what makes the record's act distinct.
func (r *record) appendKey(to []byte) []byte {
	to = append(to, byte(r.kind), byte(r.role), byte(r.modality))
	to = binary.AppendVarint(to, int64(r.revision))
	for _, text := range [...][]byte{r.party, r.commitment, r.by} {
		to = binary.AppendUvarint(to, uint64(len(text)))
		to = append(to, text...)
	}
	return append(to, r.publisher...)
}

// event gives the act a time and an id, for those who ask the library.
func (a Act) event(id, deal string) dealstate.Event {
	return dealstate.Event{ID: id, Deal: deal, Kind: a.Kind, Role: a.Role, Modality: a.Modality, Revision: a.Revision, Party: a.Party,
		Commitment: a.Commitment, By: a.By, Source: dealstate.Source{Publisher: a.Publisher}}
}

// size is about what an act takes in memory, its key in the interner included.
func (a Act) size() int64 {
	return int64(200 + 2*(len(a.Party)+len(a.Commitment)+len(a.By)+len(a.Publisher)))
}
