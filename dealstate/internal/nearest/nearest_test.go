package nearest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

var kinds = []string{"negotiate", "submit", "approve", "reject", "withdraw", "amend", "note", "us", "id"}

func TestASlipFindsTheWordThatWasMeant(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"aprove": "approve", "approvee": "approve", "approev": "approve", "Approve": "approve", "APROVE": "approve",
		"negociate": "negotiate", "nego-tiat": "negotiate", "whitdraw": "withdraw", "ID": "id", "amed": "amend",
	} {
		got, ok := nearest.Word(text, kinds)
		require.True(t, ok, text)
		require.Equal(t, want, got, text)
		require.Equal(t, `; did you mean "`+want+`"?`, nearest.Hint(text, kinds))
	}
}

func TestWhatIsFarFromEveryWordFindsNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "x", "vote!", "ratification", "xy", "is", "su", "中", "\xff", strings.Repeat("approve", 100)} {
		_, ok := nearest.Word(text, kinds)
		require.False(t, ok, text)
		require.Empty(t, nearest.Hint(text, kinds))
	}
	_, ok := nearest.Word("a", []string{"b", ""})
	require.False(t, ok, "a word that shares no letter")
	_, ok = nearest.Word("approve", nil)
	require.False(t, ok)
}

func TestOfEquallyNearWordsTheFirstIsNamed(t *testing.T) {
	t.Parallel()
	for _, known := range [][]string{{"bats", "cats"}, {"cats", "bats"}} {
		got, _ := nearest.Word("hats", known)
		require.Equal(t, known[0], got)
	}
}

func TestEveryScriptIsComparedByItsLetters(t *testing.T) {
	t.Parallel()
	got, ok := nearest.Word("Россия", []string{"китай", "россиа"})
	require.True(t, ok)
	require.Equal(t, "россиа", got)
}

func TestTheDistanceIsSymmetricAndCountsASwapAsOne(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"party", "aprty"}, {"deadline", "dedaline"}, {"revision", "revisoin"}} {
		for _, p := range [][2]string{pair, {pair[1], pair[0]}} {
			got, ok := nearest.Word(p[0], []string{"zzzz", p[1]})
			require.True(t, ok, p)
			require.Equal(t, p[1], got)
		}
	}
}

func TestASearchIsBoundedWhateverComes(t *testing.T) { // alone, for it measures
	long := strings.Repeat("a", 1<<20)
	known := make([]string, 1_000_000)
	for i := range known {
		known[i] = strings.Repeat("ab", 32)
	}
	begun := proof.CPU()
	_, ok := nearest.Word(long, known)
	require.False(t, ok)
	_, _ = nearest.Word(strings.Repeat("ba", 32), known)
	require.Less(t, proof.CPU()-begun, 2*time.Second)
}
