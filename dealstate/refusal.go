package dealstate

import "slices"

// refusal gathers every reason why no rule takes the event. Where its kind
// leads to the very state that the deal is in, or to one long passed, it says
// nothing new.
func (f *folding) refusal(e *entry) (Outcome, *[]Reason) {
	rules := f.m.tried[e.Kind.row()][f.state]
	if !f.concernsPart && slices.ContainsFunc(rules, f.m.isOfParts) { // which say nothing of an event about the whole
		rules = slices.DeleteFunc(slices.Clone(rules), f.m.isOfParts)
	}
	if len(rules) == 0 && (f.m.leadsTo[e.Kind.row()][f.state] || f.isOldNews(e.Kind)) {
		return Noted, because(Reason{Code: ReasonAlready, Subject: string(f.name()), Event: f.by, At: f.since})
	}
	if len(rules) == 0 {
		if !f.isAsked() {
			return Refused, nil
		}
		return Refused, because(Reason{Code: ReasonNoRule, Subject: string(f.name()), Detail: e.Kind.String()})
	}
	if e.Kind == Implement && e.Role == Instrument {
		f.warnings.add(Reason{Code: ReasonContradiction, Event: e.id(), At: e.at()})
	}
	if !f.isAsked() {
		return Refused, nil
	}
	var why []Reason
	for _, r := range rules {
		for _, reason := range f.situation.unmet(r) {
			if !slices.ContainsFunc(why, reason.sameBut) {
				why = append(why, reason)
			}
		}
	}
	return Refused, &why
}

func (m *Machine) isOfParts(rule int) bool { return m.ofParts[rule] }

// isOldNews reports whether the deal has long passed what is reported: another
// account of the talks, once they have borne fruit.
func (f *folding) isOldNews(kind Kind) bool {
	past := f.m.runs[effectClock][f.state] || f.isInForce()
	return past && (kind == Negotiate || kind == Submit)
}

// sameBut reports whether two reasons differ in nothing but their rule.
func (r Reason) sameBut(o Reason) bool {
	o.Rule = r.Rule
	return r == o
}
