package evaluator

import "slices"

// kinds are in the order of the design's list in law 11, class by class; the place decides among events that are
// equal in at, class and recorded.
var kinds = []string{
	"negotiate", "sign", "submit",
	"amend", "extend",
	"perform", "breach",
	"approve", "reject", "withdraw",
	"apply",
	"implement",
	"dispute", "settle",
	"suspend", "resume",
	"terminate",
	"retract", "note",
}

// class is the class of each kind: "negotiate sign submit │ amend extend │ perform breach │ approve reject withdraw │
// apply │ implement │ dispute settle │ suspend resume │ terminate │ retract note".
var class = map[string]int{
	"negotiate": 1, "sign": 1, "submit": 1,
	"amend": 2, "extend": 2,
	"perform": 3, "breach": 3,
	"approve": 4, "reject": 4, "withdraw": 4,
	"apply":     5,
	"implement": 6,
	"dispute":   7, "settle": 7,
	"suspend": 8, "resume": 8,
	"terminate": 9,
	"retract":   10, "note": 10,
}

// talks are the kinds for which a negotiator's word counts under every policy. "`sign` counts like talks (negotiators
// under every policy)".
//
// Settled here: amend, dispute and settle are talks too.
var talks = []string{"negotiate", "sign", "submit", "amend", "dispute", "settle"}

// voices are whose word counts under each policy: "strict (the approver in person, or a legal instrument), official
// (also that side's own government), reported (also negotiators, the other side, the press)".
var voices = map[string][]string{
	"strict":   {"instrument", "approver"},
	"official": {"instrument", "approver", "government"},
	"reported": {"instrument", "approver", "government", "negotiator", "counterparty", "press"},
}

var talkVoices = []string{"instrument", "approver", "government", "negotiator"}

// wordCounts tells whether an event is taken as an act under the policy. "only what is asserted can take effect".
func wordCounts(e *Event, policy string) bool {
	if e.Modality != "asserted" {
		return false
	}
	return slices.Contains(voices[policy], e.Role) ||
		slices.Contains(talks, e.Kind) && slices.Contains(talkVoices, e.Role)
}
