// Dealstate tells where international deals stand, from a folder of two sorts of files:
// agreements (*.json) and logs of what was reported (*.csv, *.jsonl, *.parquet). It needs no Go.
//
//	dealstate init                     write a commented pair of files to begin with
//	dealstate state                    where each deal of this folder stands
//	dealstate explain truce            and why
//	dealstate record                   add a report, after seeing what it would do
//
// dealstate --help lists the commands, and each has an example in its own --help.
package main

import (
	"context"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt ends it at once
	a := &app{ctx: ctx, in: os.Stdin, out: os.Stdout, err: os.Stderr, now: time.Now, typed: isTerminal(os.Stdin), watched: isTerminal(os.Stderr) && os.Getenv("TERM") != "dumb"}
	a.shown = isTerminal(os.Stdout)
	a.coloured = colours(a.shown, os.Getenv)
	code := a.run(os.Args[1:])
	stop()
	os.Exit(code)
}

// colours reports whether to write in colours: to a terminal that knows them, unless somebody
// wants none (https://no-color.org).
func colours(terminal bool, getenv func(string) string) bool {
	return terminal && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}

// isTerminal reports whether somebody sits at the other end.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}
