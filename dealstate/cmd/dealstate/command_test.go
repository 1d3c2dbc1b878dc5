package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// invocations are each command once or more, as it is run on the folder of the tests; they
// end with 0.
var invocations = map[string][][]string{
	"init":       {{"init", "--id", "fresh"}},
	"state":      {{"state"}, {"state", "truce"}},
	"explain":    {{"explain", "truce"}},
	"log":        {{"log", "truce"}},
	"why":        {{"why", "early"}},
	"diff":       {{"diff", "truce", "strict", "official"}},
	"due":        {{"due"}, {"due", "--ics"}},
	"draw":       {{"draw", "timeline", "truce"}, {"draw", "page", "truce"}, {"draw", "balance", "truce"}, {"draw", "diagram", "truce"}, {"draw", "diagram", "truce", "--format", "svg"}, {"draw", "diagram", "truce", "--format", "dot"}},
	"report":     {{"report", "truce"}, {"report", "-o", "FOLDER/pages"}},
	"record":     {{"record", "truce", "--kind", "note", "--by", "desk", "--at", "2025-07-01", "--yes"}},
	"check":      {{"check"}, {"check", "truce"}},
	"simulate":   {{"simulate", "truce", "--wait", "china=30", "--lives", "100"}},
	"test":       {{"test", "FOLDER/story.scenario"}},
	"import":     {{"import", "FOLDER/inbox/more.csv"}},
	"export":     {{"export", "list"}, {"export", "spells"}, {"export", "spells", "--format", "text"}, {"export", "spells", "--format", "csv"}, {"export", "decisions"}, {"export", "events"}, {"export", "xes", "-o", "FOLDER/a.xes"}, {"export", "all", "-o", "FOLDER/all"}, {"export", "sqlite", "-o", "FOLDER/a.db"}},
	"verify":     {{"verify"}},
	"completion": {{"completion", "deals"}, {"completion", "bash"}, {"completion", "zsh"}, {"completion", "fish"}},
	"serve":      nil, // it does not end: it has a test of its own
}

// model is the grammar.
func model(t testing.TB) *kong.Kong {
	t.Helper()
	parser, err := kong.New(new(cli), kong.Name("dealstate"), vars, kong.Exit(func(int) {}))
	require.NoError(t, err)
	return parser
}

func commandsOf(t testing.TB) (names []string) {
	for _, c := range model(t).Model.Children {
		names = append(names, c.Name)
	}
	return names
}

// eachInvocation runs every command once or more, each in a folder of its own.
func eachInvocation(t *testing.T, fill func(dir string), check func(t *testing.T, args []string, r ran)) {
	t.Helper()
	for _, name := range commandsOf(t) {
		require.Contains(t, invocations, name, "the command is run by no test")
		for i, args := range invocations[name] {
			t.Run(fmt.Sprintf("%s%d", name, i), func(t *testing.T) {
				t.Parallel()
				dir := folderOf(t)
				if name == "verify" || name == "init" {
					runIn(dir, "import", filepath.Join(dir, "inbox", "more.csv"))
				}
				fill(dir)
				args := slices.Clone(args)
				for i := range args {
					args[i] = strings.ReplaceAll(args[i], "FOLDER", dir)
				}
				check(t, args, runIn(dir, args...))
			})
		}
	}
}

func TestEveryCommandWritesJSONThatCanBeParsedALineAtATime(t *testing.T) {
	t.Parallel()
	eachInvocation(t, func(string) {}, func(t *testing.T, args []string, r ran) {
		require.Zero(t, r.code, r)
		dir := folderOf(t)
		if args[0] == "verify" {
			runIn(dir, "import", filepath.Join(dir, "inbox", "more.csv"))
		}
		for i := range args {
			args[i] = regexp.MustCompile(`^/.*/(pages|story.scenario|inbox/more.csv|a.xes|a.db|all)$`).ReplaceAllString(args[i], dir+"/$1")
		}
		r = runIn(dir, append(args, "--json")...)
		require.Zero(t, r.code, r)
		require.Empty(t, r.err)
		require.NotEmpty(t, r.out)
		for line := range strings.Lines(r.out) {
			var object map[string]any
			require.NoError(t, json.Unmarshal([]byte(line), &object), line)
			require.NotContains(t, line, ":null", "an empty list is []")
		}
	})
}

// FORMATS.md has every key that a command writes as its own.
func TestEveryKeyOfACommandIsDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../FORMATS.md")
	require.NoError(t, err)
	for command, types := range map[string][]any{"why": {told{}}, "diff": {differing{}}, "record": {recorded{}}, "check": {checked{}}, "simulate": {future{}, odds{}, chance{}, choice{}, awaited{}}, "verify": {verified{}, salvaged{}, gap{}}} {
		row := regexp.MustCompile("(?m)^\\| `" + command + "` \\|.*$").FindString(string(text))
		require.NotEmpty(t, row, command)
		for _, v := range types {
			for _, f := range reflect.VisibleFields(reflect.TypeOf(v)) {
				if key, _, _ := strings.Cut(f.Tag.Get("json"), ","); key != "" {
					require.Contains(t, row, "`"+key+"`", command)
				}
			}
		}
	}
	for _, command := range commandsOf(t) {
		require.Regexp(t, "(?m)^\\| (`\\w+` )*`"+command+"` (`\\w+` )*\\|", string(text))
	}
}

// Every command has help with an example, and every example can be typed.
func TestEveryCommandHasAnExampleThatCanBeTyped(t *testing.T) {
	t.Parallel()
	for _, c := range model(t).Model.Children {
		require.NotEmpty(t, c.Help, c.Name)
		examples := regexp.MustCompile(`(?m)^    dealstate (.*)$`).FindAllStringSubmatch(c.Detail, -1)
		if c.Name == "completion" {
			examples = [][]string{{"", "completion bash"}}
		}
		require.NotEmpty(t, examples, "%s --help has no example", c.Name)
		own := 0
		for _, m := range examples {
			_, err := model(t).Parse(words(m[1]))
			require.NoError(t, err, m[0])
			if strings.HasPrefix(m[1], c.Name) {
				own++
			}
		}
		require.NotZero(t, own, c.Name)
	}
}

func TestAnEmptyFolderIsNoErrorAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := runIn(dir, "state")
	require.Zero(t, r.code)
	require.Equal(t, "No deal is here: the folder has no agreement (*.json). dealstate init writes one.\n", r.out)
	require.Equal(t, ran{}, runIn(dir, "state", "--json"))
	require.Equal(t, r, runIn(dir, "due"))
	for _, of := range tables {
		r := runIn(dir, "export", of.name, "--format", "csv")
		require.Zero(t, r.code, r)
		require.NotEmpty(t, r.out, "%s: the names of the columns", of.name)
	}
	require.Zero(t, runIn(dir, "export", "all", "-o", filepath.Join(t.TempDir(), "all")).code)
	require.Equal(t, ran{out: "0 deals, 0 events, 0 problems\n"}, runIn(dir, "check"))
	for _, args := range [][]string{{"explain"}, {"log"}, {"record"}, {"draw", "timeline"}, {"simulate"}, {"report"}, {"state", "truce"}} {
		r := runIn(dir, args...)
		require.Equal(t, exitMisuse, r.code, args)
		require.Contains(t, r.err, "dealstate init writes one", args)
	}
	r = runIn(filepath.Join(dir, "nowhere"), "state")
	require.Equal(t, exitMisuse, r.code)
	require.Contains(t, r.err, "there is no such folder")
}

func TestAFileThatIsEmptyOrBadIsNamedWithItsLine(t *testing.T) {
	t.Parallel()
	const line = `{"id":"x","deal":"truce","kind":"note","at":"2025-06-30"}`
	for name, c := range map[string]struct {
		file, text, problem string
	}{
		"empty agreement":   {"a.json", "", "a.json: json: the text ends too early"},
		"another JSON":      {"a.json", `{"name":"my-package"}`, "every .json file of the folder is an agreement"},
		"twice the same id": {"z.json", `{"id":"truce","parties":[{"id":"a"}]}`, `another agreement of the id "truce"`},
		"empty log of CSV":  {"a.csv", "", "a.csv"},
		"bad line":          {"a.jsonl", line + "\n{}\n", "a.jsonl:2: id: missing"},
		"unknown party":     {"a.csv", "id,deal,kind,party,role,at\nx,truce,approve,usa,instrument,2025-06-30\n", "a.csv:2: party:"},
		"another event":     {"a.jsonl", line + "\n" + strings.Replace(line, "30", "29", 1) + "\n", `a.jsonl:2: id: "x" is recorded with other content`},
		"a huge line":       {"a.jsonl", line + "\n" + `{"id":"y","note":"` + strings.Repeat("x", 2<<20) + `"}` + "\n", "a.jsonl:2: "},
		"compressed":        {"a.jsonl", "\x1f\x8b\x08\x00", "a.jsonl:1: json:"},
	} {
		dir := folderOf(t)
		require.NoError(t, os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o644))
		r := runIn(dir, "state")
		require.Equal(t, exitBadInput, r.code, name)
		require.Contains(t, r.err, c.problem, name)
		require.Contains(t, r.err, "dealstate check lists all that is wrong", name)
		require.Less(t, len(r.err), 2000, name)
		r = runIn(dir, "check")
		require.Equal(t, exitNo, r.code, name)
		require.Contains(t, r.out, strings.TrimSuffix(c.problem, " "), name)
		require.Contains(t, r.out, "1 problem\n", name)
	}
}

func TestAnEmptyLogIsNoError(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.jsonl"), nil, 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.csv"), []byte("id,deal,kind,at\n"), 0o644))
	require.Zero(t, runIn(dir, "state").code)
}

func TestEventsWithoutADealAreWarnedOfWithTheNearestOne(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.jsonl"), []byte(`{"id":"x","deal":"truse","kind":"note","at":"2025-06-30"}`), 0o644))
	r := runIn(dir, "state")
	require.Zero(t, r.code)
	require.Equal(t, "dealstate: 1 event of deals without an agreement in the folder: truse; did you mean \"truce\"?\n", r.err)
	require.Equal(t, exitNo, runIn(dir, "check").code)
}

func TestATemplateGivesItsTermsToDealsWithoutAnAgreement(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "more.jsonl"), []byte(`{"id":"x","deal":"second","kind":"approve","party":"us","by":"Trump","role":"approver","at":"2025-06-30"}`), 0o644))
	r := runIn(dir, "--template", "truce", "state", "second")
	require.Zero(t, r.code, r)
	require.Contains(t, r.out, "state     awaiting_xi_approval")
	require.Empty(t, r.err)
	require.Equal(t, exitMisuse, runIn(dir, "--template", "nothing", "state").code)
}

func TestAFolderOfAThousandDealsIsReadAndWritten(t *testing.T) {
	t.Parallel()
	dir, log := t.TempDir(), new(strings.Builder)
	for i := range 1000 {
		id := fmt.Sprintf("deal-%04d", i)
		text := fmt.Sprintf(`{"id":%q,"parties":[{"id":"north","approver":"Smith"},{"id":"south","approver":"Lee"}],"deadline":"2025-%02d-15"}`, id, 1+i%12)
		require.NoError(t, os.WriteFile(filepath.Join(dir, id+".json"), []byte(text), 0o644))
		fmt.Fprintf(log, `{"id":"n","deal":%q,"kind":"approve","party":"north","by":"Smith","role":"approver","at":"2025-01-02"}`+"\n", id)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "log.jsonl"), []byte(log.String()), 0o644))
	for args, lines := range map[string]int{"state": 1001, "state --json": 1000, "due --days 365 --json": 498, "export spells": 2503, "check": 1} {
		r := runIn(dir, strings.Fields(args)...)
		require.Zero(t, r.code, r.err)
		require.Equal(t, lines, strings.Count(r.out, "\n"), args)
	}
	r := runIn(dir, "explain")
	require.Equal(t, exitMisuse, r.code)
	require.Contains(t, r.err, "the folder has 1000: deal-0000, ")
	require.Less(t, len(r.err), 300)
	require.Zero(t, runIn(dir, "explain", "deal-0500").code)
	require.Zero(t, runIn(dir, "report", "-o", filepath.Join(t.TempDir(), "report")).code)
}

// A deal of a stranger: everything that he writes may be meant for a terminal.
const hostileWord = "x\u202e"

func hostile(t testing.TB) string {
	t.Helper()
	const text = "a\x1b[2J\r\nState: implemented\u0007\u202e"
	dir := t.TempDir()
	a := dealstate.Agreement{ID: "d" + hostileWord, Title: text, Parties: []dealstate.Party{{ID: "us" + hostileWord, Name: text, Approver: "A\u202eB"}, {ID: "cn", Name: text, Approver: "Xi"}},
		Commitments: []dealstate.Commitment{{ID: "c" + hostileWord, Party: "cn", Title: text}}, Incomplete: text}
	write := func(name string, values ...any) {
		var b bytes.Buffer
		for _, v := range values {
			line, err := json.Marshal(v)
			require.NoError(t, err)
			b.Write(append(line, '\n'))
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644))
	}
	write("a.json", a)
	var events []any
	for i, kind := range []dealstate.Kind{dealstate.Negotiate, dealstate.Approve, dealstate.Implement, dealstate.Dispute, dealstate.Note} {
		events = append(events, dealstate.Event{ID: fmt.Sprintf("e%d%s", i, hostileWord), Deal: a.ID, Kind: kind, Party: "cn", By: text, Role: dealstate.Government, At: now.AddDate(0, 0, i-9), Note: text,
			Source: dealstate.Source{Publisher: text, URL: text}})
	}
	write("a.jsonl", events...)
	r := runIn(dir, "log", "--why")
	require.Zero(t, r.code, r)
	return dir
}

func requireInert(t testing.TB, text, of string) {
	t.Helper()
	for _, r := range text {
		require.False(t, r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0) || r >= 0x202a && r <= 0x202e, "%s: %q acts on a terminal in\n%s", of, r, text)
	}
}

func TestAStrangersTextIsInertWhateverShowsIt(t *testing.T) {
	t.Parallel()
	d, e := "d"+hostileWord, "e1"+hostileWord
	for _, args := range [][]string{{"state"}, {"state", d}, {"explain"}, {"log", "--why"}, {"why", e}, {"diff", d, "strict", "reported"}, {"due", "--days", "900"}, {"draw", "timeline", "--compare"}, {"check"}, {"check", d},
		{"record", "--kind", "note", "--by", "x\x1b[2J", "--at", "2025-07-01", "--note", "\x1b", "--yes"}, {"simulate", "--wait", "cn=30", "--lives", "50"}, {"state", "no\x1b[2J"}, {"why", "no\x1b[2J"}, {"\x1b[2J"}, {"state", "--\x1b[2J"},
		{"state", "--as-of", "\x1b[2J"}, {"test", "no\x1b[2J"}, {"export", "\x1b[2J"}, {"import", "\x1b.csv"}, {"report", "-o", "\x1b\u202e.html"}, {"verify", "--head", "\x1b"}, {"draw", "timeline", "--format", "\x1b"}, {"init", "--id", "\x1b"}} {
		t.Run(args[0], func(t *testing.T) {
			dir := hostile(t)
			for i := range args {
				args[i] = strings.Replace(args[i], "\x1b\u202e.html", dir+"/\x1b\u202e.html", 1)
			}
			r := runIn(dir, args...)
			requireInert(t, r.out, fmt.Sprint(args))
			requireInert(t, r.err, fmt.Sprint(args))
			require.NotEmpty(t, r.out+r.err)
		})
	}
}

func TestDataIsInertOnATerminalAndItselfElsewhere(t *testing.T) {
	t.Parallel()
	dir := hostile(t)
	for _, args := range [][]string{{"export", "events"}, {"export", "events", "--format", "jsonl"}, {"export", "xes"}, {"due", "--ics", "--days", "900"}} {
		a, out, _ := newApp("")
		a.shown = true
		require.Zero(t, a.run(append([]string{"-C", dir}, args...)))
		requireInert(t, out.String(), args[1])
		require.NotEmpty(t, out.String())
	}
	require.Contains(t, runIn(dir, "export", "events").out, "\x1b[2J", "a program gets what was written")
}

func TestADealWithoutReportsHasNotMoved(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "new.json"), []byte(`{"id":"new","parties":[{"id":"a"},{"id":"b"}]}`), 0o644))
	require.Regexp(t, `new +negotiated +not moved yet`, runIn(dir, "state").out)
	require.Regexp(t, `since +not moved yet`, runIn(dir, "state", "new").out)
}

func TestNoCellOfADiffIsWiderThanATerminal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.Zero(t, runIn(dir, "init", "many").code)
	r := runIn(dir, "diff", "deal", "2025-04-01", "2025-07-01")
	require.Zero(t, r.code, r)
	for line := range strings.Lines(r.out) {
		require.Less(t, utf8.RuneCountInString(line), 40+2*(widest+2), r.out)
	}
	require.Contains(t, r.out, "…")
}

// On a terminal with colours nothing but colours is added.
func TestColoursAreAllThatATerminalAdds(t *testing.T) {
	t.Parallel()
	dir := hostile(t)
	for _, args := range [][]string{{"state"}, {"log"}, {"draw", "timeline"}, {"export", "list"}} {
		a, out, _ := newApp("")
		a.coloured = true
		require.Zero(t, a.run(append([]string{"-C", dir}, args...)))
		require.Contains(t, out.String(), "\x1b[")
		bare := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(out.String(), "")
		requireInert(t, bare, args[0])
		if args[0] != "draw" {
			require.Equal(t, runIn(dir, args...).out, bare, "the same as without")
		}
	}
}

func TestColoursAreForTerminalsUnlessSomebodyWantsNone(t *testing.T) {
	t.Parallel()
	env := func(name, value string) func(string) string {
		return func(asked string) string { return map[string]string{name: value}[asked] }
	}
	require.True(t, colours(true, env("", "")))
	require.False(t, colours(false, env("", "")))
	require.False(t, colours(true, env("NO_COLOR", "1")))
	require.False(t, colours(true, env("TERM", "dumb")))
	null, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer null.Close()
	require.False(t, isTerminal(null))
}

func TestABarIsShownToWhoWatchesAndTakenOffAgain(t *testing.T) {
	t.Parallel()
	a, _, shown := newApp("")
	b := a.bar("reading", 10)
	b.shown = b.shown.Add(-barEvery)
	b.step()
	b.end()
	require.Empty(t, shown.String(), "nobody watches")
	a.watched = true
	b.step()
	require.Equal(t, "\rreading ██████░░░░░░░░░░░░░░░░░░░░░░░░ 2 of 10\x1b[K", shown.String())
	b.step()
	require.Equal(t, 1, strings.Count(shown.String(), "of 10"), "not at every step")
	b.end()
	require.True(t, strings.HasSuffix(shown.String(), "\r\x1b[K"))
}

func TestSpansAreDaysForPeopleAndSecondsForPrograms(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	require.Contains(t, runIn(dir, "state").out, "53 days")
	require.Contains(t, runIn(dir, "due").out, "42 days")
	require.Contains(t, runIn(dir, "check", "truce", "--as-of", "2025-09-01").out, "extend by 30 days")
	require.Contains(t, runIn(dir, "simulate", "truce", "--wait", "china=30", "--lives", "10").out, "mean 30 days")
	require.Contains(t, runIn(dir, "export", "spells").out, ",1296000,")
	text := runIn(dir, "export", "spells", "--format", "text").out
	require.Regexp(t, `to +days +censored`, text)
	require.Regexp(t, `10 Jun 2025 +25 Jun 2025 +15 `, text)
	text = runIn(dir, "export", "survival", "--format", "text", "--as-of", "2025-07-01").out
	require.Regexp(t, `(?m)^days +at_risk`, text)
	require.Regexp(t, `(?m)^22 +2 +0 +1 +1 `, text)
	for _, table := range tables {
		require.NotRegexp(t, `(?m)(^| )(time|\w*seconds)( |$)|\d\.\d{5}`, runIn(dir, "export", table.name, "--format", "text").out, table.name)
	}
	require.Contains(t, runIn(dir, "export", "waits", "--json").out, `"seconds":3024000`)
}

// typing gives an app at which somebody types.
func typing(dir, in string, args ...string) (code int, out string) {
	a, text, err := newApp(in)
	a.typed = true
	code = a.run(append([]string{"-C", dir, "record", "--recorder", "desk"}, args...))
	return code, text.String() + err.String()
}

func TestRecordAsksForWhatIsMissingAndAgainForWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	code, out := typing(dir, "truce\napprove\nchina\nXi\n\nyesterday\n2025-06-30\ny\n")
	require.Zero(t, code, out)
	require.Contains(t, out, "Which deal? accord, truce")
	require.Contains(t, out, `at: "yesterday" is no instant`)
	require.Contains(t, out, "The deal moves from awaiting_xi_approval to approved.\nRecord it? (y/N): Recorded as entry 2 of the journal.\n")
	code, out = typing(dir, "truce\nperform\nus\nGazette\ninstrument\n2025-06-30\ntariffs\nn\n")
	require.Zero(t, code, out)
	require.Contains(t, out, "commitment (tariffs, licences): ")
	require.Contains(t, out, "Nothing is recorded. With --yes it is.\n")
	code, out = typing(dir, "truce\napprove\n")
	require.Equal(t, exitMisuse, code, "the answers end")
	require.Contains(t, out, "missing: --role, --at, --party")
	var entries int
	for _, err := range journal.ReadDir(context.Background(), filepath.Join(dir, journalName), journal.Options{}) {
		require.NoError(t, err)
		entries++
	}
	require.Equal(t, 2, entries)
}

func TestRecordChecksEachAnswerAtOnce(t *testing.T) {
	t.Parallel()
	code, out := typing(folderOf(t), "truce\naprove\napprove\npoland\n\nchina\nYicai\npres\n\npress\n31 June\n2025-06-30\ny\n")
	require.Zero(t, code, out)
	for _, pair := range [][2]string{{`"aprove" is unknown`, "party (us, china"}, {`"poland" is not a party; want one of us, china`, "by ("}, {"party: missing", "by ("}, {`"pres" is unknown`, "at ("}, {"role: missing", "at ("}} {
		first, then := strings.Index(out, pair[0]), strings.Index(out, pair[1])
		require.Positive(t, first, "%s in %s", pair[0], out)
		require.Less(t, first, strings.LastIndex(out, pair[1]), "%s is said before the next question in %s", pair[0], out)
		require.Positive(t, then)
	}
	require.Equal(t, 1, strings.Count(out, "by (who says so"), out)
	require.Contains(t, out, "Recorded as entry 2")
}

func TestADryRunAndAYesAskNothing(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	report := []string{"truce", "--kind", "approve", "--party", "china", "--by", "Xi", "--at", "2025-06-30"}
	code, out := typing(dir, "y\n", append(report, "--dry-run")...)
	require.Zero(t, code, out)
	require.NotContains(t, out, "?")
	require.Contains(t, out, "The deal moves from awaiting_xi_approval to approved.\nNothing is recorded: it was a dry run.\n")
	require.NoDirExists(t, filepath.Join(dir, journalName))
	code, out = typing(dir, "y\n", append(report, "--dry-run", "--yes")...)
	require.Equal(t, exitMisuse, code, out)
	code, out = typing(dir, "", "--yes")
	require.Equal(t, exitMisuse, code, out)
	require.NotContains(t, out, "Which deal?")
	code, out = typing(dir, "", append(report, "--yes")...)
	require.Zero(t, code, out)
	require.NotContains(t, out, "?")
	require.Contains(t, out, "Recorded as entry 2 of the journal.\n")
}

func TestEveryFormatIsReadAndSaysTheSame(t *testing.T) {
	t.Parallel()
	want := runIn(folderOf(t), "log", "truce", "--json").out
	for _, f := range formats {
		if f.read == nil {
			continue
		}
		dir := folderOf(t)
		inbox := filepath.Join(dir, "inbox", "log."+f.name)
		r := runIn(dir, "export", "events", "-o", inbox)
		require.Zero(t, r.code, r)
		require.NoError(t, os.Remove(filepath.Join(dir, "reports.csv")))
		require.NoError(t, os.Remove(filepath.Join(dir, "accord.jsonl")))
		require.NotEqual(t, want, runIn(dir, "log", "truce", "--json").out)
		r = runIn(dir, "import", inbox)
		require.Zero(t, r.code, r)
		require.Equal(t, want, runIn(dir, "log", "truce", "--json").out, "imported from %s", f.name)
		require.NoError(t, os.RemoveAll(filepath.Join(dir, journalName)))
		require.NoError(t, os.Rename(inbox, filepath.Join(dir, "log."+f.name)))
		require.Equal(t, want, runIn(dir, "log", "truce", "--json").out, "read from %s", f.name)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "log."+f.name), []byte("PAR1"), 0o644))
		r = runIn(dir, "state")
		require.Equal(t, exitBadInput, r.code, r)
		require.Contains(t, r.err, "log."+f.name)
	}
}

func TestEveryTableIsWrittenInEveryFormatThatHasIt(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	for _, f := range formats {
		for _, table := range tables {
			r := runIn(dir, "export", table.name, "--format", f.name, "-o", filepath.Join(t.TempDir(), "table"))
			require.Equal(t, map[bool]int{true: exitDone, false: exitMisuse}[f.takes(table.name)], r.code, "%s of %s: %s", f.name, table.name, r)
		}
	}
	r := runIn(dir, "export", "all", "--format", "parquet", "-o", filepath.Join(dir, "all"))
	require.Zero(t, r.code, r)
	require.Contains(t, r.out, "spells.parquet")
	require.Contains(t, r.out, "lags.csv")
	require.Equal(t, exitMisuse, runIn(dir, "export", "spells", "--format", "parquet").code, "bytes are not for a terminal")
}

func TestTheJournalAndTheFilesAreReadAsOne(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	require.Zero(t, runIn(dir, "import", filepath.Join(dir, "inbox", "more.csv")).code)
	before := runIn(dir, "log", "accord", "--json").out
	require.Equal(t, 4, strings.Count(before, "\n"), before)
	require.NoError(t, os.Remove(filepath.Join(dir, "accord.json")))
	require.NoError(t, os.Remove(filepath.Join(dir, "accord.jsonl")))
	after := runIn(dir, "log", "accord", "--json")
	require.Equal(t, 1, strings.Count(after.out, "\n"), "the agreement and the event that were taken in: %s", after)
	text, err := os.ReadFile(filepath.Join(dir, "truce.json"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "truce.json"), bytes.Replace(text, []byte("Tariff"), []byte("Other"), 1), 0o644))
	r := runIn(dir, "state")
	require.Equal(t, exitBadInput, r.code)
	require.Contains(t, r.err, "truce.json is not the agreement that the journal keeps, which never changes")
	files, err := filepath.Glob(filepath.Join(dir, journalName, "*.jsonl"))
	require.NoError(t, err)
	require.NoError(t, os.Rename(files[0], filepath.Join(dir, "recorded.jsonl")))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, journalName)))
	require.Contains(t, runIn(dir, "state", "truce").out, "state     approved", "what was recorded is still there")
}

func TestWhoHasTheJournalOpenIsNamed(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	j, err := journal.Open(context.Background(), filepath.Join(dir, journalName), journal.Options{})
	require.NoError(t, err)
	defer j.Close()
	require.Zero(t, runIn(dir, "state").code, "to look needs no lock")
	r := runIn(dir, "record", "truce", "--kind", "note", "--by", "x", "--at", "2025-07-01", "--yes", "--wait", "0s")
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.err, fmt.Sprintf("process %d", os.Getpid()))
	require.Equal(t, r, runIn(dir, "serve", "--record", "--address", "localhost:0", "--wait", "0s"), "in the same words")
}

func TestServeWaitsForTheJournalToo(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	j, err := journal.Open(context.Background(), filepath.Join(dir, journalName), journal.Options{})
	require.NoError(t, err)
	closed := make(chan error, 1)
	// It is closed when serve may have tried already; if it has not, serve has nothing to wait for.
	time.AfterFunc(5*lockTries, func() { closed <- j.Close() })
	_, end := serving(t, "-C", dir, "serve", "--record", "--wait", "1m")
	require.NoError(t, <-closed)
	require.Zero(t, end())
}

func TestWritersWaitForTheJournal(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	j, err := journal.Open(context.Background(), filepath.Join(dir, journalName), journal.Options{})
	require.NoError(t, err)
	var all sync.WaitGroup
	answers := make([]ran, 8)
	for i := range answers {
		all.Go(func() {
			answers[i] = runIn(dir, "record", "truce", "--kind", "approve", "--party", "china", "--by", fmt.Sprint("agency ", i), "--role", "press", "--at", "2025-06-30", "--yes", "--wait", "1m")
		})
	}
	require.NoError(t, j.Close())
	all.Wait()
	for _, r := range answers {
		require.Zero(t, r.code, r)
		require.Contains(t, r.out, "Recorded as entry")
	}
	require.Equal(t, 8, strings.Count(runIn(dir, "log", "truce").out, "approve-china-2025-06-30"), "each has an id of its own")
}

func TestAnEmptyFlagIsNoDefault(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	for _, args := range [][]string{{"state", "--known-by", ""}, {"state", "--as-of="}, {"explain", ""}, {"state", "truce", ""}, {"due", "--from", ""}, {"draw", "timeline", "truce", "-o", ""},
		{"record", "truce", "--kind", "implement", "--party", "", "--by", "x", "--role", "press", "--at", "2025-06-30"}, {"verify", "--head", ""}, {"diff", "truce", "", "strict"}} {
		r := runIn(dir, args...)
		require.Equal(t, exitMisuse, r.code, args)
		require.Contains(t, r.err, "is empty; give it a value, or leave it out", args)
	}
	require.Equal(t, exitMisuse, run("-C", "", "state").code)
}

func TestARefusedReportIsANoRecordedOrNot(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	args := []string{"record", "truce", "--kind", "implement", "--by", "Gazette", "--role", "instrument", "--at", "2025-06-26"}
	r := runIn(dir, args...)
	require.Equal(t, exitNo, r.code, r)
	r = runIn(dir, append(args, "--yes")...)
	require.Equal(t, exitNo, r.code, r)
	require.Contains(t, r.out, "Recorded as entry 2")
	for _, more := range [][]string{{"--yes"}, {"--json"}} {
		r = runIn(dir, append(args, more...)...)
		require.Equal(t, exitNo, r.code, "of what is on record too: %v", r)
	}
	r = runIn(dir, append(args, "--yes", "--json", "--id", "other")...)
	require.Equal(t, exitNo, r.code, r)
}

// A clock that had fired by then is no doing of a report that is merely known later.
func TestARecordIsNotBlamedForWhatTimeDid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.Zero(t, runIn(dir, "init").code)
	r := runIn(dir, "record", "--kind", "note", "--by", "me", "--at", "2027-07-01", "--recorded", "2027-07-02", "--dry-run")
	require.Zero(t, r.code, r)
	require.NotContains(t, r.out, "decided before")
	r = runIn(dir, "record", "--kind", "approve", "--party", "south", "--by", "Lee", "--at", "2025-08-01", "--recorded", "2027-07-02", "--dry-run")
	require.Zero(t, r.code, r)
	require.Contains(t, r.out, "this undoes what was decided before: deadline clock", "which fell due in December, before this was known")
}

func TestTheSameActIsRecordedOnceUnlessItHasAnID(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	record := func(more ...string) ran {
		return runIn(dir, append([]string{"record", "truce", "--kind", "approve", "--party", "china", "--by", "Xi", "--at", "2025-06-30", "--yes"}, more...)...)
	}
	require.Contains(t, record().out, "Recorded as entry 2")
	for _, more := range [][]string{nil, {"--note", "seen again"}, {"--publisher", "Yicai"}} {
		r := record(more...)
		require.Zero(t, r.code, r)
		require.Contains(t, r.out, "This act is on record: approve china (approve-china-2025-06-30): applied")
		require.Contains(t, r.out, "Nothing is recorded.")
	}
	require.Contains(t, record("--json").out, `"position":0,"on_record":true`)
	require.Contains(t, record("--id", "again").out, "Recorded as entry 3")
	require.Contains(t, record("--modality", "denied").out, "Recorded as entry 4", "another report")
	retract := func(ref string) ran {
		return runIn(dir, "record", "truce", "--kind", "retract", "--ref", ref, "--by", "desk", "--at", "2025-07-01", "--yes")
	}
	r := retract("approve-china-2025-06-31")
	require.Equal(t, exitMisuse, r.code, r)
	require.Contains(t, r.err, `--ref: "approve-china-2025-06-31" is no event of truce; did you mean "approve-china-2025-06-30"?`)
	require.Zero(t, retract("approve-china-2025-06-30").code)
	require.Zero(t, retract("again").code)
	require.Contains(t, record().out, "Recorded as entry 7", "what was voided can be reported anew")
}

func TestWhatRecordLacksIsListedAtOnceAndByFlag(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	for args, want := range map[string]string{
		"record truce":                                                   "missing: --kind, --at; most kinds also need --party, and --by, --role or both",
		"record truce --kind approve":                                    "missing: --role, --at, --party",
		"record truce --kind perform --role approver":                    "missing: --by, --at, --commitment",
		"record truce --kind retract --at 2025-06-30":                    "--ref: missing; retract needs the id of the event it voids",
		"record truce --kind extend --by x --role press --at 2025-06-30": "--until: missing",
	} {
		r := runIn(dir, strings.Fields(args)...)
		require.Equal(t, exitMisuse, r.code, args)
		require.Contains(t, r.err, want, args)
	}
}

func TestADamagedJournalIsTold(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	require.Zero(t, runIn(dir, "import", filepath.Join(dir, "inbox", "more.csv")).code)
	records := filepath.Join(dir, journalName, "0000000001.records")
	text, err := os.ReadFile(records)
	require.NoError(t, err)
	text[len(text)/2] ^= 1
	require.NoError(t, os.WriteFile(records, text, 0o644))
	r := runIn(dir, "verify")
	require.Equal(t, exitNo, r.code)
	require.Contains(t, r.out, "The journal is not whole")
	require.Contains(t, r.out, "dealstate verify --salvage DIR")
	for _, args := range [][]string{{"verify"}, {"state"}, {"check"}} {
		r := runIn(dir, args...)
		require.NotRegexp(t, `\b(Verify|Salvage|Open)\b`, r.String(), "a name of Go's")
		require.Contains(t, r.String(), "journal: position")
	}
	require.Equal(t, exitBadInput, runIn(dir, "state").code)
	r = runIn(dir, "check")
	require.Equal(t, 1, strings.Count(r.out, "journal: position"), r.out)
	require.Contains(t, r.out, "1 problem\n")
	rescued := filepath.Join(dir, "rescued")
	r = runIn(dir, "verify", "--salvage", rescued)
	require.Equal(t, exitNo, r.code, r)
	require.Regexp(t, `\d+ entr(y|ies) copied to`, r.out)
	require.Equal(t, exitMisuse, runIn(dir, "verify", "--salvage", rescued).code, "something is there")
	require.NoError(t, os.RemoveAll(filepath.Join(dir, journalName)))
	require.NoError(t, os.Rename(rescued, filepath.Join(dir, journalName)))
	require.Zero(t, runIn(dir, "verify").code)
	require.Zero(t, runIn(dir, "state").code)
	require.Equal(t, exitMisuse, runIn(folderOf(t), "verify").code, "there is none")
}

// serving runs serve until the test ends it, and gives its address.
func serving(t *testing.T, args ...string) (url string, end func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	a, _, _ := newApp("")
	a.ctx, a.out = ctx, w
	code := make(chan int, 1)
	go func() { code <- a.run(append(args, "--address", "localhost:0", "--json")) }()
	line, err := bufio.NewReader(r).ReadString('\n')
	require.NoError(t, err)
	var at struct{ URL string }
	require.NoError(t, json.Unmarshal([]byte(line), &at))
	return at.URL, func() int { cancel(); return <-code }
}

func TestServeShowsTheFolderAndTakesReportsOnlyIfTold(t *testing.T) {
	t.Parallel()
	event := `{"id":"xi","deal":"truce","kind":"approve","party":"china","by":"Xi","role":"approver","at":"2025-06-30"}`
	for _, c := range []struct {
		args []string
		want int
	}{{nil, http.StatusForbidden}, {[]string{"--record"}, http.StatusOK}} {
		dir := folderOf(t)
		url, end := serving(t, append([]string{"-C", dir, "serve"}, c.args...)...)
		for _, path := range []string{"/", "/deals/truce", "/calendar.ics", "/api/deals"} {
			answer, err := http.Get(url + path)
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, answer.StatusCode, path)
			require.NoError(t, answer.Body.Close())
		}
		foreign, err := http.NewRequest("POST", url+"/api/events", strings.NewReader(event))
		require.NoError(t, err)
		foreign.Host = "evil.example:8080"
		answer, err := http.DefaultClient.Do(foreign)
		require.NoError(t, err)
		require.Equal(t, http.StatusMisdirectedRequest, answer.StatusCode, "a page of another site may lead its name here")
		require.NoError(t, answer.Body.Close())
		answer, err = http.Post(url+"/api/events", "application/json", strings.NewReader(event))
		require.NoError(t, err)
		require.Equal(t, c.want, answer.StatusCode)
		require.NoError(t, answer.Body.Close())
		require.Zero(t, end())
		state := runIn(dir, "state", "truce").out
		require.Equal(t, c.want == http.StatusOK, strings.Contains(state, "  state     approved"), state)
	}
}

func TestAnInterruptEndsACommandWithItsOwnCode(t *testing.T) {
	t.Parallel()
	a, out, text := newApp("")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	a.ctx = ctx
	require.Equal(t, exitInterrupted, a.run([]string{"-C", folderOf(t), "state"}))
	require.Empty(t, out.String())
	require.Equal(t, "dealstate: interrupted\n", text.String())
}

func TestBashCompletesCommandsFlagsAndTheirValues(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	script := run("completion", "bash").out + "\ndealstate() { printf 'truce\\naccord\\n'; }\n"
	require.Equal(t, ran{out: "accord\ntruce\n"}, runIn(folderOf(t), "completion", "deals"))
	for line, want := range map[string]string{"dealstate s": "state serve simulate", "dealstate state --policy ": "strict official reported", "dealstate -C x draw --fo": "--folder --format",
		"dealstate draw t": "timeline truce", "dealstate completion ": "bash zsh fish deals --completion", "dealstate explain tr": "truce", "dealstate record --kind appr": "approve",
		"dealstate record --role g": "government", "dealstate record --modality d": "denied"} {
		typed := strings.Fields(line)
		if strings.HasSuffix(line, " ") {
			typed = append(typed, "")
		}
		quoted := ""
		for _, word := range typed {
			quoted += " '" + word + "'"
		}
		out, err := exec.Command(bash, "-c", script+"\nCOMP_WORDS=("+quoted+"); COMP_CWORD="+fmt.Sprint(len(typed)-1)+"; _dealstate; echo ${COMPREPLY[@]}").CombinedOutput()
		require.NoError(t, err, string(out))
		if first, _, more := strings.Cut(want, " --completion"); more {
			require.True(t, strings.HasPrefix(string(out), first), string(out))
			continue
		}
		require.Equal(t, want+"\n", string(out), line)
	}
}

func TestWhoIsEnoughIsSaidWhereMoreAreAwaited(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.Zero(t, runIn(dir, "init", "many").code)
	for _, args := range [][]string{{"state"}, {"state", "deal"}} {
		require.Contains(t, runIn(dir, args...).out, "thailand, laos (thailand is enough)", args)
	}
	for _, args := range [][]string{{"draw", "timeline", "deal"}, {"report", "deal"}} {
		require.Contains(t, runIn(dir, args...).out, "Thailand, Laos (Thailand is enough)", args)
	}
	require.NotContains(t, runIn(folderOf(t), "state").out, "enough")
	r := runIn(dir, "record", "--kind", "withdraw", "--party", "viet-nam", "--by", "Gazette", "--role", "instrument", "--at", "2025-07-01")
	require.Contains(t, r.out, "The deal stays in awaiting_approvals, and now awaits ")
}

func TestAMinusIsStandardOutput(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	for _, args := range [][]string{{"report", "truce"}, {"draw", "page", "truce"}, {"export", "spells"}, {"export", "xes"}, {"due", "--ics"}} {
		require.Equal(t, runIn(dir, args...), runIn(dir, append(args, "-o", "-")...), args)
	}
	require.NoFileExists(t, "-")
}

func TestNothingIsWrittenOverTheJournal(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	require.Zero(t, runIn(dir, "record", "truce", "--kind", "note", "--by", "Gazette", "--at", "2025-07-01", "--yes").code)
	kept := filepath.Join(dir, journalName)
	require.NoError(t, os.Symlink(kept, filepath.Join(dir, "link")))
	before := runIn(dir, "verify")
	require.Zero(t, before.code, before)
	for _, to := range []string{kept, filepath.Join(kept, "0000000001.jsonl"), filepath.Join(kept, "new.csv"), filepath.Join(kept, "new", "a.csv"), filepath.Join(dir, "link", "LOCK"), filepath.Join(dir, "link", "new", "a.csv"),
		filepath.Join(dir, "numbers", "..", journalName, "LOCK")} {
		for _, args := range [][]string{{"export", "states", "--format", "csv"}, {"export", "all"}, {"export", "xes"}, {"export", "sqlite"}, {"due", "--ics"}, {"draw", "timeline", "truce", "--format", "svg"}, {"report"}} {
			r := runIn(dir, append(args, "-o", to)...)
			require.Equal(t, exitMisuse, r.code, "%s -o %s: %v", args, to, r)
			require.Contains(t, r.err, "it is in the journal", args)
		}
	}
	require.Equal(t, exitMisuse, runIn(dir, "verify", "--salvage", filepath.Join(kept, "whole")).code)
	require.Equal(t, before, runIn(dir, "verify"))
	names, err := os.ReadDir(kept)
	require.NoError(t, err)
	require.Len(t, names, 3, "%v", names)
}

func TestAPageDoesNotTakeThePlaceOfTheBoard(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	board := filepath.Join(dir, "pages", "index.html")
	require.Zero(t, runIn(dir, "report", "truce", "-o", board).code, "there is no board yet")
	require.Zero(t, runIn(dir, "report", "-o", filepath.Join(dir, "pages")).code)
	r := runIn(dir, "report", "truce", "-o", board)
	require.Equal(t, exitMisuse, r.code, r)
	require.Contains(t, r.err, "it is the board of the pages")
}

func TestAFlagIsFollowedOrRefused(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	for _, picture := range []string{"diagram", "rules", "balance"} {
		require.Equal(t, exitMisuse, runIn(dir, "draw", picture, "truce", "--compare").code, picture)
	}
	for line, problem := range map[string]string{
		"due --title Mine":                                      "--title is for a calendar; add --ics, or leave it out",
		"due -o FOLDER/due.ics":                                 "--output is for a calendar; add --ics",
		"draw rules truce --policy official":                    "--policy is for what was reported; draw the deal in its rules with diagram",
		"draw balance truce --compare":                          "--compare is for a timeline and a page; draw one of these",
		"report truce --title Mine":                             "--title is for the board of all deals; name its folder with -o, and no deal",
		"report --title Mine -o FOLDER/a.html":                  "--title is for the board",
		"check --to approved":                                   "--to is for the paths of a deal; name one",
		"check --known-by 2025-06-26":                           "--known-by is for the paths of a deal",
		"verify --head 3 --salvage FOLDER/rescued":              "--head is for a journal that is only read; verify without --salvage first",
		"init --template many":                                  "name the template of init without dashes, as in dealstate init many",
		"diff truce strict official --policy reported":          "--policy is for a view that names no policy; name it in one place only",
		"export spells --every 3":                               "--every is for panel and balances; export one of these, or all",
		"export xes --format csv":                               "--format is for a table; export one",
		"export list -o FOLDER/list.txt":                        "--output is for what is exported",
		"export pnml truce --as-of 2025-06-26":                  "--as-of is for what was reported",
		"export events --known-by 2025-06-26":                   "--known-by is for what reports did; export decisions",
		"export policy-changes --policy official":               "--policy is for one policy; export states; this has every policy",
		"export sqlite --policy official -o FOLDER/a":           "--policy is for one policy",
		"export panel --as-of 2025-06-26 --known-by 2025-06-25": "--known-by is for the last date where there is no --as-of",
	} {
		r := runIn(dir, strings.Fields(strings.ReplaceAll(line, "FOLDER", dir))...)
		require.Equal(t, exitMisuse, r.code, line)
		require.Contains(t, r.err, problem, line)
		require.Empty(t, r.out, line)
	}
	for _, line := range []string{"due --title Mine --ics", "due -o -", "check truce --to approved", "diff truce strict 2025-06-26 --policy official", "export panel --every 3", "report --title Mine -o FOLDER/pages", "export lags"} {
		require.Zero(t, runIn(dir, strings.Fields(strings.ReplaceAll(line, "FOLDER", dir))...).code, line)
	}
	require.Regexp(t, `due +after 1 Aug 2025 .*\nend of 12 Aug 2025 +12 days`, runIn(dir, "due", "--from", "2025-08-01").out)
}

// A flag that was renamed would be ignored again.
func TestEveryFlagThatMayBeIgnoredIsOneOfItsCommand(t *testing.T) {
	t.Parallel()
	for _, of := range ignoredFlags {
		var known []string
		for _, c := range model(t).Model.Children {
			if c.Name == of.command {
				known = namesOfFlags(c)
			}
		}
		require.Subset(t, known, of.flags, of.command)
	}
}

func namesOfFlags(c *kong.Node) (names []string) {
	for _, group := range c.AllFlags(true) {
		for _, f := range group {
			names = append(names, f.Name)
		}
	}
	return names
}

func TestHelpAndVersionAreToldInEachWay(t *testing.T) {
	t.Parallel()
	require.Equal(t, run("state", "--help"), run("help", "state"))
	require.Equal(t, run("--help"), run("help"))
	require.Regexp(t, `^dealstate [^(]+\n$`, run("--version").out)
	require.Regexp(t, `^\{"version":"[^(]+"\}\n$`, run("--version", "--json").out)
	require.Equal(t, "v1.2.3", versionOf(&debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}))
	require.Equal(t, "built from source, commit 0123456789ab, with changes", versionOf(&debug.BuildInfo{Main: debug.Module{Version: "(devel)"},
		Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "true"}}}))
}

// A shell runs what it completes from; a stranger's agreement may be in the folder.
func TestNoIDThatAShellWouldRunIsCompleted(t *testing.T) {
	t.Parallel()
	dir := folderOf(t)
	for i, id := range []string{"$(touch${IFS}x)", "`id`", "a;b", "-x", "a'b", `a"b`, "a*"} {
		text, err := json.Marshal(dealstate.Agreement{ID: id, Parties: []dealstate.Party{{ID: "a"}, {ID: "b"}}})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprint(i, ".json")), text, 0o644))
	}
	require.Equal(t, ran{out: "accord\ntruce\n"}, runIn(dir, "completion", "deals"))
}

// Every template is right, and so is the folder that it makes.
func TestEveryTemplateMakesAFolderThatIsRight(t *testing.T) {
	t.Parallel()
	for _, template := range []string{"two", "many", "treaty", "london"} {
		dir := t.TempDir()
		require.Zero(t, runIn(dir, "init", template, "--id", "mine").code, template)
		r := runIn(dir, "check")
		require.Zero(t, r.code, r)
		var rows []string
		for line := range strings.Lines(runIn(dir, "state").out) {
			rows = append(rows, line)
		}
		require.Len(t, rows, 2, template)
		require.NotContains(t, rows[1], " negotiated ", "%s: something has happened", template)
		text, err := os.ReadFile(filepath.Join(dir, "README.md"))
		require.Equal(t, template == "london", err != nil)
		require.NotRegexp(t, "DEAL|KEYS|DATE", string(text))
		for _, file := range regexp.MustCompile(`[\w.]+\.(md|json|csv)\b`).FindAllString(string(text), -1) {
			require.FileExists(t, filepath.Join(dir, file), "the README names it")
		}
		require.Equal(t, exitMisuse, runIn(dir, "init", template, "--id", "mine").code, "nothing is written over")
	}
	require.Equal(t, exitMisuse, runIn(t.TempDir(), "init", "--id", "../x").code)
}
