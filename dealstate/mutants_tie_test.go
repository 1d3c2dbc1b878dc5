package dealstate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// Law 11 gives an order between classes and leaves none open but that of an amend and a
// consent of its own instant.
func TestOnlyWhatMayTieIsDoubted(t *testing.T) {
	t.Parallel()
	const force = "06-01 approve a\n06-01 approve b\n06-02 implement\n"
	for text, want := range map[string][]string{
		"06-01 approve a\n06-01 approve b\n06-01 implement":                                    {},
		"06-01 dispute a\n06-01 dispute b id=d\n06-02 amend\n06-03 approve b\n06-04 approve a": {},
		"06-01 amend\n06-01 approve a":                                                         {"order_unknown amend-06-01"},
		"06-01 amend id=m\n06-01 approve a id=x\n06-05 negotiate":                              {"early x", "order_unknown m"},
		"06-01 amend\n06-01 approve a rev=2":                                                   {},
		force + "06-05 suspend id=off\n06-05 resume id=on":                                     {"order_unknown off"},
		force + "06-05 suspend id=off rec=06-06\n06-05 resume id=on rec=06-07":                 {},
	} {
		s, _ := told(t, pair(), "", text)
		require.Equal(t, want, doubts(s), text)
	}
}

// Of events that are not neighbours 4,096 pairs are compared, in one fold; neighbours
// always.
func TestSoManyPairsThatAreNotNeighboursAreCompared(t *testing.T) {
	t.Parallel()
	a := club(4, condition.Count(condition.AtLeast(2), ""))
	apart := "06-02 approve p0 id=a\n06-02 approve p1 id=b\n06-02 reject p0 id=c"
	for disputes, want := range map[int][]string{92: {"order_unknown a"}, 93: {}} { // 91·90/2 and 92·91/2 pairs
		var text strings.Builder
		for i := range disputes {
			fmt.Fprintf(&text, "06-01 dispute p0 id=d%d\n", i)
		}
		s, _ := told(t, a, "", text.String()+apart)
		require.Equal(t, want, doubts(s), disputes)
		s, _ = told(t, a, "", text.String()+"06-02 approve p0 id=a\n06-02 reject p0 id=c")
		require.Equal(t, []string{"order_unknown a"}, doubts(s), disputes)
	}
}

// What a policy leaves out is a denial only where it denies.
func TestAnApprovalThatThePolicyLeavesOutDeniesNothing(t *testing.T) {
	t.Parallel()
	desk := dealstate.Policy{Name: "desk", Binding: dealstate.Roles(dealstate.Government)}
	for _, c := range [][2]string{{"approve a id=yes", ""}, {"reject a id=no", "denied a no"}, {"reject a id=no mod=denied", ""}, {"withdraw a id=no mod=denied", ""}, {"reject a id=no mod=planned", ""}} {
		s, _, err := machine(t, pair()).Fold(story(t, "pair", "06-01 approve a role=government\n06-02 "+c[0]), dealstate.View{Policy: desk})
		require.NoError(t, err)
		require.Equal(t, c[1], strings.Join(doubts(s), ", "), c[0])
	}
}

// A refusal is looked through its day for, wherever in the log it is; and no more than
// eight doubts are told.
func TestARefusalIsDoubtedWhereverItIsInTheLog(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 20 {
		fmt.Fprintf(&text, "05-%02d dispute a id=d%d\n", i+1, i)
	}
	text.WriteString("06-01 approve a\n06-02 implement id=early role=approver by=X\n2025-06-02T09:00:00Z approve b id=cure")
	s, _ := told(t, pair(), "", text.String())
	require.Equal(t, []dealstate.Reason{{Code: dealstate.ReasonOrderUnknown, Event: "early", Detail: "cure", At: date(t, "06-02")}}, s.Warnings)
	text.Reset()
	for i := range 12 {
		fmt.Fprintf(&text, "06-02 implement id=early%02d role=approver by=X\n", i)
	}
	text.WriteString("06-01 approve a\n2025-06-02T09:00:00Z approve b id=cure")
	s, _ = told(t, pair(), "", text.String())
	require.Len(t, s.Warnings, 8)
}

func TestAnIncompleteAgreementSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Incomplete = "an annex is secret"
	s, _ := told(t, a, "", "06-01 approve a")
	require.Equal(t, []dealstate.Reason{{Code: dealstate.ReasonIncomplete, Detail: "an annex is secret"}}, s.Warnings)
}
