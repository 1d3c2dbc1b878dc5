package web

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
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
// he may not do what the request wants. A *SignInError is answered with 401, so that a
// browser asks who he is, a *ForbiddenError with 403, and both show their words; any other
// error is a 403 as well, but goes to the log only. It is called by many goroutines at once, and
// by a page also to learn whether to offer the form to record.
type Authorize func(r *http.Request, a Action) (who string, err error)

// SignInError says that nobody has signed in, or with what is not known here.
type SignInError struct {
	// Challenge says how to sign in, as the header WWW-Authenticate has it (RFC 9110,
	// section 11.6.1): Bearer, or Basic realm="the desk", for which a browser asks for a
	// name and a password. "": Basic realm="deals".
	Challenge string
	Detail    string // for who asked; control characters are escaped. "": sign in first
}

func (e *SignInError) Error() string { return display.Inert("web: " + e.words()) }

func (e *SignInError) words() string { return cmp.Or(e.Detail, "sign in first") }

// challenge is the header's value.
func (e *SignInError) challenge() string {
	return cmp.Or(e.Challenge, `Basic realm="deals"`)
}

// ForbiddenError says why somebody may not do it, whoever he is.
type ForbiddenError struct {
	Detail string // for who asked; control characters are escaped. "": you may not do this here
}

func (e *ForbiddenError) Error() string { return display.Inert("web: " + e.words()) }

func (e *ForbiddenError) words() string { return cmp.Or(e.Detail, "you may not do this here") }

// refuse answers for the error of Authorize.
func (s *site) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var signIn *SignInError
	var forbidden *ForbiddenError
	switch {
	case errors.As(err, &signIn):
		w.Header().Set("WWW-Authenticate", signIn.challenge())
		s.fail(w, r, &requestError{http.StatusUnauthorized, signIn.words()})
	case errors.As(err, &forbidden):
		s.fail(w, r, &requestError{http.StatusForbidden, forbidden.words()})
	default:
		s.fail(w, r, &requestError{http.StatusForbidden, "you may not do this here"})
	}
}

// mayRecord reports whether who asks may record, or has but to sign in.
func (s *site) mayRecord(r *http.Request) bool {
	_, err := s.Authorize(r, Record)
	return err == nil || errors.As(err, new(*SignInError))
}

// ReadOnly lets everybody read, and nobody do anything else.
func ReadOnly(_ *http.Request, a Action) (who string, err error) {
	if a != Read {
		return "", errReadOnly
	}
	return "", nil
}

var (
	errReadOnly = &ForbiddenError{Detail: "this server is read only"}
	errNobody   = errors.New("web: Options.Authorize is not set, so nobody gets in")
)

// nobody is the Authorize of Options without one.
func nobody(*http.Request, Action) (string, error) { return "", errNobody }
