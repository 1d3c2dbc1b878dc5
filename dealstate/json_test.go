package dealstate_test

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/badinput"
)

// roundTrip holds a value to text → value → text and value → text → value.
func roundTrip[T any](t *testing.T, value T) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	var read T
	require.NoError(t, json.Unmarshal(text, &read), "%s", text)
	require.Equal(t, value, read, "%s", text)
	again, err := json.Marshal(read)
	require.NoError(t, err)
	require.Equal(t, string(text), string(again))
	return string(text)
}

// same holds a text to text → value → text, byte for byte.
func same[T json.Marshaler](t *testing.T, text string) {
	t.Helper()
	var read T
	require.NoError(t, json.Unmarshal([]byte(text), &read), text)
	again, err := read.MarshalJSON()
	require.NoError(t, err)
	require.Equal(t, text, string(again))
}

const (
	fullEvent     = badinput.FullEvent
	fullAgreement = badinput.FullAgreement
)

func TestEventTextIsKeptByteForByte(t *testing.T) {
	t.Parallel()
	same[dealstate.Event](t, fullEvent)
	same[dealstate.Event](t, `{"id":"e","deal":"d","kind":"note","at":"2025-06-27T00:00:00Z"}`)
	same[dealstate.Event](t, `{"id":"e","deal":"d","kind":"retract","at":"2025-06-27T00:00:00Z","ref":"x"}`)
}

func TestEveryKindRoleAndModalityOfEventComesBackAsItWas(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 6, 27, 0, 0, 0, 5, time.UTC)
	for _, kind := range dealstate.Kinds() {
		for role := dealstate.Instrument; role <= dealstate.Press; role++ {
			for modality := dealstate.Modality(0); modality <= dealstate.Planned; modality++ {
				e := dealstate.Event{ID: "e", Deal: "d", Kind: kind, Party: "p", By: "somebody", Role: role, Modality: modality, At: at, Commitment: "c", Ref: "r"}
				if kind == dealstate.Extend {
					e.Until = at.AddDate(1, 0, 0)
				}
				roundTrip(t, e)
			}
		}
	}
}

func TestAgreementTextIsKeptByteForByte(t *testing.T) {
	t.Parallel()
	same[dealstate.Agreement](t, fullAgreement)
	same[dealstate.Agreement](t, `{"id":"d","parties":[{"id":"a"}]}`)
	same[dealstate.Agreement](t, `{"id":"d","parties":[{"id":"a"}],"approval":{"all":[]},"effect":{}}`)
}

func TestAgreementValueComesBackAsItWas(t *testing.T) {
	t.Parallel()
	var a dealstate.Agreement
	require.NoError(t, json.Unmarshal([]byte(fullAgreement), &a))
	roundTrip(t, a)
	roundTrip(t, pair())
}

func TestStandardLifecyclesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	roundTrip(t, dealstate.ManyParty())
	roundTrip(t, dealstate.TwoParty(dealstate.Party{ID: "us", Approver: "Trump"}, dealstate.Party{ID: "china", Approver: "Xi"}))
}

func TestLifecycleWithoutRulesComesBackAsItWas(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Lifecycle = &dealstate.Lifecycle{Initial: "still", States: []dealstate.State{"still"}}
	_, err := dealstate.Compile(a)
	require.NoError(t, err)
	roundTrip(t, a)
}

func TestDelaysComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	for _, d := range []dealstate.Delay{{}, {Days: 30}, {Months: 12_000, Days: 366_000, FirstOfMonth: 12_000},
		{NotBefore: time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)}} {
		roundTrip(t, d)
	}
}

// eventful is a log that makes every kind of decision, snapshot field and
// reason that fits into one deal.
const eventful = `
	06-01 negotiate
	06-02 approve a
	06-02 approve a mod=planned id=plan
	06-03 implement
	06-04 approve b role=press
	06-05 amend
	06-06 approve a id=again
	06-07 reject b rev=1
	06-08 dispute b for=c
	06-09 perform a for=c
	06-10 extend a until=09-01
	06-11 retract ref=nothing
	06-12 approve b id=late rec=07-30
	08-05 approve b id=too-late`

func eventfulPair() dealstate.Agreement {
	a := pair()
	a.Title, a.Incomplete = "A <pair> & more", "b left no record"
	a.Deadline = time.Date(2025, 8, 1, 0, 0, 0, 0, time.UTC)
	a.Commitments = []dealstate.Commitment{{ID: "c", Party: "a", Title: "Do it"}, {ID: "c2", Party: "b"}}
	a.Effect, a.Term = &dealstate.Delay{Days: 5}, &dealstate.Delay{Months: 1}
	return a
}

func TestDecisionsAndSnapshotsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(eventfulPair())
	require.NoError(t, err)
	events := story(t, "pair", eventful)
	for _, policy := range dealstate.Policies() {
		for known := date(t, "05-30"); known.Before(date(t, "08-10")); known = known.AddDate(0, 0, 3) {
			s, decisions, err := m.Fold(events, dealstate.View{KnownBy: known, Policy: policy})
			require.NoError(t, err)
			roundTrip(t, s)
			for _, d := range decisions {
				roundTrip(t, d)
			}
		}
	}
}

func TestDecisionThatRevisesOthersComesBackAsItWas(t *testing.T) {
	t.Parallel()
	deal := open(t, pair(), `
		06-01 negotiate
		06-02 approve a
		06-10 implement`)
	d, err := deal.Record(line2event(t, "pair", "06-05 approve b"))
	require.NoError(t, err)
	require.NotEmpty(t, d.Revised)
	roundTrip(t, d)
}

func TestSnapshotOfAViewInAnotherTimeZoneComesBackAsItWas(t *testing.T) {
	t.Parallel()
	beijing := time.FixedZone("Beijing", 8*3600)
	deal := open(t, pair(), `06-01 negotiate`)
	s := deal.At(dealstate.View{AsOf: date(t, "06-02").In(beijing), KnownBy: date(t, "06-03").In(beijing)})
	roundTrip(t, s)
	require.Equal(t, deal.At(dealstate.View{AsOf: date(t, "06-02"), KnownBy: date(t, "06-03")}), s)
}

func TestSnapshotThatCanBeReadCanBeWritten(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"deal":"d","state":"s"}`,
		`{"deal":"d","state":"s","approval":{"verdict":"met","text":""},"parties":[{"party":"a"}]}`,
		`{"deal":"d","state":"s","approval":{"verdict":"met","text":""},"parties":[],"next":{}}`,
	} {
		var s dealstate.Snapshot
		if json.Unmarshal([]byte(text), &s) == nil {
			_, err := s.MarshalJSON()
			require.NoError(t, err, text)
		}
	}
}

func TestWhatAnEventSaysSurvivesItsOwnText(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*dealstate.Event){
		"invalid UTF-8 in note":      func(e *dealstate.Event) { e.Note = "\xff" },
		"invalid UTF-8 in by":        func(e *dealstate.Event) { e.By = "X\xc3" },
		"invalid UTF-8 in publisher": func(e *dealstate.Event) { e.Source.Publisher = "\xed\xa0\x80" },
		"longer than a line":         func(e *dealstate.Event) { e.Note = strings.Repeat("x", dealstate.MaxLine) },
		"control characters":         func(e *dealstate.Event) { e.Note = "\x00\x1f\u2028\u2029<>&\"\\/" },
		"revision too large":         func(e *dealstate.Event) { e.Revision = math.MaxInt },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := dealstate.Event{ID: "e", Deal: "d", Kind: dealstate.Note, At: date(t, "06-01")}
			change(&e)
			if e.Validate() == nil { // to refuse it at the door is as good
				roundTrip(t, e)
			}
		})
	}
}

func TestWhatAnAgreementSaysSurvivesItsOwnText(t *testing.T) {
	t.Parallel()
	deep := condition.Approved("a")
	for range 40 {
		deep = condition.All(deep)
	}
	for name, change := range map[string]func(*dealstate.Agreement){
		"invalid UTF-8 in title":    func(a *dealstate.Agreement) { a.Title = "\xff" },
		"invalid UTF-8 in name":     func(a *dealstate.Agreement) { a.Parties[0].Name = "\xff" },
		"invalid UTF-8 in approver": func(a *dealstate.Agreement) { a.Parties[0].Approver = "\xff" },
		"deep condition":            func(a *dealstate.Agreement) { a.Approval = deep },
		"order too large": func(a *dealstate.Agreement) {
			l := a.StandardLifecycle()
			l.Rules[0].Order = math.MaxInt
			a.Lifecycle = &l
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := pair()
			change(&a)
			if _, err := dealstate.Compile(a); err == nil { // to refuse it at the door is as good
				roundTrip(t, a)
			}
		})
	}
}

func TestEventThatIsNotWellFormedNamesTheFieldAndChangesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range badinput.Events() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, c.Text, c.Field, dealstate.Event{ID: "untouched", Note: "as it was"})
		})
	}
}

// refused reads a text that must be refused, naming the field, into a value
// that must stay as it was.
func refused[T any](t *testing.T, text, field string, before T) {
	t.Helper()
	target := before
	reader := any(&target).(json.Unmarshaler)
	bad := fieldErr(t, reader.UnmarshalJSON([]byte(text)), field)
	require.Less(t, len(bad.Error()), 700, "an error is for reading")
	require.True(t, reflect.DeepEqual(before, target), "changed: %+v", target)
}

func TestAgreementThatIsNotWellFormedNamesTheFieldAndChangesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range badinput.Agreements() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, c.Text, c.Field, dealstate.Agreement{ID: "untouched"})
		})
	}
}

// A key comes from outside and goes to a terminal or a log.
func TestErrorShowsAKeyInOneVisibleLine(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"empty": `{"":0}`, "line break": `{"a\nFAKE: line":0}`, "escape": `{"\u001b[31m":0}`, "direction": `{"\u202e":0}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var e dealstate.Event
			var bad *dealstate.FieldError
			require.ErrorAs(t, e.UnmarshalJSON([]byte(text)), &bad)
			require.NotEmpty(t, bad.Field)
			require.NotRegexp(t, `[[:cntrl:]\x{202e}]`, bad.Error())
		})
	}
}

func TestSmallReadersRefuseByFieldAndChangeNothing(t *testing.T) {
	t.Parallel()
	var r dealstate.Reason
	require.NoError(t, r.UnmarshalJSON([]byte(`{"code":"note","text":"a note; it changes nothing"}`)))
	t.Run("condition", func(t *testing.T) { refused(t, `{"approved":1}`, "condition.approved", condition.Approved("a")) })
	t.Run("lifecycle", func(t *testing.T) {
		refused(t, `{"states":["x"],"x":1}`, "lifecycle.x", dealstate.Lifecycle{Initial: "a"})
	})
	t.Run("threshold text", func(t *testing.T) { refused(t, `"x"`, "min", condition.AtLeast(5)) })
	t.Run("threshold negative", func(t *testing.T) { refused(t, `-1`, "min", condition.AtLeast(5)) })
	t.Run("threshold above one", func(t *testing.T) { refused(t, `"3/2"`, "min", condition.AtLeast(5)) })
	t.Run("delay field", func(t *testing.T) { refused(t, `{"days":"1"}`, "delay.days", dealstate.Delay{Days: 7}) })
	t.Run("delay out of range", func(t *testing.T) { refused(t, `{"days":-1}`, "delay.days", dealstate.Delay{Days: 7}) })
	t.Run("reason code", func(t *testing.T) { refused(t, `{"code":"because"}`, "reason.code", r) })
	t.Run("reason text", func(t *testing.T) { refused(t, `{"code":"note","text":"x"}`, "reason.text", r) })
	t.Run("decision without kind", func(t *testing.T) { refused(t, `{"outcome":"applied"}`, "kind", dealstate.Decision{Deal: "d"}) })
	t.Run("decision without outcome", func(t *testing.T) { refused(t, `{"kind":"note"}`, "outcome", dealstate.Decision{Deal: "d"}) })
	t.Run("revision of a decision", func(t *testing.T) {
		refused(t, `{"kind":"note","outcome":"noted","revised":[{"was":{"kind":"note"}}]}`, "revised[0].was.outcome", dealstate.Decision{Deal: "d"})
	})
	t.Run("revisions in revisions", func(t *testing.T) {
		one := `{"kind":"note","outcome":"noted","revised":[{"now":%s}]}`
		refused(t, fmt.Sprintf(one, fmt.Sprintf(one, fmt.Sprintf(one, `{}`))), "revised[0].now.revised", dealstate.Decision{Deal: "d"})
	})
	t.Run("snapshot", func(t *testing.T) { refused(t, `{"deal":"d"}`, "state", dealstate.Snapshot{Deal: "x"}) })
	t.Run("snapshot party", func(t *testing.T) {
		refused(t, `{"deal":"d","state":"s","parties":[{"asked":1}]}`, "parties[0].asked", dealstate.Snapshot{Deal: "x"})
	})
	t.Run("snapshot finding too deep", func(t *testing.T) {
		deep := strings.Repeat(`{"parts":[`, 40) + strings.Repeat(`]}`, 40)
		refused(t, `{"deal":"d","state":"s","approval":`+deep+`}`, "approval"+strings.Repeat(".parts[0]", 33), dealstate.Snapshot{Deal: "x"})
	})
}

func TestInstantsAreWrittenInUTC(t *testing.T) {
	t.Parallel()
	var e dealstate.Event
	require.NoError(t, e.UnmarshalJSON([]byte(`{"id":"e","deal":"d","kind":"note","at":"2025-11-10T13:01:00+08:00"}`)))
	text, err := e.MarshalJSON()
	require.NoError(t, err)
	require.Contains(t, string(text), `"at":"2025-11-10T05:01:00Z"`)
}

func TestEmptyFieldsMayBeWrittenOut(t *testing.T) {
	t.Parallel()
	var full, bare dealstate.Event
	require.NoError(t, full.UnmarshalJSON([]byte(`{"id":"e","deal":"d","kind":"note","party":"","by":"","role":"","modality":"","at":"2025-06-27T00:00:00Z",
		"recorded":"","revision":0,"ref":"","commitment":"","until":"","source":{"publisher":"","url":"","published":""},"note":""}`)))
	require.NoError(t, bare.UnmarshalJSON([]byte(`{"id":"e","deal":"d","kind":"note","at":"2025-06-27T00:00:00Z"}`)))
	require.Equal(t, bare, full)
}

func TestAFileMayNameItsSchemaAndSaysNothingElseByIt(t *testing.T) {
	t.Parallel()
	named := func(text, name string) string { return strings.Replace(text, "{", `{"$schema":`+name+`,`, 1) }
	for _, name := range []string{`"./event.schema.json"`, `""`, `null`} {
		var with, without dealstate.Event
		require.NoError(t, with.UnmarshalJSON([]byte(named(badinput.FullEvent, name))))
		require.NoError(t, without.UnmarshalJSON([]byte(badinput.FullEvent)))
		require.Equal(t, without, with)
		var a, plain dealstate.Agreement
		require.NoError(t, a.UnmarshalJSON([]byte(named(badinput.FullAgreement, name))))
		require.NoError(t, plain.UnmarshalJSON([]byte(badinput.FullAgreement)))
		require.Equal(t, plain, a)
	}
	for text, problem := range map[string]string{
		named(badinput.FullEvent, `1`):                       "$schema: 1 found; want a string",
		named(named(badinput.FullEvent, `"a"`), `"a"`):       "$schema: given twice",
		`{"id":"e","source":{"$schema":"x"}}`:                "unknown field",
		strings.Replace(badinput.FullEvent, `"id"`, "id", 1): "json",
	} {
		require.ErrorContains(t, new(dealstate.Event).UnmarshalJSON([]byte(text)), problem, text)
	}
	require.ErrorContains(t, new(dealstate.Agreement).UnmarshalJSON([]byte(`{"id":"d","parties":[{"id":"a","$schema":"x"}]}`)), "unknown field")
}

func TestReadAgreementIsBounded(t *testing.T) {
	t.Parallel()
	_, err := dealstate.ReadAgreement(strings.NewReader(`{"id":"d"` + strings.Repeat(" ", dealstate.MaxAgreement) + `}`))
	fieldErr(t, err, "json")
}

func TestMachineIsReadFromAnAgreementsText(t *testing.T) {
	t.Parallel()
	m, err := dealstate.ReadMachine(strings.NewReader(`{"id":"d","parties":[{"id":"a"}]}`))
	require.NoError(t, err)
	require.Equal(t, "d", m.Deal())
	for text, field := range map[string]string{
		`{`:                                "json",
		`{"id":"d"}`:                       "parties",
		`{"id":"d","parties":[{"id":""}]}`: "parties[0].id",
	} {
		m, err := dealstate.ReadMachine(strings.NewReader(text))
		require.Nil(t, m)
		var bad *dealstate.FieldError
		require.ErrorAs(t, err, &bad, text)
		require.Equal(t, field, bad.Field)
	}
	_, err = dealstate.ReadMachine(failing{})
	require.EqualError(t, err, "lost")
}

func TestMachineIsOpenedFromAFileThatErrorsName(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"good.json": {Data: []byte(`{"id":"d","parties":[{"id":"a"}]}`)}, "bad.json": {Data: []byte(`{"id":"d"}`)}}
	m, err := dealstate.OpenMachine(files.Open, "good.json")
	require.NoError(t, err)
	require.Equal(t, "d", m.Deal())

	m, err = dealstate.OpenMachine(files.Open, "bad.json")
	require.Nil(t, m)
	var bad *dealstate.FieldError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, "parties", bad.Field)
	require.ErrorContains(t, err, "bad.json: parties: ")

	opened := func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("{")), nil }
	_, err = dealstate.OpenMachine(opened, "a\x1b[2Jb.json")
	require.ErrorContains(t, err, `a\x1b[2Jb.json: `)
	_, err = dealstate.OpenMachine(os.Open, "missing.json")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "missing.json")
}
