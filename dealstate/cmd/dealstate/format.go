package main

import (
	"path/filepath"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// format is a way in which a log, or a table, is written in a file.
type format struct {
	name string // also the end of such files' names
	read reader // of logs; nil: they are not read
}

// formats are those there are. The module of another format adds a row here.
var formats = []format{
	{name: "jsonl", read: dealstate.ReadEvents},
	{name: "csv", read: dealstate.ReadEventsCSV},
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
