package condition

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// declared finds the operators in the package's source: the types that have a
// method bind. It gives the file of each.
func declared(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	found := map[string]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || f.Name.Name != "bind" {
				continue
			}
			of := f.Recv.List[0].Type
			if star, ok := of.(*ast.StarExpr); ok {
				of = star.X
			}
			if id := of.(*ast.Ident).Name; id != "Condition" {
				found[id] = name
			}
		}
	}
	require.NotEmpty(t, found)
	return found
}

func nameOf(o operator) string { return reflect.TypeOf(o).Name() }

func TestEveryOperatorIsInTheTable(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{nameOf(Condition{}.operator()): true} // nobody writes it
	for word, o := range operators {
		require.Equal(t, word, o.word())
		require.NotEmpty(t, word, nameOf(o))
		listed[nameOf(o)] = true
	}
	for name, file := range declared(t) {
		require.True(t, listed[name], "%s in %s is an operator that the table in operator.go does not hold: no text can be read as it", name, file)
	}
	require.Len(t, listed, len(declared(t)))
	require.Len(t, operators, len(declared(t))-1, "two operators have one word")
}

func TestEveryOperatorHasAFileOfItsOwnNamedAfterItsWord(t *testing.T) {
	t.Parallel()
	files := declared(t)
	for word, o := range operators {
		require.Equal(t, strings.ReplaceAll(word, "_", "")+".go", files[nameOf(o)], word)
	}
	require.Equal(t, "everyone.go", files["everyone"])
}

// Every operator has a file of cases with it outermost, in which it is met, and
// in which it is not and says what it lacks. Its text comes back as it was.
func TestEveryOperatorIsTriedInAFileOfItsOwn(t *testing.T) {
	t.Parallel()
	words := []string{"everyone"}
	for word := range operators {
		words = append(words, word)
	}
	for _, word := range words {
		text, err := os.ReadFile(filepath.Join("testdata", strings.ReplaceAll(word, "_", "")+".txt"))
		require.NoError(t, err, "%s has no cases", word)
		met, unmet := tried(t, word, string(text))
		require.Positive(t, met, "%s is never met", word)
		require.Positive(t, unmet, "%s never says what it lacks", word)
	}
}

func tried(t *testing.T, word, text string) (met, unmet int) {
	t.Helper()
	w := &world{}
	seen := map[string]Verdict{} // by what the condition reads
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' || line[0] == '\t' {
			continue
		}
		refused := strings.HasPrefix(strings.Join(w.ask(t, line), ""), "refused")
		outermost := w.condition.operator().word() == strings.TrimPrefix(word, "everyone")
		switch {
		case refused || !outermost:
		case strings.HasPrefix(line, "condition {"), strings.HasPrefix(line, "guard {"):
			again, err := w.condition.MarshalJSON()
			require.NoError(t, err)
			require.Equal(t, line[strings.Index(line, "{"):], string(again))
			require.NotEqual(t, w.condition.String(), w.condition.operator().negated(), line)
			clear(seen)
		case strings.HasPrefix(line, "when"):
			n := w.names()
			test, s := w.bind(n), w.place(t, n, line[len("when"):])
			read := s.asRead(n.Reads(test))
			if was, is := seen[read]; is {
				require.Equal(t, was, test.Eval(s), "%s: the verdict depends on what %s does not say it reads", line, word)
			}
			seen[read] = test.Eval(s)
			switch {
			case test.Eval(s) == Met:
				require.Empty(t, test.Unmet(s, nil), line)
				met++
			case len(test.Unmet(s, nil)) > 0:
				unmet++
			}
		}
	}
	return met, unmet
}

// asRead is what of a place a test looks at.
func (p *place) asRead(r Reads) string {
	of := func(set, read Set) (list []bool) {
		read.Each(func(i int) { list = append(list, set.Has(i)) })
		return list
	}
	actor, due := "", ""
	if r.JointActor || r.Actors.Count() > 0 {
		actor = fmt.Sprint(p.actor)
	}
	if r.Clocks {
		due = fmt.Sprint(p.due)
	}
	said := fmt.Sprint(of(p.approved, r.Parties), of(p.rejected, r.Parties), of(p.performed, r.Commitments), actor, due,
		of(p.signed, r.Signatures), of(p.applied, r.Applications), of(p.suspended, r.Suspensions), p.verdict)
	if r.Bound {
		said += fmt.Sprint(p.bound)
	}
	if r.Part {
		said += fmt.Sprint(p.part)
	}
	for _, at := range r.Instants {
		said += fmt.Sprint(p.Reached(at))
	}
	return said
}

func TestEveryVerdictAndLackHasItsWord(t *testing.T) {
	t.Parallel()
	for v := Pending; v <= Lost; v++ {
		text, err := v.MarshalText()
		require.NoError(t, err)
		var read Verdict
		require.NoError(t, read.UnmarshalText(text))
		require.Equal(t, v, read)
	}
	require.Empty(t, (Lost + 1).String(), "a new verdict wants its place in this test")
	for _, v := range []Verdict{0, Lost + 1} {
		_, err := v.MarshalText()
		require.Error(t, err)
	}
	var v Verdict
	require.EqualError(t, v.UnmarshalText([]byte("won")), `verdict: "won" is unknown; want one of pending, met, lost`)
	require.Len(t, lackNames, len(Lacks())+1)
	for i, lack := range Lacks() {
		require.Equal(t, i+1, int(lack), fmt.Sprint(lack))
	}
}

func TestConditionsShareNothingWithTheCaller(t *testing.T) {
	t.Parallel()
	parts := []Condition{Approved("us"), Approved("china")}
	both, either := All(parts...), Any(parts...)
	parts[0] = Approved("mallory")
	require.Equal(t, All(Approved("us"), Approved("china")), both)
	require.Equal(t, Any(Approved("us"), Approved("china")), either)
}
