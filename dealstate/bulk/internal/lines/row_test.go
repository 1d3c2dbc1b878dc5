package lines

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
)

// Without the quotes around them, the cells x, and , and q would read as the cells x and ,
// and ,q do: both x,",",",q.
func TestNoTwoRowsOfDifferentStatementsHaveOneText(t *testing.T) {
	t.Parallel()
	s := NewRowScanner([]string{"id", "deal", "at", "party", "by", "commitment"})
	text := func(cells string) string {
		var l Line
		require.True(t, s.Scan([]byte("1,d,2025-01-01T00:00:00Z,"+cells+"\n"), &l))
		return string(l.pattern.segments[0].text)
	}
	require.NotEqual(t, text(`"x,",",",q`), text(`x,",",",q"`))
	seen := map[string]string{}
	cells := []string{"", ",", "x", ",x", "x,", ",,", "x,x"}
	for _, a := range cells {
		for _, b := range cells {
			for _, c := range cells {
				for quoted := range 8 {
					row := []string{a, b, c}
					for i := range row {
						if quoted>>i&1 == 1 || strings.Contains(row[i], ",") {
							row[i] = `"` + row[i] + `"`
						}
					}
					means := fmt.Sprintf("%q", []string{a, b, c})
					key := text(strings.Join(row, ","))
					require.Contains(t, []string{"", means}, seen[key])
					seen[key] = means
				}
			}
		}
	}
}

func TestARowIsTakenWhateverTheOrderOfItsColumns(t *testing.T) {
	t.Parallel()
	s := NewRowScanner([]string{"source.url", "kind", "note", "party", "until", "by", "recorded", "role", "at", "revision", "id", "commitment", "deal", "source.publisher", "ref", "modality", "source.published"})
	row := []byte(`u,note,"a, b",us,,x,2025-01-02T00:00:00.5Z,press,2025-01-01T00:00:00Z,1,i,c,d,p,r,asserted,2025-01-01` + "\r\n")
	var l Line
	require.True(t, s.Scan(row, &l))
	require.False(t, s.Again(&l))
	require.True(t, s.Again(&l))
	s.Learn(&l, 7, dealstate.Note)
	require.True(t, s.Scan(row, &l))
	statement, ok := s.Find(&l)
	require.True(t, ok)
	require.Equal(t, uint32(7), statement)
	require.Equal(t, []string{"u", "a, b", "i", "d", "r", "2025-01-01"}, []string{string(l.URL), string(l.Note), string(l.ID), string(l.Deal), string(l.Ref), string(l.Published)})
	require.Equal(t, int64(nanos.None), l.Until)
	require.Equal(t, int64(24*3600e9+5e8), l.Recorded-l.At)
	for _, odd := range []string{"u", strings.Repeat(",", 17), `u,no"te` + strings.Repeat(",", 15), "u,note,a\\b" + strings.Repeat(",", 14)} {
		require.False(t, s.Scan([]byte(odd+"\n"), &l), odd)
	}
}
