// Replay tracks any deal in the world with two files and no Go: an agreement,
// and a log of what was reported.
//
//	go run ./examples/replay -agreement FILE.json [-policy P] [-asof T] [-known T] [-out json|text|html|svg|mermaid] [EVENTS.jsonl|EVENTS.csv|-]
//
// It prints one decision a line as JSON, clocks included, in the order in which
// things happened, and last the snapshot; or, for people, a timeline in letters and an
// explanation (text), a page (html), a timeline under every policy (svg) or the state
// diagram (mermaid). The log is JSON lines, or CSV with a header; its lines may come in any order.
// Events of other deals are skipped and counted; a log of nothing else is an
// error, for its deal is likely misspelt.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run returns the exit code: 1 for input that cannot be read or is of other deals
// only, 2 for wrong flags.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parseFlags(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "replay:", err)
		return 2
	}
	if err := replay(o, stdin, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

// options are the values of the flags.
type options struct {
	agreement string
	events    string
	read      reader
	write     func(told, io.Writer) error
	view      dealstate.View
}

func parseFlags(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: replay -agreement FILE.json [-policy P] [-asof T] [-known T] [-out json|text|html|svg|mermaid] [EVENTS.jsonl|EVENTS.csv|-]")
		flags.PrintDefaults()
	}
	policy := flags.String("policy", "strict", "whose word counts: strict, official or reported")
	asOf := flags.String("asof", "", "what had happened by then: a `date` (its end, UTC) or an RFC 3339 instant; default: the log's last")
	known := flags.String("known", "", "what was known by then: a `date` or an instant; default: all there is")
	flags.StringVar(&o.agreement, "agreement", "", "the agreement's `file`")
	in := flags.String("in", "", "how the log is written: lines (of JSON) or csv; default: csv where its name ends so, else lines")
	out := flags.String("out", "json", "what to write: json, text, html, svg or mermaid")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.agreement == "" {
		return o, errors.New("-agreement is missing; want the agreement's file")
	}
	if flags.NArg() > 1 {
		return o, fmt.Errorf("%d arguments; want one event log, and flags before it", flags.NArg())
	}
	o.events = "-"
	if flags.NArg() == 1 {
		o.events = flags.Arg(0)
	}
	if *in == "" {
		*in = formOf(o.events)
	}
	var ok bool
	if o.read, ok = readers[*in]; !ok {
		return o, fmt.Errorf("-in %q is unknown; want lines or csv", *in)
	}
	if o.write, ok = outputs[*out]; !ok {
		return o, fmt.Errorf("-out %q is unknown; want json, text, html, svg or mermaid", *out)
	}
	var err error
	o.view, err = dealstate.ParseView(*asOf, *known, *policy)
	return o, err
}

// reader reads a log in one of the forms of -in.
type reader func(io.Reader, ...func(dealstate.Event) error) iter.Seq2[dealstate.Event, error]

var readers = map[string]reader{"lines": dealstate.ReadEvents, "csv": dealstate.ReadEventsCSV}

// formOf is the form that a file's name tells.
func formOf(path string) string {
	if strings.EqualFold(filepath.Ext(path), ".csv") {
		return "csv"
	}
	return "lines"
}

func replay(o options, stdin io.Reader, stdout, stderr io.Writer) error {
	machine, err := dealstate.OpenMachine(os.Open, o.agreement)
	if err != nil {
		return err
	}
	log := newIntake(machine, o.view)
	if err := log.read(o.read, o.events, stdin); err != nil {
		return err
	}
	if log.others > 0 && len(log.events) == 0 {
		return fmt.Errorf("replay: no event is of the deal %q; want that id as deal, where the log has %s", machine.Deal(), log.skipped())
	}
	snapshot, decisions, err := machine.Fold(log.events, o.view)
	if err != nil {
		return err
	}
	switch {
	case log.others == 1:
		fmt.Fprintf(stderr, "replay: 1 event of another deal skipped: %s\n", log.skipped())
	case log.others > 1:
		fmt.Fprintf(stderr, "replay: %d events of other deals skipped: %s\n", log.others, log.skipped())
	case len(log.events) == 0:
		fmt.Fprintln(stderr, "replay: the log is empty; the deal stands where it began")
	}
	return o.write(told{log: log, view: o.view, decisions: decisions, snapshot: snapshot}, stdout)
}

// intake is the deal's part of a log.
type intake struct {
	machine *dealstate.Machine
	events  []dealstate.Event
	place   map[string]int // by id: its place in events
	knownBy time.Time      // later sendings of an event are not known to the view; zero: all are
	sent    map[string]int // by id: how often it came, as far as the view knows
	others  int            // events of other deals
	deals   []string       // the first few of those deals
	more    bool           // and there are more
}

// mostSkipped bounds how many other deals are named.
const mostSkipped = 5

// skip notes an event of another deal.
func (in *intake) skip(deal string) {
	in.others++
	switch {
	case slices.Contains(in.deals, deal):
	case len(in.deals) < mostSkipped:
		in.deals = append(in.deals, deal)
	default:
		in.more = true
	}
}

// skipped names the other deals, quoted, for an id may hold anything.
func (in *intake) skipped() string {
	names := make([]string, len(in.deals))
	for i, deal := range in.deals {
		names[i] = strconv.QuoteToGraphic(deal)
	}
	text := strings.Join(names, ", ")
	if in.more {
		text += " and others"
	}
	return text
}

func newIntake(m *dealstate.Machine, v dealstate.View) *intake {
	return &intake{machine: m, place: map[string]int{}, knownBy: v.KnownBy, sent: map[string]int{}}
}

func (in *intake) read(form reader, path string, stdin io.Reader) error {
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		stdin = file
	}
	for _, err := range form(stdin, in.take) {
		var line *dealstate.LineError
		if errors.As(err, &line) {
			return fmt.Errorf("%s:%d: %w", path, line.Line, line.Err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// take keeps one event, or says what is wrong with it.
func (in *intake) take(e dealstate.Event) error {
	if e.Deal != in.machine.Deal() {
		in.skip(e.Deal)
		return nil
	}
	if err := in.machine.Admit(e); err != nil {
		return err
	}
	if in.knownBy.IsZero() || !known(e).After(in.knownBy) {
		in.sent[e.ID]++
	}
	at, again := in.place[e.ID]
	if !again {
		in.place[e.ID] = len(in.events)
		in.events = append(in.events, e)
		return nil
	}
	old := &in.events[at]
	if !old.Same(e) {
		return &dealstate.ConflictError{ID: e.ID}
	}
	if known(e).Before(known(*old)) {
		old.Recorded = e.Recorded
	}
	return nil
}

// known is when the event was learned: of the same event sent twice, the earliest counts.
func known(e dealstate.Event) time.Time {
	if e.Recorded.IsZero() {
		return e.At
	}
	return e.Recorded
}
