package main

import (
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// format is a way in which a log or a table is written in a file. Another format is another
// row of the table below.
type format struct {
	name  string                       // also the end of such files' names
	read  reader                       // of logs; nil: they are not read
	table func(io.Writer, sheet) error // of tables; nil: they are not written
	only  []string                     // the tables that it can write; nil: all
	bytes bool                         // it is no text, and so goes into a file only
}

// takes reports whether the format can write a table.
func (f format) takes(table string) bool { return f.only == nil || slices.Contains(f.only, table) }

var formats = []format{
	{name: "jsonl", read: dealstate.ReadEvents, table: func(w io.Writer, s sheet) error { return s.jsonLines(w) }},
	{name: "text", table: func(w io.Writer, s sheet) error { return s.text(w) }},
	{name: "parquet", read: readParquet, table: writeParquet, only: inParquet, bytes: true},
	{name: "csv", read: dealstate.ReadEventsCSV, table: func(w io.Writer, s sheet) error { return s.csv(w) }},
}

// endOfName is the end of a file's name without the dot, whatever its case.
func endOfName(name string) string {
	return strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
}

// formatOf knows a file's format by its name.
func formatOf(name string) (format, bool) {
	for _, f := range formats {
		if endOfName(name) == f.name {
			return f, true
		}
	}
	return format{}, false
}
