package render

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fe115bb3/dealtracker/dealstate"
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

// face is a typeface, as far as widths go, in thousandths of the font's size.
type face struct {
	ascii  *[95]int16 // of the printable ASCII characters
	beyond int        // of a letter beyond these
	slack  float64    // by which fonts may run wider
}

// Labels are measured as most readers see them. A title or a name that may fill a line is
// measured in the widest of the common fonts, which many Linux machines have for
// Helvetica: it wraps a little early elsewhere, and runs out of no picture.
var (
	usual      = face{&helvetica, 620, 1.08}
	widest     = face{&dejaVu, 720, 1}
	widestBold = face{&dejaVuBold, 850, 1}
)

// helvetica is of Helvetica and of Arial.
var helvetica = [95]int16{278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
	556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
	1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611,
	278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500,
	334, 260, 334, 584}

// dejaVu is of DejaVu Sans.
var dejaVu = [95]int16{318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
	636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
	1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685,
	390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525,
	636, 337, 636, 838}

// dejaVuBold is of DejaVu Sans Bold.
var dejaVuBold = [95]int16{348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365,
	696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580,
	1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 372, 775, 637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725,
	457, 365, 457, 838, 500, 500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582,
	712, 365, 712, 838}

// widthOf estimates how wide a label is when drawn.
func widthOf(s string, size float64) float64 { return usual.widthOf(s, size) }

func (f face) widthOf(s string, size float64) float64 {
	sum := 0
	for _, r := range s {
		sum += f.advance(r)
	}
	return float64(sum) / 1000 * size * f.slack
}

// advance is the width of a character in thousandths of the font's size.
func (f face) advance(r rune) int {
	switch {
	case r >= ' ' && r <= '~':
		return int(f.ascii[r-' '])
	case unicode.Is(unicode.Mn, r), r >= 0x2066 && r <= 0x2069:
		return 0
	case r < 0x1100:
		return f.beyond
	}
	return 1000
}

// mostRunes bounds a drawn line whatever its width: marks without a width could
// pile up for ever.
const mostRunes = 400

// clipToWidth cuts a label to a width, with an ellipsis if anything is missing.
func clipToWidth(s string, size, width float64) string { return usual.clip(s, size, width) }

func (f face) clip(s string, size, width float64) string {
	if len(s) <= mostRunes && f.widthOf(s, size) <= width {
		return s
	}
	room, used, n := width/size/f.slack*1000-1000, 0, 0
	for i := 0; i < len(s); n++ {
		cluster, _ := display.First(s[i:])
		for _, r := range cluster {
			used += f.advance(r)
		}
		if float64(used) > room || n == mostRunes {
			return closed(strings.TrimRight(s[:i], " ") + "…")
		}
		i += len(cluster)
	}
	return s
}

// wrap breaks a label into lines of a width, at most so many; the last one is cut if
// there is more.
func wrap(s string, size, width float64, most int) []string {
	return usual.wrap(s, size, width, most)
}

func (f face) wrap(s string, size, width float64, most int) []string {
	var lines []string
	line := ""
	words := strings.Fields(shorten(s, mostRunes*most))
	for i, word := range words {
		longer := strings.TrimPrefix(line+" "+word, " ")
		if line == "" || f.widthOf(longer, size) <= width {
			line = longer
			continue
		}
		if len(lines) == most-1 {
			line += " " + strings.Join(words[i:], " ")
			break
		}
		lines = append(lines, f.clip(line, size, width))
		line = word
	}
	if line == "" {
		return lines
	}
	return append(lines, f.clip(line, size, width))
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

// due says when a clock is due: for a deadline, the last day that is in time.
func due(c dealstate.Clock, at time.Time) string { return c.DueWords(at, moment) }

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
