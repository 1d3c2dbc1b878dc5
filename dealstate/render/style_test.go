package render

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Most viewers of SVG know no CSS variables, and paint black what has a colour
// that they do not understand.
func TestPicturesAreDressedWithoutVariables(t *testing.T) {
	t.Parallel()
	require.NotContains(t, pictureStyle, "var(")
	require.NotContains(t, pictureStyle, "--")
}

var (
	rules      = regexp.MustCompile(`([^{}]+){([^{}]*)}`)
	colours    = regexp.MustCompile(`(fill|stroke):(#\w+)`)
	variables  = regexp.MustCompile(`--\w+:(#\w+)`)
	sameAlways = regexp.MustCompile(`\.(light|blue|[ac][1-5])$`) // hues, not ink and paper
)

// paints lists what a style sheet paints, as "selector fill" and its colour.
func paints(style string) map[string]string {
	found := map[string]string{}
	for _, rule := range rules.FindAllStringSubmatch(style, -1) {
		for _, c := range colours.FindAllStringSubmatch(rule[2], -1) {
			for selector := range strings.SplitSeq(rule[1], ",") {
				found[strings.TrimSpace(selector)+" "+c[1]] = c[2]
			}
		}
	}
	return found
}

func TestEveryColourOfInkAndPaperHasOneInTheDark(t *testing.T) {
	t.Parallel()
	darkOf := map[string]string{}
	_, page, _ := strings.Cut(pageStyle, ".ds{")
	inLight, inDark, _ := strings.Cut(page, "@media screen and (prefers-color-scheme:dark)")
	dark, _, _ := strings.Cut(inDark, "\n")
	for i, c := range variables.FindAllStringSubmatch(inLight, -1) {
		darkOf[c[1]] = variables.FindAllStringSubmatch(dark, -1)[i][1]
	}
	require.Len(t, darkOf, 7)

	light, last, found := strings.Cut(pictureStyle, "@media screen and (prefers-color-scheme:dark){")
	require.True(t, found)
	darkened := paints(last)
	for what, colour := range paints(light) {
		selector, _, _ := strings.Cut(what, " fill")
		if want := darkOf[colour]; want != "" && !sameAlways.MatchString(strings.TrimSuffix(selector, " stroke")) {
			require.Equal(t, want, darkened[what], what)
		}
	}
}
