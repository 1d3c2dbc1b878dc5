package render_test

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// told is a small deal that Trump has approved and Xi has not.
func told() render.Replay {
	deal, err := dealstate.New(dealstate.Agreement{ID: "framework", Title: "A framework",
		Parties: []dealstate.Party{{ID: "us", Approver: "Trump"}, {ID: "china", Approver: "Xi"}}}, dealstate.Strict)
	if err != nil {
		panic(err)
	}
	for i, e := range []dealstate.Event{
		{ID: "text", Kind: dealstate.Negotiate, Role: dealstate.Negotiator, By: "Lutnick"},
		{ID: "signed", Kind: dealstate.Approve, Party: "us", Role: dealstate.Approver, By: "Trump"},
		{ID: "rumour", Kind: dealstate.Approve, Party: "china", Role: dealstate.Counterparty, By: "Lutnick"},
	} {
		e.Deal, e.At = "framework", time.Date(2025, 6, 10+5*i, 0, 0, 0, 0, time.UTC)
		if _, err := deal.Record(e); err != nil {
			panic(err)
		}
	}
	return render.ReplayOf(deal, dealstate.View{})
}

func ExampleTimeline_Text() {
	timeline := render.Timeline{Replays: []render.Replay{told()}}
	if err := timeline.Text(os.Stdout, render.Plain); err != nil {
		panic(err)
	}
	// Output:
	// A framework
	// strict      aaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbb
	//            9 Jun 2025                                       20 Jun 2025
	//            a negotiated, b awaiting xi approval
	//
	// Under the policy strict: awaiting xi approval since 15 Jun 2025, awaiting china (Xi)
	// ● 10 Jun 2025  negotiate, all sides        Lutnick, negotiator
	// ● 15 Jun 2025  approve, us                 Trump, approver → awaiting xi approval
	// ○ 20 Jun 2025  approve, china              Lutnick, counterparty [noted: policy strict does not count the word of counterparty for this]
}

func ExampleTimeline_SVG() {
	var svg strings.Builder
	if err := (render.Timeline{Replays: []render.Replay{told()}}).SVG(&svg); err != nil {
		panic(err)
	}
	fmt.Println(strings.Contains(svg.String(), "awaiting xi approval"))
	// Output: true
}

func ExampleDiagram_Mermaid() {
	var diagram strings.Builder
	if err := told().Diagram().Mermaid(&diagram); err != nil {
		panic(err)
	}
	for line := range strings.Lines(diagram.String()) {
		if strings.Contains(line, "✓") || strings.Contains(line, "now,") {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	// Output:
	// state "awaiting xi approval (now, since 15 Jun 2025)" as s4
	// s1 --> s4 : approve or withdraw when us has approved and china has not approved ✓ 15 Jun 2025
}

func ExampleDealPage_HTML() {
	var page strings.Builder
	if err := (render.DealPage{Replays: []render.Replay{told()}}).HTML(&page); err != nil {
		panic(err)
	}
	fmt.Println(strings.Contains(page.String(), "<script"), strings.Contains(page.String(), "Trump"))
	// Output: false true
}

// Of four deals, two were approved after 3 and 7 days, and two were still open
// when last seen, after 5 and 9.
func ExampleChart_SVG() {
	curve, err := analytics.KaplanMeier([]analytics.Lifetime{{Time: 3, Reached: true}, {Time: 5}, {Time: 7, Reached: true}, {Time: 9}})
	if err != nil {
		panic(err)
	}
	var points []render.Point
	for _, s := range curve {
		points = append(points, render.Point{X: s.Time, Y: s.Survival, Censored: s.Censored})
	}
	var svg strings.Builder
	chart := render.Chart{Title: "Not yet approved", X: "days", Series: []render.Series{{Name: "all deals", Shape: render.Survival, Points: points}}}
	if err := chart.SVG(&svg); err != nil {
		panic(err)
	}
	fmt.Println(strings.Contains(svg.String(), "from 100% at 0 days to 37.5% at 9 days"))
	// Output: true
}

func ExampleInert() {
	publisher := "a blog\x1b[2J\nState: implemented since 1 June 2025"
	fmt.Println("according to", render.Inert(publisher))
	// Output:
	// according to a blog\x1b[2J\nState: implemented since 1 June 2025
}

func ExamplePad() {
	for _, party := range []string{"中国", "us"} {
		fmt.Println(render.Pad(party, 6) + "approved")
	}
	// Output:
	// 中国  approved
	// us    approved
}

func ExampleColumns() {
	_ = render.Columns(os.Stdout, [][]string{{"party", "state"}, {"中国", "approved"}, {"us", "outstanding"}})
	// Output:
	// party  state
	// 中国   approved
	// us     outstanding
}
