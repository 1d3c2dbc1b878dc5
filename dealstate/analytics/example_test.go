package analytics_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// open gives the London deal as the press reported it.
func open() *dealstate.Deal {
	deal, err := uschina.Open(uschina.London(), dealstate.Reported)
	if err != nil {
		panic(err)
	}
	return deal
}

// endOfJune is where the examples stop looking.
var endOfJune = time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)

// unix drops the carriage returns of CSV, which Go's examples cannot hold.
type unix struct{ w io.Writer }

func (u unix) Write(p []byte) (int, error) {
	_, err := u.w.Write(bytes.ReplaceAll(p, []byte("\r"), nil))
	return len(p), err
}

func Example() {
	var spells analytics.Spells
	for d := range open().Decisions() {
		if err := spells.Add(d); err != nil {
			fmt.Println(err)
			return
		}
	}
	if err := analytics.WriteCSV(unix{os.Stdout}, spells.All(endOfJune)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// deal,state,next,by,from,to,seconds,censored,unseen
	// us-china-london-2025,negotiated,awaiting_approvals,submit,2025-06-10T00:00:00Z,2025-06-10T00:00:00Z,0,false,false
	// us-china-london-2025,awaiting_approvals,awaiting_xi_approval,approve,2025-06-10T00:00:00Z,2025-06-24T00:00:00Z,1209600,false,false
	// us-china-london-2025,awaiting_xi_approval,approved,approve,2025-06-24T00:00:00Z,2025-06-24T00:00:00Z,0,false,false
	// us-china-london-2025,approved,,,2025-06-24T00:00:00Z,2025-07-01T00:00:00Z,604800,true,false
}

// Two shards, each with deals of its own, and the whole.
func ExampleSpells_Merge() {
	var shards [2]analytics.Spells
	for i, a := range []dealstate.Agreement{uschina.Geneva(), uschina.London()} {
		deal, _ := uschina.Open(a, dealstate.Official)
		for d := range deal.Decisions() {
			_ = shards[i].Add(d)
		}
	}
	err := shards[0].Merge(&shards[1])
	fmt.Println(err, len(slices.Collect(shards[0].All(endOfJune))), "spells")
	// Output: <nil> 7 spells
}

func ExampleStream() {
	var stream analytics.Stream
	for d := range open().Decisions() {
		if s, ended, err := stream.Add(d); err == nil && ended {
			fmt.Printf("%s for %.1f days, ended by %s\n", s.State, analytics.Days(s.Seconds), s.By)
		}
	}
	for s := range stream.Open(time.Time{}) {
		fmt.Println(s.State, "since", s.From.Format(time.DateOnly))
	}
	// Output:
	// negotiated for 0.0 days, ended by submit
	// awaiting_approvals for 14.0 days, ended by approve
	// awaiting_xi_approval for 0.0 days, ended by approve
	// approved for 35.0 days, ended by implement
	// implemented since 2025-07-29
}

func ExampleWaits() {
	deal := open()
	waits := analytics.NewWaits(deal.Machine())
	for d := range deal.Decisions() {
		_ = waits.Add(d)
	}
	for p := range waits.ByParty(time.Time{}) {
		fmt.Printf("%s was awaited for %.1f days\n", p.Approver, analytics.Days(p.Total))
	}
	// Output:
	// Trump was awaited for 14.0 days
	// Xi was awaited for 14.0 days
}

// How long an approval takes is not how long deals stay in a state of awaiting: that ends
// with the other side's approval too. Of nine deals, Trump approves each after a day, and Xi
// the first six after one to six days.
func ExampleWaits_ByParty() {
	start := time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	m, _ := dealstate.Compile(uschina.London())
	waits, awaiting := analytics.NewWaits(m), analytics.Sample{}
	for n := 1; n <= 9; n++ {
		a := uschina.London()
		a.ID = fmt.Sprint("deal-", n)
		deal, _ := dealstate.New(a, dealstate.Strict)
		record := func(kind dealstate.Kind, party string, days int) {
			at := start.AddDate(0, 0, days)
			_, _ = deal.Record(dealstate.Event{ID: fmt.Sprint(kind, party), Deal: a.ID, Kind: kind, Party: party, Role: dealstate.Instrument, At: at})
		}
		record(dealstate.Submit, "", 0)
		record(dealstate.Approve, "us", 1)
		if n <= 6 {
			record(dealstate.Approve, "china", n)
		}
		var spells analytics.Spells
		for d := range deal.Decisions() {
			_ = spells.Add(d)
			_ = waits.Add(d)
		}
		for s := range spells.All(start.AddDate(0, 0, 10)) {
			if strings.HasPrefix(string(s.State), "awaiting_") {
				_ = awaiting.Add(s.Seconds)
			}
		}
	}
	half, _ := awaiting.Quantile(0.5)
	fmt.Printf("half the spells of awaiting are over after %.0f days\n", analytics.Days(half))
	for p := range waits.ByParty(start.AddDate(0, 0, 10)) {
		fmt.Printf("half the approvals of %s are there after %.0f days\n", p.Approver, analytics.Days(p.Median))
	}
	// Output:
	// half the spells of awaiting are over after 1 days
	// half the approvals of Trump are there after 1 days
	// half the approvals of Xi are there after 5 days
}

func ExampleTransitions() {
	var transitions analytics.Transitions
	for d := range open().Decisions() {
		_ = transitions.Add(d)
	}
	for t := range transitions.All() {
		fmt.Printf("%s -%s-> %s: %d, %.0f %%\n", t.From, t.By, t.To, t.Count, 100*t.Probability)
	}
	// Output:
	// approved -implement-> implemented: 1, 100 %
	// awaiting_approvals -approve-> awaiting_xi_approval: 1, 100 %
	// awaiting_xi_approval -approve-> approved: 1, 100 %
	// negotiated -submit-> awaiting_approvals: 1, 100 %
}

func ExampleVariants() {
	var variants analytics.Variants
	for _, p := range dealstate.Policies() {
		deal, _ := uschina.Open(uschina.London(), p)
		for d := range deal.Decisions() {
			d.Deal += " " + p.Name // one deal a policy
			_ = variants.Add(d)
		}
	}
	for v := range variants.All() {
		fmt.Println(v.Deals, v.Path)
	}
	// Output:
	// 2 [negotiated awaiting_approvals awaiting_xi_approval approved implemented]
	// 1 [negotiated awaiting_approvals awaiting_xi_approval]
}

func ExampleLifetimes() {
	var lifetimes analytics.Lifetimes
	for _, a := range uschina.Agreements() {
		deal, _ := uschina.Open(a, dealstate.Reported)
		for d := range deal.Decisions() {
			_ = lifetimes.Add(d)
		}
	}
	curve, err := analytics.KaplanMeier(lifetimes.Observe(time.Time{}))
	if err != nil {
		fmt.Println(err)
		return
	}
	median, ok := curve.Quantile(0.5)
	fmt.Printf("half the deals are in force after %.1f days (%t)\n", analytics.Days(median), ok)
	// Output: half the deals are in force after 15.2 days (true)
}

// Weeks of remission of children with leukaemia, from Freireich and others
// (1963); a minus stands for a child still in remission when last seen.
func ExampleKaplanMeier() {
	curve, _ := analytics.KaplanMeier(mercaptopurine)
	band, _ := curve.Band(0.95, analytics.LogLog)
	for i, s := range curve {
		if s.Events > 0 {
			fmt.Printf("week %2.0f: %.3f (%.3f to %.3f)\n", s.Time, s.Survival, band[i].Lower, band[i].Upper)
		}
	}
	// Output:
	// week  6: 0.857 (0.620 to 0.952)
	// week  7: 0.807 (0.563 to 0.923)
	// week 10: 0.753 (0.503 to 0.889)
	// week 13: 0.690 (0.432 to 0.849)
	// week 16: 0.627 (0.368 to 0.805)
	// week 22: 0.538 (0.268 to 0.747)
	// week 23: 0.448 (0.188 to 0.680)
}

func ExampleLogRank() {
	test, err := analytics.LogRank(mercaptopurine, placebo)
	fmt.Printf("%.2f %.5f %v\n", test.ChiSquare, test.P, err)
	// Output: 16.79 0.00004 <nil>
}

func ExampleSample() {
	var s analytics.Sample
	for _, x := range []float64{1, 2, 4, 7, 8, 9, 10, 12} {
		_ = s.Add(x)
	}
	q, err := s.Quantile(0.25)
	fmt.Println(q, err)
	// Output: 3.5 <nil>
}

func ExampleFunnel() {
	deal := open()
	funnel, err := analytics.NewFunnel(analytics.StandardStages(deal.Machine().Lifecycle())...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for d := range deal.Decisions() {
		_ = funnel.Add(d)
	}
	_ = analytics.WriteCSV(unix{os.Stdout}, funnel.All())
	// Output:
	// stage,deals,share,passed
	// negotiated,1,1,1
	// awaiting,1,1,1
	// approved,1,1,1
	// implemented,1,1,1
}

func ExampleIncidents() {
	var incidents analytics.Incidents
	geneva, _ := uschina.Open(uschina.Geneva(), dealstate.Reported)
	for d := range geneva.Decisions() {
		_ = incidents.Add(d)
	}
	for c := range incidents.Counts() {
		fmt.Println(c.Class, c.Kind, c.Party, c.Count)
	}
	// Output:
	// disputed dispute china 1
	// disputed dispute us 2
	// broken breach china 1
	// broken overdue  1
}

func ExampleLags() {
	var lags analytics.Lags
	for e := range open().Events() {
		_ = lags.Add(e)
	}
	all := lags.Of(nil)
	fmt.Printf("%d reports; half came in within %.1f hours\n", all.N, all.Median/3600)
	// Output: 24 reports; half came in within 0.0 hours
}

// How often does it matter whose word counts?
func ExamplePolicyChanges() {
	var changes analytics.PolicyChanges
	deal := open()
	for _, day := range analytics.EachDay(time.Date(2025, 6, 11, 0, 0, 0, 0, time.UTC), endOfJune.Add(-1)) {
		strict := deal.At(dealstate.View{AsOf: day, KnownBy: day, Policy: dealstate.Strict})
		reported := deal.At(dealstate.View{AsOf: day, KnownBy: day, Policy: dealstate.Reported})
		_ = changes.Add(strict, reported)
	}
	days, changed := changes.Compared("strict", "reported")
	fmt.Println(changed, "of", days, "days")
	// Output: 5 of 20 days
}

func ExamplePanel() {
	days := analytics.EachDay(time.Date(2025, 6, 9, 0, 0, 0, 0, time.UTC), time.Date(2025, 6, 12, 0, 0, 0, 0, time.UTC))
	panel := analytics.Panel(slices.Values([]*dealstate.Deal{open()}), days, dealstate.Official)
	_ = analytics.WriteCSV(unix{os.Stdout}, panel)
	// Output:
	// deal,date,policy,state,since,days,awaiting
	// us-china-london-2025,2025-06-09,official,,,0,
	// us-china-london-2025,2025-06-10,official,awaiting_approvals,2025-06-10T00:00:00Z,0,us china
	// us-china-london-2025,2025-06-11,official,awaiting_approvals,2025-06-10T00:00:00Z,1,us china
	// us-china-london-2025,2025-06-12,official,awaiting_approvals,2025-06-10T00:00:00Z,2,us china
}

// The same for one deal, which is left as soon as it stands where somebody looked for it.
func ExampleCells() {
	days := analytics.EachDay(time.Date(2025, 6, 9, 0, 0, 0, 0, time.UTC), time.Date(2025, 7, 31, 0, 0, 0, 0, time.UTC))
	for cell := range analytics.Cells(open().Backtest(dealstate.Official), days) {
		if cell.State == dealstate.StateApproved {
			fmt.Println("known to be approved on", cell.Date.Format(time.DateOnly))
			break
		}
	}
	// Output: known to be approved on 2025-06-27
}

func ExampleConformance() {
	deal := open()
	_, _ = deal.Record(dealstate.Event{ID: "early", Deal: uschina.London().ID, Kind: dealstate.Implement, Role: dealstate.Press,
		At: time.Date(2025, 6, 12, 0, 0, 0, 0, time.UTC)})
	var conformance analytics.Conformance
	for d := range deal.Decisions() {
		_ = conformance.Add(d)
	}
	_, _, tokens := conformance.Whole()
	fmt.Printf("fitness %.2f\n", tokens.Fitness())
	for d := range conformance.Deviations() {
		fmt.Println(d.Kind, "in", d.State+":", d.Reasons[0])
	}
	// Output:
	// fitness 0.93
	// implement in awaiting_approvals: us has not approved
}

func ExampleWriteJSONLines() {
	var spells analytics.Spells
	for d := range open().Decisions() {
		_ = spells.Add(d)
	}
	_ = analytics.WriteJSONLines(os.Stdout, spells.All(time.Date(2025, 6, 20, 0, 0, 0, 0, time.UTC)))
	// Output:
	// {"deal":"us-china-london-2025","state":"negotiated","next":"awaiting_approvals","by":"submit","from":"2025-06-10T00:00:00Z","to":"2025-06-10T00:00:00Z","seconds":0,"censored":false}
	// {"deal":"us-china-london-2025","state":"awaiting_approvals","from":"2025-06-10T00:00:00Z","to":"2025-06-20T00:00:00Z","seconds":864000,"censored":true}
}

func ExampleWriteXES() {
	var log strings.Builder
	err := analytics.WriteXES(&log, slices.Values([]analytics.Case{analytics.CaseOf(open())}))
	fmt.Println(err, strings.Count(log.String(), "<event>"), "events")
	// Output: <nil> 24 events
}

func ExampleWriteOCEL() {
	var log strings.Builder
	err := analytics.WriteOCEL(&log, func(yield func(analytics.Case) bool) {
		for _, a := range uschina.Agreements() {
			deal, err := uschina.Open(a, dealstate.Official)
			if err != nil || !yield(analytics.CaseOf(deal)) {
				return
			}
		}
	})
	fmt.Println(err, strings.Count(log.String(), `{"id":"deal:`), "deals", strings.Count(log.String(), `{"id":"party:`), "parties")
	// Output: <nil> 5 deals 2 parties
}

func ExampleWritePNML() {
	l := dealstate.ManyParty()
	var net strings.Builder
	err := analytics.WritePNML(&net, "many parties", l)
	fmt.Println(err, strings.Count(net.String(), "<place "), "places for", len(l.States), "states")
	// Output: <nil> 10 places for 10 states
}

// Three forecasters of the same events: a model, the share that happened before, and one
// who always says one half.
func ExampleCompareForecasts() {
	var model, rate []analytics.Forecast
	for _, f := range []struct {
		deal     string
		model    float64
		happened bool
	}{{"geneva", 0.9, true}, {"london", 0.4, false}, {"stockholm", 0.7, true}, {"madrid", 0.2, false}, {"busan", 0.6, true}} {
		model = append(model, analytics.Forecast{Group: f.deal, P: f.model, Happened: f.happened})
		rate = append(rate, analytics.Forecast{Group: f.deal, P: 0.6, Happened: f.happened})
	}
	score, err := analytics.ScoreForecasts(model, analytics.Bootstrap{Seed: 1})
	if err != nil {
		panic(err)
	}
	gain, err := analytics.CompareForecasts(model, rate, analytics.Bootstrap{Seed: 1})
	if err != nil {
		panic(err)
	}
	fmt.Println("Brier", score.Brier)
	fmt.Println("better than the rate by", gain.Brier)
	// Output:
	// Brier 0.092 (0.042 to 0.146)
	// better than the rate by 0.148 (0.054 to 0.246)
}
