// Replay tracks any deal in the world with two files and no Go: an agreement,
// and a log of what was reported.
//
//	go run ./examples/replay -agreement FILE.json [-policy P] [-asof T] [-known T] [EVENTS.jsonl|-]
//
// It prints one decision a line as JSON, clocks included, in the order in which
// things happened, and last the snapshot. The log's lines may come in any order.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/fe115bb3/dealtracker/dealstate"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run returns the exit code: 1 for input that cannot be read, 2 for wrong flags.
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

type options struct {
	agreement string
	events    string
	view      dealstate.View
}

func parseFlags(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: replay -agreement FILE.json [-policy P] [-asof T] [-known T] [EVENTS.jsonl|-]")
		flags.PrintDefaults()
	}
	policy := flags.String("policy", "strict", "whose word counts: strict, official or reported")
	asOf := flags.String("asof", "", "what had happened by then: a `date` (its end, UTC) or an RFC 3339 instant; default: the log's last")
	known := flags.String("known", "", "what was known by then: a `date` or an instant; default: all there is")
	flags.StringVar(&o.agreement, "agreement", "", "the agreement's `file`")
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
	var err error
	o.view, err = dealstate.ParseView(*asOf, *known, *policy)
	return o, err
}

func replay(o options, stdin io.Reader, stdout, stderr io.Writer) error {
	machine, err := dealstate.OpenMachine(os.Open, o.agreement)
	if err != nil {
		return err
	}
	log := newIntake(machine)
	if err := log.read(o.events, stdin); err != nil {
		return err
	}
	snapshot, decisions, err := machine.Fold(log.events, o.view)
	if err != nil {
		return err
	}
	switch log.others {
	case 0:
	case 1:
		fmt.Fprintln(stderr, "replay: 1 event of another deal skipped")
	default:
		fmt.Fprintf(stderr, "replay: %d events of other deals skipped\n", log.others)
	}
	return write(stdout, log, decisions, snapshot)
}

// intake is the deal's part of a log.
type intake struct {
	machine *dealstate.Machine
	events  []dealstate.Event
	first   map[string]dealstate.Event // by id
	repeats map[string]int             // by id: how often it came again
	others  int
}

func newIntake(m *dealstate.Machine) *intake {
	return &intake{machine: m, first: map[string]dealstate.Event{}, repeats: map[string]int{}}
}

func (in *intake) read(path string, stdin io.Reader) error {
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		stdin = file
	}
	for _, err := range dealstate.ReadEvents(stdin, in.take) {
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
		in.others++
		return nil
	}
	if err := in.machine.Admit(e); err != nil {
		return err
	}
	old, again := in.first[e.ID]
	switch {
	case again && !old.Same(e):
		return &dealstate.ConflictError{ID: e.ID}
	case again:
		in.repeats[e.ID]++
	default:
		in.first[e.ID] = e
		in.events = append(in.events, e)
	}
	return nil
}

// write prints the decisions in their order, each repeated event's duplicates
// behind it, and the snapshot.
func write(w io.Writer, log *intake, decisions []dealstate.Decision, snapshot dealstate.Snapshot) error {
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for _, d := range decisions {
		if err := lines.Encode(d); err != nil {
			return err
		}
		for range log.repeats[d.Event] {
			if err := lines.Encode(d.Repeated()); err != nil {
				return err
			}
		}
	}
	if err := lines.Encode(snapshot); err != nil {
		return err
	}
	return out.Flush()
}
