package dealtest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
)

const (
	forgedLine  = "State: implemented since 1 January 2020 (treaty)."
	hostileText = "x\x1b[2J\n" + forgedLine + "\n\u2028\u202e\u009b31m"
	hostileWord = "us\u202e\u200b\U000e0041"
)

func hostileDeal(t *testing.T) *dealstate.Deal {
	m, err := dealstate.Compile(dealstate.Agreement{ID: "d", Title: hostileText, Parties: []dealstate.Party{{ID: hostileWord, Name: hostileText}, {ID: "中国"}}})
	require.NoError(t, err)
	deal := m.NewDeal(dealstate.Reported)
	for i, party := range []string{hostileWord, "中国", "中国"} {
		e := dealstate.Event{ID: "e" + hostileWord + strings.Repeat("中", i), Deal: "d", Kind: dealstate.Approve, Party: party, By: hostileText, Role: dealstate.Press, At: day(i + 1),
			Note: hostileText, Source: dealstate.Source{Publisher: hostileText}}
		dealtest.Record(t, deal, e)
	}
	return deal
}

func TestFailuresQuoteStrangersInert(t *testing.T) {
	t.Parallel()
	deal, v := hostileDeal(t), dealstate.View{}
	bad := dealstate.Event{ID: hostileText, Deal: "d", Kind: dealstate.Approve, Party: hostileWord, Role: dealstate.Press, At: day(9)}
	for name, check := range map[string]func(dealtest.TB){
		"State":    func(r dealtest.TB) { dealtest.State(r, deal, v, dealstate.State(hostileText)) },
		"Awaiting": func(r dealtest.TB) { dealtest.Awaiting(r, deal, v, hostileText) },
		"Approved": func(r dealtest.TB) { dealtest.Approved(r, deal, v, hostileText) },
		"Verdict":  func(r dealtest.TB) { dealtest.Verdict(r, deal, v, condition.Lost) },
		"Revision": func(r dealtest.TB) { dealtest.Revision(r, deal, v, 7) },
		"Next":     func(r dealtest.TB) { dealtest.Next(r, deal, v, &dealstate.ClockStatus{Clock: dealstate.Term}) },
		"Warned":   func(r dealtest.TB) { dealtest.Warned(r, deal, v, hostileText) },
		"History":  func(r dealtest.TB) { dealtest.History(r, deal, v, dealstate.State(hostileText)) },
		"Applied":  func(r dealtest.TB) { dealtest.Applied(r, deal, v, hostileText) },
		"Refused":  func(r dealtest.TB) { dealtest.Refused(r, deal, v, "e"+hostileWord, hostileText) },
		"Noted":    func(r dealtest.TB) { dealtest.Noted(r, deal, v, "e"+hostileWord, hostileText) },
		"Refuses":  func(r dealtest.TB) { dealtest.Refuses(r, deal, bad, hostileText) },
		"Record":   func(r dealtest.TB) { dealtest.Record(r, deal, bad) },
		"Unchanged": func(r dealtest.TB) {
			dealtest.UnchangedBy(r, deal, v, dealstate.Event{ID: "r", Deal: "d", Kind: dealstate.Retract, Ref: "e" + hostileWord, At: day(9)})
		},
		"Run": func(r dealtest.TB) {
			s := scenario.Scenario{Name: hostileText, Steps: []scenario.Step{{At: day(1), Expect: []scenario.Expectation{{Verb: scenario.State, Names: []string{hostileText}}}}}}
			dealtest.Run(r, s, deal.Machine().Agreement())
		},
	} {
		text := watch(check).text.String()
		require.NotEmpty(t, text, name)
		for line := range strings.SplitSeq(text, "\n") {
			require.NotEqual(t, forgedLine, strings.TrimSpace(line), name)
			require.False(t, strings.ContainsFunc(strings.ReplaceAll(line, "\t", ""), display.Active), "%s: %+q", name, line)
		}
	}
}

func TestAccountsAlignIdsOfAnyScript(t *testing.T) {
	t.Parallel()
	text := scenario.Account{Deal: hostileDeal(t)}.String()
	columns := map[int]int{}
	for line := range strings.Lines(text) {
		if before, _, act := strings.Cut(line, "2025-06-0"); act && strings.Contains(line, "approve") && strings.Contains(before, "eus") {
			columns[display.Width(before)]++
		}
	}
	require.Len(t, columns, 1, "the acts stand one below the other:\n%s", text)
}
