package bulk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/looplab/fsm"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// Each benchmark takes turns with its reference, and reports the ratio of the
// two: what else the machine does then strikes both.

func london(t testing.TB) *dealstate.Machine {
	t.Helper()
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	return m
}

// statementsOfTwo are what two parties' reports say, the likelier ones more often.
func statementsOfTwo() []Statement {
	var statements []Statement
	for _, party := range []string{"us", "china"} {
		for _, role := range []dealstate.Role{dealstate.Instrument, dealstate.Approver, dealstate.Government, dealstate.Press} {
			for _, kind := range []dealstate.Kind{dealstate.Approve, dealstate.Approve, dealstate.Withdraw, dealstate.Dispute, dealstate.Implement} {
				if kind == dealstate.Dispute && role != dealstate.Press {
					continue
				}
				by := ""
				if role == dealstate.Approver {
					by = map[string]string{"us": "Trump", "china": "Xi"}[party]
				}
				statements = append(statements, Statement{Kind: kind, Role: role, Party: party, By: by})
			}
		}
	}
	return append(statements, Statement{Kind: dealstate.Negotiate, Role: dealstate.Negotiator}, Statement{Kind: dealstate.Submit, Role: dealstate.Negotiator},
		Statement{Kind: dealstate.Amend, Role: dealstate.Negotiator}, Statement{Kind: dealstate.Settle, Role: dealstate.Negotiator}, Statement{Kind: dealstate.Note})
}

// stream makes events of many deals, in the order of time.
func stream(deals, events int) Columns {
	rng := rand.New(rand.NewPCG(1, uint64(deals)))
	c := Columns{Statements: statementsOfTwo(), Deals: make([]string, deals)}
	for i := range c.Deals {
		c.Deals[i] = fmt.Sprintf("deal-%07d", i)
	}
	at := dirtylog.DayOne.UnixNano()
	for range events {
		at += 1e6
		c.Deal, c.Statement, c.At = append(c.Deal, uint32(rng.IntN(deals))), append(c.Statement, uint32(rng.IntN(len(c.Statements)))), append(c.At, at)
	}
	return c
}

type wide struct {
	state uint8
	_     [63]byte
}

func bareTable() [][64]uint8 {
	rng := rand.New(rand.NewPCG(3, 3))
	table := make([][64]uint8, 12)
	for s := range table {
		for e := range table[s] {
			table[s][e] = uint8(rng.IntN(12))
		}
	}
	return table
}

// walkBytes is the reference: a table of states and events, a byte a deal, and
// nothing else. walkWide is the same with the deal's other fields around it.
func walkBytes(c Columns, states []uint8, table [][64]uint8) {
	statements := c.Statement[:len(c.Deal)]
	for i, deal := range c.Deal {
		s := &states[deal]
		*s = table[*s][statements[i]&63]
	}
}

func walkWide(c Columns, states []wide, table [][64]uint8) {
	statements := c.Statement[:len(c.Deal)]
	for i, deal := range c.Deal {
		s := &states[deal].state
		*s = table[*s][statements[i]&63]
	}
}

// BenchmarkColumns replays columns with the tables that an earlier log has filled;
// what filling costs is BenchmarkFirstReplay.
func BenchmarkColumns(b *testing.B) {
	agreements := Template(london(b))
	replay(b, columnsOf(b, 1_000, 400_000, agreements), dealstate.View{}, 1)
	for _, size := range []struct{ deals, events int }{{1_000, 10_000}, {1_000, 100_000}, {1_000, 1_000_000}, {1_000, 10_000_000}, {1_000_000, 10_000_000}} {
		b.Run(fmt.Sprintf("%d_deals/%d_events", size.deals, size.events), func(b *testing.B) {
			c := stream(size.deals, size.events)
			var l *Log
			load := spent(func() { l = logOf(b, c, agreements) })
			table := bareTable()
			var bare, bareWide, bulk time.Duration
			for b.Loop() {
				states, wides := make([]uint8, size.deals), make([]wide, size.deals)
				bare += spent(func() { walkBytes(c, states, table) })
				bareWide += spent(func() { walkWide(c, wides, table) })
				bulk += spent(func() { replay(b, l, dealstate.View{}, 1) })
			}
			per := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / float64(b.N) / float64(size.events) }
			b.ReportMetric(per(bulk), "ns/event")
			b.ReportMetric(per(bare), "bare-ns/event")
			b.ReportMetric(per(bareWide), "bare64B-ns/event")
			b.ReportMetric(float64(bulk)/float64(bare), "x-bare")
			b.ReportMetric(float64(bulk)/float64(bareWide), "x-bare64B")
			b.ReportMetric(float64(load.Nanoseconds())/float64(size.events), "load-ns/event")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func columnsOf(b *testing.B, deals, events int, a Agreements) *Log {
	return logOf(b, stream(deals, events), a)
}

func logOf(b *testing.B, c Columns, a Agreements) *Log {
	l, err := FromColumns(context.Background(), c, a)
	require.NoError(b, err)
	return l
}

func replay(b *testing.B, l *Log, v dealstate.View, workers int) {
	r, err := l.Replay(context.Background(), v, workers)
	if err != nil || r.totals.Deals != int64(len(l.deals)) {
		b.Fatal(err)
	}
}

// BenchmarkFirstReplay fills the tables: it asks looplab about every cell that the
// log needs.
func BenchmarkFirstReplay(b *testing.B) {
	m := london(b)
	for b.Loop() {
		b.StopTimer()
		l := columnsOf(b, 1_000, 10_000, Template(m))
		b.StartTimer()
		replay(b, l, dealstate.View{}, 1)
	}
}

// BenchmarkViews are other views and agreements of the same log, beside the plain one, at n
// events and at 10n, of 2,000 events a deal. Where a name ends in _due, they are of 20 events
// a deal that come a day apart, so that its clocks come due; else a deal's life ends in an
// hour. Where it ends in _mixed, what the view sees lies everywhere in the log.
func BenchmarkViews(b *testing.B) {
	for _, events := range []int{200_000, 2_000_000} {
		deals := events / 2000
		c, short, half := stream(deals, events), daily(stream(events/20, events)), dirtylog.DayOne.Add(time.Duration(events/2)*time.Millisecond)
		one := Template(london(b))
		for _, of := range []struct {
			name string
			log  func() *Log
			view dealstate.View
		}{
			{"as_of", func() *Log { return logOf(b, c, one) }, dealstate.View{AsOf: half}},
			{"known_by", func() *Log { return logOf(b, c, one) }, dealstate.View{KnownBy: half}},
			{"known_by_mixed", func() *Log { return logOf(b, learnedAtRandom(c), one) }, dealstate.View{KnownBy: half}},
			{"reported", func() *Log { return logOf(b, c, one) }, dealstate.View{Policy: dealstate.Reported}},
			{"clocks", func() *Log { return logOf(b, c, Template(compiled(b, withClocks()))) }, dealstate.View{}},
			{"clocks_due", func() *Log { return logOf(b, short, Template(compiled(b, withClocks()))) }, dealstate.View{}},
			{"notices", func() *Log { return logOf(b, c, Template(compiled(b, withNotices()))) }, dealstate.View{}},
			{"notices_due", func() *Log { return logOf(b, short, Template(compiled(b, withNotices()))) }, dealstate.View{}},
			{"catalogue", func() *Log { return logOf(b, c, catalogue(b, deals, uschina.London())) }, dealstate.View{}},
			{"catalogue_notices", func() *Log { return logOf(b, c, catalogue(b, deals, withNotices())) }, dealstate.View{}},
		} {
			b.Run(fmt.Sprintf("%s/%d_events", of.name, events), func(b *testing.B) {
				plain := c
				if strings.HasSuffix(of.name, "_due") {
					plain = short
				}
				besidePlain(b, of.log(), of.view, logOf(b, plain, one))
			})
		}
	}
}

// besidePlain measures a replay, in turn with a plain one of a log of as many events.
func besidePlain(b *testing.B, l *Log, v dealstate.View, plain *Log) {
	replayAny(b, l, v) // fills the tables
	replayAny(b, plain, dealstate.View{})
	var view, bare time.Duration
	for b.Loop() {
		bare += spent(func() { replayAny(b, plain, dealstate.View{}) })
		view += spent(func() { replayAny(b, l, v) })
	}
	b.ReportMetric(float64(view.Nanoseconds())/float64(b.N)/float64(l.Len()), "ns/event")
	b.ReportMetric(float64(view)/float64(bare), "x-plain")
	b.ReportMetric(0, "ns/op")
}

func replayAny(b *testing.B, l *Log, v dealstate.View) {
	_, err := l.Replay(context.Background(), v, 1)
	require.NoError(b, err)
}

// daily has the events of a deal come a day apart.
func daily(c Columns) Columns {
	c.At = slices.Clone(c.At)
	for i := range c.At {
		c.At[i] = dirtylog.DayOne.UnixNano() + int64(i)*(int64(24*time.Hour)/int64(len(c.Deals)))
	}
	return c
}

// learnedAtRandom has each event be recorded at any time after it happened.
func learnedAtRandom(c Columns) Columns {
	rng := rand.New(rand.NewPCG(4, 4))
	last := c.At[len(c.At)-1]
	for _, at := range c.At {
		c.Recorded = append(c.Recorded, at+rng.Int64N(last-at+1))
	}
	return c
}

func withClocks() dealstate.Agreement {
	a := uschina.London()
	a.Deadline, a.Effect, a.Term = dirtylog.DayOne.AddDate(0, 0, 90), &dealstate.Delay{Days: 3}, &dealstate.Delay{Months: 12}
	return a
}

// withNotices has timers of the parties, and of its own.
func withNotices() dealstate.Agreement {
	a := withClocks()
	a.Notice, a.Timers = &dealstate.NoticePeriod{Delay: dealstate.Delay{Days: 30}}, []dealstate.OwnTimer{{ID: "snapback", After: dealstate.Delay{Days: 30}}}
	a.Lifecycle = &dealstate.Lifecycle{Extends: "standard", States: []dealstate.State{"contested"}, InForce: []dealstate.State{"contested"}, Rules: []dealstate.Rule{
		{ID: "contest", On: dealstate.Dispute, From: []dealstate.State{dealstate.StateImplemented}, To: "contested", Order: -1},
		{ID: "calm", On: dealstate.Settle, From: []dealstate.State{"contested"}, To: dealstate.StateImplemented},
		{ID: "snap", On: dealstate.Timer("snapback"), From: []dealstate.State{"contested"}, To: dealstate.StateTerminated}}}
	return a
}

// catalogue gives each deal an agreement of its own.
func catalogue(b *testing.B, deals int, a dealstate.Agreement) Agreements {
	var machines []*dealstate.Machine
	for i := range deals {
		a.ID = fmt.Sprintf("deal-%07d", i)
		machines = append(machines, compiled(b, a))
	}
	return Catalogue(machines...)
}

// BenchmarkOpenDisputes has n disputes of one deal be open at a time, then settled at once.
func BenchmarkOpenDisputes(b *testing.B) {
	for _, n := range []int{8_000, 80_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			l := logOf(b, openDisputes(n), Template(london(b)))
			for b.Loop() {
				replayAny(b, l, dealstate.View{})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/dispute")
		})
	}
}

// openDisputes are reports of one deal.
func openDisputes(n int) Columns {
	c := Columns{Deals: []string{"d"}, Statements: []Statement{{Kind: dealstate.Dispute, Party: "us", Role: dealstate.Government}, {Kind: dealstate.Settle, Role: dealstate.Negotiator}}}
	for i := range n + 1 {
		c.Deal, c.Statement, c.At = append(c.Deal, 0), append(c.Statement, uint32(i/n)), append(c.At, dirtylog.DayOne.UnixNano()+int64(i))
	}
	return c
}

// timed is wall time; spent is the processor's, which other programs on the
// machine do not lengthen. It counts the garbage collector's.
func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

func spent(f func()) time.Duration {
	start := cpu()
	f()
	return cpu() - start
}

// BenchmarkHeap measures what a replay keeps a deal.
func BenchmarkHeap(b *testing.B) {
	const deals = 1_000_000
	l, err := FromColumns(context.Background(), stream(deals, 4*deals), Template(london(b)))
	require.NoError(b, err)
	for b.Loop() {
		before := heap()
		r, err := l.Replay(context.Background(), dealstate.View{}, 1)
		require.NoError(b, err)
		after := heap()
		b.ReportMetric(float64(after-before)/deals, "B/deal")
		runtime.KeepAlive(r)
	}
	runtime.KeepAlive(l)
}

func heap() uint64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

// BenchmarkCores compares one worker with two, beside what two cores of the machine
// are worth to two goroutines that share nothing.
func BenchmarkCores(b *testing.B) {
	a := Template(london(b))
	l, data := columnsOf(b, 1_000_000, 8_000_000, a), lineStream(b, 20_000, 400_000)
	lines := func(workers int) {
		_, err := ReadLines(context.Background(), bytes.NewReader(data), a, Options{Workers: workers})
		require.NoError(b, err)
	}
	var one, two [3]time.Duration
	for b.Loop() {
		for i, work := range []func(workers int){func(n int) { replay(b, l, dealstate.View{}, n) }, lines, spin} {
			one[i] += timed(func() { work(1) })
			two[i] += timed(func() { work(2) })
		}
	}
	for i, unit := range []string{"x-columns", "x-lines", "x-machine"} {
		b.ReportMetric(float64(one[i])/float64(two[i]), unit)
	}
	b.ReportMetric(0, "ns/op")
}

// spin shares out work that needs no memory.
func spin(workers int) {
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			x := uint64(1)
			for range 100_000_000 / workers {
				x = x*6364136223846793005 + 1
			}
			runtime.KeepAlive(x)
		})
	}
	wait.Wait()
}

// lineStream makes lines of about 256 bytes, with all that real ones have, and ids
// that ascend.
func lineStream(t testing.TB, deals, events int) []byte { return linesWith(t, deals, events, 1) }

// linesWith numbers its lines by multiples of the factor: an odd one scrambles them.
func linesWith(t testing.TB, deals, events int, factor uint32) []byte {
	t.Helper()
	c := stream(deals, events)
	var out bytes.Buffer
	for i := range c.Deal {
		a, at := c.Statements[c.Statement[i]], nanos.Time(c.At[0]).Add(time.Duration(i)*time.Second).Format(time.RFC3339)
		by := "a spokesperson"
		if a.Role == dealstate.Approver {
			by = map[string]string{"us": "Trump", "china": "Xi"}[a.Party]
		}
		fmt.Fprintf(&out, `{"id":"ev-%08d","deal":%q,"kind":%q,"party":%q,"by":%q,"role":%q,"modality":"asserted","at":%q,"recorded":%q,`,
			uint32(i)*factor, c.Deals[c.Deal[i]], a.Kind, a.Party, by, a.Role, at, at)
		fmt.Fprintf(&out, `"source":{"publisher":"Yicai","url":"https://example.org/a/%06d"}}`+"\n", i)
	}
	return out.Bytes()
}

// BenchmarkLines reads and replays lines; its reference is encoding/json and
// one looplab machine a deal.
func BenchmarkLines(b *testing.B) {
	const events = 400_000
	agreements := Template(london(b))
	for _, of := range []struct {
		name   string
		deals  int
		factor uint32
	}{{"1000_deals", 1_000, 1}, {"100000_deals", 100_000, 1}, {"1000_deals,scrambled_ids", 1_000, 2654435769}} {
		b.Run(of.name, func(b *testing.B) {
			data := linesWith(b, of.deals, events, of.factor)
			some := data[:bytes.LastIndexByte(data[:len(data)/8], '\n')+1]
			var plain, bulk time.Duration
			for b.Loop() {
				plain += spent(func() { plainly(b, some) })
				bulk += spent(func() {
					l, err := ReadLines(context.Background(), bytes.NewReader(data), agreements, Options{Workers: 1})
					require.NoError(b, err)
					replay(b, l, dealstate.View{}, 1)
				})
			}
			lines := float64(b.N * events)
			perLine, perPlain := float64(bulk)/lines, float64(plain)/float64(b.N*bytes.Count(some, []byte("\n")))
			b.ReportMetric(perLine, "ns/line")
			b.ReportMetric(perPlain, "plain-ns/line")
			b.ReportMetric(perPlain/perLine, "x-faster")
			b.ReportMetric(float64(len(data))/events, "B/line")
			b.ReportMetric(float64(len(data))*float64(b.N)/1e6/bulk.Seconds(), "MB/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// plainly is how one does it without this package.
func plainly(b *testing.B, data []byte) {
	type line struct {
		ID, Deal, Kind, Party, By, Role, Modality string
		At, Recorded                              time.Time
		Source                                    struct{ Publisher, URL, Published string }
	}
	machines := map[string]*fsm.FSM{}
	for text := range bytes.Lines(data) {
		var e line
		if err := json.Unmarshal(text, &e); err != nil {
			b.Fatal(err)
		}
		machine := machines[e.Deal]
		if machine == nil {
			machine = fsm.NewFSM("negotiated", fsm.Events{
				{Name: "approve us", Src: []string{"negotiated"}, Dst: "awaiting china"},
				{Name: "approve china", Src: []string{"negotiated"}, Dst: "awaiting us"},
				{Name: "approve us", Src: []string{"awaiting us"}, Dst: "approved"},
				{Name: "approve china", Src: []string{"awaiting china"}, Dst: "approved"},
				{Name: "withdraw us", Src: []string{"approved"}, Dst: "awaiting us"},
				{Name: "withdraw china", Src: []string{"approved"}, Dst: "awaiting china"},
				{Name: "implement us", Src: []string{"approved"}, Dst: "implemented"},
				{Name: "implement china", Src: []string{"approved"}, Dst: "implemented"},
			}, nil)
			machines[e.Deal] = machine
		}
		_ = machine.Event(context.Background(), e.Kind+" "+e.Party) // most are refused
	}
}

// BenchmarkScan is the scanner with its decoder alone, which must not allocate.
func BenchmarkScan(b *testing.B) {
	line := lineStream(b, 1, 1)
	d, part := newDecoder(Template(london(b))), &batch{}
	text := blockOf(bytes.TrimSpace(line))
	d.decodeBlock(text, part)
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		d.decodeBlock(text, part)
		if len(part.rows) != 1 {
			b.Fatal("a surprise")
		}
	}
}

// surprises makes lines each of which the scanner must leave to the careful reader, or has
// not met before, whatever it has learned: an escape in each id, the fields in any order, or
// in each line a speaker, a page and a note of its own.
func surprises(t testing.TB, what string, deals, events int) []byte {
	t.Helper()
	c, rng := stream(deals, events), rand.New(rand.NewPCG(2, 2))
	var out bytes.Buffer
	for i := range c.Deal {
		a, at := c.Statements[c.Statement[i]], nanos.Time(c.At[0]).Add(time.Duration(i)*time.Second).Format(time.RFC3339)
		id, by, note := fmt.Sprintf("ev-%08d", i), "a spokesperson", ""
		switch {
		case what == "escapes":
			id = fmt.Sprintf(`\u0065v-%08d`, i)
		case what == "all_new" && a.Role != dealstate.Approver:
			by = fmt.Sprintf("spokesperson no. %d of the ministry", i)
		}
		if what == "all_new" {
			note = fmt.Sprintf("as quoted in paragraph %d", i)
		}
		if a.Role == dealstate.Approver {
			by = map[string]string{"us": "Trump", "china": "Xi"}[a.Party]
		}
		fields := []string{`"id":"` + id + `"`, fmt.Sprintf(`"deal":%q`, c.Deals[c.Deal[i]]), fmt.Sprintf(`"kind":%q`, a.Kind), fmt.Sprintf(`"party":%q`, a.Party),
			fmt.Sprintf(`"by":%q`, by), fmt.Sprintf(`"role":%q`, a.Role), `"modality":"asserted"`, fmt.Sprintf(`"at":%q`, at), fmt.Sprintf(`"recorded":%q`, at),
			fmt.Sprintf(`"source":{"publisher":"Yicai","url":"https://example.org/a/%06d"}`, i), fmt.Sprintf(`"note":%q`, note)}
		if what == "orders" {
			rng.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
		}
		fmt.Fprintf(&out, "{%s}\n", strings.Join(fields, ","))
	}
	return out.Bytes()
}

// plainLine is what one decodes an event into without this library.
type plainLine struct {
	ID, Deal, Kind, Party, By, Role, Modality, Note string
	At, Recorded                                    time.Time
	Source                                          struct{ Publisher, URL, Published string }
}

// BenchmarkSurprises reads lines that the scanner cannot take alone; its reference is
// encoding/json of a plain struct, and nothing done with it.
func BenchmarkSurprises(b *testing.B) {
	agreements := Template(london(b))
	for _, what := range []string{"escapes", "orders", "all_new"} {
		for _, events := range []int{4_000, 40_000} {
			b.Run(fmt.Sprintf("%s/%d", what, events), func(b *testing.B) {
				data := surprises(b, what, 1_000, events)
				var plain, bulk time.Duration
				for b.Loop() {
					plain += spent(func() {
						for text := range bytes.Lines(data) {
							var e plainLine
							require.NoError(b, json.Unmarshal(text, &e))
						}
					})
					bulk += spent(func() {
						_, err := ReadLines(context.Background(), bytes.NewReader(data), agreements, Options{Workers: 1})
						require.NoError(b, err)
					})
				}
				per := float64(b.N * events)
				b.ReportMetric(float64(bulk)/per, "ns/line")
				b.ReportMetric(float64(plain)/per, "plain-ns/line")
				b.ReportMetric(float64(bulk)/float64(plain), "x-plain")
				b.ReportMetric(float64(len(data))/float64(events), "B/line")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
