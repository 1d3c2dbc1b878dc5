package simulate

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// fieldErr makes the one typed error of this package, which names the field as
// the caller's code spells it.
func fieldErr(field, format string, args ...any) error {
	return &dealstate.FieldError{Field: field, Problem: fmt.Sprintf(format, args...)}
}
