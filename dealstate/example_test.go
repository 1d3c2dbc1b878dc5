package dealstate_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// Where did the London framework stand at the end of 28 June 2025?
func Example() {
	deal, err := uschina.Open(uschina.London(), dealstate.Strict)
	if err != nil {
		panic(err)
	}
	day := time.Date(2025, 6, 28, 23, 59, 59, 0, time.UTC)
	for _, policy := range dealstate.Policies() {
		s := deal.At(dealstate.View{AsOf: day, KnownBy: day, Policy: policy})
		fmt.Println(policy.Name, s.State, s.Awaiting)
	}
	// Output:
	// strict awaiting_xi_approval [china]
	// official approved []
	// reported approved []
}

// truce is a deal that two presidents must approve.
var truce = dealstate.Agreement{
	ID:      "truce",
	Parties: []dealstate.Party{{ID: "us", Approver: "Trump"}, {ID: "china", Approver: "Xi"}},
}

func day(month time.Month, d int) time.Time { return time.Date(2025, month, d, 0, 0, 0, 0, time.UTC) }

// report is an event of the truce, on the word of a legal instrument.
func report(id string, kind dealstate.Kind, party string, at time.Time) dealstate.Event {
	return dealstate.Event{ID: id, Deal: "truce", Kind: kind, Party: party, Role: dealstate.Instrument, At: at}
}

func ExampleNew() {
	deal, err := dealstate.New(truce, dealstate.Strict)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(deal.Latest().State)
	// Output: negotiated
}

func ExampleNew_malformed() {
	_, err := dealstate.New(dealstate.Agreement{ID: "truce", Parties: []dealstate.Party{{ID: "us"}, {ID: "us"}}}, dealstate.Strict)
	var bad *dealstate.FieldError
	fmt.Println(errors.As(err, &bad), err)
	// Output: true parties[1].id: "us" is there twice
}

func ExampleCompile() {
	machine, err := dealstate.Compile(truce)
	if err != nil {
		fmt.Println(err)
		return
	}
	a, b := machine.NewDeal(dealstate.Strict), machine.NewDeal(dealstate.Reported)
	e := report("e1", dealstate.Approve, "us", day(6, 25))
	e.Role = dealstate.Press
	a.Record(e)
	b.Record(e)
	fmt.Println(a.Latest().State, b.Latest().State)
	// Output: negotiated awaiting_xi_approval
}

// Nobody approved in time; no event says so, for the deadline is a clock.
func ExampleDeal_AsOf() {
	a := truce
	a.Deadline = day(7, 9)
	deal, _ := dealstate.New(a, dealstate.Strict)
	deal.Record(report("e1", dealstate.Approve, "us", day(6, 25)))
	fmt.Println("after all on record:", deal.Latest().State)
	now := day(8, 1) // time.Now()
	fmt.Println("now:", deal.AsOf(now).State)
	fmt.Println(deal.AsOf(now).Warnings[0])
	// Output:
	// after all on record: awaiting_xi_approval
	// now: lapsed
	// lapsed by the clock; nothing is on record after 25 June 2025
}

func ExampleDeal_Event() {
	deal, _ := dealstate.New(truce, dealstate.Strict)
	deal.Record(report("e1", dealstate.Approve, "us", day(6, 25)))
	e, did, ok := deal.Event("e1")
	fmt.Println(e.Party, did.Outcome, ok)
	_, _, ok = deal.Event("e2")
	fmt.Println(ok)
	// Output:
	// us applied true
	// false
}

func ExampleDeal_Record() {
	deal, _ := dealstate.New(truce, dealstate.Strict)
	for _, e := range []dealstate.Event{
		report("e1", dealstate.Approve, "us", day(6, 25)),
		report("e2", dealstate.Implement, "", day(7, 4)),
		report("e3", dealstate.Approve, "china", day(6, 27)), // learned late
	} {
		decision, err := deal.Record(e)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(decision)
		for _, r := range decision.Revised {
			fmt.Println("  so now", r.Now)
		}
	}
	// Output:
	// approve us (e1): applied, negotiated → awaiting_xi_approval: approval by us counts; us has approved and china has not approved
	// implement (e2): refused: china has not approved
	// approve china (e3): applied, awaiting_xi_approval → approved: approval by china counts; every party has approved
	//   so now implement (e2): applied, approved → implemented: implementation by all sides counts; every party has approved
}

func ExampleDeal_Apply() {
	deal, _ := dealstate.New(truce, dealstate.Strict)
	err := deal.Apply(report("e1", dealstate.Implement, "", day(7, 4)))
	var refusal *dealstate.Refusal
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Decision.Outcome, refusal.Decision.Reasons)
	}
	for range deal.Events() {
		fmt.Println("never reached: nothing was kept")
	}
	// Output: refused [us has not approved china has not approved]
}

func ExampleDeal_Check() {
	deal, _ := dealstate.New(truce, dealstate.Strict)
	decision, _ := deal.Check(report("e1", dealstate.Approve, "us", day(6, 25)))
	fmt.Println(decision.Outcome, decision.From, decision.To)
	fmt.Println(deal.Latest().State)
	// Output:
	// applied negotiated awaiting_xi_approval
	// negotiated
}

func ExampleDeal_At() {
	deal, _ := dealstate.New(truce, dealstate.Strict)
	e := report("e1", dealstate.Approve, "us", day(6, 25))
	e.Recorded = day(6, 28)
	deal.Record(e)
	fmt.Println(deal.At(dealstate.View{AsOf: day(6, 26)}).State)
	fmt.Println(deal.At(dealstate.View{AsOf: day(6, 26), KnownBy: day(6, 26)}).State)
	// Output:
	// awaiting_xi_approval
	// negotiated
}

func ExampleDeal_Awaiting() {
	deal, _ := dealstate.New(truce, dealstate.Strict)
	deal.Record(report("e1", dealstate.Approve, "us", day(6, 25)))
	for _, party := range deal.Awaiting() {
		fmt.Println(party.ID, party.Approver)
	}
	// Output: china Xi
}

func ExampleDeal_Explain() {
	deal, _ := dealstate.New(truce, dealstate.Strict)
	deal.Record(report("e1", dealstate.Approve, "us", day(6, 25)))
	ministry := report("e2", dealstate.Approve, "china", day(6, 27))
	ministry.By, ministry.Role = "MOFCOM spokesperson", dealstate.Government
	deal.Record(ministry)
	fmt.Print(deal.Explain())
	// Output:
	// truce
	// As of 27 June 2025, with all that is on record, policy strict, revision 1 of the text.
	// State: awaiting_xi_approval since 25 June 2025 (e1).
	// Approval: 1 of 2 parties (pending).
	//   us: approved on 25 June 2025 (instrument)
	//   Approval by Xi (china): none that strict counts; nearest: MOFCOM spokesperson, 27 June 2025, government
}

func ExampleSnapshot_RefusedApprovals() {
	a := truce
	a.Deadline = day(7, 1)
	deal, _ := dealstate.New(a, dealstate.Strict)
	deal.Record(report("e1", dealstate.Approve, "us", day(6, 25)))
	deal.Record(report("e2", dealstate.Approve, "china", day(7, 3)))
	snapshot, decisions := deal.Replay(dealstate.View{})
	fmt.Println(snapshot.RefusedApprovals(decisions...)["china"])
	// Output: given on 3 July 2025 (e2), after the deadline: refused
}

func ExampleDeal_Decisions() {
	a := truce
	a.Deadline = day(7, 1)
	deal, _ := dealstate.New(a, dealstate.Strict)
	deal.Record(report("e1", dealstate.Approve, "us", day(6, 25)))
	deal.Record(report("e2", dealstate.Approve, "china", day(7, 2)))
	for decision := range deal.Decisions() {
		fmt.Println(decision)
	}
	// Output:
	// approve us (e1): applied, negotiated → awaiting_xi_approval: approval by us counts; us has approved and china has not approved
	// deadline clock: applied, awaiting_xi_approval → lapsed: the deadline came due
	// approve china (e2): refused: in state lapsed, approval leads nowhere
}

func ExampleMachine_Fold() {
	machine, _ := dealstate.Compile(truce)
	events := []dealstate.Event{ // in any order
		report("e2", dealstate.Approve, "china", day(6, 27)),
		report("e1", dealstate.Approve, "us", day(6, 25)),
	}
	s, decisions, err := machine.Fold(events, dealstate.View{AsOf: day(6, 26)})
	fmt.Println(s.State, len(decisions), err)
	// Output: awaiting_xi_approval 1 <nil>
}

func ExampleReadAgreement() {
	a, err := dealstate.ReadAgreement(strings.NewReader(`{"id":"rcep",
		"parties":[{"id":"japan","groups":["other"]},{"id":"laos","groups":["asean"]},{"id":"brunei","groups":["asean"]}],
		"approval":{"all":[{"count":{"min":1,"group":"asean"}},{"count":{"min":1,"group":"other"}}]},"effect":{"days":60}}`))
	fmt.Println(a.ID, a.Approval, err)
	_, err = dealstate.ReadAgreement(strings.NewReader(`{"id":"rcep","parties":[{"id":"japan","wieght":3}]}`))
	fmt.Println(err)
	// Output:
	// rcep at least 1 of the parties in asean has approved and at least 1 of the parties in other has approved <nil>
	// parties[0].wieght: unknown field; did you mean "weight"?
}

func ExampleReadEvents() {
	log := `{"id":"e1","deal":"truce","kind":"approve","party":"us","role":"approver","by":"Trump","at":"2025-06-25T00:00:00Z"}

{"id":"e2","deal":"truce","kind":"aprove","party":"china","role":"press","at":"2025-06-27T00:00:00Z"}
`
	for e, err := range dealstate.ReadEvents(strings.NewReader(log)) {
		if err != nil {
			fmt.Println(strings.Split(err.Error(), ";")[0])
			break
		}
		fmt.Println(e.ID, e.By)
	}
	// Output:
	// e1 Trump
	// line 3: kind: "aprove" is unknown
}

// The Paris Agreement, article 21: 55 parties that account for 55 % of
// emissions.
func ExampleCondition() {
	paris := condition.All(
		condition.Count(condition.AtLeast(55), "parties"),
		condition.Share(condition.Percent(55), "parties", 0))
	fmt.Println(paris)
	json.NewEncoder(os.Stdout).Encode(paris)
	// Output:
	// at least 55 of the parties in parties have approved and at least 55% of the weight of the parties in parties has approved
	// {"all":[{"count":{"min":55,"group":"parties"}},{"share":{"min":"55%","group":"parties"}}]}
}

// A policy of one's own: what negotiators say counts, what the press says does
// not.
func ExamplePolicy() {
	deal, _ := dealstate.New(truce, dealstate.Strict)
	e := report("e1", dealstate.Approve, "us", day(6, 24))
	e.By, e.Role = "Lutnick", dealstate.Negotiator
	deal.Record(e)
	voices := dealstate.Roles(dealstate.Instrument, dealstate.Approver, dealstate.Government, dealstate.Negotiator)
	desk := dealstate.Policy{Name: "desk", Binding: voices, Talks: voices}
	fmt.Println(deal.Latest().State, deal.At(dealstate.View{Policy: desk}).State)
	// Output: negotiated awaiting_xi_approval
}

// Rules of one's own: signed first, ratified by both later.
func ExampleLifecycle() {
	a := truce
	a.Lifecycle = &dealstate.Lifecycle{
		Initial: "draft",
		States:  []dealstate.State{"draft", "signed", "ratified"},
		Final:   []dealstate.State{"ratified"},
		Rules: []dealstate.Rule{
			{ID: "sign", On: dealstate.Negotiate, From: []dealstate.State{"draft"}, To: "signed"},
			{ID: "ratify", On: dealstate.Approve, From: []dealstate.State{"signed"}, To: "ratified", When: condition.ApprovalMet()},
			{ID: "ratify_one", On: dealstate.Approve, From: []dealstate.State{"signed"}, Order: 1},
		},
	}
	deal, err := dealstate.New(a, dealstate.Strict)
	if err != nil {
		fmt.Println(err)
		return
	}
	deal.Record(report("e1", dealstate.Negotiate, "", day(6, 10)))
	deal.Record(report("e2", dealstate.Approve, "us", day(6, 25)))
	fmt.Println(deal.Latest().State)
	deal.Record(report("e3", dealstate.Approve, "china", day(6, 27)))
	fmt.Println(deal.Latest().State)
	// Output:
	// signed
	// ratified
}

func ExampleDelay_After() {
	thirtiethDay := dealstate.Delay{Days: 30} // Paris Agreement, article 21
	fmt.Println(thirtiethDay.After(time.Date(2016, 10, 5, 0, 0, 0, 0, time.UTC)).Format(time.DateOnly))
	// Output: 2016-11-04
}

func ExampleWriteEvents() {
	err := dealstate.WriteEvents(os.Stdout, func(yield func(dealstate.Event, error) bool) {
		yield(report("e1", dealstate.Approve, "us", day(6, 25)), nil)
	})
	fmt.Println(err)
	// Output:
	// {"id":"e1","deal":"truce","kind":"approve","party":"us","role":"instrument","at":"2025-06-25T00:00:00Z"}
	// <nil>
}

func ExampleReadEventsCSV() {
	table := `deal,id,kind,party,role,at,source.publisher
accord,1,approve,us,instrument,2025-06-25T00:00:00Z,White House
accord,2,approve,china,press,27 June,Yicai
accord,3,approve,china,press,2025-06-27T00:00:00Z,Yicai
`
	for e, err := range dealstate.ReadEventsCSV(strings.NewReader(table)) {
		fmt.Println(e.ID, e.Kind, e.Party, e.Source.Publisher, err)
	}
	// Output:
	// 1 approve us White House <nil>
	//     line 3: at: "27 June" is no instant; want RFC 3339, such as 2025-06-27T09:00:00Z, or a date alone
	// 3 approve china Yicai <nil>
}

// A source knows dates: of one day, the approvals come before what they enable.
func ExampleEvent_Compare() {
	events := []dealstate.Event{
		{ID: "a", Deal: "london", Kind: dealstate.Implement, At: day(time.July, 4)},
		{ID: "b", Deal: "london", Kind: dealstate.Approve, Party: "china", At: day(time.July, 4)},
		{ID: "c", Deal: "london", Kind: dealstate.Amend, At: day(time.July, 4)},
	}
	slices.SortFunc(events, dealstate.Event.Compare)
	for _, e := range events {
		fmt.Println(e.Kind)
	}
	// Output:
	// amend
	// approve
	// implement
}

// Where did the deal stand at the end of each day, as far as was known that day?
func ExampleDeal_Backtest() {
	deal, err := uschina.Open(uschina.London(), dealstate.Official)
	if err != nil {
		fmt.Println(err)
		return
	}
	b := deal.Backtest(dealstate.Policy{})
	for _, day := range []string{"2025-06-10", "2025-06-12", "2025-06-27", "2025-12-31"} {
		date, _ := dealstate.ParseMoment(day)
		b.Advance(date)
		fmt.Println(day, b.State(), b.Awaiting())
	}
	// Output:
	// 2025-06-10 awaiting_approvals [us china]
	// 2025-06-12 awaiting_approvals [us china]
	// 2025-06-27 approved []
	// 2025-12-31 implemented []
}

// What happened since the deal was looked at last?
func ExampleDeal_ReplayAfter() {
	deal, err := uschina.Open(uschina.London(), dealstate.Official)
	if err != nil {
		fmt.Println(err)
		return
	}
	last, _ := dealstate.ParseMoment("2025-06-26")
	snap, decisions := deal.ReplayAfter(dealstate.View{}, last)
	fmt.Println(snap.State)
	for _, d := range decisions[:2] {
		fmt.Println(d.At.Format(time.DateOnly), d.Kind, d.Outcome)
	}
	// Output:
	// implemented
	// 2025-06-27 sign applied
	// 2025-06-27 sign noted
}
