package simulate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnAxisFindsEveryInstantAgain(t *testing.T) {
	t.Parallel()
	start := time.Date(1386, 5, 9, 12, 0, 0, 700_000_000, time.UTC)
	first, last := time.Time{}.Add(1000), time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)
	for _, x := range []timescale{newTimescale(start, start, start.AddDate(70, 0, 0)), newTimescale(start, start, last), newTimescale(start, first, start)} {
		for _, at := range []time.Time{start, start.AddDate(70, 0, 0), start.Add(-time.Microsecond), start.Add(time.Second / 2), first, last} {
			if x.tick == time.Nanosecond && (at == first || at == last) {
				continue
			}
			require.Equal(t, at, x.at(x.of(at)), "%s, ticks of %s", at, x.tick)
		}
		require.Negative(t, x.of(start.Add(-1)), "before is before, by however little")
		require.Zero(t, x.of(start))
		require.Less(t, x.of(last), noTime)
	}
	far := newTimescale(start, start, last)
	require.Equal(t, time.Microsecond, far.tick)
	require.Equal(t, int64(-1), far.of(start.Add(-1)), "the tick before")
	require.Zero(t, far.of(start.Add(999)))
}
