package analytics_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/analytics"
)

func sample(t *testing.T, xs ...float64) *analytics.Sample {
	t.Helper()
	var s analytics.Sample
	for _, x := range xs {
		require.NoError(t, s.Add(x))
	}
	return &s
}

// R 4.2.2's quantile(x, p, type = 7) gives every one of these. Published are the
// example of NumPy's documentation of numpy.percentile (1.24.2), that of Gnumeric's
// documentation of PERCENTILE, which it calls compatible with Excel, and the
// quartiles of the Psychology Wiki's article on them.
func TestQuantilesAreThePublishedOnes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		source string
		values []float64
		p      float64
		want   float64
	}{
		{"R", []float64{1, 2, 4, 7, 8, 9, 10, 12}, 0.25, 3.5},
		{"R", []float64{1, 3, 2, 4}, 0.3, 1.9},
		{"NumPy", []float64{10, 7, 4, 3, 2, 1}, 0.5, 3.5},
		{"Gnumeric", []float64{11.4, 17.3, 21.3, 25.9, 40.1}, 0.42, 20.02},
		{"quartiles", []float64{6, 47, 49, 15, 42, 41, 7, 39, 43, 40, 36}, 0.25, 25.5},
		{"quartiles", []float64{6, 47, 49, 15, 42, 41, 7, 39, 43, 40, 36}, 0.5, 40},
		{"quartiles", []float64{6, 47, 49, 15, 42, 41, 7, 39, 43, 40, 36}, 0.75, 42.5},
		{"the ends", []float64{3, 1, 2}, 0, 1},
		{"the ends", []float64{3, 1, 2}, 1, 3},
		{"a single value", []float64{7}, 0.37, 7},
	} {
		got, err := sample(t, c.values...).Quantile(c.p)
		require.NoError(t, err)
		require.InDelta(t, c.want, got, 1e-12, c.source)
	}
}

func TestSampleRefusesWhatIsNoNumber(t *testing.T) {
	t.Parallel()
	var s analytics.Sample
	require.Error(t, s.Add(math.NaN()))
	require.Error(t, s.Add(math.Inf(-1)))
	require.Zero(t, s.N())
	require.Zero(t, s.Dwell())
	_, err := s.Quantile(0.5)
	require.EqualError(t, err, "sample: empty; it has no quantiles")
	for _, p := range []float64{-0.1, 1.1, math.NaN()} {
		_, err = sample(t, 1, 2).Quantile(p)
		require.ErrorContains(t, err, "p: ")
	}
}

func TestTheMeanLosesNoSmallNumberBesideLargeOnes(t *testing.T) {
	t.Parallel()
	require.Equal(t, 1.8, sample(t, -1e17, 1, 3, 5, 1e17).Mean())
	require.Equal(t, 0.1, sample(t, slices.Repeat([]float64{0.1}, 10)...).Mean())
	require.Zero(t, sample(t, -1e300, 1e300).Mean())
}

func TestNoFiniteSampleOverflows(t *testing.T) {
	t.Parallel()
	var s analytics.Sample
	require.EqualError(t, s.Add(-1.7e308), "value: -1.7e+308 is out of range; want -1e300 to 1e300")
	d := sample(t, -1e300, 1e300, 1e300, 1e300).Dwell()
	require.Equal(t, []float64{5e299, -1e300, 5e299, 1e300}, []float64{d.Mean, d.Min, d.Q25, d.Max})
}

func TestAMergedSampleIsTheWhole(t *testing.T) {
	t.Parallel()
	a, b := sample(t, 5, 1e17, 3), sample(t, 1, -1e17)
	_, err := a.Quantile(0.5) // sorts
	require.NoError(t, err)
	a.Merge(b)
	whole := sample(t, 1, 3, 5, -1e17, 1e17)
	require.Equal(t, whole.Dwell(), a.Dwell(), "to the last bit, whatever the order")
}
