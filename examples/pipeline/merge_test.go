package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sharded writes the parts of an output, and gives their files.
func sharded(t *testing.T, log string, shards int, args ...string) (files []string) {
	t.Helper()
	dir := t.TempDir()
	for i := range shards {
		code, stdout, stderr := runPipeline(t, log, false, append([]string{"-shard", fmt.Sprintf("%d/%d", i+1, shards)}, args...)...)
		require.Zero(t, code, stderr)
		file := filepath.Join(dir, fmt.Sprintf("part-%d", i+1))
		require.NoError(t, os.WriteFile(file, []byte(stdout), 0o600))
		files = append(files, file)
	}
	return files
}

// argsOf are those of an output in one view, which a shard needs too.
func argsOf(out string) []string {
	return []string{"-out", out, "-asof", "2020-02-01", "-from", "2020-01-01", "-policy", "reported"}
}

func TestMergedShardsAreTheSingleRunToTheByte(t *testing.T) {
	t.Parallel()
	log := generated(t, "3000")
	for _, out := range []string{"spells", "panel", "transitions", "waits", "party-waits", "lifetimes", "funnel", "summary"} {
		_, want, _ := runPipeline(t, log, false, argsOf(out)...)
		for _, shards := range []int{1, 2, 7} {
			files := sharded(t, log, shards, argsOf(out)...)
			for range 2 {
				code, got, stderr := runPipeline(t, "", false, append([]string{"-merge"}, files...)...)
				require.Zero(t, code, stderr)
				require.Equal(t, want, got, "%s of %d shards", out, shards)
				require.Regexp(t, `^pipeline: `+out+` as of 2020-02-01T23:59:59.999999999Z merged from \d parts in .*\n$`, stderr)
				files = append(files[1:], files[0]) // in whatever order
			}
		}
	}
}

// Another engine may have split the log by deal already: each of its workers is shard 1/1.
func TestPartsOfALogThatSomebodyElseSplitAreMergedToo(t *testing.T) {
	t.Parallel()
	log := generated(t, "2000")
	halves := [2]strings.Builder{}
	for line := range strings.Lines(log) {
		_, rest, _ := strings.Cut(line, `"deal":"deal-`)
		halves[rest[6]%2].WriteString(line)
	}
	for _, out := range []string{"transitions", "waits", "party-waits", "lifetimes", "funnel", "summary"} {
		_, want, _ := runPipeline(t, log, false, argsOf(out)...)
		files := append(sharded(t, halves[0].String(), 1, argsOf(out)...), sharded(t, halves[1].String(), 1, argsOf(out)...)...)
		code, got, stderr := runPipeline(t, "", false, append([]string{"-merge"}, files...)...)
		require.Zero(t, code, stderr)
		require.Equal(t, want, got)
	}
}

func TestAnEmptyShardIsAPartAsAnyOther(t *testing.T) {
	t.Parallel()
	log := strings.SplitAfterN(generated(t, "100"), "\n", 2)[0]
	for _, out := range []string{"spells", "panel", "transitions", "waits", "summary"} {
		_, want, _ := runPipeline(t, log, false, argsOf(out)...)
		code, got, stderr := runPipeline(t, "", false, append([]string{"-merge"}, sharded(t, log, 5, argsOf(out)...)...)...)
		require.Zero(t, code, stderr)
		require.Equal(t, want, got)
	}
}

func TestPartsThatDoNotBelongTogetherAreRefused(t *testing.T) {
	t.Parallel()
	log := generated(t, "300")
	spells := sharded(t, log, 2, argsOf("spells")...)
	summary := sharded(t, log, 2, argsOf("summary")...)
	three := sharded(t, log, 3, argsOf("spells")...)
	strict := sharded(t, log, 2, append(argsOf("spells"), "-policy", "strict")...)
	later := sharded(t, log, 2, append(argsOf("spells"), "-asof", "2020-02-02")...)
	moves := sharded(t, log, 1, argsOf("transitions")...)
	bad := func(text string) string {
		file := filepath.Join(t.TempDir(), "bad")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	part, err := os.ReadFile(spells[1])
	require.NoError(t, err)
	lines := strings.SplitAfter(string(part), "\n")
	for name, of := range map[string]struct {
		files []string
		want  string
	}{
		"nothing":     {nil, "-merge: no files; want those that -shard wrote"},
		"missing":     {[]string{"nowhere"}, "open nowhere: no such file"},
		"one of two":  {spells[:1], "-merge: shard 2/2 is missing"},
		"twice":       {[]string{spells[0], spells[0]}, "shard 1/2 is in"},
		"other":       {[]string{spells[0], summary[1]}, `its output is "summary"; that of`},
		"shards":      {[]string{spells[0], three[1]}, `its number of shards is "3"; that of`},
		"policy":      {[]string{spells[0], strict[1]}, `its policy is "strict"; that of`},
		"as of":       {[]string{spells[0], later[1]}, `its -asof is "2020-02-02T23:59:59.999999999Z"; that of`},
		"same deals":  {[]string{moves[0], moves[0]}, "is in \"" + moves[0] + "\" already; want each deal whole, in one part"},
		"a log":       {[]string{bad(log)}, "its first line is not the head of a part, as -shard writes it"},
		"empty":       {[]string{bad("")}, "its first line is not the head of a part, as -shard writes it"},
		"torn":        {[]string{spells[0], bad(string(part[:len(part)/2]))}, "it ends in the middle; let its shard run again"},
		"lines lost":  {[]string{spells[0], bad(lines[0] + strings.Join(lines[2:], ""))}, "as its end says"},
		"no line":     {[]string{spells[0], bad(lines[0] + "{\n")}, "line 2: unexpected EOF"},
		"out of turn": {[]string{spells[0], bad(lines[0] + strings.Join(lines[9:11], "") + strings.Join(lines[1:9], ""))}, "its place is"},
		"new":         {[]string{bad(strings.Replace(string(part), `"version":1`, `"version":2`, 1))}, "it is of version 2; this program reads 1"},
		"xes":         {[]string{bad(strings.Replace(string(part), `"part":"spells"`, `"part":"xes"`, 1))}, `it is a part of "xes", which is not merged`},
		"no shard":    {[]string{bad(strings.Replace(string(part), `"shard":2`, `"shard":3`, 1))}, "it is shard 3 of 2"},
	} {
		code, _, stderr := runPipeline(t, "", false, append([]string{"-merge"}, of.files...)...)
		require.NotZero(t, code, name)
		require.Contains(t, stderr, of.want, name)
		requireInert(t, stderr)
	}
}

// All parts in one file, as cat makes it, are not the first of them.
func TestNothingMayFollowTheEndOfAPart(t *testing.T) {
	t.Parallel()
	log := generated(t, "300")
	for _, o := range outputs {
		if o.part == nil {
			continue
		}
		part, err := os.ReadFile(sharded(t, log, 1, argsOf(o.name)...)[0])
		require.NoError(t, err)
		for _, more := range []string{string(part), "\n", "x", `{"lines":0}` + "\n"} {
			file := filepath.Join(t.TempDir(), "all")
			require.NoError(t, os.WriteFile(file, append(part, more...), 0o600))
			code, stdout, stderr := runPipeline(t, "", false, "-merge", file)
			require.Equal(t, 1, code, o.name)
			require.Empty(t, stdout)
			require.Contains(t, stderr, "more follows the end of the part; want one part in a file")
		}
	}
}

// Whatever is wrong with a part, no row is written: there are none that a reader could take
// for all.
func TestOfPartsThatAreNotWholeNothingIsWritten(t *testing.T) {
	t.Parallel()
	log := generated(t, "3000")
	for _, out := range []string{"spells", "panel"} {
		files := sharded(t, log, 2, argsOf(out)...)
		part, err := os.ReadFile(files[1])
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(files[1], part[:len(part)-100], 0o600))
		code, stdout, stderr := runPipeline(t, "", false, "-merge", files[0], files[1])
		require.Equal(t, 1, code, out)
		require.Empty(t, stdout)
		require.Contains(t, stderr, "it ends in the middle; let its shard run again")
	}
}

// A part of a log that somebody else split is there once, by whatever name, and holds its
// deals whole.
func TestAPartIsMergedOnce(t *testing.T) {
	t.Parallel()
	log, other := generated(t, "300"), generated(t, "1")
	other = strings.ReplaceAll(other, "deal-0000001", "deal-x")
	for _, o := range outputs {
		if o.part == nil {
			continue
		}
		part, second := sharded(t, log, 1, argsOf(o.name)...)[0], sharded(t, other, 1, argsOf(o.name)...)[0]
		text, err := os.ReadFile(part)
		require.NoError(t, err)
		again := filepath.Join(t.TempDir(), "again")
		require.NoError(t, os.WriteFile(again, text, 0o600))
		for _, files := range [][]string{{part, part}, {part, again}, {part, second, again}} {
			code, stdout, stderr := runPipeline(t, "", false, append([]string{"-merge"}, files...)...)
			require.Equal(t, 1, code, "%s of %v", o.name, files)
			require.Empty(t, stdout)
			require.Contains(t, stderr, "want each deal whole, in one part")
		}
		code, _, stderr := runPipeline(t, "", false, "-merge", part, second)
		require.Zero(t, code, stderr)
		empty := sharded(t, "", 1, argsOf(o.name)...)[0]
		code, _, stderr = runPipeline(t, "", false, "-merge", empty, part, empty)
		require.Zero(t, code, stderr)
	}
}

// A row is as a shard writes it, to the byte: what would be lost or made up is refused.
func TestARowThatNoShardWritesIsRefused(t *testing.T) {
	t.Parallel()
	for _, out := range []string{"spells", "panel"} {
		part, err := os.ReadFile(sharded(t, generated(t, "300"), 1, argsOf(out)...)[0])
		require.NoError(t, err)
		head, rest, _ := strings.Cut(string(part), "\n")
		first, rest, _ := strings.Cut(rest, "\n")
		deal := `"deal":"deal-0000027"`
		require.Contains(t, first, deal)
		for _, odd := range []string{
			strings.Replace(first, deal, `"deal":null`, 1), strings.Replace(first, deal, `"deal":""`, 1), strings.Replace(first, deal+",", "", 1), strings.Replace(first, deal, `"DEAL":"deal-0000027"`, 1),
			strings.Replace(first, deal, deal+","+deal, 1), strings.Replace(first, deal, deal+`,"more":1`, 1), strings.Replace(first, `"place":0`, `"place":null`, 1), strings.Replace(first, `"place":0,`, "", 1),
			strings.Replace(first, "deal-0000027", "deal-\xff", 1), strings.Replace(first, `"place":0`, `"place":-1`, 1), strings.Replace(first, "deal-0000027", `deal-\ud800`, 1), first + " ", first + first, "{}", "null",
		} {
			file := filepath.Join(t.TempDir(), "part")
			require.NoError(t, os.WriteFile(file, []byte(head+"\n"+odd+"\n"+rest), 0o600))
			code, stdout, stderr := runPipeline(t, "", false, "-merge", file)
			require.Equal(t, 1, code, odd)
			require.Empty(t, stdout)
			require.Contains(t, stderr, "line 2: ")
		}
	}
}

// Two parts of rows that share a deal are refused, whichever deal it is.
func TestNoDealIsInTwoPartsOfRows(t *testing.T) {
	t.Parallel()
	log := strings.ReplaceAll(generated(t, "200"), "deal-00000", "other-")
	last := log[strings.LastIndex(log[:len(log)-1], "\n")+1:]
	for _, out := range []string{"spells", "panel"} {
		files := append(sharded(t, generated(t, "200")+last, 1, argsOf(out)...), sharded(t, log, 1, argsOf(out)...)...)
		code, stdout, stderr := runPipeline(t, "", false, append([]string{"-merge"}, files...)...)
		require.Equal(t, 1, code, out)
		require.Empty(t, stdout)
		require.Contains(t, stderr, "want each deal whole, in one part")
	}
}

func TestAShardIsToldWhatItCannotSee(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"-shard 1/2":                             "-shard: want -asof or -known, for no shard sees where the whole log ends",
		"-shard 1/2 -asof 2025-01-01 -out panel": "-shard: want -from for a panel, for no shard sees where the whole log begins",
		"-shard 1/2 -asof 2025-01-01 -out xes":   "-out xes is not written in parts; want one of funnel, lifetimes, panel, party-waits, spells, summary, transitions, waits with -shard",
		"-shard 1/2 -generate 3":                 "-generate: not with -shard, which reads a log",
		"-shard 0/2":                             `-shard "0/2"; want i/n, such as 1/8, with i from 1 to n and n at most 1000`,
		"-shard 3/2":                             `-shard "3/2"; want i/n, such as 1/8, with i from 1 to n and n at most 1000`,
		"-shard 2":                               `-shard "2"; want i/n, such as 1/8, with i from 1 to n and n at most 1000`,
		"-from soon":                             `-from: moment: "soon" is`,
		"-merge -out spells x":                   "-out: not with -merge; each part says how it was measured",
	} {
		code, stdout, stderr := runPipeline(t, "", false, strings.Fields(args)...)
		require.Equal(t, 2, code, args)
		require.Empty(t, stdout)
		require.Contains(t, stderr, want)
	}
}
