package dealstate_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets more garbage gather before it is collected: tests make far more of it than
// programs do, and a quarter of their time went there. Tests of memory count what was
// allocated, or collect before they look.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
