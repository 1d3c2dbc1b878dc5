package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/schema"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// initCmd writes files to begin with.
type initCmd struct {
	Template string `arg:"" optional:"" default:"two" enum:"two,many,treaty,london" help:"two (parties), many (parties), treaty (deposits, entry into force, accession) or london (a real deal of 2025 with its reports). Default: two."`
	ID       string `name:"id" default:"deal" placeholder:"ID" help:"Of the deal, and the name of its files. Default: deal."`
}

func (initCmd) Help() string {
	return `Example, into a new folder:

    mkdir fisheries; cd fisheries
    dealstate init many --id accord
    dealstate state

It writes an agreement, a log with example reports to replace, JSON Schemas with which an editor completes and validates them, and a
README.md that explains each key. It never overwrites a file.`
}

//go:embed templates
var templates embed.FS

// keysOf are the rows of the README on what only one template has.
var keysOf = map[string]string{
	"two": "| `deadline` | the date by whose end both must have approved; without it there is none |\n" +
		"| `term` | how long it stays in force; without it, until somebody ends it |",
	"many": "| `approval` | what it takes: so many parties (`count`), so much of their `weight` (`share`), one by name (`approved`), all or any of these. Without it, every party |\n" +
		"| `effect` | how long after that it enters into force; without it, when somebody reports `implement` |\n" +
		"| `notice` | how long a party that withdraws stays bound |",
	"treaty": "| `approval` | how many deposits it takes; `share` asks for a part of the parties' `weight` |\n" +
		"| `effect` | how long after the last of these it enters into force |\n" +
		"| `join` | how long after its own deposit a party is bound that comes later |\n" +
		"| `notice` | how long a party that withdraws stays bound |\n" +
		"| `incomplete` | why the record is short; every answer then warns |",
}

// newFile is one that init writes.
type newFile struct {
	name, text string
	shared     bool // by the deals of a folder: one that is there stays
}

func (c *initCmd) Run(a *app) error {
	if err := (dealstate.Agreement{ID: c.ID, Parties: []dealstate.Party{{ID: "x"}}}).Validate(); err != nil || strings.ContainsAny(c.ID, `/\`) || strings.HasPrefix(c.ID, ".") {
		return misusef("--id %q: want a short name without blanks and slashes", c.ID)
	}
	files, err := c.files(a.now())
	if err != nil {
		return err
	}
	files = slices.DeleteFunc(files, func(f newFile) bool { return f.shared && isThere(filepath.Join(a.dir, f.name)) })
	for _, f := range files {
		if isThere(filepath.Join(a.dir, f.name)) {
			return misusef("%s is there already; nothing is written", f.name)
		}
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(a.dir, f.name), []byte(f.text), 0o644); err != nil {
			return err
		}
		if a.json {
			err = a.object(map[string]string{"file": f.name})
		} else {
			a.say("wrote %s", f.name)
		}
		if err != nil {
			return err
		}
	}
	if !a.json {
		a.say("Next: dealstate state, then put your own deal into %s and %s.", files[0].name, files[1].name)
	}
	return nil
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// files are those of the template, the agreement and the log first.
func (c *initCmd) files(now time.Time) ([]newFile, error) {
	schemas := []newFile{{"agreement.schema.json", schema.Agreement, true}, {"event.schema.json", schema.Event, true}}
	if c.Template == "london" {
		files, err := london()
		return append(files, schemas...), err
	}
	files := []newFile{}
	for _, f := range []newFile{{c.ID + ".json", c.Template + ".json", false}, {c.ID + ".csv", c.Template + ".csv", false}, {"README.md", "README.md", true}} {
		text, err := templates.ReadFile("templates/" + f.text)
		if err != nil {
			return nil, err
		}
		f.text = fillIn(strings.NewReplacer("DEAL", c.ID, "KEYS", keysOf[c.Template]).Replace(string(text)), now)
		files = append(files, f)
	}
	return append(files, schemas...), nil
}

// fillIn writes a date for each DATE-20, which is twenty days before today: what happens in a
// template has happened lately.
func fillIn(text string, now time.Time) string {
	return regexp.MustCompile(`DATE([+-]\d+)`).ReplaceAllStringFunc(text, func(word string) string {
		n, _ := strconv.Atoi(word[len("DATE"):])
		return now.UTC().AddDate(0, 0, n).Format(time.DateOnly)
	})
}

// london is the real deal, with what is on record of it.
func london() ([]newFile, error) {
	a, err := uschina.London().MarshalJSON()
	if err != nil {
		return nil, err
	}
	var log strings.Builder
	for e, err := range uschina.Events() {
		if err != nil {
			return nil, err
		}
		if e.Deal != uschina.London().ID {
			continue
		}
		line, err := e.MarshalJSON()
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&log, "%s\n", line)
	}
	return []newFile{{"london.json", string(a) + "\n", false}, {"london.jsonl", log.String(), false}}, nil
}
