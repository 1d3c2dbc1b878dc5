package dirtylog

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Laws and engines are tried on dirty logs; what these lack would be taken on trust.
func TestLogsHoldEveryKindRoleAndModality(t *testing.T) {
	t.Parallel()
	for _, k := range dealstate.Kinds() {
		require.Contains(t, Kinds, k, "%s is in no dirty log", k)
		require.True(t, k == dealstate.Retract || k == dealstate.Extend || k == dealstate.Settle || slices.Contains(TameKinds, k), "%s is in no tame log", k)
	}
	for r := dealstate.Role(1); r.String() != ""; r++ {
		require.Contains(t, roles, r, "%s is in no dirty log", r)
	}
	for m := dealstate.Modality(1); m.String() != ""; m++ {
		require.Contains(t, modalities, m, "%s is in no dirty log", m)
	}
}
