package dealstate_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// A story is a log as text, one event a line:
//
//	06-10 negotiate
//	06-11 approve us role=press id=rumour
//
// A date without a year is in 2025. The role is instrument, which every policy
// counts, unless the line says otherwise; the id is kind-party-date. Keys: id,
// by, role, mod, rec, rev, ref, for (a commitment), until.
func story(t testing.TB, deal, text string) []dealstate.Event {
	t.Helper()
	var events []dealstate.Event
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			events = append(events, line2event(t, deal, line))
		}
	}
	return events
}

func line2event(t testing.TB, deal, line string) dealstate.Event {
	t.Helper()
	words := strings.Fields(line)
	require.GreaterOrEqual(t, len(words), 2, line)
	e := dealstate.Event{Deal: deal, Role: dealstate.Instrument, At: date(t, words[0])}
	require.NoError(t, e.Kind.UnmarshalText([]byte(words[1])), line)
	rest := words[2:]
	if len(rest) > 0 && !strings.Contains(rest[0], "=") {
		e.Party, rest = rest[0], rest[1:]
	}
	e.ID = strings.Trim(words[1]+"-"+e.Party, "-") + "-" + words[0]
	for _, word := range rest {
		key, value, _ := strings.Cut(word, "=")
		require.NoError(t, set(t, &e, key, value), line)
	}
	return e
}

func set(t testing.TB, e *dealstate.Event, key, value string) (err error) {
	switch key {
	case "id":
		e.ID = value
	case "by":
		e.By = value
	case "role":
		err = e.Role.UnmarshalText([]byte(value))
	case "mod":
		err = e.Modality.UnmarshalText([]byte(value))
	case "rec":
		e.Recorded = date(t, value)
	case "rev":
		e.Revision, err = strconv.Atoi(value)
	case "ref":
		e.Ref = value
	case "for":
		e.Commitment = value
	case "until":
		e.Until = date(t, value)
	default:
		err = fmt.Errorf("unknown key %q", key)
	}
	return err
}

// date reads 06-10, 2025-06-10 or 2025-06-10T09:00:00Z.
func date(t testing.TB, text string) time.Time {
	t.Helper()
	if len(text) == len("06-10") {
		text = "2025-" + text
	}
	if len(text) == len(time.DateOnly) {
		text += "T00:00:00Z"
	}
	at, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return at
}

// pair is a deal of two parties, a and b, without any clock.
func pair() dealstate.Agreement {
	return dealstate.Agreement{ID: "pair", Parties: []dealstate.Party{{ID: "a"}, {ID: "b"}}}
}

// club is a deal of n parties, p0 to p(n-1), under a condition.
func club(n int, approval condition.Condition) dealstate.Agreement {
	a := dealstate.Agreement{ID: "club", Approval: approval}
	for i := range n {
		a.Parties = append(a.Parties, dealstate.Party{ID: fmt.Sprintf("p%d", i)})
	}
	return a
}

// told folds a story under Strict, as of a date ("" for its end).
func told(t testing.TB, a dealstate.Agreement, asOf, text string) (dealstate.Snapshot, []dealstate.Decision) {
	t.Helper()
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	v := dealstate.View{}
	if asOf != "" {
		v.AsOf = date(t, asOf)
	}
	s, decisions, err := m.Fold(story(t, a.ID, text), v)
	require.NoError(t, err)
	return s, decisions
}

// summary writes a decision as "id outcome from>to: codes", the states only
// where they differ.
func summary(d dealstate.Decision) string {
	text := d.Event
	if text == "" {
		text = d.Trigger().String() + "@" + d.At.UTC().Format("01-02")
	}
	text += " " + d.Outcome.String()
	if d.From != d.To {
		text += fmt.Sprintf(" %s>%s", d.From, d.To)
	}
	if d.Outcome == dealstate.Applied {
		return text
	}
	var codes []string
	for _, r := range d.Reasons {
		codes = append(codes, r.Code.String())
	}
	return text + ": " + strings.Join(codes, " ")
}

func summaries(decisions []dealstate.Decision) string {
	var lines []string
	for _, d := range decisions {
		lines = append(lines, summary(d))
	}
	return strings.Join(lines, "\n")
}

// lines trims the indentation of a raw string.
func lines(text string) string {
	var out []string
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		out = append(out, strings.TrimSpace(line))
	}
	return strings.Join(out, "\n")
}

// open opens a deal on a story, recorded in its order.
func open(t testing.TB, a dealstate.Agreement, text string) *dealstate.Deal {
	t.Helper()
	deal, err := dealstate.New(a, dealstate.Strict)
	require.NoError(t, err)
	for _, e := range story(t, a.ID, text) {
		_, err := deal.Record(e)
		require.NoError(t, err)
	}
	return deal
}

func find(t testing.TB, decisions []dealstate.Decision, id string) dealstate.Decision {
	t.Helper()
	for _, d := range decisions {
		if d.Event == id {
			return d
		}
	}
	require.Fail(t, "no decision on "+id)
	return dealstate.Decision{}
}

// fieldErr wants a *FieldError on that field, whatever wraps it.
func fieldErr(t testing.TB, err error, field string) *dealstate.FieldError {
	t.Helper()
	var bad *dealstate.FieldError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, field, bad.Field, bad.Problem)
	require.NotEmpty(t, bad.Problem)
	return bad
}
