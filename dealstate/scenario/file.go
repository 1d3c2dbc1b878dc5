package scenario

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// What a file may hold. A line is of at most [dealstate.MaxLine] bytes.
const (
	MaxLines = 100_000
	MaxFile  = 16 << 20 // bytes
)

// File is a scenario file as it was read, with its comments, so that it can be written
// again without losing any. It is plain data of the caller's.
type File struct {
	Name      string // for error messages
	Scenarios []Scenario
	End       []string // comments and blank lines after the last scenario
}

// Scenario is a sequence of reports about one deal, with what is expected of the deal
// after each. The steps are in the order in which they are recorded; when an act
// happened, and when it was known, is said by its own dates. It is plain data: Run and
// Write only read it.
type Scenario struct {
	Name      string
	Agreement Ref
	Policy    dealstate.Policy // the deal's own; zero: strict
	Expect    []Expectation    // of the deal before the first step
	Steps     []Step

	Doc  []string // comment lines before it, "" for a blank line
	Line int      // from 1; 0: it was not read from a file
}

// Ref says on which agreement a deal is opened: by the name of a known one, or by a
// file. One of Deal and File is set.
type Ref struct {
	Deal string // london
	File string // treaty.json, relative to the scenario's file

	Doc    []string
	Line   int
	Column int
}

// Step is one step of a scenario: an act that is recorded, or time that passes.
type Step struct {
	// At is when the act happened, or the instant that time has reached.
	At time.Time
	// Act is the event, without its At and Deal. A zero Kind: time passes. An
	// act without an ID gets one, and one without a Role is given it by who
	// speaks; see [Scenario.Events].
	Act    dealstate.Event
	Expect []Expectation

	Doc  []string
	Line int
	cols map[string]int // where each field of the act stands
}

// Passes reports whether the step is only time that passes.
func (s Step) Passes() bool { return s.Act.Kind == 0 }

// column is the column of a field in the step's line; the act's own if the field was
// not written.
func (s Step) column(field string) int {
	if c := s.cols[field]; c > 0 {
		return c
	}
	return max(1, s.cols["kind"])
}

// Verb is what an expectation is about.
type Verb uint8

// The verbs. Outcomes look at what the step's act did, the others at where the
// deal then stands.
const (
	Applied        Verb = iota + 1 // the act took effect
	Refused                        // the rules said no; Text is a reason
	Noted                          // kept as evidence only; Text is a reason
	Duplicate                      // it had been recorded before
	State                          // Names is the state
	Awaiting                       // Names are the parties whose approval is outstanding
	Approved                       // Names are the parties whose approval stands
	Verdict                        // Names is met, pending or lost
	Revision                       // Names is the number of the text's revision
	Next                           // Names is the clock due next, At when; no names: no clock runs
	Fires                          // Names are the clocks that fired on the way to this step
	Revised                        // Names are the earlier events, or clocks, decided otherwise now
	Warning                        // Text is one of the snapshot's warnings; empty: there is none
	Signed                         // Names are the parties that signed the current text
	Provisional                    // Names are the parties that apply the deal provisionally
	InForce                        // Names are the parties that the deal binds, Dates since when
	Leaves                         // Names are the parties under notice, Dates when they leave
	Suspended                      // Names are the parties that suspend, and the commitments that are suspended
	Performed                      // Names are the commitments performed, Dates when
	Overdue                        // Names are the commitments overdue, Dates since when
	Breached                       // Names are the commitments of which a breach stands, Dates since when
	Rejected                       // Names are the parties that rejected the current text
	Withdrawn                      // Names are the parties that withdrew their approval, or left
	Stale                          // Names are the parties that approved an earlier revision only
	Disputed                       // Names are the disputes that are open, by the ids of their acts, Dates since when
	NothingHappens                 // the deal stands exactly where it stood, and no clock fired
)

var verbs = [...]string{Applied: "applied", Refused: "refused", Noted: "noted", Duplicate: "duplicate", State: "state",
	Awaiting: "awaiting", Approved: "approved", Verdict: "verdict", Revision: "revision", Next: "next", Fires: "fires",
	Revised: "revised", Warning: "warning", Signed: "signed", Provisional: "provisional", InForce: "in force", Leaves: "leaves",
	Suspended: "suspended", Performed: "performed", Overdue: "overdue", Breached: "breached",
	Rejected: "rejected", Withdrawn: "withdrawn", Stale: "stale", Disputed: "disputed", NothingHappens: "nothing happens"}

func (v Verb) String() string {
	if int(v) >= len(verbs) {
		return ""
	}
	return verbs[v]
}

// ofAct reports whether the verb is about an act, so that it needs one before it.
func (v Verb) ofAct() bool { return v >= Applied && v <= Duplicate || v == Revised }

// Expectation is one line on what should hold after a step.
type Expectation struct {
	Verb  Verb
	View  dealstate.View // zero fields: the deal's policy, as of this step, with all above it known
	Names []string
	Dates []time.Time // of the names, by their places; zero, or none: not said
	At    time.Time
	Text  string

	Doc    []string
	Line   int
	Column int
}
