// London tells where the US–China framework of June 2025 stood, on any date,
// for whom it was waiting, and why: once for each standard of proof. It tells so of the
// other real deals, too.
//
//	go run ./examples/london
//	go run ./examples/london -policy official -asof 2025-06-28 -known 2025-06-28
//	go run ./examples/london -svg timeline.svg -balance balance.svg -html report.html -mermaid
//	go run ./examples/london -deal madrid
//	go run ./examples/london -deal turnberry -policy official -board deals/index.html
//
// With no flags it prints every report and what it did, and the state under the
// three policies side by side. With a view it explains that view. The last line
// is always "state: NAME". The board has all the deals on one page.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
	"github.com/fe115bb3/dealtracker/examples/internal/deals"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns the exit code; 2 is for wrong flags.
func run(args []string, stdout, stderr io.Writer) int {
	o, err := parseFlags(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "london:", err)
		return 2
	}
	out := bufio.NewWriter(stdout)
	if err := tell(out, o); err != nil {
		fmt.Fprintln(stderr, "london:", err)
		return 1
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(stderr, "london:", err)
		return 1
	}
	return 0
}

// options are the values of the flags.
type options struct {
	deal      deals.Deal
	view      dealstate.View
	chosen    bool // the reader asked for a view
	svg, html string
	balance   string
	board     string
	mermaid   bool
}

func parseFlags(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("london", flag.ContinueOnError)
	flags.SetOutput(stderr)
	deal := flags.String("deal", "us-china-london-2025", "the deal's `id`, or its short name: "+deals.Names())
	policy := flags.String("policy", "strict", "whose word counts: strict, official or reported")
	asOf := flags.String("asof", "", "what had happened by then: a `date` (its end, UTC) or an RFC 3339 instant; default: the log's last")
	known := flags.String("known", "", "what was known by then: a `date` or an instant; default: all there is")
	flags.StringVar(&o.svg, "svg", "", "draw the timeline under the three policies to this `file`")
	flags.StringVar(&o.balance, "balance", "", "draw how far each side had kept its commitments to this `file`")
	flags.StringVar(&o.html, "html", "", "write the report as one page to this `file`")
	flags.StringVar(&o.board, "board", "", "write one page with all the deals side by side to this `file`, and their own pages beside it")
	flags.BoolVar(&o.mermaid, "mermaid", false, "print the state diagram as Mermaid, and nothing else")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is not a flag; want -deal, -policy, -asof, -known, -svg, -balance, -html, -board or -mermaid", flags.Arg(0))
	}
	flags.Visit(func(f *flag.Flag) { o.chosen = o.chosen || f.Name == "policy" || f.Name == "asof" || f.Name == "known" })
	var err error
	if o.deal, err = deals.Find(*deal); err != nil {
		return o, err
	}
	o.view, err = dealstate.ParseView(*asOf, *known, *policy)
	return o, err
}

func tell(w io.Writer, o options) error {
	deal, err := o.deal.Open(o.view.Policy)
	if err != nil {
		return err
	}
	if err := draw(deal, o); err != nil {
		return err
	}
	if o.mermaid {
		return render.ReplayOf(deal, o.view).Diagram().Mermaid(w)
	}
	if !o.chosen {
		fmt.Fprintf(w, "%s\n%s\n\n", render.Inert(o.deal.Agreement.Title), render.Inert(o.deal.Agreement.ID))
		timeline(w, deal)
		dates(w, deal)
		sideBySide(w, deal)
		fmt.Fprintf(w, "IN WORDS, UNDER THE POLICY %s\n", strings.ToUpper(o.view.Policy.Name))
	}
	snapshot, decisions := deal.Replay(o.view)
	fmt.Fprint(w, snapshot.Explain(decisions...))
	fmt.Fprintf(w, "state: %s\n", render.Inert(string(snapshot.State)))
	return nil
}
