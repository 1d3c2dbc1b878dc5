package dealstate

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// A lack that has no reason would be told as one without a code.
func TestEveryLackOfAConditionHasItsReason(t *testing.T) {
	t.Parallel()
	seen := map[ReasonCode]bool{}
	for _, lack := range condition.Lacks() {
		require.Less(t, int(lack), len(lackCodes), "lack %d", lack)
		code := lackCodes[lack]
		require.NotEmpty(t, code.String(), "lack %d", lack)
		require.False(t, seen[code], "lack %d", lack)
		seen[code] = true
	}
	require.Len(t, lackCodes, len(condition.Lacks())+1)
}
