package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// outputFlag says where what a command makes goes.
type outputFlag struct {
	Output string `short:"o" placeholder:"FILE" help:"The file to write; it is written over. Default, and -: standard output."`
}

// end is the end of the file's name, without the dot.
func (o outputFlag) end() string { return endOfName(o.Output) }

// to writes what the function makes, and of a file says so. With --json, what goes to
// standard output is text in a JSON object.
func (o outputFlag) to(a *app, make func(w io.Writer, p render.Paint) error) error {
	switch {
	case o.Output != "":
		return a.file(o.Output, func(w io.Writer) error { return make(w, render.Plain) })
	case a.json:
		var text strings.Builder
		if err := make(&text, render.Plain); err != nil {
			return err
		}
		return a.object(map[string]string{"text": text.String()})
	case a.coloured:
		return make(a.out, render.ANSI)
	}
	return make(a.out, render.Plain)
}

// data writes what programs read, and what a stranger wrote stands in as it is. Where it goes
// to a terminal it is made inert.
func (o outputFlag) data(a *app, make func(w io.Writer) error) error {
	if o.Output != "" || a.json || !a.shown {
		return o.to(a, func(w io.Writer, _ render.Paint) error { return make(w) })
	}
	var text strings.Builder
	if err := make(&text); err != nil {
		return err
	}
	for line := range strings.Lines(text.String()) {
		if _, err := fmt.Fprintln(a.out, render.Inert(strings.TrimRight(line, "\r\n"))); err != nil {
			return err
		}
	}
	return nil
}

// file writes a file, in a folder that is made if need be, and says so.
func (a *app) file(path string, write func(io.Writer) error) error {
	if err := a.guard(path); err != nil {
		return err
	}
	if err := writeFile(path, write); err != nil {
		return err
	}
	return a.wrote(path)
}

// guard refuses a file that the folder would take for an agreement or a log of its own, or that
// lies in its journal, and makes the folder in which it stands.
func (a *app) guard(path string) error {
	if err := a.guardJournal(path); err != nil {
		return err
	}
	dir, name := filepath.Split(path)
	dir = filepath.Clean(dir)
	if resolved(dir) == resolved(a.dir) && (isAgreement(name) || isLog(name)) {
		return misusef("%s: a file of this name in the folder itself is read as an agreement or a log; write it into another, such as %s", path, filepath.Join("numbers", name))
	}
	return os.MkdirAll(dir, 0o755)
}

// guardJournal refuses what is the folder's journal or lies in it: nothing but record and
// import writes there.
func (a *app) guardJournal(path string) error {
	within, err := filepath.Rel(resolved(filepath.Join(a.dir, journalName)), resolved(path))
	if err == nil && filepath.IsLocal(within) {
		return misusef("%s: it is in the journal, which only record and import write; name another place, such as %s", path, filepath.Join("numbers", filepath.Base(path)))
	}
	return nil
}

// resolved is the absolute path without symbolic links, as far as it exists; the path itself
// where that cannot be told.
func resolved(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if found, err := filepath.EvalSymlinks(path); err == nil {
		return found
	}
	if dir := filepath.Dir(path); dir != path {
		return filepath.Join(resolved(dir), filepath.Base(path))
	}
	return path
}

// wrote says that a file is written.
func (a *app) wrote(path string) error {
	if a.json {
		return a.object(map[string]string{"file": path})
	}
	info, err := os.Stat(path)
	if err == nil {
		a.say("wrote %s, %s", path, size(info.Size()))
	}
	return err
}

func size(n int64) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d bytes", n)
}

// writeFile writes a file whole, or leaves the one that was there: it gets its name when all
// is written.
func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".dealstate-*")
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<16)
	err = cmp.Or(write(out), out.Flush(), file.Chmod(0o644))
	if err = cmp.Or(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}
