package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// verifyCmd reads the folder's journal whole.
type verifyCmd struct {
	Head    string `placeholder:"HEAD" help:"A head that verify gave earlier, and that was kept elsewhere: the journal is to be that one, or to go on from there."`
	Salvage string `placeholder:"DIR" help:"Copy what is whole into a new journal in this directory, and list what is not."`
}

func (verifyCmd) Help() string {
	return `Example, now and, with the head that it gave, later on:

    dealstate verify
    dealstate verify --head "3 5fd9…"
    dealstate verify --salvage rescued

It holds every entry to its checksum and to the chain of hashes, and ends with 1 where something is not as it was written. Only a head
that was kept elsewhere shows that entries were cut off, or that the journal was written anew. What is whole of a damaged one is
copied by --salvage: look through what it lists, move the directory journal away, and put the new one in its place.`
}

func (c *verifyCmd) Run(a *app) error {
	var kept journal.Head
	var err error
	if c.Head != "" {
		if kept, err = journal.ParseHead(c.Head); err != nil {
			return misusef("--head: %v", err)
		}
	}
	head, err := journal.Verify(a.ctx, filepath.Join(a.dir, journalName), kept, journal.Options{})
	if errors.Is(err, fs.ErrNotExist) {
		return misusef("the folder has no journal; record makes one")
	}
	if c.Salvage != "" {
		return c.salvage(a)
	}
	bad := is[*journal.DamageError](err) || is[*journal.HeadError](err)
	if err != nil && !bad {
		return err
	}
	if a.json {
		err = a.object(verified{Whole: !bad, Entries: head.Position, Head: head.String(), Problem: damageText(err)})
	} else if bad {
		a.say("The journal is not whole: %s", damageText(err))
		a.say("Whole are the first %s.", entries(head.Position))
		if is[*journal.DamageError](err) {
			a.say("All that is whole can be copied: dealstate verify --salvage DIR")
		}
		err = nil
	} else {
		a.say("The journal is whole: %s.", entries(head.Position))
		a.say("Head, to be kept elsewhere: %s", head)
	}
	if err == nil && bad {
		err = errNo
	}
	return err
}

// salvage copies what is whole into a new journal.
func (c *verifyCmd) salvage(a *app) error {
	if err := a.guardJournal(c.Salvage); err != nil {
		return err
	}
	if found, err := os.ReadDir(c.Salvage); err == nil && len(found) > 0 {
		return misusef("--salvage %s: something is there already; name a new directory", c.Salvage)
	}
	to, err := journal.Open(a.ctx, c.Salvage, journal.Options{})
	if err != nil {
		return err
	}
	found, err := journal.Salvage(a.ctx, to, filepath.Join(a.dir, journalName), journal.Options{})
	if err = errors.Join(err, to.Close()); err != nil {
		return err
	}
	told := salvaged{Directory: c.Salvage, Kept: found.Kept, Lost: []gap{}, Problems: []string{}}
	for _, g := range found.Lost {
		told.Lost = append(told.Lost, gap{g.From, g.To})
	}
	for _, p := range found.Problems {
		told.Problems = append(told.Problems, damageText(p))
	}
	if a.json {
		err = a.object(told)
	} else {
		told.write(a)
	}
	if err == nil && len(told.Problems) > 0 {
		err = errNo
	}
	return err
}

// salvaged is what was copied of a journal, and what was not. It is written as JSON as it
// stands.
type salvaged struct {
	Directory string   `json:"directory"`
	Kept      int64    `json:"kept"` // entries
	Lost      []gap    `json:"lost"`
	Problems  []string `json:"problems"`
}

// gap is a run of entries that are lost, by their positions.
type gap struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

func (s salvaged) write(a *app) {
	for _, p := range s.Problems {
		a.say("%s", p)
	}
	for _, g := range s.Lost {
		a.say("lost: entries %d to %d", g.From, g.To)
	}
	a.say("%s copied to %s", entries(s.Kept), s.Directory)
}

func entries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// verified is what became of the verification. It is written as JSON as it stands.
type verified struct {
	Whole   bool   `json:"whole"`
	Entries int64  `json:"entries"` // that are whole, from the first on
	Head    string `json:"head"`    // of these
	Problem string `json:"problem,omitempty"`
}

// damageText says what is wrong with a journal, without the names of Go by which the
// library's own error says what to do.
func damageText(err error) string {
	var damage *journal.DamageError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &damage):
		return fmt.Sprintf("journal: position %d: %s at byte %d: %s", damage.Position, damage.File, damage.Offset, damage.Problem)
	}
	return err.Error()
}
