package scenario_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Programs such as simulations write scenarios, and must not carry a test
// library for that, nor the flags that package testing defines.
func TestScenariosNeedNoTestingCode(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	for _, path := range strings.Fields(string(out)) {
		require.NotEqual(t, "testing", path)
		require.NotContains(t, path, "testify")
		require.NotEqual(t, "flag", path)
	}
}
