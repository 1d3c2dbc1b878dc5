package dealstate_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// heap is what is in use, after all that nobody holds is gone.
func heap() int {
	var s runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&s)
	return int(s.HeapAlloc)
}

// reported are eight acts such as a deal's log holds.
var reported = []struct {
	kind      dealstate.Kind
	role      dealstate.Role
	party, by string
}{
	{dealstate.Negotiate, dealstate.Negotiator, "", "Scott Bessent"},
	{dealstate.Submit, dealstate.Government, "", "He Lifeng"},
	{dealstate.Approve, dealstate.Press, "us", "Xinhua"},
	{dealstate.Approve, dealstate.Approver, "us", "Trump"},
	{dealstate.Approve, dealstate.Government, "china", "Ministry of Commerce"},
	{dealstate.Approve, dealstate.Approver, "china", "Xi"},
	{dealstate.Note, dealstate.Press, "", "Howard Lutnick"},
	{dealstate.Implement, dealstate.Instrument, "", "Federal Register"},
}

// reportOf gives one of a deal's reports, each with an id, speaker, URL and note of its
// own, of usual length.
func reportOf(deal string, n, i int) dealstate.Event {
	a, at := reported[i%len(reported)], onDay(i)
	return dealstate.Event{ID: fmt.Sprintf("%s-%s-%06d", at.Format(time.DateOnly), a.kind, n), Deal: deal, Kind: a.kind, Party: a.party, By: a.by, Role: a.role,
		At: at, Recorded: at.Add(3*time.Hour + 7*time.Second + 11*time.Nanosecond),
		Source: dealstate.Source{Publisher: "South China Morning Post", URL: fmt.Sprintf("https://example.org/world/2025/06/us-china-trade-%07d-%d.html", n, i), Published: at.Format(time.DateOnly)},
		Note:   fmt.Sprintf("Report %d of the talks: said after the meeting in London that the framework awaits both approvals, no. %d.", i, n)}
}

// textOf is how many bytes the event's own text has.
func textOf(e dealstate.Event) int {
	return len(e.ID) + len(e.By) + len(e.Source.Publisher) + len(e.Source.URL) + len(e.Source.Published) + len(e.Ref) + len(e.Note)
}

// resting measures what a deal takes that nobody asks, beside the events' own text.
func resting(t *testing.T, deals, events int, record func(*dealstate.Deal, dealstate.Event)) (empty, full int) {
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	all := make([]*dealstate.Deal, deals)
	before, text := heap(), 0
	for i := range all {
		all[i] = m.NewDeal(dealstate.Strict)
	}
	empty = heap() - before
	for n, d := range all {
		for i := range events {
			e := reportOf(m.Deal(), n, i)
			text += textOf(e)
			record(d, e)
		}
	}
	full = heap() - before - text
	runtime.KeepAlive(all)
	return empty / deals, full / deals
}

// Not parallel: it measures.
func TestARestingDealTakesNoMoreThanItsLog(t *testing.T) {
	if underRace {
		t.Skip("the race detector has memory of its own")
	}
	record := func(d *dealstate.Deal, e dealstate.Event) {
		_, err := d.Record(e)
		require.NoError(t, err)
	}
	ask := func(d *dealstate.Deal, e dealstate.Event) {
		record(d, e)
		d.Latest()
		d.At(dealstate.View{AsOf: e.At})
	}
	empty, full := resting(t, 10_000, len(reported), record)
	t.Logf("%d bytes empty, %d with %d events", empty, full, len(reported))
	require.LessOrEqual(t, empty, 160)
	require.LessOrEqual(t, full, 850)
	_, full = resting(t, 1_000, len(reported), ask)
	t.Logf("%d after questions", full)
	require.LessOrEqual(t, full, 850, "what was asked leaves nothing behind")
	_, full = resting(t, 100, 200, record)
	t.Logf("%d with 200 events", full)
	require.LessOrEqual(t, full/200, 280, "a longer log has an index, and keeps what it has led to: most of it are the reasons of refusals")
}
