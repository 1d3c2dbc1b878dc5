package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/examples/treaties/data"
)

// expectedView is one thing that law and history say of a deal on a day: never taken
// from what the library answered.
type expectedView struct {
	Deal   string `json:"deal"`
	AsOf   string `json:"as_of"`
	Known  string `json:"known"` // "": all there is
	Policy string `json:"policy"`
	Of     string `json:"of"`   // a party or a commitment; "": the deal
	What   string `json:"what"` // a key of seen
	Want   string `json:"want"` // a state, a date, yes, or "" for no
	Why    string `json:"why"`
}

// subject is what a row asks about: the deal, and of it one party or one commitment.
type subject struct {
	deal       dealstate.Snapshot
	party      dealstate.PartyStatus
	commitment dealstate.CommitmentStatus
}

// seen is how each thing that a row may ask for is read.
var seen = map[string]func(subject) string{
	"state":       func(s subject) string { return string(s.deal.State) },
	"in_force":    func(s subject) string { return date(s.party.InForce) },
	"leaves":      func(s subject) string { return date(s.party.Leaves) },
	"signed":      func(s subject) string { return yes(s.party.Signed) },
	"provisional": func(s subject) string { return yes(s.party.Provisional) },
	"suspended":   func(s subject) string { return yes(s.party.Suspended) },
	"performed":   func(s subject) string { return date(s.commitment.At) },
	"overdue":     func(s subject) string { return date(s.commitment.Overdue) },
	"breached":    func(s subject) string { return date(s.commitment.Breached) },
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

func (v expectedView) got(t *testing.T, s dealstate.Snapshot) string {
	t.Helper()
	read, known := seen[v.What]
	require.True(t, known, "%+v", v)
	of := subject{deal: s}
	of.party, _ = s.Party(v.Of)
	for _, c := range s.Commitments {
		if c.Commitment == v.Of {
			of.commitment = c
		}
	}
	require.True(t, v.Of == of.party.Party || v.Of == of.commitment.Commitment, "nobody is called so: %+v", v)
	return read(of)
}

func expectedViews(t *testing.T) (views []expectedView) {
	t.Helper()
	text, err := data.Files.ReadFile("expected_views.json")
	require.NoError(t, err)
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&views))
	return views
}

func TestEveryDealStandsWhereHistoryPutsIt(t *testing.T) {
	t.Parallel()
	deals, err := loadDeals()
	require.NoError(t, err)
	byID := map[string]treaty{}
	for _, d := range deals {
		require.NotEmpty(t, d.Source, d.ID)
		require.NotEmpty(t, d.Shows, d.ID)
		byID[d.ID] = d
	}
	rows, dated := map[string]int{}, map[string]bool{}
	for _, v := range expectedViews(t) {
		require.Contains(t, byID, v.Deal)
		require.NotEmpty(t, v.Why, "%+v", v)
		view, err := dealstate.ParseView(v.AsOf, v.Known, v.Policy)
		require.NoError(t, err, "%+v", v)
		deal := byID[v.Deal]
		s, err := deal.at(view)
		require.NoError(t, err, "%+v", v)
		require.Equal(t, v.Want, v.got(t, s), "%+v", v)
		if at := strings.Join([]string{v.Deal, v.AsOf, v.Known, v.Policy}, "|"); !dated[at] {
			dated[at] = true
			rows[v.Deal]++
		}
	}
	for id := range byID {
		require.GreaterOrEqual(t, rows[id], 6, "dated views of %s", id)
	}
}

// The one thing that none of these deals may do is warn of its own log.
func TestDealsWarnOfNothingButWhatTheirListsLack(t *testing.T) {
	t.Parallel()
	deals, err := loadDeals()
	require.NoError(t, err)
	for _, d := range deals {
		for _, policy := range dealstate.Policies() {
			s, decisions, err := d.machine.Fold(d.events, dealstate.View{Policy: policy})
			require.NoError(t, err)
			for _, w := range s.Warnings {
				require.Equal(t, dealstate.ReasonIncomplete, w.Code, "%s: %s", d.ID, w)
			}
			for _, decision := range decisions {
				require.NotEqual(t, dealstate.Refused, decision.Outcome, "%s: %s", d.ID, decision)
			}
		}
	}
}

func TestEveryDealIsExplainedAndListed(t *testing.T) {
	t.Parallel()
	deals, err := loadDeals()
	require.NoError(t, err)
	var table, stderr bytes.Buffer
	require.Zero(t, run(nil, &table, &stderr), stderr.String())
	for _, d := range deals {
		var stdout bytes.Buffer
		require.Zero(t, run([]string{"-explain", d.ID, "-asof", "2008-06-20"}, &stdout, &stderr), stderr.String())
		require.Contains(t, stdout.String(), "("+d.ID+")")
		require.Contains(t, table.String(), d.Shows)
	}
	require.Contains(t, table.String(), "a rejection, and second thoughts")
}

// Article 30.7(3)(c): notice ends the provisional application of CETA on the first of
// the second month after it. It has not happened; the file can say it.
func TestProvisionalApplicationOfCETACanBeDenounced(t *testing.T) {
	t.Parallel()
	deals, err := loadDeals()
	require.NoError(t, err)
	for _, d := range deals {
		if d.ID != "ceta" {
			continue
		}
		view, err := dealstate.ParseView("2030-01-15", "", "strict")
		require.NoError(t, err)
		notice := dealstate.Event{ID: "notice", Deal: "ceta", Kind: dealstate.Terminate, Party: "canada", Role: dealstate.Instrument, At: view.AsOf}
		d.events = append(d.events, notice)
		for day, want := range map[string]dealstate.State{"2030-01-14": dealstate.StateProvisional, "2030-01-15": "application_denounced",
			"2030-02-28": "application_denounced", "2030-03-01": dealstate.StateAwaitingApprovals} {
			view, err := dealstate.ParseView(day, "", "strict")
			require.NoError(t, err)
			s, err := d.at(view)
			require.NoError(t, err)
			require.Equal(t, want, s.State, day)
		}
	}
}
