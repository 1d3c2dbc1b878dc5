//go:build linux

package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/postgres"
)

// postmaster gives the number of the server's first process.
func (c *cluster) postmaster() (int, error) {
	text, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	return strconv.Atoi(first)
}

// kill kills the server and all its processes with SIGKILL, as a machine that fails does.
func (c *cluster) kill() error {
	postmaster, err := c.postmaster()
	if err != nil {
		return err
	}
	_ = syscall.Kill(postmaster, syscall.SIGSTOP) // so that it starts no other while they are listed
	await(func() bool { return process(postmaster).is("T", "Z", "") })
	all := append(children(postmaster), postmaster)
	for _, pid := range all {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	for _, pid := range all { // as long as one lives, it holds the memory that they share
		await(func() bool { return process(pid).is("Z", "") })
	}
	c.stop() // which waits for the shell; there is nobody left to be told
	return nil
}

// await waits until it is so.
func await(is func() bool) {
	for !is() {
		time.Sleep(time.Millisecond)
	}
}

// stat is what Linux says of a process: its state, its parent and more; nothing if there is
// none.
type stat []string

func process(pid int) stat {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	return strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
}

// is reports whether its state is one of these: T for stopped, Z for ended, "" for gone.
func (s stat) is(states ...string) bool {
	return len(s) == 0 && slices.Contains(states, "") || len(s) > 0 && slices.Contains(states, s[0])
}

// children lists the processes that a process has started.
func children(of int) (all []int) {
	paths, _ := filepath.Glob("/proc/[0-9]*")
	for _, path := range paths {
		pid, _ := strconv.Atoi(filepath.Base(path))
		if s := process(pid); len(s) > 1 && s[1] == strconv.Itoa(of) {
			all = append(all, pid)
		}
	}
	return all
}

// killBackend kills one process of the server, after which the server brings down all others
// and recovers by itself.
func (c *cluster) killBackend(rng *rand.Rand) error {
	postmaster, err := c.postmaster()
	if all := children(postmaster); len(all) > 0 {
		_ = syscall.Kill(all[rng.IntN(len(all))], syscall.SIGKILL)
	}
	return err
}

// The server is killed under load, with all its processes or by one of them, and started
// again, time and again. The writers notice nothing but time: what they were told is there, once, and whoever
// follows the journal meanwhile sees all of it in order.
func TestLaw13WhatWasAcknowledgedSurvivesKillingTheServer(t *testing.T) {
	t.Parallel()
	c, err := newCluster()
	require.NoError(t, err)
	t.Cleanup(c.remove)
	o := postgres.Options{Outage: time.Minute}
	s, all := open(t, c.url(), o), &told{both: map[string][2]int64{}}
	rng := rand.New(rand.NewPCG(13, 17))
	ctx, cancel := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	for w := range 8 {
		writing.Go(func() { writePairs(t, ctx, s, w, all) })
	}
	followed := make(chan int64, 1)
	go func() { followed <- followUntilDone(t, s) }()
	for kill := range proof.Times(12, 3) {
		for start := all.len(); all.len() < start+200 && !t.Failed(); {
			time.Sleep(time.Millisecond)
		}
		if kill%3 == 1 {
			require.NoError(t, c.killBackend(rng))
			require.NoError(t, c.await(), "after kill %d", kill)
			continue
		}
		require.NoError(t, c.kill())
		require.NoError(t, c.start(), "after kill %d", kill)
	}
	cancel()
	writing.Wait()
	last, err := s.Append(t.Context(), []journal.Entry{note("aend", 0), note("bend", 0)})
	require.NoError(t, err)
	require.Equal(t, last[1], <-followed)
	requireKept(t, c.url(), o, all)
	t.Logf("%d appends acknowledged", all.len())
}

// writePairs appends pairs of entries until the context ends, and keeps what it is told.
func writePairs(t *testing.T, ctx context.Context, s journal.Journal, w int, all *told) {
	for i := 0; ctx.Err() == nil; i++ {
		name := fmt.Sprintf("%d-%d", w, i)
		at, err := s.Append(context.Background(), []journal.Entry{note("a"+name, i), note("b"+name, i)})
		if err != nil {
			t.Errorf("append %s: %v", name, err)
			return
		}
		all.keep(name, at[0], at[1])
	}
}

// followUntilDone reads on whenever there is more, finds no gap, and gives the position of the
// last entry, whose id is bend.
func followUntilDone(t *testing.T, s journal.Journal) (at int64) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		if err := s.Wait(ctx, at); err != nil {
			t.Errorf("waiting after %d: %v", at, err)
			return at
		}
		for e, err := range s.Read(ctx, at) {
			if err != nil || e.Position != at+1 {
				t.Errorf("a reader at %d is given %d, %v", at, e.Position, err)
				return at
			}
			if at++; e.Event.ID == "bend" {
				return at
			}
		}
	}
}

// A server that stands still is an *OutageError in the end, and so is one that stays away, for
// writers and for readers.
func TestAServerThatStaysAwayIsAnOutage(t *testing.T) {
	t.Parallel()
	c, err := newCluster()
	require.NoError(t, err)
	t.Cleanup(c.remove)
	s := open(t, c.url(), postgres.Options{Busy: 3 * time.Second, Outage: 100 * time.Millisecond})
	_, err = s.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.NoError(t, err)
	var outage *postgres.OutageError
	postmaster, err := c.postmaster()
	require.NoError(t, err)
	all := append(children(postmaster), postmaster)
	signal := func(s syscall.Signal) {
		for _, pid := range all {
			_ = syscall.Kill(pid, s)
		}
	}
	signal(syscall.SIGSTOP)
	_, err = s.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.ErrorAs(t, err, &outage)
	again := errors.As(err, new(*pgconn.ConnectError))
	_, err = s.Last(t.Context())
	require.ErrorAs(t, err, &outage)
	signal(syscall.SIGCONT)
	require.NoError(t, c.await())
	require.False(t, again, "the time was up: it does not connect, and wait, again")
	require.NoError(t, c.kill())
	_, err = s.Append(t.Context(), []journal.Entry{note("2", 1)})
	require.ErrorAs(t, err, &outage)
	_, err = s.Append(t.Context(), []journal.Entry{note("2", 1)}, journal.Version{Deal: "deal-1", Position: 1})
	require.ErrorAs(t, err, &outage, "it was never sent, so nothing is open")
	_, err = s.Last(t.Context())
	require.ErrorAs(t, err, &outage)
	for _, err := range s.ReadDeal(t.Context(), "deal-1", 0) {
		require.ErrorAs(t, err, &outage)
	}
	waited := make(chan error, 1)
	go func() { waited <- s.Wait(t.Context(), 1) }()
	require.NoError(t, c.start())
	at, err := s.Append(t.Context(), []journal.Entry{note("1", 1), note("2", 1)})
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2}, at)
	require.NoError(t, <-waited, "who waits goes on waiting")
}
