package schematest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/badinput"
	"github.com/fe115bb3/dealtracker/dealstate/schema"
)

const root = "../../.."

// validator is one compiled schema. It never changes.
type validator struct{ schema *jsonschema.Schema }

// compile also holds the schema to the meta-schema of its draft.
func compile(t testing.TB, text string) validator {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertVocabs()
	require.NoError(t, c.AddResource("schema.json", doc))
	s, err := c.Compile("schema.json")
	require.NoError(t, err)
	return validator{s}
}

// check validates one text. What is no JSON is an error, too.
func (v validator) check(text []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return v.schema.Validate(doc)
}

// files gives the files of the repository whose names end so.
func files(t *testing.T, end string) (paths []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git"):
			return fs.SkipDir
		case strings.HasSuffix(path, end):
			paths = append(paths, path)
		}
		return nil
	}))
	return paths
}

func TestEveryAgreementOfTheRepositoryValidates(t *testing.T) {
	v, found := compile(t, schema.Agreement), 0
	for _, path := range files(t, ".json") {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		if _, err := dealstate.ReadMachine(bytes.NewReader(text)); err != nil {
			continue // JSON of another sort
		}
		found++
		require.NoError(t, v.check(text), path)
	}
	require.Greater(t, found, 40, "agreements")
}

func TestEveryLogOfTheRepositoryValidates(t *testing.T) {
	v, found := compile(t, schema.Event), 0
	for _, path := range files(t, ".jsonl") {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
			if len(bytes.TrimSpace(lines.Bytes())) == 0 {
				continue
			}
			found++
			require.NoError(t, v.check(lines.Bytes()), "%s: %s", path, lines.Text())
		}
	}
	require.Greater(t, found, 1_000, "events")
}

// The page of formats shows agreements and events in blocks.
func TestEveryAgreementAndEventOfThePagesValidates(t *testing.T) {
	page, err := os.ReadFile(root + "/dealstate/FORMATS.md")
	require.NoError(t, err)
	agreement, event, found := compile(t, schema.Agreement), compile(t, schema.Event), map[string]int{}
	for _, m := range regexp.MustCompile("(?ms)^```json (agreement|events)\n(.*?)^```$").FindAllStringSubmatch(string(page), -1) {
		found[m[1]]++
		if m[1] == "agreement" {
			require.NoError(t, agreement.check([]byte(m[2])))
			continue
		}
		for line := range strings.Lines(m[2]) {
			require.NoError(t, event.check([]byte(line)))
		}
	}
	require.Len(t, found, 2)
}

// Every file and line of a format is one that the schema takes, and so is what the writers
// make of it.
func TestWhatTheWritersWriteValidates(t *testing.T) {
	var e dealstate.Event
	require.NoError(t, e.UnmarshalJSON([]byte(badinput.FullEvent)))
	text, err := json.Marshal(e)
	require.NoError(t, err)
	require.NoError(t, compile(t, schema.Event).check(text))
	var a dealstate.Agreement
	require.NoError(t, a.UnmarshalJSON([]byte(badinput.FullAgreement)))
	standard := dealstate.ManyParty()
	for _, l := range []*dealstate.Lifecycle{a.Lifecycle, &standard, nil} {
		a.Lifecycle = l
		text, err = json.Marshal(a)
		require.NoError(t, err)
		require.NoError(t, compile(t, schema.Agreement).check(text))
	}
}

// Why a schema accepts some of what a reader refuses.
const (
	twice    = "a JSON parser keeps the last of two equal keys"
	whole    = "to JSON Schema 3.0 is a whole number"
	compares = "a schema compares no value with another"
	counts   = "a schema does no arithmetic"
	depth    = "a schema sees no depth"
	calendar = "a pattern knows no leap years"
	zone     = "the year is out of range in UTC only"
	standard = "a schema does not know the standard lifecycle of the parties"
	paths    = "a schema follows no rules"
	broken   = "encoding/json, which parses for the validator, mends it"
)

var eventsBeyond = map[string]string{
	"duplicate source field": twice, "invalid UTF-8": broken,
	"revision a fraction": whole, "revision with an exponent": whole,
	"retracts itself": compares, "at in the year 10000 UTC": zone, "at in the year 0 UTC": zone,
}

var agreementsBeyond = map[string]string{
	"duplicate key": twice, "invalid UTF-8": broken, "bad deadline": calendar,
	"implements itself": compares, "party twice": compares, "commitment twice": compares, "commitment of nobody": compares,
	"condition on nobody": compares, "condition on no commitment": compares, "condition on an empty group": compares,
	"weights beyond 63 bits": counts, "count beyond the parties": counts, "min above one": counts, "total below the weights": counts,
	"share out of reach": counts, "share of weights that are nil": counts,
	"nested too deep": depth, "nested far too deep": depth,
}

var termsBeyond = map[string]string{
	"a timer twice": compares, "a timer misspelt in its rule": compares, "a rule on an undeclared timer": compares, "a signature of nobody": compares,
	"a deadline given twice": twice, "a rule that is not there dropped": standard, "an extension that repeats a rule": standard,
	"an extension that repeats a state": standard, "in force in a state not declared": compares,
	"an added state out of reach": paths, "a notice in no state that is left": paths,
}

func TestEveryBadInputThatASchemaCanRefuseIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		schema string
		bad    map[string]badinput.Case
		beyond map[string]string // by the case: why the schema accepts it
	}{
		"event":     {schema.Event, badinput.Events(), eventsBeyond},
		"agreement": {schema.Agreement, badinput.Agreements(), agreementsBeyond},
		"terms":     {schema.Agreement, badinput.Terms(), termsBeyond},
	} {
		t.Run(name, func(t *testing.T) {
			v := compile(t, c.schema)
			for wrong, input := range c.bad {
				if err := v.check([]byte(input.Text)); (err == nil) != (c.beyond[wrong] != "") {
					t.Errorf("%q: the schema says %v; why it cannot refuse it: %q", wrong, err, c.beyond[wrong])
				}
			}
			for wrong := range c.beyond {
				require.Contains(t, c.bad, wrong)
			}
		})
	}
}
