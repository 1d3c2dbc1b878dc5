package bulk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// The dirty logs hold this package to the library's answers; a kind that they lack
// would be taken on trust.
func TestDirtyLogsHoldEveryKindRoleAndModality(t *testing.T) {
	for _, k := range dealstate.Kinds() {
		require.Contains(t, dirtyKinds, k, "%s is in no dirty log", k)
		require.True(t, k == dealstate.Retract || k == dealstate.Extend || k == dealstate.Settle || slices.Contains(tameKinds, k), "%s is in no tame log", k)
	}
	for r := dealstate.Role(1); r.String() != ""; r++ {
		require.Contains(t, dirtyRoles, r, "%s is in no dirty log", r)
	}
	for m := dealstate.Modality(1); m.String() != ""; m++ {
		require.Contains(t, dirtyModalities, m, "%s is in no dirty log", m)
	}
}

func TestEveryClockIsKnown(t *testing.T) {
	for i, c := range dealstate.Clocks() {
		require.Less(t, i, clocks, "%s: what sets it, and when is it due?", c)
		require.Equal(t, c, clockAt(i))
	}
	require.Len(t, dealstate.Clocks(), clocks)
}

// A line is read if the library takes its event, and only then, whatever its kind
// needs and has: first as the library reads it, then by sight.
func TestEveryKindNeedsInALineWhatItNeedsInTheLibrary(t *testing.T) {
	m := compiled(t, dirtyAgreements[0])
	party := dirtyAgreements[0].Parties[0].ID
	for _, k := range dealstate.Kinds() {
		for has := range 1 << 5 {
			line := func(id string) string {
				text := fmt.Sprintf(`{"id":%q,"deal":%q,"kind":%q,"at":"2025-06-01T00:00:00Z"`, id, m.Deal(), k)
				for i, field := range []string{`"role":"instrument"`, fmt.Sprintf(`"party":%q`, party), fmt.Sprintf(`"commitment":%q`, dirtyAgreements[0].Commitments[0].ID), `"ref":"other"`, `"until":"2026-01-01T00:00:00Z"`} {
					if has>>i&1 == 1 {
						text += "," + field
					}
				}
				return text + "}\n"
			}
			var e dealstate.Event
			want := json.Unmarshal([]byte(line("e1")), &e) == nil && m.Admit(e) == nil
			refused := 0
			var text strings.Builder
			for i := range 6 {
				text.WriteString(line(fmt.Sprintf("e%d", i)))
			}
			l, err := ReadLines(context.Background(), strings.NewReader(text.String()), Template(m), Options{Bad: func(*dealstate.LineError) error { refused++; return nil }})
			require.NoError(t, err)
			if want {
				require.Equal(t, 6, l.Len(), line("e"))
			} else {
				require.Equal(t, 6, refused, line("e"))
			}
		}
	}
}
