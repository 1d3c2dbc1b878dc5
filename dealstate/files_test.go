package dealstate_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Within a package too, references point one way: a file uses what stands in the files
// listed below its own, in the tables of ARCHITECTURE.md.

const architecture = "ARCHITECTURE.md"

// section gives a page from a heading to the next one of its rank.
func section(t *testing.T, name, heading string) string {
	t.Helper()
	_, text, found := strings.Cut(page(t, name), "\n"+heading+"\n")
	require.True(t, found, "%s has no heading %q", name, heading)
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

var code = regexp.MustCompile("`([^`]+)`")

// rowsOf gives the files in the first cells of a section's tables, from above. Files of
// one row may use one another.
func rowsOf(t *testing.T, heading string) (rows [][]string) {
	t.Helper()
	for line := range strings.Lines(section(t, architecture, heading)) {
		cells := strings.Split(line, "|")
		if len(cells) < 3 || !strings.Contains(cells[1], ".go`") {
			continue
		}
		require.NotEmpty(t, strings.TrimSpace(cells[2]), "%s: say what it is for", cells[1])
		var row []string
		for _, m := range code.FindAllStringSubmatch(cells[1], -1) {
			row = append(row, m[1])
		}
		rows = append(rows, row)
	}
	return rows
}

func TestReferencesBetweenFilesPointDownwards(t *testing.T) {
	t.Parallel()
	for name, heading := range map[string]string{"dealstate": "## The core, file by file", "dealstate/condition": "## Conditions, file by file"} {
		row := map[string]int{}
		for i, files := range rowsOf(t, heading) {
			for _, file := range files {
				require.NotContains(t, row, file, "%s is listed twice", file)
				row[file] = i
			}
		}
		found := references(t, name)
		for file := range found {
			require.Contains(t, row, file, "%s does not say what %s/%s is for", architecture, name, file)
		}
		for file := range row {
			require.Contains(t, found, file, "%s lists a file that is not in %s", architecture, name)
		}
		require.Empty(t, upward(found, row), "in package %s: move what is used down, or its row in %s", name, architecture)
	}
}

// upward lists the references to files that are listed above.
func upward(found map[string]map[string]string, row map[string]int) (all []string) {
	for from, uses := range found {
		for to, what := range uses {
			if row[to] < row[from] {
				all = append(all, from+" uses "+what+" of "+to)
			}
		}
	}
	slices.Sort(all)
	return all
}

// references gives, by file of one of this module's packages, the other files of it
// to whose declarations the file refers, each with one name that it uses there.
func references(t *testing.T, name string) map[string]map[string]string {
	t.Helper()
	exports := map[string]string{}
	var dir string
	var files []string
	for _, p := range goList(t, "-export", "-deps", module+"/"+name) {
		exports[p.ImportPath] = p.Export
		if p.ImportPath == module+"/"+name {
			dir, files = p.Dir, p.GoFiles
		}
	}
	set, found := token.NewFileSet(), map[string]map[string]string{}
	var parsed []*ast.File
	for _, file := range files {
		if file == "doc.go" {
			continue
		}
		f, err := parser.ParseFile(set, filepath.Join(dir, file), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		parsed, found[file] = append(parsed, f), map[string]string{}
	}
	open := func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) }
	info := types.Info{Uses: map[*ast.Ident]types.Object{}}
	checked, err := (&types.Config{Importer: importer.ForCompiler(set, "gc", open)}).Check(module+"/"+name, set, parsed, &info)
	require.NoError(t, err)
	fileOf := func(at token.Pos) string { return filepath.Base(set.Position(at).Filename) }
	for id, of := range info.Uses {
		if of.Pkg() != checked || inTheTableOfOperators(id, parsed) {
			continue
		}
		if from, to := fileOf(id.Pos()), fileOf(of.Pos()); from != to {
			found[from][to] = id.Name
		}
	}
	return found
}

// inTheTableOfOperators reports whether a name stands in a table of condition/operator.go
// that lists operators: it must name each, and each stands on what operator.go declares.
func inTheTableOfOperators(id *ast.Ident, files []*ast.File) bool {
	tables := []string{"operators", "unsaidApproval", "unsaidGuard"}
	for _, f := range files {
		if f.FileStart > id.Pos() || id.Pos() > f.FileEnd {
			continue
		}
		for _, d := range f.Decls {
			of, ok := d.(*ast.GenDecl)
			if !ok || of.Tok != token.VAR || id.Pos() < of.Pos() || of.End() < id.Pos() {
				continue
			}
			return slices.ContainsFunc(of.Specs, func(s ast.Spec) bool { return slices.Contains(tables, s.(*ast.ValueSpec).Names[0].Name) })
		}
	}
	return false
}
