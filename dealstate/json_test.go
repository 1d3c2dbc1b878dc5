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

const fullEvent = `{"id":"e1","deal":"pair","kind":"extend","party":"a","by":"A & <B> 习","role":"government","modality":"planned",` +
	`"at":"2025-06-27T00:00:00.000000001Z","recorded":"2025-06-27T09:00:00Z","revision":3,"ref":"e0","commitment":"c",` +
	`"until":"9999-12-31T23:59:59Z","source":{"publisher":"Yicai","url":"https://yicai.com/?a=1&b=2","published":"2025-06-27"},"note":"a\nb\u0000"}`

const fullAgreement = `{"id":"rcep","title":"<RCEP> & co","implements":["x","y"],"parties":[{"id":"japan","name":"Japan","approver":"Diet","groups":["other","rich"],"weight":9223372036854775807},{"id":"laos","groups":["asean"]}],` +
	`"approval":{"any":[{"all":[{"count":{"min":1,"group":"asean"}},{"share":{"min":"55.5%","group":"other","total":9223372036854775807}}]},{"not":{"performed":"c"}},{"approved":"laos"},{"count":{"min":"2/3"}}]},` +
	`"effect":{"days":60,"months":2,"first_of_month":1,"not_before":"2025-11-10T05:01:00Z"},"deadline":"2026-01-01T00:00:00Z","term":{"months":12},` +
	`"commitments":[{"id":"c","party":"laos","title":"Do it"}],"incomplete":"one state is gone",` +
	`"lifecycle":{"initial":"open","states":["open","done"],"final":["done"],"rules":[{"id":"end","on":"terminate","from":["open"],"to":"done","when":{"all":[]},"order":-1},{"id":"late","on":"deadline","from":["open"],"order":2}]}}`

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

// with replaces part of the full text by something else.
func with(t *testing.T, text, old, new string) string {
	t.Helper()
	require.Equal(t, 1, strings.Count(text, old), old)
	return strings.Replace(text, old, new, 1)
}

func TestEventThatIsNotWellFormedNamesTheFieldAndChangesNothing(t *testing.T) {
	t.Parallel()
	e := func(old, new string) string { return with(t, fullEvent, old, new) }
	cases := map[string]struct{ text, field string }{
		"nothing":                    {``, "json"},
		"blank":                      {` `, "json"},
		"null":                       {`null`, "json"},
		"list":                       {`[]`, "json"},
		"text":                       {`"x"`, "json"},
		"truncated":                  {fullEvent[:len(fullEvent)-1], "json"},
		"truncated in a value":       {`{"id":"e`, "id"},
		"truncated after a key":      {`{"id"`, "id"},
		"trailing text":              {fullEvent + `x`, "json"},
		"two objects":                {fullEvent + fullEvent, "json"},
		"trailing comma":             {`{"id":"e",}`, "json"},
		"NUL":                        {e(`"pair"`, "\x00"), "deal"},
		"NUL in a string":            {e(`"pair"`, "\"pa\x00ir\""), "deal"},
		"invalid UTF-8":              {e(`Yicai`, "\xff"), "json"},
		"unknown field":              {e(`"by"`, `"bye"`), "bye"},
		"wrong case":                 {e(`"kind"`, `"Kind"`), "Kind"},
		"duplicate key":              {e(`"by"`, `"id"`), "id"},
		"duplicate key, escaped":     {e(`"by"`, `"i\u0064"`), "id"},
		"unknown source field":       {e(`"url"`, `"uri"`), "source.uri"},
		"duplicate source field":     {e(`"url"`, `"publisher"`), "source.publisher"},
		"source no object":           {e(`{"publisher":"Yicai","url":"https://yicai.com/?a=1&b=2","published":"2025-06-27"}`, `"Yicai"`), "source"},
		"no id":                      {e(`"id":"e1",`, ``), "id"},
		"empty id":                   {e(`"e1"`, `""`), "id"},
		"id with a space":            {e(`"e1"`, `"e 1"`), "id"},
		"id with an escaped NUL":     {e(`"e1"`, `"e\u0000"`), "id"},
		"id with half a surrogate":   {e(`"e1"`, `"\ud800"`), "id"},
		"id too long":                {e(`"e1"`, `"`+strings.Repeat("e", 257)+`"`), "id"},
		"id a number":                {e(`"e1"`, `1`), "id"},
		"id null":                    {e(`"e1"`, `null`), "id"},
		"no deal":                    {e(`"deal":"pair",`, ``), "deal"},
		"no kind":                    {e(`"kind":"extend",`, ``), "kind"},
		"unknown kind":               {e(`"extend"`, `"prolong"`), "kind"},
		"kind in capitals":           {e(`"extend"`, `"EXTEND"`), "kind"},
		"a clock for a kind":         {e(`"extend"`, `"deadline"`), "kind"},
		"no role":                    {e(`"role":"government",`, ``), "role"},
		"unknown role":               {e(`"government"`, `"king"`), "role"},
		"unknown modality":           {e(`"planned"`, `"maybe"`), "modality"},
		"no at":                      {e(`"at":"2025-06-27T00:00:00.000000001Z",`, ``), "at"},
		"at without a day":           {e(`2025-06-27T00:00:00.000000001Z`, `2025-06`), "at"},
		"at with half a time":        {e(`2025-06-27T00:00:00.000000001Z`, `2025-06-27T00`), "at"},
		"at without a zone":          {e(`2025-06-27T00:00:00.000000001Z`, `2025-06-27T00:00:00`), "at"},
		"at on 31 June":              {e(`2025-06-27T00:00:00.000000001Z`, `2025-06-31T00:00:00Z`), "at"},
		"at in the year 10000 UTC":   {e(`2025-06-27T00:00:00.000000001Z`, `9999-12-31T23:59:59-01:00`), "at"},
		"at in the year 0 UTC":       {e(`2025-06-27T00:00:00.000000001Z`, `0001-01-01T00:00:00+01:00`), "at"},
		"at a number":                {e(`"2025-06-27T00:00:00.000000001Z"`, `1750982400`), "at"},
		"bad recorded":               {e(`2025-06-27T09:00:00Z`, `yesterday`), "recorded"},
		"bad until":                  {e(`9999-12-31T23:59:59Z`, `10000-01-01T00:00:00Z`), "until"},
		"until on another kind":      {e(`"extend"`, `"submit"`), "until"},
		"no until":                   {e(`"until":"9999-12-31T23:59:59Z",`, ``), "until"},
		"revision a fraction":        {e(`"revision":3`, `"revision":3.0`), "revision"},
		"revision with an exponent":  {e(`"revision":3`, `"revision":3e0`), "revision"},
		"revision huge":              {e(`"revision":3`, `"revision":99999999999999999999`), "revision"},
		"revision beyond 32 bits":    {e(`"revision":3`, `"revision":4294967297`), "revision"},
		"revision negative":          {e(`"revision":3`, `"revision":-1`), "revision"},
		"revision a text":            {e(`"revision":3`, `"revision":"3"`), "revision"},
		"revision with leading zero": {e(`"revision":3`, `"revision":03`), "json"},
		"retracts itself":            {e(`"e0"`, `"e1"`), "ref"},
		"bad published":              {e(`"published":"2025-06-27"`, `"published":"June"`), "source.published"},
		"deeply nested":              {e(`"e1"`, strings.Repeat("[", 100_000)), "id"},
		"nested in an unknown field": {`{"x":` + strings.Repeat(`{"x":`, 9_000) + `1` + strings.Repeat(`}`, 9_000) + `}`, "x"},
		"longer than a line":         {e(`a\nb\u0000`, strings.Repeat("x", dealstate.MaxLine)), "json"},
		"approve without a party":    {`{"id":"e","deal":"d","kind":"approve","role":"press","at":"2025-06-27T00:00:00Z"}`, "party"},
		"perform without commitment": {`{"id":"e","deal":"d","kind":"perform","role":"press","at":"2025-06-27T00:00:00Z"}`, "commitment"},
		"retract without ref":        {`{"id":"e","deal":"d","kind":"retract","role":"press","at":"2025-06-27T00:00:00Z"}`, "ref"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, c.text, c.field, dealstate.Event{ID: "untouched", Note: "as it was"})
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
	a := func(old, new string) string { return with(t, fullAgreement, old, new) }
	minimal := func(more string) string { return `{"id":"d","parties":[{"id":"a"},{"id":"b"}]` + more + `}` }
	many := func(n int, item string) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }
	nested := func(depth int) string {
		return `,"approval":` + strings.Repeat(`{"not":`, depth) + `{"approved":"a"}` + strings.Repeat(`}`, depth)
	}
	inner := "approval" + strings.Repeat(".not", 32)
	var numbered []string
	for i := range 10_001 {
		numbered = append(numbered, fmt.Sprintf(`{"id":"%d"}`, i))
	}
	cases := map[string]struct{ text, field string }{
		"nothing":                       {``, "json"},
		"truncated":                     {fullAgreement[:len(fullAgreement)-1], "json"},
		"truncated in a field":          {fullAgreement[:len(fullAgreement)-2], "lifecycle"},
		"trailing text":                 {fullAgreement + "]", "json"},
		"invalid UTF-8":                 {a(`Diet`, "\xff"), "json"},
		"no id":                         {a(`"id":"rcep",`, ``), "id"},
		"unknown field":                 {a(`"implements"`, `"implement"`), "implement"},
		"wrong case":                    {a(`"title":"<RCEP>`, `"Title":"<RCEP>`), "Title"},
		"duplicate key":                 {minimal(`,"id":"e"`), "id"},
		"no parties":                    {`{"id":"d"}`, "parties"},
		"empty parties":                 {`{"id":"d","parties":[]}`, "parties"},
		"parties no list":               {`{"id":"d","parties":{}}`, "parties"},
		"party no object":               {`{"id":"d","parties":["us"]}`, "parties[0]"},
		"party without id":              {`{"id":"d","parties":[{"id":"a"},{}]}`, "parties[1].id"},
		"party twice":                   {`{"id":"d","parties":[{"id":"a"},{"id":"a"}]}`, "parties[1].id"},
		"unknown party field":           {a(`"name":"Japan"`, `"nom":"Japan"`), "parties[0].nom"},
		"weight a fraction":             {`{"id":"d","parties":[{"id":"a","weight":0.5}]}`, "parties[0].weight"},
		"weight negative":               {`{"id":"d","parties":[{"id":"a","weight":-1}]}`, "parties[0].weight"},
		"weight beyond 63 bits":         {`{"id":"d","parties":[{"id":"a","weight":9223372036854775808}]}`, "parties[0].weight"},
		"weights beyond 63 bits":        {a(`{"id":"laos","groups":["asean"]}`, `{"id":"laos","groups":["asean"],"weight":1}`), "parties[1].weight"},
		"group a number":                {`{"id":"d","parties":[{"id":"a","groups":["x",1]}]}`, "parties[0].groups[1]"},
		"groups a text":                 {`{"id":"d","parties":[{"id":"a","groups":"x"}]}`, "parties[0].groups"},
		"approver with a NUL":           {`{"id":"d","parties":[{"id":"a","approver":"\u0000"}]}`, "parties[0].approver"},
		"too many parties":              {`{"id":"d","parties":[` + strings.Join(numbered, ",") + `]}`, "parties"},
		"too many groups":               {`{"id":"d","parties":[{"id":"a","groups":[` + many(10_001, `"g"`) + `]}]}`, "parties[0].groups"},
		"implements itself":             {minimal(`,"implements":["x","d"]`), "implements[1]"},
		"bad deadline":                  {minimal(`,"deadline":"2025-02-29T00:00:00Z"`), "deadline"},
		"unknown delay field":           {minimal(`,"effect":{"weeks":1}`), "effect.weeks"},
		"delay a number":                {minimal(`,"effect":30`), "effect"},
		"days negative":                 {minimal(`,"effect":{"days":-1}`), "effect.days"},
		"months too many":               {minimal(`,"term":{"months":12001}`), "term.months"},
		"bad floor":                     {minimal(`,"effect":{"not_before":"soon"}`), "effect.not_before"},
		"term of no time":               {minimal(`,"term":{}`), "term"},
		"commitment of nobody":          {minimal(`,"commitments":[{"id":"c","party":"x"}]`), "commitments[0].party"},
		"commitment without id":         {minimal(`,"commitments":[{"party":"a"}]`), "commitments[0].id"},
		"commitment twice":              {minimal(`,"commitments":[{"id":"c","party":"a"},{"id":"c","party":"b"}]`), "commitments[1].id"},
		"condition empty":               {minimal(`,"approval":{}`), "approval"},
		"condition of two keys":         {minimal(`,"approval":{"approved":"a","all":[]}`), "approval"},
		"condition unknown":             {minimal(`,"approval":{"some":[]}`), "approval.some"},
		"condition with wrong case":     {minimal(`,"approval":{"All":[]}`), "approval.All"},
		"condition on nobody":           {minimal(`,"approval":{"all":[{"approved":"a"},{"any":[{"approved":"x"}]}]}`), "approval.all[1].any[0].approved"},
		"condition on no commitment":    {minimal(`,"approval":{"not":{"performed":"x"}}`), "approval.not.performed"},
		"condition on an empty group":   {minimal(`,"approval":{"count":{"min":1,"group":"x"}}`), "approval.count.group"},
		"count without min":             {minimal(`,"approval":{"count":{}}`), "approval.count.min"},
		"count beyond the parties":      {minimal(`,"approval":{"count":{"min":3}}`), "approval.count.min"},
		"count with a total":            {minimal(`,"approval":{"count":{"min":1,"total":2}}`), "approval.count.total"},
		"min above one":                 {minimal(`,"approval":{"count":{"min":"4/3"}}`), "approval.count.min"},
		"min above 100%":                {minimal(`,"approval":{"count":{"min":"100.1%"}}`), "approval.count.min"},
		"min over zero":                 {minimal(`,"approval":{"count":{"min":"1/0"}}`), "approval.count.min"},
		"min a word":                    {minimal(`,"approval":{"count":{"min":"half"}}`), "approval.count.min"},
		"min without digits":            {minimal(`,"approval":{"count":{"min":"%"}}`), "approval.count.min"},
		"min signed":                    {minimal(`,"approval":{"count":{"min":"+1/2"}}`), "approval.count.min"},
		"min percent signed":            {minimal(`,"approval":{"count":{"min":"+50%"}}`), "approval.count.min"},
		"min with blanks":               {minimal(`,"approval":{"count":{"min":"1 / 2"}}`), "approval.count.min"},
		"min negative":                  {minimal(`,"approval":{"count":{"min":-1}}`), "approval.count.min"},
		"min a float":                   {minimal(`,"approval":{"count":{"min":0.5}}`), "approval.count.min"},
		"total below the weights":       {`{"id":"d","parties":[{"id":"a","weight":5}],"approval":{"share":{"min":"50%","total":4}}}`, "approval.share.total"},
		"share out of reach":            {`{"id":"d","parties":[{"id":"a","weight":5}],"approval":{"share":{"min":"55%","total":10}}}`, "approval.share.min"},
		"share of weights that are nil": {minimal(`,"approval":{"share":{"min":"55%"}}`), "approval.share.group"},
		"guard word in an approval":     {minimal(`,"approval":{"all":[{"approval":"met"}]}`), "approval.all[0].approval"},
		"due in an approval":            {minimal(`,"approval":{"due":"term"}`), "approval.due"},
		"act_of in an approval":         {minimal(`,"approval":{"act_of":"a"}`), "approval.act_of"},
		"nested too deep":               {minimal(nested(32)), inner},
		"nested far too deep":           {minimal(nested(9_000)), inner},
		"nested beyond the decoder":     {minimal(nested(20_000)), "approval"},
		"lifecycle unknown field":       {minimal(`,"lifecycle":{"start":"x"}`), "lifecycle.start"},
		"lifecycle states a number":     {minimal(`,"lifecycle":{"states":[1]}`), "lifecycle.states[0]"},
		"too many states":               {minimal(`,"lifecycle":{"states":[` + many(251, `"s"`) + `]}`), "lifecycle.states"},
		"too many rules":                {minimal(`,"lifecycle":{"rules":[` + many(2_001, `{}`) + `]}`), "lifecycle.rules"},
		"rule on a number":              {minimal(`,"lifecycle":{"rules":[{"id":"r","on":7}]}`), "lifecycle.rules[0].on"},
		"rule with an unknown guard":    {minimal(`,"lifecycle":{"rules":[{"id":"r","when":{"maybe":1}}]}`), "lifecycle.rules[0].when.maybe"},
		"rule order huge":               {minimal(`,"lifecycle":{"rules":[{"id":"r","order":4294967296}]}`), "lifecycle.rules[0].order"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, c.text, c.field, dealstate.Agreement{ID: "untouched"})
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
