package main

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// verifyCmd reads the folder's journal whole.
type verifyCmd struct {
	Head string `placeholder:"HEAD" help:"A head that verify gave earlier, and that was kept elsewhere: the journal is to be that one, or to go on from there."`
}

func (verifyCmd) Help() string {
	return `Example, now and, with the head that it gave, later on:

    dealstate verify
    dealstate verify --head "3 5fd9…"

It holds every entry to its checksum and to the chain of hashes, and ends with 1 where something is not as it was written. Only a head
that was kept elsewhere shows that entries were cut off, or that the journal was written anew.`
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
	bad := is[*journal.DamageError](err) || is[*journal.HeadError](err)
	if err != nil && !bad {
		return err
	}
	if a.json {
		err = a.object(verified{Whole: !bad, Entries: head.Position, Head: head.String(), Problem: textOf(err)})
	} else if bad {
		a.say("The journal is not whole: %s", err)
		a.say("Whole are the first %d entries.", head.Position)
		err = nil
	} else {
		a.say("The journal is whole: %d entries.", head.Position)
		a.say("Head, to be kept elsewhere: %s", head)
	}
	if err == nil && bad {
		err = errNo
	}
	return err
}

// verified is what became of the verification. It is written as JSON as it stands.
type verified struct {
	Whole   bool   `json:"whole"`
	Entries int64  `json:"entries"` // that are whole, from the first on
	Head    string `json:"head"`    // of these
	Problem string `json:"problem,omitempty"`
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
