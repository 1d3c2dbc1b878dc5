// Package leaders holds deals of 2025 and 2026 that leaders announced and others still
// had to approve, with a sourced log of what was reported about them.
//
//	deal, err := leaders.Open(leaders.Turnberry(), dealstate.Official)
//	fmt.Println(deal.Latest().State)
//
// Each shows the standards of proof apart in its own way. Turnberry: the press had a
// deal in July 2025, and law it was in July 2026, for the European Parliament and the
// Council had to adopt it, each a party here. India: one leader said what the other had
// agreed to, and the other welcomed a rate. Mercosur: it is applied without the consent
// that concludes it, the state "provisional".
//
// The log follows the rules of package uschina: it is a record of reports, not of
// truths, contradictions all stay in, a note says where more is said than the source
// does, and what is known by the day is recorded at its end. A consent that somebody
// calls off or puts off is an approval in the modality denied. Each deal says in
// Incomplete where its record ends. Sources are those that could be found and read; a
// publisher who writes "in" or "by" another is cited through it.
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
