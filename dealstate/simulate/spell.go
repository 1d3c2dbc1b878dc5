package simulate

import (
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Spell is one recorded wait: of a party, from when a text was put to it to
// what it did; or of the deal, from the approval condition being met to its
// implementation.
type Spell struct {
	Deal  string
	Party string // "": the deal
	From  time.Time
	To    time.Time      // its end, or up to when it is known to have lasted
	End   dealstate.Kind // approve, reject, amend (demanded by this party) or implement; 0: not ended
}

// Length is how long it lasted, over centuries too.
func (s Spell) Length() Span { return between(s.From, s.To) }

// Ended reports whether the party decided. A spell that did not end tells that
// the wait was at least so long.
func (s Spell) Ended() bool { return s.End != 0 }

// Spells reads the waits out of a deal as the view knows it: nothing recorded
// after KnownBy is used. A text is put to the parties when it is negotiated or
// submitted, and anew when it is amended. Parties whose approval is not asked have
// no spell, nor has an approval from before the text was agreed. The order is
// that in which they end, those that have not ended last.
func Spells(d *dealstate.Deal, v dealstate.View) []Spell {
	w := watch(d, v)
	spells := w.ended
	for _, p := range w.asked {
		if since, ok := w.open[p]; ok {
			spells = append(spells, Spell{Deal: w.deal, Party: p, From: since, To: w.now})
		}
	}
	if !w.met.IsZero() {
		spells = append(spells, Spell{Deal: w.deal, From: w.met, To: w.now})
	}
	return spells
}

// watcher reads a replay for who waited since when.
type watcher struct {
	deal    string
	rules   dealstate.Lifecycle
	now     time.Time
	asked   []string             // whose approval the condition asks
	open    map[string]time.Time // by party: waiting since
	stands  map[string]bool      // by party: it has approved
	onTable bool                 // the text has been put to the parties
	ended   []Spell
	met     time.Time // waiting to be implemented since
}

func watch(d *dealstate.Deal, v dealstate.View) *watcher {
	snap, decisions := d.Replay(v)
	w := &watcher{deal: snap.Deal, rules: d.Machine().Lifecycle(), now: snap.AsOf, open: map[string]time.Time{}, stands: map[string]bool{}}
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
			w.see(dec)
		}
	}
	return w
}

func (w *watcher) see(d dealstate.Decision) {
	// A party that never approved refuses to become one (Vienna Convention on the Law of
	// Treaties, article 18(a)): that counts as its rejection.
	refuses := d.Kind == dealstate.Withdraw && !w.stands[d.Party]
	switch d.Kind {
	case dealstate.Approve, dealstate.Reject:
		w.end(d.Party, d.Kind, d.At)
		w.stands[d.Party] = d.Kind == dealstate.Approve
	case dealstate.Withdraw:
		if refuses {
			w.end(d.Party, dealstate.Reject, d.At)
		}
		w.stands[d.Party] = false
	case dealstate.Amend:
		w.end(d.Party, d.Kind, d.At)
		w.cut(d.At)
		clear(w.stands)
	}
	if d.To != d.From {
		w.moved(d)
	}
	switch d.Kind {
	case dealstate.Negotiate, dealstate.Submit, dealstate.Amend:
		w.onTable = true
		w.put(d.At)
	case dealstate.Withdraw:
		if !refuses {
			w.put(d.At)
		}
	}
}

// put has every party wait that has the text and has not decided.
func (w *watcher) put(at time.Time) {
	if !w.onTable {
		return
	}
	for _, p := range w.asked {
		if _, waits := w.open[p]; !waits && !w.stands[p] {
			w.open[p] = at
		}
	}
}

// end closes the party's own spell.
func (w *watcher) end(party string, how dealstate.Kind, at time.Time) {
	if since, ok := w.open[party]; ok {
		w.ended = append(w.ended, Spell{Deal: w.deal, Party: party, From: since, To: at, End: how})
		delete(w.open, party)
	}
}

// cut closes all spells undecided.
func (w *watcher) cut(at time.Time) {
	for _, p := range w.asked {
		w.end(p, 0, at)
	}
}

// moved follows the deal from state to state.
func (w *watcher) moved(d dealstate.Decision) {
	if d.To == w.rules.Initial { // talks begin anew
		clear(w.stands)
	}
	if !w.approvalMoves(d.To) {
		w.cut(d.At)
		w.onTable = false
	}
	switch {
	case d.To == dealstate.StateApproved:
		w.met = d.At
	case d.To == dealstate.StateProvisional: // what was met before still is
	case d.Kind == dealstate.Implement && !w.met.IsZero():
		w.ended = append(w.ended, Spell{Deal: w.deal, From: w.met, To: d.At, End: dealstate.Implement})
		fallthrough
	default:
		w.met = time.Time{}
	}
}

// approvalMoves reports whether an approval can still lead on from the state. While a
// deal is applied provisionally approvals go on.
func (w *watcher) approvalMoves(from dealstate.State) bool {
	return from == dealstate.StateProvisional || slices.ContainsFunc(w.rules.Rules, func(r dealstate.Rule) bool {
		return r.On == dealstate.Approve && r.To != "" && r.To != from && slices.Contains(r.From, from)
	})
}
