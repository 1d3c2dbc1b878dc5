package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// tutorial is the page that a newcomer follows.
const tutorial = "../../TUTORIAL.md"

// TestMain lets the binary of the tests stand for the command where it is called by its name,
// as the commands of the tutorial call it.
func TestMain(m *testing.M) {
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == "dealstate" {
		main()
	}
	os.Exit(m.Run())
}

// A step of the tutorial is one of a file to write, lines for a shell, or a command with what
// it prints.
type step struct {
	file    string // the name of a file; its text is in text
	block   string // the name of a block of lines for a shell; they are in text
	command string // a command; its output is in text
	text    string
}

var tutorialStep = regexp.MustCompile("(?m)^```\\w+ (\\S+)\\n((?s:.*?)\\n)```$|^    \\$ (.*)\\n((?:\\n?    [^$\\n].*\\n)*)")

// stepsOf are those of a page, in its order.
func stepsOf(page string) (steps []step) {
	for _, m := range tutorialStep.FindAllStringSubmatch(page, -1) {
		s := step{text: m[2]}
		switch {
		case m[3] != "":
			s = step{command: m[3], text: regexp.MustCompile("(?m)^    ").ReplaceAllString(m[4], "")}
		case strings.Contains(m[1], "."):
			s.file = m[1]
		default:
			s.block = m[1]
		}
		steps = append(steps, s)
	}
	return steps
}

// beginner is where somebody follows the tutorial, with the commands and the clock of this
// machine: what it shows may not depend on today.
type beginner struct {
	dir string   // the folder in which commands are typed
	env []string // in which the binary of the tests is the command
}

// newBeginner gives one in a new folder, beside what git clone would have fetched. Nothing is
// fetched from the network.
func newBeginner(t *testing.T) *beginner {
	t.Helper()
	home, bin := t.TempDir(), t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	repository, err := filepath.Abs("../../..")
	require.NoError(t, err)
	require.NoError(t, os.Symlink(self, filepath.Join(bin, "dealstate")))
	require.NoError(t, os.Symlink(repository, filepath.Join(home, "dealtracker")))
	path := bin + string(os.PathListSeparator) + os.Getenv("PATH")
	return &beginner{dir: home, env: append(os.Environ(), "PATH="+path, "GOBIN="+bin, "GOPROXY=off", "GOWORK=", "GOFLAGS=", "USER=beginner")}
}

// shell runs lines, and gives what they print, errors among it.
func (b *beginner) shell(t *testing.T, lines string) string {
	t.Helper()
	run := exec.Command("sh", "-e", "-c", lines)
	run.Dir, run.Env = b.dir, b.env
	out, err := run.CombinedOutput()
	require.NoError(t, err, "%s\n%s", lines, out)
	return string(out)
}

// install runs the first block: what git would fetch is there, and only the proof builds the
// command, for the binary of the tests stands for it.
func (b *beginner) install(t *testing.T, lines string) {
	t.Helper()
	lines, found := strings.CutPrefix(lines, "git clone https://github.com/fe115bb3/dealtracker\n")
	require.True(t, found)
	install, lines, _ := strings.Cut(lines, "\n")
	require.Regexp(t, `^go install -C dealtracker/dealstate/cmd/dealstate \.$`, install)
	if proof.Whole() {
		b.shell(t, "rm \"$GOBIN/dealstate\"\n"+install)
	}
	require.Empty(t, b.shell(t, lines+"dealstate --version >/dev/null"))
	b.dir = filepath.Join(b.dir, "fish")
	require.DirExists(t, b.dir)
}

func (b *beginner) follow(t *testing.T, s step) (printed string) {
	t.Helper()
	switch {
	case s.block == "install":
		b.install(t, s.text)
	case s.block == "module":
		b.shell(t, s.text)
	case s.block != "":
		t.Errorf("the tutorial has a block %q, of which this test knows nothing", s.block)
	case s.file != "":
		file := filepath.Join(b.dir, s.file)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(s.text), 0o644))
	default:
		return b.shell(t, s.command)
	}
	return ""
}

// TestTheTutorialGoesAsItSays follows the tutorial word by word, in an empty folder, with
// the clock of today. With -update it writes into the page what is printed.
func TestTheTutorialGoesAsItSays(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(tutorial)
	require.NoError(t, err)
	page, b := string(text), newBeginner(t)
	for _, s := range stepsOf(page) {
		printed := b.follow(t, s)
		if s.command == "" {
			continue
		}
		if *update {
			page = strings.Replace(page, shown(s.command, s.text), shown(s.command, printed), 1)
			continue
		}
		require.Equal(t, shown(s.command, s.text), shown(s.command, printed))
	}
	require.NotContains(t, b.shell(t, "dealstate check"), "not read", "the files of the Go programs are no files of deals, and may lie there")
	if *update {
		require.NoError(t, os.WriteFile(tutorial, []byte(page), 0o644))
	}
}

// shown is a command and what it prints, as they stand on a page: no line ends in a blank.
func shown(command, printed string) string {
	text := "    $ " + command + "\n"
	for line := range strings.Lines(printed) {
		text += strings.TrimRight("    "+line, " \n") + "\n"
	}
	return text
}

// Every line of the tutorial that stands apart from the text is a step.
func TestTheTutorialShowsNothingThatIsNotRun(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(tutorial)
	require.NoError(t, err)
	rest := tutorialStep.ReplaceAllString(string(text), "")
	require.NotContains(t, rest, "```")
	require.NotRegexp(t, `(?m)^    `, rest)
}
