package main

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
	"github.com/fe115bb3/dealtracker/examples/treaties/data"
)

// treaty is one treaty's record as far as waits need it: since when its text was open,
// and who has decided. It is read once, and does not change.
type treaty struct {
	ID        string `json:"id"`
	Opened    string `json:"opened"` // a date; "": nobody waits, as in an exchange of notes
	OpenToAll bool   `json:"open_to_all"`

	opened time.Time
	listed []string // the agreement's parties
	acts   []act
	end    time.Time // of its record
}

// act is one party's approval or rejection.
type act struct {
	party        string
	kind         dealstate.Kind
	at, recorded time.Time
	voided       time.Time // when it was retracted; zero: it stands
}

// known reports whether the act was on record then.
func (a act) known(then time.Time) bool {
	return !a.recorded.After(then) && !a.at.After(then) && (a.voided.IsZero() || a.voided.After(then))
}

// loadTreaties reads every treaty of examples/treaties of which it is known when its text
// was opened. Those on stand-ins say nothing of when states act, and have no such date.
func loadTreaties() ([]treaty, error) {
	var all []treaty
	for _, name := range []string{"expected.json", "deals.json"} {
		text, err := data.Files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var rows []treaty
		if err := json.Unmarshal(text, &rows); err != nil {
			return nil, err
		}
		for _, t := range rows {
			if t.Opened == "" {
				continue
			}
			if err := t.read(); err != nil {
				return nil, err
			}
			all = append(all, t)
		}
	}
	return all, nil
}

// read takes in the treaty's files.
func (t *treaty) read() (err error) {
	if t.opened, err = time.Parse(time.DateOnly, t.Opened); err != nil {
		return err
	}
	agreement, err := data.Files.ReadFile(t.ID + ".json")
	if err != nil {
		return err
	}
	a, err := dealstate.ReadAgreement(bytes.NewReader(agreement))
	if err != nil {
		return err
	}
	for _, p := range a.Parties {
		t.listed = append(t.listed, p.ID)
	}
	log, err := data.Files.Open(t.ID + ".jsonl")
	if err != nil {
		return err
	}
	defer log.Close()
	return t.readActs(log)
}

// readActs takes in the treaty's log.
func (t *treaty) readActs(log io.Reader) error {
	voided := map[string]time.Time{}
	var ids []string
	for e, err := range dealstate.ReadEvents(log) {
		if err != nil {
			return err
		}
		if e.Recorded.After(t.end) {
			t.end = e.Recorded
		}
		switch e.Kind {
		case dealstate.Retract:
			voided[e.Ref] = e.Recorded
		case dealstate.Approve, dealstate.Reject:
			t.acts = append(t.acts, act{party: e.Party, kind: e.Kind, at: e.At, recorded: e.Recorded})
			ids = append(ids, e.ID)
		}
	}
	for i, id := range ids {
		t.acts[i].voided = voided[id]
	}
	slices.SortStableFunc(t.acts, func(a, b act) int { return a.at.Compare(b.at) })
	return nil
}

// statesKnown lists the states that had acted on any treaty open to all, as was on record
// then. To count only those that ever joined would be to know who will.
func statesKnown(treaties []treaty, then time.Time) []string {
	seen := map[string]bool{}
	for _, t := range treaties {
		for _, a := range t.acts {
			if t.OpenToAll && a.known(then) {
				seen[a.party] = true
			}
		}
	}
	var states []string
	for s := range seen {
		states = append(states, s)
	}
	slices.Sort(states)
	return states
}

// waits are those of the treaty's parties as was known then: from its opening, and after
// a rejection anew, to the first approval. Those of a treaty open to all are of all states
// known; of another, of those listed.
func (t *treaty) waits(then time.Time, states []string) []simulate.Wait {
	if t.opened.After(then) {
		return nil
	}
	if !t.OpenToAll {
		states = t.listed
	}
	decided := map[string][]act{}
	for _, a := range t.acts {
		if a.known(then) {
			decided[a.party] = append(decided[a.party], a)
		}
	}
	until := then
	if t.end.Before(then) {
		until = t.end
	}
	var waits []simulate.Wait
	for _, s := range states {
		waits = append(waits, t.waitsOf(s, decided[s], until)...)
	}
	return waits
}

// waitsOf are the waits of one party with what it has decided, in order.
func (t *treaty) waitsOf(party string, decided []act, until time.Time) []simulate.Wait {
	var waits []simulate.Wait
	from := t.opened
	for _, a := range decided {
		waits = append(waits, simulate.Wait{Deal: t.ID, Party: party, From: from, To: latest(a.at, from), End: a.kind, Class: state})
		if from = a.at; a.kind == dealstate.Approve {
			return waits
		}
	}
	return append(waits, simulate.Wait{Deal: t.ID, Party: party, From: from, To: latest(until, from), Class: state})
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
