package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the transcripts to what the commands say now")

// now is when every command of the tests runs.
var now = time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC)

// newApp gives an app of a folder, in which nobody sits at a terminal.
func newApp(in string) (a *app, out, err *bytes.Buffer) {
	out, err = new(bytes.Buffer), new(bytes.Buffer)
	return &app{ctx: context.Background(), in: strings.NewReader(in), out: out, err: err, now: func() time.Time { return now }}, out, err
}

// ran is what a command came to.
type ran struct {
	code     int
	out, err string
}

func run(args ...string) ran {
	a, out, err := newApp("")
	code := a.run(args)
	return ran{code, out.String(), err.String()}
}

// runIn runs a command on a folder.
func runIn(dir string, args ...string) ran { return run(append([]string{"-C", dir}, args...)...) }

// String is the command's output as it stands in a transcript: first what went to standard
// output, then the errors, and the exit code where it is not 0.
func (r ran) String() string {
	text := r.out + r.err
	if r.code != exitDone {
		text += fmt.Sprintf("[exit %d]\n", r.code)
	}
	return text
}

// folderOf copies the folder of the tests.
func folderOf(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/folder")))
	return dir
}

// words splits a command line as a shell does, as far as the transcripts need it.
func words(line string) (args []string) {
	for _, m := range regexp.MustCompile(`"([^"]*)"|'([^']*)'|(\S+)`).FindAllStringSubmatch(line, -1) {
		args = append(args, m[1]+m[2]+m[3])
	}
	return args
}

// sizes are those of files that were written; they change with what others draw and measure.
var sizes = regexp.MustCompile(`, [0-9.]+ (bytes|kB|MB)\n`)

// A transcript shows commands, each after a $, and what they say. They run one after the
// other in one copy of the folder, which is the working directory.
func transcript(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if command, is := strings.CutPrefix(line, "$ dealstate"); is {
			said := sizes.ReplaceAllString(run(words(command)...).String(), ", SIZE\n")
			b.WriteString(line + said + "\n")
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func TestEveryTranscriptSaysWhatTheCommandsSay(t *testing.T) {
	files, err := filepath.Glob("testdata/transcripts/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			file, err := filepath.Abs(file)
			require.NoError(t, err)
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			t.Chdir(folderOf(t))
			have := transcript(string(want))
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(have), 0o644))
				return
			}
			require.Equal(t, string(want), have)
		})
	}
}
