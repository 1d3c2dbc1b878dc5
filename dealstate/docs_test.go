package dealstate_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// What the pages show is what the library does.

const (
	readme  = "../README.md"
	formats = "FORMATS.md"
	recipes = "RECIPES.md"
)

func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

// block is a fenced piece of a page. Its words are what stands behind the fence, such
// as "json event".
type block struct{ words, text string }

var fence = regexp.MustCompile("(?ms)^```([^\n`]*)\n(.*?)^```$")

func blocks(t *testing.T, name string) []block {
	t.Helper()
	var all []block
	for _, m := range fence.FindAllStringSubmatch(page(t, name), -1) {
		all = append(all, block{words: m[1], text: m[2]})
	}
	require.NotEmpty(t, all, name)
	return all
}

// blockOf gives the first block of those words.
func blockOf(t *testing.T, name, words string) string {
	t.Helper()
	all := blocks(t, name)
	i := slices.IndexFunc(all, func(b block) bool { return b.words == words })
	require.GreaterOrEqual(t, i, 0, "%s has no block %q", name, words)
	return all[i].text
}

func TestTheReadmeIsShort(t *testing.T) {
	t.Parallel()
	require.Less(t, strings.Count(page(t, readme), "\n"), 150)
}

// The README says which Go the library and the command need: that of their go.mod files.
func TestTheReadmeSaysWhichGoIsNeeded(t *testing.T) {
	t.Parallel()
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`)
	library, command := version.FindStringSubmatch(page(t, "../go.mod"))[1], version.FindStringSubmatch(page(t, "cmd/dealstate/go.mod"))[1]
	require.Contains(t, page(t, readme), "Go "+library+" or later is all it takes; the command and some stores need "+command+".")
}

func TestEveryLinkOfAPageLeadsToAFile(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("*.md")
	require.NoError(t, err)
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	for _, name := range append(pages, readme) {
		for _, m := range link.FindAllStringSubmatch(page(t, name), -1) {
			require.FileExists(t, filepath.Join(filepath.Dir(name), m[1]), "%s links to it", name)
		}
	}
}

// A block of the README that begins with $ is a command and lines of its output. A line
// … stands for what is left out.
func TestTheReadmeShowsWhatItsCommandsPrint(t *testing.T) {
	t.Parallel()
	shown := regexp.MustCompile(`(?m)^    \$ (go run .*)\n((?:    .*\n|\n    )+)`)
	commands := shown.FindAllStringSubmatch(page(t, readme), -1)
	require.NotEmpty(t, commands)
	for _, m := range commands {
		printed := strings.Split(goRun(t, strings.Fields(m[1])[2:]...), "\n")
		at, gap := 0, false
		for line := range strings.Lines(m[2]) {
			line = strings.TrimRight(strings.TrimPrefix(line, "    "), "\n")
			if line == "…" {
				gap = true
				continue
			}
			next := slices.Index(printed[at:], line)
			require.GreaterOrEqual(t, next, 0, "%s does not print, or not in this order: %s", m[1], line)
			require.True(t, gap || next == 0, "%s prints more before: %s", m[1], line)
			at, gap = at+next+1, false
		}
	}
}

// goRun runs a program of this module and gives its output.
func goRun(t *testing.T, args ...string) string {
	t.Helper()
	run := exec.Command("go", append([]string{"run"}, args...)...)
	run.Dir = ".."
	var stderr bytes.Buffer
	run.Stderr = &stderr
	out, err := run.Output()
	require.NoError(t, err, stderr.String())
	return string(out)
}

// A program of the README or the recipes prints what stands below it.
func TestTheProgramsOfThePagesPrintWhatTheySay(t *testing.T) {
	t.Parallel()
	says := regexp.MustCompile("It prints `([^`]+)`").FindStringSubmatch(page(t, readme))
	require.NotNil(t, says)
	programs, want := []string{blockOf(t, readme, "go")}, []string{says[1] + "\n"}
	all := blocks(t, recipes)
	for i, b := range all {
		switch b.words {
		case "go main.go", "go main_test.go", "go truce_test.go", "text": // run below, and with their programs
		case "go program":
			require.Less(t, i+1, len(all), "the last program has no output")
			require.Equal(t, "text", all[i+1].words)
			programs, want = append(programs, b.text), append(want, all[i+1].text)
		case "sh pipeline":
			require.Equal(t, "text", all[i+1].words)
			require.Equal(t, all[i+1].text, shell(t, b.text, "./examples/pipeline"))
		default:
			t.Errorf("%s has a block %q, of which this test knows nothing", recipes, b.words)
		}
	}
	run := linked(t, programs)
	for i, text := range programs {
		out, err := exec.Command(run, strconv.Itoa(i)).CombinedOutput()
		require.NoError(t, err, "%s\n%s", text, out)
		if *update && i > 0 && string(out) != want[i] {
			showInRecipes(t, text, want[i], string(out))
			continue
		}
		require.Equal(t, want[i], string(out), text)
	}
}

// showInRecipes puts what a program prints below it.
func showInRecipes(t *testing.T, program, was, is string) {
	t.Helper()
	before, after, found := strings.Cut(page(t, recipes), program)
	require.True(t, found)
	after = strings.Replace(after, "```text\n"+was+"```", "```text\n"+is+"```", 1)
	require.NoError(t, os.WriteFile(recipes, []byte(before+program+after), 0o644))
}

// linked makes one binary of programs, which runs the one whose number it is given: to link
// each by itself takes longer than all else together. Each becomes a package of its own,
// which stands in the module only for the compiler.
func linked(t *testing.T, programs []string) (binary string) {
	t.Helper()
	dir, module := t.TempDir(), "github.com/fe115bb3/dealtracker/dealstate/internal/page"
	overlay := map[string]map[string]string{"Replace": {}}
	add := func(path, text string) {
		file := filepath.Join(dir, fmt.Sprint(len(overlay["Replace"]), ".go"))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		overlay["Replace"][filepath.Join("dealstate", "internal", "page", path)] = file
	}
	var imports, calls strings.Builder
	for i, text := range programs {
		name := fmt.Sprint("p", i)
		text = strings.Replace(text, "package main\n", "package "+name+"\n", 1)
		add(filepath.Join(name, "main.go"), strings.Replace(text, "\nfunc main() {\n", "\nfunc Main() {\n", 1))
		fmt.Fprintf(&imports, "import %q\n", module+"/"+name)
		fmt.Fprintf(&calls, "\tcase %q:\n\t\t%s.Main()\n", strconv.Itoa(i), name)
	}
	add("main.go", "package main\n\nimport \"os\"\n"+imports.String()+"\nfunc main() {\n\tswitch os.Args[1] {\n"+calls.String()+"\t}\n}\n")
	paths, err := json.Marshal(overlay)
	require.NoError(t, err)
	file := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(file, paths, 0o600))
	binary = filepath.Join(dir, "programs")
	build := exec.Command("go", "build", "-overlay", file, "-o", binary, "./dealstate/internal/page")
	build.Dir = ".."
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	return binary
}

// shell runs commands in a folder where a program of this module stands, and gives what they
// print.
func shell(t *testing.T, commands, program string) string {
	t.Helper()
	dir := t.TempDir()
	build := exec.Command("go", "build", "-o", dir, program)
	build.Dir = ".."
	text, err := build.CombinedOutput()
	require.NoError(t, err, string(text))
	run := exec.Command("sh", "-e", "-c", commands)
	run.Dir = dir
	var stderr bytes.Buffer
	run.Stderr = &stderr
	out, err := run.Output()
	require.NoError(t, err, stderr.String())
	return string(out)
}

// TestTheServiceOfTheRecipesIsFortyLines also runs its test, and its main as far as to an
// address that cannot be.
func TestTheServiceOfTheRecipesIsFortyLines(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	main, test, truce := filepath.Join(dir, "main.go"), filepath.Join(dir, "main_test.go"), filepath.Join(dir, "truce_test.go")
	text := blockOf(t, recipes, "go main.go")
	require.NoError(t, os.WriteFile(main, []byte(text), 0o600))
	require.NoError(t, os.WriteFile(test, []byte(blockOf(t, recipes, "go main_test.go")), 0o600))
	require.NoError(t, os.WriteFile(truce, []byte(blockOf(t, recipes, "go truce_test.go")), 0o600))

	lines := 0
	_, body, _ := strings.Cut(text, "\n)\n") // after the imports
	for line := range strings.Lines(body) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			lines++
		}
	}
	require.LessOrEqual(t, lines, 40)

	command := exec.Command("go", "test", main, test, truce) // the test of a scenario comes along: it is linked with it
	command.Dir = ".."
	out, err := command.CombinedOutput()
	require.NoError(t, err, string(out))
	if !proof.Whole() { // what follows compiles it twice more
		return
	}
	command = exec.Command("go", "vet", main, test, truce)
	command.Dir = ".."
	out, err = command.CombinedOutput()
	require.NoError(t, err, string(out))
	command = exec.Command("go", "run", main, "-address", "nowhere")
	command.Dir = ".."
	out, err = command.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "listen tcp: address nowhere: missing port in address")
}

func TestEveryBlockOfThePagesIsRead(t *testing.T) {
	t.Parallel()
	read := map[string]func(t *testing.T, text string){
		"go":             func(*testing.T, string) {}, // run above
		"json agreement": func(t *testing.T, text string) { compileText(t, text) },
		"json lifecycle": func(t *testing.T, text string) {
			compileText(t, `{"id":"d","parties":[{"id":"a"}],"lifecycle":`+text+`}`)
		},
		"json events":    func(t *testing.T, text string) { eventsIn(t, text) },
		"csv events":     sameAsLines,
		"json decisions": decisionsAsFolded,
		"json snapshot":  snapshotAsFolded,
		"json measure":   measureAsFolded,
		"text scenario":  goesAsTold,
	}
	for _, name := range []string{readme, formats} {
		for _, b := range blocks(t, name) {
			require.NotNil(t, read[b.words], "%s has a block %q, of which this test knows nothing", name, b.words)
			read[b.words](t, b.text)
		}
	}
}

func compileText(t *testing.T, text string) *dealstate.Machine {
	t.Helper()
	m, err := dealstate.ReadMachine(strings.NewReader(text))
	require.NoError(t, err, text)
	return m
}

func eventsIn(t *testing.T, text string) []dealstate.Event {
	t.Helper()
	m := compileText(t, blockOf(t, formats, "json agreement"))
	var all []dealstate.Event
	for e, err := range dealstate.ReadEvents(strings.NewReader(text), m.Admit) {
		require.NoError(t, err)
		all = append(all, e)
	}
	require.NotEmpty(t, all)
	return all
}

func sameAsLines(t *testing.T, text string) {
	var all []dealstate.Event
	for e, err := range dealstate.ReadEventsCSV(strings.NewReader(text)) {
		require.NoError(t, err)
		all = append(all, e)
	}
	require.Equal(t, eventsIn(t, blockOf(t, formats, "json events")), all)
}

// folded folds the log of FORMATS.md.
func folded(t *testing.T, asOf, policy string) (dealstate.Snapshot, []dealstate.Decision) {
	t.Helper()
	v, err := dealstate.ParseView(asOf, "", policy)
	require.NoError(t, err)
	s, decisions, err := compileText(t, blockOf(t, formats, "json agreement")).Fold(eventsIn(t, blockOf(t, formats, "json events")), v)
	require.NoError(t, err)
	return s, decisions
}

func decisionsAsFolded(t *testing.T, text string) {
	_, decisions := folded(t, "", "official")
	var want strings.Builder
	lines := json.NewEncoder(&want)
	lines.SetEscapeHTML(false)
	for _, d := range decisions {
		require.NoError(t, lines.Encode(d))
	}
	showsInFormats(t, "json decisions", text, want.String())
}

func snapshotAsFolded(t *testing.T, text string) {
	s, _ := folded(t, "2025-06-28", "strict")
	want, err := json.MarshalIndent(s, "", "  ")
	require.NoError(t, err)
	showsInFormats(t, "json snapshot", text, string(want)+"\n")
}

func measureAsFolded(t *testing.T, text string) {
	_, decisions := folded(t, "", "official")
	var moves analytics.Transitions
	for _, d := range decisions {
		require.NoError(t, moves.Add(d))
	}
	want, err := json.MarshalIndent(moves, "", "  ")
	require.NoError(t, err)
	showsInFormats(t, "json measure", text, string(want)+"\n")
	var read analytics.Transitions
	require.NoError(t, json.Unmarshal([]byte(text), &read))
	require.Equal(t, moves, read)
}

// showsInFormats compares a block of FORMATS.md with what the library writes, and with
// -update puts that there.
func showsInFormats(t *testing.T, words, text, want string) {
	t.Helper()
	if *update && text != want {
		whole := strings.Replace(page(t, formats), "```"+words+"\n"+text+"```", "```"+words+"\n"+want+"```", 1)
		require.NoError(t, os.WriteFile(formats, []byte(whole), 0o644))
		return
	}
	require.Equal(t, want, text, "run go test ./dealstate -update, and read the diff")
}

func goesAsTold(t *testing.T, text string) {
	file, err := scenario.Parse("page", strings.NewReader(text))
	require.NoError(t, err)
	for _, s := range file.Scenarios {
		require.Equal(t, "london", s.Agreement.Deal)
		report, err := scenario.Run(s, uschina.London())
		require.NoError(t, err)
		require.True(t, report.OK(), "%+v", report.Failures)
	}
}

// The conditions and delays stand in the text, each as code that begins with a brace.
func TestEveryConditionAndDelayOfTheFormatsPageIsRead(t *testing.T) {
	t.Parallel()
	code := regexp.MustCompile("`(\\{[^`]+\\})`")
	accord := blocks(t, formats)[slices.IndexFunc(blocks(t, formats), func(b block) bool { return strings.Contains(b.text, `"accord"`) })].text
	with := func(key, value string) string {
		var keys map[string]json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(accord), &keys))
		keys[key] = json.RawMessage(value)
		text, err := json.Marshal(keys)
		require.NoError(t, err)
		return string(text)
	}
	rule := `{"initial":"s","states":["s"],"in_force":["s"],"rules":[{"id":"n","on":"notice","from":["s"]},{"id":"r","on":"approve","from":["s"],"when":%s}]}`
	seen := map[string]int{}
	for line := range strings.Lines(page(t, formats)) {
		for _, m := range code.FindAllStringSubmatch(line, -1) {
			value, place := m[1], "approval"
			switch {
			case regexp.MustCompile(`^\{"(days|months|first_of_month|not_before)"`).MatchString(value):
				if place = "effect"; strings.Contains(value, `"from"`) {
					place = "join"
				}
			case regexp.MustCompile(`^\{"on"`).MatchString(value):
				place = "notice"
			case condition.GuardOnly(regexp.MustCompile(`^\{"([a-z_]+)"`).FindStringSubmatch(value)[1]):
				place, value = "lifecycle", fmt.Sprintf(rule, value)
			}
			compileText(t, with(place, value))
			seen[place]++
		}
	}
	require.Len(t, seen, 5, "%v", seen)
}

// A key, or a word of a list, that is added must be described.
func TestTheFormatsPageNamesEveryKeyAndWord(t *testing.T) {
	t.Parallel()
	text := page(t, formats)
	named := func(word string) {
		t.Helper()
		require.Contains(t, text, "`"+word+"`", "FORMATS.md does not say what %q is", word)
	}
	for _, k := range dealstate.Kinds() {
		named(k.String())
	}
	for _, c := range dealstate.Clocks() {
		require.True(t, c == dealstate.Timed || regexp.MustCompile("(?m)^\\| `on` \\|.*`"+c.String()+"`").MatchString(text), "FORMATS.md does not say that a rule may wait for %q", c)
		named(c.String())
	}
	for j := dealstate.JoinFrom(1); j.String() != ""; j++ {
		named(j.String())
	}
	for r := dealstate.Role(1); r.String() != ""; r++ {
		named(r.String())
	}
	for m := dealstate.Modality(1); m.String() != ""; m++ {
		named(m.String())
	}
	for o := dealstate.Outcome(1); o.String() != ""; o++ {
		named(o.String())
	}
	for s := dealstate.Standing(1); s.String() != ""; s++ {
		named(s.String())
	}
	for _, p := range dealstate.Policies() {
		named(p.Name)
	}
	for _, value := range []any{dealstate.Event{}, dealstate.Source{}, dealstate.Agreement{}, dealstate.Party{}, dealstate.Commitment{}, dealstate.Delay{}, dealstate.Join{}, dealstate.NoticePeriod{}, dealstate.OwnTimer{},
		dealstate.Lifecycle{}, dealstate.Rule{}, dealstate.Decision{}, dealstate.Revision{}, dealstate.Reason{}, dealstate.Snapshot{}, condition.Finding{},
		dealstate.PartyStatus{}, dealstate.Evidence{}, dealstate.CommitmentStatus{}, dealstate.DisputeStatus{}, dealstate.ClockStatus{}} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(value)) {
			if f.Anonymous || f.Name == "Within" { // whose fields come by themselves; which is written as a deadline
				continue
			}
			key := strings.ToLower(regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(f.Name, "${1}_$2"))
			require.Regexp(t, "[`\"]"+key+"[`\"]", text, "FORMATS.md does not say what %T.%s is", value, f.Name)
		}
	}
}

// An operator that is added must be described, among those of the approval or among
// those of a rule's guard.
func TestTheFormatsPageNamesEveryOperator(t *testing.T) {
	t.Parallel()
	approval, guard, found := strings.Cut(section(t, formats, "## Conditions"), "\nMore may stand only in a rule's `when`:\n")
	require.True(t, found)
	for _, word := range condition.Operators() {
		stands := map[bool]string{false: approval, true: guard}[condition.GuardOnly(word)]
		require.Contains(t, stands, "`{\""+word+"\":", "FORMATS.md does not say when {%q:…} is met, or says it elsewhere", word)
	}
}

// Which kinds are talks, and which bind a side, is said where policies are described.
func TestThePagesSayWhatEachPolicyCountsFor(t *testing.T) {
	t.Parallel()
	classes := map[string][]string{}
	policy := dealstate.Policy{Binding: dealstate.Roles(dealstate.Approver), Talks: dealstate.Roles(dealstate.Negotiator)}
	for _, k := range dealstate.Kinds() {
		switch {
		case k.OfLog():
		case policy.Counts(k, dealstate.Approver):
			classes["Binding"] = append(classes["Binding"], k.String())
		case policy.Counts(k, dealstate.Negotiator):
			classes["Talks"] = append(classes["Talks"], k.String())
		}
	}
	source := strings.ReplaceAll(page(t, "policy.go"), "\n//", "")
	for class, kinds := range classes {
		m := regexp.MustCompile(class + ` is for what [^(]*\(([^)]*)\)`).FindStringSubmatch(source)
		require.NotNil(t, m, class)
		require.ElementsMatch(t, kinds, strings.Split(m[1], ", "), "the document of Policy says which kinds are of class %s", class)
	}
	talks := regexp.MustCompile(`\nTalks are ([a-z, ]+)\. `).FindStringSubmatch(page(t, formats))
	require.NotNil(t, talks)
	require.ElementsMatch(t, classes["Talks"], strings.Split(strings.ReplaceAll(talks[1], " and ", ", "), ", "), "FORMATS.md says which kinds are talks")
}

// A field that a kind cannot do without is described with that kind.
func TestTheFormatsPageSaysWhichKindNeedsWhat(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, k := range dealstate.Kinds() {
		e := dealstate.Event{ID: "e", Deal: "d", Kind: k, By: "Trump", Role: dealstate.Approver, At: at}
		for range 4 {
			var lacks *dealstate.FieldError
			if !errors.As(e.Validate(), &lacks) {
				break
			}
			require.Regexp(t, "(?m)^\\| `"+lacks.Field+"` \\|.*\\b"+k.String()+"\\b", page(t, formats), "FORMATS.md does not say that %s needs %s", k, lacks.Field)
			switch lacks.Field {
			case "party":
				e.Party = "us"
			case "commitment":
				e.Commitment = "c"
			case "ref":
				e.Ref = "other"
			case "until":
				e.Until = at
			}
		}
		require.NoError(t, e.Validate(), k)
	}
}

func TestTheChangelogBeginsWithWhatIsUnreleased(t *testing.T) {
	t.Parallel()
	heads := regexp.MustCompile(`(?m)^## (.*)$`).FindAllStringSubmatch(page(t, "CHANGELOG.md"), -1)
	require.NotEmpty(t, heads)
	require.Equal(t, "[Unreleased]", heads[0][1])
	for _, h := range heads[1:] {
		require.Regexp(t, `^\[0\.\d+\.\d+\] - \d{4}-\d\d-\d\d$`, h[1])
	}
}
