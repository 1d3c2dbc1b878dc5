// Package phrase holds the turns of phrase that conditions, reasons and errors
// share, so that each reads alike wherever it stands.
package phrase

import (
	"fmt"
	"slices"
	"strings"
)

// InGroup says in which group something is counted: " in asean"; of "", the
// group of every party, nothing.
func InGroup(group string) string {
	if group == "" {
		return ""
	}
	return " in " + group
}

// OrAllSides names the party whose act it is; "" is an act of all sides.
func OrAllSides(party string) string {
	if party == "" {
		return "all sides"
	}
	return party
}

// Counted says a number with its noun: 1 party, 3 parties.
func Counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// mostListed bounds how many names a list gives one by one.
const mostListed = 8

// Some lists n names, the first eight of them: "a, b" or "a, b, … and 12 more".
func Some(n int, name func(i int) string) string {
	var names []string
	for i := range n {
		if i == mostListed {
			return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), n-i)
		}
		names = append(names, name(i))
	}
	return strings.Join(names, ", ")
}

// OneOf lists what there is to choose from: "deadline, effect or term".
func OneOf(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// Awaited adds to the text of who is awaited the names of those who are enough, where not
// all are needed: "thailand, laos (thailand is enough)". It adds nothing where it takes a
// commitment, too, which is then in enough and not in awaited.
func Awaited(text string, awaited, enough []string, names func(ids []string) string) string {
	other := func(id string) bool { return !slices.Contains(awaited, id) }
	if len(enough) == 0 || len(enough) >= len(awaited) || slices.ContainsFunc(enough, other) {
		return text
	}
	verb := "are"
	if len(enough) == 1 {
		verb = "is"
	}
	return text + " (" + names(enough) + " " + verb + " enough)"
}
