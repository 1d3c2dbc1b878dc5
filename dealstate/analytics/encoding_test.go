package analytics_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
)

// How measures travel between workers.

// measures are all measures that merge, over the deals of one agreement: nine folds that
// need none, the waits, and a sample.
type measures struct {
	*folds
	waits  *analytics.Waits
	sample analytics.Sample
}

func measuresOf(t *testing.T, m *dealstate.Machine, deals []*dealstate.Deal) *measures {
	t.Helper()
	all := &measures{folds: newFolds(t), waits: analytics.NewWaits(m)}
	all.addDeals(t, deals)
	for _, d := range mixed(deals) {
		require.NoError(t, all.waits.Add(d))
		require.NoError(t, all.sample.Add(float64(len(d.Reasons))-1.5))
	}
	return all
}

// each gives the measures as pointers, in one order.
func (m *measures) each() []any {
	return []any{&m.spells, &m.transitions, &m.variants, &m.lifetimes, m.funnel, &m.incidents, &m.conformance, &m.lags, &m.changes, m.waits, &m.sample}
}

// merge merges another worker's.
func (m *measures) merge(t *testing.T, o *measures) {
	t.Helper()
	m.folds.merge(t, o.folds)
	require.NoError(t, m.waits.Merge(o.waits))
	m.sample.Merge(&o.sample)
}

func encoded(t *testing.T, measure any) []byte {
	t.Helper()
	text, err := json.Marshal(measure)
	require.NoError(t, err)
	return text
}

// sent is what arrives at another worker.
func (m *measures) sent(t *testing.T) *measures {
	t.Helper()
	there := &measures{folds: &folds{funnel: &analytics.Funnel{}}, waits: &analytics.Waits{}}
	for i, to := range there.each() {
		require.NoError(t, json.Unmarshal(encoded(t, m.each()[i]), to))
	}
	return there
}

func (m *measures) requireEqual(t *testing.T, o *measures, until time.Time) {
	t.Helper()
	for i, here := range m.each() {
		require.Equal(t, string(encoded(t, here)), string(encoded(t, o.each()[i])))
	}
	require.Equal(t, m.text(t, until), o.text(t, until))
	var a, b bytes.Buffer
	for to, waits := range map[*bytes.Buffer]*analytics.Waits{&a: m.waits, &b: o.waits} {
		require.NoError(t, table(to, waits.All(until)))
		require.NoError(t, table(to, waits.ByParty(until)))
	}
	require.Equal(t, a.String(), b.String())
	require.Equal(t, m.sample.Dwell(), o.sample.Dwell())
}

// manyDeals are deals on one agreement.
func manyDeals(t *testing.T, style dealtest.Style, n, events int) []*dealstate.Deal {
	t.Helper()
	var all []*dealstate.Deal
	for seed := range n {
		a := many()
		a.ID += "-" + string(rune('a'+seed%26)) + string(rune('a'+seed/26))
		all = append(all, generated(t, a, style, uint64(seed), events))
	}
	return all
}

func TestEncodedMeasuresMergeInAnyOrderAndGroupingAsTheMeasuresDo(t *testing.T) {
	t.Parallel()
	for _, style := range dealtest.Styles() {
		all := manyDeals(t, style, 14, 20)
		whole := measuresOf(t, all[0].Machine(), all)
		for seed := range uint64(4) {
			rng := rand.New(rand.NewPCG(seed, 0))
			rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			var parts []*measures
			for rest := all; len(rest) > 0; {
				n := min(len(rest), 1+rng.IntN(5))
				parts = append(parts, measuresOf(t, all[0].Machine(), rest[:n]).sent(t))
				rest = rest[n:]
			}
			for len(parts) > 1 { // any two, as a tree of workers would
				i := rng.IntN(len(parts) - 1)
				parts[i].merge(t, parts[i+1])
				parts[i] = parts[i].sent(t)
				parts = slices.Delete(parts, i+1, i+2)
			}
			whole.requireEqual(t, parts[0], time.Time{})
			whole.requireEqual(t, parts[0], at("2025-07-01T12:00:00Z"))
		}
	}
}

// What was read goes on as what was written.
func TestADecodedMeasureTakesFurtherDecisions(t *testing.T) {
	t.Parallel()
	all := manyDeals(t, dealtest.Dirty, 8, 30)
	m := all[0].Machine()
	whole, part := measuresOf(t, m, nil), measuresOf(t, m, nil)
	decisions := mixed(all)
	for i, d := range decisions {
		if i == len(decisions)/2 {
			part = part.sent(t)
		}
		for _, to := range []*measures{whole, part} {
			to.add(t, []dealstate.Decision{d})
			require.NoError(t, to.waits.Add(d))
		}
	}
	whole.requireEqual(t, part, time.Time{})
}

func TestAnEmptyMeasureIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(many())
	require.NoError(t, err)
	none := measuresOf(t, m, nil)
	none.requireEqual(t, none.sent(t), time.Time{})
}

// A measure that merges and cannot travel is of no use to two machines.
func TestEveryMeasureThatMergesHasAnEncoding(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var merging []string
	for _, name := range files {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^func \(\w+ \*(\w+)\) Merge\(`).FindAllSubmatch(source, -1) {
			merging = append(merging, string(m[1]))
		}
	}
	var here []string
	m, err := dealstate.Compile(many())
	require.NoError(t, err)
	formats, err := os.ReadFile("../FORMATS.md")
	require.NoError(t, err)
	for _, measure := range measuresOf(t, m, nil).each() {
		here = append(here, reflect.TypeOf(measure).Elem().Name())
		require.Implements(t, (*json.Unmarshaler)(nil), measure)
		require.Implements(t, (*json.Marshaler)(nil), reflect.ValueOf(measure).Elem().Interface(), "also of a value, which would else be {}")
		var head struct{ Measure string }
		require.NoError(t, json.Unmarshal(encoded(t, measure), &head))
		require.True(t, bytes.Contains(formats, []byte("| `"+head.Measure+"` |")), "FORMATS.md does not say what is in the encoding of %s", head.Measure)
	}
	require.ElementsMatch(t, merging, here)
}

func TestABrokenEncodingNamesItsFieldAndChangesNothing(t *testing.T) {
	t.Parallel()
	const deal = `"deal":"d","state":"s","begun":"2025-01-01T00:00:00Z","since":"2025-01-02T00:00:00Z","last":"2025-01-03T00:00:00Z"`
	same := strings.Replace(deal, "2025-01-02", "2025-01-01", 1) // in the state in which it began
	spells := func(rest string) string {
		return `{"measure":"spells","version":1,"deals":[{` + deal + `,"spells":[` + rest + `]}]}`
	}
	waits := func(deals string) string {
		return `{"measure":"waits","version":1,"parties":["a","b"],"asked":[{"party":"a"}],"states":["s","t"],"open":["s"],"deals":[` + deals + `]}`
	}
	for text, want := range map[string]string{
		``:   "json: the text ends too early; want a whole JSON object",
		`[]`: "json: want a JSON object",
		`{}`: `measure: missing; want "spells"`,
		`{"measure":"spells","version":2,"deals":[]}`:                         "version: 2; this library reads 1",
		`{"measure":"spells","deals":[]}`:                                     "version: missing; want 1",
		`{"measure":"spells","version":1}`:                                    "deals: missing",
		`{"measure":"waits","version":1,"deals":[]}`:                          `measure: "waits"; want "spells"`,
		`{"measure":"spells","version":1,"deals":{}}`:                         "deals: {} found; want a list",
		`{"measure":"spells","version":1,"deals":[{}]}`:                       "deals[0].deal: missing",
		`{"measure":"spells","version":1,"deals":[{"deal":"d","state":"s"}]}`: "deals[0].last: missing",
		`{"measure":"spells","version":1,"deals":[{"deal":"d","state":"s","begun":"2025-01-01T00:00:00Z","last":"2025-01-03T00:00:00Z"}]}`: "deals[0].since: want it where begun is given, and only there",
		strings.Replace(spells(""), "2025-01-02", "2025-01-04", 1):                                                                         "deals[0].last: before since",
		strings.Replace(spells(""), `"spells":[]`, `"spels":[]`, 1):                                                                        `deals[0].spels: unknown field; did you mean "spells"?`,
		`{"measure":"spells","version":1,"deals":[{` + same + `},{` + same + `}]}`:                                                         `deals[1].deal: "d" is given twice`,
		spells(`{}`):                       "deals[0].spells[0].state: missing",
		spells(`{"state":"a","next":"b"}`): "deals[0].spells[0].by: missing",
		spells(`{"state":"a","next":"b","by":"approve","from":"2024-01-01T00:00:00Z","to":"2025-01-02T00:00:00Z"}`): "deals[0].spells[0].from: before the deal's begun",
		spells(`{"state":"a","next":"b","by":"approve","from":"2025-01-02T00:00:00Z","to":"2025-02-02T00:00:00Z"}`): "deals[0].spells[0].to: after the deal's last",
	} {
		requireRefused(t, &analytics.Spells{}, text, want)
	}
	for text, want := range map[string]string{
		waits(`{` + deal + `,"parties":[{"party":"b"}]}`):                                         `deals[0].parties[0].party: "b" is not asked`,
		waits(`{` + deal + `,"waits":[{"party":"b","by":"approve"}]}`):                            `deals[0].waits[0].party: "b" is not asked`,
		waits(`{` + deal + `,"revision":-1}`):                                                     `deals[0].revision: -1 found; want a count`,
		strings.Replace(waits(""), `[{"party":"a"}]`, `[{"party":"a"},{"party":"a"}]`, 1):         `asked[1].party: "a" is given twice, or is not among the parties`,
		strings.Replace(waits(""), `"open":["s"]`, `"open":["u"]`, 1):                             `open[0]: "u" is not among the states`,
		waits(`{"deal":"d","state":"s","last":"2025-01-03T00:00:00Z","parties":[{"party":"a"}]}`): `deals[0].parties[0]: of a deal that has not begun`,
		waits(`{` + deal + `,"parties":[{"party":"a","awaited":"2025-01-09T00:00:00Z"}]}`):        `deals[0].parties[0].awaited: after the deal's last`,
	} {
		requireRefused(t, &analytics.Waits{}, text, want)
	}
	requireRefused(t, &analytics.Transitions{}, `{"measure":"transitions","version":1,"moves":[{"from":"a","by":"approve","to":"b","count":1,"seconds":[1,2]}],"deals":[]}`,
		"moves[0].count: 1; want at least 1, and no fewer than the seconds listed")
	requireRefused(t, &analytics.Variants{}, `{"measure":"variants","version":1,"deals":[{`+deal+`,"path":["a"]}]}`,
		"deals[0].path: want the states of a deal that has begun, the present one last")
	requireRefused(t, &analytics.Lifetimes{}, `{"measure":"lifetimes","version":1,"deals":[]}`, "target: missing")
	requireRefused(t, &analytics.Funnel{}, `{"measure":"funnel","version":1,"stages":[],"deals":[]}`, "stages: none; want at least one")
	requireRefused(t, &analytics.Funnel{}, `{"measure":"funnel","version":1,"stages":[{"stage":"x","states":["s"]}],"deals":[{`+deal+`,"stage":2}]}`, "deals[0].stage: 2; want at most 1, of a deal that has begun")
	requireRefused(t, &analytics.Incidents{}, `{"measure":"incidents","version":1,"deals":[{`+deal+`,"incidents":[{"class":"lost"}]}]}`, `deals[0].incidents[0].class: "lost" is unknown; want one of disputed, settled, reversed, broken`)
	requireRefused(t, &analytics.Conformance{}, `{"measure":"conformance","version":1,"deals":[{`+deal+`,"deviations":[{"state":"s","kind":"approve","at":"2025-01-02T00:00:00Z","reasons":[{}]}]}]}`, "deals[0].deviations[0].reasons[0].code: missing")
	requireRefused(t, &analytics.Lags{}, `{"measure":"lags","version":1,"lags":[{"kind":"note","seconds":[1e999]}]}`, "lags[0].seconds[0]: 1e999 found; want a number")
	requireRefused(t, &analytics.Lags{}, `{"measure":"lags","version":1,"lags":[{"kind":"note","seconds":[1]},{"kind":"note","seconds":[1]}]}`, "lags[1]: this kind and role are given twice")
	requireRefused(t, &analytics.PolicyChanges{}, `{"measure":"policy_changes","version":1,"answers":[{"policy_a":"a","policy_b":"a","state_a":"s","state_b":"s","count":1}]}`, `answers[0].policy_b: "a" on both sides; want two`)
	requireRefused(t, &analytics.Sample{}, `{"measure":"sample","version":1,"values":["1"]}`, `values[0]: "1" found; want a number`)
	requireRefused(t, &analytics.Sample{}, `{"measure":"sample","version":1,"values":[1e301]}`, `values[0]: 1e301 found; want a number from -1e300 to 1e300`)
}

// What no sequence of decisions gives is refused where it is read.
func TestAnEncodingSaysWhatDecisionsCanCome(t *testing.T) {
	t.Parallel()
	deal := func(id string) string {
		return `{"deal":"` + id + `","state":"c","begun":"2025-01-01T00:00:00Z","since":"2025-01-03T00:00:00Z","last":"2025-01-03T00:00:00Z"`
	}
	spell := func(state, next, from, to, rest string) string {
		return `{"state":"` + state + `","next":"` + next + `","by":"approve","from":"` + from + `T00:00:00Z","to":"` + to + `T00:00:00Z"` + rest + `}`
	}
	spells := func(all ...string) string {
		return `{"measure":"spells","version":1,"deals":[` + deal("d") + `,"spells":[` + strings.Join(all, ",") + `]}]}`
	}
	first, second := spell("a", "b", "2025-01-01", "2025-01-02", ""), spell("b", "c", "2025-01-02", "2025-01-03", "")
	require.NoError(t, new(analytics.Spells).UnmarshalJSON([]byte(spells(first, second))))
	for text, want := range map[string]string{
		spells(second, first): "deals[0].spells[0].from: 2025-01-02T00:00:00Z; want 2025-01-01T00:00:00Z, where the spell before ended or the deal began",
		spells(first):         `deals[0].state: "c"; want "b", to which the last spell led`,
		spells(first, spell("x", "c", "2025-01-02", "2025-01-03", "")):                                         `deals[0].spells[1].state: "x"; want "b", to which the spell before led`,
		spells(spell("a", "b", "2025-01-01", "2025-01-01", ""), second):                                        "deals[0].spells[1].from: 2025-01-02T00:00:00Z; want 2025-01-01T00:00:00Z, where the spell before ended or the deal began",
		spells(spell("a", "c", "2025-01-01", "2025-01-02", "")):                                                "deals[0].since: 2025-01-03T00:00:00Z; want 2025-01-02T00:00:00Z, where the last spell ended or the deal began",
		spells(spell("a", "b", "2025-01-01", "2025-01-02", `,"unseen":true`), second):                          "deals[0].spells[0].unseen: want it of a first spell that ends where it begins, and only there",
		spells(first, spell("b", "b", "2025-01-02", "2025-01-02", `,"unseen":true`), second):                   "deals[0].spells[1].unseen: want it of a first spell that ends where it begins, and only there",
		`{"measure":"spells","version":1,"deals":[` + deal("a b") + `}]}`:                                      `deals[0].deal: "a b" holds white space or control characters`,
		`{"measure":"spells","version":1,"deals":[` + strings.Replace(deal("d"), `"d"`, `"\u0000"`, 1) + `}]}`: `deals[0].deal: "\x00" holds white space or control characters`,
		`{"measure":"spells","version":1,"deals":[` + deal(strings.Repeat("d", 10_000)) + `}]}`:                "deals[0].deal: 10000 bytes long; want at most 256",
	} {
		requireRefused(t, &analytics.Spells{}, text, want)
	}
	moves := func(count, seconds string) string {
		return `{"measure":"transitions","version":1,"moves":[{"from":"a","by":"approve","to":"b","count":` + count + `,"seconds":[` + seconds + `]}],"deals":[]}`
	}
	requireRefused(t, &analytics.Transitions{}, moves("2", "1,-5"), "moves[0].seconds[1]: -5; want seconds from 0 to 315537897600")
	requireRefused(t, &analytics.Transitions{}, moves("1", "1e26"), "moves[0].seconds[0]: 1e+26; want seconds from 0 to 315537897600")
	requireRefused(t, &analytics.Transitions{}, moves("9223372036854775807", "1"), "moves[0].count: 9223372036854775807 found; want a count of at most 9007199254740992")
	requireRefused(t, &analytics.Lags{}, `{"measure":"lags","version":1,"lags":[{"kind":"note","seconds":[1e26]}]}`, "lags[0].seconds[0]: 1e+26; want seconds from -315537897600 to 315537897600")
	requireRefused(t, &analytics.Conformance{}, `{"measure":"conformance","version":1,"deals":[`+deal("d")+`,"applied":9223372036854775807}]}`, "deals[0].applied: 9223372036854775807 found; want a count of at most 9007199254740992")
	for _, of := range []struct {
		measure json.Unmarshaler
		rest    string
		key     string
	}{
		{&analytics.Sample{}, `"sample"`, "values"}, {&analytics.Lags{}, `"lags"`, "lags"}, {&analytics.PolicyChanges{}, `"policy_changes"`, "answers"},
		{&analytics.Transitions{}, `"transitions","deals":[]`, "moves"}, {&analytics.Funnel{}, `"funnel","deals":[]`, "stages"}, {&analytics.Waits{}, `"waits","deals":[]`, "parties"},
		{&analytics.Waits{}, `"waits","deals":[],"parties":[],"asked":[],"states":[]`, "open"}, {&analytics.Variants{}, `"variants"`, "deals"},
	} {
		requireRefused(t, of.measure, `{"version":1,"measure":`+of.rest+`}`, of.key+": missing")
	}
}

// What a merge writes can be read: counts that would come to more are not merged, and both
// measures stay as they were.
func TestCountsThatCannotBeReadAgainAreNotMerged(t *testing.T) {
	t.Parallel()
	moves := func(count string) *analytics.Transitions {
		m := &analytics.Transitions{}
		require.NoError(t, m.UnmarshalJSON([]byte(`{"measure":"transitions","version":1,"moves":[{"from":"a","by":"approve","to":"b","count":`+count+`,"seconds":[]}],"deals":[]}`)))
		return m
	}
	answers := func(count string) *analytics.PolicyChanges {
		m := &analytics.PolicyChanges{}
		require.NoError(t, m.UnmarshalJSON([]byte(`{"measure":"policy_changes","version":1,"answers":[{"policy_a":"a","policy_b":"b","state_a":"s","state_b":"s","count":`+count+`}]}`)))
		return m
	}
	const most = "9007199254740992"
	var refused *analytics.MergeError
	m, p := moves(most), answers(most)
	require.ErrorAs(t, m.Merge(moves("1")), &refused)
	require.ErrorAs(t, p.Merge(answers("1")), &refused)
	require.Equal(t, moves(most), m)
	require.Equal(t, answers(most), p)
	m, p = moves("9007199254740991"), answers("9007199254740991")
	require.NoError(t, m.Merge(moves("1")))
	require.NoError(t, p.Merge(answers("1")))
	for _, measure := range []json.Marshaler{m, p} {
		text, err := measure.MarshalJSON()
		require.NoError(t, err)
		require.NoError(t, measure.(json.Unmarshaler).UnmarshalJSON(text))
	}
	_, err := analytics.Funnel{}.MarshalJSON()
	require.EqualError(t, err, "stages: none; want at least one", "which would be refused where it is read")
}

// Waits of two agreements do not merge, even where the same approvals are asked.
func TestWaitsOfTwoAgreementsDoNotMerge(t *testing.T) {
	t.Parallel()
	waits := func(parties, states, open string) *analytics.Waits {
		w := &analytics.Waits{}
		require.NoError(t, w.UnmarshalJSON([]byte(`{"measure":"waits","version":1,"parties":[`+parties+`],"asked":[{"party":"a"}],"states":[`+states+`],"open":[`+open+`],"deals":[]}`)))
		return w
	}
	one := waits(`"a"`, `"s","t"`, `"s"`)
	require.NoError(t, one.Merge(waits(`"a"`, `"s","t"`, `"s"`)))
	for _, other := range []*analytics.Waits{waits(`"a","b"`, `"s","t"`, `"s"`), waits(`"a"`, `"s","t","u"`, `"s"`), waits(`"a"`, `"s","t"`, `"s","t"`)} {
		var refused *analytics.MergeError
		require.ErrorAs(t, one.Merge(other), &refused)
		require.ErrorAs(t, other.Merge(one), &refused)
	}
}

// requireRefused reads a text over a measure that holds something.
func requireRefused(t *testing.T, measure json.Unmarshaler, text, want string) {
	t.Helper()
	var bad *dealstate.FieldError
	err := measure.UnmarshalJSON([]byte(text))
	require.ErrorAs(t, err, &bad, "%T %s", measure, text)
	require.EqualError(t, err, want)
	require.Equal(t, reflect.New(reflect.TypeOf(measure).Elem()).Interface(), measure)
}

// What JSON cannot carry is told, not changed.
func TestATextThatJSONCannotCarryIsNotWritten(t *testing.T) {
	t.Parallel()
	var s analytics.Spells
	require.NoError(t, s.Add(dealstate.Decision{Deal: "\xff", At: at("2025-01-01T00:00:00Z"), Outcome: dealstate.Noted, From: "a", To: "a", Kind: dealstate.Note, Event: "e"}))
	_, err := s.MarshalJSON()
	require.EqualError(t, err, "deals.deal: not valid UTF-8")
}

// Whatever is read is whole: all can be asked of it, and it is written as it is read.
func FuzzMeasures(f *testing.F) {
	var t testing.T
	all := manyDeals(&t, dealtest.Dirty, 2, 12)
	for _, measure := range measuresOf(&t, all[0].Machine(), all).each() {
		text, err := json.Marshal(measure)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		there := &measures{folds: &folds{funnel: &analytics.Funnel{}}, waits: &analytics.Waits{}}
		for _, measure := range there.each() {
			if measure.(json.Unmarshaler).UnmarshalJSON(text) != nil {
				continue
			}
			again := reflect.New(reflect.TypeOf(measure).Elem()).Interface()
			written := encoded(t, measure)
			require.NoError(t, json.Unmarshal(written, again))
			require.Equal(t, string(written), string(encoded(t, again)))
		}
		there.text(t, time.Time{})
		for range there.waits.ByParty(time.Time{}) {
		}
	})
}
