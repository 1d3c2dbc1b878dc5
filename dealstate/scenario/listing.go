package scenario

import (
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// listing is what there is to know of a verb that lists parties, commitments or disputes: in
// force us 2016-11-04, china.
type listing struct {
	none  string // the word for an empty list
	what  string // what the list is of, for error messages
	dated bool   // an instant may stand behind each name
	of    func(dealstate.Snapshot) []member
}

// member is a party, a commitment or a dispute, and since when, or until when, it is so.
type member struct {
	name string
	at   time.Time
}

const (
	ofParties     = "parties, or nobody"
	ofCommitments = "commitments, or nothing"
)

var listings = map[Verb]listing{
	Awaiting:    {none: "nobody", what: ofParties, of: func(s dealstate.Snapshot) []member { return undated(s.Awaiting) }},
	Approved:    {none: "nobody", what: ofParties, of: func(s dealstate.Snapshot) []member { return undated(s.Approved) }},
	Signed:      {none: "nobody", what: ofParties, of: partiesThat(func(p dealstate.PartyStatus) bool { return p.Signed })},
	Provisional: {none: "nobody", what: ofParties, of: partiesThat(func(p dealstate.PartyStatus) bool { return p.Provisional })},
	InForce:     {none: "nobody", what: ofParties, dated: true, of: bound},
	Leaves:      {none: "nobody", what: ofParties, dated: true, of: partiesFrom(func(p dealstate.PartyStatus) time.Time { return p.Leaves })},
	Rejected:    {none: "nobody", what: ofParties, of: standing(dealstate.StandingRejected)},
	Withdrawn:   {none: "nobody", what: ofParties, of: standing(dealstate.StandingWithdrawn)},
	Stale:       {none: "nobody", what: ofParties, of: standing(dealstate.StandingStale)},
	Disputed:    {none: "nothing", what: "ids of disputes, or nothing", dated: true, of: disputes},
	Suspended:   {none: "nothing", what: "parties and commitments, or nothing", of: suspended},
	Performed:   {none: "nothing", what: ofCommitments, dated: true, of: commitmentsFrom(func(c dealstate.CommitmentStatus) time.Time { return c.At })},
	Overdue:     {none: "nothing", what: ofCommitments, dated: true, of: commitmentsFrom(func(c dealstate.CommitmentStatus) time.Time { return c.Overdue })},
	Breached:    {none: "nothing", what: ofCommitments, dated: true, of: commitmentsFrom(func(c dealstate.CommitmentStatus) time.Time { return c.Breached })},
}

// standing lists the parties that stand so to the current text.
func standing(is dealstate.Standing) func(dealstate.Snapshot) []member {
	return partiesThat(func(p dealstate.PartyStatus) bool { return p.Standing == is })
}

func disputes(s dealstate.Snapshot) (list []member) {
	for _, d := range s.Disputes {
		list = append(list, member{d.Event, d.At})
	}
	return list
}

func undated(names []string) (list []member) {
	for _, name := range names {
		list = append(list, member{name: name})
	}
	return list
}

func partiesThat(are func(dealstate.PartyStatus) bool) func(dealstate.Snapshot) []member {
	return func(s dealstate.Snapshot) (list []member) {
		for _, p := range s.Parties {
			if are(p) {
				list = append(list, member{name: p.Party})
			}
		}
		return list
	}
}

func partiesFrom(when func(dealstate.PartyStatus) time.Time) func(dealstate.Snapshot) []member {
	return func(s dealstate.Snapshot) (list []member) {
		for _, p := range s.Parties {
			if at := when(p); !at.IsZero() {
				list = append(list, member{p.Party, at})
			}
		}
		return list
	}
}

func commitmentsFrom(when func(dealstate.CommitmentStatus) time.Time) func(dealstate.Snapshot) []member {
	return func(s dealstate.Snapshot) (list []member) {
		for _, c := range s.Commitments {
			if at := when(c); !at.IsZero() {
				list = append(list, member{c.Commitment, at})
			}
		}
		return list
	}
}

// bound lists those that the deal binds already; one that is to join later is not.
func bound(s dealstate.Snapshot) []member {
	return slices.DeleteFunc(partiesFrom(func(p dealstate.PartyStatus) time.Time { return p.InForce })(s),
		func(e member) bool { return e.at.After(s.AsOf) })
}

// suspended lists the parties that suspend their part, and then the commitments.
func suspended(s dealstate.Snapshot) []member {
	list := partiesThat(func(p dealstate.PartyStatus) bool { return p.Suspended })(s)
	for _, c := range s.Commitments {
		if c.Suspended {
			list = append(list, member{name: c.Commitment})
		}
	}
	return list
}

// readList takes a verb's list from the snapshot, with the dates if they are asked for.
func (g *found) readList(dates bool) {
	l := listings[g.Verb]
	for _, e := range l.of(g.snap) {
		g.Names = append(g.Names, e.name)
		if dates && l.dated {
			g.Dates = append(g.Dates, e.at)
		}
	}
}

// date is what an expectation says of the name at i; zero: nothing.
func (e Expectation) date(i int) time.Time {
	if i < len(e.Dates) {
		return e.Dates[i]
	}
	return time.Time{}
}

// sameDates reports whether every date that is wanted is that of its name.
func sameDates(want, got Expectation) bool {
	for i, name := range want.Names {
		if at := want.date(i); !at.IsZero() && !got.date(slices.Index(got.Names, name)).Equal(at) {
			return false
		}
	}
	return true
}

// parseList reads names with commas, and the instants behind them.
func (l *lineParser) parseList(e *Expectation) error {
	of := listings[e.Verb]
	return l.parseNames(e, of.none, of.what, func(token) error {
		var at time.Time
		var err error
		if of.dated && l.atInstant() {
			at, err = l.parseStart()
		}
		e.Dates = append(e.Dates, at)
		return err
	})
}

// atInstant reports whether the next word is meant for an instant.
func (l *lineParser) atInstant() bool {
	w := l.peek()
	return !w.quoted && w.text != "" && w.text[0] >= '0' && w.text[0] <= '9'
}

// ownedClocks are the clocks of which there may be several, and what stands before the
// party, the commitment or the timer whose it is.
var ownedClocks = []struct {
	clock dealstate.Clock
	lead  string
	want  string
}{
	{dealstate.Notice, "notice of ", "notice of and the party that leaves, such as: notice of us"},
	{dealstate.Overdue, "overdue of ", "overdue of and the commitment, such as: overdue of us-tariff-cut"},
	{dealstate.Timed, "timer ", "timer and its id, such as: timer snapback"},
}

// parseClockOwner reads whose clock the word just taken is, and gives both as one name.
func (l *lineParser) parseClockOwner(w token) (name string, err error) {
	for _, o := range ownedClocks {
		if !w.is(o.clock.String()) {
			continue
		}
		of := l.accept("of")
		switch next := l.peek(); {
		case l.done() && !of, next.is(",") && !of, of != strings.HasSuffix(o.lead, " of "):
			return w.text, nil
		case next.is(","):
			return "", l.errorAt(next.column, "want %s", o.want)
		}
		id, err := l.parseWord("an id, as in " + o.want)
		return o.lead + id, err
	}
	return w.text, nil
}

// quoteClock writes a clock with its owner's id as a word.
func quoteClock(name string) string {
	for _, o := range ownedClocks {
		if id, is := strings.CutPrefix(name, o.lead); is && id != "" {
			return o.lead + quote(id)
		}
	}
	return quote(name)
}
