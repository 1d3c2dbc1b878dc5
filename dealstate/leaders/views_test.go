package leaders_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/leaders"
)

// named are the deals of the table, by the name that it gives each.
var named = map[string]dealstate.Agreement{"turnberry": leaders.Turnberry(), "india": leaders.India(), "mercosur": leaders.Mercosur()}

// viewRow is one row of testdata/views.txt: where a deal stood in one view.
type viewRow struct {
	name, asOf, known, policy     string
	state, awaiting, kept, reason string
}

func (r viewRow) String() string {
	return fmt.Sprintf("%s as of %s, known by %s, %s", r.name, r.asOf, r.known, r.policy)
}

// viewRows reads the table; a row for all policies becomes one for each.
func viewRows(t *testing.T) []viewRow {
	t.Helper()
	text, err := os.ReadFile("testdata/views.txt")
	require.NoError(t, err)
	var rows []viewRow
	name := ""
	for lines := bufio.NewScanner(strings.NewReader(string(text))); lines.Scan(); {
		line := lines.Text()
		switch cells := strings.Split(line, " | "); {
		case line == "" || line[0] == '#':
		case len(cells) == 1:
			name = line
		default:
			rows = append(rows, rowsOf(t, name, cells)...)
		}
	}
	return rows
}

func rowsOf(t *testing.T, name string, cells []string) []viewRow {
	t.Helper()
	require.Len(t, cells, 6, "%v", cells)
	days := strings.Fields(cells[0])
	var rows []viewRow
	for _, p := range dealstate.Policies() {
		if cells[1] == "all" || cells[1] == p.Name {
			rows = append(rows, viewRow{name, days[0], days[len(days)-1], p.Name, cells[2], strings.Trim(cells[3], "-"), strings.Trim(cells[4], "-"), cells[5]})
		}
	}
	return rows
}

func TestEachDealStandsWhereTheTableOfViewsPutsIt(t *testing.T) {
	t.Parallel()
	for _, r := range viewRows(t) {
		view, err := dealstate.ParseView(r.asOf, r.known, r.policy)
		require.NoError(t, err)
		deal, err := leaders.Open(named[r.name], view.Policy)
		require.NoError(t, err)
		s, decisions := deal.Replay(view)
		require.Equal(t, r.state, string(s.State), r.String())
		require.Equal(t, r.awaiting, strings.Join(s.Awaiting, " "), r.String())
		require.Equal(t, r.kept, kept(s), r.String())
		require.Contains(t, reasons(s, decisions, r.reason), r.reason, r.String())
	}
}

// kept says how many commitments each party has performed, of those that it has.
func kept(s dealstate.Snapshot) string {
	var parts []string
	for _, b := range s.Balances() {
		parts = append(parts, fmt.Sprintf("%s %d/%d", b.Party, b.Performed, b.Of))
	}
	return strings.Join(parts, ", ")
}

// reasons is what the library says in the view: of the event that the wanted reason
// begins with, all reasons, each after its id; else the explanation.
func reasons(s dealstate.Snapshot, decisions []dealstate.Decision, want string) string {
	id, _, _ := strings.Cut(want, ": ")
	var said strings.Builder
	for _, d := range decisions {
		for _, why := range d.Reasons {
			if d.Event == id {
				fmt.Fprintf(&said, "%s: %s\n", id, why)
			}
		}
	}
	if said.Len() == 0 {
		return s.Explain()
	}
	return said.String()
}

func TestTheTableOfViewsHasSixDaysOfEachDealUnderEachPolicy(t *testing.T) {
	t.Parallel()
	seen := map[string]map[string]bool{}
	for _, r := range viewRows(t) {
		key := r.name + " " + r.policy
		if seen[key] == nil {
			seen[key] = map[string]bool{}
		}
		seen[key][r.asOf+" "+r.known] = true
	}
	require.Len(t, seen, len(leaders.Agreements())*len(dealstate.Policies()))
	for key, days := range seen {
		require.GreaterOrEqual(t, len(days), 6, key)
	}
}
