package dealstate_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// doubts gives the warnings of a snapshot as "code subject event".
func doubts(s dealstate.Snapshot) []string {
	out := []string{}
	for _, w := range s.Warnings {
		out = append(out, strings.Join(strings.Fields(w.Code.String()+" "+w.Subject+" "+w.Event), " "))
	}
	return out
}

func officially(t *testing.T, text string) dealstate.Snapshot {
	t.Helper()
	a := pair()
	a.Commitments = []dealstate.Commitment{{ID: "k", Party: "a"}}
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	s, _, err := m.Fold(story(t, a.ID, text), dealstate.View{Policy: dealstate.Official})
	require.NoError(t, err)
	d := m.NewDeal(dealstate.Official)
	for _, e := range story(t, a.ID, text) {
		_, err := d.Record(e)
		require.NoError(t, err)
	}
	require.Equal(t, toJSON(t, s.Warnings), toJSON(t, d.Latest().Warnings))
	return s
}

func TestAStandingActThatANearerVoiceDeniesWarns(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"06-01 approve a role=government\n06-02 approve a by=X role=approver mod=denied id=no": "denied a no",
		"06-01 approve a role=government\n06-02 approve a mod=denied id=no":                    "denied a no",
		"06-01 approve a role=government\n06-02 approve a role=government mod=denied id=no":    "denied a no",
		"06-01 approve a role=government\n06-02 approve a role=press mod=denied id=no":         "",
		"06-01 approve a role=government\n06-02 approve a role=press mod=planned id=no":        "",
		"06-01 approve a role=government mod=denied id=no\n06-02 approve a":                    "",
		// who denied is overruled by who says it again, as near or nearer
		"06-01 approve a role=government\n06-02 approve a mod=denied\n06-03 approve a":                            "",
		"06-01 approve a role=government\n06-02 approve a mod=denied id=no\n06-03 approve a role=government":      "denied a no",
		"06-01 approve a role=government\n06-02 approve a mod=denied\n06-03 withdraw a role=government":           "",
		"06-01 approve a role=government\n06-02 approve a mod=denied\n06-03 withdraw a\n06-04 approve a":          "",
		"06-01 approve a role=government\n06-02 approve a mod=denied id=no\n06-03 retract id=r ref=no":            "",
		"06-01 approve a role=government\n06-02 approve a mod=denied id=no\n06-03 reject a mod=denied":            "denied a no",
		"06-01 perform a for=k role=government\n06-02 perform a for=k mod=denied id=no":                           "denied k no",
		"06-01 approve a\n06-01 approve b\n06-02 implement role=government\n06-03 implement mod=denied id=no":     "denied no",
		"06-01 approve a\n06-01 approve b\n06-02 implement\n06-03 implement role=government mod=denied":           "",
		"06-01 approve a role=government id=y\n06-02 approve b role=government\n06-03 approve b mod=denied id=no": "denied b no",
	} {
		s := officially(t, text)
		got := strings.Join(doubts(s), ", ")
		require.Equal(t, want, got, text)
		if want != "" {
			require.Contains(t, s.Explain(), "Warning: the ", text)
			require.Contains(t, s.Explain(), "denies it, from a voice as near to the act or nearer", text)
		}
		roundTrip(t, s)
	}
}

// Whatever the deal or a party stands on can be denied: not only that something was
// approved or carried out, but that it was rejected, taken back, amended or ended too.
func TestEveryActOnWhichAnythingStandsCanBeDenied(t *testing.T) {
	t.Parallel()
	approved := "06-01 approve a\n06-01 approve b\n"
	for text, want := range map[string]string{
		"06-01 approve a\n06-02 withdraw a role=government\n06-03 withdraw a mod=denied id=no":                   "denied a no",
		"06-01 approve a\n06-02 withdraw a role=government\n06-03 withdraw a role=press mod=denied":              "",
		"06-01 approve a\n06-02 withdraw a role=government\n06-03 withdraw b mod=denied":                         "",
		"06-01 approve a\n06-02 withdraw a role=government\n06-03 approve a mod=denied":                          "",
		"06-01 approve a\n06-02 withdraw a role=government\n06-03 withdraw a mod=denied\n06-04 approve a":        "",
		"06-01 reject a role=government\n06-02 reject a mod=denied id=no":                                        "denied a no",
		"06-01 terminate role=government\n06-02 terminate mod=denied id=no":                                      "denied no",
		"06-01 terminate role=government\n06-02 terminate a mod=denied id=no":                                    "denied no",
		"06-01 terminate role=government\n06-02 suspend mod=denied id=no":                                        "",
		approved + "06-02 implement\n06-03 suspend role=government\n06-04 suspend mod=denied id=no":              "denied no",
		approved + "06-02 implement\n06-03 suspend role=government\n06-04 suspend mod=denied\n06-05 resume":      "",
		approved + "06-02 implement\n06-03 suspend\n06-04 resume role=government\n06-05 resume mod=denied id=no": "denied no",
		approved + "06-02 amend role=government\n06-03 amend mod=denied id=no":                                   "denied no",
		approved + "06-02 amend a role=government\n06-03 amend b mod=denied":                                     "",
		approved + "06-02 amend role=government\n06-03 amend mod=denied\n06-04 approve a":                        "",
		approved + "06-02 implement role=government\n06-03 implement mod=denied\n06-04 implement":                "",
		"06-01 approve a role=government\n06-02 approve a mod=denied rev=2":                                      "", // of another text
		"06-01 approve a\n06-02 amend\n06-03 approve a role=government\n06-04 approve a mod=denied rev=1":        "",
		"06-01 approve a\n06-02 amend\n06-03 approve a role=government\n06-04 approve a mod=denied rev=2 id=no":  "denied a no",
	} {
		require.Equal(t, want, strings.Join(doubts(officially(t, text)), ", "), text)
	}
}

// Where only the id puts a denial before the act, it speaks of that act.
func TestADenialThatTiesWithTheActWarnsUnderAnyID(t *testing.T) {
	t.Parallel()
	for _, act := range []string{"approve a", "terminate"} {
		for _, id := range []string{"a", "z"} {
			one := "06-01 " + act + " role=government id=m\n06-01 " + act + " mod=denied id=" + id
			require.Equal(t, "denied "+id, strings.Replace(strings.Join(doubts(officially(t, one)), ", "), "denied a "+id, "denied "+id, 1), one)
			two := one + "\n06-01 " + act + " role=press mod=denied id=zz"
			require.Len(t, doubts(officially(t, two)), 1, two)
			three := one + "\n06-01 " + act + " role=government id=n"
			require.Len(t, doubts(officially(t, three)), 1, three)
			earlier := "06-01 " + act + " role=government rec=06-03 id=m\n06-01 " + act + " mod=denied rec=06-02 id=" + id
			require.Empty(t, doubts(officially(t, earlier)), earlier)
		}
	}
}

// A caller's policy may leave a nearer voice out; then its rejection is a denial.
func TestARejectionThatThePolicyLeavesOutIsADenial(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(pair())
	require.NoError(t, err)
	desk := dealstate.Policy{Name: "desk", Binding: dealstate.Roles(dealstate.Government)}
	s, _, err := m.Fold(story(t, "pair", "06-01 approve a role=government\n06-02 reject a id=no"), dealstate.View{Policy: desk})
	require.NoError(t, err)
	require.Equal(t, []string{"denied a no"}, doubts(s))
}

func TestWhatWasRecordedBeforeItHappenedWarns(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(pair())
	require.NoError(t, err)
	approve := func(role dealstate.Role, by, at, recorded string) dealstate.Event {
		return dealstate.Event{ID: "e", Deal: "pair", Kind: dealstate.Approve, Party: "a", Role: role, By: by, At: date(t, at), Recorded: date(t, recorded)}
	}
	for _, c := range []struct {
		event dealstate.Event
		warns bool
	}{
		{approve(dealstate.Approver, "X", "2025-06-27T00:00:00Z", "1970-01-01T00:00:00Z"), true},
		{approve(dealstate.Approver, "X", "2025-06-27T00:00:00Z", "2025-06-26T23:59:59Z"), true},
		{approve(dealstate.Approver, "X", "2025-06-27T00:00:00Z", "2025-06-27T00:00:00Z"), false},
		{approve(dealstate.Instrument, "", "2025-06-27T00:00:00Z", "2025-06-01T00:00:00Z"), false}, // an order names its day
		{approve(dealstate.Instrument, "", "2025-06-27T00:00:00Z", "1970-01-01T00:00:00Z"), true},
		{approve(dealstate.Press, "", "2025-06-27T00:00:00Z", "1970-01-01T00:00:00Z"), false}, // it does not count
	} {
		s, _, err := m.Fold([]dealstate.Event{c.event}, dealstate.View{})
		require.NoError(t, err)
		want := []string{}
		if c.warns {
			want = []string{"foreseen e"}
			require.Contains(t, s.Explain(), "Warning: e is dated 27 June 2025, but was recorded before it happened, on ")
		}
		require.Equal(t, want, doubts(s), "%+v", c.event)
		roundTrip(t, s)
	}
}

func TestForesightIsCountedOnceForAll(t *testing.T) {
	t.Parallel()
	s, _ := told(t, pair(), "", "06-02 approve a by=X role=approver rec=06-01 id=one\n06-03 approve b by=X role=approver rec=06-01")
	require.Len(t, s.Warnings, 1)
	require.Equal(t, "one is dated 2 June 2025, but was recorded before it happened, on 1 June 2025; so were 2 acts in all", s.Warnings[0].String())
}

func TestAClockThatFiresAfterTheLastRecordWarns(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Deadline = date(t, "06-10")
	for asOf, want := range map[string][]string{"": {}, "06-09": {}, "06-11": {"record_ends lapsed"}} {
		s, _ := told(t, a, asOf, "06-01 approve a")
		require.Equal(t, want, doubts(s), asOf)
		if len(want) > 0 {
			require.Contains(t, s.Explain(), "Warning: lapsed by the clock; nothing is on record after 1 June 2025.")
		}
	}
	s, _ := told(t, a, "06-11", "06-01 approve a\n06-12 note id=n") // hindsight goes on
	require.Empty(t, s.Warnings)
	s, _ = told(t, a, "06-11", "")
	require.Equal(t, "lapsed by the clock; nothing is on record", s.Warnings[0].String())
}

// All warnings of one snapshot come in one order, whatever the log's.
func TestWarningsComeInOneOrder(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Incomplete, a.Deadline = "an annex is secret", date(t, "06-20")
	log := story(t, a.ID, "06-02 approve a by=X role=approver rec=06-01 id=y\n06-03 approve a mod=denied id=no\n06-04 implement id=i\n06-05 negotiate")
	var first string
	for range 2 {
		s, _, err := machine(t, a).Fold(log, dealstate.View{AsOf: date(t, "06-30")})
		require.NoError(t, err)
		require.Equal(t, []string{"incomplete", "contradiction i", "early y", "denied a no", "foreseen y", "record_ends lapsed"}, doubts(s))
		if first == "" {
			first = toJSON(t, s)
		}
		require.Equal(t, first, toJSON(t, s))
		log[0], log[1], log[2], log[3] = log[3], log[2], log[1], log[0]
	}
}
