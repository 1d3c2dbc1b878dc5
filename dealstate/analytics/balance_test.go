package analytics_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
)

// accord is a deal of three with notice and deadlines, and all that can become of them.
func accord(t *testing.T) *dealstate.Deal {
	t.Helper()
	a := dealstate.Agreement{ID: "accord", Parties: []dealstate.Party{{ID: "us"}, {ID: "china"}, {ID: "eu"}},
		Effect: &dealstate.Delay{Days: 1}, Notice: &dealstate.NoticePeriod{Delay: dealstate.Delay{Months: 12}},
		Timers: []dealstate.OwnTimer{{ID: "snapback", After: dealstate.Delay{Days: 300}}},
		Commitments: []dealstate.Commitment{{ID: "tariffs", Party: "us", Deadline: at("2025-08-01T00:00:00Z")}, {ID: "fees", Party: "us"},
			{ID: "licences", Party: "china", Within: &dealstate.Delay{Days: 30}}}}
	a.Lifecycle = &dealstate.Lifecycle{Extends: "standard", Rules: []dealstate.Rule{{ID: "snap_back", On: dealstate.Timer("snapback"), From: []dealstate.State{dealstate.StateImplemented}, To: dealstate.StateSuspended}}}
	owed := func(kind dealstate.Kind, commitment, when string) dealstate.Event {
		e := act(kind, "", when)
		e.Commitment = commitment
		if kind == dealstate.Perform || kind == dealstate.Breach {
			e.Party = map[string]string{"tariffs": "us", "fees": "us", "licences": "china"}[commitment]
		}
		return e
	}
	return recordedDeal(t, a, act(dealstate.Sign, "us", "2025-06-10T00:00:00Z"), act(dealstate.Approve, "us", "2025-06-20T00:00:00Z"),
		act(dealstate.Approve, "china", "2025-06-20T00:00:00Z"), act(dealstate.Approve, "eu", "2025-06-20T00:00:00Z"),
		owed(dealstate.Perform, "tariffs", "2025-06-22T00:00:00Z"), owed(dealstate.Perform, "fees", "2025-07-02T00:00:00Z"),
		owed(dealstate.Breach, "tariffs", "2025-08-02T00:00:00Z"), owed(dealstate.Suspend, "fees", "2025-08-03T00:00:00Z"),
		owed(dealstate.Perform, "tariffs", "2025-08-04T00:00:00Z"), owed(dealstate.Perform, "licences", "2025-08-05T00:00:00Z"),
		act(dealstate.Withdraw, "eu", "2025-09-01T00:00:00Z"), act(dealstate.Approve, "eu", "2025-10-01T00:00:00Z"),
		act(dealstate.Withdraw, "us", "2025-11-04T00:00:00Z"), act(dealstate.Note, "", "2026-12-01T00:00:00Z"))
}

// On 2 July one side had performed 2 of 2, the other 0 of 1.
func TestTheBalanceIsThatOfTheSidesOverTime(t *testing.T) {
	t.Parallel()
	d := accord(t)
	var b strings.Builder
	require.NoError(t, analytics.WriteCSV(&b, analytics.BalanceChanges(d, dealstate.View{})))
	require.Equal(t, strings.ReplaceAll(`deal,date,policy,party,performed,of,overdue,breached,suspended
accord,2025-06-10T00:00:00Z,strict,us,0,2,0,0,0
accord,2025-06-10T00:00:00Z,strict,china,0,1,0,0,0
accord,2025-06-22T00:00:00Z,strict,us,1,2,0,0,0
accord,2025-07-02T00:00:00Z,strict,us,2,2,0,0,0
accord,2025-07-21T00:00:00Z,strict,china,0,1,1,0,0
accord,2025-08-02T00:00:00Z,strict,us,1,2,1,1,0
accord,2025-08-03T00:00:00Z,strict,us,1,2,1,1,1
accord,2025-08-04T00:00:00Z,strict,us,2,2,0,0,1
accord,2025-08-05T00:00:00Z,strict,china,1,1,0,0,0
`, "\n", "\r\n"), b.String())

	dates := []time.Time{at("2025-06-01T00:00:00Z"), at("2025-07-02T23:59:59.999999999Z")}
	panel := slices.Collect(analytics.BalancePanel(slices.Values([]*dealstate.Deal{d}), dates, dealstate.Policy{}))
	require.Len(t, panel, 2, "of a date before the deal there are no rows")
	require.Equal(t, []string{"accord", "2025-07-02", "strict", "us", "2", "2", "0", "0", "0"}, panel[0].Cells())
	require.Equal(t, []string{"accord", "2025-07-02", "strict", "china", "0", "1", "0", "0", "0"}, panel[1].Cells())
	text, err := json.Marshal(panel[0])
	require.NoError(t, err)
	require.Contains(t, string(text), `"date":"2025-07-02"`)
	var back analytics.Balance
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, panel[0], back)
	require.Error(t, json.Unmarshal([]byte(`{"date":"soon"}`), &back))
}

func TestANoticeAndACommitmentAreObjectsOfTheLog(t *testing.T) {
	t.Parallel()
	log := readOCEL(t, ocelWriter(t, accord(t)))
	got := map[string][]string{}
	for _, o := range log.Objects {
		for _, a := range o.Attributes {
			got[*o.ID+" "+*a.Name] = append(got[*o.ID+" "+*a.Name], (*a.Time)[:10]+" "+*a.Value)
		}
	}
	require.Equal(t, []string{"1970-01-01 false", "2025-06-22 true", "2025-08-02 false", "2025-08-04 true"}, got["commitment:accord tariffs performed"])
	require.Equal(t, []string{"1970-01-01 false", "2025-08-02 true", "2025-08-04 false"}, got["commitment:accord tariffs breached"])
	require.Equal(t, []string{"1970-01-01 false", "2025-08-02 true", "2025-08-04 false"}, got["commitment:accord tariffs overdue"], "a breach after the deadline is overdue from the breach")
	require.Equal(t, []string{"1970-01-01 false", "2025-07-21 true", "2025-08-05 false"}, got["commitment:accord licences overdue"])
	require.Equal(t, []string{"1970-01-01 false", "2025-08-03 true"}, got["commitment:accord fees suspended"])

	events := map[string][]string{}
	for _, e := range log.Events {
		for _, r := range e.Relationships {
			if strings.HasPrefix(*r.ObjectID, "notice:") || *r.Qualifier == "leaving party" {
				events[*r.ObjectID] = append(events[*r.ObjectID], *e.Type)
			}
		}
	}
	var notices []string
	for _, o := range log.Objects {
		if *o.Type == "notice" {
			notices = append(notices, *o.ID)
		}
	}
	require.Len(t, notices, 2)
	for _, id := range notices {
		status := got[id+" status"]
		switch last := status[len(status)-1]; last {
		case "2025-10-01 revoked":
			require.Equal(t, []string{"withdraw", "approve"}, events[id])
			require.Equal(t, []string{"1970-01-01 2026-09-01T00:00:00Z"}, got[id+" leaves"])
		case "2026-11-04 over":
			require.Equal(t, []string{"withdraw", "notice"}, events[id])
		default:
			require.Fail(t, last)
		}
	}
	require.Equal(t, []string{"notice"}, events["party:us"])
	require.Contains(t, string(xes(t, accord(t))), `key="concept:name" value="timer snapback"`)
}

// Each timer is a cause of its own, and a notice takes an approval only at its end.
func TestSpellsEndByTheTimersName(t *testing.T) {
	t.Parallel()
	var spells analytics.Spells
	var incidents analytics.Incidents
	for dec := range accord(t).Decisions() {
		require.NoError(t, spells.Add(dec))
		require.NoError(t, incidents.Add(dec))
	}
	var by []string
	for s := range spells.All(time.Time{}) {
		by = append(by, string(s.State)+" "+s.By.String())
	}
	require.Contains(t, by, "implemented timer snapback")
	var got []string
	for i := range incidents.All() {
		got = append(got, i.Class.String()+" "+i.Kind.String())
	}
	require.Equal(t, []string{"broken overdue", "broken breach", "reversed suspend", "reversed withdraw", "reversed withdraw"}, got, "a notice that is over is its party's withdrawal still")
}

func TestEachOfManyPartiesAndCommitmentsIsRelatedOnce(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "many"}
	for i := range 80 {
		id := fmt.Sprint("p", i)
		a.Parties = append(a.Parties, dealstate.Party{ID: id})
		a.Commitments = append(a.Commitments, dealstate.Commitment{ID: "owed-" + id, Party: id})
	}
	log := readOCEL(t, ocelWriter(t, recordedDeal(t, a, act(dealstate.Negotiate, "", "2025-06-10T00:00:00Z"))))
	related := map[string]int{}
	for _, o := range log.Objects {
		if *o.Type == "deal" {
			for _, r := range o.Relationships {
				related["deal "+*r.ObjectID]++
			}
		}
	}
	for _, r := range log.Events[0].Relationships {
		related["event "+*r.ObjectID]++
	}
	for i := range 80 {
		for _, id := range []string{fmt.Sprint("party:p", i), fmt.Sprint("commitment:many owed-p", i)} {
			require.Equal(t, 1, related["deal "+id], id)
			require.Equal(t, 1, related["event "+id], id)
		}
	}
	require.Len(t, related, 2*160+1)
}
