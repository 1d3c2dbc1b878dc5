package bulk

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPackedNamesCompareAsNamesDo(t *testing.T) {
	t.Parallel()
	var names []string
	for n := range shortName + 1 {
		for _, last := range []string{"", "a", "b", "é", "\xff"} {
			if name := strings.Repeat("a", n) + last; len(name) <= shortName {
				names = append(names, name)
			}
		}
	}
	for _, a := range names {
		for _, b := range names {
			x, y := packed([]byte(a)), packed([]byte(b))
			require.Equal(t, cmp.Compare(a, b), x.compare(y), "%q %q", a, b)
		}
	}
	long := packed(bytes.Repeat([]byte("a"), shortName+1))
	require.EqualValues(t, longName, long.c)
}

func TestNamesKeepTheirNumbers(t *testing.T) {
	t.Parallel()
	var table interner
	name := func(i int) []byte { return fmt.Appendf(nil, "%s%d", strings.Repeat("x", i%40), i) }
	for i := range 5000 {
		_, ok := table.find(name(i), hashOfName(name(i)))
		require.False(t, ok)
		require.EqualValues(t, i, table.add(name(i)))
	}
	for i := range 5000 {
		number, ok := table.find(name(i), hashOfName(name(i)))
		require.True(t, ok)
		require.EqualValues(t, i, number)
	}
}
