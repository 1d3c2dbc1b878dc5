package dealstate

// Standing is how a party stands to the current revision.
type Standing uint8

// The standings.
const (
	StandingOutstanding Standing = iota + 1
	StandingApproved
	StandingRejected
	StandingWithdrawn
	StandingStale // approved an earlier revision

	endOfStandings
)

var standings = [endOfStandings]string{
	StandingOutstanding: "outstanding",
	StandingApproved:    "approved",
	StandingRejected:    "rejected",
	StandingWithdrawn:   "withdrawn",
	StandingStale:       "stale",
}

var standingEnum = enum[Standing]{"standing", standings[:]}

func (s Standing) String() string { return standingEnum.text(s) }

// MarshalText writes the standing's word.
func (s Standing) MarshalText() ([]byte, error) { return standingEnum.marshal(s) }

// UnmarshalText reads a standing's word.
func (s *Standing) UnmarshalText(text []byte) error { return standingEnum.unmarshal(s, text) }
