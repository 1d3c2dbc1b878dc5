package uschina_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// viewRow is one row of testdata/views.txt: where a deal stood in one view.
type viewRow struct {
	city, asOf, known, policy string
	state, awaiting           string
	kept                      map[string]string // by party: performed of undertaken
	reason                    string
}

func (r viewRow) String() string {
	return fmt.Sprintf("%s as of %s, known by %s, %s", r.city, r.asOf, r.known, r.policy)
}

// viewRows reads the table; a row for all policies becomes one for each.
func viewRows(t *testing.T) []viewRow {
	t.Helper()
	file, err := os.Open("testdata/views.txt")
	require.NoError(t, err)
	defer file.Close()
	var rows []viewRow
	city := ""
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		switch cells := strings.Split(line, " | "); {
		case line == "" || line[0] == '#':
		case len(cells) == 1:
			city = line
		default:
			rows = append(rows, rowsOf(t, city, cells)...)
		}
	}
	return rows
}

func rowsOf(t *testing.T, city string, cells []string) []viewRow {
	t.Helper()
	require.Len(t, cells, 7, "%v", cells)
	days := strings.Fields(cells[0])
	r := viewRow{city: city, asOf: days[0], known: days[len(days)-1], policy: cells[1], state: cells[2],
		awaiting: strings.Trim(cells[3], "-"), kept: map[string]string{"us": cells[4], "china": cells[5]}, reason: cells[6]}
	if r.policy != "all" {
		return []viewRow{r}
	}
	var rows []viewRow
	for _, p := range dealstate.Policies() {
		r.policy = p.Name
		rows = append(rows, r)
	}
	return rows
}

func agreementOf(t *testing.T, city string) dealstate.Agreement {
	t.Helper()
	for _, a := range uschina.Agreements() {
		if strings.Split(a.ID, "-")[2] == city {
			return a
		}
	}
	require.Fail(t, "no agreement", city)
	return dealstate.Agreement{}
}

func TestEachDealStandsWhereTheTableOfViewsPutsIt(t *testing.T) {
	t.Parallel()
	for _, r := range viewRows(t) {
		view, err := dealstate.ParseView(r.asOf, r.known, r.policy)
		require.NoError(t, err)
		deal, err := uschina.Open(agreementOf(t, r.city), view.Policy)
		require.NoError(t, err)
		s, decisions := deal.Replay(view)
		require.Equal(t, r.state, string(s.State), r)
		require.Equal(t, r.awaiting, strings.Join(s.Awaiting, " "), r)
		for _, b := range s.Balances() {
			require.Equal(t, r.kept[b.Party], fmt.Sprintf("%d/%d", b.Performed, b.Of), "%s: kept by %s", r, b.Party)
		}
		require.Contains(t, reasons(s, decisions, r.reason), r.reason, r)
	}
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
		key := r.city + " " + r.policy
		if seen[key] == nil {
			seen[key] = map[string]bool{}
		}
		seen[key][r.asOf+" "+r.known] = true
	}
	require.Len(t, seen, len(uschina.Agreements())*len(dealstate.Policies()))
	for key, days := range seen {
		require.GreaterOrEqual(t, len(days), 6, key)
	}
}
