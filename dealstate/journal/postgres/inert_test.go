package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal/postgres"
)

// What a server says and what a schema is called may be strangers' text; no error acts on a
// terminal.
func TestErrorsQuoteStrangersInert(t *testing.T) {
	t.Parallel()
	const hostile = "a\x1b[2Jb\nc\u202ed"
	cause := errors.New(hostile)
	for _, err := range []error{
		&postgres.BusyError{Journal: hostile, Err: cause}, &postgres.OutageError{Journal: hostile, Err: cause}, &postgres.OutcomeError{Journal: hostile, Err: cause},
		&postgres.SchemaError{Journal: hostile, Problem: hostile}, &postgres.SettingError{Journal: hostile, Value: hostile}, &postgres.DamageError{Journal: hostile, Problem: hostile},
	} {
		require.False(t, strings.ContainsAny(err.Error(), "\x1b\n\u202e"), "%T: %q", err, err)
	}
}
