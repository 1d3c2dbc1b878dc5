package scenario_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func treaty(t testing.TB) dealstate.Agreement {
	t.Helper()
	a, err := dealtest.Resolve(scenario.Ref{File: "treaty.json"}, "testdata")
	require.NoError(t, err)
	return a
}

func parse(t testing.TB, source string) *scenario.File {
	t.Helper()
	f, err := scenario.Parse("test", strings.NewReader(source))
	require.NoError(t, err)
	return f
}

// told runs the only scenario of a source on the treaty.
func told(t testing.TB, lines ...string) scenario.Result {
	t.Helper()
	f := parse(t, "scenario told\nagreement treaty.json\n"+strings.Join(lines, "\n"))
	r, err := scenario.Run(f.Scenarios[0], treaty(t))
	require.NoError(t, err)
	return r
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if dealtest.Updating() {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestTheDocumentedScenarioGoesAsTold(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(doc), "// # A file\n//\n")
	require.True(t, ok)
	rest, _, ok = strings.Cut(rest, "//\n// # Grammar")
	require.True(t, ok)
	source := strings.ReplaceAll(rest, "//\t", "")
	f := parse(t, source)
	require.Equal(t, source, f.String(), "the documentation shows the canonical form")
	r, err := scenario.Run(f.Scenarios[0], treaty(t))
	require.NoError(t, err)
	require.Empty(t, r.Failures)
}

func TestFormatIsCanonicalAndKeepsTheMeaning(t *testing.T) {
	t.Parallel()
	messy, err := os.ReadFile("testdata/messy.scenario")
	require.NoError(t, err)
	f := parse(t, string(messy))
	golden(t, "messy.golden", f.String())
	again := parse(t, f.String())
	require.Equal(t, f.String(), again.String())
	for _, file := range []*scenario.File{f, again} {
		r, err := scenario.Run(file.Scenarios[0], treaty(t))
		require.NoError(t, err)
		for _, failure := range r.Failures {
			t.Errorf("line %d: %s", failure.Line, failure.Message)
		}
	}
}

func TestWindowsLineEndsAndAByteOrderMarkMeanNothing(t *testing.T) {
	t.Parallel()
	f := parse(t, "\ufeffscenario a\r\ndeal london\r\n2025-06-10 submit as negotiator by x\r\n  applied\r\n")
	require.Equal(t, "scenario a\ndeal london\n2025-06-10 submit by x as negotiator\n  applied\n", f.String())
}

// head is two lines before whatever is wrong.
const head = "scenario s\ndeal london\n"

func TestSyntaxErrorsSayWhereAndWhatIsExpected(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	for _, source := range []string{
		"approve china", "scenario", "scenario a\n2025-06-20 approve china", "scenario a\n", "scenario a\nscenario b\n",
		"scenario a\ndeal", "scenario a\ndeal \"\"", "scenario a\ndeal london geneva", "scenario a\ndeal london under", "scenario a\ndeal london under nobody",
		head + "deal geneva", head + "scenario s\ndeal london", "  state approved", head + "20 June approve china",
		head + "2025-06-31 approve china", head + "0001-01-01 approve china", head + "2025-06-20", head + "2025-06-20 aproves china", head + "2025-06-20 deadline",
		head + "2025-06-20 time flies", head + "2025-06-20 time passes slowly", head + "2025-06-20 approve china us", head + "2025-06-20 approve china by",
		head + "2025-06-20 approve china by as press", head + "2025-06-20 approve china by Xi as boss", head + "2025-06-20 approve china by Xi by Xi",
		head + "2025-06-20 approve china conditional denied", head + "2025-06-20 approve china revision two", head + "2025-06-20 approve china revision 0",
		head + "2025-06-20 approve china known yesterday", head + "2025-06-20 approve china nobody", head + "2025-06-20 approve china saying \"open",
		head + "2025-06-20 approve china saying \"a\"b", head + "2025-06-20 approve china \"us\"", head + "2025-06-20 approve china # at last", head + "2025-06-20 approve china by \"\\xff\"",
		head + "  applied", head + "2025-06-20 time passes\n  applied", head + "2025-06-20 time passes\n  revised nothing",
		head + "2025-06-20 submit\n  sate approved", head + "2025-06-20 submit\n  2025-06-21 submit", head + "2025-06-20 submit\n  state", head + "2025-06-20 submit\n  state approved now",
		head + "2025-06-20 submit\n  state approved under strict under official", head + "2025-06-20 submit\n  state approved as at 2025-06-20", head + "2025-06-20 submit\n  state approved as of noon",
		head + "2025-06-20 submit\n  refused us has not approved", head + "2025-06-20 submit\n  refused:", head + "2025-06-20 submit\n  warning", head + "2025-06-20 submit\n  awaiting",
		head + "2025-06-20 submit\n  awaiting us,", head + "2025-06-20 submit\n  awaiting us,,china", head + "2025-06-20 submit\n  awaiting us china", head + "2025-06-20 submit\n  awaiting under strict",
		head + "2025-06-20 submit\n  revision one", head + "2025-06-20 submit\n  fires bell", head + "2025-06-20 submit\n  next bell", head + "2025-06-20 submit\n  next term", head + "2025-06-20 submit\n  nothing happens here",
		// Comments stand on lines of their own.
		"scenario a # draft", "scenario #1\ndeal london", "scenario a\ndeal london # the framework", "scenario a\ndeal #1", head + "2025-06-20 # nothing",
		head + "2025-06-20 approve china by xi # denied", head + "2025-06-20 approve china by xi #denied", head + "2025-06-20 approve china by xi # known 2025-07-01",
		head + "2025-06-20 approve # china", head + "2025-06-20 approve china by # xi", head + "2025-06-20 approve china source Xinhua # by xi",
		head + "2025-06-20 approve china id #1", head + "2025-06-20 approve china saying \"yes\" # conditional", head + "2025-06-20 time passes # quickly", head + "2025-06-20 retract # one",
		head + "2025-06-20 submit\n  applied # it is", head + "2025-06-20 submit\n  applied: submission counts # it does", head + "2025-06-20 submit\n  applied # why: so",
		head + "2025-06-20 submit\n  state # approved", head + "2025-06-20 submit\n  awaiting us, #china", head + "2025-06-20 submit\n  no warning # none", head + "2025-06-20 submit\n  nothing happens # at all",
		head + "2025-06-20 submit\n  refused: \"#1 is open\" # yet",
		// Nor does white space of another kind hide one.
		head + "2025-06-20 approve china by xi\u00a0# denied", "scenario a\u3000# draft", head + "2025-06-20 submit\n  applied: it counts\u00a0#really",
		// A name ends where something else is said of the act.
		head + "2025-06-20 approve us by trump on tuesday", head + "2025-06-20 approve us by trump on tuesday as approver", head + "2025-06-20 approve us by trump 2025-06-21 denied",
		head + "2025-06-20 approve us by trump but denied", head + "2025-06-20 approve us by Bank of China", head + "2025-06-20 approve us source AP at noon url x", head + "2025-06-20 approve us by trump under strict",
		head + "2025-06-20 approve us by trump nobody", head + "2025-06-20 approve us saying not denied", head + "2025-06-20 approve us saying denied", head + "2025-06-20 approve us published 20 June 2025",
		// Of a word that is misspelt, the nearest.
		"scenrio a", "scenario a\nagrement treaty.json", "scenario a\ndeal london under oficial", head + "scenaro b", head + "2025-06-20 tiem passes", head + "2025-06-20 approve china sayng \"a\"",
		head + "2025-06-20 approve china by Xi as goverment", head + "2025-06-20 approve china coditional", head + "2025-06-20 submit\n  verdict peding", head + "2025-06-20 submit\n  fires deadlin", head + "2025-06-20 submit\n  next efect",
		// Of a clock that several have, whose it is; behind a name, only an instant.
		head + "2025-06-20 submit\n  fires notice", head + "2025-06-20 submit\n  fires deadline, overdue us-tariff-cut", head + "2025-06-20 submit\n  next timer", head + "2025-06-20 submit\n  next notice of",
		head + "2025-06-20 submit\n  next notice of us", head + "2025-06-20 submit\n  next timer by 2025-07-01", head + "2025-06-20 submit\n  revised notice of, x",
		head + "2025-06-20 submit\n  leaves us 2025-06-31", head + "2025-06-20 submit\n  leaves us tomorrow", head + "2025-06-20 submit\n  signed us 2025-06-20", head + "2025-06-20 submit\n  in us", head + "2025-06-20 submit\n  overdue",
		head + "2025-06-20 submit\n  provisonal us", head + "2025-06-20 apply us until yesterday",
		head + "2025-06-20 submit by \x01", head + "2025-06-20 submit by \xff", head + "2025-06-20 submit by é \xff",
	} {
		_, err := scenario.Parse("london.scenario", strings.NewReader(source))
		var syntax *scenario.SyntaxError
		require.ErrorAs(t, err, &syntax, source)
		lines := strings.Split(source, "\n")
		got.WriteString(strings.ToValidUTF8(lines[syntax.Line-1], "\ufffd") + "\n" + strings.Repeat(" ", syntax.Column-1) + "^\n" + err.Error() + "\n\n")
	}
	golden(t, "syntax_errors.golden", got.String())
}

func TestWhatTheAgreementCannotMeanIsPointedAt(t *testing.T) {
	t.Parallel()
	for act, want := range map[string]string{
		"2025-06-20 approve chian by xi":                              `:3:20: party: "chian" is not a party; want one of us, china; did you mean "china"?`,
		"2025-06-20 approve by xi":                                    `:3:12: party: missing; approve needs the party whose act it is`,
		"2025-06-20 approve china by Wang":                            `:3:29: in what role does "Wang" speak? No party names it as approver; want: as instrument, approver, government, negotiator, counterparty or press`,
		"2025-06-20 approve china by Wang as approver":                `:3:29: by: "Wang" is not the approver of china: want "Xi" or another of its whole names; if this is one, list it in parties[1].aliases; for another speaker the role is government, negotiator or counterparty`,
		"2025-06-20 perform commitment x":                             `:3:31: commitment: "x" is not a commitment of this agreement`,
		"2025-06-20 perform x":                                        `:3:12: commitment: "x" is not a commitment of this agreement`,
		"2025-06-20 perform china us-tariff-cut":                      `:3:20: party: "china"; us-tariff-cut is a commitment of "us"`,
		"2025-06-20 extend":                                           `:3:12: until: missing; extend needs the new instant, in RFC 3339, or a date`,
		"2025-06-20 approve china until 2025-07-01":                   `:3:32: until: given on approve; only an extend or a withdraw has one`,
		"2025-06-20 note published May":                               `:3:27: source.published: "May" is no date; want one such as 2025-06-27, or an RFC 3339 instant`,
		"2025-06-20 note id a\n2025-06-21 note known 2025-06-22 id a": `:4:37: id: "a" is recorded with other content; retract it and record the correction under a new id`,
	} {
		f := parse(t, "scenario s\nagreement treaty.json\n"+act)
		_, err := scenario.Run(f.Scenarios[0], treaty(t))
		require.EqualError(t, err, want, act)
		var syntax *scenario.SyntaxError
		require.ErrorAs(t, err, &syntax)
	}
}

func TestAnAgreementThatDoesNotCompileIsNamedAtItsLine(t *testing.T) {
	t.Parallel()
	f := parse(t, "scenario s\nagreement treaty.json\n")
	_, err := scenario.Run(f.Scenarios[0], dealstate.Agreement{ID: "x"})
	require.EqualError(t, err, ":2:11: the agreement is not well-formed: parties: none; want at least one")
}

func TestRolesFollowFromWhoSpeaks(t *testing.T) {
	t.Parallel()
	a := treaty(t)
	for _, c := range []struct {
		kind      dealstate.Kind
		party, by string
		want      dealstate.Role
	}{
		{dealstate.Approve, "china", "xi", dealstate.Approver},
		{dealstate.Approve, "china", "Xi Jinping", dealstate.Approver},
		{dealstate.Approve, "china", "President Trump", dealstate.Counterparty},
		{dealstate.Approve, "china", "", dealstate.Approver},
		{dealstate.Approve, "china", "Wang", 0},
		{dealstate.Implement, "", "trump", dealstate.Approver},
		{dealstate.Retract, "", "xi", 0},
		{dealstate.Note, "", "", 0},
	} {
		require.Equal(t, c.want, scenario.NewVoices(a).Role(dealstate.Event{Kind: c.kind, Party: c.party, By: c.by}), "%+v", c)
	}
	bare := dealstate.Agreement{Parties: []dealstate.Party{{ID: "fiji", Name: "Republic of Fiji"}}}
	require.Equal(t, dealstate.Approver, scenario.NewVoices(bare).Role(dealstate.Event{Kind: dealstate.Approve, Party: "fiji", By: "republic of fiji"}))
	require.Zero(t, scenario.NewVoices(bare).Role(dealstate.Event{Kind: dealstate.Approve, Party: "fiji", By: "Republic"}))
}

func TestActsOfOneInstantAndKindFoldAsWritten(t *testing.T) {
	t.Parallel()
	var lines, want []string
	for n := range 11 { // so that numbers of two digits come into it
		lines = append(lines, "2025-06-20 dispute "+[]string{"us", "china"}[n%2], "  applied", "  revised nothing")
		want = append(want, fmt.Sprintf("%02d-dispute-%s", n+1, []string{"us", "china"}[n%2]))
	}
	report := told(t, lines...)
	require.Empty(t, report.Failures)
	var ids []string
	for e := range report.Deal.Events() {
		ids = append(ids, e.ID)
	}
	require.Equal(t, want, ids)
}

// Law 11: a date is all that most acts have.
func TestOfActsOfOneDayWhatEnablesComesFirstWhereverItIsWritten(t *testing.T) {
	t.Parallel()
	require.Empty(t, told(t,
		"2025-06-20 implement", "  refused",
		"2025-06-20 approve us", "  awaiting china",
		"2025-06-20 approve china", "  state implemented", "  revised 01-implement").Failures)
}

// What runs to the end of a line, or over several words, is read back as it was
// written, whatever is in it.
func TestNamesAndTextsAreReadBackAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"#1", "a # b", "a #b", "a#b", `"quoted"`, `"quoted" once`, `say "so"`, "a\tb", "trump on tuesday", "Bank of China", "Room 7", "7 up",
		"by", "the Diet", "中国 商务部", "a \u202e b", "ends in #", "\x01", "12", "नरेंद्र मोदी"} {
		s := scenario.Scenario{Name: text, Agreement: scenario.Ref{Deal: text}, Steps: []scenario.Step{{
			At: time.Date(2025, 6, 20, 0, 0, 0, 0, time.UTC),
			Act: dealstate.Event{Kind: dealstate.Approve, Party: text, By: text, ID: text, Ref: text, Commitment: text, Note: text,
				Source: dealstate.Source{Publisher: text, URL: text, Published: text}},
			Expect: []scenario.Expectation{{Verb: scenario.Refused, Text: text}, {Verb: scenario.State, Names: []string{text}}, {Verb: scenario.Awaiting, Names: []string{text, text}}},
		}}}
		f, err := scenario.Parse("f", strings.NewReader(s.String()))
		require.NoError(t, err, s.String())
		squashed := strings.Join(strings.Fields(text), " ")
		got := f.Scenarios[0]
		require.Equal(t, squashed, got.Name)
		require.Equal(t, text, got.Agreement.Deal)
		require.Equal(t, s.Steps[0].Act, got.Steps[0].Act)
		require.Equal(t, squashed, got.Steps[0].Expect[0].Text)
		require.Equal(t, s.Steps[0].Expect[1].Names, got.Steps[0].Expect[1].Names)
		require.Equal(t, s.Steps[0].Expect[2].Names, got.Steps[0].Expect[2].Names)
		require.Equal(t, f.String(), parse(t, f.String()).String())
	}
}

// Every act that says something, with a comment behind it: it is never read as
// part of the act.
func TestNoTrailingCommentIsEverReadAsPartOfALine(t *testing.T) {
	t.Parallel()
	messy, err := os.ReadFile("testdata/messy.golden")
	require.NoError(t, err)
	for i, text := range strings.Split(string(messy), "\n") {
		body := strings.TrimSpace(text)
		if body == "" || body[0] == '#' {
			continue
		}
		for _, comment := range []string{" # denied", "\t#known 2025-01-01", " # under strict", " #"} {
			lines := strings.Split(string(messy), "\n")
			lines[i] += comment
			_, err := scenario.Parse("f", strings.NewReader(strings.Join(lines, "\n")))
			var syntax *scenario.SyntaxError
			require.ErrorAs(t, err, &syntax, lines[i])
			require.Equal(t, i+1, syntax.Line)
			require.Contains(t, syntax.Problem, "a comment stands on a line of its own", lines[i])
		}
	}
}

// The accord's story has every way of leaving, applying, suspending and breaking.
func TestTheAccordGoesAsTold(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("testdata/accord.scenario")
	require.NoError(t, err)
	accord, err := dealtest.Resolve(scenario.Ref{File: "accord.json"}, "testdata")
	require.NoError(t, err)
	f := parse(t, string(source))
	require.Equal(t, string(source), f.String(), "it is in the canonical form")
	r, err := scenario.Run(f.Scenarios[0], accord)
	require.NoError(t, err)
	for _, failure := range r.Failures {
		t.Errorf("line %d: %s", failure.Line, failure.Message)
	}
	events, err := f.Scenarios[0].Events(accord)
	require.NoError(t, err)
	survive(t, accord, events)
}

// everyVerb holds once, and fails once, for each verb.
var everyVerb = []struct{ holds, fails, got string }{
	{"applied", "refused", "applied"},
	{"applied: approval by china counts", "applied: us has not approved", ""},
	{"applied under official", "noted under strict", "applied under strict"},
	{"state awaiting_trump_approval", "state ?", "state awaiting_trump_approval"},
	{"state negotiated as of 2025-06-19", "state approved as of 2025-06-19", "state negotiated as of 2025-06-19"},
	{"awaiting us", "awaiting us, china", "awaiting us"},
	{"awaiting us, china as of 2025-06-19", "awaiting nobody", "awaiting us"},
	{"approved china", "approved nobody", "approved china"},
	{"verdict pending", "verdict met", "verdict pending"},
	{"revision 1", "revision 2", "revision 1"},
	{"next deadline 2025-07-01", "next nothing", "next deadline 2025-07-01"},
	{"next deadline 2025-07-01", "next deadline 2025-07-02", "next deadline 2025-07-01"},
	{"fires nothing", "fires deadline", "fires nothing"},
	{"revised nothing", "revised deadline", "revised nothing"},
	{"warning: the record is known to be incomplete: two annexes are not public", "no warning", "warning: the record is known to be incomplete: two annexes are not public"},
	{"warning: incomplete", "warning: early", ""},
	{"applied: counted", "applied: not_approved", ""},
	{"warning: the record is known to be incomplete: two annexes are not public", "warning: flood", "warning: the record is known to be incomplete: two annexes are not public"},
	{"state awaiting_trump_approval", "nothing happens", "state awaiting_trump_approval"},
	{"signed nobody", "signed us", "signed nobody"},
	{"provisional nobody", "provisional us", "provisional nobody"},
	{"in force nobody", "in force us 2025-06-20", "in force nobody"},
	{"leaves nobody", "leaves china", "leaves nobody"},
	{"suspended nothing", "suspended us-tariff-cut", "suspended nothing"},
	{"performed nothing", "performed us-tariff-cut", "performed nothing"},
	{"overdue nothing", "overdue us-tariff-cut 2025-06-20", "overdue nothing"},
	{"rejected nobody", "rejected us", "rejected nobody"},
	{"withdrawn nobody", "withdrawn china", "withdrawn nobody"},
	{"stale nobody", "stale us, china", "stale nobody"},
	{"disputed nothing", "disputed 01-dispute-us 2025-06-20", "disputed nothing"},
	{"breached nothing", "breached us-tariff-cut", "breached nothing"},
}

func TestEveryExpectationCanHoldAndFail(t *testing.T) {
	t.Parallel()
	const act = "2025-06-20 approve china by xi"
	for _, c := range everyVerb {
		require.Empty(t, told(t, act, "  "+c.holds).Failures, c.holds)
		failures := told(t, act, "  "+c.fails).Failures
		require.Len(t, failures, 1, c.fails)
		require.Equal(t, 4, failures[0].Line)
		got := failures[0].Got.String()
		if c.got != "" {
			require.Equal(t, c.got, got)
		}
		require.Empty(t, told(t, act, "  "+got).Failures, "what holds instead holds")
	}
}

func TestNothingHappensSaysWhatDid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ before, act, got string }{
		{"2025-06-20 submit us", "2025-06-21 note", ""},
		{"2025-06-20 submit us", "2025-06-21 approve us by x as press", ""},
		{"2025-06-20 submit us", "2025-06-21 approve us", "state awaiting_xi_approval"},
		{"2025-06-20 submit us", "2025-06-21 amend", "revision 2"},
		{"2025-06-20 submit us", "2025-06-21 extend until 2025-08-01", "next deadline 2025-08-01"},
		{"2025-06-20 submit us", "2025-06-21 perform us-tariff-cut", "performed us-tariff-cut 2025-06-21"},
		{"2025-06-20 submit us", "2025-06-21 dispute china", "disputed 02-dispute-china 2025-06-21"},
		{"2025-06-20 submit us", "2025-07-01 time passes", "fires deadline"},
	} {
		failures := told(t, c.before, c.act, "  nothing happens").Failures
		if c.got == "" {
			require.Empty(t, failures, c.act)
			continue
		}
		require.Len(t, failures, 1, c.act)
		require.Equal(t, c.got, failures[0].Got.String(), c.act)
	}
}

func TestEachStandingAndEveryOpenDisputeCanBeSaid(t *testing.T) {
	t.Parallel()
	require.Empty(t, told(t, "2025-06-20 approve us", "2025-06-21 amend", "  stale us", "  rejected nobody",
		"2025-06-22 reject china", "  rejected china", "  stale us", "  withdrawn nobody").Failures)
	require.Empty(t, told(t, "2025-06-20 approve us", "2025-06-21 withdraw us", "  withdrawn us", "  rejected nobody").Failures)
	require.Empty(t, told(t, "2025-06-20 dispute us id first", "2025-06-21 dispute china id second", "  disputed second, first 2025-06-20",
		"2025-06-22 settle ref first", "  disputed second 2025-06-21", "2025-06-23 settle ref second", "  disputed nothing").Failures)
}

func TestRevisedMeansDecidedOtherwise(t *testing.T) {
	t.Parallel()
	r := told(t, "2025-06-12 amend id first", "2025-06-14 amend id second", "2025-06-16 note id aside",
		"2025-06-17 implement id early", "  refused", "2025-06-18 approve us id us", "2025-06-19 approve china id china", "  applied",
		// The second amendment is of another number now; the rest went as it did.
		"2025-06-20 retract first", "  revised first, second", "  state approved",
		"2025-06-20 retract us", "  revised us, china", "  state awaiting_trump_approval",
		"2025-07-01 time passes", "2025-06-16 approve us known 2025-07-02", "  revised china, effect, deadline")
	for _, f := range r.Failures {
		t.Errorf("line %d: %s", f.Line, f.Message)
	}
}

func TestCommitmentsAreNamedInEveryWay(t *testing.T) {
	t.Parallel()
	for _, act := range []string{"perform us-tariff-cut", "perform us us-tariff-cut", "perform us commitment us-tariff-cut", "perform commitment us-tariff-cut"} {
		r := told(t, "2025-06-20 "+act, "  applied")
		require.Empty(t, r.Failures, act)
		require.Equal(t, "us", r.Decisions[0].Party)
	}
}

func TestManyPartiesAreNotAllListed(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "many"}
	for i := range 50 {
		a.Parties = append(a.Parties, dealstate.Party{ID: fmt.Sprintf("p%02d", i)})
	}
	r, err := scenario.Run(parse(t, "scenario s\ndeal many\n2025-06-20 note\n  awaiting nowhere").Scenarios[0], a)
	require.NoError(t, err)
	require.Contains(t, r.Failures[0].Message, "No party is called nowhere; they are p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11 and 38 more.")
}

func TestExpectationsThatSayNothingFailInsteadOfPanicking(t *testing.T) {
	t.Parallel()
	for verb := range scenario.NothingHappens + 3 {
		s := scenario.Scenario{Name: "odd", Agreement: scenario.Ref{File: "treaty.json"}, Expect: []scenario.Expectation{{Verb: verb}},
			Steps: []scenario.Step{{At: time.Date(2025, 6, 20, 0, 0, 0, 0, time.UTC), Act: dealstate.Event{Kind: dealstate.Note}, Expect: []scenario.Expectation{{Verb: verb}}}}}
		r, err := scenario.Run(s, treaty(t))
		require.NoError(t, err)
		require.True(t, !r.OK() || verb.String() != "", "a verb that is unknown cannot hold")
		require.NotPanics(t, func() { _ = s.String() })
	}
}

func TestWhatAViewDoesNotSeeCannotHold(t *testing.T) {
	t.Parallel()
	failures := told(t, "2025-06-20 approve us known 2025-06-22", "  applied known by 2025-06-21").Failures
	require.Len(t, failures, 1)
	require.Zero(t, failures[0].Got.Verb)
	require.Contains(t, failures[0].Message, "got: the act is not seen in this view")
}

func TestTimePassesAndClocksFire(t *testing.T) {
	t.Parallel()
	r := told(t,
		"2025-06-20 approve us", "2025-06-25 approve china", "  state approved", "  next effect 2025-07-05",
		"2025-07-04 time passes", "  nothing happens",
		"2025-09-01 time passes", "  fires effect, term", "  state expired", "  next nothing",
		"2025-06-26 reject china known 2025-09-02", "  state lapsed", "  revised effect, term", "  state expired known by 2025-09-01",
		"2025-06-25 approve china id 02-approve-china", "  duplicate")
	for _, f := range r.Failures {
		t.Log(f.Line, f.Message)
	}
	require.NotEmpty(t, r.Decisions)
}

func TestLookingNeverTurnsTheClockBack(t *testing.T) {
	t.Parallel()
	r := told(t, "2025-08-01 time passes", "  state lapsed", "2025-06-20 approve us", "  state lapsed", "  state awaiting_xi_approval as of 2025-06-20")
	require.Empty(t, r.Failures)
}

func TestRewriteChangesOnlyWhatFails(t *testing.T) {
	t.Parallel()
	source := "# mine\r\nscenario told\n\nagreement   treaty.json\n2025-06-20  approve china by xi\n\tstate ?\r\n  awaiting   us\n   verdict met\n  applied under official known by 2025-01-01"
	f := parse(t, source)
	r, err := scenario.Run(f.Scenarios[0], treaty(t))
	require.NoError(t, err)
	require.Len(t, r.Failures, 3)
	want := "# mine\r\nscenario told\n\nagreement   treaty.json\n2025-06-20  approve china by xi\n\tstate awaiting_trump_approval\r\n  awaiting   us\n   verdict pending\n  applied under official known by 2025-01-01"
	require.Equal(t, want, scenario.Rewrite(source, r.Failures))
}

func TestEventsSurviveBeingWrittenAsAScenario(t *testing.T) {
	t.Parallel()
	for _, a := range uschina.Agreements() {
		var events []dealstate.Event
		for e, err := range uschina.Events() {
			require.NoError(t, err)
			if e.Deal == a.ID {
				events = append(events, e)
			}
		}
		survive(t, a, events)
		for seed := range uint64(5) {
			for _, style := range dealtest.Styles() {
				log, err := dealtest.Log(a, style, seed, 60)
				require.NoError(t, err)
				survive(t, a, log)
			}
		}
	}
}

func survive(t *testing.T, a dealstate.Agreement, events []dealstate.Event) {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, scenario.Write(&text, scenario.FromEvents("the log", scenario.Ref{Deal: a.ID}, events...)))
	back, err := parse(t, text.String()).Scenarios[0].Events(a)
	require.NoError(t, err)
	require.Len(t, back, len(events))
	for i := range events {
		require.True(t, events[i].Same(back[i]), "%+v\n%+v", events[i], back[i])
	}
}

func TestAFileOfLongLinesIsReadInGoodTime(t *testing.T) { // alone, for it measures
	long := strings.Repeat("a ", 500_000)
	begun := proof.CPU()
	for _, source := range []string{"scenario " + long, "scenario s\ndeal d\n2025-06-20 submit by " + long, "scenario s\ndeal d\n2025-06-20 submit by x " + long + "\n  applied: " + long} {
		_, err := scenario.Parse("f", strings.NewReader(source+"\ndeal d\n"))
		_ = err // whether it can be understood is not the question
	}
	require.Less(t, proof.CPU()-begun, 10*time.Second)
}

func TestReadingIsBounded(t *testing.T) {
	t.Parallel()
	_, err := scenario.Parse("f", strings.NewReader(strings.Repeat("\n", scenario.MaxLines+1)))
	require.EqualError(t, err, "f:100001:1: the file is too long; want at most 100000 lines and 16777216 bytes")
	_, err = scenario.Parse("f", strings.NewReader("\n"+strings.Repeat("#", dealstate.MaxLine+3)))
	require.EqualError(t, err, "f:2:1: the line is longer than 1048576 bytes")
	line := strings.Repeat("#", 1<<20-1) + "\n"
	_, err = scenario.Parse("f", strings.NewReader(strings.Repeat(line, 17)))
	require.ErrorContains(t, err, "f:17:1: the file is too long")
	broken := errors.New("broken disk")
	_, err = scenario.Parse("f", iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}

func TestLongTimelinesAreCutAroundTheMark(t *testing.T) {
	t.Parallel()
	lines := []string{}
	for range 100 {
		lines = append(lines, "2025-06-20 note")
	}
	message := told(t, slices.Concat(lines, []string{"  state approved"}, lines)...).Failures[0].Message
	require.Contains(t, message, "… 69 more\n")
	require.Less(t, strings.Count(message, "\n"), 100)
}

func TestAScenarioMadeByAProgramRunsAndPrints(t *testing.T) {
	t.Parallel()
	s := scenario.Scenario{Name: "made", Agreement: scenario.Ref{File: "treaty.json"}, Steps: []scenario.Step{
		{At: time.Date(2025, 6, 20, 0, 0, 0, 0, time.UTC), Act: dealstate.Event{Kind: dealstate.Approve, Party: "us"}},
		{At: time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC), Expect: []scenario.Expectation{{Verb: scenario.State, Names: []string{"implemented"}}}},
	}}
	r, err := scenario.Run(s, treaty(t))
	require.NoError(t, err)
	require.False(t, r.OK())
	require.Equal(t, "scenario made\nagreement treaty.json\n2025-06-20 approve us\n2025-07-01 time passes\n  state implemented\n", s.String())
	require.Equal(t, s.String(), parse(t, s.String()).String())
	golden(t, "made.golden", r.Failures[0].Message)
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"testdata/messy.scenario", "testdata/messy.golden"} {
		seed, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(string(seed))
	}
	for _, c := range everyVerb {
		f.Add(head + "2025-06-20 approve china by xi\n  " + c.holds)
	}
	f.Add(head + "2025-06-20 retract \"a b\" by \"by\" as press saying \"\"\n  revised \",\", \"nothing\"")
	agreement := treaty(f)
	f.Fuzz(func(t *testing.T, source string) {
		file, err := scenario.Parse("f", strings.NewReader(source))
		if err != nil {
			var syntax *scenario.SyntaxError
			require.ErrorAs(t, err, &syntax)
			require.Positive(t, syntax.Line)
			require.Positive(t, syntax.Column)
			return
		}
		text := file.String()
		again, err := scenario.Parse("f", strings.NewReader(text))
		require.NoError(t, err, text)
		require.Equal(t, text, again.String())
		require.Len(t, again.Scenarios, len(file.Scenarios))
		for i := range file.Scenarios {
			sameReport(t, file.Scenarios[i], again.Scenarios[i], agreement)
		}
	})
}

// sameReport runs two scenarios that should say the same.
func sameReport(t *testing.T, a, b scenario.Scenario, on dealstate.Agreement) {
	t.Helper()
	one, err1 := scenario.Run(a, on)
	two, err2 := scenario.Run(b, on)
	require.Equal(t, err1 == nil, err2 == nil)
	require.Equal(t, one.Decisions, two.Decisions)
	require.Equal(t, len(one.Failures), len(two.Failures))
}
