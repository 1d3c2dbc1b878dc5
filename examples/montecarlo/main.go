// Montecarlo gives the odds of a real deal of 2025 or 2026 on any past date, from
// nothing but what was on record then: how likely each state by a day, when, who
// holds it up, and what moves the odds. Then it says what happened.
//
//	go run ./examples/montecarlo
//	go run ./examples/montecarlo -deal london -from 2025-06-20 -by 2025-07-04 -n 1000000
//	go run ./examples/montecarlo -scores -reliability reliability.svg
//
// Waits are learned from all deals and treaties on record, by the kind of approver: a
// leader, a parliament, a council, or a state that deposits. Where few had ended, the
// program says what it assumes. On a terminal it shows its progress.
//
// With -scores it asks such questions on every past date, and scores the answers against
// the base rate and against one half: does any of this tell more than counting does?
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
	"github.com/fe115bb3/dealtracker/examples/internal/deals"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run returns the exit code; 2 is for wrong flags.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parseFlags(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "montecarlo:", err)
		return 2
	}
	o.sim.Progress = progressOn(stderr)
	out := bufio.NewWriter(stdout)
	answer := tell
	if o.scores {
		answer = tellScores
	}
	if err = answer(ctx, out, o); err == nil {
		err = out.Flush()
	}
	if err != nil {
		fmt.Fprintln(stderr, "montecarlo:", err)
		var field *dealstate.FieldError
		if errors.As(err, &field) {
			return 2 // a flag asks for what cannot be
		}
		return 1
	}
	return 0
}

// options are the values of the flags.
type options struct {
	deal        deals.Deal
	policy      dealstate.Policy
	from        time.Time
	by          time.Time
	sim         simulate.Options
	scores      bool
	reliability string
}

func parseFlags(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("montecarlo", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.sim.Lives, "n", 200_000, "how many lives to simulate, 1 to 100,000,000")
	flags.Uint64Var(&o.sim.Seed, "seed", 1, "of the random draws; the same seed gives the same output")
	flags.IntVar(&o.sim.Workers, "workers", 0, "lives are shared by so many workers; 0: one a CPU; the output does not depend on it")
	deal := flags.String("deal", "busan", "the deal's `id`, or its short name: "+deals.Names())
	policy := flags.String("policy", "official", "whose word counts: strict, official or reported")
	from := flags.String("from", "2025-10-31", "what had happened and was known by then: a `date` (its end, UTC) or an RFC 3339 instant")
	by := flags.String("by", "2025-11-10", "the day in question: a `date` (its end, UTC) or an RFC 3339 instant")
	flags.BoolVar(&o.scores, "scores", false, "score forecasts on all past dates, under the policy, and print nothing else")
	flags.StringVar(&o.reliability, "reliability", "", "with -scores: draw how often what was given each chance happened to this `file`")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is not a flag; want -n, -seed, -deal, -policy, -from, -by, -workers, -scores or -reliability", flags.Arg(0))
	}
	if o.reliability != "" && !o.scores {
		return o, errors.New("-reliability: there is nothing to draw; want -scores with it")
	}
	return o, o.parse(*deal, *policy, *from, *by)
}

// parse reads the values of the flags that are no plain numbers, and checks all.
func (o *options) parse(deal, policy, from, by string) (err error) {
	if o.deal, err = deals.Find(deal); err != nil {
		return err
	}
	if o.policy, err = dealstate.ParsePolicy(policy); err != nil {
		return err
	}
	if o.from, err = moment("-from", from); err != nil {
		return err
	}
	if o.by, err = moment("-by", by); err != nil {
		return err
	}
	return o.check()
}

func moment(name, text string) (time.Time, error) {
	t, err := dealstate.ParseMoment(text)
	if err == nil && t.IsZero() {
		err = errors.New("missing; want a date such as 2025-11-10")
	}
	if err != nil {
		return t, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// mostYears bounds the time to -by. The simulation goes on as long again after it.
const mostYears = 30

func (o *options) check() error {
	switch {
	case o.sim.Lives < 1 || o.sim.Lives > 100_000_000:
		return fmt.Errorf("-n: %d is out of range; want 1 to 100000000", o.sim.Lives)
	case o.sim.Workers < 0:
		return fmt.Errorf("-workers: %d is negative; want 0 (one a CPU) or more", o.sim.Workers)
	case !o.by.After(o.from):
		return fmt.Errorf("-by: %s is not after -from, %s", day(o.by), day(o.from))
	case o.by.After(o.from.AddDate(mostYears, 0, 0)):
		return fmt.Errorf("-by: %s is more than %d years after -from, %s", day(o.by), mostYears, day(o.from))
	}
	return nil
}

// progressOn gives a callback that keeps one line up to date, or nil if stderr is
// no terminal.
func progressOn(stderr io.Writer) func(done, of int) {
	file, ok := stderr.(*os.File)
	if !ok {
		return nil
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	shown := -1
	return func(done, of int) {
		percent := int(int64(done) * 100 / int64(of))
		if percent == shown {
			return
		}
		shown = percent
		fmt.Fprintf(file, "\r%3d %% of %d lives", percent, of)
		if done == of {
			fmt.Fprint(file, "\r\x1b[K")
		}
	}
}
