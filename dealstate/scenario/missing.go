package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/phrase"
)

// Missing says whose approval, or which commitment, would meet the approval condition of the
// deal in the view; or that nothing can, and whose rejection stands against it. It is empty
// where the condition is met. Where the deal stands in a state that takes no approval, such as
// after its deadline, it says so, and whether an extension would help.
func Missing(d *dealstate.Deal, v dealstate.View) []string {
	s := d.At(v)
	switch {
	case s.Approval.Verdict == condition.Lost:
		return []string{lost(d, v, rejecting(s))}
	case len(s.Shortest) > 0:
		return pending(d, v, s)
	}
	return nil
}

// pending says what would meet a pending condition, as far as the deal still takes it where it
// stands.
func pending(d *dealstate.Deal, v dealstate.View, s dealstate.Snapshot) []string {
	text := enough(s)
	extend := dealstate.Event{Kind: dealstate.Extend, Until: d.Cursor(v).Now().AddDate(0, 0, 30)}
	lapsed := s.State == dealstate.StateLapsed && s.By == dealstate.Deadline.String()
	switch {
	case takes(d, v, shortest(s)):
		return []string{fmt.Sprintf("To meet the approval condition: %s.", text)}
	case lapsed && takes(d, v, append([]dealstate.Event{extend}, shortest(s)...)):
		return []string{fmt.Sprintf("To meet the approval condition in time, before the deadline: %s.", text),
			fmt.Sprintf("To meet the approval condition now: first an extension of the deadline, then %s.", text)}
	case slices.Contains(d.Machine().Lifecycle().Final, s.State):
		return []string{fmt.Sprintf("The approval condition can no longer be met: in state %s nothing more is taken for it.", s.State)}
	}
	return []string{fmt.Sprintf("In state %s nothing is taken that would meet the approval condition; in one that takes approvals it would be %s.", s.State, text)}
}

// shortest are the acts that are enough to meet a pending condition.
func shortest(s dealstate.Snapshot) (acts []dealstate.Event) {
	for _, id := range s.Shortest {
		if slices.ContainsFunc(s.Parties, func(p dealstate.PartyStatus) bool { return p.Party == id }) {
			acts = append(acts, dealstate.Event{Kind: dealstate.Approve, Party: id})
		} else {
			acts = append(acts, dealstate.Event{Kind: dealstate.Perform, Commitment: id})
		}
	}
	return acts
}

// rejecting are the parties asked whose rejection stands.
func rejecting(s dealstate.Snapshot) (ids []string) {
	for _, p := range s.Parties {
		if p.Asked && p.Standing == dealstate.StandingRejected {
			ids = append(ids, p.Party)
		}
	}
	return ids
}

// lost says whether who rejected may still approve.
func lost(d *dealstate.Deal, v dealstate.View, rejecting []string) string {
	switch {
	case !mayReverse(d, v, rejecting):
		return "The approval condition can no longer be met on this revision of the text."
	case len(rejecting) == 1:
		return fmt.Sprintf("The approval condition cannot be met while the rejection by %s stands; %[1]s may still approve this revision of the text.", rejecting[0])
	}
	who := phrase.Some(len(rejecting)-1, func(i int) string { return rejecting[i] }) + " and " + rejecting[len(rejecting)-1]
	return fmt.Sprintf("The approval condition cannot be met while the rejections by %s stand; they may still approve this revision of the text.", who)
}

// mayReverse reports whether approvals by the parties, where the deal stands, would leave the
// condition open or met: a deal that has ended takes none, and a window that has closed
// stays closed.
func mayReverse(d *dealstate.Deal, v dealstate.View, parties []string) bool {
	var approvals []dealstate.Event
	for _, id := range parties {
		approvals = append(approvals, dealstate.Event{Kind: dealstate.Approve, Party: id})
	}
	return takes(d, v, approvals)
}

// takes reports whether the acts, one after the other where the deal stands in the view, and
// by an instrument, would all be taken, and would leave the condition open or met.
func takes(d *dealstate.Deal, v dealstate.View, acts []dealstate.Event) bool {
	trial, m := d.Cursor(v), d.Machine()
	for _, e := range acts {
		e.ID, e.Deal, e.Role = "trial", m.Deal(), dealstate.Instrument
		act, err := m.Act(e)
		if err != nil || trial.Take(act, trial.Now()) == dealstate.Refused {
			return false
		}
	}
	return trial.Verdict() != condition.Lost
}

// enough says what would meet a pending condition. It names a set of parties only where no
// other would do, or as an example.
func enough(s dealstate.Snapshot) string {
	open := outstanding(s)
	switch left := s.Approval.Need - s.Approval.Have; {
	case isChoice(s.Approval):
		return "for example " + strings.Join(acts(s), ", ")
	case len(open) <= len(s.Shortest):
		return strings.Join(acts(s), ", ")
	case len(s.Approval.Parts) > 0 || left != int64(len(s.Shortest)): // not a count of heads
		return "for example " + strings.Join(acts(s), ", ")
	case left == 1:
		return "an approval of one of " + someOf(open)
	default:
		return fmt.Sprintf("approvals of %d of %s", left, someOf(open))
	}
}

// outstanding are the parties asked that have neither approved nor rejected.
func outstanding(s dealstate.Snapshot) (ids []string) {
	for _, p := range s.Parties {
		if p.Asked && p.Standing != dealstate.StandingApproved && p.Standing != dealstate.StandingRejected {
			ids = append(ids, p.Party)
		}
	}
	return ids
}

// isChoice reports whether a pending part of the condition offers several ways.
func isChoice(f condition.Finding) bool {
	return f.Verdict == condition.Pending && len(f.Parts) > 1 && f.Text == "any of" || slices.ContainsFunc(f.Parts, isChoice)
}

// acts says what would be enough to meet the approval condition: an approval of each party
// that is missing, by its approver, or the performance of a commitment.
func acts(s dealstate.Snapshot) []string {
	var out []string
	for _, id := range s.Shortest {
		i := slices.IndexFunc(s.Parties, func(p dealstate.PartyStatus) bool { return p.Party == id })
		switch {
		case i < 0:
			out = append(out, "the performance of "+id)
		case s.Parties[i].Approver == "":
			out = append(out, "an approval of "+id)
		default:
			out = append(out, "an approval of "+id+" by "+s.Parties[i].Approver)
		}
	}
	return out
}
