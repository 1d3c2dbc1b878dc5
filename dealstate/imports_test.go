package dealstate_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Law 1, and who may import whom.

const module = "github.com/fe115bb3/dealtracker"

// impure is what a function of its arguments alone has no use for. An entry
// with a dot forbids one name of a package, not the package.
var impure = []string{
	"os", "os/exec", "os/signal", "net", "net/http", "syscall", "math/rand", "math/rand/v2", "crypto/rand", "log", "embed", "runtime", "unsafe", "plugin", "flag", "testing",
	"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After", "time.AfterFunc", "time.Tick", "time.NewTimer", "time.NewTicker", "time.Local", "time.LoadLocation",
	"slog.Debug", "slog.Info", "slog.Warn", "slog.Error", "slog.Log", "slog.Default", "slog.SetDefault", "slog.New", "slog.With",
	"fmt.Print", "fmt.Println", "fmt.Printf", "fmt.Scan", "fmt.Scanln", "fmt.Scanf",
}

// layers are the packages of the design, the lowest first. A package imports
// only from layers below its own; what stands on one line is side by side.
var layers = [][]string{
	// Text alone, held to the readers by its tests.
	{"dealstate/schema"},
	{"dealstate/internal/display"},
	{"dealstate/internal/field", "dealstate/internal/bitset", "dealstate/internal/idindex", "dealstate/internal/phrase", "dealstate/internal/nearest", "dealstate/internal/names", "dealstate/internal/csvrow", "dealstate/internal/evaluator"},
	{"dealstate/internal/instant"},
	{"dealstate/internal/strictjson"},
	{"dealstate/condition"},
	{"dealstate"},
	// How packages of real deals read what they embed.
	{"dealstate/internal/record"},
	// A text format, which needs no testing code: simulate writes its paths in it,
	// and dealtest runs it in tests.
	{"dealstate/scenario"},
	// What bulk is made of, for bulk alone.
	{"dealstate/bulk/internal/nanos", "dealstate/bulk/internal/sparse"},
	{"dealstate/bulk/internal/lines", "dealstate/bulk/internal/lazydfa"},
	{"dealstate/uschina", "dealstate/leaders", "dealstate/simulate", "dealstate/bulk", "dealstate/analytics", "dealstate/render"},
	{"dealstate/journal"},
	// What the stores in modules of their own share.
	{"dealstate/internal/groupcommit"},
	{"dealstate/internal/folding"},
	{"dealstate/tracker"},
	{"dealstate/web"},
	// For tests: nothing above this line may import them.
	{"dealstate/dealtest", "dealstate/internal/dirtylog", "dealstate/internal/badinput", "dealstate/journal/journaltest"},
	{"dealstate/tracker/trackertest"},
	// What several examples share.
	{"examples/internal/deals", "examples/internal/files", "examples/treaties/data"},
	{"examples"},
	// It holds tests only, which measure all of these.
	{"dealstate/internal/benchguard"},
	// Test files import it, and nothing else may: whatever is built would then do more
	// or less by an environment variable.
	{"dealstate/internal/proof"},
}

// pkg is what go list says of one package.
type pkg struct {
	ImportPath   string
	Export       string // the file of what the compiler exports, if asked for
	Dir          string
	GoFiles      []string
	Imports      []string
	Standard     bool
	TestImports  []string
	XTestImports []string
}

func goList(t *testing.T, args ...string) []pkg {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list", "-json"}, args...)...).Output()
	require.NoError(t, err)
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p pkg
		require.NoError(t, dec.Decode(&p))
		all = append(all, p)
	}
	require.NotEmpty(t, all)
	return all
}

func TestLaw1TheCoreIsPure(t *testing.T) {
	t.Parallel()
	pure := core(t)
	require.Greater(t, len(pure), 2)
	for _, p := range pure {
		for _, name := range p.GoFiles {
			require.Empty(t, impurities(t, path.Join(p.Dir, name), nil), "%s/%s", p.ImportPath, name)
		}
	}
}

// core lists the core with all of ours that it is made of.
func core(t *testing.T) []pkg {
	t.Helper()
	return slices.DeleteFunc(goList(t, "-deps", module+"/dealstate"), func(p pkg) bool { return !strings.HasPrefix(p.ImportPath, module) })
}

func TestLaw1ThePurityCheckSeesEveryImpurity(t *testing.T) {
	t.Parallel()
	source := `package p
import ("os"; clock "time"; "math/rand/v2"; "fmt"; "log/slog")
func f() { go f(); _ = clock.Now(); _ = os.Args; _ = rand.Int(); fmt.Println(); slog.Info(""); println() }
func init() {}
var now = clock.Now`
	require.Equal(t, []string{"imports os", "imports math/rand/v2", "starts a goroutine", "time.Now", "fmt.Println", "slog.Info", "println", "func init", "time.Now"},
		impurities(t, "p.go", source))
}

// impurities lists what one file does that law 1 forbids.
func impurities(t *testing.T, name string, source any) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
	require.NoError(t, err)
	var found []string
	imported := map[string]string{} // by the name that the file uses
	for _, spec := range file.Imports {
		full, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		if slices.Contains(impure, full) {
			found = append(found, "imports "+full)
		}
		as := path.Base(full)
		if spec.Name != nil {
			as = spec.Name.Name
		}
		imported[as] = path.Base(full)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = append(found, "starts a goroutine")
		case *ast.FuncDecl:
			if n.Name.Name == "init" && n.Recv == nil {
				found = append(found, "func init")
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "print" || f.Name == "println") {
				found = append(found, f.Name)
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && slices.Contains(impure, imported[x.Name]+"."+n.Sel.Name) {
				found = append(found, imported[x.Name]+"."+n.Sel.Name)
			}
		}
		return true
	})
	return found
}

// golang.org/x/text is let in for Unicode; what it needs itself is all its own.
func TestTheCoreNeedsLooplabUnicodeAndTheStandardLibraryOnly(t *testing.T) {
	t.Parallel()
	ours := map[string]bool{}
	for _, p := range core(t) {
		ours[p.ImportPath] = true
	}
	for of, want := range map[string][]string{"/dealstate": {"github.com/looplab/fsm"}, "/dealstate/condition": nil} {
		var others []string
		for _, p := range goList(t, "-deps", module+of) {
			if !p.Standard && !ours[p.ImportPath] && !strings.HasPrefix(p.ImportPath, "golang.org/x/text/") {
				others = append(others, p.ImportPath)
			}
		}
		require.Equal(t, want, others, of)
	}
}

func TestImportsPointDownwardsOnly(t *testing.T) {
	t.Parallel()
	for _, p := range goList(t, module+"/...") {
		own, ok := layerOf(p.ImportPath)
		require.True(t, ok, "%s is not in the design's list of packages; give it a layer here", p.ImportPath)
		for _, imported := range p.Imports {
			if below, ours := layerOf(imported); ours {
				require.Less(t, below, own, "%s imports %s", p.ImportPath, imported)
			}
		}
	}
}

func TestOnlyTestFilesImportProof(t *testing.T) {
	t.Parallel()
	const proof = module + "/dealstate/internal/proof"
	byTests := 0
	for _, p := range goList(t, module+"/...") {
		require.NotContains(t, p.Imports, proof, "%s imports it outside its tests", p.ImportPath)
		if slices.Contains(append(p.TestImports, p.XTestImports...), proof) {
			byTests++
		}
	}
	require.Greater(t, byTests, 2, "it is still used")
}

// layerOf gives the layer of one of this module's packages. An example may be
// any package under examples.
func layerOf(importPath string) (int, bool) {
	name, ours := strings.CutPrefix(importPath, module+"/")
	if !ours {
		return 0, false
	}
	for i, layer := range layers {
		for _, p := range layer {
			if name == p || p == "examples" && strings.HasPrefix(name, "examples/") {
				return i, true
			}
		}
	}
	return 0, false
}

// whoMay lists who may import what comes from outside. Test files may all use
// testify, and looplab as a reference to measure or compare with.
var whoMay = map[string][]string{
	"github.com/looplab/fsm":      {"dealstate/looplab.go"},
	"golang.org/x/text":           {"dealstate/internal/"},
	"github.com/stretchr/testify": {"dealstate/dealtest/"},
}

func TestOnlyTheRunnerImportsLooplabAndOnlyTestsImportTestify(t *testing.T) {
	t.Parallel()
	for _, p := range goList(t, module+"/...") {
		dir := strings.TrimPrefix(p.ImportPath, module+"/")
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), path.Join(p.Dir, name), nil, parser.ImportsOnly)
			require.NoError(t, err)
			for _, spec := range file.Imports {
				require.NoError(t, allowed(path.Join(dir, name), strings.Trim(spec.Path.Value, `"`)))
			}
		}
	}
	require.Error(t, allowed("dealstate/deal.go", "github.com/looplab/fsm"))
	require.Error(t, allowed("dealstate/deal.go", "github.com/stretchr/testify/require"))
	require.Error(t, allowed("dealstate/looplab.go", "gopkg.in/yaml.v3"))
	require.Error(t, allowed("dealstate/looplab.go", "golang.org/x/text/width"))
	require.NoError(t, allowed("dealstate/internal/display/width.go", "golang.org/x/text/width"))
	require.NoError(t, allowed("dealstate/dealtest/scenario.go", "github.com/stretchr/testify/require"))
}

func allowed(file, imported string) error {
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") || strings.HasPrefix(imported, module+"/") {
		return nil // the standard library, or ours
	}
	for outside, files := range whoMay {
		for _, may := range files {
			if (imported == outside || strings.HasPrefix(imported, outside+"/")) && strings.HasPrefix(file, may) {
				return nil
			}
		}
	}
	return fmt.Errorf("%s imports %s", file, imported)
}
