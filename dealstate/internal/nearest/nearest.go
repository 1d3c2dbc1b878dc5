// Package nearest finds the known word that a misspelt one was probably meant
// to be, for error messages:
//
//	fmt.Errorf("%q is unknown%s", text, nearest.Hint(text, known))
package nearest

import (
	"strings"
	"unicode/utf8"
)

// What a search may cost. A longer text is no slip of the pen, and of a longer
// list only the beginning is looked at; together they bound a search to some
// four million steps, whatever came from outside.
const (
	mostBytes = 64
	mostWords = 1_000
)

// Hint is the end of an error message that asks for the nearest of the known
// words, such as `; did you mean "party"?`; empty where none is near.
func Hint(text string, known []string) string {
	if word, ok := Word(text, known); ok {
		return `; did you mean "` + word + `"?`
	}
	return ""
}

// Word gives the known word that is nearest to the text; of equally near ones
// the first. Upper and lower case are alike. Ok is false where none is near:
// where more than a third of the letters would have to change; of one or two
// letters, none may.
func Word(text string, known []string) (word string, ok bool) {
	if text == "" || len(text) > mostBytes || !utf8.ValidString(text) {
		return "", false
	}
	var d distance
	from, best := []rune(strings.ToLower(text)), mostBytes
	for _, w := range known[:min(len(known), mostWords)] {
		if w == "" || len(w) > mostBytes {
			continue
		}
		to := []rune(strings.ToLower(w))
		longer := max(len(from), len(to))
		most := min(best-1, longer/3)
		if n := d.between(from, to, most); n <= most {
			word, best = w, n
		}
	}
	return word, word != ""
}

// distance holds the three rows of the table that a search needs at a time,
// so that many words are compared without an allocation for each.
type distance struct {
	rows [3][mostBytes + 1]int
}

// between counts the insertions, deletions, replacements and swaps of two
// neighbours that turn one text into the other (Damerau, "A technique for
// computer detection and correction of spelling errors", CACM 7, 1964), where
// no part is changed twice. Beyond most it gives up, with a larger number.
func (d *distance) between(a, b []rune, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most || most < 0 {
		return most + 1
	}
	before, last, row := &d.rows[0], &d.rows[1], &d.rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+differ(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > most+1 { // a swap reaches back over one row
			return most + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

func differ(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}
