package strictjson_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

type inner struct{ Name string }

func (i *inner) read(f strictjson.Field) error {
	return f.Object(strictjson.Slot{Key: "name", To: &i.Name})
}

type outer struct {
	Text  string
	Count int
	Big   int64
	On    bool
	At    time.Time
	One   *inner
	Many  []inner
	Words []string
}

func (o *outer) read(f strictjson.Field) error {
	return f.Object(
		strictjson.Slot{Key: "text", To: &o.Text},
		strictjson.Slot{Key: "count", To: &o.Count},
		strictjson.Slot{Key: "big", To: &o.Big},
		strictjson.Slot{Key: "on", To: &o.On},
		strictjson.Slot{Key: "at", To: &o.At},
		strictjson.Slot{Key: "one", To: strictjson.Maybe(&o.One, (*inner).read)},
		strictjson.Slot{Key: "many", To: strictjson.ListOf(&o.Many, 2, (*inner).read)},
		strictjson.Slot{Key: "words", To: strictjson.ListOf(&o.Words, 2, strictjson.ReadText)})
}

func TestObjectReadsEveryKindOfSlot(t *testing.T) {
	t.Parallel()
	var got outer
	require.NoError(t, got.read(strictjson.Field{Raw: []byte(`{"text":"<a>","count":-1,"big":9223372036854775807,"on":true,
		"at":"2025-06-27T00:00:00Z","one":{"name":"x"},"many":[{},{"name":"y"}],"words":["p","q"]}`)}))
	require.Equal(t, outer{Text: "<a>", Count: -1, Big: math.MaxInt64, On: true, At: time.Date(2025, 6, 27, 0, 0, 0, 0, time.UTC),
		One: &inner{Name: "x"}, Many: []inner{{}, {Name: "y"}}, Words: []string{"p", "q"}}, got)
	require.NoError(t, got.read(strictjson.Field{Raw: []byte(`{"text":null,"many":null}`)}), "null is as good as left out")
}

func TestWhatIsNotAsTheFormatHasItNamesItsPath(t *testing.T) {
	t.Parallel()
	for text, path := range map[string]string{
		``: "json", `[]`: "json", `{`: "json", `{}x`: "json", "{\"text\":\"\xff\"}": "json",
		`{"texts":1}`: "texts", `{"Text":"a"}`: "Text", `{"text":"a","text":"b"}`: "text", `{"a b":1}`: `"a b"`,
		`{"text":1}`: "text", `{"count":1.5}`: "count", `{"count":4294967296}`: "count", `{"big":"1"}`: "big", `{"on":1}`: "on", `{"at":"x"}`: "at",
		`{"one":[]}`: "one", `{"one":{"nam":1}}`: "one.nam", `{"many":{}}`: "many", `{"many":[{},{"name":1}]}`: "many[1].name",
		`{"many":[{},{},{}]}`: "many", `{"words":["a",1]}`: "words[1]",
	} {
		var bad *field.Error
		require.True(t, errors.As(new(outer).read(strictjson.Field{Raw: []byte(text)}), &bad), text)
		require.Equal(t, path, bad.Field, text)
	}
}

func TestObjectIsWrittenInOrderAndWithoutHTMLEscapes(t *testing.T) {
	t.Parallel()
	var o strictjson.Object
	o.Must("id", "a & <b> 习")
	o.Text("left_out", "")
	o.Integer("n", 3)
	o.Instant("never", time.Time{})
	o.Must("list", strictjson.OrEmpty[string](nil))
	text, err := o.Done()
	require.NoError(t, err)
	require.Equal(t, `{"id":"a & <b> 习","n":3,"list":[]}`, string(text))
	text, err = new(strictjson.Object).Done()
	require.NoError(t, err)
	require.Equal(t, `{}`, string(text))
}

func TestFirstErrorOfAWriterIsKept(t *testing.T) {
	t.Parallel()
	var o strictjson.Object
	o.Must("n", math.NaN())
	o.Must("id", "x")
	_, err := o.Done()
	require.Error(t, err)
}
