package simulate

import (
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Wait is one recorded wait: of a party, from when a text was put to it until it
// decided; or of the deal, from the approval condition being met to its
// implementation. [Waits] reads them from a deal; callers may make their own.
type Wait struct {
	Deal  string
	Party string // "": the deal
	From  time.Time
	To    time.Time      // its end, or up to when it is known to have lasted
	End   dealstate.Kind // approve, reject, amend (demanded by this party) or implement; 0: not ended
	Event string         // the id of the event that ended it; [dealstate.Deal.Event] has who said so, and in what role
	Class string         // of waits that are alike, such as "parliament", for [CalibrateByClass]; Waits leaves it to the caller
}

// Length is how long the wait lasted. It is right over centuries, too.
func (s Wait) Length() Span { return between(s.From, s.To) }

// Ended reports whether the wait ended with a decision. One that did not still tells
// that the wait was at least so long (right censoring).
func (s Wait) Ended() bool { return s.End != 0 }

// Waits reads the waits of a deal as the view knows it: nothing recorded after KnownBy
// is used. A text is put to the parties when it is negotiated or submitted, and again
// when it is amended. A party whose approval is not asked has no wait. An approval
// that was given before the text was agreed gives none either. The waits are in the
// order in which they ended, those that have not ended last.
func Waits(d *dealstate.Deal, v dealstate.View) []Wait {
	w := readWaits(d, v)
	waits := w.ended
	for _, p := range w.asked {
		if since, ok := w.open[p]; ok {
			waits = append(waits, Wait{Deal: w.deal, Party: p, From: since, To: w.now})
		}
	}
	if !w.met.IsZero() {
		waits = append(waits, Wait{Deal: w.deal, From: w.met, To: w.now})
	}
	return waits
}

// waitReader goes through the decisions of a replay and keeps who has waited since
// when. It belongs to one call of readWaits and changes with every applied decision.
type waitReader struct {
	deal     string
	rules    dealstate.Lifecycle
	now      time.Time
	asked    []string             // whose approval the condition asks
	open     map[string]time.Time // by party: waiting since
	approved map[string]bool      // by party: it has approved
	proposed bool                 // the text has been put to the parties
	ended    []Wait
	met      time.Time // waiting to be implemented since
}

// readWaits replays the deal in the view. Its now is the last instant about which the
// view knows anything.
func readWaits(d *dealstate.Deal, v dealstate.View) *waitReader {
	snap, decisions := d.Replay(v)
	w := &waitReader{deal: snap.Deal, rules: d.Machine().Lifecycle(), now: snap.AsOf, open: map[string]time.Time{}, approved: map[string]bool{}}
	if !v.KnownBy.IsZero() && v.KnownBy.Before(w.now) {
		w.now = v.KnownBy // of what came after, nothing is known
	}
	for _, p := range snap.Parties {
		if p.Asked {
			w.asked = append(w.asked, p.Party)
		}
	}
	for _, dec := range decisions {
		if dec.Outcome == dealstate.Applied {
			w.apply(dec)
		}
	}
	return w
}

// apply takes in one applied decision: first the waits that it ends, then the move,
// then the waits that it begins.
//
// A party that never approved and withdraws refuses to become one (Vienna Convention on the
// Law of Treaties, article 18(a)): that counts as its rejection.
func (w *waitReader) apply(d dealstate.Decision) {
	refuses := d.Kind == dealstate.Withdraw && !w.approved[d.Party]
	switch d.Kind {
	case dealstate.Approve, dealstate.Reject:
		w.end(d.Party, d.Kind, d)
		w.approved[d.Party] = d.Kind == dealstate.Approve
	case dealstate.Withdraw:
		if refuses {
			w.end(d.Party, dealstate.Reject, d)
		}
		w.approved[d.Party] = false
	case dealstate.Amend:
		w.end(d.Party, d.Kind, d)
		w.endAll(d)
		clear(w.approved)
	}
	if d.To != d.From {
		w.applyMove(d)
	}
	switch d.Kind {
	case dealstate.Negotiate, dealstate.Submit, dealstate.Amend:
		w.proposed = true
		w.startWaits(d.At)
	case dealstate.Withdraw:
		if !refuses {
			w.startWaits(d.At)
		}
	}
}

// startWaits begins a wait for every party that has the text before it and has not
// approved.
func (w *waitReader) startWaits(at time.Time) {
	if !w.proposed {
		return
	}
	for _, p := range w.asked {
		if _, waits := w.open[p]; !waits && !w.approved[p] {
			w.open[p] = at
		}
	}
}

// end ends the party's wait, if it has one. Without a decision of the party's own, how
// is 0, and the event is not one that ended it.
func (w *waitReader) end(party string, how dealstate.Kind, d dealstate.Decision) {
	since, ok := w.open[party]
	if !ok {
		return
	}
	wait := Wait{Deal: w.deal, Party: party, From: since, To: d.At, End: how}
	if how != 0 {
		wait.Event = d.Event
	}
	w.ended = append(w.ended, wait)
	delete(w.open, party)
}

// endAll ends all waits without a decision of the parties.
func (w *waitReader) endAll(d dealstate.Decision) {
	for _, p := range w.asked {
		w.end(p, 0, d)
	}
}

// applyMove takes in that the deal has come to another state.
func (w *waitReader) applyMove(d dealstate.Decision) {
	if d.To == w.rules.Initial { // talks begin anew
		clear(w.approved)
	}
	if !w.approvalMoves(d.To) {
		w.endAll(d)
		w.proposed = false
	}
	switch {
	case d.To == dealstate.StateApproved:
		w.met = d.At
	case d.To == dealstate.StateProvisional: // what was met before still is
	case d.Kind == dealstate.Implement && !w.met.IsZero():
		w.ended = append(w.ended, Wait{Deal: w.deal, From: w.met, To: d.At, End: dealstate.Implement, Event: d.Event})
		fallthrough
	default:
		w.met = time.Time{}
	}
}

// approvalMoves reports whether an approval can still lead on from the state. While a
// deal is applied provisionally approvals go on.
func (w *waitReader) approvalMoves(from dealstate.State) bool {
	return from == dealstate.StateProvisional || slices.ContainsFunc(w.rules.Rules, func(r dealstate.Rule) bool {
		return r.On == dealstate.Approve && r.To != "" && r.To != from && slices.Contains(r.From, from)
	})
}
