package dealstate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// Difference is one thing in which two snapshots of a deal differ. It is a plain value.
type Difference struct {
	Field string `json:"field"` // as in the snapshot's JSON, with an id in brackets: parties[china].standing
	Was   string `json:"was"`   // its text in the one snapshot, instants in RFC 3339; "": there was none
	Now   string `json:"now"`   // and in the other
}

// String says the difference on one line, whatever strangers wrote.
func (d Difference) String() string {
	return display.Inert(fmt.Sprintf("%s: %s → %s", d.Field, textOrNone(d.Was), textOrNone(d.Now)))
}

func textOrNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// Compare lists what differs between two snapshots of one deal, such as two views of it, in
// the order of the snapshot's JSON. From where each looks, the view itself, is not compared.
// The cost is linear in the parties and commitments.
func (s Snapshot) Compare(now Snapshot) []Difference {
	var out []Difference
	before, after := s.facts(), now.facts()
	was, is := before.byField(), after.byField()
	passed := 0 // of before
	vanish := func() {
		for ; passed < len(before) && is[before[passed].field] == ""; passed++ {
			out = append(out, Difference{Field: before[passed].field, Was: before[passed].text})
		}
	}
	for _, f := range after {
		vanish()
		if was[f.field] != f.text {
			out = append(out, Difference{Field: f.field, Was: was[f.field], Now: f.text})
		}
		if was[f.field] != "" {
			passed++
		}
	}
	vanish()
	return out
}

// fact is one thing that a snapshot says, as text.
type fact struct{ field, text string }

// facts are all that a snapshot says of the deal. One call of Compare owns each list.
type facts []fact

func (f facts) byField() map[string]string {
	texts := make(map[string]string, len(f))
	for _, one := range f {
		texts[one.field] = one.text
	}
	return texts
}

func (f *facts) text(field, text string) {
	if text != "" {
		*f = append(*f, fact{field, text})
	}
}

func (f *facts) instant(field string, t time.Time) {
	if !t.IsZero() {
		f.text(field, instant.Format(t))
	}
}

func (f *facts) truth(field string, is bool) {
	if is {
		f.text(field, "true")
	}
}

func (f *facts) evidence(field string, e *Evidence) {
	if e != nil {
		f.text(field, e.Event+": "+e.nearWords())
	}
}

func (s Snapshot) facts() facts {
	var f facts
	f.text("title", s.Title)
	f.text("state", string(s.State))
	f.instant("since", s.Since)
	f.text("by", s.By)
	f.text("revision", strconv.Itoa(s.Revision))
	f.text("awaiting", strings.Join(s.Awaiting, ", "))
	f.text("approved", strings.Join(s.Approved, ", "))
	f.text("approval", s.Approval.String())
	f.text("shortest", strings.Join(s.Shortest, ", "))
	f.instant("in_force", s.InForce)
	for _, p := range s.Parties {
		f.party(p)
	}
	for _, c := range s.Commitments {
		f.commitment(c)
	}
	for _, d := range s.Disputes {
		f.text("disputes["+d.Event+"]", strings.Join(slices.DeleteFunc([]string{d.Party, d.By, d.Commitment, instant.Say(d.At)}, func(part string) bool { return part == "" }), ", "))
	}
	if s.Next != nil {
		f.text("next.clock", s.Next.String())
		f.instant("next.due", s.Next.Due)
	}
	for i, w := range s.Warnings {
		f.text("warnings["+strconv.Itoa(i)+"]", w.String())
	}
	return f
}

func (f *facts) party(p PartyStatus) {
	of := "parties[" + p.Party + "]."
	f.text(of+"name", p.Name)
	f.text(of+"approver", p.Approver)
	if p.Weight != 0 {
		f.text(of+"weight", strconv.FormatInt(p.Weight, 10))
	}
	f.truth(of+"asked", p.Asked)
	f.text(of+"standing", p.Standing.String())
	f.evidence(of+"act", p.Act)
	f.evidence(of+"nearest", p.Nearest)
	f.instant(of+"in_force", p.InForce)
	f.instant(of+"leaves", p.Leaves)
	f.truth(of+"signed", p.Signed)
	f.truth(of+"provisional", p.Provisional)
	f.truth(of+"suspended", p.Suspended)
}

func (f *facts) commitment(c CommitmentStatus) {
	of := "commitments[" + c.Commitment + "]."
	f.text(of+"party", c.Party)
	f.text(of+"title", c.Title)
	f.text(of+"event", c.Event)
	f.instant(of+"at", c.At)
	f.instant(of+"deadline", c.Deadline)
	f.instant(of+"overdue", c.Overdue)
	f.text(of+"breach", c.Breach)
	f.instant(of+"breached", c.Breached)
	f.truth(of+"suspended", c.Suspended)
}

// CompareDecisions pairs two replays' decisions on the same events, and on the same clocks
// at the same instants, and gives the pairs that differ: first in the order of the second
// replay, then those that only the first has. What only one has stands beside a zero
// Decision. A decision differs by its outcome, rule, states, revision or reasons. The cost is
// linear.
func CompareDecisions(was, now []Decision) []Revision {
	var out []Revision
	before := make(map[subject]Decision, len(was))
	for _, d := range was {
		before[d.subject()] = d
	}
	for _, d := range now {
		old, had := before[d.subject()]
		if delete(before, d.subject()); !had || !d.same(old) {
			out = append(out, Revision{Was: old, Now: d})
		}
	}
	for _, d := range was {
		if _, left := before[d.subject()]; left {
			out = append(out, Revision{Was: d})
		}
	}
	return out
}

// subject is what a decision is on: an event, or a clock at an instant.
type subject struct {
	event string
	clock Clock
	owner string
	at    time.Time
}

func (d Decision) subject() subject {
	if d.Clock == 0 {
		return subject{event: d.Event}
	}
	return subject{clock: d.Clock, owner: d.Fired().owner(), at: d.At.UTC()}
}

// same reports whether two decisions on one thing come to the same, for the same reasons.
func (d Decision) same(o Decision) bool {
	return d.Outcome == o.Outcome && d.Rule == o.Rule && d.From == o.From && d.To == o.To && d.Revision == o.Revision && slices.Equal(d.Reasons, o.Reasons)
}
