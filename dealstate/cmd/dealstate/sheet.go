package main

import (
	"io"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// sheet is the rows of a table, whatever they are, in each of the ways of writing them.
type sheet interface {
	csv(w io.Writer) error
	jsonLines(w io.Writer) error
	text(w io.Writer) error // for people: spans in days, dates without what goes without saying
}

// rowsOf are rows of one type, and what ended them.
type rowsOf[R analytics.Row] struct {
	rows iter.Seq[R]
	err  *error // nil: nothing can
}

func (r rowsOf[R]) csv(w io.Writer) error { return r.end(analytics.WriteCSV(w, r.rows)) }
func (r rowsOf[R]) jsonLines(w io.Writer) error {
	return r.end(analytics.WriteJSONLines(w, r.rows))
}

func (r rowsOf[R]) text(w io.Writer) error {
	var zero R
	columns := zero.Columns()
	rows := [][]string{inDays(columns)}
	for row := range r.rows {
		cells := row.Cells()
		for i, cell := range cells {
			if _, is := ofSeconds(columns[i]); is {
				cells[i] = daysOf(cell)
			} else {
				cells[i] = rounded(forPeople(clockIn(columns, cells, i), cell))
			}
		}
		rows = append(rows, cells)
	}
	if err := r.end(nil); err != nil {
		return err
	}
	return render.Columns(w, rows)
}

// ofSeconds reports whether a column holds seconds, and gives the rest of its name.
func ofSeconds(column string) (of string, is bool) {
	if column == "time" { // of a curve
		return "", true
	}
	return strings.CutSuffix(column, "seconds")
}

// inDays names columns of seconds as what is shown of them.
func inDays(columns []string) []string {
	names := slices.Clone(columns)
	for i, name := range names {
		if of, is := ofSeconds(name); is {
			names[i] = of + "days"
		}
	}
	return names
}

// rounded writes a fraction with four digits behind the point, and leaves other texts.
func rounded(text string) string {
	whole, fraction, is := strings.Cut(text, ".")
	n, err := strconv.ParseFloat(text, 64)
	if _, notWhole := strconv.Atoi(whole); !is || len(fraction) <= 4 || err != nil || notWhole != nil {
		return text
	}
	return strconv.FormatFloat(math.Round(n*1e4)/1e4, 'f', -1, 64)
}

// daysOf writes a number of seconds in days.
func daysOf(seconds string) string {
	n, err := strconv.ParseFloat(seconds, 64)
	if err != nil {
		return seconds
	}
	return strconv.FormatFloat(math.Round(n/864)/100, 'f', -1, 64)
}

func (r rowsOf[R]) end(err error) error {
	if r.err != nil && *r.err != nil {
		return *r.err
	}
	return err
}
