package main

import (
	"io"
	"path/filepath"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// format is a way in which a log or a table is written in a file. Another format is another
// row of the table below.
type format struct {
	name  string                       // also the end of such files' names
	read  reader                       // of logs; nil: they are not read
	table func(io.Writer, sheet) error // of tables; nil: they are not written
}

var formats = []format{
	{name: "jsonl", read: dealstate.ReadEvents, table: func(w io.Writer, s sheet) error { return s.jsonLines(w) }},
	{name: "csv", read: dealstate.ReadEventsCSV, table: func(w io.Writer, s sheet) error { return s.csv(w) }},
}

// formatOf knows a file's format by its name.
func formatOf(name string) (format, bool) {
	for _, f := range formats {
		if filepath.Ext(name) == "."+f.name {
			return f, true
		}
	}
	return format{}, false
}
