package analytics

import (
	"cmp"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// MarshalJSON writes the encoding "waits" of FORMATS.md, which another worker reads and
// merges, without the agreement. The error is a *[dealstate.FieldError], of a text that JSON
// cannot carry.
func (w Waits) MarshalJSON() ([]byte, error) {
	o := encodingOf("waits")
	o.Must("parties", strictjson.OrEmpty(w.all))
	o.Must("asked", objects[dealstate.Party]{w.parties, func(o *strictjson.Object, p dealstate.Party) {
		o.Must("party", p.ID)
		o.Text("approver", p.Approver)
	}})
	o.Must("states", stateList(w.states))
	o.Must("open", stateList(w.openInOrder()))
	of := byDeal(w.ended, func(w Wait) string { return w.Deal })
	return w.f.encode(o, func(o *strictjson.Object, deal string, own partyWaits) {
		o.Integer("revision", int64(own.revision))
		some(o, "parties", w.statusesOf(own), partyWait.write)
		some(o, "waits", of[deal], Wait.writeEnded)
	})
}

// openInOrder are the states that an approval can change, as the lifecycle lists them.
func (w *Waits) openInOrder() []dealstate.State {
	return slices.DeleteFunc(slices.Clone(w.states), func(s dealstate.State) bool { return !w.open[s] })
}

// partyWait is how one deal stands to one party, as the encoding has it.
type partyWait struct {
	party    string
	approved bool
	awaited  time.Time // since when; zero: it is not
}

// statusesOf are those of the parties of which there is something to say.
func (w *Waits) statusesOf(own partyWaits) (all []partyWait) {
	for i := range own.since {
		if own.approved[i] || !own.since[i].IsZero() {
			all = append(all, partyWait{party: w.parties[i].ID, approved: own.approved[i], awaited: own.since[i]})
		}
	}
	return all
}

func (p partyWait) write(o *strictjson.Object) {
	o.Must("party", p.party)
	o.Truth("approved", p.approved)
	o.Instant("awaited", p.awaited)
}

func (p *partyWait) read(f strictjson.Field) error {
	return f.Object(
		strictjson.Slot{Key: "party", To: &p.party},
		strictjson.Slot{Key: "approved", To: &p.approved},
		strictjson.Slot{Key: "awaited", To: &p.awaited})
}

// writeEnded writes a wait that has ended, of a deal that is known.
func (w Wait) writeEnded(o *strictjson.Object) {
	o.Must("party", w.Party)
	o.Must("by", w.By)
	o.Instant("from", w.From)
	o.Instant("to", w.To)
}

func (w *Wait) readEnded(f strictjson.Field) error {
	err := f.Object(
		strictjson.Slot{Key: "party", To: &w.Party},
		strictjson.Slot{Key: "by", To: &w.By},
		strictjson.Slot{Key: "from", To: &w.From},
		strictjson.Slot{Key: "to", To: &w.To})
	return cmp.Or(err, w.By.wanted(f.Path+".by"))
}

// UnmarshalJSON reads what MarshalJSON writes, into a zero Waits or any other. On error, a
// *[dealstate.FieldError], the fold is as it was.
func (w *Waits) UnmarshalJSON(data []byte) error {
	var read Waits
	var open []dealstate.State
	deals, err := decodeWithDeals("waits", data,
		strictjson.Slot{Key: "parties", To: eachOf(&read.all, strictjson.ReadText[string])},
		strictjson.Slot{Key: "asked", To: eachOf(&read.parties, readAsked)},
		strictjson.Slot{Key: "states", To: eachOf(&read.states, strictjson.ReadText[dealstate.State])},
		strictjson.Slot{Key: "open", To: eachOf(&open, strictjson.ReadText[dealstate.State])})
	if err := cmp.Or(err, read.index(open)); err != nil {
		return err
	}
	if err := read.f.decode(deals, read.decodeOwn); err != nil {
		return err
	}
	*w = read
	return nil
}

func readAsked(p *dealstate.Party, f strictjson.Field) error {
	return f.Object(strictjson.Slot{Key: "party", To: &p.ID}, strictjson.Slot{Key: "approver", To: &p.Approver})
}

// index finds what was read of the agreement by name, and refuses what no agreement has.
func (w *Waits) index(open []dealstate.State) error {
	w.at, w.open = make(map[string]int, len(w.parties)), make(map[dealstate.State]bool, len(open))
	known := make(map[string]bool, len(w.all))
	for _, party := range w.all {
		known[party] = true
	}
	for i, p := range w.parties {
		if _, twice := w.at[p.ID]; twice || !known[p.ID] {
			return field.Errorf(itemOf("", "asked", i)+".party", "%q is given twice, or is not among the parties", field.Clip(p.ID))
		}
		w.at[p.ID] = i
	}
	states := make(map[dealstate.State]bool, len(w.states))
	for i, s := range w.states {
		if err := wanted(textField{itemOf("", "states", i), string(s)}); err != nil {
			return err
		}
		states[s] = true
	}
	for i, s := range open {
		if !states[s] {
			return field.Errorf(itemOf("", "open", i), "%q is not among the states", field.Clip(string(s)))
		}
		w.open[s] = true
	}
	return nil
}

// decodeOwn reads what waits keep of a deal.
func (w *Waits) decodeOwn(c *dealState[partyWaits]) ([]strictjson.Slot, func(path, deal string) error) {
	var parties []partyWait
	var ended []Wait
	return []strictjson.Slot{
		{Key: "revision", To: countSlot(&c.own.revision)},
		{Key: "parties", To: eachOf(&parties, (*partyWait).read)},
		{Key: "waits", To: eachOf(&ended, (*Wait).readEnded)},
	}, func(path, deal string) error { return w.takeIn(c, path, deal, parties, ended) }
}

// takeIn keeps what was read of a deal.
func (w *Waits) takeIn(c *dealState[partyWaits], path, deal string, parties []partyWait, ended []Wait) error {
	if !c.begun.IsZero() {
		c.own.approved, c.own.since = make([]bool, len(w.parties)), make([]time.Time, len(w.parties))
	}
	for i, p := range parties {
		at := itemOf(path, "parties", i)
		asked := w.partyIndex(p.party)
		switch {
		case asked < 0:
			return field.Errorf(at+".party", "%q is not asked", field.Clip(p.party))
		case c.begun.IsZero():
			return field.Errorf(at, "of a deal that has not begun")
		}
		if !p.awaited.IsZero() {
			if err := c.during(at, keyed{"awaited", p.awaited}, keyed{"awaited", p.awaited}); err != nil {
				return err
			}
		}
		c.own.approved[asked], c.own.since[asked] = p.approved, p.awaited
	}
	for i, e := range ended {
		at := itemOf(path, "waits", i)
		asked := w.partyIndex(e.Party)
		if asked < 0 {
			return field.Errorf(at+".party", "%q is not asked", field.Clip(e.Party))
		}
		if err := c.during(at, keyed{"from", e.From}, keyed{"to", e.To}); err != nil {
			return err
		}
		whole := w.newWait(deal, asked, e.From, e.To)
		whole.By = e.By
		w.ended = append(w.ended, whole)
	}
	return nil
}
