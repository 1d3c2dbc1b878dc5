package analytics_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// small is a deal with one of everything: applied, refused, noted, a clock.
func small(t *testing.T) *dealstate.Deal {
	t.Helper()
	a := dealstate.Agreement{ID: "small", Title: `Tea & <silk>, "in principle"`, Deadline: at("2025-07-01T00:00:00Z"),
		Parties:     []dealstate.Party{{ID: "us", Name: "United States", Approver: "Trump"}, {ID: "china", Name: "China", Approver: "Xi"}},
		Commitments: []dealstate.Commitment{{ID: "licences", Party: "china", Title: "Issue licences"}}}
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	d := m.NewDeal(dealstate.Strict)
	for _, e := range []dealstate.Event{
		{ID: "n1", Kind: dealstate.Negotiate, By: "Lutnick", Role: dealstate.Negotiator, At: at("2025-06-10T22:00:00Z"), Recorded: at("2025-06-11T01:30:00Z")},
		{ID: "p1", Kind: dealstate.Perform, Party: "china", Role: dealstate.Instrument, Commitment: "licences", At: at("2025-06-11T00:00:00Z")},
		{ID: "a1", Kind: dealstate.Approve, Party: "us", By: "Trump", Role: dealstate.Approver, At: at("2025-06-12T00:00:00.5Z"), Source: dealstate.Source{Publisher: "AP", URL: "https://example.org/?a=1&b=2", Published: "2025-06-12"}},
		{ID: "i1", Kind: dealstate.Implement, Role: dealstate.Instrument, At: at("2025-06-13T00:00:00Z")},
		{ID: "a2", Kind: dealstate.Approve, Party: "china", By: "=cmd()", Role: dealstate.Press, At: at("2025-06-14T00:00:00Z"), Note: "]]> \" ' \t tab"},
		{ID: "z", Kind: dealstate.Note, At: at("2025-07-02T00:00:00Z")},
	} {
		e.Deal = a.ID
		_, err := d.Record(e)
		require.NoError(t, err)
	}
	return d
}

func cases(deals ...*dealstate.Deal) func(func(analytics.Case) bool) {
	return func(yield func(analytics.Case) bool) {
		for _, d := range deals {
			if !yield(analytics.CaseOf(d)) {
				return
			}
		}
	}
}

func xes(t *testing.T, deals ...*dealstate.Deal) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, analytics.WriteXES(&b, cases(deals...)))
	return b.Bytes()
}

func ocelWriter(t *testing.T, deals ...*dealstate.Deal) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, analytics.WriteOCEL(&b, cases(deals...)))
	return b.Bytes()
}

func TestEventLogsAreTheGoldenOnes(t *testing.T) {
	t.Parallel()
	d := small(t)
	for name, got := range map[string][]byte{"small.xes": xes(t, d), "small.ocel.json": ocelWriter(t, d)} {
		path := filepath.Join("testdata", name)
		if dealtest.Updating() {
			require.NoError(t, os.WriteFile(path, got, 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%s; if the change is meant, run go test with -update and read the diff", name)
	}
}

func TestEventLogsAreTheSameBytesEveryTime(t *testing.T) {
	t.Parallel()
	all := deals(t, dealtest.Adversarial, 4, 25)
	x, o := xes(t, all...), ocelWriter(t, all...)
	for range 5 {
		require.Equal(t, x, xes(t, all...))
		require.Equal(t, o, ocelWriter(t, all...))
	}
}

// node is any XML element, as encoding/xml reads it.
type node struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []node     `xml:",any"`
	Text     string     `xml:",chardata"`
}

func (n node) attr(name string) (string, bool) {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}

func (n node) must(t *testing.T, name string) string {
	t.Helper()
	v, ok := n.attr(name)
	require.True(t, ok, "<%s> needs %s", n.XMLName.Local, name)
	return v
}

func (n node) all(name string) []node {
	return slices.DeleteFunc(slices.Clone(n.Children), func(c node) bool { return c.XMLName.Local != name })
}

func parse(t *testing.T, text []byte) node {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(text))
	var root node
	require.NoError(t, dec.Decode(&root))
	_, err := dec.Token()
	for err == nil {
		_, err = dec.Token()
	}
	require.ErrorIs(t, err, io.EOF)
	return root
}

var (
	xsDecimal  = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)
	ncName     = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
	xsName     = regexp.MustCompile(`^[A-Za-z_:][A-Za-z0-9_.:-]*$`)
	xsDateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)
)

// xesLog checks the rules of IEEE Std 1849-2016, clause 5 and its XML Schema, as
// far as this writer uses the language. What the schema says of names: those of
// extensions, classifiers and scopes are xs:NCName, and so without spaces; keys are
// xs:Name; a classifier's keys and the features are xs:token. The real output of
// this writer was also validated against the schema itself, with libxml2.
func xesLog(t *testing.T, text []byte) node {
	t.Helper()
	log := parse(t, text)
	require.Equal(t, xml.Name{Space: "http://www.xes-standard.org/", Local: "log"}, log.XMLName)
	require.Regexp(t, xsDecimal, log.must(t, "xes.version"))
	requireToken(t, log.must(t, "xes.features"))
	order := []string{"extension", "global", "classifier", "attribute", "trace"} // the schema's sequence
	place := 0
	for _, c := range log.Children {
		name := c.XMLName.Local
		if slices.Contains([]string{"string", "date"}, name) {
			name = "attribute"
		}
		at := slices.Index(order, name)
		require.GreaterOrEqual(t, at, place, "<%s> stands too late", name)
		place = at
	}
	prefixes := xesExtensions(t, log)
	globals := xesGlobals(t, log, prefixes)
	for _, c := range log.all("classifier") {
		require.Regexp(t, ncName, c.must(t, "name"))
		requireToken(t, c.must(t, "keys"))
		for _, key := range strings.Fields(c.must(t, "keys")) {
			require.Contains(t, globals["event"], key, "a classifier's keys are on every event")
		}
	}
	for _, trace := range log.all("trace") {
		require.Subset(t, xesAttributes(t, trace, prefixes, "event"), globals["trace"])
		for _, event := range trace.all("event") {
			require.Subset(t, xesAttributes(t, event, prefixes), globals["event"])
		}
	}
	return log
}

// requireToken: an xs:token has single spaces, and those inside only.
func requireToken(t *testing.T, text string) {
	t.Helper()
	require.Equal(t, strings.Join(strings.Fields(text), " "), text)
}

func xesExtensions(t *testing.T, log node) (prefixes []string) {
	t.Helper()
	for _, x := range log.all("extension") {
		require.Regexp(t, ncName, x.must(t, "name"))
		require.Regexp(t, ncName, x.must(t, "prefix"))
		require.Equal(t, "http://www.xes-standard.org/"+x.must(t, "prefix")+".xesext", x.must(t, "uri"))
		prefixes = append(prefixes, x.must(t, "prefix"))
	}
	return prefixes
}

func xesGlobals(t *testing.T, log node, prefixes []string) map[string][]string {
	t.Helper()
	globals := map[string][]string{}
	for _, g := range log.all("global") {
		scope := g.must(t, "scope")
		require.Contains(t, []string{"trace", "event"}, scope)
		require.Empty(t, globals[scope], "one global a scope")
		globals[scope] = xesAttributes(t, g, prefixes)
	}
	return globals
}

// xesAttributes gives an element's keys. But for the children named, all are
// attributes.
func xesAttributes(t *testing.T, n node, prefixes []string, besides ...string) (keys []string) {
	t.Helper()
	for _, c := range n.Children {
		if slices.Contains(besides, c.XMLName.Local) {
			continue
		}
		key, value := c.must(t, "key"), c.must(t, "value")
		require.Regexp(t, xsName, key)
		require.NotContains(t, keys, key, "keys are unique in their element")
		keys = append(keys, key)
		require.Empty(t, c.Children)
		require.Equal(t, "key", c.Attrs[0].Name.Local, "some importers read by position")
		if prefix, _, has := strings.Cut(key, ":"); has {
			require.Contains(t, prefixes, prefix)
		}
		if c.XMLName.Local == "date" {
			require.Regexp(t, xsDateTime, value)
		} else {
			require.Equal(t, "string", c.XMLName.Local)
		}
	}
	return keys
}

func value(n node, key string) string {
	for _, c := range n.Children {
		if k, _ := c.attr("key"); k == key {
			v, _ := c.attr("value")
			return v
		}
	}
	return ""
}

func TestXESObeysItsSchemaAndHoldsEveryDecision(t *testing.T) {
	t.Parallel()
	for _, style := range dealtest.Styles() {
		all := append(deals(t, style, 6, 25), london(t, dealstate.Official))
		log := xesLog(t, xes(t, all...))
		traces := log.all("trace")
		require.Len(t, traces, len(all))
		for i, d := range all {
			require.Equal(t, d.Machine().Deal(), value(traces[i], "concept:name"))
			decisions := slices.Collect(d.Decisions())
			events := traces[i].all("event")
			require.Len(t, events, len(decisions))
			for j, dec := range decisions {
				require.Equal(t, dec.Trigger().String(), value(events[j], "concept:name"))
				require.Equal(t, dec.At.Format("2006-01-02T15:04:05.000Z"), value(events[j], "time:timestamp"))
				require.Equal(t, dec.Outcome == dealstate.Applied, value(events[j], "lifecycle:transition") == "complete")
				require.Equal(t, string(dec.To), value(events[j], "to"))
			}
		}
	}
}

// ocelLog is the JSON form of the OCEL 2.0 specification, read strictly.
type ocelLog struct {
	EventTypes  []ocelType   `json:"eventTypes"`
	ObjectTypes []ocelType   `json:"objectTypes"`
	Events      []ocelEvent  `json:"events"`
	Objects     []ocelObject `json:"objects"`
}

type ocelType struct {
	Name       *string `json:"name"`
	Attributes []struct {
		Name *string `json:"name"`
		Type *string `json:"type"`
	} `json:"attributes"`
}

type ocelEvent struct {
	ID            *string         `json:"id"`
	Type          *string         `json:"type"`
	Time          *string         `json:"time"`
	Attributes    []ocelAttribute `json:"attributes"`
	Relationships []ocelRelation  `json:"relationships"`
}

type ocelObject struct {
	ID            *string         `json:"id"`
	Type          *string         `json:"type"`
	Attributes    []ocelAttribute `json:"attributes"`
	Relationships []ocelRelation  `json:"relationships"`
}

type ocelAttribute struct {
	Name  *string `json:"name"`
	Time  *string `json:"time"`
	Value *string `json:"value"` // a string, as the schema has it
}

type ocelRelation struct {
	ObjectID  *string `json:"objectId"`
	Qualifier *string `json:"qualifier"`
}

// readOCEL checks the rules of the published JSON schema (what is required, and
// that values are strings), against which the real output was also validated, and
// those of the specification's section 3 that a schema cannot say: ids are unique,
// types and attributes declared, and relations lead to objects.
func readOCEL(t *testing.T, text []byte) ocelLog {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	var log ocelLog
	require.NoError(t, dec.Decode(&log))
	require.NotNil(t, log.EventTypes)
	require.NotNil(t, log.ObjectTypes)
	require.NotNil(t, log.Events)
	require.NotNil(t, log.Objects)
	eventTypes, objectTypes := declared(t, log.EventTypes), declared(t, log.ObjectTypes)
	objects, events := map[string]bool{}, map[string]bool{}
	for _, o := range log.Objects {
		require.False(t, objects[*o.ID], *o.ID)
		objects[*o.ID] = true
		last := map[string]time.Time{}
		for _, a := range o.Attributes {
			require.Contains(t, objectTypes[*o.Type], *a.Name)
			require.NotNil(t, a.Value)
			require.Regexp(t, xsDateTime, *a.Time)
			when, err := time.Parse(time.RFC3339, *a.Time)
			require.NoError(t, err)
			if before, changed := last[*a.Name]; changed {
				require.True(t, when.After(before), "%s of %s has one value at a time", *a.Name, *o.ID)
			} else {
				require.False(t, when.After(time.Unix(0, 0)), "%s of %s: readers take 1970 for the beginning", *a.Name, *o.ID)
			}
			last[*a.Name] = when
		}
	}
	for _, o := range log.Objects {
		related(t, objects, o.Relationships)
	}
	for _, e := range log.Events {
		require.False(t, events[*e.ID], *e.ID)
		events[*e.ID] = true
		require.Regexp(t, xsDateTime, *e.Time)
		for _, a := range e.Attributes {
			require.Contains(t, eventTypes[*e.Type], *a.Name)
			require.NotNil(t, a.Value)
			require.Nil(t, a.Time)
		}
		require.NotEmpty(t, e.Relationships)
		related(t, objects, e.Relationships)
	}
	return log
}

func declared(t *testing.T, types []ocelType) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, typ := range types {
		require.Nil(t, all[*typ.Name], "a type is declared once")
		all[*typ.Name] = []string{}
		require.NotNil(t, typ.Attributes)
		for _, a := range typ.Attributes {
			require.Contains(t, []string{"string", "time", "integer", "float", "boolean"}, *a.Type)
			require.NotContains(t, all[*typ.Name], *a.Name)
			all[*typ.Name] = append(all[*typ.Name], *a.Name)
		}
	}
	return all
}

func related(t *testing.T, objects map[string]bool, relations []ocelRelation) {
	t.Helper()
	for _, r := range relations {
		require.True(t, objects[*r.ObjectID], *r.ObjectID)
		require.NotNil(t, r.Qualifier)
	}
}

func TestOCELObeysItsSchemaAndHoldsEveryDecision(t *testing.T) {
	t.Parallel()
	for _, style := range dealtest.Styles() {
		all := append(deals(t, style, 6, 25), london(t, dealstate.Official))
		log := readOCEL(t, ocelWriter(t, all...))
		i := 0
		for _, d := range all {
			for dec := range d.Decisions() {
				e := log.Events[i]
				i++
				require.Equal(t, dec.Trigger().String(), *e.Type)
				if dec.Event != "" {
					require.Equal(t, dec.Deal+" "+dec.Event, *e.ID)
				}
				when, err := time.Parse(time.RFC3339, *e.Time)
				require.NoError(t, err)
				require.True(t, when.Equal(dec.At))
			}
		}
		require.Len(t, log.Events, i)
	}
}

func TestOCELObjectsChangeAsTheDealDoes(t *testing.T) {
	t.Parallel()
	log := readOCEL(t, ocelWriter(t, small(t)))
	got := map[string][]string{}
	for _, o := range log.Objects {
		for _, a := range o.Attributes {
			got[*o.ID+" "+*a.Name] = append(got[*o.ID+" "+*a.Name], *a.Time+" "+*a.Value)
		}
	}
	require.Equal(t, []string{"1970-01-01T00:00:00Z negotiated", "2025-06-12T00:00:00.5Z awaiting_xi_approval", "2025-07-01T00:00:00Z lapsed"}, got["deal:small state"])
	require.Equal(t, []string{"1970-01-01T00:00:00Z false", "2025-06-11T00:00:00Z true"}, got["commitment:small licences performed"])
	require.Equal(t, []string{"1970-01-01T00:00:00Z Xi"}, got["party:china approver"])
}

// The beginning of a deal of 1965 is not in 1970.
func TestOCELObjectsOfOldDealsChangeInOrderToo(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"1965-06-12T00:00:00Z", "1970-01-01T00:00:00Z"} {
		d := recordedDeal(t, uschina.London(), act(dealstate.Approve, "us", when), act(dealstate.Approve, "china", "1971-01-01T00:00:00Z"))
		var states []string
		for _, o := range readOCEL(t, ocelWriter(t, d)).Objects {
			for _, a := range o.Attributes {
				if *a.Name == "state" {
					states = append(states, *a.Value)
				}
			}
		}
		require.Equal(t, []string{"negotiated", "awaiting_xi_approval", "approved"}, states)
	}
}

// Some readers drop objects that no event relates to: what nobody performs would
// be lost to them.
func TestOCELRelatesWhatWasNegotiatedToEveryPartyAndCommitment(t *testing.T) {
	t.Parallel()
	log := readOCEL(t, ocelWriter(t, recordedDeal(t, many(), act(dealstate.Negotiate, "a", "2025-06-10T00:00:00Z"))))
	related := map[string]string{}
	for _, r := range log.Events[0].Relationships {
		require.Empty(t, related[*r.ObjectID], "related once")
		related[*r.ObjectID] = *r.Qualifier
	}
	for _, o := range log.Objects {
		require.NotEmpty(t, related[*o.ID], *o.ID)
	}
	require.Equal(t, "acting party", related["party:a"])
	require.Equal(t, "negotiating party", related["party:b"])
	require.Equal(t, "undertaken", related["commitment:many tariffs"])
}

// One deal carries out another; the log names the other only where it holds it.
func TestOCELRelatesDealsToDeals(t *testing.T) {
	t.Parallel()
	geneva, err := uschina.Open(uschina.Geneva(), dealstate.Official)
	require.NoError(t, err)
	require.NotContains(t, string(ocelWriter(t, london(t, dealstate.Official))), "implements")
	log := readOCEL(t, ocelWriter(t, london(t, dealstate.Official), geneva))
	n := 0
	for _, o := range log.Objects {
		for _, r := range o.Relationships {
			if *r.Qualifier == "implements" {
				n++
				require.Equal(t, "deal:"+uschina.Geneva().ID, *r.ObjectID)
			}
		}
	}
	require.Equal(t, 1, n)
}

func TestEventLogsRefuseWhatTheyCouldNotCarry(t *testing.T) {
	t.Parallel()
	c := analytics.CaseOf(small(t))
	twice := c
	twice.Decisions = append(slices.Clone(c.Decisions), c.Decisions[0])
	for want, log := range map[string][]analytics.Case{
		"deal: missing":                                                  {{}},
		`deal: "a b" holds white space`:                                  {{Deal: "a b"}},
		`deal: "a\u00a0b" holds white space`:                             {{Deal: "a\u00a0b"}},
		`decisions[0].event: "a b" holds white space`:                    {{Deal: "d", Decisions: []dealstate.Decision{{Event: "a b", Outcome: dealstate.Noted}}}},
		`decisions[7].event: "n1" of deal "small" is decided upon twice`: {twice},
	} {
		require.EqualError(t, analytics.WriteXES(io.Discard, slices.Values(log)), want)
		require.EqualError(t, analytics.WriteOCEL(io.Discard, slices.Values(log)), want)
	}
	for _, write := range []func(io.Writer, iter.Seq[analytics.Case]) error{analytics.WriteXES, analytics.WriteOCEL} {
		require.EqualError(t, write(io.Discard, slices.Values([]analytics.Case{c, c})), `deal: "small" comes twice`)
	}

	repeated := c
	repeated.Decisions = append(slices.Clone(c.Decisions), c.Decisions[0].Repeated())
	var with, without bytes.Buffer
	require.NoError(t, analytics.WriteXES(&with, slices.Values([]analytics.Case{repeated})))
	require.NoError(t, analytics.WriteXES(&without, slices.Values([]analytics.Case{c})))
	require.Equal(t, without.String(), with.String(), "duplicates are passed over")
}

// Text from outside comes back as it was, or with what the format has no room
// for replaced; never as markup.
func TestEventLogsEscapeTextFromOutside(t *testing.T) {
	t.Parallel()
	hostile := []string{`</string><event>`, `"/><!ENTITY x SYSTEM "file:///etc/passwd">`, `]]>`, `&amp;&#0;`, "tab\tline\nreturn\r", "nul\x00", "bad\xffutf8",
		"\u2028\u2029", "習近平", "=cmd|' /C calc'!A0", `{"$ref":"x"}`, strings.Repeat("<", 10_000)}
	for i, text := range hostile {
		c := analytics.CaseOf(small(t))
		c.Agreement.Title, c.Agreement.Parties[0].Name, c.Agreement.Commitments[0].Title = text, text, text
		for j := range c.Events {
			c.Events[j].By, c.Events[j].Note, c.Events[j].Source.Publisher = text, text, text
		}
		var x, o bytes.Buffer
		require.NoError(t, analytics.WriteXES(&x, slices.Values([]analytics.Case{c})))
		require.NoError(t, analytics.WriteOCEL(&o, slices.Values([]analytics.Case{c})))
		event := xesLog(t, x.Bytes()).all("trace")[0].all("event")[0]
		want := strings.NewReplacer("\x00", "\ufffd").Replace(strings.ToValidUTF8(text, "\ufffd"))
		require.Equal(t, want, value(event, "note"), "%d", i)
		log := readOCEL(t, o.Bytes())
		require.Len(t, log.Objects, 4)
		for _, a := range log.Events[0].Attributes {
			if *a.Name == "note" {
				require.Equal(t, strings.ToValidUTF8(text, "\ufffd"), *a.Value)
			}
		}
	}
}

func TestACaseWithoutEventsStillMakesALog(t *testing.T) {
	t.Parallel()
	whole := analytics.CaseOf(small(t))
	c := analytics.Case{Deal: "under-another-id", Decisions: whole.Decisions}
	var x, o bytes.Buffer
	require.NoError(t, analytics.WriteXES(&x, slices.Values([]analytics.Case{c})))
	require.NoError(t, analytics.WriteOCEL(&o, slices.Values([]analytics.Case{c})))
	require.Len(t, xesLog(t, x.Bytes()).all("trace")[0].all("event"), len(whole.Decisions))
	log := readOCEL(t, o.Bytes())
	require.Equal(t, "deal:under-another-id", *log.Objects[0].ID)
	require.Len(t, log.Objects, 3, "and the two parties that acted")
	require.NoError(t, analytics.WriteXES(io.Discard, slices.Values([]analytics.Case{})))
	empty := bytes.Buffer{}
	require.NoError(t, analytics.WriteOCEL(&empty, slices.Values([]analytics.Case{})))
	readOCEL(t, empty.Bytes())
}

// net is a place/transition net as read back.
type net struct {
	places  map[string]string // id: state
	marked  string
	label   map[string]string
	rule    map[string]string
	in, out map[string]string // of a transition: its place
}

// readPNML checks the rules of the grammar of place/transition nets (ISO/IEC
// 15909-2): one net of that type, pages, unique ids, arcs between a place and a
// transition, markings that are numbers. The real output was also validated against
// the grammar itself, ptnet.pntd of version 2009, with libxml2 and jing.
func readPNML(t *testing.T, text []byte) net {
	t.Helper()
	const space = "http://www.pnml.org/version-2009/grammar/pnml"
	root := parse(t, text)
	require.Equal(t, xml.Name{Space: space, Local: "pnml"}, root.XMLName)
	require.Len(t, root.Children, 1)
	require.Equal(t, "http://www.pnml.org/version-2009/grammar/ptnet", root.Children[0].must(t, "type"))
	n := net{places: map[string]string{}, label: map[string]string{}, rule: map[string]string{}, in: map[string]string{}, out: map[string]string{}}
	ids := map[string]bool{root.Children[0].must(t, "id"): true}
	page := root.Children[0].all("page")
	require.Len(t, page, 1)
	for _, c := range append(page, page[0].Children...) {
		require.Equal(t, space, c.XMLName.Space)
		require.False(t, ids[c.must(t, "id")], "ids are unique")
		require.Regexp(t, ncName, c.must(t, "id"))
		ids[c.must(t, "id")] = true
		n.take(t, c)
	}
	require.NotEmpty(t, n.marked)
	require.Len(t, n.in, len(n.label))
	require.Len(t, n.out, len(n.label))
	return n
}

func (n *net) take(t *testing.T, c node) {
	t.Helper()
	id := c.must(t, "id")
	switch c.XMLName.Local {
	case "place":
		n.places[id] = label(t, c, "name")
		if len(c.all("initialMarking")) > 0 {
			require.Equal(t, "1", label(t, c, "initialMarking"))
			require.Empty(t, n.marked, "one token")
			n.marked = id
		}
	case "transition":
		n.label[id] = label(t, c, "name")
		n.rule[id] = c.all("toolspecific")[0].all("rule")[0].Text
		c.all("toolspecific")[0].must(t, "tool")
		c.all("toolspecific")[0].must(t, "version")
	case "arc":
		source, target := c.must(t, "source"), c.must(t, "target")
		if n.places[source] != "" {
			require.NotEmpty(t, n.label[target])
			n.in[target] = source
		} else {
			require.NotEmpty(t, n.label[source])
			require.NotEmpty(t, n.places[target])
			n.out[source] = target
		}
	default:
		require.Equal(t, "page", c.XMLName.Local)
	}
}

func label(t *testing.T, n node, name string) string {
	t.Helper()
	require.Len(t, n.all(name), 1)
	require.Len(t, n.all(name)[0].all("text"), 1)
	return n.all(name)[0].all("text")[0].Text
}

// The trace of a deal, as an independent reader finds it in the XES file, can be
// played on the net that it finds in the PNML file.
func TestTheNetPlaysEveryTrace(t *testing.T) {
	t.Parallel()
	for _, style := range dealtest.Styles() {
		for _, d := range deals(t, style, 6, 25) {
			var b bytes.Buffer
			require.NoError(t, analytics.WritePNML(&b, d.Machine().Deal(), d.Machine().Lifecycle()))
			n := readPNML(t, b.Bytes())
			token := n.marked
			for _, e := range xesLog(t, xes(t, d)).all("trace")[0].all("event") {
				if value(e, "lifecycle:transition") != "complete" || value(e, "rule") == "" {
					continue // a retraction is about the log, and fires no rule
				}
				token = n.fire(t, token, value(e, "concept:name"), value(e, "rule"))
				require.Equal(t, value(e, "to"), n.places[token])
			}
			require.Equal(t, string(d.Latest().State), n.places[token])
		}
	}
}

func (n net) fire(t *testing.T, token, activity, rule string) string {
	t.Helper()
	for id, from := range n.in {
		if from == token && n.rule[id] == rule {
			require.Equal(t, activity, n.label[id])
			return n.out[id]
		}
	}
	require.Fail(t, fmt.Sprintf("no transition for rule %s in %s", rule, n.places[token]))
	return ""
}

func TestPNMLEscapesAndRefuses(t *testing.T) {
	t.Parallel()
	l := small(t).Machine().Lifecycle()
	var b bytes.Buffer
	require.NoError(t, analytics.WritePNML(&b, `<"&`, l))
	readPNML(t, b.Bytes())
	require.Equal(t, `<"&`, label(t, parse(t, b.Bytes()).Children[0], "name"))
	l.Rules = append(l.Rules, dealstate.Rule{ID: "odd", On: dealstate.Amend, From: []dealstate.State{"approved"}, To: "nowhere"})
	require.EqualError(t, analytics.WritePNML(io.Discard, "x", l), `lifecycle.rules[odd]: leads from "approved" to "nowhere"; want states that the lifecycle lists`)
}
