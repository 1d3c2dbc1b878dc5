package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// output is what the desk has printed so far.
type output struct {
	mu sync.Mutex
	bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.Buffer.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.Buffer.String()
}

// open opens a desk, and gives its address and what closes it.
func open(t *testing.T, o options) (address string, closeDesk func()) {
	t.Helper()
	o.address = "localhost:0"
	var out output
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, o, &out) }()
	require.Eventually(t, func() bool {
		address = regexp.MustCompile(`http://\S+`).FindString(out.String())
		return address != ""
	}, time.Minute, 5*time.Millisecond)
	return address, func() {
		cancel()
		require.NoError(t, <-ended)
	}
}

func get(t *testing.T, address string) string {
	t.Helper()
	answer, err := http.Get(address)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode, string(text))
	return string(text)
}

func TestTheDeskKeepsWhatItIsTold(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	address, closeDesk := open(t, options{dir: dir})
	require.Contains(t, get(t, address+"/"), "London")
	line := `{"id":"desk-1","deal":"us-china-london-2025","kind":"note","at":"2025-07-01"}`
	answer, err := http.Post(address+"/api/events", "application/x-ndjson", strings.NewReader(line))
	require.NoError(t, err)
	answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	foreign, err := http.NewRequest("POST", address+"/api/events", strings.NewReader(line))
	require.NoError(t, err)
	foreign.Host = "evil.example"
	answer, err = http.DefaultClient.Do(foreign)
	require.NoError(t, err)
	answer.Body.Close()
	require.Equal(t, http.StatusMisdirectedRequest, answer.StatusCode)
	closeDesk()

	address, closeDesk = open(t, options{dir: dir})
	defer closeDesk()
	require.Equal(t, 1, strings.Count(get(t, address+"/api/deals/us-china-london-2025/events"), `"desk-1"`))
}

func TestTheSummerIsPlayedIntoTheBoard(t *testing.T) {
	t.Parallel()
	address, closeDesk := open(t, options{replay: true, speed: 1e9})
	defer closeDesk()
	require.Eventually(t, func() bool {
		return strings.Contains(get(t, address+"/api/deals/us-china-geneva-2025/state"), `"state":"implemented"`) ||
			strings.Contains(get(t, address+"/api/deals/us-china-geneva-2025/state"), `"state":"expired"`)
	}, time.Minute, 10*time.Millisecond)
}

func TestWrongFlagsAreSaidInOneLine(t *testing.T) {
	t.Parallel()
	for args, says := range map[string]string{
		"extra -for 1s":        `"extra" is no flag; want flags only`,
		"-speed 5":             "-speed: it is the speed of a replay; add -replay",
		"-replay -speed 0":     "-speed: 0 is out of range; want more than 0 and at most 1e9",
		"-replay -speed 1e300": "-speed: 1e+300 is out of range; want more than 0 and at most 1e9",
		"-replay -dir desk":    "-replay: its clock shows 2025, and what it plays is not to be kept; leave -dir out",
		"-bogus":               "flag provided but not defined: -bogus",
	} {
		_, err := parseFlags(strings.Fields(args), io.Discard)
		require.EqualError(t, err, says, args)
	}
	var help strings.Builder
	_, err := parseFlags([]string{"-h"}, &help)
	require.ErrorIs(t, err, flag.ErrHelp)
	require.Contains(t, help.String(), "opens a live board")
}
