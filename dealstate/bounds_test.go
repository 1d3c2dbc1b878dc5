package dealstate_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// states names n states, the first of which is the initial one.
func statesOf(n int) []dealstate.State {
	states := make([]dealstate.State, n)
	for i := range states {
		states[i] = dealstate.State(fmt.Sprintf("s%03d", i))
	}
	return states
}

// ring is a lifecycle in which one rule under a guard goes through all states.
func ring(n int, more ...dealstate.Rule) *dealstate.Lifecycle {
	l := &dealstate.Lifecycle{States: statesOf(n)}
	l.Initial = l.States[0]
	for i, s := range l.States {
		l.Rules = append(l.Rules, dealstate.Rule{ID: fmt.Sprintf("on%03d", i), On: dealstate.Submit, From: []dealstate.State{s}, To: l.States[(i+1)%n]})
	}
	l.Rules = append(l.Rules, more...)
	return l
}

// What compiling may cost is bounded in all, whatever it is that grows. Each case took
// seconds or minutes, or did not come back.
func TestCompilingIsBounded(t *testing.T) {
	t.Parallel()
	nots := make([]condition.Condition, 2_000)
	for i := range nots {
		nots[i] = condition.Not(condition.Approved("a"))
	}
	doubled := condition.Approved("a")
	for range 30 {
		doubled = condition.All(doubled, doubled)
	}
	guarded := func(rules int, when condition.Condition) dealstate.Agreement {
		a := pair()
		l := ring(250)
		for i := range rules {
			l.Rules = append(l.Rules, dealstate.Rule{ID: fmt.Sprintf("g%04d", i), On: dealstate.Dispute, From: l.States, When: when, Order: i})
		}
		a.Lifecycle = l
		return a
	}
	many := func(n int) dealstate.Agreement {
		a := club(n, condition.Condition{})
		for i := range n {
			a.Commitments = append(a.Commitments, dealstate.Commitment{ID: fmt.Sprintf("k%d", i), Party: a.Parties[n-1].ID})
			a.Parties[i].Groups = []string{"g", "g", fmt.Sprintf("h%d", i%7)}
		}
		return a
	}
	counts := make([]condition.Condition, 10_000)
	for i := range counts {
		counts[i] = condition.Count(condition.AtLeast(1), "g")
	}
	counted, shared := many(10_000), many(3_000)
	counted.Approval = condition.All(counts...)
	for i := range shared.Parties {
		shared.Parties[i].Weight = 1
	}
	shared.Approval = condition.Share(condition.Percent(50), "g", 0)
	huge := pair()
	huge.Approval = doubled
	for name, c := range map[string]struct {
		a     dealstate.Agreement
		field string // of the error; "": none
	}{
		"one guard of 2,000 nots in 250 states": {guarded(1, condition.All(nots...)), ""},
		"1,000 such guards":                     {guarded(1_000, condition.All(nots...)), "lifecycle"},
		"1,000 rules in 250 states":             {guarded(1_000, condition.Approved("a")), "lifecycle.rules[g0001]"}, // it can never fire
		"a condition doubled thirty times":      {huge, "approval"},
		"a guard doubled thirty times":          {guarded(1, doubled), "lifecycle"},
		"10,000 parties and commitments":        {many(10_000), ""},
		"10,000 counts over 10,000 parties":     {counted, "lifecycle"},
		"3,000 parties that weigh":              {shared, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			_, err := dealstate.Compile(c.a)
			t.Log(time.Since(begun))
			if c.field == "" {
				require.NoError(t, err)
			} else {
				fieldErr(t, err, c.field)
			}
			require.Less(t, time.Since(begun), 30*time.Second, "two seconds are the aim, on a machine that is idle")
		})
	}
}

func TestAnAgreementOf16MiBIsReadAndCompiledInBounds(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	text.WriteString(`{"id":"d","parties":[{"id":"a"},{"id":"b"}],"approval":{"all":[`)
	for i := range 10_000 {
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteString(`{"any":[{"approved":"a"}` + strings.Repeat(`,{"not":{"approved":"b"}}`, 60) + `]}`)
	}
	text.WriteString(`]}}`)
	require.Less(t, text.Len(), dealstate.MaxAgreement)
	begun := time.Now()
	_, err := dealstate.ReadMachine(&text)
	t.Log(time.Since(begun))
	fieldErr(t, err, "json")
	require.ErrorContains(t, err, "objects; want at most 250000")
	deep := `{"id":"d","parties":[{"id":"a"}],"title":"` + strings.Repeat("]}", 1<<20) + `","approval":` + strings.Repeat(`{"all":[`, 30) + `{"approved":"` + strings.Repeat("a", 8<<20) + `"}` + strings.Repeat("]}", 30) + "}"
	_, err = dealstate.ReadMachine(strings.NewReader(deep))
	fieldErr(t, err, "json")
	require.ErrorContains(t, err, "too deep")
}

// What reading allocates grows as the text does, up to the bounds, whatever the text is made of.
func TestReadingAnAgreementAllocatesInProportionToItsText(t *testing.T) {
	list := func(n int, item string) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }
	for name, text := range map[string]func(n int) string{
		"parties": func(n int) string { return `{"id":"d","parties":[` + list(n, `{"id":"p","groups":["x","y"]}`) + `]}` },
		"groups":  func(n int) string { return `{"id":"d","parties":[{"id":"p","groups":[` + list(n, `"x"`) + `]}]}` },
		"conditions": func(n int) string {
			return `{"id":"d","approval":{"any":[` + list(n, `{"all":[{"approved":"a"},{"count":{"min":1}}]}`) + `]}}`
		},
		"rules": func(n int) string {
			return `{"id":"d","lifecycle":{"rules":[` + list(n/5, `{"id":"r","from":["x"],"to":"x"}`) + `]}}`
		},
		"escapes":     func(n int) string { return `{"id":"d","title":"` + strings.Repeat(`\u4e60`, 250*n) + `"}` },
		"white space": func(n int) string { return `{"id":"d",` + strings.Repeat(" \n", 800*n) + `"title":"t"}` },
		"a long list": func(n int) string { return `{"id":"d","implements":[` + list(800*n, `1`) + `]}` },
		"a long key":  func(n int) string { return `{"id":"d","` + strings.Repeat("x", 1_600*n) + `":1}` },
		"broken":      func(n int) string { return `{"id":"d","title":[` + list(400*n, `"x"`) + `}}` },
	} {
		took := func(n int) float64 {
			var a dealstate.Agreement
			data := []byte(text(n))
			require.LessOrEqual(t, len(data), dealstate.MaxAgreement)
			before := allocated()
			_ = a.UnmarshalJSON(data)
			return float64(allocated() - before)
		}
		took(10)
		n := proof.Times(1_000, 250)
		few, many := took(n), took(10*n)
		require.Less(t, many, 16*few+1e6, name) // slices that double, and what encoding/json buffers for its error
	}
}

// Of a list of parties that is known to be short it cannot be said that all is lost,
// however much is needed.
func TestWhatIsIncompleteIsNeverLost(t *testing.T) {
	t.Parallel()
	for _, approval := range []condition.Condition{
		condition.Share(condition.AtLeast(math.MaxInt64), "", 0), condition.Share(condition.AtLeast(math.MaxInt64/2+1), "", 0), condition.Share(condition.Percent(90), "", math.MaxInt64),
		condition.Count(condition.AtLeast(math.MaxInt64), ""), condition.Count(condition.AtLeast(3), ""),
	} {
		a := club(3, approval)
		a.Incomplete, a.Parties[0].Weight, a.Parties[1].Weight = "there are more", 10, 10
		s, _ := told(t, a, "", "")
		require.Equal(t, condition.Pending, s.Approval.Verdict, "%s", approval)
		s, _ = told(t, a, "", "06-01 reject p2\n06-02 reject p0") // p2 has no weight
		require.Equal(t, condition.Pending, s.Approval.Verdict, "%s", approval)
		require.NotEqual(t, dealstate.StateRejected, s.State)
	}
}

// Where every party must approve, those that are not listed must too: nobody makes up
// for one that has rejected it.
func TestARejectionLosesWhatEveryPartyMustApproveHoweverShortTheList(t *testing.T) {
	t.Parallel()
	a := club(3, condition.Condition{})
	a.Incomplete = "there are more"
	s, _ := told(t, a, "", "")
	require.Equal(t, condition.Pending, s.Approval.Verdict)
	s, _ = told(t, a, "", "06-02 reject p0")
	require.Equal(t, condition.Lost, s.Approval.Verdict)
	require.Equal(t, dealstate.StateRejected, s.State)
}

// What Validate takes, Compile takes: names that are long, or that grow in lower case
// or in normal form.
func TestLongNamesCompileAndMakeStatesOfTheirOwn(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 255)
	for name, p := range map[string][2]dealstate.Party{
		"ids that differ at the end": {{ID: long + "1"}, {ID: long + "2"}},
		"ids of two cases":           {{ID: long + "a"}, {ID: long + "A"}},
		"Chinese ids":                {{ID: strings.Repeat("北", 85)}, {ID: strings.Repeat("北", 84)}},
		"a letter that grows":        {{ID: strings.Repeat("Ⱥ", 128)}, {ID: "b", Approver: strings.Repeat("Ⱥ", 64)}},
		"a letter that comes apart":  {{ID: "a", Approver: strings.Repeat("\U0001D160", 32)}, {ID: "b"}},
	} {
		a := dealstate.Agreement{ID: "d", Parties: p[:]}
		require.NoError(t, a.Validate(), name)
		m, err := dealstate.Compile(a)
		require.NoError(t, err, name)
		l := m.Lifecycle()
		require.Len(t, map[dealstate.State]bool{l.States[2]: true, l.States[3]: true}, 2, name)
		roundTrip(t, l)
	}
}

func TestAViewBeyondAllYearsIsReadAgain(t *testing.T) {
	t.Parallel()
	d := open(t, pair(), "06-01 approve a")
	for _, far := range []time.Time{time.Date(20_000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.FixedZone("x", -3600)), time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC)} {
		for _, v := range []dealstate.View{{AsOf: far}, {KnownBy: far}, {AsOf: far, KnownBy: far}, {AsOf: date(t, "06-05"), KnownBy: far}} {
			s := d.At(v)
			roundTrip(t, s)
			require.Equal(t, far.Year() > 2025, len(s.Approved) == 1, "%s", far)
		}
		c := d.Cursor(dealstate.View{})
		c.Advance(far)
		roundTrip(t, c.Snapshot())
	}
}
