package condition

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

var day = time.Date(2025, 6, 27, 0, 0, 0, 0, time.UTC)

// needs finds how many of n parties of weight 1 it takes.
func needs(t *testing.T, n int, c Condition) int64 {
	t.Helper()
	return found(t, c, slices.Repeat([]int64{1}, n)...).Need
}

func TestFractionOfPartiesIsRoundedUpExactly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		parties int
		min     Threshold
		need    int64
	}{
		{166, Fraction(2, 3), 111}, // WTO Agreement, article X:3, Fisheries Subsidies
		{164, Fraction(2, 3), 110}, // the same, Trade Facilitation
		{3, Fraction(2, 3), 2},
		{100, Percent(55), 55},
		{101, Percent(55), 56},
		{20, Percent(55), 11},
		{3, Fraction(1, 3), 1},
		{3, Fraction(333_333_333, 1_000_000_000), 1},
		{3, Fraction(333_333_334, 1_000_000_000), 2},
		{7, Percent(100), 7},
		{7, AtLeast(7), 7},
		{9_999, Fraction(math.MaxInt64, math.MaxInt64), 9_999},
		{9_999, Fraction(1, math.MaxInt64), 1},
	} {
		require.Equal(t, c.need, needs(t, c.parties, Count(c.min, "")), "%s of %d", c.min, c.parties)
		require.Equal(t, c.need, needs(t, c.parties, Share(c.min, "", 0)), "%s of the weight of %d", c.min, c.parties)
	}
}

// found tells how a condition stands once the first of the parties, p0, has
// approved.
func found(t *testing.T, c Condition, weights ...int64) Finding {
	t.Helper()
	var a Agreement
	for i, w := range weights {
		a.Parties = append(a.Parties, Party{ID: fmt.Sprintf("p%d", i), Weight: w})
	}
	n := NewNames(a)
	require.NoError(t, n.CheckApproval("approval", c))
	return n.BindApproval(c).Find(newPlace(t, n, "approved=p0"))
}

func TestShareIsExactAtItsBoundary(t *testing.T) {
	t.Parallel()
	half := int64(1) << 62
	for name, c := range map[string]struct {
		min     Threshold
		total   int64
		weights []int64
		want    Verdict
	}{
		"55 of 100":              {Percent(55), 0, []int64{55, 45}, Met},
		"54 of 100":              {Percent(55), 0, []int64{54, 46}, Pending},
		"54.999... of 100":       {Percent(55), 0, []int64{549_999_999, 450_000_001}, Pending},
		"55 of a total of 100":   {Percent(55), 100, []int64{55, 10}, Met},
		"55 of a total of 101":   {Percent(55), 101, []int64{55, 10}, Pending},
		"half of 2^63-1":         {Fraction(1, 2), 0, []int64{half, half - 1}, Met},
		"half of 2^63-1, barely": {Fraction(1, 2), 0, []int64{half - 1, half}, Pending},
		"half of a total":        {Fraction(1, 2), math.MaxInt64, []int64{half, 1}, Met},
		"all of it":              {Fraction(1, 1), 0, []int64{math.MaxInt64, 0}, Met},
		"the weight itself":      {AtLeast(math.MaxInt64), 0, []int64{math.MaxInt64}, Met},
		"odd fractions":          {Fraction(math.MaxInt64-1, math.MaxInt64), 0, []int64{math.MaxInt64 - 1, 1}, Met},
	} {
		got := found(t, Share(c.min, "", c.total), c.weights...)
		require.Equal(t, c.want, got.Verdict, "%s: %s", name, got)
	}
}

func TestShareIsNeverRoundedUpForTheReader(t *testing.T) {
	t.Parallel()
	got := found(t, Share(Percent(55), "", 0), 549_999_999, 450_000_001)
	require.Equal(t, "54.99 % of the 55 % of the weight needed", got.Text)
}

func TestEachConditionSaysItselfInWords(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]Condition{
		"every party has approved":                               {},
		"us has approved":                                        Approved("us"),
		"us has not approved":                                    Not(Approved("us")),
		"us has approved and china has approved":                 All(Approved("us"), Approved("china")),
		"nothing is asked":                                       All(),
		"nothing would do":                                       Any(),
		"a has approved or (b has approved and c is performed)":  Any(Approved("a"), All(Approved("b"), Performed("c"))),
		"at least 2/3 of the parties have approved":              Count(Fraction(2, 3), ""),
		"at least 6 of the parties in asean have approved":       Count(AtLeast(6), "asean"),
		"at least 55% of the weight of the parties has approved": Share(Percent(55), "", 0),
		"the approval condition is met":                          ApprovalMet(),
		"the deadline clock is not due":                          Not(Due("deadline")),
		"27 June 2025 is not reached":                            Not(Reached(day)),
		"27 June 2025 09:00:00 UTC is reached":                   Reached(day.Add(9 * time.Hour)),
		"us has not signed":                                      Not(Signed("us")),
		"at least 2/3 of the parties in asean have signed":       CountSigned(Fraction(2, 3), "asean"),
		"at least 55% of the weight of the parties has signed":   ShareSigned(Percent(55), "", 0),
		"us applies it provisionally":                            Applied("us"),
		"us has not suspended it":                                Not(Suspended("us")),
		"it binds us and it binds some party":                    All(Bound("us"), Bound("")),
		"it concerns a part of the deal":                         ConcernsPart(),
		"it does not concern the whole deal":                     Not(ConcernsWhole()),
		"it is an act of us":                                     ActOf("us"),
		"not (a has approved or the approval condition is lost)": Not(Any(Approved("a"), ApprovalLost())),
	} {
		require.Equal(t, want, c.String())
	}
}

func TestConditionsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	for _, c := range []Condition{
		Approved("us"), Performed("c"), All(), Any(),
		All(Approved("us"), Any(Approved("a"), Not(Approved("b")))),
		Count(AtLeast(0), ""), Count(Fraction(2, 3), "asean"),
		Share(Percent(55), "", math.MaxInt64), Share(AtLeast(math.MaxInt64), "g", 0),
		ApprovalMet(), ApprovalLost(), ActOf("us"),
		Due("deadline"), Due("effect"), Due("term"),
		Reached(day), Reached(day.Add(1)), Reached(day.In(time.FixedZone("", -5*3600))), Reached(instant.Last),
		Signed("us"), Applied("us"), Suspended("us"), Bound("us"), Bound(""), ConcernsPart(), ConcernsWhole(),
		CountSigned(AtLeast(2), "g"), ShareSigned(Percent(1), "", 7),
	} {
		text, err := c.MarshalJSON()
		require.NoError(t, err)
		var read Condition
		require.NoError(t, read.UnmarshalJSON(text))
		require.Equal(t, c, read, "%s", text)
	}
}

func TestApprovalsAreCountedWhereNothingElseIsSaid(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Condition{
		`{"count":{"min":1,"of":"approved"}}`: Count(AtLeast(1), ""),
		`{"count":{"min":1,"of":"signed"}}`:   CountSigned(AtLeast(1), ""),
		`{"share":{"min":1,"of":"approved"}}`: Share(AtLeast(1), "", 0),
	} {
		var read Condition
		require.NoError(t, read.UnmarshalJSON([]byte(text)))
		require.Equal(t, want, read)
	}
}

func TestAnInstantNobodyNamedIsRefused(t *testing.T) {
	t.Parallel()
	n := NewNames(Agreement{Parties: []Party{{ID: "us"}}})
	require.EqualError(t, n.CheckApproval("approval", Reached(time.Time{})),
		"approval.reached: missing; want an instant, such as 2025-06-27T09:00:00Z")
	require.EqualError(t, n.CheckApproval("approval", Not(Reached(instant.Last.AddDate(1, 0, 0)))),
		"approval.not.reached: year 10000 is out of range; want 1 to 9999")
	require.NoError(t, n.CheckApproval("approval", Reached(instant.Last)))
}

func TestThresholdTextIsKeptByteForByte(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"0", "6", "9223372036854775807", `"2/3"`, `"4/6"`, `"0/1"`, `"50%"`, `"55.5%"`, `"0.000000001%"`, `"100%"`, `"0%"`} {
		var read Threshold
		require.NoError(t, read.UnmarshalJSON([]byte(text)), text)
		again, err := read.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, text, string(again))
	}
}

func TestThresholdsAreWrittenInOneWay(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`"50.%"`, `".5%"`, `"%"`, `"."`, `"+50%"`, `"-50%"`, `" 50%"`, `"50 %"`, `"5e1%"`, `"50.5.5%"`, `"50,5%"`, `"1.0000000001%"`, `"101%"`, `"٥٠%"`,
		`"2/"`, `"/3"`, `"2/0"`, `"+2/3"`, `"2/-3"`, `"2/3/4"`, `"2.0/3"`, `"3/2"`, `"6"`, `""`, `6.0`, `-1`, `1e1`, `true`} {
		read := Percent(7)
		require.Error(t, read.UnmarshalJSON([]byte(text)), text)
		require.Equal(t, Percent(7), read, "on error it stays as it was")
	}
}
