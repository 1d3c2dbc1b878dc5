package analytics

import (
	"strconv"
	"time"
)

// instant writes an instant as the library's data formats do; the zero instant
// is "".
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// seconds is the span from one instant to another. A time.Duration would end at
// 292 years.
func seconds(from, to time.Time) float64 {
	return float64(to.Unix()-from.Unix()) + float64(to.Nanosecond()-from.Nanosecond())/1e9
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
