package journal_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// The package's document describes the files byte by byte. This reader is written from
// that alone, with nothing of the package.

func TestTheFilesAreAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir, journal.Options{SegmentSize: 3000})
	fillLondon(t, f)
	third := []journal.Entry{ofMany(1, 2), ofMany(2, 2), ofMany(3, 2)}
	third[1].By = "night \"desk\"\n 夜"
	_, err := f.Append(ctx, third)
	require.NoError(t, err)
	want := read(t, f)
	require.NoError(t, f.Close())

	names, err := filepath.Glob(filepath.Join(dir, "*.records"))
	require.NoError(t, err)
	slices.Sort(names)
	require.Greater(t, len(names), 2)
	chain, at, closed := strings.Repeat("0", 64), 0, false
	for _, name := range names {
		require.Equal(t, fmt.Sprintf("%010d.records", at+1), filepath.Base(name))
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		events, err := os.ReadFile(strings.TrimSuffix(name, "records") + "jsonl")
		require.NoError(t, err)
		lines := strings.Split(string(text), "\n")
		require.Empty(t, lines[len(lines)-1])
		header := fmt.Sprintf("dealstate-journal 1 after %d %s", at, chain)
		require.Equal(t, header+" "+castagnoli(header), lines[0])
		offset := 0
		for _, line := range lines[1 : len(lines)-1] {
			if end := fmt.Sprintf("closed %d", at); strings.HasPrefix(line, end) {
				require.Len(t, want, at, "it stands at the end")
				require.Equal(t, end+" "+castagnoli(end), line)
				closed = true
				continue
			}
			at++
			chain, offset = requireAsDescribed(t, line, want[at-1], chain, string(events), offset)
		}
		require.Len(t, events, offset)
	}
	require.Len(t, want, at)
	require.True(t, closed)
	require.Equal(t, fmt.Sprintf("%d %s", at, chain), f.Head().String())
}

func castagnoli(text string) string {
	return fmt.Sprintf("%08x", crc32.Checksum([]byte(text), crc32.MakeTable(crc32.Castagnoli)))
}

// requireAsDescribed holds the line of an entry to the document, and gives the chain and
// where the next event begins.
func requireAsDescribed(t *testing.T, line string, e journal.Entry, before, events string, offset int) (chain string, next int) {
	t.Helper()
	text, err := e.Event.MarshalJSON()
	kind := "event"
	if e.Agreement != nil {
		kind = "agreement"
		text, err = e.Agreement.MarshalJSON()
	}
	require.NoError(t, err)
	by, err := json.Marshal(e.By)
	require.NoError(t, err)
	about := fmt.Sprintf("%d %s %d %s %s", e.Position, kind, len(text), e.Accepted.Format(time.RFC3339Nano), by)
	rest, ok := strings.CutPrefix(line, about+" ")
	require.True(t, ok, "%s begins with %s", line, about)
	fields := strings.SplitN(rest, " ", 5)
	require.Regexp(t, `^[1-3]/[1-3]$`, fields[0])
	require.Equal(t, fmt.Sprint(offset), fields[1])
	sum := sha256.Sum256([]byte(before + " " + about + "\n" + string(text) + "\n"))
	require.Equal(t, fmt.Sprintf("%x", sum), fields[2])
	require.Equal(t, castagnoli(strings.Join([]string{about, fields[0], fields[1], fields[2]}, " ")+string(text)), fields[3])
	if kind == "agreement" {
		require.Equal(t, string(text), fields[4])
		return fields[2], offset
	}
	require.Len(t, fields, 4)
	require.Equal(t, string(text)+"\n", events[offset:offset+len(text)+1])
	return fields[2], offset + len(text) + 1
}
