package dealbeam_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamlog "github.com/apache/beam/sdks/v2/go/pkg/beam/log"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// Pipelines run on prism, the Go SDK's own runner, in this process: it starts a server of
// its own, the workers are goroutines, and all that travels between stages is encoded.

func TestMain(m *testing.M) {
	beam.Init()
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil))) // prism tells of each step
	beamlog.SetLogger(quiet{})
	os.Exit(m.Run())
}

// quiet is a log for nobody.
type quiet struct{}

func (quiet) Log(context.Context, beamlog.Severity, int, string) {}

// sink gathers, as JSON, what a collection holds. Prism's workers run in this process, so
// they find it by its name.
type sink struct{ Name string }

var sunk = struct {
	sync.Mutex
	texts map[string][]string
}{texts: map[string][]string{}}

// ProcessElement takes an element of any type.
func (s *sink) ProcessElement(value beam.X) {
	text := asJSON(value)
	sunk.Lock()
	defer sunk.Unlock()
	sunk.texts[s.Name] = append(sunk.texts[s.Name], text)
}

func init() {
	register.DoFn1x0[beam.X](&sink{})
	register.DoFn2x1[string, func([]byte), error](&readFile{})
	register.Emitter1[[]byte]()
}

// asJSON writes a value; a transition, which has no form of its own, in words.
func asJSON(value any) string {
	if t, ok := value.(bulk.Transition); ok {
		return fmt.Sprintf("%+v", t)
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// take gives what a sink gathered, in order.
func take(name string) []string {
	sunk.Lock()
	defer sunk.Unlock()
	texts := sunk.texts[name]
	delete(sunk.texts, name)
	slices.Sort(texts)
	return texts
}

// collections are what a pipeline comes to, by name.
type collections map[string]beam.PCollection

// run runs a pipeline, and gives by name what its collections hold, in order.
func run(t testing.TB, build func(s beam.Scope) collections) (map[string][]string, error) {
	t.Helper()
	p, s := beam.NewPipelineWithRoot()
	out := build(s)
	for name, col := range out {
		beam.ParDo0(s, &sink{Name: t.Name() + name}, col)
	}
	_, err := prism.Execute(context.Background(), p)
	found := map[string][]string{}
	for name := range out {
		found[name] = take(t.Name() + name)
	}
	return found, err
}

func mustRun(t testing.TB, build func(s beam.Scope) collections) map[string][]string {
	t.Helper()
	found, err := run(t, build)
	require.NoError(t, err)
	return found
}

// scattered are lines in no order, in texts of a few, from several sources, so that each
// deal comes in many bundles.
func scattered(s beam.Scope, log string, seed uint64) beam.PCollection {
	rng, lines := rand.New(rand.NewPCG(seed, 0)), strings.Split(strings.TrimSuffix(log, "\n"), "\n")
	rng.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	const sources = 5
	var texts [sources][]string
	for len(lines) > 0 {
		n := min(len(lines), 1+rng.IntN(40))
		at := rng.IntN(sources)
		texts[at] = append(texts[at], strings.Join(lines[:n], "\n"))
		lines = lines[n:]
	}
	var all []beam.PCollection
	for _, source := range texts {
		if len(source) > 0 {
			all = append(all, beam.CreateList(s, source))
		}
	}
	return beam.Reshuffle(s, beam.Flatten(s, all...))
}

func london(t testing.TB) *dealstate.Machine {
	t.Helper()
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	return m
}

// catalogue are agreements of deals of their own, of both standard lifecycles, with clocks;
// and an untidy log of them.
func catalogue(t testing.TB, deals, events int) (machines []*dealstate.Machine, log string) {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 0))
	var lines bytes.Buffer
	for i := range deals {
		a := dirtylog.Standard[i%len(dirtylog.Standard)]
		a.ID = fmt.Sprintf("%s-%03d", a.ID, i)
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		machines = append(machines, m)
		writeLines(t, &lines, dirtylog.Log(rng, a, a.ID, events, dealstate.Kinds()))
	}
	return machines, lines.String()
}

// writeLines writes events, each id with its first content only: of two contents of one id,
// which counts depends on which comes first.
func writeLines(t testing.TB, to *bytes.Buffer, events []dealstate.Event) {
	t.Helper()
	first := map[string]dealstate.Event{}
	for _, e := range events {
		before, seen := first[e.ID]
		if seen {
			e.Recorded = before.Recorded
			if asJSON(e) != asJSON(before) {
				continue
			}
		}
		first[e.ID] = e
		to.WriteString(asJSON(e) + "\n")
	}
}

// generated is a log as examples/pipeline makes it, in a file.
func generated(t testing.TB, events int) (file string) {
	t.Helper()
	file = t.TempDir() + "/events.jsonl"
	out, err := os.Create(file)
	require.NoError(t, err)
	defer out.Close()
	command := exec.Command("go", "run", "github.com/fe115bb3/dealtracker/examples/pipeline", "-generate", fmt.Sprint(events), "-seed", "7")
	command.Stdout, command.Stderr = out, os.Stderr
	require.NoError(t, command.Run())
	return file
}

// readFile reads the file of an element in blocks of whole lines.
type readFile struct{}

func (*readFile) ProcessElement(name string, emit func([]byte)) error {
	text, err := os.ReadFile(name)
	for len(text) > 0 {
		end := len(text)
		if end > 1<<20 {
			end = bytes.LastIndexByte(text[:1<<20], '\n') + 1
		}
		emit(text[:end])
		text = text[end:]
	}
	return err
}
