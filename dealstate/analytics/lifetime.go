package analytics

import (
	"cmp"
	"strconv"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// Lifetime is how long it took until something happened, or how long it was waited for
// in vain (a censored lifetime). Time is in any one unit; this package measures in
// seconds, and writes it as such. The estimators give the same answer in every unit: two times count as one
// if they differ by no more than 1e-10 of the larger, which only rounding does. At
// that bound, seconds stay distinct over 300 years, and days always.
type Lifetime struct {
	Deal    string  `json:"deal,omitempty"`
	Time    float64 `json:"seconds"` // not negative
	Reached bool    `json:"reached"`
}

// Columns names the cells.
func (Lifetime) Columns() []string { return []string{"deal", "seconds", "reached"} }

// Cells gives the row.
func (l Lifetime) Cells() []string {
	return []string{l.Deal, number(l.Time), strconv.FormatBool(l.Reached)}
}

// Lifetimes measures how long deals take from their beginning until they first
// come to a state. The zero value measures the time to implemented.
type Lifetimes struct {
	Target dealstate.State // "": StateImplemented; not to be changed after the first Add
	f      follower[time.Time]
}

// Add takes the next decision. The error is a *DecisionError.
func (l *Lifetimes) Add(d dealstate.Decision) error {
	st, err := l.f.follow(d)
	if st.acts && st.deal.own.IsZero() && (d.To == l.target() || d.From == l.target()) {
		st.deal.own = d.At.UTC()
	}
	return err
}

// target is the state to be reached; implemented if none is given.
func (l *Lifetimes) target() dealstate.State {
	if l.Target == "" {
		return dealstate.StateImplemented
	}
	return l.Target
}

// Merge takes in another shard's lifetimes, with the same target. The error is a
// *MergeError.
func (l *Lifetimes) Merge(o *Lifetimes) error {
	if l.target() != o.target() {
		return &MergeError{Problem: "the targets differ: " + string(l.target()) + " and " + string(o.target())}
	}
	return l.f.merge(&o.f, same)
}

// Observe gives the lifetimes by deal, in seconds, of the deals that began by
// the instant at which observation ends; zero means the last decision's. A deal
// that is not there yet is censored, be it under way, rejected or terminated.
//
// That a rejected deal stays at risk until observation ends is on purpose. Deals
// come back from rejection, and where they do not, censoring them there would
// pretend that they still might, and overstate how many get through. Observed so,
// 1 less the survival curve is the cumulative incidence (J. P. Fine and R. J.
// Gray, JASA 94, 1999, 496–509, on data that only the end of the study censors).
func (l *Lifetimes) Observe(until time.Time) []Lifetime {
	end := l.f.end(until)
	var out []Lifetime
	for deal, c := range l.f.begun() {
		if c.begun.After(end) {
			continue
		}
		life := Lifetime{Deal: deal, Time: seconds(c.begun, end)}
		if !c.own.IsZero() && !c.own.After(end) {
			life = Lifetime{Deal: deal, Time: seconds(c.begun, c.own), Reached: true}
		}
		out = append(out, life)
	}
	return out
}

// MarshalJSON writes the encoding "lifetimes" of FORMATS.md, which another worker reads and
// merges. The error is a *[dealstate.FieldError], of a text that JSON cannot carry.
func (l Lifetimes) MarshalJSON() ([]byte, error) {
	o := encodingOf("lifetimes")
	o.Must("target", string(l.target()))
	return l.f.encode(o, func(o *strictjson.Object, _ string, reached time.Time) { o.Instant("reached", reached) })
}

// UnmarshalJSON reads what MarshalJSON writes. On error, a *[dealstate.FieldError], the fold
// is as it was.
func (l *Lifetimes) UnmarshalJSON(data []byte) error {
	var read Lifetimes
	deals, err := decodeWithDeals("lifetimes", data, strictjson.Slot{Key: "target", To: (*string)(&read.Target)})
	if err := cmp.Or(err, wanted(textField{"target", string(read.Target)})); err != nil {
		return err
	}
	err = read.f.decode(deals, func(c *dealState[time.Time]) ([]strictjson.Slot, func(path, deal string) error) {
		return []strictjson.Slot{{Key: "reached", To: &c.own}}, func(path, _ string) error {
			if c.own.IsZero() {
				return nil
			}
			return c.during(path, keyed{"reached", c.own}, keyed{"reached", c.own})
		}
	})
	if err == nil {
		*l = read
	}
	return err
}
