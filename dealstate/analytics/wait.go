package analytics

import (
	"cmp"
	"encoding/json"
	"iter"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// Wait is the time for which a deal awaited one party's approval.
type Wait struct {
	Deal     string    `json:"deal"`
	Party    string    `json:"party"`
	Approver string    `json:"approver,omitempty"`
	By       Cause     `json:"by,omitzero"` // what ended it: approve, where the party did; zero: nothing has
	From     time.Time `json:"from"`
	To       time.Time `json:"to"` // the end, or where observation ends
	Seconds  float64   `json:"seconds"`
	Censored bool      `json:"censored"`
}

// Columns names the cells.
func (Wait) Columns() []string {
	return []string{"deal", "party", "approver", "by", "from", "to", "seconds", "censored"}
}

// Cells gives the row.
func (w Wait) Cells() []string {
	return []string{w.Deal, w.Party, w.Approver, w.By.String(), instant.Format(w.From), instant.Format(w.To), number(w.Seconds), strconv.FormatBool(w.Censored)}
}

// Waits measures how long each side was awaited: while the deal is in a state
// that an approval can change, every party of which the approval condition asks
// it, and which has not approved the current revision. That is what
// [dealstate.Snapshot.Awaiting] lists.
//
// All deals are on the one agreement, or on copies of it under other ids; Add refuses a
// decision that names a party or a state which the agreement does not have. A
// lifecycle of one's own may hold states in which an approval can move the deal
// although the condition is met already; there the parties left over count as
// awaited here, and not in the snapshot. In a state from which an approval moves the
// deal only where the condition is not met, it is the other way round. While a deal is
// applied provisionally, parties count as awaited here also where a rejection has lost
// the condition, for that ends neither the application nor their wait.
type Waits struct {
	parties []dealstate.Party // that are asked
	at      map[string]int    // where they stand
	all     []string          // the ids of all parties, in the agreement's order
	states  []dealstate.State // of the lifecycle
	open    map[dealstate.State]bool
	f       follower[partyWaits]
	ended   []Wait
}

// partyWaits is how one deal stands to each party asked: whose approval stands, and
// since when the others are awaited. The follower keeps one a deal.
type partyWaits struct {
	revision int
	approved []bool
	since    []time.Time // zero: not awaited
}

// NewWaits measures deals on the machine's agreement.
func NewWaits(m *dealstate.Machine) *Waits {
	rules := m.Lifecycle()
	w := &Waits{open: openStates(rules), at: map[string]int{}, states: rules.States}
	parties := m.Agreement().Parties
	for i, p := range m.Cursor(dealstate.Policy{}).Snapshot().Parties {
		w.all = append(w.all, p.Party)
		if p.Asked {
			w.at[p.Party] = len(w.parties)
			w.parties = append(w.parties, parties[i])
		}
	}
	return w
}

// openStates are the states that an approval can change. A rule that asks for the
// condition not to be met takes a deal back, and awaits nobody. Nor does a state in which
// approvals are only kept for as long as the condition is lost, as after a rejection.
func openStates(l dealstate.Lifecycle) map[dealstate.State]bool {
	back, lost := condition.Not(condition.ApprovalMet()).String(), condition.ApprovalLost().String()
	open, kept := map[dealstate.State]bool{}, map[dealstate.State]bool{}
	for _, r := range l.Rules {
		for _, from := range r.From {
			switch moves := r.To != "" && r.To != from; {
			case r.On != dealstate.Approve:
			case moves && r.When.String() != back:
				open[from] = true
			case !moves && r.When.String() == lost:
				kept[from] = true
			}
		}
	}
	maps.DeleteFunc(open, func(s dealstate.State, _ bool) bool { return kept[s] })
	if slices.Contains(l.States, dealstate.StateProvisional) {
		open[dealstate.StateProvisional] = true // an approval brings entry into force nearer
	}
	return open
}

// Add takes the next decision. The error is a *DecisionError, also for a decision on
// another agreement, as far as its party and states tell.
func (w *Waits) Add(d dealstate.Decision) error {
	if err := w.check(d); err != nil {
		return err
	}
	st, err := w.f.follow(d)
	if !st.acts {
		return err
	}
	own, party := &st.deal.own, w.partyIndex(d.Party)
	if st.first {
		*own = partyWaits{approved: make([]bool, len(w.parties)), since: make([]time.Time, len(w.parties))}
	}
	if renewed := own.apply(d, party); renewed || w.open[d.From] != w.open[d.To] {
		for i := range w.parties {
			w.noteAwaited(own, i, d)
		}
	} else if party >= 0 { // the others are as before
		w.noteAwaited(own, party, d)
	}
	return nil
}

// check refuses what the agreement does not know: such a decision would be measured as
// nothing.
func (w *Waits) check(d dealstate.Decision) error {
	switch {
	case d.Party != "" && !slices.Contains(w.all, d.Party):
		return decisionErr(d, "party", "%q is no party of the agreement measured; want one of %s", field.Clip(d.Party), strings.Join(w.all, ", "))
	case d.From != "" && !slices.Contains(w.states, d.From):
		return decisionErr(d, "from", "%q is no state of the agreement measured", field.Clip(string(d.From)))
	case d.To != "" && !slices.Contains(w.states, d.To):
		return decisionErr(d, "to", "%q is no state of the agreement measured", field.Clip(string(d.To)))
	}
	return nil
}

// partyIndex is the index of a party among those asked; -1 for any other.
func (w *Waits) partyIndex(id string) int {
	if i, asked := w.at[id]; asked {
		return i
	}
	return -1
}

// apply takes in what the decision does to approvals. It reports whether the text is a
// new one, as it is at first.
func (w *partyWaits) apply(d dealstate.Decision, party int) (renewed bool) {
	first := w.revision == 0
	if renewed = d.Revision != w.revision; renewed {
		w.revision = d.Revision
		clear(w.approved)
	}
	switch {
	case party < 0:
	case d.Kind == dealstate.Approve:
		w.approved[party] = first || !renewed // one that begins a new round is of the old text
	case gives(d, dealstate.ReasonLeaves): // it stands until the notice is over
	case d.Kind == dealstate.Reject || d.Kind == dealstate.Withdraw || d.Clock == dealstate.Notice:
		w.approved[party] = false
	}
	return renewed
}

// gives reports whether the decision has a reason of the code.
func gives(d dealstate.Decision, code dealstate.ReasonCode) bool {
	return slices.ContainsFunc(d.Reasons, func(r dealstate.Reason) bool { return r.Code == code })
}

// noteAwaited begins or ends one party's wait, where the decision does either.
func (w *Waits) noteAwaited(own *partyWaits, i int, d dealstate.Decision) {
	awaited, since := w.open[d.To] && !own.approved[i], own.since[i]
	switch {
	case awaited && since.IsZero():
		own.since[i] = d.At.UTC()
	case !awaited && !since.IsZero():
		end := w.newWait(d.Deal, i, since, d.At.UTC())
		end.By = causeOf(d)
		w.ended = append(w.ended, end)
		own.since[i] = time.Time{}
	}
}

// newWait is a wait of the party at that index.
func (w *Waits) newWait(deal string, i int, from, to time.Time) Wait {
	return Wait{Deal: deal, Party: w.parties[i].ID, Approver: w.parties[i].Approver, From: from, To: to, Seconds: seconds(from, to)}
}

// Merge takes in another shard's waits, for the same agreement. The error is a
// *MergeError, also for another agreement, as far as its parties and states tell.
func (w *Waits) Merge(o *Waits) error {
	if !slices.EqualFunc(w.parties, o.parties, func(a, b dealstate.Party) bool { return a.ID == b.ID && a.Approver == b.Approver }) {
		return &MergeError{Problem: "the agreements ask other parties"}
	}
	if !slices.Equal(w.all, o.all) || !slices.Equal(w.states, o.states) || !maps.Equal(w.open, o.open) {
		return &MergeError{Problem: "the agreements have other parties, states, or states that an approval can change"}
	}
	copied := func(own partyWaits) partyWaits {
		own.approved, own.since = slices.Clone(own.approved), slices.Clone(own.since)
		return own
	}
	if err := w.f.merge(&o.f, copied); err != nil {
		return err
	}
	w.ended = append(w.ended, o.ended...)
	return nil
}

// All goes through the waits by deal, then by party in the agreement's order,
// then in their order. What goes on beyond the instant is censored there, and
// what begins later is left out; zero means the last decision's instant.
func (w *Waits) All(until time.Time) iter.Seq[Wait] {
	return func(yield func(Wait) bool) {
		end := w.f.end(until)
		for _, wait := range w.sorted(end) {
			if wait, ok := wait.cut(end); ok && !yield(wait) {
				return
			}
		}
	}
}

func (w *Waits) sorted(end time.Time) []Wait {
	all := slices.Clone(w.ended)
	for deal, c := range w.f.begun() {
		for i, since := range c.own.since {
			if !since.IsZero() && !since.After(end) {
				open := w.newWait(deal, i, since, end)
				open.Censored = true
				all = append(all, open)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Wait) int {
		return cmp.Or(cmp.Compare(a.Deal, b.Deal), cmp.Compare(w.partyIndex(a.Party), w.partyIndex(b.Party)))
	})
	return all
}

// cut ends the wait where observation ends. Ok is false for one that begins only
// later.
func (w Wait) cut(until time.Time) (_ Wait, ok bool) {
	switch {
	case w.From.After(until):
		return w, false
	case w.To.After(until):
		w.By, w.Censored, w.To, w.Seconds = Cause{}, true, until, seconds(w.From, until)
	}
	return w, true
}

// PartyWait sums up how long one side was awaited. Median is how long its approval took:
// those waits count in it, for as long as they were seen to last, that have not ended, or
// not by the approval. Ended knows only of those that the approval did end, and these are
// the shorter ones.
type PartyWait struct {
	Party    string  `json:"party"`
	Approver string  `json:"approver,omitempty"`
	Waits    int     `json:"waits"`
	Approved int     `json:"approved"`       // ended by the party's approval
	Open     int     `json:"open"`           // still awaited
	Total    float64 `json:"total_seconds"`  // open waits included
	Median   float64 `json:"median_seconds"` // by Kaplan and Meier; +Inf where fewer than half come to the approval, which CSV and JSON leave out
	Ended    Dwell   `json:"ended"`          // of the waits that the party ended by approving
}

// MarshalJSON leaves out a median that there is not.
func (p PartyWait) MarshalJSON() ([]byte, error) {
	type plain PartyWait
	if !math.IsInf(p.Median, 1) {
		return json.Marshal(plain(p))
	}
	return json.Marshal(struct {
		plain
		Median float64 `json:"median_seconds,omitzero"`
	}{plain: plain(p)})
}

// Columns names the cells.
func (PartyWait) Columns() []string {
	columns := []string{"party", "approver", "waits", "approved", "open", "total_seconds", "median_seconds"}
	for _, c := range dwellColumns {
		columns = append(columns, "ended_"+c)
	}
	return columns
}

// Cells gives the row.
func (p PartyWait) Cells() []string {
	median := ""
	if !math.IsInf(p.Median, 1) {
		median = number(p.Median)
	}
	return append([]string{p.Party, p.Approver, strconv.Itoa(p.Waits), strconv.Itoa(p.Approved), strconv.Itoa(p.Open), number(p.Total), median}, p.Ended.cells()...)
}

// ByParty sums the waits up, in the agreement's order; until is as for All. To compare how
// fast sides approve, compare the medians. For more than these, give [KaplanMeier] and
// [LogRank] the [Waits.Lifetimes].
func (w *Waits) ByParty(until time.Time) iter.Seq[PartyWait] {
	rows, ended, lives := make([]PartyWait, len(w.parties)), make([]Sample, len(w.parties)), make([][]Lifetime, len(w.parties))
	for wait := range w.All(until) {
		i := w.partyIndex(wait.Party)
		rows[i].add(wait)
		lives[i] = append(lives[i], wait.lifetime())
		if wait.By.Kind == dealstate.Approve {
			ended[i].add(wait.Seconds)
		}
	}
	for i, p := range w.parties {
		rows[i].Party, rows[i].Approver, rows[i].Ended = p.ID, p.Approver, ended[i].Dwell()
		rows[i].Median = median(lives[i])
	}
	return slices.Values(rows)
}

// median is the time by which half have reached it; infinite, where half never do.
func median(lives []Lifetime) float64 {
	curve, _ := KaplanMeier(lives) // empty without lives, which are right otherwise
	if half, ok := curve.Quantile(0.5); ok {
		return half
	}
	return math.Inf(1)
}

func (p *PartyWait) add(w Wait) {
	p.Waits++
	p.Total += w.Seconds
	switch {
	case w.Censored:
		p.Open++
	case w.By.Kind == dealstate.Approve:
		p.Approved++
	}
}

// Lifetimes gives one party's waits as times, in seconds, to its approval. A
// wait that ended otherwise, or not yet, is censored. A deal gives as many as it has
// waits, and those of one deal may well be alike: bands and tests that take them for
// independent are then too narrow.
func (w *Waits) Lifetimes(party string, until time.Time) []Lifetime {
	var out []Lifetime
	for wait := range w.All(until) {
		if wait.Party == party {
			out = append(out, wait.lifetime())
		}
	}
	return out
}

// lifetime is the wait as a time to the party's approval.
func (w Wait) lifetime() Lifetime {
	return Lifetime{Deal: w.Deal, Time: w.Seconds, Reached: w.By.Kind == dealstate.Approve}
}
