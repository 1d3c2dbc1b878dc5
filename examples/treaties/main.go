// Treaties dates the entry into force of real treaties from their deposits
// alone, and holds the result against the official date.
//
//	go run ./examples/treaties
//	go run ./examples/treaties -explain paris -asof 2016-10-04
//
// It exits with 1 if a treaty whose deposits are complete comes out wrong. A
// treaty whose list is known to be short is flagged, and dated for comparison
// only. Each treaty is an agreement file and an event log in data/, in the
// library's own format; no treaty has code of its own.
//
// Below the table stand other deals, in data/deals.json, each with what it shows.
// What history says of them on certain days is in data/expected_views.json.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
	"github.com/fe115bb3/dealtracker/examples/treaties/data"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns the exit code: 1 for a mismatch, 2 for wrong flags.
func run(args []string, stdout, stderr io.Writer) int {
	id, view, err := parseFlags(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "treaties:", err)
		return 2
	}
	out := bufio.NewWriter(stdout)
	wrong, err := tell(out, id, view)
	if err = errors.Join(err, out.Flush()); err != nil {
		fmt.Fprintln(stderr, "treaties:", err)
		return 1
	}
	if wrong > 0 {
		fmt.Fprintf(stderr, "treaties: %d dated wrongly\n", wrong)
		return 1
	}
	return 0
}

// parseFlags gives the treaty to explain ("": none) and the view of all of them.
func parseFlags(args []string, stderr io.Writer) (id string, view dealstate.View, err error) {
	flags := flag.NewFlagSet("treaties", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&id, "explain", "", "explain one treaty, by its `id`, and print nothing else")
	asOf := flags.String("asof", "2026-06-30", "where they stood then: a `date` (its end, UTC) or an RFC 3339 instant")
	known := flags.String("known", "", "as was known by then: a `date` or an instant; default: all there is")
	if err = flags.Parse(args); err != nil {
		return id, view, err
	}
	if view, err = dealstate.ParseView(*asOf, *known, "strict"); err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("%q is not a flag", flags.Arg(0))
	}
	return id, view, err
}

func tell(w io.Writer, id string, view dealstate.View) (wrong int, err error) {
	treaties, err := load()
	if err != nil {
		return 0, err
	}
	deals, err := loadDeals()
	if err != nil {
		return 0, err
	}
	if id != "" {
		return 0, explain(w, id, append(treaties, deals...), view)
	}
	if wrong, err = compare(w, treaties, view); err != nil {
		return wrong, err
	}
	return wrong, list(w, deals, view)
}

func explain(w io.Writer, id string, all []treaty, view dealstate.View) error {
	for _, t := range all {
		if t.ID == id {
			s, decisions, err := t.machine.Fold(t.events, view)
			fmt.Fprint(w, s.Explain(decisions...))
			return err
		}
	}
	return fmt.Errorf("-explain: %q is unknown; want one of %s", id, ids(all))
}

// list prints what each of the other deals shows, and its state.
func list(w io.Writer, deals []treaty, view dealstate.View) error {
	rows := [][]string{{"deal", "what it shows", "state"}}
	for _, t := range deals {
		s, err := t.at(view)
		if err != nil {
			return err
		}
		rows = append(rows, []string{t.Title, t.Shows, string(s.State)})
	}
	fmt.Fprint(w, "\nOther deals\n")
	return render.Columns(w, rows)
}

func ids(treaties []treaty) string {
	var list []string
	for _, t := range treaties {
		list = append(list, t.ID)
	}
	return strings.Join(list, ", ")
}

// treaty is what is expected of one treaty, and what there is to find it out.
type treaty struct {
	ID       string `json:"id"`
	Title    string `json:"treaty"`
	Rule     string `json:"rule"`
	Trigger  string `json:"trigger"`
	Official string `json:"official"`
	Evidence string `json:"evidence"` // "deposits", "short list" or "stand-ins"
	Remark   string `json:"remark"`
	Shows    string `json:"shows"` // of the other deals: what of the library
	Source   string `json:"source"`

	machine *dealstate.Machine
	events  []dealstate.Event
}

// load reads the treaties of the table.
func load() ([]treaty, error) { return loadFrom("expected.json") }

// loadDeals reads the other deals.
func loadDeals() ([]treaty, error) { return loadFrom("deals.json") }

func loadFrom(name string) ([]treaty, error) {
	text, err := data.Files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var treaties []treaty
	if err := json.Unmarshal(text, &treaties); err != nil {
		return nil, err
	}
	for i := range treaties {
		if err := treaties[i].open(); err != nil {
			return nil, fmt.Errorf("%s: %w", treaties[i].ID, err)
		}
	}
	return treaties, nil
}

func (t *treaty) open() (err error) {
	if t.machine, err = dealstate.OpenMachine(data.Files.Open, t.ID+".json"); err != nil {
		return err
	}
	log, err := data.Files.Open(t.ID + ".jsonl")
	if err != nil {
		return err
	}
	defer log.Close()
	for e, err := range dealstate.ReadEvents(log, t.machine.Admit) {
		if err != nil {
			return err
		}
		t.events = append(t.events, e)
	}
	return nil
}

func (t *treaty) at(v dealstate.View) (dealstate.Snapshot, error) {
	s, _, err := t.machine.Fold(t.events, v)
	return s, err
}
