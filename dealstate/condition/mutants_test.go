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
