package leaders_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/leaders"
)

// What makes the record one that can be cited.

func recorded(t *testing.T) map[string]dealstate.Event {
	t.Helper()
	events := map[string]dealstate.Event{}
	for e, err := range leaders.Events() {
		require.NoError(t, err)
		require.NotContains(t, events, e.ID)
		events[e.ID] = e
	}
	return events
}

func TestEverySourceIsAPageOrACitation(t *testing.T) {
	t.Parallel()
	for id, e := range recorded(t) {
		require.NotEmpty(t, e.Source.Publisher, id)
		require.NotEmpty(t, e.Source.Published, id)
		require.NotEmpty(t, e.Note, id)
		if e.Source.URL == "" {
			require.Regexp(t, regexp.MustCompile(`\d`), e.Source.Publisher, "%s has neither a page nor a citation", id)
			continue
		}
		page, err := url.Parse(e.Source.URL)
		require.NoError(t, err, id)
		require.Contains(t, []string{"http", "https"}, page.Scheme, id)
		require.NotEmpty(t, strings.Trim(page.Path, "/")+page.RawQuery, "%s: %s is a whole site, not a page", id, e.Source.URL)
	}
}

func TestEveryReportIsOfOneOfTheDeals(t *testing.T) {
	t.Parallel()
	n := 0
	for _, a := range leaders.Agreements() {
		deal, err := leaders.Open(a, dealstate.Reported)
		require.NoError(t, err)
		for range deal.Events() {
			n++
		}
	}
	require.Len(t, recorded(t), n)
}

// A source that gives a day only is learned of at its end: nobody can claim more.
func TestWhatIsKnownByTheDayIsRecordedAtItsEnd(t *testing.T) {
	t.Parallel()
	for id, e := range recorded(t) {
		require.Equal(t, "23:59:59", e.Recorded.Format(time.TimeOnly), id)
	}
}

func TestTheRecordSaysWhereItEnds(t *testing.T) {
	t.Parallel()
	last := map[string]time.Time{}
	for _, e := range recorded(t) {
		if e.Recorded.After(last[e.Deal]) {
			last[e.Deal] = e.Recorded
		}
	}
	for _, a := range leaders.Agreements() {
		require.Contains(t, a.Incomplete, "ends on "+last[a.ID].Format("2 January 2006"), a.ID)
	}
}

// inferred are the events that say more than their source does.
var inferred = []string{"turnberry-vonderleyen-0727-parliament", "turnberry-vonderleyen-0727-council", "india-sources-0313-oil", "mercosur-press-0109"}

func TestWhatIsInferredSaysSo(t *testing.T) {
	t.Parallel()
	events := recorded(t)
	for _, id := range inferred {
		require.Contains(t, events[id].Note, "inference", id)
	}
}

// contradictions are pairs of reports that cannot both be right, or of which one leaves
// out what the other claims.
var contradictions = [][2]string{
	{"turnberry-vonderleyen-0727-council", "turnberry-diplomat-0727"}, // have the member states agreed?
	{"turnberry-vonderleyen-0727-parliament", "turnberry-lange-0121"}, // has the Parliament?
	{"turnberry-implemented-0925", "turnberry-proposals-0828"},        // is it implemented before it is law?
	{"turnberry-trump-0507", "turnberry-eo-14326"},                    // who is late, of two halves?
	{"india-trump-0202-modi", "india-modi-0202"},                      // did Modi agree to a deal?
	{"india-eo-14384", "india-lavrov-0211"},                           // will India stop buying Russian oil?
	{"india-sources-0313", "india-commerce-0313"},                     // is the signing put off?
	{"mercosur-press-0109", "mercosur-council-0109"},                  // is it consent, or leave to sign?
	{"mercosur-press-0305", "mercosur-vonderleyen-0227"},              // is it applied, or to be applied?
	{"mercosur-applied-0501", "mercosur-court-0121"},                  // applied while the Court is asked
}

func TestBothSidesOfEachContradictionAreOnRecord(t *testing.T) {
	t.Parallel()
	events := recorded(t)
	for _, pair := range contradictions {
		for _, id := range pair {
			require.Contains(t, events, id)
		}
	}
}

func TestEveryActOfACommitmentIsItsPartysOwn(t *testing.T) {
	t.Parallel()
	owes := map[string]string{}
	for _, a := range leaders.Agreements() {
		for _, c := range a.Commitments {
			owes[a.ID+" "+c.ID] = c.Party
		}
	}
	for id, e := range recorded(t) {
		if e.Kind == dealstate.Perform || e.Kind == dealstate.Breach {
			require.Equal(t, owes[e.Deal+" "+e.Commitment], e.Party, id)
		}
	}
}

// The standards of proof are kept apart for these: on the word of one who could not give
// it, the EU's consent is on record eleven months before the bodies gave it.
func TestReportedRunsElevenMonthsAheadOfTheLaw(t *testing.T) {
	t.Parallel()
	since := map[string]time.Time{}
	for _, p := range dealstate.Policies() {
		deal, err := leaders.Open(leaders.Turnberry(), p)
		require.NoError(t, err)
		for d := range deal.Decisions() {
			if d.From != d.To && d.To == dealstate.StateApproved {
				since[p.Name] = d.At
			}
		}
	}
	require.Equal(t, since["strict"], since["official"])
	require.Equal(t, "2025-07-27", since["reported"].Format(time.DateOnly))
	require.Equal(t, "2026-06-25", since["strict"].Format(time.DateOnly))
}

// Law 12: where two bodies must consent, each is a party, and neither speaks for the other.
func TestNoBodyConsentsForTheOther(t *testing.T) {
	t.Parallel()
	for _, a := range []dealstate.Agreement{leaders.Turnberry(), leaders.Mercosur()} {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		require.Error(t, m.Admit(dealstate.Event{ID: "e", Deal: a.ID, Kind: dealstate.Approve, Party: "parliament", By: "Council of the EU", Role: dealstate.Approver, At: time.Unix(0, 0)}))
		require.NoError(t, m.Admit(dealstate.Event{ID: "e", Deal: a.ID, Kind: dealstate.Approve, Party: "council", By: "Council of the EU", Role: dealstate.Approver, At: time.Unix(0, 0)}))
	}
}

func TestNothingThatIndiaSignedIsOnRecord(t *testing.T) {
	t.Parallel()
	for id, e := range recorded(t) {
		require.False(t, e.Deal == leaders.India().ID && e.Kind == dealstate.Sign, id)
	}
}

// A balance counts it among what India owes, so its very id says whose word it is.
func TestWhatOnlyWashingtonClaimsIsCalledAClaim(t *testing.T) {
	t.Parallel()
	for _, a := range leaders.Agreements() {
		for _, c := range a.Commitments {
			claimed := strings.Contains(c.Title, "claims")
			require.Equal(t, claimed, strings.HasPrefix(c.ID, c.Party+"-claimed-"), "%s: %s", c.ID, c.Title)
		}
	}
}
