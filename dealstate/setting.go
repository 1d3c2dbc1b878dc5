package dealstate

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// act is a party's approval, rejection or withdrawal, and of which revision.
type act struct {
	entry    *entry
	revision int
	anew     bool // an approval by a party whose act before was to leave
}

// setting is when a clock is due: the agreement's own instant, and what the
// parties have each extended it to. A joint extension resets the base. The zero
// setting is never due.
type setting struct {
	base     time.Time
	by       []extension
	extended bool // the base is what all sides have jointly extended it to
}

type extension struct {
	party int
	until time.Time
}

// isSet reports whether the clock may be due at all.
func (c *setting) isSet() bool { return !c.base.IsZero() || len(c.by) > 0 }

// due is the earliest instant that any side stands by; zero: never.
func (c *setting) due(parties int) time.Time {
	due := c.base
	if len(c.by) > 0 && len(c.by) == parties {
		due = time.Time{}
	}
	for _, x := range c.by {
		if due.IsZero() {
			due = x.until
		}
		due = instant.Earliest(due, x.until)
	}
	return due
}

// of is the instant that one side stands by, or for -1 the deal's.
func (c *setting) of(party, parties int) time.Time {
	for _, x := range c.by {
		if x.party == party {
			return x.until
		}
	}
	if party < 0 {
		return c.due(parties)
	}
	return c.base
}

// movedBy gives the setting after an extension; the old one stays as it was.
func (c *setting) movedBy(party int, until time.Time) setting {
	if party < 0 {
		return setting{base: until, extended: true}
	}
	next := setting{base: c.base, extended: c.extended, by: make([]extension, 0, len(c.by)+1)}
	for _, x := range c.by {
		if x.party != party {
			next.by = append(next.by, x)
		}
	}
	next.by = append(next.by, extension{party: party, until: until})
	return next
}
