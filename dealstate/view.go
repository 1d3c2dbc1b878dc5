package dealstate

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// View says from where a deal is looked at. An instant outside the years 1 to 9999
// counts as the nearest within, for no event is beyond.
type View struct {
	// AsOf: what had happened by this instant, itself included. Zero: KnownBy, and
	// where that is zero too, the last instant of which the log speaks, be it of
	// an asserted act or of recording.
	AsOf time.Time
	// KnownBy: what had been recorded by this instant, itself included. Zero:
	// all there is.
	KnownBy time.Time
	// Policy: whose word counts. Zero: the deal's own policy.
	Policy Policy
}

// ParseMoment reads what a person types for "as of" and "known by": an RFC 3339
// instant, or a date alone, which means the last instant of that day in UTC. The
// empty text is the zero instant. Deadlines are read by [ParseDeadline].
func ParseMoment(text string) (time.Time, error) { return instant.ParseMoment("moment", text) }

// ParseDeadline reads a deadline, or the until of an event, as the JSON and CSV forms have
// it: an RFC 3339 instant, or a date alone, whose acts are all in time: it is the midnight
// UTC that ends the day. The empty text is the zero instant, which is none. An error says
// what would be right.
func ParseDeadline(text string) (time.Time, error) {
	t, _, err := instant.ParseDay("deadline", text, instant.Ends)
	return t, err
}

// ParseView reads a view as people type it: a standard policy's name, and for
// both instants what [ParseMoment] reads; "" leaves each open.
func ParseView(asOf, knownBy, policy string) (View, error) {
	var v View
	var err error
	if v.AsOf, err = instant.ParseMoment("as_of", asOf); err != nil {
		return View{}, err
	}
	if v.KnownBy, err = instant.ParseMoment("known_by", knownBy); err != nil {
		return View{}, err
	}
	if policy != "" {
		v.Policy, err = ParsePolicy(policy)
	}
	return v, err
}

func (v View) sees(e *entry) bool {
	return v.knows(e) && (v.AsOf.IsZero() || !e.at().After(v.AsOf))
}

func (v View) knows(e *entry) bool {
	return v.KnownBy.IsZero() || !e.recorded().After(v.KnownBy)
}

// or fills in what the view leaves open.
func (v View) or(policy Policy) View {
	if v.Policy == (Policy{}) {
		v.Policy = policy
	}
	v.Policy = v.Policy.named()
	v.KnownBy, v.AsOf = instant.Clamp(v.KnownBy), instant.Clamp(v.AsOf)
	if v.AsOf.IsZero() {
		v.AsOf = v.KnownBy
	}
	return v
}
