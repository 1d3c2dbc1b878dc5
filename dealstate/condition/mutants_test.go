package condition

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Each test here fails under a change to this package that no other test of it noticed.

// nested puts so many conditions one in the other.
func nested(deep int) Condition {
	c := Approved("us")
	for range deep - 1 {
		c = Not(c)
	}
	return c
}

// both reads a condition of parties us and china from its text, and checks it.
func both(t *testing.T, c Condition) (read, checked error) {
	t.Helper()
	text, err := c.MarshalJSON()
	require.NoError(t, err)
	var again Condition
	return again.UnmarshalJSON(text), NewNames(Agreement{Parties: []Party{{ID: "us"}, {ID: "china"}}}).CheckApproval("approval", c)
}

// The bounds are the same for what is read and what is made, and are reached exactly.
func TestNestingIsBoundedExactlyAndAlikeInTextAndValue(t *testing.T) {
	t.Parallel()
	for name, within := range map[string]func(Condition) Condition{
		"not": Not,
		"all": func(c Condition) Condition { return All(Approved("china"), c) },
		"any": func(c Condition) Condition { return Any(c, Approved("china")) },
	} {
		read, checked := both(t, within(nested(field.MaxNesting-1)))
		require.NoError(t, read, name)
		require.NoError(t, checked, name)
		read, checked = both(t, within(nested(field.MaxNesting)))
		require.ErrorContains(t, read, "nested deeper than 32", name)
		require.ErrorContains(t, checked, "nested deeper than 32", name)
	}
}

func TestTermsAreBoundedExactly(t *testing.T) {
	t.Parallel()
	n := NewNames(Agreement{Parties: []Party{{ID: "us"}}})
	most := All(slices.Repeat([]Condition{Approved("us")}, field.MaxTerms-1)...)
	require.Equal(t, field.MaxTerms, most.Size())
	require.NoError(t, n.CheckApproval("approval", most))
	require.ErrorContains(t, n.CheckApproval("approval", Not(most)), "more than 100000 conditions")
}

func TestSizeCountsEachAsOftenAsItIsUsed(t *testing.T) {
	t.Parallel()
	us := Approved("us")
	for want, c := range map[int]Condition{1: us, 2: Not(us), 3: All(us, us), 7: Any(All(us, us), Not(Not(us)))} {
		require.Equal(t, want, c.Size(), "%s", c)
	}
	require.Equal(t, 1, Condition{}.Size())
	require.Equal(t, 2, All(Condition{}).Size())
	require.Equal(t, 1, All().Size())
}

// A party counts once in a group, however often it names it; the empty name is no group
// of its own.
func TestAPartyCountsOnceInAGroup(t *testing.T) {
	t.Parallel()
	n := NewNames(Agreement{Parties: []Party{{ID: "us", Groups: []string{"x", "x", ""}, Weight: 3}, {ID: "china", Groups: []string{"x", "x"}, Weight: 4}}})
	for group, size := range map[string]int64{"x": 2, "": 2} {
		require.NoError(t, n.CheckApproval("approval", Count(AtLeast(size), group)))
		require.Error(t, n.CheckApproval("approval", Count(AtLeast(size+1), group)))
		require.NoError(t, n.CheckApproval("approval", Share(AtLeast(7), group, 0)))
		require.Error(t, n.CheckApproval("approval", Share(AtLeast(8), group, 0)))
	}
}

func TestAListOfOneIsFoundAsAList(t *testing.T) {
	t.Parallel()
	for text, c := range map[string]Condition{"all of": All(Approved("p0")), "any of": Any(Approved("p0"))} {
		f := found(t, c, 1)
		require.Equal(t, text, f.Text)
		require.Equal(t, []Finding{{Verdict: Met, Text: "p0 has approved"}}, f.Parts)
	}
}

// Parentheses stand where there is something to part.
func TestWordsHaveParenthesesWhereTheyAreNeeded(t *testing.T) {
	t.Parallel()
	list := Any(Approved("a"), Approved("b"))
	require.Equal(t, "a has approved or b has approved", All(list).String())
	require.Equal(t, "(a has approved or b has approved) and c has approved", All(list, Approved("c")).String())
	require.Equal(t, "a has approved and c has approved", All(Any(Approved("a")), Approved("c")).String())
}

// On error the condition stays as it was, and the zero condition is not written.
func TestABadTextLeavesTheConditionAsItWas(t *testing.T) {
	t.Parallel()
	c := Approved("us")
	require.Error(t, c.UnmarshalJSON([]byte(`{"approved":7}`)))
	require.Equal(t, Approved("us"), c)
	_, err := Condition{}.MarshalJSON()
	require.ErrorContains(t, err, "the zero condition is written by leaving it out")
}

func TestAMisspeltPartyIsToldTheNearest(t *testing.T) {
	t.Parallel()
	n := NewNames(Agreement{Parties: []Party{{ID: "us"}, {ID: "china"}}})
	err := n.CheckApproval("approval", Approved("chian"))
	require.True(t, strings.HasSuffix(err.Error(), `did you mean "china"?`), err)
}

func TestWhatIsLackingNamesThePlaceOfWhatLacks(t *testing.T) {
	t.Parallel()
	n := NewNames(Agreement{Parties: []Party{{ID: "us"}, {ID: "china"}}, Commitments: []string{"c", "d"}})
	c := All(Approved("us"), Approved("china"), Performed("c"), Performed("d"))
	lacks := n.BindApproval(c).Unmet(newPlace(t, n, ""), nil)
	require.Equal(t, []Shortfall{{Lack: LackApproval, Index: 0, Name: "us"}, {Lack: LackApproval, Index: 1, Name: "china"},
		{Lack: LackPerformance, Index: 0, Name: "c"}, {Lack: LackPerformance, Index: 1, Name: "d"}}, lacks)
	lacks = n.BindApproval(Condition{}).Unmet(newPlace(t, n, "approved=us"), nil)
	require.Equal(t, []Shortfall{{Lack: LackApproval, Index: 1, Name: "china"}}, lacks)
}

func TestAFindingCountsWhatThereIsAndWhatIsNeeded(t *testing.T) {
	t.Parallel()
	for _, c := range []Condition{{}, Count(AtLeast(2), ""), Share(AtLeast(2), "", 0)} {
		f := found(t, c, 1, 1)
		require.Equal(t, [2]int64{1, 2}, [2]int64{f.Have, f.Need}, "%s", c)
	}
}

func TestFindingsComeBackAsTheyWereToTheDeepest(t *testing.T) {
	t.Parallel()
	deep := func(n int) Finding {
		f := Finding{Verdict: Lost, Text: "x", Have: 1, Need: 2}
		for range n {
			f = Finding{Verdict: Pending, Text: "all of", Parts: []Finding{f, {Verdict: Met, Text: "y"}}}
		}
		return f
	}
	for _, levels := range []int{0, 1, field.MaxNesting} {
		text, err := deep(levels).MarshalJSON()
		require.NoError(t, err)
		var read Finding
		require.NoError(t, read.ReadJSON("approval", text))
		require.Equal(t, deep(levels), read)
	}
	text, err := deep(field.MaxNesting + 1).MarshalJSON()
	require.NoError(t, err)
	var read Finding
	require.ErrorContains(t, read.ReadJSON("approval", text), "nested deeper than 32")
	require.ErrorContains(t, read.ReadJSON("approval", []byte(`{"verdict":"won"}`)), "approval.verdict")
	one := Finding{Verdict: Met, Text: "not", Parts: []Finding{{Verdict: Pending, Text: "x"}}}
	text, err = one.MarshalJSON()
	require.NoError(t, err)
	var again Finding
	require.NoError(t, again.ReadJSON("approval", text))
	require.Equal(t, one, again)
	text, err = Finding{Verdict: Met, Text: "x"}.MarshalJSON()
	require.NoError(t, err)
	require.JSONEq(t, `{"verdict":"met","text":"x"}`, string(text), "what is zero is left out")
}

func TestWhichOperatorsOnlyAGuardCanAsk(t *testing.T) {
	t.Parallel()
	var only []string
	for _, word := range append(Operators(), "", "nonsense") {
		if GuardOnly(word) {
			only = append(only, word)
		}
	}
	require.Equal(t, []string{"act_of", "applied", "approval", "bound", "concerns", "due", "suspended"}, only)
}

func TestThresholdsThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	n := NewNames(Agreement{Parties: []Party{{ID: "us", Weight: 60}, {ID: "china", Weight: 40}}})
	for _, min := range []Threshold{Fraction(1, 0), Fraction(0, 0), Fraction(1, -2), Fraction(3, 2), AtLeast(-1), AtLeast(0), Percent(101), {}} {
		require.Error(t, n.CheckApproval("approval", Count(min, "")), "%s", min)
		require.Error(t, n.CheckApproval("approval", Share(min, "", 0)), "%s", min)
	}
	for _, text := range []string{`"1/99999999999999999999"`, `"99999999999999999999/1"`, `"99999999999999999999%"`} {
		var read Threshold
		require.ErrorContains(t, read.UnmarshalJSON([]byte(text)), "min: ", text)
	}
}

// A total may be what is listed, or more; a list that is known to be short cannot make
// a share impossible.
func TestATotalMayBeWhatIsListed(t *testing.T) {
	t.Parallel()
	a := Agreement{Parties: []Party{{ID: "us", Weight: 60}, {ID: "china", Weight: 40}}}
	for total, fine := range map[int64]bool{0: true, 100: true, 101: true, 99: false, -1: false} {
		err := NewNames(a).CheckApproval("approval", Share(Percent(55), "", total))
		require.Equal(t, fine, err == nil, "%d: %v", total, err)
	}
	half := Share(Percent(50), "", 300)
	require.ErrorContains(t, NewNames(a).CheckApproval("approval", half), "can never be met")
	a.Incomplete = true
	require.NoError(t, NewNames(a).CheckApproval("approval", half))
}

// shortestOf names a short way to meet a condition of four parties and two commitments.
func shortestOf(t *testing.T, c Condition) (ids []string) {
	t.Helper()
	n := NewNames(Agreement{Parties: []Party{{ID: "heavy", Weight: 100}, {ID: "mid", Weight: 50},
		{ID: "x", Weight: 10, Groups: []string{"g"}}, {ID: "y", Weight: 10, Groups: []string{"g"}}}, Commitments: []string{"c", "d"}})
	require.NoError(t, n.CheckApproval("approval", c))
	parties, commitments := n.BindApproval(c).Shortest(newPlace(t, n, ""))
	for _, i := range parties {
		ids = append(ids, n.agreement.Parties[i].ID)
	}
	for _, i := range commitments {
		ids = append(ids, n.agreement.Commitments[i])
	}
	return ids
}

// Of alternatives the one that asks least, performances counted; and the parties whom a
// share asks fill the counts beside it.
func TestAShortWayAsksLeast(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"x"}, shortestOf(t, Any(All(Performed("c"), Performed("d")), Approved("x"))))
	require.Equal(t, []string{"d"}, shortestOf(t, Any(All(Approved("x"), Approved("y")), Performed("d"))))
	require.Equal(t, []string{"x", "y"}, shortestOf(t, All(Count(AtLeast(2), ""), Share(Percent(100), "g", 0))))
	require.Equal(t, []string{"y"}, shortestOf(t, All(Count(AtLeast(1), ""), Approved("y"))))
}

// What a condition costs grows with the parties it counts, and never takes longer to
// say than the condition may be large.
func TestCostGrowsWithWhatIsCounted(t *testing.T) {
	t.Parallel()
	n := NewNames(Agreement{Parties: make([]Party, 8_000)})
	one := n.Cost(Approved("us"), 0)
	require.Less(t, one, int64(10))
	for name, c := range map[string]Condition{"count": Count(AtLeast(1), ""), "everyone": {}} {
		require.GreaterOrEqual(t, n.Cost(c, 0), int64(8_000/64), name) // a word of the set at a time
	}
	require.GreaterOrEqual(t, n.Cost(Share(AtLeast(1), "", 0), 0), int64(8_000))
	require.GreaterOrEqual(t, n.Cost(ApprovalMet(), 500), int64(500))
	require.GreaterOrEqual(t, n.Cost(All(ApprovalMet(), Not(ApprovalMet())), 500), int64(1_000))
	doubled := Approved("us")
	for range 60 {
		doubled = All(doubled, doubled)
	}
	require.Greater(t, n.Cost(doubled, 0), int64(field.MaxTerms))
	require.Error(t, n.CheckApproval("approval", doubled))
}

func TestTheZeroConditionIsAnApprovalCondition(t *testing.T) {
	t.Parallel()
	n := NewNames(Agreement{Parties: []Party{{ID: "us"}}})
	require.NoError(t, n.CheckApproval("approval", Condition{}))
	require.NoError(t, n.CheckGuard("when", Condition{}))
	require.ErrorContains(t, n.CheckApproval("approval", All(Condition{})), "approval.all[0]: the zero condition")
}

// A text of more objects than are ever read at once is refused before it is read.
func TestATextOfTooManyObjectsIsNotRead(t *testing.T) {
	t.Parallel()
	part := `{"any":[` + strings.Repeat(`{"approved":"us"},`, field.MaxParts-1) + `{"approved":"us"}]}`
	var c Condition
	err := c.UnmarshalJSON([]byte(`{"any":[` + strings.Repeat(part+",", field.MaxObjects/field.MaxParts) + part + `]}`))
	require.ErrorContains(t, err, "objects; want at most 250000")
	require.True(t, c.IsZero())
}
