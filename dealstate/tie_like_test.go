package dealstate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What AppendKey leaves out and a reader sees tells two cursors apart all the same.
func TestCursorsThatStandApartAreNotAlike(t *testing.T) {
	t.Parallel()
	m := everyKindMachine(t, false)
	for name, change := range map[string]func(*situation){
		"state":    func(s *situation) { s.state++ },
		"since":    func(s *situation) { s.since = time.Unix(1, 0) },
		"in force": func(s *situation) { s.inForce = time.Unix(1, 0) },
		"revision": func(s *situation) { s.revision++ },
		"approved": func(s *situation) { s.approved.Add(0) },
		"standing": func(s *situation) { s.acts[0] = act{entry: &entry{Kind: Withdraw}, revision: 1} },
	} {
		a, b := m.Cursor(Strict), m.Cursor(Strict)
		require.True(t, a.f.isLike(&b.f.situation))
		change(&b.f.situation)
		require.False(t, a.f.isLike(&b.f.situation), name)
	}
}
