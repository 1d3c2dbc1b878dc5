package dealstate

import "time"

// tidy brings an instant into the one form that is kept: UTC, no monotonic
// reading, so that equal instants are equal values.
func tidy(t time.Time) time.Time { return t.UTC().Round(0) }

// checkInstant refuses what RFC 3339 cannot write.
func checkInstant(field string, t time.Time) error {
	if y := t.UTC().Year(); y < 1 || y > 9999 {
		return fieldErr(field, "year %d is out of range; want 1 to 9999", y)
	}
	return nil
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
