package dealtest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
)

// Case is one row of a table of tests on one agreement: what was reported, and what then
// holds. It is plain data.
type Case struct {
	Name  string           // of the subtest; go test -run has _ for a blank in it
	Under dealstate.Policy // the deal's; zero: strict
	Acts  string           // lines of a scenario: one act a line; expectations of an act may stand indented under it
	Want  string           // what holds after the last act, one expectation a line
}

// RunCases runs every case on a deal of its own, as a subtest of the case's name. Acts and
// expectations are those of package scenario:
//
//	dealtest.RunCases(t, uschina.London(),
//		dealtest.Case{Name: "nobody", Want: "state negotiated"},
//		dealtest.Case{Name: "China alone", Acts: "2025-06-20 approve china by xi", Want: "awaiting us"})
//
// go test -run 'TestLondon/China_alone' runs the second one. A failure says the case, the
// line and why it does not hold.
func RunCases(t *testing.T, a dealstate.Agreement, cases ...Case) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Helper()
			c.run(t, a)
		})
	}
}

// run runs the case, and fails the test for every line that does not hold.
func (c Case) run(t TB, a dealstate.Agreement) {
	t.Helper()
	require.NotEmpty(t, c.Name, "a case has no name; want one, by which go test -run finds it")
	lines := c.lines()
	require.NotEmpty(t, lines, "%s: no act and nothing expected", c.Name)
	file, err := scenario.Parse(c.Name, strings.NewReader(caseHead+strings.Join(lines, "\n")+"\n"))
	if err != nil {
		fatal(t, c.inCase(err))
	}
	s := file.Scenarios[0]
	s.Name, s.Policy = c.Name, c.Under
	result, err := scenario.Run(s, a)
	if err != nil {
		fatal(t, c.inCase(err))
	}
	for _, f := range result.Failures {
		t.Errorf("%s: %s\n\n%s", display.Inert(c.Name), display.Inert(strings.TrimSpace(lines[f.Line-1-headLines])), f.Message)
	}
}

// caseHead stands before the lines of a case, so that they are a scenario.
const caseHead, headLines = "scenario case\ndeal case\n", 2

// lines are the acts as they are written, less the first one's indentation, and then the
// expectations.
func (c Case) lines() (lines []string) {
	acts := strings.Trim(c.Acts, "\n")
	margin := acts[:len(acts)-len(strings.TrimLeft(acts, " \t"))]
	for line := range strings.Lines(acts) {
		if line = strings.TrimRight(line, " \t\n"); line != "" {
			lines = append(lines, strings.TrimPrefix(line, margin))
		}
	}
	for line := range strings.Lines(c.Want) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, "  "+line)
		}
	}
	return lines
}

// inCase says in which line of the case an error stands.
func (c Case) inCase(err error) string {
	syntax, ok := inFile(c.Name, err).(*scenario.SyntaxError)
	if !ok {
		return err.Error()
	}
	lines := c.lines()
	if at := syntax.Line - 1 - headLines; at >= 0 && at < len(lines) {
		return display.Inert(fmt.Sprintf("%s: %s: %s", c.Name, strings.TrimSpace(lines[at]), syntax.Problem))
	}
	return display.Inert(c.Name + ": " + syntax.Problem)
}
