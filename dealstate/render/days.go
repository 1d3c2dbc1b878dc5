package render

import (
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// dayStates is the deal's state at the end of a day, as it was known then, under each
// policy.
type dayStates struct {
	Day    string
	States []policyState
}

// policyState is the state under one policy.
type policyState struct{ Policy, State string }

// mostDays bounds how many days are listed.
const mostDays = 60

// statesByDay lists the days on which what was known of the state changed. Older
// counts the days with reports, if there are more than were looked at.
func statesByDay(replays []*indexed) (rows []dayStates, shown, older int) {
	days := replays[0].learningDays()
	if len(days) > mostDays {
		older, days = len(days), days[len(days)-mostDays:]
	}
	shown = len(days)
	past, err := backtests(replays)
	if err != nil {
		return nil, 0, 0
	}
	for i := 0; i < len(days); i++ { // clocks add days on the way
		row := dayStates{Day: day(days[i])}
		for j, s := range replays {
			past[j].Advance(days[i])
			row.States = append(row.States, policyState{legible(s.Policy.Name), stateWords(string(past[j].State()))})
			if next, runs := past[j].Next(); runs && !next.Due.After(s.Snapshot.AsOf) {
				days = withNext(days, i, endOfDay(next.Due))
			}
		}
		if len(rows) == 0 || !slices.Equal(rows[len(rows)-1].States, row.States) {
			rows = append(rows, row)
		}
	}
	return rows, shown, older
}

// backtests are the replays' events, to be moved along the days.
func backtests(replays []*indexed) (all []*dealstate.Backtest, err error) {
	for _, s := range replays {
		b, err := s.Machine.Backtest(s.Events, s.Policy)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

// withNext inserts the day on which a clock comes due that runs on day i, if
// nothing more is learned before. The clock fires in what is known then, be it
// that a later report undoes it.
func withNext(days []time.Time, i int, due time.Time) []time.Time {
	if i+1 < len(days) && !due.Before(days[i+1]) {
		return days
	}
	return slices.Insert(days, i+1, due)
}

func endOfDay(t time.Time) time.Time {
	return t.UTC().Truncate(24 * time.Hour).Add(24*time.Hour - 1)
}

// learningDays are the ends of the days on which anything was recorded or
// decided, up to the view's own end.
func (s *indexed) learningDays() []time.Time {
	var ends []time.Time
	add := func(t time.Time) {
		if end := endOfDay(t); !end.After(s.Snapshot.AsOf.Add(24 * time.Hour)) {
			ends = append(ends, end)
		}
	}
	for _, e := range s.Events {
		if e.Recorded.IsZero() { // of a replay filled in by hand
			e.Recorded = e.At
		}
		add(e.Recorded)
	}
	for _, d := range s.Decisions {
		add(d.At)
	}
	slices.SortFunc(ends, time.Time.Compare)
	return slices.Compact(ends)
}
