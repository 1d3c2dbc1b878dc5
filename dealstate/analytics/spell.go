package analytics

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// Spell is the time that a deal spent in one state. How long a party was awaited is another
// question: a state of awaiting ends when the other side approves, too. [Waits] answers it.
type Spell struct {
	Deal     string          `json:"deal"`
	State    dealstate.State `json:"state"`
	Next     dealstate.State `json:"next,omitempty"` // "": it is still there
	By       Cause           `json:"by,omitzero"`    // the event or clock that ended it; zero: none did
	From     time.Time       `json:"from"`
	To       time.Time       `json:"to"`      // the end, or where observation ends
	Seconds  float64         `json:"seconds"` // from From to To; never negative
	Censored bool            `json:"censored"`
	// Unseen: the deal's record begins with the very event that ended the spell, so
	// how long it lasted is not known. From is To.
	Unseen bool `json:"unseen,omitempty"`
}

// Columns names the cells.
func (Spell) Columns() []string {
	return []string{"deal", "state", "next", "by", "from", "to", "seconds", "censored", "unseen"}
}

// Cells gives the row.
func (s Spell) Cells() []string {
	return []string{s.Deal, string(s.State), string(s.Next), s.By.String(), instant.Format(s.From), instant.Format(s.To), number(s.Seconds),
		strconv.FormatBool(s.Censored), strconv.FormatBool(s.Unseen)}
}

// cut ends the spell where observation ends. Ok is false for one that begins only
// later.
func (s Spell) cut(until time.Time) (_ Spell, ok bool) {
	switch {
	case s.From.After(until):
		return s, false
	case s.To.After(until):
		s.Next, s.By, s.Censored, s.To, s.Seconds = "", Cause{}, true, until, seconds(s.From, until)
	}
	return s, true
}

// Stream turns decisions into spells one by one. It keeps only the present spell of
// each deal, so there may be more spells than fit in memory. The zero value is ready.
type Stream struct {
	f follower[struct{}]
}

// Add takes the next decision, and gives the spell that it ended, if it did.
// The error is a *DecisionError.
func (s *Stream) Add(d dealstate.Decision) (ended Spell, ok bool, err error) {
	st, err := s.f.follow(d)
	return st.spell, st.moved, err
}

// Open goes through the spells that nothing has ended, by deal, censored at the
// instant; zero means the last decision's. A deal that came to its state only
// later has none.
func (s *Stream) Open(until time.Time) iter.Seq[Spell] {
	return func(yield func(Spell) bool) {
		end := s.f.end(until)
		for deal, c := range s.f.begun() {
			open := Spell{Deal: deal, State: c.state, From: c.since, To: end, Seconds: seconds(c.since, end), Censored: true}
			if !c.since.After(end) && !yield(open) {
				return
			}
		}
	}
}

// Spells keeps every spell. The zero value is ready.
type Spells struct {
	stream Stream
	ended  []Spell
}

// Add takes the next decision. The error is a *DecisionError.
func (s *Spells) Add(d dealstate.Decision) error {
	spell, ok, err := s.stream.Add(d)
	if ok {
		s.ended = append(s.ended, spell)
	}
	return err
}

// Merge takes in another shard's spells. The error is a *MergeError.
func (s *Spells) Merge(o *Spells) error {
	if err := s.stream.f.merge(&o.stream.f, same); err != nil {
		return err
	}
	s.ended = append(s.ended, o.ended...)
	return nil
}

// same is for measures that keep nothing of a deal that would have to be copied.
func same[T any](own T) T { return own }

// All goes through the spells by deal, and for each deal in their order. What
// goes on beyond the instant is censored there, and what begins later is left
// out; zero means the last decision's instant. It sorts once.
func (s *Spells) All(until time.Time) iter.Seq[Spell] {
	return func(yield func(Spell) bool) {
		end := s.stream.f.end(until)
		for _, spell := range s.sorted(end) {
			if spell, ok := spell.cut(end); ok && !yield(spell) {
				return
			}
		}
	}
}

// sorted orders the spells by deal. The sort is stable, because a deal may move twice
// at one instant.
func (s *Spells) sorted(end time.Time) []Spell {
	all := slices.AppendSeq(slices.Clone(s.ended), s.stream.Open(end))
	slices.SortStableFunc(all, func(a, b Spell) int { return cmp.Compare(a.Deal, b.Deal) })
	return all
}

// MarshalJSON writes the encoding "spells" of FORMATS.md, which another worker reads and
// merges. The error is a *[dealstate.FieldError], of a text that JSON cannot carry.
func (s Spells) MarshalJSON() ([]byte, error) {
	of := byDeal(s.ended, func(s Spell) string { return s.Deal })
	return s.stream.f.encode(encodingOf("spells"), func(o *strictjson.Object, deal string, _ struct{}) {
		some(o, "spells", of[deal], Spell.writeEnded)
	})
}

// UnmarshalJSON reads what MarshalJSON writes. On error, a *[dealstate.FieldError], the fold
// is as it was.
func (s *Spells) UnmarshalJSON(data []byte) error {
	deals, err := decodeWithDeals("spells", data)
	if err != nil {
		return err
	}
	var read Spells
	err = read.stream.f.decode(deals, func(c *dealState[struct{}]) ([]strictjson.Slot, func(path, deal string) error) {
		var spells []Spell
		return []strictjson.Slot{{Key: "spells", To: eachOf(&spells, (*Spell).readEnded)}}, func(path, deal string) error {
			for i := range spells {
				spell := &spells[i]
				spell.Deal, spell.Seconds = deal, seconds(spell.From, spell.To)
				if err := c.during(itemOf(path, "spells", i), keyed{"from", spell.From}, keyed{"to", spell.To}); err != nil {
					return err
				}
			}
			read.ended = append(read.ended, spells...)
			return c.inSequence(path, spells)
		}
	})
	if err == nil {
		*s = read
	}
	return err
}

// inSequence refuses spells that do not follow one another from the deal's beginning to the state
// in which it is. Only the first may be unseen, and then begins with its end.
func (c *dealState[T]) inSequence(path string, spells []Spell) error {
	state, since := dealstate.State(""), c.begun
	for i, s := range spells {
		at := itemOf(path, "spells", i)
		switch {
		case i > 0 && s.State != state:
			return field.Errorf(at+".state", "%q; want %q, to which the spell before led", field.Clip(string(s.State)), field.Clip(string(state)))
		case !s.From.Equal(since):
			return field.Errorf(at+".from", "%s; want %s, where the spell before ended or the deal began", instant.Format(s.From), instant.Format(since))
		case s.Unseen && (i > 0 || !s.To.Equal(s.From)):
			return field.Errorf(at+".unseen", "want it of a first spell that ends where it begins, and only there")
		}
		state, since = s.Next, s.To
	}
	if len(spells) > 0 && state != c.state {
		return field.Errorf(path+".state", "%q; want %q, to which the last spell led", field.Clip(string(c.state)), field.Clip(string(state)))
	}
	if !since.Equal(c.since) {
		return field.Errorf(path+".since", "%s; want %s, where the last spell ended or the deal began", instant.Format(c.since), instant.Format(since))
	}
	return nil
}

// writeEnded writes a spell that has ended, of a deal that is known.
func (s Spell) writeEnded(o *strictjson.Object) {
	o.Must("state", string(s.State))
	o.Must("next", string(s.Next))
	o.Must("by", s.By)
	o.Instant("from", s.From)
	o.Instant("to", s.To)
	o.Truth("unseen", s.Unseen)
}

func (s *Spell) readEnded(f strictjson.Field) error {
	err := f.Object(
		strictjson.Slot{Key: "state", To: (*string)(&s.State)},
		strictjson.Slot{Key: "next", To: (*string)(&s.Next)},
		strictjson.Slot{Key: "by", To: &s.By},
		strictjson.Slot{Key: "from", To: &s.From},
		strictjson.Slot{Key: "to", To: &s.To},
		strictjson.Slot{Key: "unseen", To: &s.Unseen})
	return cmp.Or(err, wanted(textField{f.Path + ".state", string(s.State)}, textField{f.Path + ".next", string(s.Next)}), s.By.wanted(f.Path+".by"))
}
