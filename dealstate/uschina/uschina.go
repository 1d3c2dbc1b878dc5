// Package uschina holds the US–China agreements of 2025 and a sourced log of
// what was reported about them.
//
//	deal, err := uschina.Open(uschina.London(), dealstate.Official)
//	fmt.Println(deal.Latest().State)
//
// The agreements are one line of descent: Geneva's truce faltered, London was to
// repair it, Stockholm and Busan prolonged it; Madrid is about TikTok.
//
// The log is a record of reports, not of truths. Where they contradict one
// another, all stay in; where one says more than its source does, its note calls
// that an inference. A note tells nothing that was learned after its event was
// recorded, so a view of a past day reads as on that day. The log ends on 2 June 2026,
// and the agreements whose clocks then ran, and Madrid's, say so: what a clock does after
// that is not known to have happened.
//
// Each event names who published what it rests on, with the address of the page or,
// where none is known, a citation: the number of a document, or the day of a
// statement. Where a source gives a date only, the act is put at the start of that
// day in UTC, and what we knew of it at the day's end: nobody can claim to have
// known it before. An order is known on the day it is signed and released; the
// Federal Register, which is cited for it, prints it some days later.
//
// Commitments are those of the published terms, and for London and Madrid, of which
// no text is public, those that the negotiators named. What only one side claims the
// other has undertaken says so in its title and in its id, china-claimed-…; a balance
// counts it with the rest.
package uschina

import (
	_ "embed"
	"iter"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/record"
)

//go:embed geneva.json
var geneva []byte

//go:embed london.json
var london []byte

//go:embed stockholm.json
var stockholm []byte

//go:embed madrid.json
var madrid []byte

//go:embed busan.json
var busan []byte

//go:embed events.jsonl
var events []byte

// Geneva is the tariff truce of 12 May 2025, in effect without a further
// approval, for 90 days at first.
func Geneva() dealstate.Agreement { return record.Agreement(geneva) }

// London is the framework of 10 June 2025 to put the Geneva truce back on
// track: each side takes it home to its president, and the US export curbs and the
// Chinese ones on rare earths are to come off "in a balanced way". No clock runs on it,
// and no report of it is later than 15 October 2025: a snapshot of a later day says only
// where it was left.
func London() dealstate.Agreement { return record.Agreement(london) }

// Stockholm is the first prolongation of the truce, talked over on 28 and 29
// July 2025.
func Stockholm() dealstate.Agreement { return record.Agreement(stockholm) }

// Madrid is the framework on TikTok of 15 September 2025.
func Madrid() dealstate.Agreement { return record.Agreement(madrid) }

// Busan is the arrangement of one year that was prepared in Kuala Lumpur and
// settled in Busan on 30 October 2025.
func Busan() dealstate.Agreement { return record.Agreement(busan) }

// Agreements lists them all, the oldest first.
func Agreements() []dealstate.Agreement {
	return []dealstate.Agreement{Geneva(), London(), Stockholm(), Madrid(), Busan()}
}

// Events reads the whole log, in its order. The embedded log is well-formed, so
// no error ever comes; the form is that of every event source.
func Events() iter.Seq2[dealstate.Event, error] {
	return record.Events(events)
}

// Open opens a deal on one of the agreements, with all that is on record about
// it, under the policy.
func Open(a dealstate.Agreement, p dealstate.Policy) (*dealstate.Deal, error) {
	return record.Open(a, events, p)
}
