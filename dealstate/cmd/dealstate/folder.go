package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/parquet"
)

// A folder is all the configuration there is:
//
//   - every *.json is an agreement; *.schema.json are not looked at;
//   - every log (*.jsonl, *.csv and what else formats reads) holds events, which name their deals;
//   - a directory named journal, if there is one, is a journal.File with agreements and events.
//
// Names that begin with a dot, and other directories, are not looked at. The same agreement
// or event may stand in several places; other content under its id is an error.

// journalName is the directory of a folder in which record keeps what it is told.
const journalName = "journal"

// folder is what stood in a directory when it was read. It does not change.
type folder struct {
	deals map[string]*deal
	ids   []string // of the deals, in their order
	stray []string // deals that events name and that have no agreement, in the order in which they appear
	lost  int      // events of these

	others []string // files that are neither agreements nor logs
}

// deal is one deal of a folder.
type deal struct {
	machine *dealstate.Machine
	file    string // where its agreement stands; "" for the journal
	events  []dealstate.Event
	place   map[string]int // of an event in events, by id
}

// open makes the deal of what was read.
func (d *deal) open(p dealstate.Policy) (*dealstate.Deal, error) {
	return d.machine.Load(p, func(yield func(dealstate.Event, error) bool) {
		for _, e := range d.events {
			if !yield(e, nil) {
				return
			}
		}
	})
}

// reading is a folder while it is read.
type reading struct {
	folder
	app   *app
	dir   string
	forms []*dealstate.Machine    // that were compiled
	terms *deal                   // of the deals without an agreement; nil: there are none
	bad   func(place error) error // takes what is wrong and goes on, or gives it back
	told  map[string]bool         // what was wrong with the journal
	bar   *bar
}

// read reads the folder, and stops at the first thing that is wrong. Of events without a deal
// it warns once.
func (a *app) read() (*folder, error) {
	f, err := a.readAll(func(err error) error {
		if exitOf(err) == exitBadInput {
			return &badInput{fmt.Errorf("%w; until it is right no deal of the folder is shown, and dealstate check lists all that is wrong", err)}
		}
		return err
	})
	if err == nil && f.lost > 0 && !a.strayed {
		a.strayed = true
		a.warn("%s", f.strays())
	}
	return f, err
}

// strays says which deals events name that have no agreement.
func (f *folder) strays() string {
	return fmt.Sprintf("%s of deals without an agreement in the folder: %s%s", number(f.lost, "event"), listed(f.stray), nearest.Hint(f.stray[0], f.ids))
}

// readAll hands whatever is wrong to bad, and goes on where that gives no error.
func (a *app) readAll(bad func(error) error) (*folder, error) {
	r := &reading{folder: folder{deals: map[string]*deal{}, others: []string{}}, app: a, dir: a.dir, bad: bad, told: map[string]bool{}}
	names, err := r.names()
	if err != nil {
		return nil, err
	}
	r.bar = a.bar("reading", len(names))
	defer r.bar.end()
	for _, part := range []func([]string) error{r.agreements, r.journalAgreements, r.findTerms, r.logs, r.journalEvents} {
		if err := part(names); err != nil {
			return nil, err
		}
	}
	slices.Sort(r.ids)
	return &r.folder, nil
}

// names lists the files and directories that matter.
func (r *reading) names() (names []string, err error) {
	if info, err := os.Stat(r.dir); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return nil, misusef("%s: there is no such folder", r.dir)
	}
	found, err := os.ReadDir(r.dir)
	for _, f := range found {
		name := f.Name()
		switch {
		case strings.HasPrefix(name, "."), f.IsDir() != (name == journalName):
		case f.IsDir(), isAgreement(name), isLog(name):
			names = append(names, name)
		case !isSchema(name) && !slices.Contains(besides, endOfName(name)):
			r.others = append(r.others, name)
		}
	}
	return names, err
}

// besides are files that lie in a folder without being read, as a rule.
var besides = []string{"md", "scenario", "html", "svg", "ics", "db", "xes", "pnml", "go", "mod", "sum", "work"}

// isAgreement reports whether a file of that name is read as an agreement, and isLog as a log.
func isAgreement(name string) bool { return endOfName(name) == "json" && !isSchema(name) }

func isSchema(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".schema.json") }

func isLog(name string) bool {
	f, ok := formatOf(name)
	return ok && f.read != nil
}

// agreements reads every agreement.
func (r *reading) agreements(names []string) error {
	for _, name := range names {
		if !isAgreement(name) {
			continue
		}
		r.bar.step()
		if err := r.agreement(name); err != nil {
			if err := r.bad(&badInput{err}); err != nil {
				return err
			}
		}
		if err := r.app.ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) agreement(name string) error {
	file, err := os.Open(filepath.Join(r.dir, name))
	if err != nil {
		return err
	}
	defer file.Close()
	a, err := dealstate.ReadAgreement(file)
	if err != nil {
		return fmt.Errorf("%s: %w (every .json file of the folder is an agreement)", name, err)
	}
	if err := r.add(a, name); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// add takes an agreement, which may be there already with the same content.
func (r *reading) add(a dealstate.Agreement, file string) error {
	if d := r.deals[a.ID]; d != nil {
		switch same := sameAgreement(d.machine.Agreement(), a); {
		case same:
			return nil
		case file == "":
			return fmt.Errorf("%s is not the agreement that the journal keeps, which never changes; undo the edit, or begin anew: move journal/*.jsonl into the folder, as logs, and the rest of the journal away", d.file)
		}
		return fmt.Errorf("%s has another agreement of the id %q; want one for each id", d.file, a.ID)
	}
	m, err := r.compile(a)
	if err != nil {
		return err
	}
	r.deals[a.ID] = &deal{machine: m, file: file, place: map[string]int{}}
	r.ids = append(r.ids, a.ID)
	return nil
}

// mostForms bounds how many machines an agreement is compared with before it is compiled.
const mostForms = 32

// compile takes the machine of an agreement of the same form, where there is one.
func (r *reading) compile(a dealstate.Agreement) (*dealstate.Machine, error) {
	for _, form := range r.forms {
		if m, ok := form.For(a); ok {
			return m, nil
		}
	}
	m, err := dealstate.Compile(a)
	if err == nil && len(r.forms) < mostForms {
		r.forms = append(r.forms, m)
	}
	return m, err
}

func sameAgreement(a, b dealstate.Agreement) bool {
	one, err := json.Marshal(a)
	two, other := json.Marshal(b)
	return err == nil && other == nil && bytes.Equal(one, two)
}

// logs reads every log.
func (r *reading) logs(names []string) error {
	for _, name := range names {
		f, _ := formatOf(name)
		if !isLog(name) {
			continue
		}
		r.bar.step()
		if err := r.log(name, f); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) log(name string, f format) error {
	file, err := os.Open(filepath.Join(r.dir, name))
	if err != nil {
		return err
	}
	defer file.Close()
	for _, err := range f.read(file, r.take) {
		if err == nil {
			err = r.app.ctx.Err()
		}
		if err != nil {
			if err := r.bad(inFile(name, err)); err != nil {
				return err
			}
		}
	}
	return nil
}

// inFile says in which file, and at which line, an error stands.
func inFile(name string, err error) error {
	var line *dealstate.LineError
	switch {
	case errors.As(err, &line) && line.Line > 0:
		return &badInput{fmt.Errorf("%s:%d: %w", name, line.Line, line.Err)}
	case is[*dealstate.FieldError](err), is[*dealstate.LineError](err), is[*parquet.FileError](err):
		return &badInput{fmt.Errorf("%s: %w", name, err)}
	}
	return err
}

// take keeps one event, or says what is wrong with it.
func (r *reading) take(e dealstate.Event) error {
	d := r.deals[e.Deal]
	if d == nil && r.terms != nil {
		var err error
		if d, err = r.onTerms(e.Deal); err != nil {
			return err
		}
	}
	if d == nil {
		if r.lost++; !slices.Contains(r.stray, e.Deal) && len(r.stray) < 100 {
			r.stray = append(r.stray, e.Deal)
		}
		return nil
	}
	return d.take(e)
}

// findTerms finds the template.
func (r *reading) findTerms([]string) (err error) {
	if r.app.template != "" {
		r.terms, err = r.find(r.app.template)
	}
	return err
}

// onTerms makes a deal on the template's terms.
func (r *reading) onTerms(id string) (*deal, error) {
	a := r.terms.machine.Agreement()
	a.ID, a.Title = id, ""
	if err := r.add(a, r.terms.file); err != nil {
		return nil, err
	}
	return r.deals[id], nil
}

func (d *deal) take(e dealstate.Event) error {
	if err := d.machine.Admit(e); err != nil {
		return err
	}
	at, again := d.place[e.ID]
	if !again {
		d.place[e.ID] = len(d.events)
		d.events = append(d.events, e)
		return nil
	}
	old := &d.events[at]
	if !old.Same(e) {
		return &dealstate.ConflictError{ID: e.ID}
	}
	if learned(e).Before(learned(*old)) { // of the same report sent twice, the earliest counts
		old.Recorded = e.Recorded
	}
	return nil
}

func learned(e dealstate.Event) time.Time {
	if e.Recorded.IsZero() {
		return e.At
	}
	return e.Recorded
}

// journalAgreements reads the agreements of the journal, and journalEvents its events: those
// of the files may be of agreements that only the journal has.
func (r *reading) journalAgreements(names []string) error {
	return r.journal(names, func(e journal.Entry) error {
		if e.Agreement == nil {
			return nil
		}
		return r.add(*e.Agreement, "")
	})
}

func (r *reading) journalEvents(names []string) error {
	return r.journal(names, func(e journal.Entry) error {
		if e.Agreement != nil {
			return nil
		}
		return r.take(e.Event)
	})
}

// journal goes through the entries of the folder's journal, if it has one.
func (r *reading) journal(names []string, take func(journal.Entry) error) error {
	if !slices.Contains(names, journalName) {
		return nil
	}
	for e, err := range journal.ReadDir(r.app.ctx, filepath.Join(r.dir, journalName), journal.Options{}) {
		if is[*journal.DamageError](err) {
			err = &badInput{errors.New(damageText(err) + "; see: dealstate verify")}
		}
		if err == nil {
			if err = take(e); err != nil {
				err = &badInput{fmt.Errorf("%s: entry %d: %w", journalName, e.Position, err)}
			}
		}
		if err != nil && !r.told[err.Error()] { // it is read twice
			r.told[err.Error()] = true
			if err := r.bad(err); err != nil {
				return err
			}
		}
	}
	return nil
}

// find gives the deal of that id; or whose agreement stands in the file of that name, with or
// without .json; or of which alone the id has that word between hyphens. "": the only one.
func (f *folder) find(name string) (*deal, error) {
	if name == "" && len(f.ids) == 1 {
		return f.deals[f.ids[0]], nil
	}
	if len(f.ids) == 0 {
		return nil, misusef("no deal is here: the folder has no agreement (*.json); dealstate init writes one")
	}
	if name == "" {
		return nil, misusef("which deal? the folder has %d: %s", len(f.ids), listed(f.ids))
	}
	if d := f.deals[name]; d != nil {
		return d, nil
	}
	known := slices.Clone(f.ids)
	for _, id := range f.ids {
		file := f.deals[id].file
		stem := strings.TrimSuffix(file, ".json")
		if file != "" && (file == name || stem == name) {
			return f.deals[id], nil
		}
		known = append(known, stem)
	}
	if with := slices.DeleteFunc(slices.Clone(f.ids), func(id string) bool { return !hasWord(id, name) }); len(with) == 1 {
		return f.deals[with[0]], nil
	}
	if hint := nearest.Hint(name, known); hint != "" {
		return nil, misusef("%q is no deal of the folder%s", name, hint)
	}
	return nil, misusef("%q is no deal of the folder; it has %s", name, listed(f.ids))
}

// hasWord reports whether an id has the word between its hyphens: london in us-china-london-2025.
func hasWord(id, word string) bool { return slices.Contains(strings.Split(id, "-"), word) }

// chosen gives the deals of these names, or all.
func (f *folder) chosen(names []string) (all []*deal, err error) {
	if len(names) == 0 {
		names = f.ids
	}
	for _, name := range names {
		d, err := f.find(name)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// listed names the first few of many.
func listed(ids []string) string {
	if len(ids) > 8 {
		return strings.Join(ids[:8], ", ") + fmt.Sprintf(" and %d more", len(ids)-8)
	}
	return strings.Join(ids, ", ")
}

// reader reads a log in one format; the checks are as those of dealstate.ReadEvents.
type reader func(r io.Reader, checks ...func(dealstate.Event) error) iter.Seq2[dealstate.Event, error]
