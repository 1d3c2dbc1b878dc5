package simulate

import (
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Wait is one recorded wait: of a party, from when a text was put to it to
// what it did; or of the deal, from the approval condition being met to its
// implementation.
type Wait struct {
	Deal  string
	Party string // "": the deal
	From  time.Time
	To    time.Time      // its end, or up to when it is known to have lasted
	End   dealstate.Kind // approve, reject, amend (demanded by this party) or implement; 0: not ended
}

// Length is how long it lasted, over centuries too.
func (s Wait) Length() Span { return between(s.From, s.To) }

// Ended reports whether the party decided. A wait that did not end tells that
// the wait was at least so long.
func (s Wait) Ended() bool { return s.End != 0 }

// Waits reads the waits out of a deal as the view knows it: nothing recorded
// after KnownBy is used. A text is put to the parties when it is negotiated or
// submitted, and anew when it is amended. Parties whose approval is not asked have
// no wait, nor has an approval from before the text was agreed. The order is
// that in which they end, those that have not ended last.
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

// waitReader reads a replay for who waited since when.
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

func (w *waitReader) apply(d dealstate.Decision) {
	switch d.Kind {
	case dealstate.Approve, dealstate.Reject:
		w.end(d.Party, d.Kind, d.At)
		w.approved[d.Party] = d.Kind == dealstate.Approve
	case dealstate.Withdraw:
		w.approved[d.Party] = false
	case dealstate.Amend:
		w.end(d.Party, d.Kind, d.At)
		w.endAll(d.At)
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
		w.startWaits(d.At)
	}
}

// startWaits has every party wait that has the text and has not decided.
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

// end closes the party's own wait.
func (w *waitReader) end(party string, how dealstate.Kind, at time.Time) {
	if since, ok := w.open[party]; ok {
		w.ended = append(w.ended, Wait{Deal: w.deal, Party: party, From: since, To: at, End: how})
		delete(w.open, party)
	}
}

// endAll closes all waits undecided.
func (w *waitReader) endAll(at time.Time) {
	for _, p := range w.asked {
		w.end(p, 0, at)
	}
}

// applyMove follows the deal from state to state.
func (w *waitReader) applyMove(d dealstate.Decision) {
	if d.To == w.rules.Initial { // talks begin anew
		clear(w.approved)
	}
	if !w.approvalMoves(d.To) {
		w.endAll(d.At)
		w.proposed = false
	}
	switch {
	case d.To == dealstate.StateApproved:
		w.met = d.At
	case d.Kind == dealstate.Implement && !w.met.IsZero():
		w.ended = append(w.ended, Wait{Deal: w.deal, From: w.met, To: d.At, End: dealstate.Implement})
		fallthrough
	default:
		w.met = time.Time{}
	}
}

// approvalMoves reports whether an approval can still lead on from the state.
func (w *waitReader) approvalMoves(from dealstate.State) bool {
	return slices.ContainsFunc(w.rules.Rules, func(r dealstate.Rule) bool {
		return r.On == dealstate.Approve && r.To != "" && r.To != from && slices.Contains(r.From, from)
	})
}
