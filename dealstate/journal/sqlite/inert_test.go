package sqlite_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal/sqlite"
)

// A path and what SQLite quotes may be strangers' text; no error acts on a terminal.
func TestErrorsQuoteStrangersInert(t *testing.T) {
	t.Parallel()
	const hostile = "a\x1b[2Jb\nc\u202ed"
	for _, err := range []error{&sqlite.BusyError{Path: hostile, Err: errors.New(hostile)}, &sqlite.SchemaError{Path: hostile, Problem: hostile}, &sqlite.DamageError{Path: hostile, Problem: hostile}, &sqlite.MovedError{Path: hostile}} {
		require.False(t, strings.ContainsAny(err.Error(), "\x1b\n\u202e"), "%T: %q", err, err)
	}
}
