package render

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// alert is what a reader must not overlook in a row: a party that leaves, a commitment
// that is overdue or broken, a part that is suspended.
type alert struct {
	Text string
	Hue  hue
}

// mostAlerts bounds how many a row shows.
const mostAlerts = 6

// alerts are those of the whole deal, the gravest first.
func (s *indexed) alerts() []alert {
	var all []alert
	count := func(word string, h hue, is func(dealstate.CommitmentStatus) bool) {
		n := 0
		for _, c := range s.Snapshot.Commitments {
			if is(c) {
				n++
			}
		}
		if n > 0 {
			all = append(all, alert{fmt.Sprintf("%d %s", n, word), h})
		}
	}
	count("breached", "vermilion", func(c dealstate.CommitmentStatus) bool { return !c.Breached.IsZero() })
	count("overdue", "orange", func(c dealstate.CommitmentStatus) bool { return !c.Overdue.IsZero() })
	count("suspended", "blue", func(c dealstate.CommitmentStatus) bool { return c.Suspended })
	for _, p := range s.Snapshot.Parties {
		for _, a := range partyAlerts(p) {
			if p.Standing != dealstate.StandingApproved || a.Text != signedWord {
				all = append(all, alert{isolated(shorten(s.partyName(p.Party), 40)) + ": " + a.Text, a.Hue})
			}
		}
	}
	if len(all) > mostAlerts {
		all = append(all[:mostAlerts-1], alert{fmt.Sprintf("and %d more", len(all)-mostAlerts+1), "grey"})
	}
	return all
}

const signedWord = "signed"

// partyAlerts are what a party does for itself besides approving.
func partyAlerts(p dealstate.PartyStatus) []alert {
	var all []alert
	if !p.Leaves.IsZero() {
		all = append(all, alert{"leaves on " + moment(p.Leaves), "vermilion"})
	}
	if p.Suspended {
		all = append(all, alert{"suspends", "blue"})
	}
	if p.Provisional {
		all = append(all, alert{"applies it provisionally", "mint"})
	}
	if p.Signed {
		all = append(all, alert{signedWord, "grey"})
	}
	return all
}

// commitmentAlerts are what a reader must not overlook in one commitment.
func commitmentAlerts(c dealstate.CommitmentStatus) []alert {
	var all []alert
	if !c.Breached.IsZero() {
		all = append(all, alert{"breached on " + moment(c.Breached), "vermilion"})
	}
	if !c.Overdue.IsZero() {
		all = append(all, alert{"overdue since " + moment(c.Overdue), "orange"})
	}
	if c.Suspended {
		all = append(all, alert{"suspended", "blue"})
	}
	return all
}
