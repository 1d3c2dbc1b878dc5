package analytics

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// Sample is a set of numbers. It keeps all of them, 8 bytes each, because quantiles
// need them. The zero value is empty and ready.
type Sample struct {
	values []float64
	sorted bool
}

// Add takes one number, from -1e300 to 1e300, so that no sum overflows. The error
// is a *dealstate.FieldError.
func (s *Sample) Add(x float64) error {
	if !(math.Abs(x) <= 1e300) {
		return field.Errorf("value", "%g is out of range; want -1e300 to 1e300", x)
	}
	s.add(x)
	return nil
}

func (s *Sample) add(x float64) {
	s.values = append(s.values, x+0) // -0 becomes 0: of two zeros, none shows which came first
	s.sorted = false
}

// Merge takes in another sample.
func (s *Sample) Merge(o *Sample) {
	s.values = append(s.values, o.values...)
	s.sorted = false
}

// N is how many numbers there are.
func (s *Sample) N() int { return len(s.values) }

func (s *Sample) sort() {
	if !s.sorted {
		slices.Sort(s.values)
		s.sorted = true
	}
}

// Mean is the arithmetic mean, or 0 of an empty sample. It adds in ascending
// order, so that the order in which the numbers came does not show.
func (s *Sample) Mean() float64 {
	if len(s.values) == 0 {
		return 0
	}
	s.sort()
	return sum(s.values) / float64(len(s.values))
}

// sum keeps what each addition loses, by Neumaier's variant of Kahan's summation.
func sum(values []float64) float64 {
	var sum, lost float64
	for _, x := range values {
		next := sum + x
		if math.Abs(sum) >= math.Abs(x) {
			lost += (sum - next) + x
		} else {
			lost += (x - next) + sum
		}
		sum = next
	}
	return sum + lost
}

// Quantile estimates the number below which the share p of the population
// lies, by definition 7 of Hyndman and Fan: linear between the order statistics,
// with x(k) at (k-1)/(n-1). That is what R, NumPy and Excel's PERCENTILE.INC
// take when nothing else is asked for. The error is a *dealstate.FieldError, for
// p outside 0 to 1 and for an empty sample. The first call after an Add sorts.
//
// R. J. Hyndman and Y. Fan, Sample Quantiles in Statistical Packages, The
// American Statistician 50 (1996), 361–365.
func (s *Sample) Quantile(p float64) (float64, error) {
	switch {
	case !(p >= 0 && p <= 1):
		return 0, field.Errorf("p", "%g is out of range; want 0 to 1", p)
	case len(s.values) == 0:
		return 0, field.Errorf("sample", "empty; it has no quantiles")
	}
	s.sort()
	h := float64(len(s.values)-1) * p
	below := int(h)
	if below == len(s.values)-1 {
		return s.values[below], nil
	}
	return s.values[below] + (h-float64(below))*(s.values[below+1]-s.values[below]), nil
}

// Dwell sums a sample of spans up, in seconds; for people, see [Days]. All fields are 0
// where N is 0.
type Dwell struct {
	N      int     `json:"n"`
	Mean   float64 `json:"mean_seconds"`
	Min    float64 `json:"min_seconds"`
	Q25    float64 `json:"q25_seconds"`
	Median float64 `json:"median_seconds"`
	Q75    float64 `json:"q75_seconds"`
	P90    float64 `json:"p90_seconds"`
	Max    float64 `json:"max_seconds"`
}

// Dwell sums the sample up. Quantiles are those of [Sample.Quantile].
func (s *Sample) Dwell() Dwell {
	d := Dwell{N: s.N(), Mean: s.Mean()}
	if d.N == 0 {
		return d
	}
	for _, q := range []struct {
		to *float64
		p  float64
	}{{&d.Min, 0}, {&d.Q25, 0.25}, {&d.Median, 0.5}, {&d.Q75, 0.75}, {&d.P90, 0.9}, {&d.Max, 1}} {
		*q.to, _ = s.Quantile(q.p) // neither empty nor out of range
	}
	return d
}

var dwellColumns = []string{"n", "mean_seconds", "min_seconds", "q25_seconds", "median_seconds", "q75_seconds", "p90_seconds", "max_seconds"}

func (d Dwell) cells() []string {
	cells := []string{number(float64(d.N))}
	for _, x := range []float64{d.Mean, d.Min, d.Q25, d.Median, d.Q75, d.P90, d.Max} {
		cells = append(cells, number(x))
	}
	return cells
}

// MarshalJSON writes the encoding "sample" of FORMATS.md, which another worker reads and
// merges: all numbers, ascending. It copies and sorts them.
func (s Sample) MarshalJSON() ([]byte, error) {
	o := encodingOf("sample")
	o.Must("values", s.list())
	return o.Done()
}

// UnmarshalJSON reads what MarshalJSON writes. On error, a *[dealstate.FieldError], the sample
// is as it was.
func (s *Sample) UnmarshalJSON(data []byte) error {
	var read Sample
	err := decode("sample", data, strictjson.Slot{Key: "values", To: read.read})
	if err == nil {
		*s = read
	}
	return err
}

// list writes the numbers, ascending.
func (s Sample) list() json.Marshaler {
	s.values = slices.Clone(s.values)
	s.sorted = false
	s.sort()
	text := []byte{'['}
	for i, x := range s.values {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendFloat(text, x, 'g', -1, 64)
	}
	return json.RawMessage(append(text, ']'))
}

// maxSpan is how many seconds there are in the years 1 to 9999.
var maxSpan = seconds(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))

// readSpans gives the slot of a list of spans in seconds, none less than least.
func (s *Sample) readSpans(least float64) func(strictjson.Field) error {
	return func(f strictjson.Field) error {
		err := s.read(f)
		for i, x := range s.values {
			if err == nil && (x < least || x > maxSpan) {
				err = field.Errorf(fmt.Sprintf("%s[%d]", f.Path, i), "%v; want seconds from %.0f to %.0f", x, least, maxSpan)
			}
		}
		return err
	}
}

// read reads a list of numbers, in any order.
func (s *Sample) read(f strictjson.Field) error {
	return f.Each(func(f strictjson.Field) error {
		var x float64
		if err := f.Real(&x); err != nil {
			return err
		}
		if err := s.Add(x); err != nil {
			return f.Fail("a number from -1e300 to 1e300")
		}
		return nil
	})
}
