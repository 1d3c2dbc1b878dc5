package bulk

import "github.com/fe115bb3/dealtracker/dealstate"

// Statement is what an event says, without its instants and its identity. A log
// holds each distinct statement once: millions of events tend to say a few hundred
// things. The fields are those of [dealstate.Event].
type Statement struct {
	Kind       dealstate.Kind
	Role       dealstate.Role
	Modality   dealstate.Modality // zero: asserted
	Revision   int                // zero: the one current
	Party      string             // "": all sides
	Commitment string
	By         string
	Publisher  string
}

func statementOf(e *dealstate.Event) Statement {
	return Statement{Kind: e.Kind, Role: e.Role, Modality: max(e.Modality, dealstate.Asserted), Revision: e.Revision, Party: e.Party,
		Commitment: e.Commitment, By: e.By, Publisher: e.Source.Publisher}
}

// event gives the statement an id and a deal, for those who ask the library. It has no
// instant yet.
func (s Statement) event(id, deal string) dealstate.Event {
	return dealstate.Event{ID: id, Deal: deal, Kind: s.Kind, Role: s.Role, Modality: s.Modality, Revision: s.Revision, Party: s.Party,
		Commitment: s.Commitment, By: s.By, Source: dealstate.Source{Publisher: s.Publisher}}
}

// size is about what a statement takes in memory, its key in the interner included.
func (s Statement) size() int64 {
	return int64(200 + 2*(len(s.Party)+len(s.Commitment)+len(s.By)+len(s.Publisher)))
}
