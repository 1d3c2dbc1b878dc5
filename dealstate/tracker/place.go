package tracker

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// Place is a place in the stream of changes of a journal: who is there has been told of
// every entry up to the position, and of every clock due up to the instant. Its text form
// is for bookmarks, such as the id of an event in an event stream. The zero Place is the
// beginning.
//
// The stream is a function of the journal alone: clocks that are due by the instant at
// which an entry was accepted fire before it, those of one instant deal by deal in the
// order of their agreements. Firings are not kept anywhere.
type Place struct {
	Position int64     // of the last entry told, in the journal
	Instant  time.Time // up to which clocks have been told, itself included; in UTC
	Deal     int64     // of the clocks of that instant, the last deal told, by its agreement's position; 0: all
}

// Compare is negative where p comes before o in the stream, and 0 where they are one.
func (p Place) Compare(o Place) int {
	return cmp.Or(cmp.Compare(p.Position, o.Position), p.Instant.Compare(o.Instant), cmp.Compare(uint64(p.Deal-1), uint64(o.Deal-1)))
}

// String writes the place: 12@2025-06-27T00:00:00Z, and where only some deals were told
// of that instant, 12@2025-06-27T00:00:00Z/7.
func (p Place) String() string {
	text := strconv.FormatInt(p.Position, 10)
	if !p.Instant.IsZero() {
		text += "@" + instant.Format(p.Instant)
	}
	if p.Deal != 0 {
		text += "/" + strconv.FormatInt(p.Deal, 10)
	}
	return text
}

// ParsePlace reads what String writes. The empty text is the zero place.
func ParsePlace(text string) (Place, error) {
	var p Place
	if text == "" {
		return p, nil
	}
	rest, deal, hasDeal := strings.Cut(text, "/")
	position, at, hasInstant := strings.Cut(rest, "@")
	var err error
	if p.Position, err = parseNumber(text, position, 0); err != nil {
		return Place{}, err
	}
	if hasDeal {
		if p.Deal, err = parseNumber(text, deal, 1); err != nil {
			return Place{}, err
		}
	}
	if hasInstant {
		if p.Instant, err = instant.Parse("place", at); err != nil {
			return Place{}, err
		}
	}
	if p.Instant.IsZero() && (hasInstant || hasDeal) {
		return Place{}, badPlace(text)
	}
	return p, nil
}

func parseNumber(place, text string, least int64) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < least || strconv.FormatInt(n, 10) != text {
		return 0, badPlace(place)
	}
	return n, nil
}

func badPlace(text string) error {
	return field.Errorf("place", "%q is none; want one that the tracker gave, such as 12@2025-06-27T00:00:00Z", field.Clip(text))
}

// MarshalText writes the place as String does.
func (p Place) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (p *Place) UnmarshalText(text []byte) error {
	read, err := ParsePlace(string(text))
	if err == nil {
		*p = read
	}
	return err
}
