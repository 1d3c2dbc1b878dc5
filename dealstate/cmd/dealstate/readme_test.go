package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The README shows commands and what they say, in one new folder; a line of … stands for
// lines that are left out.
func TestTheReadmeShowsWhatTheCommandsSay(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var shown, said []string
	t.Chdir(t.TempDir())
	for line := range strings.Lines(string(text)) {
		line, is := strings.CutPrefix(strings.TrimRight(line, "\n"), "    ")
		if !is {
			continue
		}
		if command, is := strings.CutPrefix(line, "$ dealstate "); is {
			requireShown(t, shown, said)
			shown, said = nil, strings.Split(strings.TrimRight(run(words(command)...).String(), "\n"), "\n")
			continue
		}
		shown = append(shown, line)
	}
	requireShown(t, shown, said)
	require.NotEmpty(t, said)
}

// requireShown holds what is shown of an output to the output.
func requireShown(t *testing.T, shown, said []string) {
	t.Helper()
	skip := false
	for _, line := range shown {
		if strings.TrimSpace(line) == "…" {
			skip = true
			continue
		}
		for skip && len(said) > 0 && said[0] != line {
			said = said[1:]
		}
		require.NotEmpty(t, said, "%q is not said", line)
		require.Equal(t, said[0], line)
		said, skip = said[1:], false
	}
	require.True(t, skip || len(said) == 0, "more is said: %q", said)
}

func TestTheReadmeListsEveryCommandAndExitCode(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, name := range commandsOf(t) {
		require.Regexp(t, "`(dealstate )?"+name+"[` ]", string(text))
	}
	for _, code := range []string{"| 0 |", "| 1 |", "| 2 |", "| 3 |", "| 4 |", "| 130 |"} {
		require.Contains(t, string(text), code)
	}
}
