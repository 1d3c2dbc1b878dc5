package bulk

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
)

// Whatever can happen does in the logs by which bulk and the library are compared, and takes
// effect.
func TestEveryKindAndClockIsCompared(t *testing.T) {
	t.Parallel()
	seen := map[dealstate.Trigger]bool{}
	for _, f := range newWorld(t, 4, 1500).truth(t, dealstate.View{Policy: dealstate.Official, AsOf: dirtylog.OnDay(40)}).folds {
		for _, d := range f.Decisions {
			switch {
			case d.Clock != 0:
				seen[d.Clock] = true
			case d.Outcome == dealstate.Applied:
				seen[d.Kind] = true
			}
		}
	}
	for _, k := range dealstate.Kinds() {
		require.True(t, seen[k] || k == dealstate.Note, "%s never takes effect", k)
	}
	for _, c := range dealstate.Clocks() {
		require.True(t, seen[c], "the clock %s never fires", c)
	}
}

// A line is read if the library takes its event, and only then, whatever its kind
// needs and has: first as the library reads it, then by the scanner.
func TestEveryKindNeedsInALineWhatItNeedsInTheLibrary(t *testing.T) {
	m := compiled(t, dirtylog.Agreements[0])
	party := dirtylog.Agreements[0].Parties[0].ID
	for _, k := range dealstate.Kinds() {
		for has := range 1 << 5 {
			line := func(id string) string {
				text := fmt.Sprintf(`{"id":%q,"deal":%q,"kind":%q,"at":"2025-06-01T00:00:00Z"`, id, m.Deal(), k)
				for i, field := range []string{`"role":"instrument"`, fmt.Sprintf(`"party":%q`, party), fmt.Sprintf(`"commitment":%q`, dirtylog.Agreements[0].Commitments[0].ID), `"ref":"other"`, `"until":"2026-01-01T00:00:00Z"`} {
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
