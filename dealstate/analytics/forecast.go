package analytics

import (
	"fmt"
	"math"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Forecast is a probability that was given to one event, and whether it happened. It is
// plain data.
type Forecast struct {
	// Group names what the forecast hangs together with, such as its deal. Forecasts of
	// one group are not independent, so intervals are made by drawing whole groups.
	Group    string
	P        float64 // 0 to 1
	Happened bool
}

// brier is the forecast's squared distance from what happened.
func (f Forecast) brier() float64 {
	x := f.outcome() - f.P
	return x * x
}

// surprise is the logarithmic score of the forecast, in nats: infinite where what was
// said to be impossible happened.
func (f Forecast) surprise() float64 {
	if f.Happened {
		return -math.Log(f.P)
	}
	return -math.Log1p(-f.P)
}

func (f Forecast) outcome() float64 {
	if f.Happened {
		return 1
	}
	return 0
}

// Score says how good forecasts were. Lower is better, in both measures.
type Score struct {
	Forecasts int `json:"forecasts"`
	Groups    int `json:"groups"`
	Happened  int `json:"happened"`
	// Brier is the mean squared distance of the probabilities from what happened: 0 is
	// perfect, 0.25 is what always saying one half gets, 1 is always certain and wrong
	// (G. W. Brier, "Verification of forecasts expressed in terms of probability",
	// Monthly Weather Review 78, 1950, who adds up both categories: twice this).
	Brier Estimate `json:"brier"`
	// Log is the mean of -log of the probability that was given to what happened, in
	// nats (I. J. Good, "Rational decisions", Journal of the Royal Statistical Society B
	// 14, 1952). Always saying one half gets log 2, 0.693. It is +Inf where something
	// happened that was given no chance, which JSON cannot write.
	Log Estimate `json:"log"`
}

// Estimate is a number with the bounds of its interval.
type Estimate struct {
	Value float64 `json:"value"`
	Lower float64 `json:"lower"`
	Upper float64 `json:"upper"`
}

// String writes the estimate with three decimals: "0.142 (0.120 to 0.171)".
func (e Estimate) String() string {
	return fmt.Sprintf("%.3f (%.3f to %.3f)", e.Value, e.Lower, e.Upper)
}

// Columns names the cells.
func (Score) Columns() []string {
	return []string{"forecasts", "groups", "happened", "brier", "brier_lower", "brier_upper", "log", "log_lower", "log_upper"}
}

// Cells gives the row.
func (s Score) Cells() []string {
	return []string{number(float64(s.Forecasts)), number(float64(s.Groups)), number(float64(s.Happened)),
		number(s.Brier.Value), number(s.Brier.Lower), number(s.Brier.Upper), number(s.Log.Value), number(s.Log.Lower), number(s.Log.Upper)}
}

// ScoreForecasts scores forecasts, with intervals by the bootstrap. The error is a
// *dealstate.FieldError for no forecast at all, or a P that is no probability.
func ScoreForecasts(forecasts []Forecast, b Bootstrap) (Score, error) {
	b, err := b.checked("forecasts", forecasts)
	if err != nil {
		return Score{}, err
	}
	brier, log := newSums(), newSums()
	s := Score{Forecasts: len(forecasts)}
	for _, f := range forecasts {
		brier.add(f.Group, f.brier())
		log.add(f.Group, f.surprise())
		s.Happened += int(f.outcome())
	}
	s.Groups = len(brier.sums)
	s.Brier, s.Log = b.mean(brier), b.mean(log)
	return s, nil
}

// Gain says by how much forecasts were better than others of the same events: the
// score of the others less their own, in each measure. Above 0 they were better. An
// interval on both sides of 0 says that the record does not tell.
type Gain struct {
	Brier Estimate `json:"brier"`
	Log   Estimate `json:"log"`
}

// CompareForecasts holds forecasts against a reference, event by event: the i-th of each
// is about the same event. Whole groups are drawn for both at once, so what makes an
// event hard for both cancels out. The error is a *dealstate.FieldError where the two
// differ in length, group or outcome, and as of [ScoreForecasts].
func CompareForecasts(forecasts, reference []Forecast, b Bootstrap) (Gain, error) {
	b, err := b.checked("forecasts", forecasts)
	if err != nil {
		return Gain{}, err
	}
	if _, err := b.checked("reference", reference); err != nil {
		return Gain{}, err
	}
	if len(reference) != len(forecasts) {
		return Gain{}, field.Errorf("reference", "%d of them beside %d forecasts; want as many", len(reference), len(forecasts))
	}
	brier, log := newSums(), newSums()
	for i, f := range forecasts {
		r := reference[i]
		if r.Group != f.Group || r.Happened != f.Happened {
			return Gain{}, field.Errorf(fmt.Sprintf("reference[%d]", i), "is about another event than forecasts[%d]; want the same group and outcome", i)
		}
		brier.add(f.Group, r.brier()-f.brier())
		log.add(f.Group, less(r.surprise(), f.surprise()))
	}
	return Gain{Brier: b.mean(brier), Log: b.mean(log)}, nil
}

// less subtracts. Two infinite surprises are no gain.
func less(a, b float64) float64 {
	if a == b {
		return 0
	}
	return a - b
}

// ReliabilityBin is one bin of a reliability diagram: the forecasts of about one
// probability, and how often what they spoke of happened. Forecasts are reliable where
// Share is Said.
type ReliabilityBin struct {
	From      float64  `json:"from"` // of the probabilities, itself in the bin
	To        float64  `json:"to"`   // in the bin only if it is the last
	Forecasts int      `json:"forecasts"`
	Groups    int      `json:"groups"`
	Said      float64  `json:"said"`  // the mean probability
	Share     Estimate `json:"share"` // of the forecasts whose event happened
}

// Columns names the cells.
func (ReliabilityBin) Columns() []string {
	return []string{"from", "to", "forecasts", "groups", "said", "share", "lower", "upper"}
}

// Cells gives the row.
func (r ReliabilityBin) Cells() []string {
	return []string{number(r.From), number(r.To), number(float64(r.Forecasts)), number(float64(r.Groups)), number(r.Said),
		number(r.Share.Value), number(r.Share.Lower), number(r.Share.Upper)}
}

// Reliability sorts forecasts into bins of equal width, 1 to 1,000 of them, and leaves
// out the empty ones. The interval of a bin's share, at a level such as 0.95, is the score
// interval of Wilson ("Probable inference, the law of succession, and statistical
// inference", Journal of the American Statistical Association 22, 1927) with each group
// counted as one trial, for events of one deal often come about together: it is right where
// they always do, and else too wide. It tells of bins in which nothing happened, or
// everything, of which drawing groups anew tells nothing. The error is a
// *dealstate.FieldError.
func Reliability(forecasts []Forecast, bins int, level float64) ([]ReliabilityBin, error) {
	if bins < 1 || bins > 1000 {
		return nil, field.Errorf("bins", "%d is out of range; want 1 to 1000", bins)
	}
	if !(level > 0 && level < 1) {
		return nil, field.Errorf("level", "%g is out of range; want more than 0 and less than 1", level)
	}
	if err := checkForecasts("forecasts", forecasts); err != nil {
		return nil, err
	}
	said, share := make([]float64, bins), make([]sums, bins)
	for _, f := range forecasts {
		i := min(int(f.P*float64(bins)), bins-1)
		if share[i].index == nil {
			share[i] = newSums()
		}
		said[i] += f.P
		share[i].add(f.Group, f.outcome())
	}
	z := math.Sqrt2 * math.Erfinv(level)
	var out []ReliabilityBin
	for i, s := range share {
		if n := s.n(); n > 0 {
			out = append(out, ReliabilityBin{From: float64(i) / float64(bins), To: float64(i+1) / float64(bins),
				Forecasts: n, Groups: len(s.sums), Said: said[i] / float64(n), Share: wilson(s.mean(), float64(len(s.sums)), z)})
		}
	}
	return out, nil
}

// wilson is the score interval of a share p of n trials.
func wilson(p, n, z float64) Estimate {
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return Estimate{Value: p, Lower: max(0, min(p, middle-half)), Upper: min(1, max(p, middle+half))}
}

// Decomposition is the Brier score in parts: Reliability - Resolution + Uncertainty +
// Within (A. H. Murphy, "A new vector partition of the probability score", Journal of
// Applied Meteorology 12, 1973). Murphy's three parts add up to the score where all
// forecasts of a bin are equal; Within is what is left where they are not (D. B.
// Stephenson, C. A. S. Coelho and I. T. Jolliffe, "Two extra components in the Brier
// score decomposition", Weather and Forecasting 23, 2008, who split it in two).
type Decomposition struct {
	Reliability float64 `json:"reliability"` // how far what happened lies from what was said: 0 is best
	Resolution  float64 `json:"resolution"`  // how far it lies apart between bins: more is better
	Uncertainty float64 `json:"uncertainty"` // of the events themselves: p(1-p) for the share p that happened
	Within      float64 `json:"within"`      // of the bins
}

// Decompose splits the Brier score of forecasts by their bins, 1 to 1,000 of equal
// width. The error is that of [Reliability].
func Decompose(forecasts []Forecast, bins int) (Decomposition, error) {
	rows, err := Reliability(forecasts, bins, 0.95)
	if err != nil {
		return Decomposition{}, err
	}
	n, rate, brier := float64(len(forecasts)), 0.0, 0.0
	for _, f := range forecasts {
		rate += f.outcome() / n
		brier += f.brier() / n
	}
	d := Decomposition{Uncertainty: rate * (1 - rate)}
	for _, r := range rows {
		weight := float64(r.Forecasts) / n
		d.Reliability += weight * (r.Said - r.Share.Value) * (r.Said - r.Share.Value)
		d.Resolution += weight * (r.Share.Value - rate) * (r.Share.Value - rate)
	}
	d.Within = brier - (d.Reliability - d.Resolution + d.Uncertainty)
	return d, nil
}
