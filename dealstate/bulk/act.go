package bulk

import "github.com/fe115bb3/dealtracker/dealstate"

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

func actOf(e *dealstate.Event) Act {
	return Act{Kind: e.Kind, Role: e.Role, Modality: max(e.Modality, dealstate.Asserted), Revision: e.Revision, Party: e.Party,
		Commitment: e.Commitment, By: e.By, Publisher: e.Source.Publisher}
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
