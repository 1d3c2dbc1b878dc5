package dealstate_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// revised tells each revision of a decision as "was > now".
func revised(d dealstate.Decision) []string {
	out := []string{}
	for _, r := range d.Revised {
		said := [2]string{"nothing", "nothing"}
		for i, side := range []dealstate.Decision{r.Was, r.Now} {
			if side.Kind != 0 || side.Clock != 0 {
				said[i] = summary(side)
			}
		}
		out = append(out, said[0]+" > "+said[1])
	}
	return out
}

// Law 4: what a report revises is told, the clocks that fire only now or no more included.
func TestRecordTellsWhichClocksFireOnlyNowAndWhichNoMore(t *testing.T) {
	t.Parallel()
	d := open(t, dated(t), "")
	for _, c := range []struct {
		line string
		want []string
	}{
		{"06-01 approve a rec=07-05", []string{"nothing > deadline@07-01 applied awaiting_b_approval>lapsed"}},
		{"06-10 note rec=07-05", []string{}},
		{"06-11 extend until=08-01 rec=07-06", []string{"deadline@07-01 applied awaiting_b_approval>lapsed > nothing"}},
		{"07-10 approve b", []string{"nothing > effect@07-10 applied approved>implemented"}},
	} {
		e := line2event(t, "pair", c.line)
		foretold, err := d.Check(e)
		require.NoError(t, err)
		did, err := d.Record(e)
		require.NoError(t, err)
		require.Equal(t, c.want, revised(did), c.line)
		require.Equal(t, did, foretold)
	}
}

// What is applied is decided once and for all, as what is recorded.
func TestWhatIsAppliedIsDecidedAsInAFold(t *testing.T) {
	t.Parallel()
	text := "06-01 approve a\n06-02 approve b\n06-05 dispute a"
	d := open(t, dated(t), "")
	for _, e := range story(t, "pair", text) {
		require.NoError(t, d.Apply(e))
	}
	_, want := told(t, dated(t), "", text)
	require.Equal(t, want, slices.Collect(d.Decisions()))
}

// A plan alone on record is decided anew like any other.
func TestAnEventBeyondTheOnlyPlanDecidesItAnew(t *testing.T) {
	t.Parallel()
	d := arrived(t, dated(t), "12-01 implement role=press mod=planned rec=06-02 id=plan\n12-05 note")
	_, plan, _ := d.Event("plan")
	require.Equal(t, dealstate.StateLapsed, plan.From)
	require.Equal(t, []dealstate.Reason{{Code: dealstate.ReasonModality, Detail: "planned"}, {Code: dealstate.ReasonPolicy, Subject: "strict", Detail: "press"}}, plan.Reasons)
}

// The same again, recorded earlier, is a duplicate that revises only what it changes.
func TestADuplicateRecordedEarlierThatChangesNothingRevisesNothing(t *testing.T) {
	t.Parallel()
	d := open(t, pair(), "06-01 negotiate\n06-05 approve a id=x rec=06-09\n06-06 approve b")
	for _, line := range []string{"06-05 approve a id=x rec=06-08", "06-05 approve a id=x rec=06-08", "06-05 approve a id=x rec=06-10"} {
		did, err := d.Record(line2event(t, "pair", line))
		require.NoError(t, err)
		require.Equal(t, dealstate.Duplicate, did.Outcome)
		require.Equal(t, []string{}, revised(did), line)
	}
}

// Doubts are those of all that is on record, whatever was asked before.
func TestDoubtsFollowTheRecord(t *testing.T) {
	t.Parallel()
	const noon = "2025-06-01T12:00:00Z "
	d := open(t, pair(), noon+"approve a id=yes rec=06-03\n"+noon+"dispute a id=d1\n"+noon+"dispute b id=d2")
	require.Empty(t, d.Latest().Warnings)
	for _, c := range []struct {
		line string
		want []string
	}{
		{noon + "withdraw a id=no rec=06-03", []string{"order_unknown yes"}},
		{noon + "withdraw a id=no rec=06-02", []string{}}, // now the withdrawal is known to come first
		{"06-05 note", []string{}},
	} {
		_, err := d.Record(line2event(t, "pair", c.line))
		require.NoError(t, err)
		require.Equal(t, c.want, doubts(d.Latest()), c.line)
		require.Equal(t, c.want, doubts(d.Latest()), "asked again")
		require.Equal(t, c.want, doubts(d.At(dealstate.View{})), c.line)
	}
	d = open(t, pair(), noon+"dispute a id=d1\n"+noon+"dispute b id=d2\n06-04 approve a id=yes")
	require.Empty(t, d.Latest().Warnings)
	_, err := d.Record(line2event(t, "pair", "06-04 withdraw a id=no"))
	require.NoError(t, err)
	require.Equal(t, []string{"order_unknown yes"}, doubts(d.Latest()))
}

// A refusal is doubted where the day alone is known: dated at midnight, to the instant.
func TestARefusalAtAKnownInstantIsNotDoubted(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]bool{"2025-06-05T00:00:00Z": true, "2025-06-05T00:00:00.5Z": false, "2025-06-05T00:00:01Z": false} {
		s, _ := told(t, pair(), "", "06-01 approve a\n"+at+" implement id=i\n2025-06-05T12:00:00Z approve b id=b")
		require.Equal(t, want, slices.Contains(doubts(s), "order_unknown i"), at)
	}
}
