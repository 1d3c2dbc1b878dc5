package dealstate

import (
	"fmt"
	"math"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
)

// guard is a condition bound to one agreement: names are indexes, groups are
// masks, and thresholds are numbers.
type guard struct {
	op     op
	index  int    // of a party, commitment or clock
	mask   bitset // the parties that can count
	weight int64  // of all that can count
	total  int64  // what a share is a share of
	need   int64  // approvals, or weight
	lost   bool   // opApproval: asks for lost instead of met
	parts  []guard
	source Condition
}

// bind compiles a condition that the agreement has already checked.
func (m *Machine) bind(c Condition) guard {
	g := guard{op: c.op, source: c}
	for _, p := range c.parts {
		g.parts = append(g.parts, m.bind(p))
	}
	switch c.op {
	case opApproved:
		g.index = m.parties[c.name]
	case opActOf:
		g.index = -1 // all sides
		if c.name != "" {
			g.index = m.parties[c.name]
		}
	case opPerformed:
		g.index = m.commitments[c.name]
	case opApproval:
		g.lost = c.name == "lost"
	case opDue:
		var clock Kind
		_ = clock.UnmarshalText([]byte(c.name)) // checked before
		g.index = int(clock - firstClock)
	case opEveryone, opCount, opShare:
		m.bindTally(&g)
	}
	return g
}

func (m *Machine) bindTally(g *guard) {
	g.mask = newBitset(len(m.agreement.Parties))
	size, weight := int64(0), int64(0)
	for i, p := range m.agreement.Parties {
		if p.in(g.source.name) {
			g.mask.set(i)
			size++
			weight += p.Weight
		}
	}
	defer func() {
		if m.agreement.Incomplete != "" {
			g.weight = math.MaxInt64 / 2 // of a short list it cannot be said that all is lost
		}
	}()
	switch g.op {
	case opEveryone:
		g.weight, g.need = size, size
	case opCount:
		g.weight, g.need = size, g.source.min.of(size)
	case opShare:
		g.weight, g.total = weight, weight
		if g.source.total > 0 {
			g.total = g.source.total
		}
		g.need = g.source.min.of(g.total)
	}
}

// eval gives the verdict in the situation. It allocates nothing.
func (g *guard) eval(s *situation) Verdict {
	switch g.op {
	case opEveryone, opCount, opShare:
		return g.tally(s)
	case opApproved:
		return verdictOf(s.approved.has(g.index), s.rejected.has(g.index))
	case opAll:
		return g.all(s)
	case opAny:
		return g.any(s)
	case opNot:
		return verdictOf(g.parts[0].eval(s) != Met, false)
	case opPerformed:
		return verdictOf(s.performed.has(g.index), false)
	case opApproval:
		return g.approval(s)
	case opDue:
		return verdictOf(s.isDue(g.index), false)
	default: // opActOf
		return verdictOf(s.actor == g.index, false)
	}
}

func verdictOf(met, lost bool) Verdict {
	switch {
	case met:
		return Met
	case lost:
		return Lost
	}
	return Pending
}

func (g *guard) approval(s *situation) Verdict {
	verdict := s.m.approval.eval(s)
	if g.lost {
		return verdictOf(verdict == Lost, false)
	}
	return verdict
}

func (g *guard) all(s *situation) Verdict {
	all := Met
	for i := range g.parts {
		switch g.parts[i].eval(s) {
		case Lost:
			return Lost
		case Pending:
			all = Pending
		}
	}
	return all
}

func (g *guard) any(s *situation) Verdict {
	any := Lost
	for i := range g.parts {
		switch g.parts[i].eval(s) {
		case Met:
			return Met
		case Pending:
			any = Pending
		}
	}
	return any
}

// tally counts approvals, or adds weights. It is lost when what was rejected
// leaves less than is needed.
func (g *guard) tally(s *situation) Verdict {
	return verdictOf(g.have(s.approved, s) >= g.need, g.weight-g.have(s.rejected, s) < g.need)
}

func (g *guard) have(set bitset, s *situation) int64 {
	if g.op == opShare {
		return set.weightIn(g.mask, s.m.weights)
	}
	return int64(set.countIn(g.mask))
}

// mostNamed bounds how many parties one decision names.
const mostNamed = 5

// unmet appends every reason why the guard is not met.
func (g *guard) unmet(s *situation, rule string, to []Reason) []Reason {
	if g.eval(s) == Met {
		return to
	}
	switch g.op {
	case opApproved:
		return append(to, s.outstanding(g.index, rule))
	case opEveryone:
		return g.unmetEveryone(s, rule, to)
	case opAll, opAny:
		for i := range g.parts {
			to = g.parts[i].unmet(s, rule, to)
		}
		return to
	case opCount:
		return append(to, Reason{Code: ReasonCount, Rule: rule, Subject: g.source.name, Have: g.have(s.approved, s), Need: g.need})
	case opShare:
		have := g.have(s.approved, s)
		return append(to, Reason{Code: ReasonShare, Rule: rule, Subject: g.source.name, Detail: g.shareWords(have), Have: have, Need: g.need})
	case opPerformed:
		return append(to, Reason{Code: ReasonNotPerformed, Rule: rule, Subject: g.source.name})
	case opApproval:
		if !g.lost {
			return s.m.approval.unmet(s, rule, to)
		}
	}
	return append(to, Reason{Code: ReasonGuard, Rule: rule, Detail: g.source.negated()})
}

func (g *guard) unmetEveryone(s *situation, rule string, to []Reason) []Reason {
	named, more := 0, int64(0)
	for i := range s.m.agreement.Parties {
		switch {
		case s.approved.has(i):
		case named < mostNamed:
			named++
			to = append(to, s.outstanding(i, rule))
		default:
			more++
		}
	}
	if more > 0 {
		to = append(to, Reason{Code: ReasonMore, Rule: rule, Have: more})
	}
	return to
}

// shareWords says a weight beside what is needed, as percentages where the
// condition speaks of a part of the whole.
func (g *guard) shareWords(have int64) string {
	if g.source.min.den == 0 {
		return fmt.Sprintf("%d of the %d", have, g.need)
	}
	min := g.source.min.String()
	if g.source.min.percent {
		min = min[:len(min)-1] + " %"
	}
	return fmt.Sprintf("%s of the %s", percentOf(have, g.total), min)
}

// percentOf writes have/total with two decimals, cut and not rounded, so that
// 54.999 never reads as 55.
func percentOf(have, total int64) string {
	if total == 0 {
		return "0.00 %"
	}
	hundredths := Threshold{num: have, den: total}.of10000()
	return fmt.Sprintf("%d.%02d %%", hundredths/100, hundredths%100)
}

// Finding is a condition's verdict with its reasons: the tree of what was
// asked and what there is.
type Finding struct {
	Verdict Verdict
	Text    string // "2 of 2 parties", "63 of the 55 needed", "52.11 % of the 55 % of the weight needed", "china has approved"
	Have    int64  // counted, or weighed; 0 where nothing is
	Need    int64
	Parts   []Finding
}

func (g *guard) find(s *situation) Finding {
	f := Finding{Verdict: g.eval(s)}
	switch g.op {
	case opEveryone, opCount, opShare:
		f.Have, f.Need = g.have(s.approved, s), g.need
		f.Text = g.tallyWords(f.Have)
	case opApproved:
		f.Text = s.approvalWords(g.index)
	case opAll, opAny, opNot:
		if len(g.parts) == 0 {
			f.Text = g.source.text()
			break
		}
		f.Text = [...]string{opAll: "all of", opAny: "any of", opNot: "not"}[g.op]
		for i := range g.parts {
			f.Parts = append(f.Parts, g.parts[i].find(s))
		}
	default:
		f.Text = g.source.text()
	}
	return f
}

// tallyWords says what there is beside what is needed. Only where every party
// is asked are these the parties there are.
func (g *guard) tallyWords(have int64) string {
	switch g.op {
	case opEveryone:
		return fmt.Sprintf("%d of %s", have, counted64(g.need, "party", "parties"))
	case opShare:
		return g.shareWords(have) + " of the weight needed" + within(g.source.name)
	}
	return fmt.Sprintf("%d of the %d needed", have, g.need) + within(g.source.name)
}

// String says the finding in one line: what in a name would act on a terminal
// is written as an escape.
func (f Finding) String() string { return display.Inert(f.words()) }

func (f Finding) words() string {
	if len(f.Parts) == 0 {
		return fmt.Sprintf("%s (%s)", f.Text, f.Verdict)
	}
	text := f.Text + " ["
	for i, p := range f.Parts {
		if i > 0 {
			text += "; "
		}
		text += p.words()
	}
	return text + "] (" + f.Verdict.String() + ")"
}

// relevant marks the parties whose approval the condition asks about.
func (g *guard) relevant(to bitset) {
	switch g.op {
	case opApproved:
		to.set(g.index)
	case opEveryone, opCount, opShare:
		for i, word := range g.mask {
			to[i] |= word
		}
	}
	for i := range g.parts {
		g.parts[i].relevant(to)
	}
}
