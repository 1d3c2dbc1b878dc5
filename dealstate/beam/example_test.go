package dealbeam_test

import (
	"context"
	"fmt"
	"log"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	dealbeam "github.com/fe115bb3/dealtracker/dealstate/beam"
)

// show prints where a deal stands.
func show(s dealstate.Snapshot) { fmt.Println(s.Deal, s.State) }

// showMoves prints what was counted.
func showMoves(moves analytics.Transitions) {
	for m := range moves.All() {
		fmt.Println(m.From, "→", m.To, m.Count)
	}
}

func init() {
	register.Function1x0(show)
	register.Function1x0(showMoves)
}

func Example() {
	truce, err := dealstate.Compile(dealstate.Agreement{ID: "truce", Parties: []dealstate.Party{{ID: "north"}, {ID: "south"}}})
	if err != nil {
		log.Fatal(err)
	}
	p, s := beam.NewPipelineWithRoot()
	lines := beam.Create(s, // textio.Read(s, "gs://bucket/events*.jsonl") elsewhere
		`{"id":"2","deal":"fish","kind":"approve","party":"south","role":"instrument","at":"2025-06-12"}`,
		`{"id":"1","deal":"steel","kind":"approve","party":"north","role":"instrument","at":"2025-06-11"}`,
		`{"id":"1","deal":"fish","kind":"approve","party":"north","role":"instrument","at":"2025-06-10"}`)
	deals := dealbeam.GroupLines(s, lines, dealbeam.Options{Agreements: dealbeam.Template(truce), View: dealstate.View{Policy: dealstate.Official}})
	beam.ParDo0(s, show, deals.Snapshots(s))
	beam.ParDo0(s, showMoves, beam.Combine(s, &dealbeam.TransitionsFn{}, deals.Folds(s)))
	if _, err := prism.Execute(context.Background(), p); err != nil {
		log.Fatal(err)
	}
	// Unordered output:
	// fish approved
	// steel awaiting_south_approval
	// awaiting_south_approval → approved 1
	// negotiated → awaiting_south_approval 2
}
