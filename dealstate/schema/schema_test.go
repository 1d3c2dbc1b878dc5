package schema_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/schema"
)

// Every key and every word of the readers is in the schemas, and nothing else. A module of
// its own, schematest, validates with them.

// places are the objects of a schema that name all their keys, by their JSON pointers, each
// with a text in which such an object stands for %s.
type places map[string]string

var eventPlaces = places{"#": `%s`, "#/$defs/source": `{"source":%s}`}

var agreementPlaces = places{
	"#":                  `%s`,
	"#/$defs/party":      `{"parties":[%s]}`,
	"#/$defs/commitment": `{"commitments":[%s]}`,
	"#/$defs/delay":      `{"effect":%s}`,
	"#/$defs/join":       `{"join":%s}`,
	"#/$defs/notice":     `{"notice":%s}`,
	"#/$defs/timer":      `{"timers":[%s]}`,
	"#/$defs/condition":  `{"approval":%s}`,
	"#/$defs/guard":      `{"lifecycle":{"rules":[{"when":%s}]}}`,
	"#/$defs/count":      `{"approval":{"count":%s}}`,
	"#/$defs/share":      `{"approval":{"share":%s}}`,
	"#/$defs/lifecycle":  `{"lifecycle":%s}`,
	"#/$defs/rule":       `{"lifecycle":{"rules":[%s]}}`,
}

func TestEverySchemaHasTheKeysOfItsReaderAndNoOthers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		schema string
		reader json.Unmarshaler
		places places
	}{
		"event":     {schema.Event, new(dealstate.Event), eventPlaces},
		"agreement": {schema.Agreement, new(dealstate.Agreement), agreementPlaces},
	} {
		found := map[string][]string{}
		walk("#", read(t, c.schema), func(at string, o map[string]any) {
			if o["additionalProperties"] == false {
				found[at] = keysOf(o["properties"].(map[string]any))
			}
		})
		require.ElementsMatch(t, keysOf(c.places), keysOf(found), "%s: the objects that name all their keys", name)
		for at, place := range c.places {
			want := keysRead(t, c.reader, place)
			if at == "#/$defs/condition" {
				want = slices.DeleteFunc(want, condition.GuardOnly)
			}
			if at == "#" { // which readers pass over, and name in no error
				want = append(want, "$schema")
			}
			require.ElementsMatch(t, want, found[at], "%s: %s", name, at)
		}
	}
}

// keysRead asks a reader for the keys of an object: its error for one that is like none of
// them lists them all.
func keysRead(t *testing.T, reader json.Unmarshaler, place string) []string {
	t.Helper()
	var bad *dealstate.FieldError
	require.ErrorAs(t, reader.UnmarshalJSON(fmt.Appendf(nil, place, `{"@@@@@@@@@@@@@@@@":0}`)), &bad)
	_, list, ok := strings.Cut(bad.Problem, "want one of ")
	require.True(t, ok, bad.Problem)
	return strings.Split(list, ", ")
}

// words gives the words of a list whose entries are counted from 1.
func words[E interface {
	~uint8
	String() string
}](first E) (list []string) {
	for e := first; e.String() != ""; e++ {
		list = append(list, e.String())
	}
	return list
}

// allowed gives the kinds and clocks that may stand in a rule for %s: the compiler does not
// refuse the field for the word.
func allowed(t *testing.T, rule, field string) (list []string) {
	t.Helper()
	const lifecycle = `{"id":"d","parties":[{"id":"a"}],"effect":{},"term":{"days":1},"notice":{"days":1},` +
		`"lifecycle":{"initial":"s","states":["s","end"],"final":["end"],"rules":[{"id":"r","from":["s"],"to":"end",%s}]}}`
	for _, word := range slices.Concat(words(dealstate.Negotiate), words(dealstate.Deadline)) {
		_, err := dealstate.ReadMachine(strings.NewReader(fmt.Sprintf(lifecycle, fmt.Sprintf(rule, word))))
		var bad *dealstate.FieldError
		if !errors.As(err, &bad) || bad.Field != "lifecycle.rules[r]."+field {
			list = append(list, word)
		}
	}
	return list
}

// notIn gives the words of a list that are not in another.
func notIn(list, without []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(word string) bool { return slices.Contains(without, word) })
}

// kindsThat are the kinds that a reader refuses for want of the field, or for having it.
func kindsThat(t *testing.T, field string, given bool) (list []string) {
	t.Helper()
	for _, k := range dealstate.Kinds() {
		fields := map[string]string{"id": "e", "deal": "d", "kind": k.String(), "at": "2025-06-27", "party": "p", "role": "press", "commitment": "c", "ref": "r", "until": "2026-06-27"}
		if !given {
			delete(fields, field)
		}
		text, err := json.Marshal(fields)
		require.NoError(t, err)
		var bad *dealstate.FieldError
		if errors.As(new(dealstate.Event).UnmarshalJSON(text), &bad) && bad.Field == field {
			list = append(list, k.String())
		}
	}
	return list
}

func TestEveryListOfWordsInASchemaIsThatOfTheReader(t *testing.T) {
	t.Parallel()
	kinds, clocks := words(dealstate.Negotiate), words(dealstate.Deadline)
	require.Len(t, kinds, len(dealstate.Kinds()))
	require.Len(t, clocks, len(dealstate.Clocks()))
	unset := func(list []string) []string { return append(list, "", "null") } // as good as left out
	always := func(field string) []string { return notIn(kinds, kindsThat(t, field, false)) }
	checkWords(t, schema.Event, map[string][]string{
		"#/properties/kind":               kinds,
		"#/properties/role":               unset(words(dealstate.Instrument)),
		"#/properties/modality":           unset(words(dealstate.Asserted)),
		"#/allOf/1/if/properties/kind":    kindsThat(t, "party", false),
		"#/allOf/2/if/properties/kind":    kindsThat(t, "commitment", false),
		"#/allOf/3/if/properties/kind":    kindsThat(t, "ref", false),
		"#/allOf/4/if/properties/kind":    kindsThat(t, "until", false),
		"#/allOf/5/if/properties/kind":    notIn(kinds, kindsThat(t, "until", true)),
		"#/allOf/5/else/properties/until": unset(nil),
		"#/allOf/6/if/properties/kind":    always("role"),
	})
	none, triggers := []string{"0", "null"}, slices.Concat(kinds, clocks)
	onRule, due := allowed(t, `"on":%q`, "on"), allowed(t, `"on":"approve","when":{"due":%q}`, "when.due")
	checkWords(t, schema.Agreement, map[string][]string{
		"#/$defs/join/properties/from":             unset(words(dealstate.FromTrigger)),
		"#/$defs/lifecycle/properties/extends":     unset([]string{"standard"}),
		"#/$defs/timer/properties/id/not":          triggers,
		"#/$defs/rule/properties/on/anyOf/0":       onRule,
		"#/$defs/rule/properties/on/anyOf/1/not":   notIn(triggers, onRule),
		"#/$defs/guard/properties/due/anyOf/0":     due,
		"#/$defs/guard/properties/due/anyOf/1/not": notIn(triggers, due),
		"#/$defs/guard/properties/approval":        {condition.Met.String(), condition.Lost.String()},
		"#/$defs/guard/properties/concerns":        {"part", "whole"},
		"#/$defs/count/properties/of":              {"approved", "signed"},
		"#/$defs/share/properties/of":              {"approved", "signed"},

		"#/$defs/notice/allOf/0/then/properties/days":           none,
		"#/$defs/notice/allOf/0/then/properties/months":         none,
		"#/$defs/notice/allOf/0/then/properties/first_of_month": none,
		"#/$defs/notice/allOf/0/then/properties/not_before":     unset(nil),
	})
}

// checkWords holds every list of words in a schema to the one that is wanted at its place.
func checkWords(t *testing.T, schema string, want map[string][]string) {
	t.Helper()
	found := map[string][]string{}
	walk("#", read(t, schema), func(at string, o map[string]any) {
		list, _ := o["enum"].([]any)
		for _, word := range list {
			if word == nil {
				word = "null"
			}
			found[at] = append(found[at], fmt.Sprint(word))
		}
	})
	require.ElementsMatch(t, keysOf(want), keysOf(found))
	for at := range want {
		require.ElementsMatch(t, want[at], found[at], at)
	}
}

func TestEverySchemaSaysWhichDraftItIsAndDescribesItsKeys(t *testing.T) {
	t.Parallel()
	for _, text := range []string{schema.Agreement, schema.Event} {
		whole := read(t, text)
		require.Equal(t, "https://json-schema.org/draft/2020-12/schema", whole["$schema"])
		defs := whole["$defs"].(map[string]any)
		walk("#", whole, func(at string, o map[string]any) {
			if o["additionalProperties"] != false {
				return
			}
			for key, p := range o["properties"].(map[string]any) {
				require.True(t, described(p.(map[string]any), defs), "%s: %s has no description, which an editor would show", at, key)
			}
		})
	}
}

// described reports whether a key has a description, of its own or by its definition.
func described(key, defs map[string]any) bool {
	if key["description"] != nil {
		return true
	}
	name, ok := strings.CutPrefix(fmt.Sprint(key["$ref"]), "#/$defs/")
	return ok && defs[name].(map[string]any)["description"] != nil
}

func read(t *testing.T, text string) (schema map[string]any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &schema))
	return schema
}

// walk visits every object of a schema with its JSON pointer.
func walk(at string, value any, visit func(at string, o map[string]any)) {
	switch value := value.(type) {
	case map[string]any:
		visit(at, value)
		for key, v := range value {
			walk(at+"/"+key, v, visit)
		}
	case []any:
		for i, v := range value {
			walk(fmt.Sprintf("%s/%d", at, i), v, visit)
		}
	}
}

func keysOf[V any](m map[string]V) (keys []string) {
	for key := range m {
		keys = append(keys, key)
	}
	return keys
}
