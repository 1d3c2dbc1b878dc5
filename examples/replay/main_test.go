package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const agreement = `{"id":"d","parties":[{"id":"a"},{"id":"b"}],"effect":{"days":30}}`

const approveA = `{"id":"1","deal":"d","kind":"approve","party":"a","by":"A","role":"approver","at":"2025-01-01T00:00:00Z"}`
const approveB = `{"id":"2","deal":"d","kind":"approve","party":"b","by":"B","role":"approver","at":"2025-01-02T00:00:00Z"}`
const other = `{"id":"1","deal":"other","kind":"note","at":"2025-01-02T00:00:00Z"}`

type result struct {
	code   int
	stdout string
	stderr string
	events string // the log's path
}

func runReplay(t *testing.T, log string, args ...string) result {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "agreement.json")
	require.NoError(t, os.WriteFile(file, []byte(agreement), 0o600))
	events := filepath.Join(dir, "events.jsonl")
	require.NoError(t, os.WriteFile(events, []byte(log), 0o600))
	var stdout, stderr bytes.Buffer
	code := run(append(append([]string{"-agreement", file}, args...), events), strings.NewReader(""), &stdout, &stderr)
	return result{code: code, stdout: stdout.String(), stderr: stderr.String(), events: events}
}

func lines(log ...string) string { return strings.Join(log, "\n") + "\n" }

func TestOneDecisionALineAndTheSnapshotLast(t *testing.T) {
	t.Parallel()
	r := runReplay(t, lines(approveB, other, approveA, approveB), "-asof", "2025-03-01")
	require.Zero(t, r.code, r.stderr)
	require.Equal(t, "replay: 1 event of another deal skipped: \"other\"\n", r.stderr)
	var kinds []string
	for line := range strings.Lines(r.stdout) {
		var head struct{ Event, Kind, Outcome, State, As_of string }
		require.NoError(t, json.Unmarshal([]byte(line), &head))
		kinds = append(kinds, strings.TrimSpace(head.Event+" "+head.Kind+" "+head.Outcome+head.State))
	}
	require.Equal(t, []string{"1 approve applied", "2 approve applied", "2 approve duplicate", "effect applied", "implemented"}, kinds)
	require.True(t, strings.HasPrefix(r.stdout[strings.LastIndex(strings.TrimSpace(r.stdout), "\n")+1:],
		`{"deal":"d","state":"implemented","since":"2025-02-01T00:00:00Z","revision":1,"awaiting":[],"approved":["a","b"],"as_of":"2025-03-01T23:59:59.999999999Z","policy":"strict"`))
}

// Of the same event sent with several recorded, the earliest counts, whichever came first.
func TestTheEarliestRecordedOfADuplicateCounts(t *testing.T) {
	t.Parallel()
	early, late := strings.Replace(approveB, "}", `,"recorded":"2025-01-05"}`, 1), strings.Replace(approveB, "}", `,"recorded":"2025-02-05"}`, 1)
	for _, repeats := range [][]string{{early, late, late}, {late, early, late}, {late, late, early}} {
		r := runReplay(t, lines(append(repeats, approveA)...), "-known", "2025-01-10")
		require.Zero(t, r.code, r.stderr)
		require.Contains(t, r.stdout, `{"deal":"d","state":"approved"`)
		require.NotContains(t, r.stdout, "duplicate", "what came later is not known yet")
	}
	at := strings.Replace(approveB, "}", `,"recorded":"2025-01-02T00:00:00Z"}`, 1) // the same as leaving it out
	require.Equal(t, runReplay(t, lines(at, late)).stdout, runReplay(t, lines(late, approveB)).stdout)
}

func TestAnyOrderOfTheLinesPrintsTheSameBytes(t *testing.T) {
	t.Parallel()
	require.Equal(t, runReplay(t, lines(approveA, approveB, other)).stdout, runReplay(t, lines(other, approveB, approveA)).stdout)
}

func TestABadLineStopsItAndNamesFileLineAndField(t *testing.T) {
	t.Parallel()
	for bad, want := range map[string]string{
		`{"id":"3"`: "json: the text ends too early",
		strings.Replace(approveA, `"party":"a"`, `"party":"c"`, 1): `party: "c" is not a party; want one of a, b`,
		strings.Replace(approveA, `"party"`, `"Party"`, 1):         "Party: unknown field",
		strings.Replace(approveA, "01-01T", "01-32T", 1):           `at: "2025-01-32T00:00:00Z" is no instant`,
		strings.Replace(approveB, `"id":"2"`, `"id":"1"`, 1):       `id: "1" is recorded with other content`,
		strings.Repeat("x", 2<<20):                                 "json: the line is longer than 1048576 bytes",
	} {
		r := runReplay(t, lines(approveA, "", bad))
		require.Equal(t, 1, r.code)
		require.True(t, strings.HasPrefix(r.stderr, r.events+":3: "+want), r.stderr)
		require.Empty(t, r.stdout)
	}
}

func TestAnEmptyLogLeavesTheDealWhereItBegan(t *testing.T) {
	t.Parallel()
	r := runReplay(t, "")
	require.Zero(t, r.code)
	require.Equal(t, "replay: the log is empty; the deal stands where it began\n", r.stderr)
	require.Contains(t, r.stdout, `"state":"negotiated","revision":1,"awaiting":["a","b"],"approved":[],"policy":"strict"`)
}

func TestEventsOfOtherDealsAreNamedAndALogOfNothingElseIsAnError(t *testing.T) {
	t.Parallel()
	misspelt := func(id string) string { return strings.Replace(approveA, `"deal":"d"`, `"deal":"`+id+`"`, 1) }
	r := runReplay(t, lines(misspelt("D"), misspelt("dd"), misspelt("D")))
	require.Equal(t, 1, r.code)
	require.Empty(t, r.stdout)
	require.Equal(t, "replay: no event is of the deal \"d\"; want that id as deal, where the log has \"D\", \"dd\"\n", r.stderr)
	r = runReplay(t, lines(misspelt("D"), misspelt("dd"), approveA))
	require.Zero(t, r.code)
	require.Equal(t, "replay: 2 events of other deals skipped: \"D\", \"dd\"\n", r.stderr)
	var many []string
	for i := range 100 {
		many = append(many, misspelt("x"+strings.Repeat("y", i)))
	}
	r = runReplay(t, lines(append(many, approveA)...))
	require.Zero(t, r.code)
	require.Equal(t, "replay: 100 events of other deals skipped: \"x\", \"xy\", \"xyy\", \"xyyy\", \"xyyyy\" and others\n", r.stderr)
}

func TestStandardInputIsRead(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.json")
	require.NoError(t, os.WriteFile(file, []byte(agreement), 0o600))
	for _, args := range [][]string{{"-agreement", file}, {"-agreement", file, "-"}} {
		var stdout, stderr bytes.Buffer
		require.Zero(t, run(args, strings.NewReader(approveA), &stdout, &stderr), stderr.String())
		require.Contains(t, stdout.String(), `"state":"awaiting_b_approval"`)
	}
}

// A log is the same as lines and as a table, which its name tells or -in says.
func TestATableIsReadAsItsLinesAre(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, table := filepath.Join(dir, "a.json"), filepath.Join(dir, "log.CSV")
	text := "id,deal,kind,party,by,role,at\n2,d,approve,b,B,approver,2025-01-02T00:00:00Z\n1,d,approve,a,A,approver,2025-01-01T00:00:00Z\n"
	require.NoError(t, os.WriteFile(file, []byte(agreement), 0o600))
	require.NoError(t, os.WriteFile(table, []byte(text), 0o600))
	want := runReplay(t, lines(approveA, approveB)).stdout
	for _, args := range [][]string{{table}, {"-in", "csv", "-"}} {
		var stdout, stderr bytes.Buffer
		require.Zero(t, run(append([]string{"-agreement", file}, args...), strings.NewReader(text), &stdout, &stderr), stderr.String())
		require.Equal(t, want, stdout.String())
	}
	require.NoError(t, os.WriteFile(table, []byte(text+"3,d,approve,c,,press,2025-01-03\n"), 0o600))
	var stdout, stderr bytes.Buffer
	require.Equal(t, 1, run([]string{"-agreement", file, table}, strings.NewReader(""), &stdout, &stderr))
	require.Equal(t, table+":4: party: \"c\" is not a party; want one of a, b\n", stderr.String())
}

func TestEachOutputTellsTheSameDeal(t *testing.T) {
	t.Parallel()
	for out, want := range map[string][]string{
		"text":    {"official", "State: implemented"},
		"html":    {"<!DOCTYPE html>", "implemented", "strict", "reported"},
		"svg":     {"<svg ", "strict", "official", "reported"},
		"mermaid": {"stateDiagram-v2", "implemented"},
	} {
		r := runReplay(t, lines(approveA, approveB), "-asof", "2025-03-01", "-policy", "official", "-out", out)
		require.Zero(t, r.code, r.stderr)
		for _, w := range want {
			require.Contains(t, r.stdout, w, out)
		}
		require.Equal(t, r.stdout, runReplay(t, lines(approveB, approveA), "-asof", "2025-03-01", "-policy", "official", "-out", out).stdout)
	}
}

func TestWrongUseIsExplained(t *testing.T) {
	t.Parallel()
	for args, code := range map[string]int{
		"":                                  2,
		"-agreement x.json -policy hearsay": 2,
		"-agreement x.json -asof soon":      2,
		"-agreement x.json a b":             2,
		"-agreement x.json -in xlsx":        2,
		"-agreement x.json -out pdf":        2,
		"-agreement missing.json -":         1,
		"-agreement main.go -":              1,
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, code, run(strings.Fields(args), strings.NewReader(""), &stdout, &stderr), args)
		require.NotEmpty(t, stderr.String())
		require.Empty(t, stdout.String())
	}
}
