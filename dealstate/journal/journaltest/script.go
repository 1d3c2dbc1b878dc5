package journaltest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// dayOne is when made-up journals begin.
var dayOne = time.Date(2025, 6, 10, 9, 0, 0, 0, time.UTC)

// step is one thing that a made-up run does with a journal: an append, or where it has
// no entries, to close the journal and open it again.
type step struct {
	entries []journal.Entry
	on      bool // on the versions that the deals have
}

// script makes a run of n steps over a few deals: events with long and short texts,
// one or some at once, agreements, the same again, the same known earlier.
func script(seed uint64, n int) []step {
	w := &writer{rng: rand.New(rand.NewPCG(seed, 1))}
	steps := make([]step, n)
	for i := range steps {
		if i%23 == 22 {
			continue
		}
		for range 1 + max(0, w.rng.IntN(8)-5) {
			steps[i].entries = append(steps[i].entries, w.entry())
		}
		steps[i].on = w.rng.IntN(4) == 0
	}
	return steps
}

// writer makes entries up.
type writer struct {
	rng    *rand.Rand
	n      int
	events []dealstate.Event
}

func (w *writer) entry() journal.Entry {
	w.n++
	e := journal.Entry{Accepted: dayOne.Add(time.Duration(w.n) * 1234567891), By: []string{"", "desk", "夜班 \"B\"", "ночь\n"}[w.rng.IntN(4)]}
	deal := fmt.Sprintf("deal-%d", w.rng.IntN(5))
	switch choice := w.rng.IntN(16); {
	case choice == 0:
		a := agreement(deal)
		e.Agreement = &a
	case choice == 1 && len(w.events) > 0:
		e.Event = w.events[w.rng.IntN(len(w.events))]
	case choice == 2 && len(w.events) > 0:
		e.Event = w.events[w.rng.IntN(len(w.events))]
		e.Event.Recorded = e.Event.At.Add(time.Duration(w.rng.IntN(1000)) * time.Hour)
	default:
		e.Event = dealstate.Event{ID: fmt.Sprintf("e-%d", w.n), Deal: deal, Kind: dealstate.Note, At: dayOne.Add(time.Duration(w.n)), Recorded: dayOne.AddDate(0, 1, 0),
			Note: strings.Repeat("协议 <agreed> ", w.rng.IntN(12)), Source: dealstate.Source{Publisher: "Yicai"}}
		w.events = append(w.events, e.Event)
	}
	return e
}

// agreement makes the one agreement of an id.
func agreement(id string) dealstate.Agreement {
	return dealstate.Agreement{ID: id, Title: "Framework “" + id + "”", Parties: []dealstate.Party{{ID: "us", Approver: "Trump"}, {ID: "china", Name: "中国", Approver: "Xi"}},
		Deadline: dayOne.AddDate(0, 3, 0)}
}

// versions gives where the deals of the entries stand.
func (s step) versions(ctx context.Context, j journal.Journal) ([]journal.Version, error) {
	if !s.on {
		return nil, nil
	}
	var on []journal.Version
	for _, e := range s.entries {
		v := journal.Version{Deal: e.Deal()}
		for kept, err := range j.ReadDeal(ctx, e.Deal(), 0) {
			if err != nil {
				return nil, err
			}
			v.Position = kept.Position
		}
		on = append(on, v)
	}
	return on, nil
}

// all reads a whole journal.
func all(ctx context.Context, j journal.Journal) ([]journal.Entry, error) {
	var entries []journal.Entry
	for e, err := range j.Read(ctx, 0) {
		if err != nil {
			return entries, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// alike says where two journals differ, nil if they do not.
func alike(have, want []journal.Entry) error {
	for i := range min(len(have), len(want)) {
		if !equal(have[i], want[i]) {
			return fmt.Errorf("the entry at %d is %+v; want %+v", i+1, have[i], want[i])
		}
	}
	if len(have) != len(want) {
		return fmt.Errorf("%d entries; want %d", len(have), len(want))
	}
	return nil
}

// equal reports whether entries are the same, agreements by what they say.
func equal(a, b journal.Entry) bool {
	if a.Agreement != nil && b.Agreement != nil {
		mine, _ := a.Agreement.MarshalJSON()
		theirs, _ := b.Agreement.MarshalJSON()
		if string(mine) != string(theirs) {
			return false
		}
		a.Agreement, b.Agreement = nil, nil
	}
	return reflect.DeepEqual(a, b)
}
