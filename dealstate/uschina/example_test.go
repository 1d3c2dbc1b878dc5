package uschina_test

import (
	"fmt"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func ExampleOpen() {
	deal, err := uschina.Open(uschina.London(), dealstate.Official)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(deal.Latest().State)
	// Output: implemented
}

// What was known on 25 June of 25 June, and what was known of it three days
// later.
func ExampleLondon() {
	deal, _ := uschina.Open(uschina.London(), dealstate.Reported)
	asOf := time.Date(2025, 6, 25, 23, 59, 59, 0, time.UTC)
	fmt.Println(deal.At(dealstate.View{AsOf: asOf, KnownBy: asOf}).State)
	fmt.Println(deal.At(dealstate.View{AsOf: asOf, KnownBy: asOf.AddDate(0, 0, 3)}).State)
	// Output:
	// awaiting_approvals
	// approved
}

func ExampleAgreements() {
	for _, a := range uschina.Agreements() {
		fmt.Println(a.ID, a.Implements)
	}
	// Output:
	// us-china-geneva-2025 []
	// us-china-london-2025 [us-china-geneva-2025]
	// us-china-stockholm-2025 [us-china-geneva-2025]
	// us-china-madrid-2025 []
	// us-china-busan-2025 [us-china-geneva-2025 us-china-stockholm-2025]
}

func ExampleEvents() {
	n := 0
	for e, err := range uschina.Events() {
		if err == nil && e.Deal == uschina.Madrid().ID {
			n++
		}
	}
	fmt.Println(n, "reports on Madrid")
	// Output: 16 reports on Madrid
}
