package nanos

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnInstantIsWhatItWas(t *testing.T) {
	t.Parallel()
	for _, at := range []time.Time{First, Last, time.Unix(0, 0).UTC(), time.Date(2025, 6, 10, 1, 2, 3, 4, time.UTC)} {
		require.Equal(t, at, Time(Clamp(at)))
	}
	require.True(t, Time(None).IsZero())
}

func TestClampGivesTheNearestInstant(t *testing.T) {
	t.Parallel()
	require.EqualValues(t, None, Clamp(time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC)))
	require.EqualValues(t, Never, Clamp(time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)))
	require.EqualValues(t, Never, Clamp(time.Time{}), "no bound")
}
