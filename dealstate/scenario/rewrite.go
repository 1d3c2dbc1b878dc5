package scenario

import "strings"

// Rewrite gives the text of a scenario file with every expectation that failed
// brought to what holds. Nothing else in it changes. The failures are those of
// scenarios parsed from this very text.
func Rewrite(source string, failures []Failure) string {
	lines := strings.SplitAfter(source, "\n")
	for _, f := range failures {
		if f.Got.Verb == 0 || f.Line < 1 || f.Line > len(lines) {
			continue
		}
		old := lines[f.Line-1]
		body := strings.TrimLeft(old, " \t")
		indent, end := old[:len(old)-len(body)], body[len(strings.TrimRight(body, "\r\n")):]
		lines[f.Line-1] = indent + f.Got.String() + end
	}
	return strings.Join(lines, "")
}
