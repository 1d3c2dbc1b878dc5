package main

import (
	"cmp"
	"errors"
	"io"
	"iter"
	"path/filepath"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/journal/sqlite"
)

// exportCmd writes tables and logs for other programs.
type exportCmd struct {
	What   string   `arg:"" help:"A table, a log (xes or ocel), a net (pnml), sqlite, or all; list says what there is."`
	Deals  []string `arg:"" optional:"" name:"deal" help:"Ids of deals, or names of their files. Default: all."`
	Format string   `placeholder:"F" help:"Of a table: csv, jsonl, text (for people) or parquet (which some tables have). Default: by the end of --output's name, else csv."`
	Every  int      `default:"7" placeholder:"DAYS" help:"Between two dates of panel and balances. Default: 7."`
	outputFlag
	viewFlags
}

func (exportCmd) Help() string {
	return `Example: a table to read, tables and a log for process mining, a database, and every table and log into a folder:

    dealstate export party-waits --format text
    dealstate export spells -o numbers/spells.csv
    dealstate export panel -o numbers/panel.parquet
    dealstate export xes --policy official -o deals.xes
    dealstate export sqlite -o deals.db
    dealstate export all -o numbers
    dealstate export list

Spans are in seconds, and in days where a table is text. A cell that a spreadsheet would run as a formula gets a ' before it. The database is a
journal with the tables states, decisions and spells for every policy.`
}

// document is what export writes that is no table.
type document struct {
	name, about string
	file        string // its name among all; "": it is of one deal
	write       func(m *measuring, w io.Writer) error
}

// documents are those there are. The database is a file of its own making.
var documents = []document{
	{"xes", "an event log in XES, for process mining", "deals.xes", eventLog(analytics.WriteXES)},
	{"ocel", "an object-centric event log, OCEL 2.0 in JSON", "deals.ocel.json", eventLog(analytics.WriteOCEL)},
	{"pnml", "the rules of one deal as a Petri net", "", func(m *measuring, w io.Writer) error {
		if len(m.deals) != 1 {
			return misusef("pnml is of one deal; name it")
		}
		return analytics.WritePNML(w, m.deals[0].machine.Deal(), m.deals[0].machine.Lifecycle())
	}},
}

const database = "sqlite"

func (c *exportCmd) Run(a *app) error {
	if c.What == "list" {
		return list(a)
	}
	if c.Every < 1 {
		return misusef("--every %d; want at least one day", c.Every)
	}
	view, err := c.view(a)
	if err != nil {
		return err
	}
	f, err := c.format()
	if err != nil {
		return err
	}
	if a.json && c.Format == "" && c.Output == "" {
		f, _ = formatOf(".jsonl")
	}
	all, err := a.read()
	if err != nil {
		return err
	}
	m := &measuring{app: a, view: view, until: view.AsOf, every: c.Every}
	if m.until.IsZero() {
		m.until = view.KnownBy
	}
	if m.deals, err = all.chosen(c.Deals); err != nil {
		return err
	}
	return c.export(a, m, f)
}

// format is that of a table.
func (c *exportCmd) format() (format, error) {
	end := c.end()
	if _, isTable := tableOf(c.What); !isTable { // a folder, or a file of another sort
		end = ""
	}
	name := cmp.Or(c.Format, ends[end], end, "csv")
	f, ok := formatOf("." + name)
	if !ok || f.table == nil {
		return f, misusef("%q is no format of a table; want %s", name, strings.Join(tableFormats(), ", "))
	}
	return f, nil
}

func (c *exportCmd) export(a *app, m *measuring, f format) error {
	if c.What == "all" {
		return c.all(a, m, f)
	}
	if c.What == database {
		return c.database(a, m)
	}
	if t, ok := tableOf(c.What); ok {
		if !f.takes(t.name) {
			return misusef("%s is for %s; take another format for %s", f.name, strings.Join(f.only, ", "), t.name)
		}
		if f.bytes && c.Output == "" {
			return misusef("%s is a file; name it with -o", f.name)
		}
		s, err := t.rows(m)
		if err != nil {
			return err
		}
		if a.json && c.Output == "" && f.name == "jsonl" { // which is JSON as it stands
			return f.table(a.out, s)
		}
		return c.data(a, func(w io.Writer) error { return f.table(w, s) })
	}
	for _, d := range documents {
		if d.name == c.What {
			return c.data(a, func(w io.Writer) error { return d.write(m, w) })
		}
	}
	return misusef("%q is nothing to export; dealstate export list says what there is", c.What)
}

// all writes every table and log into a folder.
func (c *exportCmd) all(a *app, m *measuring, f format) error {
	if c.Output == "" {
		return misusef("all is a folder; name it with -o")
	}
	csv, _ := formatOf(".csv")
	for _, t := range tables {
		f := f
		if !f.takes(t.name) {
			f = csv
		}
		s, err := t.rows(m)
		if err != nil {
			return err
		}
		if err := a.file(filepath.Join(c.Output, t.name+"."+f.name), func(w io.Writer) error { return f.table(w, s) }); err != nil {
			return err
		}
	}
	for _, d := range documents {
		if d.file == "" { // one a deal
			continue
		}
		if err := a.file(filepath.Join(c.Output, d.file), func(w io.Writer) error { return d.write(m, w) }); err != nil {
			return err
		}
	}
	return nil
}

// database brings a database up to what the folder has, and its tables to the view.
func (c *exportCmd) database(a *app, m *measuring) error {
	if c.Output == "" {
		return misusef("sqlite is a file; name it with -o")
	}
	if err := a.guard(c.Output); err != nil {
		return err
	}
	j, err := sqlite.Open(a.ctx, c.Output, sqlite.Options{})
	if err != nil {
		return err
	}
	f := &folder{deals: map[string]*deal{}}
	for _, d := range m.deals {
		f.ids = append(f.ids, d.machine.Deal())
		f.deals[d.machine.Deal()] = d
	}
	err = fill(a.ctx, j, f.entriesOf("", a.now().UTC()))
	for _, p := range dealstate.Policies() {
		view := m.view
		if view.Policy = p; err == nil {
			_, err = j.Materialise(a.ctx, view)
		}
	}
	if err = errors.Join(err, j.Close()); err != nil {
		return err
	}
	return a.wrote(c.Output)
}

// eventLog writes one case a deal.
func eventLog(write func(io.Writer, iter.Seq[analytics.Case]) error) func(*measuring, io.Writer) error {
	return func(m *measuring, w io.Writer) error {
		var failed error
		err := write(w, func(yield func(analytics.Case) bool) {
			for f, err := range m.folds() {
				if failed = err; err != nil || !yield(analytics.Case{Agreement: f.machine.Agreement(), Decisions: f.decisions, Events: f.events}) {
					return
				}
			}
		})
		if failed != nil {
			return failed
		}
		return err
	}
}

// list says what there is to export.
func list(a *app) error {
	rows := [][]string{{"what", "a row, or what it is"}}
	for _, t := range tables {
		rows = append(rows, []string{t.name, t.about})
	}
	for _, d := range documents {
		rows = append(rows, []string{d.name, d.about})
	}
	rows = append(rows, []string{database, "a database with events, states, decisions and spells"}, []string{"all", "every table, xes and ocel, into a folder"})
	if !a.json {
		return a.table(rows)
	}
	for _, row := range rows[1:] {
		if err := a.object(map[string]string{"what": row[0], "about": row[1]}); err != nil {
			return err
		}
	}
	return nil
}

func tableFormats() (names []string) {
	for _, f := range formats {
		if f.table != nil {
			names = append(names, f.name)
		}
	}
	return names
}
