package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"
)

// options are the values of the flags.
type options struct {
	address, dir string
	replay       bool
	speed        float64
	last         time.Duration
}

// parseFlags reads the flags, and refuses what would be left out in silence.
func parseFlags(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("newsroom", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // an error is printed once, by main
	flags.StringVar(&o.address, "address", "localhost:8080", "where to listen; whoever can reach it may record")
	flags.StringVar(&o.dir, "dir", "", "the `folder` of the journal; without one all is forgotten at the end")
	flags.BoolVar(&o.replay, "replay", false, "play what was recorded, from 11 May 2025 on; not with -dir")
	flags.Float64Var(&o.speed, "speed", 1000, "how many `times` as fast as it happened; with -replay")
	flags.DurationVar(&o.last, "for", 0, "stop after so long, such as 10m; 0: when interrupted")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "newsroom opens a live board over the deals of 2025 in the browser. Its flags:")
		flags.SetOutput(stderr)
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("%q is no flag; want flags only", flags.Arg(0))
	case given["speed"] && !o.replay:
		return o, errors.New("-speed: it is the speed of a replay; add -replay")
	case !(o.speed > 0 && o.speed <= 1e9):
		return o, fmt.Errorf("-speed: %v is out of range; want more than 0 and at most 1e9", o.speed)
	case o.replay && o.dir != "":
		return o, errors.New("-replay: its clock shows 2025, and what it plays is not to be kept; leave -dir out")
	}
	return o, nil
}
