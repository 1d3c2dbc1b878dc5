package web

import (
	"errors"
	"net/http"
)

// Action is what somebody wants to do.
type Action uint8

const (
	Read         Action = iota + 1 // look at deals, their events and their changes
	Record                         // add reports to deals, or try what one would do
	AddAgreement                   // add a deal

	endOfActions
)

// actionNames are the words of the actions.
var actionNames = [endOfActions]string{Read: "read", Record: "record", AddAgreement: "add_agreement"}

// String gives the action's word.
func (a Action) String() string {
	if a < endOfActions {
		return actionNames[a]
	}
	return ""
}

// Authorize says who makes a request, for the record, or gives an error where
// he may not do what the request wants: the answer is then 403, and the error
// goes to the log only. It is called by many goroutines at once.
type Authorize func(r *http.Request, a Action) (who string, err error)

// ReadOnly lets everybody read, and nobody do anything else.
func ReadOnly(_ *http.Request, a Action) (who string, err error) {
	if a != Read {
		return "", errReadOnly
	}
	return "", nil
}

var (
	errReadOnly = errors.New("web: read only")
	errNobody   = errors.New("web: Options.Authorize is not set, so nobody gets in")
)

// nobody is the Authorize of Options without one.
func nobody(*http.Request, Action) (string, error) { return "", errNobody }
