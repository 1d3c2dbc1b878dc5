package analytics

import (
	"encoding/json"
	"iter"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Balance is how far one side had kept its commitments on one date. That of all sides
// beside one another, over time, shows whether a deal moves "in a balanced way". Date is
// written as a [Cell]'s is.
type Balance struct {
	Deal      string    `json:"deal"`
	Date      time.Time `json:"date"`
	Policy    string    `json:"policy"`
	Party     string    `json:"party"`
	Performed int       `json:"performed"`
	Of        int       `json:"of"`        // commitments that the party owes
	Overdue   int       `json:"overdue"`   // their deadline has passed
	Breached  int       `json:"breached"`  // a breach of them stands
	Suspended int       `json:"suspended"` // for the time being
}

// Columns names the cells.
func (Balance) Columns() []string {
	return []string{"deal", "date", "policy", "party", "performed", "of", "overdue", "breached", "suspended"}
}

// Cells gives the row.
func (b Balance) Cells() []string {
	cells := []string{b.Deal, dateOrInstant(b.Date), b.Policy, b.Party}
	for _, n := range []int{b.Performed, b.Of, b.Overdue, b.Breached, b.Suspended} {
		cells = append(cells, number(float64(n)))
	}
	return cells
}

// balanceText is a balance with its date as it is written.
type balanceText struct {
	Deal string `json:"deal"`
	Date string `json:"date,omitempty"`
	plainBalance
}

type plainBalance Balance

// MarshalJSON writes the date of a day's end as a date alone.
func (b Balance) MarshalJSON() ([]byte, error) {
	return json.Marshal(balanceText{b.Deal, dateOrInstant(b.Date), plainBalance(b)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (b *Balance) UnmarshalJSON(text []byte) error {
	var read balanceText
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	date, err := dealstate.ParseMoment(read.Date)
	if err != nil {
		return field.Errorf("date", "%q is neither a date nor an instant; want 2025-06-30 or 2025-06-30T12:00:00Z", field.Clip(read.Date))
	}
	*b = Balance(read.plainBalance)
	b.Deal, b.Date = read.Deal, date
	return nil
}

// BalancePanel goes through deals × dates × sides: as [Panel] does, each row as of the
// date and known by the date, at the cost that [Cells] has. A deal of which nothing had
// been applied by then has no rows, nor has a party that owes nothing.
func BalancePanel(deals iter.Seq[*dealstate.Deal], dates []time.Time, policy dealstate.Policy) iter.Seq[Balance] {
	return func(yield func(Balance) bool) {
		for deal := range deals {
			for row := range dealBalances(deal, dates, policy) {
				if !yield(row) {
					return
				}
			}
		}
	}
}

// dealBalances are a deal's. Where the zero date is among the dates, which is the last
// instant on record, each is folded by itself.
func dealBalances(deal *dealstate.Deal, dates []time.Time, policy dealstate.Policy) iter.Seq[Balance] {
	if !slices.ContainsFunc(dates, time.Time.IsZero) {
		return Balances(deal.Backtest(policy), dates)
	}
	return func(yield func(Balance) bool) {
		for _, date := range dates {
			snap, decisions := deal.Replay(dealstate.View{AsOf: date, KnownBy: date, Policy: policy})
			if _, begun := beginning(decisions); !begun {
				continue
			}
			for _, side := range sides(snap) {
				if !yield(side) {
					return
				}
			}
		}
	}
}

// Balances goes through one deal's rows of a [BalancePanel], as [Cells] does through its
// cells.
func Balances(b *dealstate.Backtest, dates []time.Time) iter.Seq[Balance] {
	return func(yield func(Balance) bool) {
		var all []Balance
		for _, date := range dates {
			if b.Advance(date) {
				all = nil
				if !b.Began().IsZero() {
					all = sidesOf(b.Commitments(), Balance{Deal: b.Deal(), Policy: b.Policy().Name})
				}
			}
			for _, side := range all {
				if side.Date = b.Date(); !yield(side) {
					return
				}
			}
		}
	}
}

// BalanceChanges goes through one deal's balance over time in a view: every side's at
// the deal's beginning, and then each side's at each instant at which it changed. It is
// what the view knows, corrections included, of every earlier instant; so it is for
// looking back, and [BalancePanel] for backtests. The cost is one fold of the log for
// each instant at which something was performed, broken, overdue or suspended.
func BalanceChanges(deal *dealstate.Deal, v dealstate.View) iter.Seq[Balance] {
	return func(yield func(Balance) bool) {
		_, decisions := deal.Replay(v)
		var last []Balance
		for _, at := range balanceInstants(decisions) {
			look := v
			look.AsOf = at
			now := sides(deal.At(look))
			for i, side := range now {
				if last != nil && side.same(last[i]) {
					continue
				}
				if !yield(side) {
					return
				}
			}
			last = now
		}
	}
}

// balanceInstants are those at which a balance may have changed, each once.
func balanceInstants(decisions []dealstate.Decision) (all []time.Time) {
	first, begun := beginning(decisions)
	if begun {
		all = append(all, first)
	}
	for _, d := range decisions {
		if d.Outcome == dealstate.Applied && balances[Cause{Kind: d.Kind, Clock: d.Clock}] && !d.At.Equal(all[len(all)-1]) {
			all = append(all, d.At)
		}
	}
	return all
}

// balances says which kinds and clocks may change a balance. A retraction is looked
// at from behind, and has undone its target at the target's instant.
var balances = map[Cause]bool{
	{Kind: dealstate.Negotiate}: false,
	{Kind: dealstate.Sign}:      false,
	{Kind: dealstate.Submit}:    false,
	{Kind: dealstate.Approve}:   false,
	{Kind: dealstate.Reject}:    false,
	{Kind: dealstate.Withdraw}:  false,
	{Kind: dealstate.Amend}:     false,
	{Kind: dealstate.Apply}:     false,
	{Kind: dealstate.Implement}: false,
	{Kind: dealstate.Perform}:   true,
	{Kind: dealstate.Breach}:    true,
	{Kind: dealstate.Dispute}:   false,
	{Kind: dealstate.Settle}:    false,
	{Kind: dealstate.Suspend}:   true,
	{Kind: dealstate.Resume}:    true,
	{Kind: dealstate.Extend}:    false,
	{Kind: dealstate.Terminate}: false,
	{Kind: dealstate.Retract}:   false,
	{Kind: dealstate.Note}:      false,

	{Clock: dealstate.Deadline}: false,
	{Clock: dealstate.Effect}:   false,
	{Clock: dealstate.Term}:     false,
	{Clock: dealstate.Notice}:   false,
	{Clock: dealstate.Overdue}:  true,
	{Clock: dealstate.Reached}:  false,
	{Clock: dealstate.Timed}:    false,
}

// sides are the balances of a snapshot.
func sides(s dealstate.Snapshot) []Balance {
	return sidesOf(s.Commitments, Balance{Deal: s.Deal, Date: s.AsOf, Policy: s.Policy})
}

// sidesOf are the balances of the commitments, in the order in which the parties first
// appear among them; each begins as the given one.
func sidesOf(commitments []dealstate.CommitmentStatus, as Balance) []Balance {
	var out []Balance
	at := map[string]int{}
	for _, c := range commitments {
		i, known := at[c.Party]
		if !known {
			i, as.Party = len(out), c.Party
			at[c.Party], out = i, append(out, as)
		}
		out[i].count(c)
	}
	return out
}

func (b *Balance) count(c dealstate.CommitmentStatus) {
	b.Of++
	for _, of := range []struct {
		is bool
		n  *int
	}{{!c.At.IsZero(), &b.Performed}, {!c.Overdue.IsZero(), &b.Overdue}, {!c.Breached.IsZero(), &b.Breached}, {c.Suspended, &b.Suspended}} {
		if of.is {
			*of.n++
		}
	}
}

// same reports whether two balances of one side differ in their dates only.
func (b Balance) same(o Balance) bool {
	b.Date = o.Date
	return b == o
}
