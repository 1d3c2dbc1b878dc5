package dealtest

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
)

// update reports whether -update is set. The flag is registered here, unless another
// package of the test did so first.
var update = registerUpdate()

func registerUpdate() func() bool {
	if flag.Lookup("update") == nil {
		flag.Bool("update", false, "rewrite expected results to what holds now")
	}
	return func() bool {
		f := flag.Lookup("update")
		return f != nil && f.Value.String() == "true"
	}
}

// Updating reports whether the tests run with -update, which makes [RunFile]
// rewrite expectations. Use it for golden files of your own: a test package
// that imports dealtest cannot define another flag of that name.
func Updating() bool { return update() }

// RunFile runs every scenario of the files that the pattern matches, each as
// a subtest named after its file and itself. A failure says the file and the
// line. With -update, expectations that fail are rewritten in place, and the
// test passes; read the diff. A file that does not parse, or a pattern that
// matches none, fails at once.
//
// A scenario's line "deal NAME" means one of the agreements given, by its id,
// or one of package uschina; see [Resolve].
func RunFile(t *testing.T, pattern string, own ...dealstate.Agreement) {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, paths, "no file matches %s", pattern)
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) { runFile(t, path, own) })
	}
}

// runFile runs one file, and rewrites its expectations under -update.
func runFile(t *testing.T, path string, own []dealstate.Agreement) {
	t.Helper()
	source, err := os.ReadFile(path)
	require.NoError(t, err)
	file, err := scenario.Parse(path, bytes.NewReader(source))
	require.NoError(t, err)
	require.NotEmpty(t, file.Scenarios, "%s holds no scenario", path)
	var failures []scenario.Failure
	for _, s := range file.Scenarios {
		t.Run(s.Name, func(t *testing.T) {
			t.Helper()
			failures = append(failures, runScenario(t, path, s, own)...)
		})
	}
	if Updating() && len(failures) > 0 {
		require.NoError(t, os.WriteFile(path, []byte(scenario.Rewrite(string(source), failures)), 0o644))
		t.Logf("%s: %d expectations rewritten", path, len(failures))
	}
}

// runScenario runs one scenario, and gives the failures that -update can rewrite.
func runScenario(t *testing.T, path string, s scenario.Scenario, own []dealstate.Agreement) (mend []scenario.Failure) {
	t.Helper()
	a, err := Resolve(s.Agreement, filepath.Dir(path), own...)
	require.NoError(t, err, "%s:%d:%d", path, s.Agreement.Line, s.Agreement.Column)
	report, err := scenario.Run(s, a)
	require.NoError(t, inFile(path, err))
	for _, f := range report.Failures {
		if Updating() && f.Got.Verb != 0 {
			mend = append(mend, f)
			continue
		}
		t.Errorf("%s:%d: the scenario does not go as told\n\n%s", path, f.Line, f.Message)
	}
	return mend
}

// inFile says in which file an error stands.
func inFile(path string, err error) error {
	var syntax *scenario.SyntaxError
	if errors.As(err, &syntax) {
		at := *syntax
		at.File = path
		return &at
	}
	return err
}

// Run runs one scenario on the agreement, and fails the test for every
// expectation that does not hold. It is for scenarios that a program made, such
// as a counterexample; see [RunFile] for those in files.
func Run(t TB, s scenario.Scenario, a dealstate.Agreement) scenario.Result {
	t.Helper()
	report, err := scenario.Run(s, a)
	require.NoError(t, inFile(s.Name, err))
	for _, f := range report.Failures {
		t.Errorf("%s: the scenario does not go as told\n\n%s", failurePlace(s, f), f.Message)
	}
	if !report.OK() {
		t.FailNow()
	}
	return report
}

func failurePlace(s scenario.Scenario, f scenario.Failure) string {
	if f.Line == 0 {
		return display.Inert(s.Name)
	}
	return display.Inert(fmt.Sprintf("%s, line %d", s.Name, f.Line))
}
