package main

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// reportCmd writes web pages.
type reportCmd struct {
	Deal  string `arg:"" optional:"" help:"Its id, or the name of its file. Default: all deals, and a board of them."`
	Title string `default:"Deals" help:"Of the board. Default: Deals."`
	outputFlag
	viewFlags
}

func (reportCmd) Help() string {
	return `Example, of one deal into a file, and of all into a folder with the board as its index.html:

    dealstate report truce -o truce.html
    dealstate report -o report

A page is one file without scripts. Open it in a browser, print it, or send it to a colleague. It shows the deal under the policy,
and the other policies beside it.`
}

func (c *reportCmd) Run(a *app) error {
	view, err := c.view(a)
	if err != nil {
		return err
	}
	f, err := a.read()
	if err != nil {
		return err
	}
	if c.isOfAll() {
		return c.all(a, f, view)
	}
	if c.Deal == "" && len(f.ids) > 1 {
		return misusef("the report of %d deals is a folder; name it with -o, or name a deal", len(f.ids))
	}
	if end := c.end(); c.Output != "" && cmp.Or(ends[end], end) != "html" {
		return misusef("%s: the report of a deal is html; name such a file", c.Output)
	}
	if dir, name := filepath.Split(c.Output); name == "index.html" && isThere(filepath.Join(dir, pages)) {
		return misusef("%s: it is the board of the pages in %s; name another file", c.Output, filepath.Join(dir, pages))
	}
	of, err := f.find(c.Deal)
	if err != nil {
		return err
	}
	d, err := of.open(view.Policy)
	if err != nil {
		return err
	}
	return c.to(a, func(w io.Writer, _ render.Paint) error {
		return render.DealPage{Replays: replaysOf(d, view, true)}.HTML(w)
	})
}

// isOfAll reports whether the board and a page a deal are to be written.
func (c *reportCmd) isOfAll() bool { return c.Deal == "" && c.Output != "" && c.end() != "html" }

// all writes the board and a page a deal.
func (c *reportCmd) all(a *app, f *folder, view dealstate.View) error {
	for _, dir := range []string{c.Output, filepath.Join(c.Output, pages)} { // the second may be a link
		if err := a.guardJournal(dir); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Join(c.Output, pages), 0o755); err != nil {
		return err
	}
	board := render.Board{Title: c.Title}
	bar := a.bar("drawing", len(f.ids))
	defer bar.end()
	for i, id := range f.ids {
		bar.step()
		if err := a.ctx.Err(); err != nil {
			return err
		}
		d, err := f.deals[id].open(view.Policy)
		if err != nil {
			return err
		}
		replays := replaysOf(d, view, true)
		name := pageName(i, id)
		if err := writeFile(filepath.Join(c.Output, pages, name), render.DealPage{Replays: replays}.HTML); err != nil {
			return err
		}
		board.Rows = append(board.Rows, render.BoardRow{Replay: replays[0], Href: pages + "/" + url.PathEscape(name)})
	}
	index := filepath.Join(c.Output, "index.html")
	if err := writeFile(index, board.HTML); err != nil {
		return err
	}
	return a.wrote(index)
}

// pages is the folder of the deals' pages, beside the board.
const pages = "deals"

// pageName is the file of a deal's page. An id may hold what a file's name may not.
func pageName(i int, id string) string {
	name := url.PathEscape(id)
	if len(name) > 200 || strings.HasPrefix(name, ".") {
		name = fmt.Sprintf("deal-%d", i+1)
	}
	return name + ".html"
}
