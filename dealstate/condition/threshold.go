package condition

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// Threshold is how much is enough: a whole number, or an exact fraction or
// percentage of a total. The zero Threshold asks for nothing.
type Threshold struct {
	num, den int64 // den 0: the number num itself
	percent  bool
}

// AtLeast asks for n.
func AtLeast(n int64) Threshold { return Threshold{num: n} }

// Fraction asks for num/den of the total.
func Fraction(num, den int64) Threshold {
	if den == 0 {
		den = -1 // no fraction: refused when the agreement is validated
	}
	return Threshold{num: num, den: den}
}

// Percent asks for p hundredths of the total.
func Percent(p int64) Threshold { return Threshold{num: p, den: 100, percent: true} }

// String writes the threshold as the formats do: 6, 2/3 or 55%.
func (t Threshold) String() string {
	switch {
	case t.den == 0:
		return strconv.FormatInt(t.num, 10)
	case !t.percent:
		return fmt.Sprintf("%d/%d", t.num, t.den)
	}
	return decimal(t.num, t.den/100) + "%"
}

// decimal writes num/scale, scale a power of ten, without trailing zeros.
func decimal(num, scale int64) string {
	if scale <= 1 {
		return strconv.FormatInt(num, 10)
	}
	places := len(strconv.FormatInt(scale, 10)) - 1
	text := fmt.Sprintf("%d.%0*d", num/scale, places, num%scale)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// MarshalJSON writes a number, or the fraction or percentage as a string.
func (t Threshold) MarshalJSON() ([]byte, error) {
	if t.den == 0 {
		return []byte(t.String()), nil
	}
	return strictjson.AppendString(nil, t.String()), nil
}

// UnmarshalJSON reads what MarshalJSON writes. On error the threshold is left as
// it was.
func (t *Threshold) UnmarshalJSON(data []byte) error {
	return t.read(strictjson.Field{Path: "min", Raw: data})
}

func (t *Threshold) read(f strictjson.Field) error {
	const want = "a whole number, \"2/3\" or \"50%\""
	var read Threshold
	if f.Is('"') {
		var text string
		if err := f.Text(&text); err != nil {
			return err
		}
		var ok bool
		if read, ok = parseThreshold(text); !ok {
			return f.Fail(want)
		}
	} else if err := f.Integer(&read.num); err != nil {
		return f.Fail(want)
	}
	if err := read.check(f.Path); err != nil {
		return err
	}
	*t = read
	return nil
}

func parseThreshold(text string) (Threshold, bool) {
	if num, den, ok := strings.Cut(text, "/"); ok {
		n, ok1 := digits(num)
		d, ok2 := digits(den)
		return Fraction(n, d), ok1 && ok2 && d > 0
	}
	number, ok := strings.CutSuffix(text, "%")
	if !ok {
		return Threshold{}, false
	}
	whole, part, point := strings.Cut(number, ".")
	if whole == "" || point && part == "" {
		return Threshold{}, false
	}
	if part = strings.TrimRight(part, "0"); len(part) > 9 {
		return Threshold{}, false
	}
	n, ok := digits(whole + part)
	t := Percent(n)
	for range part {
		t.den *= 10
	}
	return t, ok
}

// digits reads a number that is written with digits only.
func digits(text string) (int64, bool) {
	n, err := strconv.ParseUint(text, 10, 63)
	return int64(n), err == nil
}

func (t Threshold) check(path string) error {
	switch {
	case t.num < 0 || t.den < 0:
		return field.Errorf(path, "a negative number, or a fraction of nothing")
	case t.den > 0 && t.num > t.den:
		return field.Errorf(path, "%s is more than the whole", t)
	}
	return nil
}

// of gives the least number that reaches the threshold of total.
func (t Threshold) of(total int64) int64 {
	if t.den == 0 {
		return t.num
	}
	high, low := bits.Mul64(uint64(t.num), uint64(total))
	quotient, rest := bits.Div64(high, low, uint64(t.den)) // num <= den, so it fits
	if rest > 0 {
		quotient++
	}
	return int64(quotient)
}

// of10000 gives the fraction in ten-thousandths, cut.
func (t Threshold) of10000() int64 {
	high, low := bits.Mul64(uint64(t.num), 10_000)
	if high >= uint64(t.den) {
		return 10_000 // more than the whole cannot be
	}
	quotient, _ := bits.Div64(high, low, uint64(t.den))
	return int64(quotient)
}
