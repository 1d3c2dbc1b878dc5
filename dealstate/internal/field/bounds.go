package field

// The bounds of everything that is read or compiled. What is larger is refused
// with an Error that says the bound.
const (
	MaxLine      = 1 << 20  // bytes of one line of an event log
	MaxAgreement = 16 << 20 // bytes of one agreement

	MaxObjects = 250_000          // JSON objects in one agreement
	MaxNested  = 8 * MaxAgreement // bytes of one agreement, each counted once a level that it stands in

	MaxID       = 256       // bytes of an id, or of a state's name
	MaxName     = 16 << 10  // bytes of a name: escaped at its worst, an event still fits one line
	MaxText     = 64 << 10  // bytes of a text, for the same reason
	MaxApprover = 128       // bytes of an approver's name, after whom a state is named
	MaxAliases  = 32        // further names of one approver
	MaxRead     = 1_000_000 // items of a list inside a decision or snapshot that is read back

	MaxParties     = 10_000
	MaxCommitments = 10_000
	MaxTimers      = 250
	MaxInstants    = 1_000 // that the conditions of one agreement name
	MaxStates      = 250
	MaxRules       = 2_000
	MaxOrder       = 1_000_000 // of a rule, in either direction

	MaxNesting = 32      // conditions that stand one in the other
	MaxParts   = 10_000  // parts of one condition
	MaxTerms   = 100_000 // conditions within one, itself included

	MaxDelayMonths = 12_000
	MaxDelayDays   = 366_000
)
