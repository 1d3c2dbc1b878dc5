package jetstream

import (
	"context"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// known is what the writer remembers of deals: at which positions their ids are. What this
// process appends is added. A deal that is not known, or since whose last look another process
// has appended, is looked at before it is used, or guessed to be new or where it was.
type known struct {
	deals map[string]*knownDeal
	ids   int // of all deals
	most  int // how many of them it keeps between transactions
	turn  int // grows when somebody else has appended
}

// knownDeal is one deal up to its version.
type knownDeal struct {
	version int64            // position of its last entry
	byID    map[string]int64 // position of the entry that counts under an id; "" is the agreement
	turn    int              // when it was looked at
}

// mostKnown bounds the ids that a writer remembers, of some hundred bytes each.
const mostKnown = 1 << 18

// doubt says that somebody else has appended.
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

// learn looks at the deals that requests are about, or with a guess only at those on whose
// versions they are. It reports whether they are as of the last message that the writer knows;
// else there is more.
func (w *writer) learn(ctx context.Context, requests []*request, guess bool) (current bool, err error) {
	var deals []string
	asked := map[string]bool{}
	ask := func(deal string) {
		if deal != "" && !asked[deal] && w.known.needs(deal) {
			asked[deal], deals = true, append(deals, deal)
		}
	}
	for _, r := range requests {
		for i := range r.entries {
			if !guess || len(r.on) > 0 {
				ask(r.entries[i].Deal())
			}
		}
		for _, v := range r.on {
			ask(v.Deal)
		}
	}
	for current = true; current && len(deals) > 0; {
		n := min(len(deals), mostAsked)
		if current, err = w.look(ctx, deals[:n]); err != nil {
			return false, err
		}
		deals = deals[n:]
	}
	return current, nil
}

// mostAsked is of how many deals the versions are asked at once: so few that the last messages
// of all of them, which come with the answer, are fewer bytes than a server sends at once.
const mostAsked = 60

// look finds out at which versions deals are, and reads what is new of them.
func (w *writer) look(ctx context.Context, deals []string) (current bool, err error) {
	at := map[string]int64{}
	if w.last > 0 {
		subjects := []string{w.subject} // which has a message
		for _, deal := range deals {
			subjects = append(subjects, subjectOf(w.stream, deal))
		}
		if err := w.insist(ctx, "read", func(ctx context.Context) error {
			at, err = w.versions(ctx, subjects, w.last)
			return err
		}); err != nil {
			return false, err
		}
	}
	for _, deal := range deals {
		version := at[subjectOf(w.stream, deal)]
		if version > w.last {
			return false, nil
		}
		if err := w.read(ctx, deal, version); err != nil {
			return false, err
		}
	}
	return true, nil
}

// read reads what is new of a deal, up to its version.
func (w *writer) read(ctx context.Context, deal string, version int64) error {
	from := w.known.version(deal)
	for e, err := range w.entries(ctx, subjectOf(w.stream, deal), from, version) {
		if err != nil {
			w.known.forget(deal)
			return err
		}
		w.known.add([]journal.Entry{e})
	}
	w.known.looked(deal)
	return nil
}
