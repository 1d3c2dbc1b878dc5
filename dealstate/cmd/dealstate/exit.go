package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// The exit codes. They are permanent; the command's --help and FORMATS.md list them.
const (
	exitDone        = 0   // done, or the answer is yes
	exitNo          = 1   // the answer is no: a check or a test failed, an event is refused, recorded or not
	exitMisuse      = 2   // a flag or argument is wrong, or names what is not there
	exitBadInput    = 3   // a file cannot be understood
	exitFailed      = 4   // the system failed: a file cannot be written, a port is taken
	exitInterrupted = 130 // as shells have it
)

// errNo is the error of a command that did what was asked, and whose answer is no. What
// there is to say is written already.
var errNo = errors.New("the answer is no")

// misuse is the error of a command line that cannot be followed.
type misuse struct{ problem string }

func (e *misuse) Error() string { return e.problem }

func misusef(format string, args ...any) error { return &misuse{fmt.Sprintf(format, args...)} }

// badInput is an error about what stands in a file.
type badInput struct{ err error }

func (e *badInput) Error() string { return e.err.Error() }
func (e *badInput) Unwrap() error { return e.err }

// exitOf says which code an error ends the program with.
func exitOf(err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errNo):
		return exitNo
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case is[*misuse](err), is[*tracker.UnknownDealError](err):
		return exitMisuse
	case is[*badInput](err), is[*dealstate.FieldError](err), is[*dealstate.LineError](err), is[*dealstate.ConflictError](err),
		is[*scenario.SyntaxError](err), is[*journal.DamageError](err):
		return exitBadInput
	}
	return exitFailed
}

func is[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

// opened says of a file that a person named and that is not there what would be right.
func opened(f *os.File, err error) (*os.File, error) {
	if errors.Is(err, fs.ErrNotExist) {
		return nil, misusef("%v", err)
	}
	return f, err
}
