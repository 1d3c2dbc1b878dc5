package analytics

import (
	"math"
	"strconv"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// LogRankTest is the result of comparing two groups of lifetimes. Small P speaks
// against the two groups having the same curve.
type LogRankTest struct {
	Observed  [2]int     `json:"observed"` // events in each group
	Expected  [2]float64 `json:"expected"` // if the curves were the same
	Variance  float64    `json:"variance"` // of the first group's Observed less Expected
	ChiSquare float64    `json:"chi_square"`
	P         float64    `json:"p"` // two-sided, 0 to 1; by the chi-square distribution with 1 degree of freedom
}

// Columns names the cells.
func (LogRankTest) Columns() []string {
	return []string{"observed_a", "observed_b", "expected_a", "expected_b", "variance", "chi_square", "p"}
}

// Cells gives the row.
func (t LogRankTest) Cells() []string {
	return []string{strconv.Itoa(t.Observed[0]), strconv.Itoa(t.Observed[1]), number(t.Expected[0]), number(t.Expected[1]),
		number(t.Variance), number(t.ChiSquare), number(t.P)}
}

// LogRank tests whether two groups of right-censored lifetimes share one curve:
// (O-E)²/V for the first group, with the hypergeometric mean and variance at each
// time of an event. The p-value is erfc(√(χ²/2)). The error is a
// *dealstate.FieldError, for a group that is empty or holds a time that is no
// time, and where no event tells the groups apart. Ties are those of [KaplanMeier],
// within and between the groups. It sorts once.
//
// N. Mantel, Cancer Chemotherapy Reports 50 (1966), 163–170. It is the test of R's
// survdiff with rho = 0, and SciPy's logrank squared.
func LogRank(a, b []Lifetime) (LogRankTest, error) {
	if err := checkLives("a", a); err != nil {
		return LogRankTest{}, err
	}
	if err := checkLives("b", b); err != nil {
		return LogRankTest{}, err
	}
	var t LogRankTest
	walkBoth(countByTime(a), countByTime(b), len(a), len(b), t.addTime)
	if t.Variance == 0 {
		return LogRankTest{}, field.Errorf("a", "at no event were both groups at risk and somebody left over, so that nothing can be compared")
	}
	gap := float64(t.Observed[0]) - t.Expected[0]
	t.ChiSquare = gap * gap / t.Variance
	t.P = math.Erfc(math.Sqrt(t.ChiSquare / 2))
	return t, nil
}

// walkBoth goes through the times of two groups together. A group without a point at a
// time had no event there; those at risk are the ones of its next point. Points of the
// two groups whose times differ by rounding only are one time. Two points of one group
// never are.
func walkBoth(a, b []CurvePoint, atRiskA, atRiskB int, at func(a, b CurvePoint)) {
	for len(a)+len(b) > 0 {
		now := math.Inf(1)
		if len(a) > 0 {
			now = a[0].Time
		}
		if len(b) > 0 {
			now = min(now, b[0].Time)
		}
		var sa, sb CurvePoint
		sa, a, atRiskA = nextAt(a, atRiskA, now)
		sb, b, atRiskB = nextAt(b, atRiskB, now)
		at(sa, sb)
	}
}

// nextAt takes the group's next point if it is at that time.
func nextAt(steps []CurvePoint, atRisk int, now float64) (at CurvePoint, rest []CurvePoint, left int) {
	if len(steps) == 0 || !tied(now, steps[0].Time) {
		return CurvePoint{Time: now, AtRisk: atRisk}, steps, atRisk
	}
	at = steps[0]
	return at, steps[1:], at.AtRisk - at.Events - at.Censored
}

// addTime adds the events of one time.
func (t *LogRankTest) addTime(a, b CurvePoint) {
	n, d := float64(a.AtRisk+b.AtRisk), float64(a.Events+b.Events)
	if d == 0 {
		return
	}
	na, nb := float64(a.AtRisk), float64(b.AtRisk)
	t.Observed[0] += a.Events
	t.Observed[1] += b.Events
	t.Expected[0] += na * d / n
	t.Expected[1] += nb * d / n
	if n > 1 {
		t.Variance += na * nb * d * (n - d) / (n * n * (n - 1))
	}
}
