package tracker

import (
	"context"
	"iter"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// deal gives a deal folded under the tracker's own policy. One at rest is read from the
// journal, without holding anybody up; an unknown one is looked for among the entries that
// have not been followed yet.
func (t *Tracker) deal(ctx context.Context, id string) (*live, error) {
	for tries := 0; ; tries++ {
		t.main.mu.Lock()
		d := t.main.deals[id]
		if d != nil && d.live != nil {
			l := d.live
			t.main.hot.use(l)
			t.main.mu.Unlock()
			return l, nil
		}
		at := t.main.at.Position
		t.main.mu.Unlock()
		switch {
		case d == nil && tries > 0:
			return nil, t.unknown(id)
		case d == nil:
			if err := t.catchUp(ctx); err != nil {
				return nil, err
			}
			continue
		}
		l, err := t.main.load(ctx, id, at)
		if err != nil {
			return nil, err
		}
		if l == nil {
			return nil, errLost(id)
		}
		if kept := t.keep(l); kept != nil {
			return kept, nil
		}
	}
}

// keep takes a deal that was loaded without the lock among the hot ones; nil where it has
// moved on meanwhile.
func (t *Tracker) keep(l *live) *live {
	t.main.mu.Lock()
	defer t.main.mu.Unlock()
	switch d := t.main.deals[l.of.id]; {
	case d.live != nil:
		return d.live
	case d.version != l.of.version:
		return nil
	}
	t.main.adopt(l)
	t.armAlarm()
	return l
}

// mostCompared bounds among how many ids a misspelt one is looked for.
const mostCompared = 1_000

// unknown is the error about an unknown deal, with the nearest known one.
func (t *Tracker) unknown(id string) error {
	t.main.mu.Lock()
	defer t.main.mu.Unlock()
	var ids []string
	for _, d := range t.order {
		if len(ids) == mostCompared {
			break
		}
		if near := len(d.id) - len(id); -3 < near && near < 3 {
			ids = append(ids, d.id)
		}
	}
	word, _ := nearest.Word(id, ids)
	return &UnknownDealError{Deal: id, Nearest: word}
}

// At says where a deal stands in the view. Where the view leaves both instants open, it is
// the tracker's now; where it leaves the policy open, the tracker's own. An unknown deal is
// an *UnknownDealError. It costs what [dealstate.Deal.At] does, and for a deal at rest
// reading its entries.
func (t *Tracker) At(ctx context.Context, deal string, v dealstate.View) (dealstate.Snapshot, error) {
	l, err := t.look(ctx, deal)
	if err != nil {
		return dealstate.Snapshot{}, err
	}
	return l.deal.At(t.orNow(v)), nil
}

// orNow is the view, as of now where it leaves both instants open.
func (t *Tracker) orNow(v dealstate.View) dealstate.View {
	if v.AsOf.IsZero() && v.KnownBy.IsZero() {
		v.AsOf = t.Now()
	}
	return v
}

// look is deal for calls from outside.
func (t *Tracker) look(ctx context.Context, deal string) (*live, error) {
	if err := t.check(ctx); err != nil {
		return nil, err
	}
	return t.deal(ctx, deal)
}

// Explain says in plain English where a deal stands in the view, and why.
func (t *Tracker) Explain(ctx context.Context, deal string, v dealstate.View) (string, error) {
	l, err := t.look(ctx, deal)
	if err != nil {
		return "", err
	}
	s, decisions := l.deal.Replay(t.orNow(v))
	return s.Explain(decisions...), nil
}

// Deal gives a copy of a deal with all its events, to be looked at in full: drawn, measured
// or tried out. What is recorded in the copy is recorded nowhere else.
func (t *Tracker) Deal(ctx context.Context, deal string) (*dealstate.Deal, error) {
	l, err := t.look(ctx, deal)
	if err != nil {
		return nil, err
	}
	return l.deal.Machine().Load(l.deal.Policy(), l.all())
}

// Events gives what the journal has of a deal, in the order in which it was accepted: its
// agreement and its events, with who recorded each and when.
func (t *Tracker) Events(ctx context.Context, deal string) iter.Seq2[journal.Entry, error] {
	return func(yield func(journal.Entry, error) bool) {
		if _, err := t.look(ctx, deal); err != nil {
			yield(journal.Entry{}, err)
			return
		}
		for e, err := range t.source.journal.ReadDeal(ctx, deal, 0) {
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}
