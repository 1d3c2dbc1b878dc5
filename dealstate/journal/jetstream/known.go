package jetstream

import (
	"context"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// known is what the writer remembers of deals: at which positions their ids are. What this
// process appends is added, and what others append once it has been read. Any other deal is
// looked at before it is used, or guessed to be new or where it was.
type known struct {
	deals map[string]*knownDeal
	ids   int // of all deals
	most  int // how many of them it keeps between transactions
	turn  int // grows when others have appended what was not read
}

// knownDeal is one deal up to its version.
type knownDeal struct {
	version int64            // position of its last entry
	byID    map[string]int64 // position of the entry that counts under an id; "" is the agreement
	turn    int              // when it was looked at
}

// mostKnown bounds the ids that a writer remembers, of some hundred bytes each.
const mostKnown = 1 << 18

// doubt says that others have appended, and that it was not read.
func (k *known) doubt() { k.turn++ }

// needs reports whether the deal must be looked at before it is used.
func (k *known) needs(deal string) bool {
	d := k.deals[deal]
	return d == nil || d.turn != k.turn
}

func (k *known) version(deal string) int64 {
	if d := k.deals[deal]; d != nil {
		return d.version
	}
	return 0
}

func (k *known) position(deal, id string) int64 {
	if d := k.deals[deal]; d != nil {
		return d.byID[id]
	}
	return 0
}

// looked says that the deal has been read up to its version.
func (k *known) looked(deal string) *knownDeal {
	d := k.deals[deal]
	if d == nil {
		d = &knownDeal{byID: map[string]int64{}}
		if k.deals == nil {
			k.deals = map[string]*knownDeal{}
		}
		k.deals[deal] = d
	}
	d.turn = k.turn
	return d
}

// add adds entries, in the order of their positions.
func (k *known) add(entries []journal.Entry) {
	for i := range entries {
		e := &entries[i]
		d := k.looked(e.Deal())
		if d.byID[e.Event.ID] == 0 {
			k.ids++
		}
		d.byID[e.Event.ID], d.version = e.Position, e.Position
	}
}

// follow takes over what others have appended. A deal that is not known up to there is left
// as it is.
func (k *known) follow(entries []journal.Entry) {
	for i := range entries {
		if !k.needs(entries[i].Deal()) {
			k.add(entries[i : i+1])
		}
	}
}

// forget forgets the deal: it may have been read by half.
func (k *known) forget(deal string) {
	if d := k.deals[deal]; d != nil {
		k.ids -= len(d.byID)
		delete(k.deals, deal)
	}
}

// shrink forgets half of it where it has become too much.
func (k *known) shrink() {
	if k.ids <= k.most {
		return
	}
	for deal := range k.deals {
		if k.forget(deal); k.ids <= k.most/2 {
			return
		}
	}
}

// learn looks at the deals that requests are about. It reports whether they are as of the last
// message that the writer knows; else there is more.
func (w *writer) learn(ctx context.Context, requests []*request) (current bool, err error) {
	var deals []string
	asked := map[string]bool{}
	ask := func(deal string) {
		if isDeal(deal) && !asked[deal] && w.known.needs(deal) {
			asked[deal], deals = true, append(deals, deal)
		}
	}
	for _, r := range requests {
		for i := range r.entries {
			ask(r.entries[i].Deal())
		}
		for _, v := range r.on {
			ask(v.Deal)
		}
	}
	return w.look(ctx, deals)
}

// look finds out at which versions deals are, and reads what is new of them.
func (w *writer) look(ctx context.Context, deals []string) (current bool, err error) {
	at := map[string]int64{}
	if w.last > 0 {
		if at, err = w.versionsOf(ctx, deals, w.last, w.subject); err != nil {
			return false, err
		}
	}
	spans := make([]span, len(deals))
	for i, deal := range deals {
		spans[i] = span{subject: subjectOf(w.stream, deal), after: w.known.version(deal), to: at[subjectOf(w.stream, deal)]}
		if spans[i].to > w.last {
			return false, nil
		}
	}
	read, err := w.readAll(ctx, spans)
	if err != nil {
		return false, err
	}
	for i, deal := range deals {
		w.known.looked(deal)
		w.known.add(read[i])
	}
	return true, nil
}
