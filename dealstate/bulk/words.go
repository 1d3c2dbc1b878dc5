package bulk

import (
	"github.com/fe115bb3/dealtracker/dealstate"
)

// The words of the format, as switches: the compiler compares whole words at
// once. A test holds them to the library's own.

func kindOf(word []byte) (dealstate.Kind, bool) {
	switch string(word) {
	case "negotiate":
		return dealstate.Negotiate, true
	case "submit":
		return dealstate.Submit, true
	case "approve":
		return dealstate.Approve, true
	case "reject":
		return dealstate.Reject, true
	case "withdraw":
		return dealstate.Withdraw, true
	case "amend":
		return dealstate.Amend, true
	case "implement":
		return dealstate.Implement, true
	case "perform":
		return dealstate.Perform, true
	case "dispute":
		return dealstate.Dispute, true
	case "settle":
		return dealstate.Settle, true
	case "suspend":
		return dealstate.Suspend, true
	case "resume":
		return dealstate.Resume, true
	case "extend":
		return dealstate.Extend, true
	case "terminate":
		return dealstate.Terminate, true
	case "retract":
		return dealstate.Retract, true
	case "note":
		return dealstate.Note, true
	}
	return 0, false
}

func roleOf(word []byte) (dealstate.Role, bool) {
	switch string(word) {
	case "":
		return 0, true
	case "instrument":
		return dealstate.Instrument, true
	case "approver":
		return dealstate.Approver, true
	case "government":
		return dealstate.Government, true
	case "negotiator":
		return dealstate.Negotiator, true
	case "counterparty":
		return dealstate.Counterparty, true
	case "press":
		return dealstate.Press, true
	}
	return 0, false
}

func modalityOf(word []byte) (dealstate.Modality, bool) {
	switch string(word) {
	case "":
		return 0, true
	case "asserted":
		return dealstate.Asserted, true
	case "conditional":
		return dealstate.Conditional, true
	case "denied":
		return dealstate.Denied, true
	case "planned":
		return dealstate.Planned, true
	}
	return 0, false
}
