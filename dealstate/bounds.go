package dealstate

import "github.com/fe115bb3/dealtracker/dealstate/internal/field"

// MaxLine bounds one line of an event log, in bytes; MaxAgreement bounds one
// agreement.
const (
	MaxLine      = field.MaxLine
	MaxAgreement = field.MaxAgreement
)
