package parquet

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
)

// machines are those of the agreements of the dirty logs, by id.
func machines(t testing.TB) bulk.Agreements {
	t.Helper()
	byID := map[string]*dealstate.Machine{}
	for _, a := range slices.Concat(dirtylog.Agreements, dirtylog.Intricate) {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		byID[a.ID] = m
	}
	return bulk.ByDeal(func(deal string) *dealstate.Machine {
		id, _, _ := strings.Cut(deal, "/")
		return byID[id]
	})
}

// dirtyEvents are those of many deals, mixed, some of them twice, some contradicting an earlier
// one, some bad for their agreement.
func dirtyEvents(seed uint64, deals int) []dealstate.Event {
	rng := rand.New(rand.NewPCG(seed, 5))
	agreements := slices.Concat(dirtylog.Agreements, dirtylog.Intricate)
	var all []dealstate.Event
	for i := range deals {
		a := agreements[i%len(agreements)]
		for _, e := range dirtylog.Log(rng, a, fmt.Sprintf("%s/%d", a.ID, i), 4+rng.IntN(14), dirtylog.Kinds) {
			e.At = e.At.Add(time.Duration(rng.IntN(2) * rng.IntN(1e9)))
			all = append(all, e)
			switch again := e; rng.IntN(20) {
			case 0:
				all = append(all, again)
			case 1:
				again.Note += "!"
				all = append(all, again)
			case 2:
				again.Source.URL = "https://example.org/elsewhere"
				all = append(all, again)
			case 3:
				again.ID, again.Party = fmt.Sprintf("odd-%d", len(all)), "atlantis"
				all = append(all, again)
			case 4:
				again.ID, again.Deal = fmt.Sprintf("odd-%d", len(all)), "nobody's"
				all = append(all, again)
			}
		}
	}
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

func sequence(events []dealstate.Event) iter.Seq2[dealstate.Event, error] {
	return func(yield func(dealstate.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// tableOf writes events in the way that is said, in row groups of a few hundred rows.
func tableOf(t testing.TB, events []dealstate.Event, options ...pq.WriterOption) []byte {
	t.Helper()
	var out bytes.Buffer
	options = append([]pq.WriterOption{pq.MaxRowsPerRowGroup(300), pq.PageBufferSize(4 << 10)}, options...)
	require.NoError(t, write(&out, "events", sequence(events), fillEvent, options...))
	return out.Bytes()
}

func linesOf(t testing.TB, events []dealstate.Event) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, dealstate.WriteEvents(&out, sequence(events)))
	return out.Bytes()
}

// came is what came of reading a log.
type came struct {
	bad      []string
	progress bulk.Progress
	deals    []string
	finals   []bulk.Final
	totals   bulk.Totals
}

func cameOf(t testing.TB, workers int, read func(bulk.Options) (*bulk.Log, error)) (c came) {
	t.Helper()
	l, err := read(bulk.Options{Workers: workers, Bad: func(e *dealstate.LineError) error { c.bad = append(c.bad, e.Error()); return nil }})
	require.NoError(t, err)
	r, err := l.Replay(context.Background(), dealstate.View{Policy: dealstate.Official}, 1)
	require.NoError(t, err)
	c.progress, c.deals, c.finals, c.totals = l.Progress(), l.Deals(), slices.Collect(r.Finals()), r.Totals()
	c.progress.Bytes = 0
	return c
}

func readTable(table []byte, a bulk.Agreements) func(bulk.Options) (*bulk.Log, error) {
	return func(opt bulk.Options) (*bulk.Log, error) {
		return ReadLog(context.Background(), bytes.NewReader(table), int64(len(table)), a, opt)
	}
}

// eventsIn collects all events, and the errors of rows that are none.
func eventsIn(t testing.TB, table []byte) (events []dealstate.Event, bad []string) {
	t.Helper()
	for e, err := range ReadEvents(bytes.NewReader(table), int64(len(table))) {
		if err != nil {
			bad = append(bad, err.Error())
			continue
		}
		events = append(events, e)
	}
	return events, bad
}
