package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
)

// importCmd takes logs into the folder's journal.
type importCmd struct {
	Files    []string `arg:"" name:"file" help:"Logs; - is standard input."`
	Format   string   `placeholder:"F" help:"How they are written: jsonl, csv or parquet. Default: by the end of each name."`
	DryRun   bool     `help:"Read and check them, and keep nothing."`
	Recorder string   `placeholder:"NAME" env:"USER" help:"Who records, for the journal."`
	waitFlag
}

func (importCmd) Help() string {
	return `Example:

    dealstate import wire.csv --dry-run
    dealstate import wire.csv

It records all events of the files, or none: at the first wrong event it stops and names the line. Events that the journal already
has are not recorded again. A log in the folder need not be imported: every command reads it.`
}

func (c *importCmd) Run(a *app) error {
	f, err := a.read()
	if err != nil {
		return err
	}
	taken := &folder{deals: map[string]*deal{}}
	events, fresh := 0, 0
	for _, path := range c.Files {
		err := c.file(a, path, func(e dealstate.Event) error {
			events++
			is, err := taken.import1(f, e)
			if is {
				fresh++
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if !c.DryRun && events > 0 {
		if err := c.keep(a, taken); err != nil {
			return err
		}
	}
	if a.json {
		return a.object(map[string]any{"events": events, "new": fresh, "deals": len(taken.ids), "kept": !c.DryRun})
	}
	a.say("%s of %s, %d of them new to the folder", number(events, "event"), number(len(taken.ids), "deal"), fresh)
	if c.DryRun {
		a.say("Nothing is kept: it was a dry run.")
	}
	return nil
}

// import1 takes an event of a deal of the folder, and reports whether it is new there.
func (f *folder) import1(from *folder, e dealstate.Event) (fresh bool, err error) {
	of := from.deals[e.Deal]
	if of == nil {
		return false, &dealstate.FieldError{Field: "deal", Problem: fmt.Sprintf("%q is no deal of the folder%s", e.Deal, nearest.Hint(e.Deal, from.ids))}
	}
	_, known := of.place[e.ID]
	if err := of.take(e); err != nil { // also where the folder has another event of the id
		return false, err
	}
	d := f.deals[e.Deal]
	if d == nil {
		d = &deal{machine: of.machine, place: map[string]int{}}
		f.deals[e.Deal] = d
		f.ids = append(f.ids, e.Deal)
	}
	return !known, d.take(e)
}

// file reads one log.
func (c *importCmd) file(a *app, path string, take func(dealstate.Event) error) error {
	name := path
	if c.Format != "" {
		name = "." + c.Format
	}
	f, ok := formatOf(name)
	if !ok || f.read == nil {
		return misusef("%s: the format is unknown; say it with --format", path)
	}
	r := a.in
	if path != "-" {
		file, err := os.Open(path)
		if errors.Is(err, os.ErrNotExist) {
			return misusef("%v", err)
		}
		if err != nil {
			return err
		}
		defer file.Close()
		r = file
	}
	return eachOf(a, path, f, r, take)
}

func eachOf(a *app, path string, f format, r io.Reader, take func(dealstate.Event) error) error {
	for _, err := range f.read(r, take) {
		if err == nil {
			err = a.ctx.Err()
		}
		if err != nil {
			return inFile(path, err)
		}
	}
	return nil
}

// keep appends to the folder's journal what was taken.
func (c *importCmd) keep(a *app, taken *folder) error {
	j, err := a.journalOf(taken, c.Recorder, c.Wait)
	if err != nil {
		return err
	}
	return j.Close()
}
