package dealstate

import "time"

// tidy brings an instant into the one form that is kept: UTC, no monotonic
// reading, so that equal instants are equal values.
func tidy(t time.Time) time.Time { return t.UTC().Round(0) }

// checkInstant refuses what RFC 3339 cannot write.
func checkInstant(field string, t time.Time) error {
	if s := t.Unix(); s >= firstSecond && s <= lastSecond {
		return nil
	}
	return fieldErr(field, "year %d is out of range; want 1 to 9999", t.UTC().Year())
}

var (
	firstSecond = time.Time{}.Unix() // the start of the year 1
	lastSecond  = lastInstant.Unix()
	lastInstant = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC).Add(-1)
)

// ParseMoment reads what a person types for "as of" and "known by": an RFC 3339
// instant, or a date alone, which means the end of that day in UTC. The empty
// text is the zero instant.
func ParseMoment(text string) (time.Time, error) { return parseMoment("moment", text) }

func parseMoment(field, text string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, 1).Add(-time.Nanosecond), checkInstant(field, day)
	}
	t, err := parseInstant(field, text)
	if err != nil {
		return t, fieldErr(field, "%q is neither a date nor an instant; want 2025-06-28 or 2025-06-28T12:00:00Z", clip(text))
	}
	return t, nil
}

func parseInstant(field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	var t time.Time
	if err := t.UnmarshalText([]byte(text)); err != nil {
		return t, fieldErr(field, "%q is no instant; want RFC 3339, such as 2025-06-27T09:00:00Z", clip(text))
	}
	if err := checkInstant(field, t); err != nil {
		return time.Time{}, err
	}
	return tidy(t), nil
}

// formatInstant writes an instant as the data formats do; the zero instant is "".
func formatInstant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// sayInstant writes an instant for people: a date alone where the time of day
// is midnight, else to the second.
func sayInstant(t time.Time) string {
	t = t.UTC()
	if h, m, s := t.Clock(); h == 0 && m == 0 && s == 0 && t.Nanosecond() == 0 {
		return t.Format("2 January 2006")
	}
	return t.Format("2 January 2006 15:04:05 MST")
}

// sayMoment does the same, and knows the end of a day.
func sayMoment(t time.Time, none string) string {
	if t.IsZero() {
		return none
	}
	if next := t.Add(time.Nanosecond); next.UTC().Equal(next.UTC().Truncate(24 * time.Hour)) {
		return "the end of " + t.UTC().Format("2 January 2006")
	}
	return sayInstant(t)
}
