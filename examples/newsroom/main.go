// Newsroom is a live desk over the deals of 2025: a board in the browser that follows
// every report and every clock, a form to record with, a JSON API, a calendar.
//
//	go run ./examples/newsroom              then open http://localhost:8080
//	go run ./examples/newsroom -dir desk    and keep what is recorded in the folder desk
//	go run ./examples/newsroom -replay      and play 2025 into the board, a thousand times as fast
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
	"github.com/fe115bb3/dealtracker/dealstate/web"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o, err := parseFlags(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		err = run(ctx, o, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "newsroom:", err)
		os.Exit(1)
	}
}

// run keeps the desk open until the context ends.
func run(ctx context.Context, o options, out io.Writer) error {
	var kept journal.Journal = &journal.Memory{}
	var err error
	if o.dir != "" {
		if kept, err = journal.Open(ctx, o.dir, journal.Options{}); err != nil {
			return err
		}
	}
	defer kept.Close()
	play := &player{speed: o.speed, clock: tracker.NewManual(firstDay)}
	deals, err := tracker.Open(ctx, kept, tracker.Options{Clock: play.clockOf(o)})
	if err != nil {
		return err
	}
	defer deals.Close()
	if err := play.record(ctx, deals, o.replay); err != nil {
		return err
	}
	on, err := net.Listen("tcp", o.address)
	if err != nil {
		return err
	}
	defer on.Close()
	handler, err := web.New(deals, web.Options{Title: "The desk", Authorize: colleagues, Hosts: web.LocalHosts(on.Addr(), o.address)})
	if err != nil {
		return err
	}
	if o.last > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.last)
		defer cancel()
	}
	fmt.Fprintf(out, "the desk is open at http://%s\n", on.Addr())
	return web.Serve(ctx, on, handler)
}

// colleagues lets everybody do everything, and asks for no name: right on one's own
// machine, on which alone this listens. A name that a program gives is kept unchecked.
func colleagues(r *http.Request, _ web.Action) (who string, err error) {
	who, _, _ = r.BasicAuth()
	return who, nil
}
