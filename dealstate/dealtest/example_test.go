package dealtest_test

import (
	"fmt"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// printer stands in for a *testing.T, and prints the first line of what it is told.
type printer struct{}

func (printer) Helper()  {}
func (printer) FailNow() {}
func (printer) Errorf(format string, args ...any) {
	want, _, _ := strings.Cut(message(fmt.Sprintf(format, args...)), "\n\n")
	fmt.Println(want)
}

// t is a test's in real life.
var t printer

func ExampleBegin() {
	s := dealtest.Begin(t, uschina.London())
	s.On("2025-06-20").By("Xi").Approve("china").Applied()
	s.On("2025-06-21").Implement(dealtest.AllSides).Refused("us has not approved")
	s.On("2025-06-22").By("Bessent").As(dealstate.Negotiator).Approve("us").Noted().Awaiting("us")
	s.Under(dealstate.Reported).State(dealstate.StateApproved)
	s.On("2025-06-23").By("Trump").Approve("us").State(dealstate.StateImplemented)
	// Output:
	// want: state implemented
	//  got: state approved
}

func ExampleState() {
	deal, err := uschina.Open(uschina.London(), dealstate.Official)
	if err != nil {
		fmt.Println(err)
		return
	}
	dealtest.State(t, deal, dealstate.View{Policy: dealstate.Strict}, dealstate.StateImplemented)
	// Output:
	// want: state implemented
	//  got: state awaiting_xi_approval
}

func ExampleRefused() {
	deal := halfwayDeal()
	dealtest.Refused(t, deal, dealstate.View{}, "early", "us has not approved")
	dealtest.Refused(t, deal, dealstate.View{}, "early", "china has not approved")
	// Output:
	// want: early refused: china has not approved
	//  got: early refused: us has not approved
}

func halfwayDeal() *dealstate.Deal {
	deal, _ := dealstate.New(uschina.London(), dealstate.Strict)
	dealtest.Record(t, deal, event("xi", dealstate.Approve, "china", day(20)), event("early", dealstate.Implement, "", day(21)))
	return deal
}

func ExampleLog() {
	log, err := dealtest.Log(uschina.London(), dealtest.Valid, 1, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range log {
		fmt.Println(e.At.Format("2006-01-02"), e.ID, e.Kind)
	}
	// Output:
	// 2025-06-13 e0000 submit
	// 2025-06-15 e0001 approve
	// 2025-06-18 e0002 submit
}
