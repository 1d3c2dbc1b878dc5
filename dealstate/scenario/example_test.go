package scenario_test

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func ExampleRun() {
	file, err := scenario.Parse("london.scenario", strings.NewReader(`
scenario Xi approves first
deal london
2025-06-20 approve china by xi
  state awaiting_trump_approval
2025-06-21 implement
  applied
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := scenario.Run(file.Scenarios[0], uschina.London())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range report.Failures {
		fmt.Printf("line %d: want %s, got %s\n", f.Line, f.Want, f.Got)
	}
	// Output: line 7: want applied, got refused: us has not approved
}

func ExampleParse() {
	_, err := scenario.Parse("london.scenario", strings.NewReader("scenario Xi approves first\ndeal london\n2025-06-20 aproves china"))
	fmt.Println(err)
	// Output: london.scenario:3:12: "aproves" is no kind of act; want negotiate, sign, submit, approve, reject, withdraw, amend, apply, implement, perform, breach, dispute, settle, suspend, resume, extend, terminate, retract, note, or: time passes; did you mean "approve"?
}

func ExampleWrite() {
	s := scenario.FromEvents("A counterexample", scenario.Ref{File: "broken.json"},
		dealstate.Event{Kind: dealstate.Approve, Party: "us", At: time.Date(2025, 6, 20, 0, 0, 0, 0, time.UTC)},
		dealstate.Event{Kind: dealstate.Implement, At: time.Date(2025, 6, 21, 9, 0, 0, 0, time.UTC)})
	s.Steps[1].Expect = []scenario.Expectation{{Verb: scenario.Refused, Text: "china has not approved"}}
	if err := scenario.Write(os.Stdout, s); err != nil {
		fmt.Println(err)
	}
	// Output:
	// scenario A counterexample
	// agreement broken.json
	// 2025-06-20 approve us
	// 2025-06-21T09:00:00Z implement
	//   refused: china has not approved
}

func ExampleRewrite() {
	const source = "scenario a\ndeal london\n2025-06-20 approve us\n  state ?\n"
	file, _ := scenario.Parse("a", strings.NewReader(source))
	report, _ := scenario.Run(file.Scenarios[0], uschina.London())
	fmt.Print(scenario.Rewrite(source, report.Failures))
	// Output:
	// scenario a
	// deal london
	// 2025-06-20 approve us
	//   state awaiting_xi_approval
}
