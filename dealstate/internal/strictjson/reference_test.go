package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// readSlowly is ReadObject by the tokens of encoding/json: what the reader is held to.
func readSlowly(path string, data []byte, take func(Field) error) error {
	if !utf8.Valid(data) {
		return field.Errorf(orJSON(path), "not valid UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	open, err := dec.Token()
	if err != nil {
		return syntaxErr(path, misplaced(data, err))
	}
	if open != json.Delim('{') {
		return field.Errorf(orJSON(path), "want a JSON object")
	}
	seen := map[string]bool{}
	for dec.More() {
		at := path
		token, err := dec.Token()
		f := Field{}
		if err == nil {
			f.Key = token.(string)
			f.Path = Join(path, f.Key)
			at, err = f.Path, dec.Decode(&f.Raw)
		}
		if err != nil {
			return syntaxErr(at, misplaced(data, err))
		}
		if seen[f.Key] {
			return field.Errorf(f.Path, "given twice")
		}
		seen[f.Key] = true
		if err := take(f); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return syntaxErr(path, misplaced(data, err))
	}
	end := int(dec.InputOffset())
	if _, err := dec.Token(); err != io.EOF {
		return field.Errorf(orJSON(path), "%s: more text after the object; want one object", position(data, end+len(data[end:])-len(bytes.TrimLeft(data[end:], " \t\r\n"))))
	}
	return nil
}

// listSlowly is List, likewise.
func listSlowly(f Field, most int) (items []json.RawMessage, err error) {
	if err := json.Unmarshal(f.Raw, &items); err != nil {
		return nil, syntaxErr(f.Path, err)
	}
	if len(items) > most {
		return nil, field.Errorf(f.Path, "%d items; want at most %d", len(items), most)
	}
	return items, nil
}

// met is what a reader came upon in an object, and in the objects and lists within.
type met struct {
	fields []string
	err    string
}

// meet reads an object by one reader or the other, all of it or up to the first key x.
func meet(data []byte, read func(string, []byte, func(Field) error) error, list func(Field, int) ([]json.RawMessage, error)) (m met) {
	var take func(f Field) error
	take = func(f Field) error {
		m.fields = append(m.fields, f.Path+" "+f.Key+" "+string(f.Raw))
		switch {
		case strings.HasPrefix(f.Key, "x"):
			return f.Unknown("id", "deal", "source")
		case f.Is('{'):
			return read(f.Path, f.Raw, take)
		case f.Is('['):
			items, err := list(f, 3)
			for _, raw := range items {
				m.fields = append(m.fields, string(raw))
			}
			return err
		}
		var text string
		if err := f.Text(&text); err == nil {
			m.fields = append(m.fields, text)
		}
		return nil
	}
	if err := read("", data, take); err != nil {
		var bad *field.Error
		if !errors.As(err, &bad) {
			panic(err)
		}
		m.err = err.Error()
	}
	return m
}

func listFast(f Field, most int) (items []json.RawMessage, err error) {
	err = f.List(most, func(f Field) error { items = append(items, f.Raw); return nil })
	return items, err
}

// requireAlike holds the reader to encoding/json in every field and every error.
func requireAlike(t *testing.T, data []byte) {
	t.Helper()
	require.Equal(t, meet(data, readSlowly, listSlowly), meet(data, ReadObject, listFast), "%q", data)
	slots := []Slot{{Key: "id", To: new(string)}, {Key: "a", To: new(string)}, {Key: "n", To: new(int)}, {Key: "deal", To: func(f Field) error { return nil }}}
	want := readSlowly("p", data, func(f Field) error {
		for _, s := range slots {
			if s.Key == f.Key {
				f.Path = "p." + f.Key
				return f.into(s.To)
			}
		}
		return f.Unknown("id", "a", "n", "deal")
	})
	require.Equal(t, want, Field{Path: "p", Raw: data}.Object(slots...), "%q", data)
	var text, wanted string
	if f := (Field{Raw: bytes.TrimSpace(data)}); f.Is('"') && json.Unmarshal(data, &wanted) == nil {
		require.NoError(t, f.Text(&text))
		require.Equal(t, wanted, text)
	}
}

// odd are texts near to what the reader takes, right and wrong.
var odd = []string{
	``, ` `, `x`, `tru`, `true`, `5`, `5 x`, `[`, `[]`, `"a"`, `"a`, `{`, `{}`, ` {} `, "{}\n{}", `{}x`, "{}\n \u00e9", `{,}`, `{"id"}`, `{"id":}`, `{"id":1,}`, `{"id":1]`, `{"id":1 "b":2}`,
	`{"id":"a","n":1,"deal":{"b":[1,2.5e+3,-0,true,false,null,"x"],"c":{}}}`, `{"id":"a","id":"b"}`, `{"id":"a","\u0069d":"b"}`, `{"xid":1}`, `{"a b":"c"}`, `{"":1}`, `{"\u0000":1}`, `{5:1}`,
	`{"id":"\ud83d\ude00 \ud800 \udc00\ud800\ud83d\ude00 \u00e9\"\\\/\b\f\n\r\t"}`, `{"id":"\ud800\u0041\uDBFF\uDFFF"}`, `{"id":"\x"}`, `{"id":"\u12g4"}`, `{"id":"\u12`, `{"id":"\`, `{"id":"習近平 é"}`, "{\"id\":\"\xff\"}", "{\"id\":\"a\tb\"}",
	`{"n":01}`, `{"n":-}`, `{"n":1.}`, `{"n":.5}`, `{"n":1e}`, `{"n":1e+}`, `{"n":+1}`, `{"n":1.5}`, `{"n":-12}`, `{"n":1_0}`, `{"n":nul}`, `{"n":NaN}`, `{"n":null}`,
	`{"deal":[1,2,3]}`, `{"deal":[1,2,3,4]}`, `{"deal":[1,]}`, `{"deal":[,1]}`, `{"deal":[1 2]}`, `{"deal":[}`, `{"deal":[[],{},[{"a":[]}]]}`, `{"deal":{"a":1,"a":2}}`, `{"deal":{"a":1}}, 5`,
	`"\ud83d\ude00 a"`, `"\ud800"`, "{\r\n\t\"id\" : \"a\" ,\n \"n\" : x}", "\ufeff{}", "{\"id\":\"a\"}\x00", "\x00", "{\x00}", "{\"id\"\x00:1}", "{\"id\":\x00}", "{\"id\":1\x00}",
}

func TestTheReaderTakesAndRefusesWhatEncodingJSONDoes(t *testing.T) {
	t.Parallel()
	for _, text := range odd {
		requireAlike(t, []byte(text))
		for i := range text {
			requireAlike(t, []byte(text[:i]))
			for _, c := range []byte("\x00\t \"\\/{}[]:,x0-.eE+u\x80\xff") {
				requireAlike(t, []byte(text[:i]+string([]byte{c})+text[i:]))
				requireAlike(t, []byte(text[:i]+string([]byte{c})+text[i+1:]))
			}
		}
	}
	for _, deep := range []int{maxDepth - 2, maxDepth - 1, maxDepth, maxDepth + 1} {
		for _, in := range []string{strings.Repeat("[", deep) + strings.Repeat("]", deep), strings.Repeat(`{"a":`, deep) + "1" + strings.Repeat("}", deep), strings.Repeat("[", deep)} {
			data := []byte(`{"deal":` + in + `}`)
			skip := func(Field) error { return nil }
			require.Equal(t, readSlowly("", data, skip), ReadObject("", data, skip), "%d", deep)
		}
	}
}

func FuzzReadObject(f *testing.F) {
	for _, text := range odd {
		f.Add([]byte(text))
	}
	f.Fuzz(requireAlike)
}
