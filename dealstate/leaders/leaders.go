// Package leaders holds deals of 2025 and 2026 that leaders announced and others still
// had to approve, with a sourced log of what was reported about them.
//
//	deal, err := leaders.Open(leaders.Turnberry(), dealstate.Official)
//	fmt.Println(deal.Latest().State)
//
// Each shows in its own way how the standards of proof differ. Turnberry: the press
// reported a deal in July 2025; it became law in July 2026, when the European Parliament
// and the Council, each a party here, had adopted it. India: one leader said what the other
// had agreed to, and the other only welcomed a tariff rate. Mercosur: it is applied before
// the consent that concludes it, which is the state "provisional".
//
// The log follows the rules of package uschina: it is a record of reports, not of
// truths; contradictions all stay in; where an event says more than its source, a note
// says so; and what is dated by the day is recorded at the end of that day. A consent that
// somebody calls off or postpones is an approval with the modality denied. Each deal says
// in Incomplete where its record ends. Sources are those that could be found and read;
// "A, in B" is the report of A as B carries it.
package leaders

import (
	_ "embed"
	"iter"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/record"
)

//go:embed turnberry.json
var turnberry []byte

//go:embed india.json
var india []byte

//go:embed mercosur.json
var mercosur []byte

//go:embed events.jsonl
var events []byte

// Turnberry is the framework of 27 July 2025 between the United States and the European
// Union. The EU consents by two bodies, and its commitments are of a third party, the
// Union itself, whose approval nobody asks.
func Turnberry() dealstate.Agreement { return record.Agreement(turnberry) }

// India is the framework for an interim trade agreement that Trump announced on 2
// February 2026.
func India() dealstate.Agreement { return record.Agreement(india) }

// Mercosur is the Interim Trade Agreement of the European Union with Argentina, Brazil,
// Paraguay and Uruguay, signed on 17 January 2026 and applied provisionally from 1 May.
// It is applied by all jointly, so the snapshot counts Parliament and Council among those
// who apply it; neither has consented, and the approval says so.
func Mercosur() dealstate.Agreement { return record.Agreement(mercosur) }

// Agreements lists them all, by the day on which each was announced or signed.
func Agreements() []dealstate.Agreement {
	return []dealstate.Agreement{Turnberry(), Mercosur(), India()}
}

// Events reads the whole log, in its order. The embedded log is well-formed, so
// no error ever comes; the form is that of every event source.
func Events() iter.Seq2[dealstate.Event, error] { return record.Events(events) }

// Open opens a deal on one of the agreements, with all that is on record about
// it, under the policy.
func Open(a dealstate.Agreement, p dealstate.Policy) (*dealstate.Deal, error) {
	return record.Open(a, events, p)
}
