package display_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
	"github.com/fe115bb3/dealtracker/dealstate/web"
)

// Nothing that a stranger writes may act on the screen of who reads about it, or
// pass for a line of ours: held here for the core and all that is built on it. In the
// core's own tests it would have them compile all these packages a second time.

const (
	// forged is a line that the library itself might write.
	forged = "State: implemented since 1 January 2020 (treaty)."
	// hostileText goes where any text may stand, hostileWord where one word must.
	hostileText = "x\x1b[2J\r\n" + forged + "\n\u2028" + forged + "\u202e\u2066\u200b\U000e0041\u0085\u009b31m\a\x00\x7f"
	hostileWord = "us\u202e\u2066\u200b\U000e0041\u00ad"
)

// requireInert refuses a text in which anything but our own line feeds acts on
// the display, or in which a forged line stands.
func requireInert(t testing.TB, text, what string) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		i := strings.IndexFunc(line, display.Active)
		require.Negative(t, i, "%s: %+q", what, line)
		require.NotEqual(t, forged, strings.TrimSpace(line), what)
	}
}

func hostileAgreement() dealstate.Agreement {
	return dealstate.Agreement{ID: "d" + hostileWord, Title: hostileText, Incomplete: hostileText,
		Parties: []dealstate.Party{{ID: hostileWord, Name: hostileText, Approver: "Trump " + hostileWord, Groups: []string{hostileWord}},
			{ID: hostileWord + "2", Name: hostileText}},
		Approval:    condition.All(condition.Approved(hostileWord), condition.Count(condition.AtLeast(1), hostileWord), condition.Not(condition.Performed("c"+hostileWord)), condition.Approved(hostileWord+"2")),
		Commitments: []dealstate.Commitment{{ID: "c" + hostileWord, Party: hostileWord, Title: hostileText, Deadline: time.Date(2025, 1, 15, 0, 0, 0, 0, time.UTC)}},
		Deadline:    time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Term: &dealstate.Delay{Days: 90}}
}

// Notices, timers and deadlines of commitments name whose they are.
func TestClocksThatStrangersNameAreInert(t *testing.T) {
	t.Parallel()
	for _, c := range []dealstate.ClockStatus{{Clock: dealstate.Notice, Party: hostileText}, {Clock: dealstate.Overdue, Commitment: hostileText}, {Clock: dealstate.Timed, Timer: hostileText}} {
		requireInert(t, c.String(), "ClockStatus.String")
		d := dealstate.Decision{Clock: c.Clock, Party: c.Party, Commitment: c.Commitment, Timer: c.Timer,
			Reasons: []dealstate.Reason{{Code: dealstate.ReasonClock, Subject: hostileText, Detail: c.Clock.String()}}}
		requireInert(t, d.String(), "Decision.String of a clock")
		s := dealstate.Snapshot{Next: &c, Commitments: []dealstate.CommitmentStatus{{Commitment: hostileText, Breach: hostileText, Breached: dirtylog.OnDay(0), Overdue: dirtylog.OnDay(0), Suspended: true}},
			Parties: []dealstate.PartyStatus{{Party: hostileText, Signed: true, Leaves: dirtylog.OnDay(1)}}}
		requireInert(t, s.Explain(), "Snapshot.Explain")
		s.Parties = append(s.Parties, make([]dealstate.PartyStatus, 9)...)
		requireInert(t, s.Explain(), "Snapshot.Explain of many")
	}
	requireInert(t, dealstate.Timer(hostileText).String(), "Timer.String")
	_, err := dealstate.ReadMachine(strings.NewReader(`{"id":"d","parties":[{"id":"a"}],"lifecycle":{"extends":"\u202e","rules":[]}}`))
	requireInert(t, err.Error(), "an error of an extension")
}

func hostileEvents() []dealstate.Event {
	var events []dealstate.Event
	for i, kind := range append(dealstate.Kinds(), dealstate.Approve, dealstate.Approve, dealstate.Implement, dealstate.Dispute) {
		for k, party := range []string{"", hostileWord, hostileWord + "2"} {
			e := dealstate.Event{ID: fmt.Sprintf("e%d-%d%s", i, k, hostileWord), Deal: "d" + hostileWord, Kind: kind, Party: party, By: hostileText, Role: dealstate.Government,
				Modality: dealstate.Modality(1 + (i+k)%4), At: time.Date(2025, 1, 1+i, k, 0, 0, 0, time.UTC), Note: hostileText, Source: dealstate.Source{Publisher: hostileText, URL: hostileText}}
			e.Recorded = e.At.AddDate(0, 0, 3)
			switch {
			case kind == dealstate.Perform || kind == dealstate.Breach || kind == dealstate.Dispute || kind == dealstate.Suspend && k == 0:
				e.Commitment = "c" + hostileWord
			case kind == dealstate.Extend:
				e.Until = e.At.AddDate(1, 0, 0)
			case kind == dealstate.Retract:
				e.Ref = "e0-0" + hostileWord
			case kind == dealstate.Settle:
				e.Ref = "ghost\x1b[2J" + hostileWord
			}
			if i > 16 {
				e.Modality, e.Role = dealstate.Asserted, dealstate.Instrument
			}
			events = append(events, e)
		}
	}
	return events
}

func hostileDeal(t testing.TB) *dealstate.Deal {
	m, err := dealstate.Compile(hostileAgreement())
	require.NoError(t, err)
	deal := m.NewDeal(dealstate.Official)
	kept := 0
	for _, e := range hostileEvents() {
		decision, err := deal.Record(e)
		if err != nil {
			requireInert(t, err.Error(), "an error of Record")
			continue
		}
		kept++
		requireInert(t, decision.String(), "a decision of Record")
	}
	require.Greater(t, kept, 30)
	return deal
}

func TestExplanationsAndDecisionsOfAHostileDealAreInert(t *testing.T) {
	t.Parallel()
	deal := hostileDeal(t)
	requireInert(t, deal.Explain(), "Deal.Explain")
	require.Contains(t, deal.Explain(), `x\x1b[2J\r\nState: implemented`, "what was written can be read")
	for _, p := range dealstate.Policies() {
		p.Name += hostileText
		for day := range 30 {
			s, decisions := deal.Replay(dealstate.View{Policy: p, AsOf: time.Date(2025, 1, 1+day, 12, 0, 0, 0, time.UTC)})
			requireInert(t, s.Explain(), "Snapshot.Explain")
			require.Equal(t, s.Explain(), strings.Join(strings.Split(s.Explain(), "\n"), "\n"))
			requireInert(t, s.Approval.String(), "Finding.String")
			for _, d := range (dealstate.Snapshot{}).Compare(s) {
				requireInert(t, d.String(), "Difference.String")
			}
			for _, d := range decisions {
				requireInert(t, d.String(), "Decision.String")
				requireInert(t, (&dealstate.Refusal{Decision: d}).Error(), "Refusal.Error")
			}
		}
		needed := scenario.Needed(deal, dealstate.View{Policy: p}, "nowhere\x1b")
		account := scenario.Account{Deal: deal, View: dealstate.View{Policy: p}, Mark: "no" + hostileWord, Here: hostileText, Needed: append(needed, hostileText),
			Label: func(id string) string { return id + hostileText }}
		requireInert(t, account.String(), "Account.String")
	}
}

func TestALargeHostileDealIsExplainedInert(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "many", Approval: condition.Share(condition.Percent(99), hostileWord, 0)}
	for i := range 20 {
		a.Parties = append(a.Parties, dealstate.Party{ID: fmt.Sprintf("%s%d", hostileWord, i), Name: hostileText, Weight: 1, Groups: []string{hostileWord}})
	}
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	s, _, err := m.Fold([]dealstate.Event{{ID: "1", Deal: "many", Kind: dealstate.Approve, Party: hostileWord + "3", By: hostileText, Role: dealstate.Instrument, At: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}}, dealstate.View{})
	require.NoError(t, err)
	require.Contains(t, s.Explain(), "Last act")
	requireInert(t, s.Explain(), "Snapshot.Explain of many parties")
}

func TestEveryReasonIsSaidInert(t *testing.T) {
	t.Parallel()
	n := 0
	for code := dealstate.ReasonCode(1); code.String() != ""; code++ {
		r := dealstate.Reason{Code: code, Rule: hostileText, Subject: hostileText, Event: hostileText, Detail: hostileText, Have: 1, Need: 2}
		requireInert(t, r.String(), code.String())
		// The data keeps what was given, and is read back.
		text, err := json.Marshal(r)
		require.NoError(t, err)
		var back dealstate.Reason
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, r, back)
		n++
	}
	require.Greater(t, n, 30)
	r := dealstate.Reason{Code: dealstate.ReasonNotApproved, Subject: "\u202ea"}
	text, err := json.Marshal(r)
	require.NoError(t, err)
	require.Contains(t, string(text), `"text":"`+"\u202ea has not approved", "data stays raw")
	require.Equal(t, `\u202ea has not approved`, r.String())
}

func TestConditionsAreSaidInert(t *testing.T) {
	t.Parallel()
	x := hostileText
	for _, c := range []condition.Condition{{}, condition.Approved(x), condition.All(condition.Approved(x), condition.Performed(x)), condition.Any(condition.Approved(x)), condition.Not(condition.Approved(x)),
		condition.Not(condition.Count(condition.AtLeast(1), x)), condition.Share(condition.Percent(5), x, 0), condition.Not(condition.Performed(x)), condition.ActOf(x), condition.Not(condition.ActOf(x))} {
		requireInert(t, c.String(), "Condition.String")
	}
	f := condition.Finding{Verdict: condition.Met, Text: x, Parts: []condition.Finding{{Verdict: condition.Lost, Text: x}}}
	requireInert(t, f.String(), "Finding.String")
	requireInert(t, dealstate.ClockStatus{Clock: dealstate.Deadline, Party: x}.String(), "ClockStatus.String")
}

func TestErrorsQuoteStrangersInert(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(hostileAgreement())
	require.NoError(t, err)
	plain := dealstate.Event{ID: "1", Deal: "d" + hostileWord, Kind: dealstate.Note, At: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}
	for field, change := range map[string]func(*dealstate.Event){
		"id": func(e *dealstate.Event) { e.ID = hostileText }, "deal": func(e *dealstate.Event) { e.Deal = "other" + hostileWord },
		"party": func(e *dealstate.Event) { e.Party = "zz" + hostileWord }, "commitment": func(e *dealstate.Event) { e.Commitment = "zz" + hostileWord },
		"by": func(e *dealstate.Event) {
			e.By, e.Role, e.Party, e.Kind = hostileText, dealstate.Approver, hostileWord, dealstate.Approve
		},
		"published": func(e *dealstate.Event) { e.Source.Published = hostileText },
	} {
		e := plain
		change(&e)
		err := m.Admit(e)
		require.Error(t, err, field)
		requireInert(t, err.Error(), field)
	}
	for _, text := range []string{hostileText, `{"` + "\u202e" + `":1}`, `{"id":"` + hostileWord + ` x"}`, `{"kind":"` + hostileWord + `"}`, `{"a\n` + "\u009b" + `":1}`, `{"at":"` + hostileWord + `"}`, "{\x1b}", "{\u202e}"} {
		for _, err := range readErrors(text) {
			requireInert(t, err.Error(), fmt.Sprintf("reading %+q", text))
		}
	}
	for _, err := range []error{&dealstate.FieldError{Field: hostileText, Problem: hostileText}, &dealstate.ConflictError{ID: hostileText}, &dealstate.LineError{Line: 1, Err: errors.New(hostileText)},
		&bulk.RowError{Row: 1, Err: errors.New(hostileText)}, &bulk.LogError{Deal: hostileText, Event: hostileText, Why: hostileText}, &bulk.SizeError{},
		&analytics.DecisionError{Deal: hostileText, Event: hostileText, Field: hostileText, Problem: hostileText}, &analytics.MergeError{Deal: hostileText, Problem: hostileText}, &analytics.MergeError{Problem: hostileText},
		&scenario.SyntaxError{File: hostileText, Problem: hostileText},
		&journal.StaleError{Deal: hostileText}, &journal.LockedError{Dir: hostileText, Holder: hostileText, Err: errors.New(hostileText)}, &journal.ReadOnlyError{Op: hostileText, Err: errors.New(hostileText)},
		&journal.DamageError{File: hostileText, Problem: hostileText}, &journal.HeadError{}, &journal.CopyError{Problem: hostileText}, &tracker.UnknownDealError{Deal: hostileText, Nearest: hostileText}, &tracker.EventError{ID: hostileText, Err: errors.New(hostileText)}, &tracker.AgreementError{ID: hostileText},
		&web.SignInError{Challenge: hostileText, Detail: hostileText}, &web.ForbiddenError{Detail: hostileText}} {
		requireInert(t, err.Error(), fmt.Sprintf("%T", err))
	}
}

// readErrors gives every error that the readers make of a text.
func readErrors(text string) (all []error) {
	add := func(err error) {
		if err != nil {
			all = append(all, err)
		}
	}
	for _, err := range dealstate.ReadEvents(strings.NewReader(text + "\n")) {
		add(err)
	}
	for _, err := range dealstate.ReadEventsCSV(strings.NewReader("id,deal,kind,at\n" + text + "\n")) {
		add(err)
	}
	for _, err := range dealstate.ReadEventsCSV(strings.NewReader(text + ",id,deal\n1,2,3\n")) {
		add(err)
	}
	_, err := dealstate.ReadAgreement(strings.NewReader(text))
	add(err)
	for _, v := range []any{new(dealstate.Snapshot), new(dealstate.Decision), new(condition.Condition), new(dealstate.Event), new(dealstate.Reason)} {
		if u, ok := v.(json.Unmarshaler); ok {
			add(u.UnmarshalJSON([]byte(text)))
		}
	}
	_, err = scenario.Parse(hostileText, strings.NewReader("scenario a\ndeal "+text))
	add(err)
	for _, view := range [][3]string{{text, "", "strict"}, {"", text, "strict"}, {"", "", text}} {
		_, err = dealstate.ParseView(view[0], view[1], view[2])
		add(err)
	}
	return all
}

func TestATrackerExplainsAHostileDealInert(t *testing.T) {
	t.Parallel()
	tr, err := tracker.Open(t.Context(), &journal.Memory{}, tracker.Options{})
	require.NoError(t, err)
	a := hostileAgreement()
	_, err = tr.Add(t.Context(), a)
	require.NoError(t, err)
	text, err := tr.Explain(t.Context(), a.ID, dealstate.View{})
	require.NoError(t, err)
	requireInert(t, text, "Tracker.Explain")
	require.NoError(t, tr.Close())
}

func TestScenariosOfAHostileDealAreInertAndReadBack(t *testing.T) {
	t.Parallel()
	deal := hostileDeal(t)
	s := scenario.FromEvents("a\x1b[2J\n"+forged, scenario.Ref{Deal: "d" + hostileWord}, slices.Collect(deal.Events())...)
	requireInert(t, s.String(), "Scenario.String")
	file := &scenario.File{Scenarios: []scenario.Scenario{s}}
	requireInert(t, file.String(), "File.String")
	requireInert(t, s.Agreement.String(), "Ref.String")
	for _, step := range s.Steps {
		requireInert(t, step.String(), "Step.String")
	}
	back, err := scenario.Parse("f", strings.NewReader(s.String()))
	require.NoError(t, err)
	events, err := back.Scenarios[0].Events(hostileAgreement())
	require.NoError(t, err)
	require.Equal(t, slices.Collect(deal.Events())[3].Note, events[3].Note, "data stays raw")
	want := scenario.Expectation{Verb: scenario.State, Names: []string{hostileText}}
	requireInert(t, want.String(), "Expectation.String")
	s.Steps[len(s.Steps)-1].Expect = []scenario.Expectation{want, {Verb: scenario.Refused, Text: hostileText}, {Verb: scenario.Awaiting, Names: []string{"zz" + hostileWord}}, {Verb: scenario.Warning}}
	report, err := scenario.Run(s, hostileAgreement())
	require.NoError(t, err)
	require.NotEmpty(t, report.Failures)
	for _, f := range report.Failures {
		requireInert(t, f.Message, "Failure.Message")
		requireInert(t, f.Got.String(), "Failure.Got")
	}
}

func TestSimulationsNameStrangersInert(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(hostileAgreement())
	require.NoError(t, err)
	start := simulate.Beginning(m, dealstate.Strict, time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC))
	for _, l := range simulate.Alphabet(hostileAgreement()) {
		requireInert(t, l.String(), "Input.String")
	}
	requireInert(t, simulate.Target{State: dealstate.State(hostileText)}.String(), "Target.String")
	_, err = simulate.Run(context.Background(), start, simulate.Model{Parties: []simulate.Party{{Party: hostileText}}}, simulate.Options{Lives: 1, Until: time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC)})
	require.Error(t, err)
	requireInert(t, err.Error(), "an error of Run")
	x, err := simulate.Paths(context.Background(), start, simulate.Search{Depth: 2, Invariant: func(s dealstate.Snapshot) error {
		if len(s.Approved) > 0 {
			return errors.New(hostileText)
		}
		return nil
	}})
	require.NoError(t, err)
	requireInert(t, x.Counterexample.Path.String(), "Path.String")
	requireInert(t, x.Counterexample.Scenario().String(), "Counterexample.Scenario")
}

// sayers are the exported types that have a text for people, each with where it
// is held to be inert. Words are the values of an enumeration, or numbers: no
// stranger writes them.
var sayers = map[string]string{
	"dealstate.Snapshot": "above", "dealstate.Deal": "above", "dealstate.Decision": "above", "condition.Finding": "above", "dealstate.Reason": "above", "condition.Condition": "above",
	"field.Error": "above", "dealstate.ConflictError": "above", "dealstate.LineError": "above", "dealstate.Refusal": "above",
	"dealstate.Kind": "words", "dealstate.Role": "words", "dealstate.Modality": "words", "dealstate.Outcome": "words", "condition.Verdict": "words", "dealstate.Standing": "words",
	"dealstate.ReasonCode": "words", "condition.Threshold": "words", "dealstate.Delay": "words",
	"bulk.SizeError": "above", "bulk.LogError": "above", "bulk.RowError": "above", "analytics.DecisionError": "above", "analytics.MergeError": "above", "analytics.IncidentClass": "words", "analytics.Estimate": "words",
	"scenario.Account": "above", "scenario.SyntaxError": "above", "scenario.File": "above", "scenario.Scenario": "above", "scenario.Ref": "above", "scenario.Step": "above",
	"scenario.Expectation": "above", "scenario.Verb": "words", "simulate.Input": "above", "simulate.Path": "above", "simulate.Target": "above", "simulate.Distribution": "words", "simulate.Span": "words", "dealstate.Clock": "words", "dealstate.JoinFrom": "words", "dealstate.Day": "words", "dealstate.Timer": "above", "analytics.Cause": "words", "dealstate.ClockStatus": "above",
	"journal.StaleError": "above", "journal.LockedError": "above", "journal.ReadOnlyError": "above", "journal.DamageError": "above", "journal.HeadError": "above", "journal.CopyError": "above", "journal.Head": "words", "web.Action": "words", "web.SignInError": "above", "web.ForbiddenError": "above",
	"jetstream.ConfigError": "in its module", "jetstream.SyncError": "in its module", "jetstream.UnavailableError": "in its module", "jetstream.SizeError": "in its module", "jetstream.PartialError": "in its module", "jetstream.RefusedError": "in its module", "jetstream.DamageError": "in its module",
	"sqlite.SchemaError": "in its module", "sqlite.MovedError": "in its module", "sqlite.DamageError": "in its module", "sqlite.BusyError": "in its module",
	"postgres.BusyError": "in its module", "postgres.OutageError": "in its module", "postgres.OutcomeError": "in its module", "postgres.SchemaError": "in its module", "postgres.SettingError": "in its module", "postgres.DamageError": "in its module",
	"parquet.FileError": "in its module",
	"journaltest.Loss":  "of tests", "dealtest.Style": "words", "render.Shape": "words",
	"tracker.UnknownDealError": "above", "tracker.EventError": "above", "tracker.AgreementError": "above", "tracker.PlaceError": "words", "tracker.ClockError": "words", "tracker.Place": "words", "tracker.Tracker": "above", "dealstate.Difference": "above",
}

func TestEveryTypeWithATextIsHeldToBeInert(t *testing.T) {
	t.Parallel()
	var missing []string
	require.NoError(t, filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		require.NoError(t, err)
		file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			if name := sayer(decl); name != "" && sayers[file.Name.Name+"."+name] == "" {
				missing = append(missing, file.Name.Name+"."+name)
			}
		}
		return nil
	}))
	require.Empty(t, missing, "hold the texts of these to be inert, and list them")
}

// sayer is the exported type of a method that makes a text for people.
func sayer(decl ast.Decl) string {
	f, ok := decl.(*ast.FuncDecl)
	if !ok || f.Recv == nil || !slices.Contains([]string{"String", "Error", "Explain"}, f.Name.Name) {
		return ""
	}
	of := f.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	name, ok := of.(*ast.Ident)
	if !ok || !name.IsExported() {
		return ""
	}
	return name.Name
}

// Data is for programs: it keeps what was given.
func TestDataOfAHostileDealStaysRaw(t *testing.T) {
	t.Parallel()
	deal := hostileDeal(t)
	var lines bytes.Buffer
	require.NoError(t, dealstate.WriteEvents(&lines, withNilErrors(slices.Collect(deal.Events()))))
	var back []dealstate.Event
	for e, err := range dealstate.ReadEvents(&lines) {
		require.NoError(t, err)
		back = append(back, e)
	}
	require.Equal(t, slices.Collect(deal.Events()), back)
	text, err := json.Marshal(deal.At(dealstate.View{}))
	require.NoError(t, err)
	var s dealstate.Snapshot
	require.NoError(t, json.Unmarshal(text, &s))
	require.Equal(t, deal.At(dealstate.View{}), s)
	require.Equal(t, hostileText, s.Title)
}

func withNilErrors(events []dealstate.Event) func(func(dealstate.Event, error) bool) {
	return func(yield func(dealstate.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}
