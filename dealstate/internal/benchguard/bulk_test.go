package benchguard

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/looplab/fsm"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// Everything of bulk is measured on one worker: processor time does not tell how
// well work is shared.

func bulkPairs(t testing.TB) []pair {
	return []pair{
		{Name: "bulk_lines", Begin: func() (ours, reference side) {
			text := lines(t, reports(1_000, 50_000, "ev"))
			return readingLines(t, text), decoding(t, text, newMachines())
		}},
		{Name: "bulk_lines_surprise", Begin: func() (ours, reference side) {
			text := lines(t, reports(1_000, 5_000, `"ev"`)) // an escape in every id
			return readingLines(t, text), decoding(t, text, nil)
		}},
		{Name: "bulk_lines_new", Begin: func() (ours, reference side) {
			text := lines(t, news(1_000, 20_000))
			return readingLines(t, text), decoding(t, text, nil)
		}},
		{Name: "bulk_csv", Begin: func() (ours, reference side) {
			text := table(t, reports(1_000, 20_000, "ev"))
			return readingCSV(t, text), cutting(t, text)
		}},
		{Name: "bulk_replay_1k_deals", Begin: func() (ours, reference side) { return replaying(t, 1_000, 1_000_000) }},
		{Name: "bulk_replay_1m_deals", Begin: func() (ours, reference side) { return replaying(t, 1_000_000, 4_000_000) }},
		{Name: "bulk_replay_known_by", Begin: func() (ours, reference side) {
			return besidePlain(t, london(t), dealstate.View{KnownBy: june.AddDate(0, 0, 6)})
		}},
		{Name: "bulk_replay_clocks", Begin: func() (ours, reference side) {
			a := uschina.London()
			a.Deadline, a.Effect, a.Term = june.AddDate(1, 0, 0), &dealstate.Delay{Days: 3}, &dealstate.Delay{Months: 12}
			return besidePlain(t, template(t, a), dealstate.View{})
		}},
		{Name: "bulk_replay_notices", Begin: func() (ours, reference side) {
			a := uschina.London()
			a.Term, a.Renew, a.Notice = &dealstate.Delay{Months: 1}, &dealstate.Delay{Months: 1}, &dealstate.NoticePeriod{Delay: dealstate.Delay{Days: 3}}
			return besidePlain(t, template(t, a), dealstate.View{})
		}},
		{Name: "bulk_replay_catalogue", Begin: func() (ours, reference side) {
			return besidePlain(t, catalogue(t, 1_000), dealstate.View{})
		}},
	}
}

func london(t testing.TB) bulk.Agreements { return template(t, uschina.London()) }

func template(t testing.TB, a dealstate.Agreement) bulk.Agreements {
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	return bulk.Template(m)
}

// catalogue gives each deal an agreement of its own.
func catalogue(t testing.TB, deals int) bulk.Agreements {
	var machines []*dealstate.Machine
	for i := range deals {
		a := uschina.London()
		a.ID = fmt.Sprintf("deal-%07d", i)
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		machines = append(machines, m)
	}
	return bulk.Catalogue(machines...)
}

// speaker is who says so.
func speaker(role dealstate.Role, party string) string {
	if role == dealstate.Approver {
		return map[string]string{"us": "Trump", "china": "Xi"}[party]
	}
	return "a spokesperson"
}

// statements are what two parties' reports say, approvals more often than the rest.
func statements() []bulk.Statement {
	var list []bulk.Statement
	for _, party := range []string{"us", "china"} {
		for _, role := range []dealstate.Role{dealstate.Instrument, dealstate.Approver, dealstate.Government, dealstate.Press} {
			for _, kind := range []dealstate.Kind{dealstate.Approve, dealstate.Approve, dealstate.Withdraw, dealstate.Implement} {
				list = append(list, bulk.Statement{Kind: kind, Role: role, Party: party, By: speaker(role, party)})
			}
		}
	}
	return append(list, bulk.Statement{Kind: dealstate.Negotiate, Role: dealstate.Negotiator}, bulk.Statement{Kind: dealstate.Amend, Role: dealstate.Negotiator}, bulk.Statement{Kind: dealstate.Note})
}

// columns gives events of many deals in the order of time, each of a deal by chance.
func columns(deals, events int) bulk.Columns {
	rng := rand.New(rand.NewPCG(1, uint64(deals)))
	c := bulk.Columns{Statements: statements(), Deals: make([]string, deals)}
	for i := range c.Deals {
		c.Deals[i] = fmt.Sprintf("deal-%07d", i)
	}
	for i := range events {
		c.Deal, c.Statement = append(c.Deal, uint32(rng.IntN(deals))), append(c.Statement, uint32(rng.IntN(len(c.Statements))))
		c.At = append(c.At, june.Add(time.Duration(i)*time.Second).UnixNano())
	}
	return c
}

// reports gives the same as events, with all that real ones have.
func reports(deals, n int, id string) []dealstate.Event {
	c := columns(deals, n)
	events := make([]dealstate.Event, n)
	for i := range events {
		a, at := c.Statements[c.Statement[i]], time.Unix(0, c.At[i]).UTC()
		by := speaker(a.Role, a.Party)
		events[i] = dealstate.Event{ID: fmt.Sprintf("%s-%08d", id, i), Deal: c.Deals[c.Deal[i]], Kind: a.Kind, Party: a.Party, By: by, Role: a.Role, At: at, Recorded: at,
			Source: dealstate.Source{Publisher: "Yicai", URL: fmt.Sprintf("https://example.org/a/%06d", i)}}
	}
	return events
}

// news gives reports of which each has a speaker and a note of its own too.
func news(deals, n int) []dealstate.Event {
	events := reports(deals, n, "ev")
	for i := range events {
		if events[i].Role != dealstate.Approver {
			events[i].By = fmt.Sprintf("spokesperson no. %d of the ministry", i)
		}
		events[i].Note = fmt.Sprintf("as quoted in paragraph %d", i)
	}
	return events
}

func lines(t testing.TB, events []dealstate.Event) []byte {
	var out bytes.Buffer
	require.NoError(t, dealstate.WriteEvents(&out, func(yield func(dealstate.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}))
	return out.Bytes()
}

func table(t testing.TB, events []dealstate.Event) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	require.NoError(t, w.Write([]string{"id", "deal", "kind", "party", "by", "role", "at", "recorded", "source.publisher", "source.url"}))
	for _, e := range events {
		require.NoError(t, w.Write([]string{e.ID, e.Deal, e.Kind.String(), e.Party, e.By, e.Role.String(),
			e.At.Format(time.RFC3339), e.Recorded.Format(time.RFC3339), e.Source.Publisher, e.Source.URL}))
	}
	w.Flush()
	return out.Bytes()
}

func readingLines(t testing.TB, text []byte) side {
	agreements := london(t)
	return side{Units: bytes.Count(text, []byte("\n")), Do: func() {
		log, err := bulk.ReadLines(context.Background(), bytes.NewReader(text), agreements, bulk.Options{Workers: 1})
		require.NoError(t, err)
		_, err = log.Replay(context.Background(), dealstate.View{}, 1)
		require.NoError(t, err)
	}}
}

func readingCSV(t testing.TB, text []byte) side {
	agreements := london(t)
	return side{Units: bytes.Count(text, []byte("\n")), Do: func() {
		_, err := bulk.ReadCSV(context.Background(), bytes.NewReader(text), agreements, bulk.Options{Workers: 1})
		require.NoError(t, err)
	}}
}

// cutting is encoding/csv alone, which only cuts the same bytes into cells.
func cutting(t testing.TB, text []byte) side {
	return side{Units: bytes.Count(text, []byte("\n")), Do: func() {
		r := csv.NewReader(bytes.NewReader(text))
		r.ReuseRecord = true
		for {
			if _, err := r.Read(); err == io.EOF {
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}}
}

// newMachines makes a looplab machine a deal, as one does it without this library.
func newMachines() func(deal, event string) {
	machines := map[string]*fsm.FSM{}
	var events fsm.Events
	for party, other := range map[string]string{"us": "china", "china": "us"} {
		events = append(events, fsm.EventDesc{Name: "approve " + party, Src: []string{"negotiated"}, Dst: "awaiting " + other},
			fsm.EventDesc{Name: "approve " + party, Src: []string{"awaiting " + party}, Dst: "approved"},
			fsm.EventDesc{Name: "withdraw " + party, Src: []string{"approved"}, Dst: "awaiting " + party},
			fsm.EventDesc{Name: "implement " + party, Src: []string{"approved"}, Dst: "implemented"})
	}
	return func(deal, event string) {
		if machines[deal] == nil {
			machines[deal] = fsm.NewFSM("negotiated", events, nil)
		}
		_ = machines[deal].Event(context.Background(), event) // most are refused
	}
}

// decoding reads each line with encoding/json into a plain struct, and hands it on.
func decoding(t testing.TB, text []byte, on func(deal, event string)) side {
	type line struct {
		ID, Deal, Kind, Party, By, Role, Modality, Note string
		At, Recorded                                    time.Time
		Source                                          struct{ Publisher, URL, Published string }
	}
	some := slices.Collect(bytes.Lines(text))
	some = some[:min(len(some), 5_000)]
	return side{Units: len(some), Do: func() {
		for _, text := range some {
			var e line
			if err := json.Unmarshal(text, &e); err != nil {
				t.Fatal(err)
			}
			if on != nil {
				on(e.Deal, e.Kind+" "+e.Party)
			}
		}
	}}
}

// besidePlain replays a log, each event recorded up to some days late, with what the
// agreements ask and in the view; its reference is the plain view of the same log.
func besidePlain(t testing.TB, agreements bulk.Agreements, v dealstate.View) (ours, reference side) {
	c := columns(1_000, 1_000_000)
	rng := rand.New(rand.NewPCG(2, 2))
	for _, at := range c.At {
		c.Recorded = append(c.Recorded, at+rng.Int64N(int64(4*24*time.Hour)))
	}
	replaying := func(agreements bulk.Agreements, v dealstate.View) side {
		log, err := bulk.FromColumns(context.Background(), c, agreements)
		require.NoError(t, err)
		return side{Units: len(c.At), Do: func() {
			_, err := log.Replay(context.Background(), v, 1)
			require.NoError(t, err)
		}}
	}
	return replaying(agreements, v), replaying(london(t), dealstate.View{})
}

// replaying replays columns; its reference walks the same columns through a table of
// states and acts, a byte a deal, and does nothing else.
func replaying(t testing.TB, deals, events int) (ours, reference side) {
	c := columns(deals, events)
	log, err := bulk.FromColumns(context.Background(), c, london(t))
	require.NoError(t, err)
	ours = side{Units: events, Do: func() {
		_, err := log.Replay(context.Background(), dealstate.View{}, 1)
		require.NoError(t, err)
	}}
	var next [12][64]uint8
	rng := rand.New(rand.NewPCG(3, 3))
	for s := range next {
		for a := range next[s] {
			next[s][a] = uint8(rng.IntN(len(next)))
		}
	}
	return ours, side{Units: events, Do: func() {
		states := make([]uint8, deals)
		for i, deal := range c.Deal {
			states[deal] = next[states[deal]][c.Statement[i]&63]
		}
	}}
}
