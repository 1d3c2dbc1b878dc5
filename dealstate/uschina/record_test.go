package uschina_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// What makes the record one that can be cited.

func record(t *testing.T) map[string]dealstate.Event {
	t.Helper()
	events := map[string]dealstate.Event{}
	for e, err := range uschina.Events() {
		require.NoError(t, err)
		events[e.ID] = e
	}
	return events
}

// A citation without an address has a number or a day by which it is found.
var found = regexp.MustCompile(`\d`)

func TestEverySourceIsAPageOrACitation(t *testing.T) {
	t.Parallel()
	for id, e := range record(t) {
		require.NotEmpty(t, e.Source.Publisher, id)
		require.NotEmpty(t, e.Source.Published, id)
		if e.Source.URL == "" {
			require.Regexp(t, found, e.Source.Publisher, "%s has neither a page nor a citation", id)
			continue
		}
		page, err := url.Parse(e.Source.URL)
		require.NoError(t, err, id)
		require.Contains(t, []string{"http", "https"}, page.Scheme, id)
		require.NotEmpty(t, strings.Trim(page.Path, "/"), "%s: %s is a whole site, not a page", id, e.Source.URL)
	}
}

// primary says, of those who speak in writing of their own, who publishes it. Companies
// publish the letters that they get.
var primary = []struct{ by, publisher string }{
	{`^Executive Orders? `, "Federal Register"},
	{`^Proclamation `, "Federal Register"},
	{`^BIS final rule|^USTR notice|^US Trade Representative$`, "Federal Register"},
	{`^White House fact sheet$`, "The White House"},
	{`^US Supreme Court$`, "Supreme Court of the United States"},
	{`^US Court of Appeals for the Federal Circuit$`, "Federal Circuit"},
	{`^State Council Tariff Commission$`, "State Council Tariff Commission"},
	{`^MOFCOM`, "Ministry of Commerce of China"},
	{`Foreign Ministry$`, "Ministry of Foreign Affairs of China"},
	{`^Joint statement$`, "The White House"},
}

func TestWhoSpeaksInWritingIsTheSource(t *testing.T) {
	t.Parallel()
	matched := map[string]bool{}
	for id, e := range record(t) {
		for _, p := range primary {
			if regexp.MustCompile(p.by).MatchString(e.By) {
				matched[p.by] = true
				require.True(t, strings.HasPrefix(e.Source.Publisher, p.publisher), "%s by %s is from %s", id, e.By, e.Source.Publisher)
			}
		}
	}
	require.Len(t, matched, len(primary))
}

// Sites that passed on what others had published. Each has given way to the publisher.
func TestNoSourceIsASiteThatOnlyPassesOn(t *testing.T) {
	t.Parallel()
	for _, site := range []string{"arkforgeai.com", "asb-media.info", "bitwolf.org", "blog.transmodal.net", "brilliantglobe.com", "brinksreport.com",
		"chemradar.com", "emnews.com.hk", "nationalheraldindia.com", "news.charm-retirement.com", "orakll.com", "pakistantoday.com.pk",
		"portnews.ru", "sinobtd.com", "thefederalnewswire.com", "truenorthnews.app", "trt.global", "azzet.com", "levyinstitute.org"} {
		for id, e := range record(t) {
			require.NotContains(t, e.Source.URL, site, id)
		}
	}
}

// inferred are the events that say more than their source does.
var inferred = []string{"geneva-trump-0530", "london-lutnick-0624", "london-trump-0625", "london-readout-0729", "london-greer-1015", "busan-bessent-0120-licences", "busan-factsheet-0517"}

func TestWhatIsInferredSaysSo(t *testing.T) {
	t.Parallel()
	events := record(t)
	for _, id := range inferred {
		require.Contains(t, strings.ToLower(events[id].Note), "inference", id)
	}
}

// contradictions are pairs of reports that cannot both be right, or of which one leaves
// out what the other claims.
var contradictions = [][2]string{
	{"geneva-greer-0530", "geneva-mofcom-0602-kept"},        // are the countermeasures lifted?
	{"geneva-trump-0530", "geneva-mofcom-0602"},             // who broke the truce?
	{"london-lutnick-0624", "london-trump-0625"},            // when was it signed?
	{"london-trump-0625", "london-whitehouse-0626"},         // was a deal signed at all?
	{"london-bessent-0627-china", "mofcom-0627"},            // did China sign?
	{"stockholm-li-0729", "stockholm-us-0729-denied"},       // is it agreed?
	{"madrid-trump-0919", "madrid-readout-0919"},            // did Xi approve?
	{"madrid-bessent-1030", "madrid-mofcom-1030"},           // did China?
	{"madrid-semafor-0122", "madrid-embassy-0122"},          // did both?
	{"busan-factsheet-1101", "busan-mofcom-1030"},           // are general licences part of it?
	{"busan-bessent-0120-soybeans", "busan-soybeans-0108"},  // were the soybeans bought?
	{"busan-bessent-0120-licences", "busan-factsheet-0517"}, // do rare earths flow?
	{"busan-factsheet-0517", "busan-mofcom-0520"},           // are 17 billion dollars of farm goods part of it?
	{"busan-bessent-0519", "busan-mofcom-0520"},             // is the truce to be prolonged?
}

func TestBothSidesOfEachContradictionAreOnRecord(t *testing.T) {
	t.Parallel()
	events := record(t)
	for _, pair := range contradictions {
		for _, id := range pair {
			require.Contains(t, events, id)
		}
	}
}

func TestTheRecordSaysWhereItEnds(t *testing.T) {
	t.Parallel()
	var last time.Time
	for _, e := range record(t) {
		if e.Recorded.After(last) {
			last = e.Recorded
		}
	}
	for _, a := range []dealstate.Agreement{uschina.Geneva(), uschina.Madrid(), uschina.Busan()} {
		require.Contains(t, a.Incomplete, "ends on "+last.Format("2 January 2006")+".", a.ID)
	}
}

// A source that gives a day only is learned of at its end: nobody can claim more.
func TestWhatIsKnownByTheDayIsRecordedAtItsEnd(t *testing.T) {
	t.Parallel()
	for id, e := range record(t) {
		require.Equal(t, "23:59:59", e.Recorded.Format(time.TimeOnly), id)
	}
}

func TestEveryCommitmentIsOfAPartyAndHasADayWhereItsTextNamesOne(t *testing.T) {
	t.Parallel()
	undated := []string{"us-eda-licences", "us-ethane-licences", "us-engine-licences", "china-rare-earth-licences", // no text of London,
		"us-divestiture-determination", "china-technology-review", // nor of Madrid, was published
		"china-notice-46", "china-claimed-general-licences"} // beyond the published terms of Busan
	for _, a := range uschina.Agreements() {
		sides := map[string]int{}
		for _, c := range a.Commitments {
			sides[c.Party]++
			require.Equal(t, c.Deadline.IsZero(), slices.Contains(undated, c.ID), "%s of %s", c.ID, a.ID)
		}
		require.Len(t, sides, 2, "%s: a balance has two sides", a.ID)
	}
}

func TestEveryActOfACommitmentIsItsPartysOwn(t *testing.T) {
	t.Parallel()
	owes := map[string]string{}
	for _, a := range uschina.Agreements() {
		for _, c := range a.Commitments {
			owes[a.ID+" "+c.ID] = c.Party
		}
	}
	for id, e := range record(t) {
		if e.Kind == dealstate.Perform || e.Kind == dealstate.Breach {
			require.Equal(t, owes[e.Deal+" "+e.Commitment], e.Party, id)
		}
	}
}

// A balance counts them among what a party owes, so their very ids say whose word it is.
func TestWhatOnlyTheOtherSideClaimsIsCalledAClaim(t *testing.T) {
	t.Parallel()
	n := 0
	for _, a := range uschina.Agreements() {
		for _, c := range a.Commitments {
			claimed := strings.Contains(c.Title, "claimed by")
			require.Equal(t, claimed, strings.HasPrefix(c.ID, c.Party+"-claimed-"), "%s: %s", c.ID, c.Title)
			if claimed {
				n++
			}
		}
	}
	require.Equal(t, 2, n)
}

// The stay of the trade court's ruling came five days after it: what was known on the day
// of the ruling has none.
func TestARulingIsNotStayedBeforeItIs(t *testing.T) {
	t.Parallel()
	events := record(t)
	require.NotContains(t, events["busan-cit-0507"].Note, "stay")
	require.Equal(t, "2026-05-12", events["busan-cafc-0512"].Recorded.Format(time.DateOnly))
}
