//go:build unix

package postgres_test

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
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/postgres"
)

// The environment variables that make the test binary a writer which appends to a journal
// until it is killed.
const (
	childURL    = "POSTGRES_TEST_CHILD_URL"
	childSchema = "POSTGRES_TEST_CHILD_SCHEMA"
)

// TestChildOfTheKillTest is no test: it is the writer that is killed.
func TestChildOfTheKillTest(t *testing.T) {
	url := os.Getenv(childURL)
	if url == "" {
		return // it is the child of TestLaw13WhatWasAcknowledgedSurvivesKillingOneOfTwoWriters
	}
	s := open(t, url, postgres.Options{Schema: os.Getenv(childSchema), Busy: time.Minute})
	fmt.Println("opened")
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			for i := 0; ; i++ {
				name := fmt.Sprintf("%d-%d-%d", os.Getpid(), w, i)
				at, err := s.Append(t.Context(), []journal.Entry{note("a"+name, i), note("b"+name, i)})
				if err != nil {
					return
				}
				fmt.Printf("acknowledged %d %d %s\n", at[0], at[1], name)
			}
		})
	}
	group.Wait()
}

// note is a note about one of twenty deals.
func note(id string, i int) journal.Entry {
	at := time.Date(2025, 6, 10, 0, 0, i, 0, time.UTC)
	return journal.Entry{Accepted: at, By: "desk", Event: dealstate.Event{ID: id, Deal: fmt.Sprint("deal-", i%20), Kind: dealstate.Note, At: at}}
}

// told is what writers were told: the positions of two entries, by name.
type told struct {
	mu   sync.Mutex
	both map[string][2]int64
}

func (t *told) keep(name string, first, second int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.both[name] = [2]int64{first, second}
}

func (t *told) len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.both)
}

// Two processes write at once, and one of them, or both, are killed time and again, at
// random. What they were told is there, each append is there whole or not at all, and
// nothing is there twice.
func TestLaw13WhatWasAcknowledgedSurvivesKillingOneOfTwoWriters(t *testing.T) {
	t.Parallel()
	o, all := fresh(), &told{both: map[string][2]int64{}}
	rng := rand.New(rand.NewPCG(13, 16))
	for range proof.Times(20, 3) {
		var group sync.WaitGroup
		for range 2 {
			after := 10 + rng.IntN(100)
			group.Go(func() { killAfter(t, o.Schema, after, all) })
		}
		group.Wait()
		requireKept(t, server.url(), o, all)
	}
	require.NotEmpty(t, all.both)
	t.Logf("%d appends acknowledged", len(all.both))
}

// requireKept holds the journal to what writers were told, each of two entries at once.
func requireKept(t *testing.T, url string, o postgres.Options, all *told) {
	t.Helper()
	s, err := postgres.Open(t.Context(), url, o)
	require.NoError(t, err)
	at, n := map[string]int64{}, int64(0)
	for e, err := range s.Read(t.Context(), 0) {
		require.NoError(t, err)
		n++
		require.Equal(t, n, e.Position, "positions are dense")
		require.NotContains(t, at, e.Event.ID, "it is there twice")
		at[e.Event.ID] = e.Position
	}
	for id := range at {
		require.Contains(t, at, "a"+id[1:], "half an append is there")
		require.Contains(t, at, "b"+id[1:], "half an append is there")
	}
	for name, both := range all.both {
		require.Equal(t, both, [2]int64{at["a"+name], at["b"+name]}, "acknowledged: %s", name)
	}
	require.NoError(t, s.Close())
}

// killAfter runs a writer, kills it after so many acknowledgements, and adds all that it
// was told.
func killAfter(t *testing.T, schema string, n int, all *told) {
	child := exec.Command(os.Args[0], "-test.run=^TestChildOfTheKillTest$", "-test.v")
	child.Env = append(os.Environ(), childURL+"="+server.url(), childSchema+"="+schema)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Error(err)
		return
	}
	if err := child.Start(); err != nil {
		t.Error(err)
		return
	}
	lines := bufio.NewScanner(out)
	for seen, begun := 0, false; lines.Scan(); {
		var first, second int64
		var name string
		begun = begun || strings.Contains(lines.Text(), "opened")
		if k, _ := fmt.Sscanf(lines.Text(), "acknowledged %d %d %s", &first, &second, &name); k == 3 {
			all.keep(name, first, second)
			seen++
		}
		if begun && seen >= n {
			_ = child.Process.Signal(syscall.SIGKILL) // again and again; what it had said is still read
		}
	}
	if child.Wait() == nil {
		t.Error("the writer ended by itself")
	}
}
