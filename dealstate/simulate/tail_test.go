package simulate

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// The expected figures are -log(erfc(z/√2)/2), by arithmetic of 40 digits (mpmath).
func TestTheNormalsTailIsExact(t *testing.T) {
	t.Parallel()
	for z, want := range map[float64]float64{5: 15.06499839398872573608, 29.9: 451.3229124585286344679, 30: 454.3212439563431971073557,
		31: 484.85396366302718927880, 40: 804.60844201375378816660683, 100: 5005.5242086942050886263} {
		require.InEpsilon(t, want, normalHazard(z), 1e-10)
		require.InEpsilon(t, z, normalInverse(want), 1e-10)
	}
	last := 0.0
	for h := 15.0; h < 25; h += 0.01 {
		z := normalInverse(h)
		require.Greater(t, z, last)
		require.InDelta(t, h, normalHazard(z), 1e-4)
		last = z
	}
	require.True(t, math.IsInf(normalInverse(math.Inf(1)), 1))
}
