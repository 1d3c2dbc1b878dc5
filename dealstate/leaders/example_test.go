package leaders_test

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/leaders"
)

func ExampleOpen() {
	view, _ := dealstate.ParseView("2025-12-31", "2025-12-31", "")
	for _, p := range dealstate.Policies() {
		deal, err := leaders.Open(leaders.Turnberry(), p)
		if err != nil {
			fmt.Println(err)
			return
		}
		view.Policy = p
		s := deal.At(view)
		fmt.Println(p.Name, s.State, s.Awaiting)
	}
	// Output:
	// strict awaiting_approvals [parliament council]
	// official awaiting_approvals [parliament council]
	// reported implemented []
}

// It is applied, and the Parliament has not consented.
func ExampleMercosur() {
	deal, _ := leaders.Open(leaders.Mercosur(), dealstate.Strict)
	fmt.Println(deal.Latest().State, deal.Latest().Awaiting)
	// Output: provisional [parliament council]
}

func ExampleIndia() {
	deal, _ := leaders.Open(leaders.India(), dealstate.Official)
	modi, _ := deal.Latest().Party("india")
	fmt.Println(deal.Latest().State)
	fmt.Println("nearest:", modi.Nearest.By, modi.Nearest.Role)
	// Output:
	// awaiting_modi_approval
	// nearest: Trump counterparty
}

func ExampleAgreements() {
	for _, a := range leaders.Agreements() {
		fmt.Println(a.ID, len(a.Parties))
	}
	// Output:
	// us-eu-turnberry-2025 4
	// eu-mercosur-interim-2026 7
	// us-india-interim-2026 2
}

func ExampleEvents() {
	n := 0
	for e, err := range leaders.Events() {
		if err == nil && e.Deal == leaders.India().ID {
			n++
		}
	}
	fmt.Println(n, "reports on India")
	// Output: 19 reports on India
}
