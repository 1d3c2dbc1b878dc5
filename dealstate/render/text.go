package render

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
)

// Titles, notes and names come from strangers. Whatever is drawn passes through
// legible first, and then through the escaping of its format.

// legible brings a stranger's text into one line: runs of white space become one
// space, characters that steer the direction of text are dropped (they could reorder
// what surrounds them), and what no document may hold becomes U+FFFD.
func legible(s string) string {
	if plainASCII(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			if b.Len() > 0 && !strings.HasSuffix(b.String(), " ") {
				b.WriteByte(' ')
			}
		case isInvisible(r):
		case unicode.IsControl(r), r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef:
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return strings.TrimSuffix(b.String(), " ")
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == ' ' && (i == 0 || s[i-1] == ' ') {
			return false
		}
	}
	return !strings.HasSuffix(s, " ")
}

// isInvisible reports the marks, embeddings, overrides and isolates of Unicode's
// bidirectional algorithm, and every other character that nobody can see.
func isInvisible(r rune) bool { return display.Active(r) && !unicode.IsControl(r) }

// isolated keeps right-to-left text from reordering what surrounds it.
func isolated(s string) string {
	for _, r := range s {
		if unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko) {
			return "\u2068" + s + "\u2069"
		}
	}
	return s
}

// said is a stranger's text, of at most so many characters, for use inside a sentence.
func said(s string, most int) string { return isolated(shorten(legible(s), most)) }

// shorten cuts a text to a number of columns, never inside what readers see as one
// character.
func shorten(s string, most int) string { return closed(display.Cut(s, most)) }

// closed ends an isolate whose end was cut off.
func closed(s string) string {
	return s + strings.Repeat("\u2069", max(strings.Count(s, "\u2068")-strings.Count(s, "\u2069"), 0))
}

// ascii is how wide the printable ASCII characters are in Helvetica and Arial,
// in thousandths of the font's size.
var ascii = [95]int16{278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
	556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
	1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611,
	278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500,
	334, 260, 334, 584}

// slack allows for fonts that run wider than Helvetica.
const slack = 1.08

// widthOf estimates how wide a text is when drawn.
func widthOf(s string, size float64) float64 {
	sum := 0
	for _, r := range s {
		sum += advance(r)
	}
	return float64(sum) / 1000 * size * slack
}

// advance is the width of a character in thousandths of the font's size.
func advance(r rune) int {
	switch {
	case r >= ' ' && r <= '~':
		return int(ascii[r-' '])
	case unicode.Is(unicode.Mn, r), r >= 0x2066 && r <= 0x2069:
		return 0
	case r < 0x1100:
		return 620
	}
	return 1000
}

// mostRunes bounds a drawn line whatever its width: marks without a width could
// pile up for ever.
const mostRunes = 400

// clipToWidth cuts a text to a width, with an ellipsis if anything is missing.
func clipToWidth(s string, size, width float64) string {
	if len(s) <= mostRunes && widthOf(s, size) <= width {
		return s
	}
	room, used, n := width/size/slack*1000-1000, 0, 0
	for i := 0; i < len(s); n++ {
		cluster, _ := display.First(s[i:])
		for _, r := range cluster {
			used += advance(r)
		}
		if float64(used) > room || n == mostRunes {
			return closed(strings.TrimRight(s[:i], " ") + "…")
		}
		i += len(cluster)
	}
	return s
}

// wrap breaks a text into lines of a width, at most so many; the last one is cut if
// there is more.
func wrap(s string, size, width float64, most int) []string {
	var lines []string
	line := ""
	words := strings.Fields(shorten(s, mostRunes*most))
	for i, word := range words {
		longer := strings.TrimPrefix(line+" "+word, " ")
		if line == "" || widthOf(longer, size) <= width {
			line = longer
			continue
		}
		if len(lines) == most-1 {
			line += " " + strings.Join(words[i:], " ")
			break
		}
		lines = append(lines, clipToWidth(line, size, width))
		line = word
	}
	if line == "" {
		return lines
	}
	return append(lines, clipToWidth(line, size, width))
}

// stateWords writes a state's name for people: awaiting_xi_approval becomes
// "awaiting xi approval".
func stateWords(name string) string {
	return legible(strings.ReplaceAll(name, "_", " "))
}

// day and moment write instants for people, always in UTC.
func day(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// period says from when to when, and how many days of 24 hours that is, if it is one or more.
func period(from, to time.Time) string {
	return moment(from) + " to " + moment(to) + inDays(from, to)
}

// inDays says how many whole days lie between two instants, behind a comma; of none, nothing.
func inDays(from, to time.Time) string {
	switch days := between(from, to).seconds / (24 * 60 * 60); {
	case days < 1:
		return ""
	case days == 1:
		return ", 1 day"
	default:
		return ", " + strconv.FormatInt(days, 10) + " days"
	}
}

// moment leaves the time of day out where it is midnight, or the end of a day.
func moment(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	if t = t.UTC(); t.Equal(t.Truncate(24*time.Hour)) || t.Add(time.Second).Truncate(24*time.Hour).After(t) {
		return day(t)
	}
	return t.Format("2 Jan 2006 15:04 UTC")
}
