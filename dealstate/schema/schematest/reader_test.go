package schematest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/badinput"
	"github.com/fe115bb3/dealtracker/dealstate/schema"
)

// What a kind and a role ask of the other fields, schema and reader see alike: every kind
// in every role, with every choice of fields.
func TestSchemaAndReaderAgreeOnWhatEachKindNeeds(t *testing.T) {
	v, taken := compile(t, schema.Event), 0
	optional := []string{"party", "by", "commitment", "ref", "until"}
	for _, kind := range dealstate.Kinds() {
		for role := dealstate.Role(0); role <= dealstate.Press; role++ {
			for choice := range 1 << len(optional) {
				fields := map[string]string{"id": "e", "deal": "d", "kind": kind.String(), "at": "2025-06-27", "role": role.String()}
				for i, field := range optional {
					if choice>>i&1 != 0 {
						fields[field] = map[bool]string{true: "2026-06-27", false: "x"}[field == "until"]
					}
				}
				text, err := json.Marshal(fields)
				require.NoError(t, err)
				refused := new(dealstate.Event).UnmarshalJSON(text)
				require.Equal(t, refused == nil, v.check(text) == nil, "%s: the reader says %v", text, refused)
				if refused == nil {
					taken++
				}
			}
		}
	}
	require.Greater(t, taken, 500)
}

// replacements are what is put, one after another, in the place of every value of a text.
var replacements = []any{nil, "", "x", " ", "implement", "notice", "timer", "2025-06-27", "06-30", 0, 1, -1, 250, true, []any{}, map[string]any{},
	[]any{"x"}, []any{nil}, map[string]any{"days": 1}, map[string]any{"days": nil}, map[string]any{"approved": "laos"}, map[string]any{"due": "timer"}}

// A text that a reader takes, its schema accepts, whatever value of it is replaced, left
// out, or added.
func TestNothingThatAReaderTakesIsRefusedByItsSchema(t *testing.T) {
	for name, c := range map[string]struct {
		schema string
		texts  []string
		takes  func([]byte) error
	}{
		"event":     {schema.Event, []string{badinput.FullEvent}, takesEvent},
		"agreement": {schema.Agreement, []string{badinput.FullAgreement, extended}, takesAgreement},
	} {
		t.Run(name, func(t *testing.T) {
			v, taken, refused := compile(t, c.schema), 0, 0
			for _, text := range c.texts {
				require.NoError(t, c.takes([]byte(text)))
				var whole any
				require.NoError(t, json.Unmarshal([]byte(text), &whole))
				change(&whole, func() {
					changed, err := json.Marshal(whole)
					require.NoError(t, err)
					if c.takes(changed) != nil {
						refused++
						return
					}
					taken++
					require.NoError(t, v.check(changed), "%s", changed)
				})
			}
			require.Greater(t, taken, 50)
			require.Greater(t, refused, 200)
		})
	}
}

// extended has the keys that the full agreement lacks.
const extended = `{"id":"d","parties":[{"id":"us","approver":"Trump","aliases":["Donald Trump"]},{"id":"laos"}],"approval":{"all":[{"signed":"us"},{"reached":"2025-06-27"}]},` +
	`"term":{"days":120},"renew":{"days":120},"join":{"days":30,"from":"force"},"notice":{"on":"06-30","by":"01-01"},"timers":[{"id":"snapback","after":{"days":30}}],` +
	`"commitments":[{"id":"c","party":"us","deadline":{"days":30}},{"id":"e","party":"us","deadline":"2025-06-27"}],` +
	`"lifecycle":{"extends":"standard","states":["review"],"in_force":["review"],"drop":["dispute"],"rules":[` +
	`{"id":"go","on":"dispute","from":["implemented"],"to":"review","when":{"not":{"concerns":"part"}}},{"id":"back","on":"snapback","from":["review"],"to":"implemented","when":{"due":"snapback"}}]}}`

func takesEvent(text []byte) error { return new(dealstate.Event).UnmarshalJSON(text) }

func takesAgreement(text []byte) error {
	_, err := dealstate.ReadMachine(bytes.NewReader(text))
	return err
}

// change calls visit with every value replaced by every replacement, and left out, one at
// a time; afterwards the value is as it was.
func change(value *any, visit func()) {
	was := *value
	for _, *value = range replacements {
		visit()
	}
	*value = was
	switch v := was.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			in := v[key]
			delete(v, key)
			visit()
			change(&in, func() { v[key] = in; visit() })
			v[key] = in
		}
	case []any:
		for i := range v {
			change(&v[i], visit)
		}
	}
}

func FuzzEventSchemaAcceptsWhatTheReaderTakes(f *testing.F) {
	v := compile(f, schema.Event)
	f.Add([]byte(badinput.FullEvent))
	for _, c := range badinput.Events() {
		if len(c.Text) < 1_000 {
			f.Add([]byte(c.Text))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if takesEvent(text) == nil {
			require.NoError(t, v.check(text), fmt.Sprintf("%q", text))
		}
	})
}

func FuzzAgreementSchemaAcceptsWhatTheReaderTakes(f *testing.F) {
	v := compile(f, schema.Agreement)
	f.Add([]byte(badinput.FullAgreement))
	f.Add([]byte(extended))
	for _, c := range badinput.Agreements() {
		if len(c.Text) < 1_000 {
			f.Add([]byte(c.Text))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if takesAgreement(text) == nil {
			require.NoError(t, v.check(text), fmt.Sprintf("%q", text))
		}
	})
}
