package dealstate_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What ARCHITECTURE.md and CONTRIBUTING.md say of packages, files and tests is so.

const contributing = "CONTRIBUTING.md"

// The picture has every package, and its arrows are imports. One box stands for all
// examples.
func TestTheArchitecturePageDrawsThePackagesAsTheyImportOneAnother(t *testing.T) {
	t.Parallel()
	picture := blockOf(t, architecture, "mermaid")
	boxes := map[string]string{} // by id: the package
	for _, m := range regexp.MustCompile(`(?m)^ +(\w+)\["([^"]+)"\]$`).FindAllStringSubmatch(picture, -1) {
		boxes[m[1]] = boxOf("dealstate/" + strings.TrimPrefix(m[2], "dealstate"))
		if m[2] == "examples" {
			boxes[m[1]] = "examples"
		}
	}
	imports, testImports := map[string][]string{}, map[string][]string{}
	var drawn []string
	for _, box := range boxes {
		drawn = append(drawn, box)
	}
	for _, p := range goList(t, module+"/...") {
		name := boxOf(strings.TrimPrefix(p.ImportPath, module+"/"))
		require.True(t, slices.Contains(drawn, name), "%s is not in the picture of %s", name, architecture)
		for _, path := range p.Imports {
			imports[name] = append(imports[name], boxOf(strings.TrimPrefix(path, module+"/")))
		}
		for _, path := range slices.Concat(p.TestImports, p.XTestImports) {
			testImports[name] = append(testImports[name], boxOf(strings.TrimPrefix(path, module+"/")))
		}
	}
	arrows := regexp.MustCompile(`(?m)^ +(\w+) (-->|-\.->) (\w+)$`).FindAllStringSubmatch(picture, -1)
	require.NotEmpty(t, arrows)
	for _, m := range arrows {
		from, to := boxes[m[1]], boxes[m[3]]
		require.NotEmpty(t, from, m[0])
		require.NotEmpty(t, to, m[0])
		if m[2] == "-->" {
			require.Contains(t, imports[from], to, "an arrow is drawn, and %s does not import it", from)
			continue
		}
		require.Contains(t, testImports[from], to, "an arrow is drawn, and no test of %s imports it", from)
		require.NotContains(t, imports[from], to, "not only the tests of %s import it", from)
	}
	require.Len(t, drawn, strings.Count(picture, `["`), "a box is drawn of what is no package")
}

// boxOf gives one name to all examples, and the core its own.
func boxOf(name string) string {
	if strings.HasPrefix(name, "examples/") {
		return "examples"
	}
	return strings.TrimSuffix(name, "/")
}

func TestTheArchitecturePageSaysWhatEachPackageIsFor(t *testing.T) {
	t.Parallel()
	text := section(t, architecture, "## The packages")
	for _, p := range goList(t, module+"/dealstate/...") {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module+"/dealstate"), "/")
		if name == "" {
			name = "dealstate"
		}
		require.True(t, regexp.MustCompile("(?m)^\\|[^|]*`"+name+"`[^|]*\\|").MatchString(text), "no row of %s says what %s is for", architecture, name)
	}
}

func TestTheArchitecturePageWalksAnEventInTenSteps(t *testing.T) {
	t.Parallel()
	steps := regexp.MustCompile(`(?m)^\| (\d+) \|.*\.go`).FindAllStringSubmatch(section(t, architecture, "## From a line to a snapshot"), -1)
	require.Len(t, steps, 10, "each with its file")
}

// Every file and every test that a page names is there.
func TestTheArchitecturePageAndTheContributingPageNameWhatThereIs(t *testing.T) {
	t.Parallel()
	tests := testFuncs(t)
	for _, name := range []string{architecture, contributing} {
		for _, m := range code.FindAllStringSubmatch(page(t, name), -1) {
			for _, word := range strings.Fields(m[1]) {
				switch {
				case strings.HasSuffix(word, ".go") && !strings.ContainsAny(word, "*<"):
					require.True(t, isFile(word) || isFile(filepath.Join("condition", word)), "%s names %s", name, word)
				case regexp.MustCompile(`^(Test|Fuzz|Benchmark)[A-Z]\w+$`).MatchString(word):
					require.NotEmpty(t, tests[word], "%s names %s, which is no test", name, word)
				}
			}
		}
	}
}

func isFile(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// testFuncs gives every test, fuzz target and benchmark of the module, with its file.
func testFuncs(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	require.NoError(t, filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		for _, m := range declared.FindAllStringSubmatch(page(t, path), -1) {
			found[m[1]] = filepath.ToSlash(path)
		}
		return nil
	}))
	return found
}

// A law has tests that bear its number, in the file that is named; one for which nothing
// is built yet says so.
func TestTheArchitecturePageNamesTheTestsOfEachLaw(t *testing.T) {
	t.Parallel()
	tests := testFuncs(t)
	rows := regexp.MustCompile(`(?m)^\| (\d+) \|[^|]+\|([^|]+)\|$`).FindAllStringSubmatch(section(t, architecture, "## The laws"), -1)
	require.Len(t, rows, 14)
	for i, m := range rows {
		require.Equal(t, strconv.Itoa(i+1), m[1])
		of := regexp.MustCompile("^TestLaw" + m[1] + "[A-Z]")
		var named []string
		for _, word := range code.FindAllStringSubmatch(m[2], -1) {
			if file, is := tests[word[1]]; is {
				named = append(named, word[1])
				require.Contains(t, m[2], "`"+file+"`", "law %d: the file of %s", i+1, word[1])
			}
		}
		has := false
		for test := range tests {
			has = has || of.MatchString(test)
		}
		require.Equal(t, has, slices.ContainsFunc(named, of.MatchString), "law %d: are its tests named?", i+1)
		require.Equal(t, !has, strings.Contains(m[2], "not yet"), "law %d: is it built?", i+1)
	}
}
