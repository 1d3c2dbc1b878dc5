//go:build unix

package journal_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// childDir names the environment variable that makes the test binary a writer which
// appends to a journal until it is killed.
const childDir = "JOURNAL_TEST_CHILD"

// TestChildOfTheKillTest is no test: it is the writer that is killed.
func TestChildOfTheKillTest(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		t.Skip("it is the child of TestLaw13WhatWasAcknowledgedSurvivesKilling")
	}
	fmt.Println("opening")
	f := open(t, dir, killOptions)
	last, err := f.Last(ctx)
	require.NoError(t, err)
	var group sync.WaitGroup
	for w := range int64(4) {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := int64(0); ; i++ {
				e := ofMany(int((last+i)*4+w), 20)
				more := ofMany(int((last+i)*4+w)+1_000_000, 20)
				at, err := f.Append(ctx, []journal.Entry{e, more})
				if err != nil {
					return
				}
				fmt.Printf("acknowledged %d %s %s\n", at[0], e.Event.ID, more.Event.ID)
			}
		}()
	}
	group.Wait()
}

var killOptions = journal.Options{SegmentSize: 20_000}

// A writer is killed time and again, at random, and what it was told is there.
func TestLaw13WhatWasAcknowledgedSurvivesKilling(t *testing.T) {
	t.Parallel()
	dir, acknowledged := t.TempDir(), map[int64][2]string{}
	rng := rand.New(rand.NewPCG(13, 13))
	torn := 0
	for round := range proof.Times(300, 5) {
		killAfter(t, dir, rng.IntN(40), acknowledged)
		f := open(t, dir, killOptions)
		if f.Recovery().Torn != nil {
			torn++
		}
		entries, ids := read(t, f), map[string]bool{}
		for i, e := range entries {
			require.EqualValues(t, i+1, e.Position)
			require.False(t, ids[e.Event.ID], "%s is there twice", e.Event.ID)
			ids[e.Event.ID] = true
		}
		for at, pair := range acknowledged {
			require.Less(t, at, int64(len(entries)), "round %d: acknowledged, and lost", round)
			require.Equal(t, pair, [2]string{entries[at-1].Event.ID, entries[at].Event.ID}, "round %d", round)
		}
		head := f.Head()
		require.NoError(t, f.Close())
		_, err := journal.Verify(ctx, dir, head, journal.Options{})
		require.NoError(t, err)
	}
	require.NotEmpty(t, acknowledged)
	t.Logf("%d acknowledged, %d tails torn", len(acknowledged), torn)
}

// killAfter runs a writer, kills it after so many acknowledgements, and adds all that
// it was told.
func killAfter(t *testing.T, dir string, n int, acknowledged map[int64][2]string) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestChildOfTheKillTest$", "-test.v")
	child.Env = append(os.Environ(), childDir+"="+dir)
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lines := bufio.NewScanner(out)
	for seen, begun := 0, false; lines.Scan(); {
		var at int64
		var pair [2]string
		begun = begun || strings.Contains(lines.Text(), "opening")
		if k, _ := fmt.Sscanf(lines.Text(), "acknowledged %d %s %s", &at, &pair[0], &pair[1]); k == 3 {
			acknowledged[at] = pair
			seen++
		}
		if begun && seen >= n {
			_ = child.Process.Signal(syscall.SIGKILL) // again and again; what it had said is still read
		}
	}
	require.Error(t, child.Wait(), "it was killed")
}
