package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Of clocks that run out at one instant, the one that ends the deal is not hidden by one that
// moves nothing: it is named first.
func TestStateNamesAllClocksOfTheNextInstant(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"duo.json": `{"id":"duo","parties":[{"id":"a","approver":"Ann"},{"id":"b","approver":"Bob"}],"deadline":"2025-12-31",
			"commitments":[{"id":"quota","party":"b","deadline":"2025-12-31"}]}`,
		"duo.csv": "id,deal,kind,by,role,at\ntalks,duo,negotiate,Envoys,negotiator,2025-06-02\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	require.Contains(t, runIn(dir, "state", "duo", "--as-of", "2025-11-10").String(),
		"  next      deadline end of 31 Dec 2025, overdue of quota end of 31 Dec 2025\n")
}
