package main

import (
	"errors"
	"log/slog"
	"net"
	"net/http"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
	"github.com/fe115bb3/dealtracker/dealstate/web"
)

// serveCmd shows the folder in a browser.
type serveCmd struct {
	Address string   `default:"localhost:8080" placeholder:"HOST:PORT" help:"Where to listen. Default: localhost:8080, which only this machine reaches."`
	Host    []string `placeholder:"NAME" help:"Another name under which browsers may reach it, besides localhost and its own address; requests to any other are refused."`
	Record  bool     `help:"Let whoever reaches the address record reports and add deals. Nobody is asked who he is: the journal keeps no name beside them, or the unchecked one that a program gives (curl -u NAME:)."`
	Title   string   `default:"Deals" help:"Of the board. Default: Deals."`
	Policy  string   `enum:"${policies}" default:"strict" placeholder:"P" help:"Whose word counts on the board: strict, official or reported. A deal's page has them all."`
	waitFlag
}

func (serveCmd) Help() string {
	return `Example; then open http://localhost:8080 in a browser:

    dealstate serve
    dealstate serve --record

It has the board, a page a deal in any view, the calendar as a feed, and a JSON API that /api/openapi.json describes. Without --record
it shows the folder as it was when the command began. With it, what the files have is taken into the folder's journal first, reports
are recorded there, and no other command records meanwhile. It asks nobody to sign in: with --record, listen where only those reach
it who may record. It answers for localhost and its own address only, so that no page of another site reaches it by a name of its own;
--host adds a name, such as this machine's in your network.`
}

func (c *serveCmd) Run(a *app) (err error) {
	p, err := dealstate.ParsePolicy(c.Policy)
	if err != nil {
		return err
	}
	f, err := a.read()
	if err != nil {
		return err
	}
	deals, end, err := c.deals(a, f, p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	authorize := web.ReadOnly
	if c.Record {
		authorize = anybody
	}
	on, err := net.Listen("tcp", c.Address)
	if err != nil {
		return err
	}
	defer on.Close()
	hosts := web.LocalHosts(on.Addr(), append(c.Host, c.Address)...)
	handler, err := web.New(deals, web.Options{Title: c.Title, Authorize: authorize, Hosts: hosts, Log: slog.New(slog.NewTextHandler(a.err, nil))})
	if err != nil {
		return err
	}
	if a.json {
		err = a.object(map[string]any{"url": "http://" + on.Addr().String(), "deals": len(f.ids)})
	} else {
		if c.Record {
			a.say("Whoever reaches the address may record; nobody is asked for a name.")
		}
		a.say("%s at http://%s; Ctrl-C ends it", number(len(f.ids), "deal"), on.Addr())
	}
	if err != nil {
		return err
	}
	return web.Serve(a.ctx, on, handler)
}

// deals opens the tracker, over the folder's journal where something is to be recorded.
func (c *serveCmd) deals(a *app, f *folder, p dealstate.Policy) (_ *tracker.Tracker, end func() error, err error) {
	if !c.Record {
		deals, err := a.track(f, p, tracker.System{})
		if err != nil {
			return nil, nil, err
		}
		return deals, deals.Close, nil
	}
	j, err := a.journalOf(f, "", c.Wait)
	if err != nil {
		return nil, nil, err
	}
	deals, err := tracker.Open(a.ctx, j, tracker.Options{Policy: p, Log: slog.New(slog.NewTextHandler(a.err, nil))})
	if err != nil {
		return nil, nil, errors.Join(err, j.Close())
	}
	return deals, func() error { return errors.Join(deals.Close(), j.Close()) }, nil
}

// anybody lets everybody do everything, and asks for no name. One that a program gives is
// kept; nobody checks it.
func anybody(r *http.Request, _ web.Action) (who string, err error) {
	who, _, _ = r.BasicAuth()
	return who, nil
}
