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

// A deal that was loaded goes on as one that was recorded.
func TestALoadedDealIsAsOneRecorded(t *testing.T) {
	t.Parallel()
	text := "06-01 approve a rec=07-05\n06-02 dispute a\n06-02 dispute b id=d"
	d, err := machine(t, dated(t)).Load(dealstate.Strict, func(yield func(dealstate.Event, error) bool) {
		for _, e := range story(t, "pair", text) {
			if !yield(e, nil) {
				return
			}
		}
	})
	require.NoError(t, err)
	recorded := open(t, dated(t), text)
	for range 2 {
		require.Equal(t, slices.Collect(recorded.Decisions()), slices.Collect(d.Decisions()))
		require.Equal(t, toJSON(t, recorded.Latest()), toJSON(t, d.Latest()))
		for _, deal := range []*dealstate.Deal{recorded, d} {
			did, err := deal.Record(line2event(t, "pair", "06-11 extend until=08-01 rec=07-06"))
			require.NoError(t, err)
			require.True(t, did.Outcome == dealstate.Duplicate || len(did.Revised) == 1)
		}
	}
}

// Apply keeps what takes effect, a note always, and what is there already.
func TestApplyKeepsANoteAndWhatIsThereAlready(t *testing.T) {
	t.Parallel()
	d := open(t, pair(), "")
	for _, line := range []string{"06-01 approve a", "06-02 note", "06-02 note", "06-01 approve a"} {
		require.NoError(t, d.Apply(line2event(t, "pair", line)), line)
	}
	var refusal *dealstate.Refusal
	require.ErrorAs(t, d.Apply(line2event(t, "pair", "06-03 approve b role=press")), &refusal)
	require.Equal(t, dealstate.Noted, refusal.Decision.Outcome)
	require.ErrorAs(t, d.Apply(line2event(t, "pair", "06-03 implement")), &refusal)
	require.Equal(t, dealstate.Refused, refusal.Decision.Outcome)
	require.Len(t, slices.Collect(d.Events()), 2)
}

// A cursor starts where the deal stands in the view; from there on it has no horizon and
// no record that could end.
func TestACursorOfADealGoesBeyondTheView(t *testing.T) {
	t.Parallel()
	d := open(t, dated(t), "06-01 approve a\n06-20 dispute a")
	c := d.Cursor(dealstate.View{AsOf: date(t, "06-03")})
	require.Equal(t, date(t, "06-03"), c.Now())
	require.Equal(t, dealstate.Refused, take(t, d.Machine(), c, "07-05 approve b"))
	require.Equal(t, dealstate.StateLapsed, c.State())
	require.Equal(t, date(t, "07-01"), c.Since())
	require.Empty(t, c.Snapshot().Warnings)
}

// An account of talks that were agreed before warns of nothing, and only an approval
// that stands rests on them.
func TestOnlyAnApprovalBeforeTheFirstTalksIsEarly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"06-01 negotiate\n06-02 approve a\n06-03 negotiate":                                {},
		"06-01 approve a\n06-02 withdraw a\n06-03 negotiate":                               {},
		"06-01 approve a id=x\n06-03 negotiate":                                            {"early x"},
		"06-01 approve a id=x\n06-03 negotiate\n06-05 approve b\n06-06 negotiate id=again": {"early x"},
	} {
		s, _ := told(t, pair(), "", text)
		require.Equal(t, want, doubts(s), text)
	}
}

// Of reports that are equally hedged the voice nearest to the act is nearest.
func TestTheNearestReportIsOfTheNearestVoice(t *testing.T) {
	t.Parallel()
	roles := []string{"government", "negotiator", "counterparty", "press"}
	for near, role := range roles {
		for far, other := range roles {
			s, _ := told(t, pair(), "", "06-01 approve a id=first role="+role+"\n06-02 approve a id=second role="+other)
			a, _ := s.Party("a")
			want := "second"
			if near < far {
				want = "first"
			}
			require.Equal(t, want, a.Nearest.Event, "%s, then %s", role, other)
		}
	}
}

// Nobody but an instrument knows an act before it, and an instrument not a year before:
// up to 366 days, to the instant.
func TestHowFarAheadAnInstrumentMayBeDated(t *testing.T) {
	t.Parallel()
	for recorded, warns := range map[string]int{"2024-06-26T00:00:00Z": 0, "2024-06-25T23:59:59Z": 1} {
		s, _ := told(t, pair(), "", "2025-06-27 approve a rec="+recorded)
		require.Len(t, s.Warnings, warns, recorded)
	}
	s, _ := told(t, pair(), "", "2025-06-27 note role=press rec=2025-06-01\n2025-06-28 retract ref=x role=press rec=2025-06-01")
	require.Empty(t, s.Warnings)
}

// A denial is of the same voice if it is not recorded before; of several the nearest is
// told, and of those the last.
func TestWhichDenialIsTold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"06-01 approve a role=government rec=06-03\n06-02 approve a role=government mod=denied id=no rec=06-03":                                  {"denied a no"},
		"06-01 approve a role=government rec=06-03\n06-02 approve a role=government mod=denied id=no rec=06-02":                                  {},
		"06-01 approve a role=government rec=06-03\n06-02 approve a mod=denied id=no rec=06-02":                                                  {"denied a no"},
		"06-01 approve a role=government\n06-02 approve a mod=denied id=near\n06-03 approve a role=government mod=denied id=far":                 {"denied a near"},
		"06-01 approve a role=government\n06-02 approve a role=government mod=denied id=far\n06-03 approve a mod=denied id=near":                 {"denied a near"},
		"06-01 approve a role=government\n06-02 approve a mod=denied id=one\n06-03 approve a mod=denied id=two":                                  {"denied a two"},
		"06-01 approve a role=government\n06-02 approve a mod=conditional id=if\n06-03 reject a mod=planned id=will":                             {},
		"06-01 approve a role=government\n06-02 withdraw a mod=denied id=not":                                                                    {},
		"06-01 approve a role=government\n06-02 dispute a mod=denied id=not":                                                                     {},
		"06-01 approve a role=government\n06-02 approve a role=government mod=denied id=no\n06-03 approve a role=government id=again":            {},
		"06-01 approve a role=government\n06-02 approve a role=government mod=denied id=no\n06-03 approve a role=press id=again":                 {"denied a no"},
		"06-01 approve a role=government\n06-01 approve b role=government\n06-02 approve b mod=denied id=nob\n06-03 approve a mod=denied id=noa": {"denied a noa", "denied b nob"},
	} {
		require.Equal(t, want, doubts(officially(t, text)), text)
	}
}
