package render

import "github.com/fe115bb3/dealtracker/dealstate"

// indexed is a replay with what its pictures look up again and again, each worked out once:
// what only some lanes need, when the first of them does. Whatever draws makes one, for a
// machine copies its agreement for each who asks, and keeps it to itself.
type indexed struct {
	Replay
	agreement dealstate.Agreement
	parties   map[string]int             // by id: the place in the snapshot
	events    map[string]dealstate.Event // by id, to find them for their decisions

	approvals map[string][]bar // by party
	own       map[string][]bar // by party, the strips below those bars
	histories map[string]*commitmentHistory
}

func (s Replay) indexed() *indexed {
	x := &indexed{Replay: s, agreement: s.Machine.Agreement(), parties: make(map[string]int, len(s.Snapshot.Parties)), events: make(map[string]dealstate.Event, len(s.Events))}
	for i, p := range s.Snapshot.Parties {
		if _, twice := x.parties[p.Party]; !twice {
			x.parties[p.Party] = i
		}
	}
	for _, e := range s.Events {
		x.events[e.ID] = e
	}
	return x
}

func indexAll(replays []Replay) []*indexed {
	all := make([]*indexed, len(replays))
	for i, s := range replays {
		all[i] = s.indexed()
	}
	return all
}

// ofParty gives the bars of a party's row, and the strips below them.
func (s *indexed) ofParty(party string) (bars, strips []bar) {
	if s.approvals == nil {
		s.approvals, s.own = s.approvalBars(), s.strips()
	}
	return s.approvals[party], s.own[party]
}

// ofCommitment gives what became of a commitment, or nil.
func (s *indexed) ofCommitment(id string) *commitmentHistory {
	if s.histories == nil {
		s.histories = s.commitmentHistories()
	}
	return s.histories[id]
}

// party is one party's status; the zero one, for a party that the snapshot does not have.
func (s *indexed) party(id string) dealstate.PartyStatus {
	if i, known := s.parties[id]; known {
		return s.Snapshot.Parties[i]
	}
	return dealstate.PartyStatus{}
}
