package dealstate_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// steady holds a text that was read to being written and read again as the
// same; a text that was not read, to an error that names a field.
func steady[T any](t *testing.T, data []byte) (value T, ok bool) {
	t.Helper()
	if err := any(&value).(json.Unmarshaler).UnmarshalJSON(data); err != nil {
		var bad *dealstate.FieldError
		require.ErrorAs(t, err, &bad)
		require.Zero(t, value)
		return value, false
	}
	text, err := any(value).(json.Marshaler).MarshalJSON()
	require.NoError(t, err)
	var read T
	require.NoError(t, any(&read).(json.Unmarshaler).UnmarshalJSON(text), "%s", text)
	require.Equal(t, value, read, "%s", text)
	again, err := any(read).(json.Marshaler).MarshalJSON()
	require.NoError(t, err)
	require.Equal(t, string(text), string(again))
	return value, true
}

func FuzzEventJSON(f *testing.F) {
	for _, text := range []string{fullEvent, noteText("a"), `{"id":"e","deal":"pair","kind":"approve","party":"a","role":"instrument","at":"0001-01-01T00:00:00.5Z"}`,
		`{"id":"r","deal":"pair","kind":"retract","at":"9999-12-31T23:59:59.999999999Z","ref":"e"}`, `{"id":"\ud83d\ude00\ud800"}`} {
		f.Add([]byte(text))
	}
	m, err := dealstate.Compile(eventfulPair())
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, data []byte) {
		e, ok := steady[dealstate.Event](t, data)
		if !ok {
			return
		}
		require.NoError(t, e.Validate())
		deal := m.NewDeal(dealstate.Reported)
		said, foreseen := deal.Check(e)
		did, err := deal.Record(e)
		require.Equal(t, foreseen, err)
		if err == nil {
			require.Equal(t, said.Outcome, did.Outcome)
			roundTrip(t, did)
			roundTrip(t, deal.Latest())
		}
	})
}

func FuzzAgreementJSON(f *testing.F) {
	small, err := pair().MarshalJSON()
	require.NoError(f, err)
	own := pair()
	lifecycle := own.StandardLifecycle()
	own.Lifecycle = &lifecycle
	custom, err := own.MarshalJSON()
	require.NoError(f, err)
	f.Add([]byte(fullAgreement))
	f.Add(small)
	f.Add(custom)
	f.Add([]byte(`{"id":"d","parties":[{"id":"a","weight":3},{"id":"b"}],"approval":{"share":{"min":"33.3%","total":4}},"effect":{"days":1},"lifecycle":{"initial":"x","states":["x","y"],"rules":[{"id":"r","on":"effect","from":["x"],"to":"y","when":{"not":{"due":"term"}}},{"id":"s","on":"term","from":["y"],"to":"x"}]}}`))
	f.Add([]byte(`{"id":"d","parties":[{"id":"a"},{"id":"b"}],"effect":{"days":1},"term":{"days":90},"join":{"days":30,"from":"force"},"notice":{"on":"06-30","by":"01-01"},"renew":{"days":90},` +
		`"timers":[{"id":"snapback","after":{"days":30}}],"commitments":[{"id":"c","party":"a","deadline":{"days":10}}],` +
		`"lifecycle":{"extends":"standard","states":["review"],"in_force":["review"],"rules":[{"id":"r","on":"dispute","from":["implemented"],"to":"review"},{"id":"s","on":"snapback","from":["review"],"to":"terminated"}],"drop":["dispute"]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, ok := steady[dealstate.Agreement](t, data)
		if !ok {
			return
		}
		require.NoError(t, a.Validate())
		m, err := dealstate.Compile(a)
		if err != nil {
			var bad *dealstate.FieldError
			require.ErrorAs(t, err, &bad)
			return
		}
		liveThrough(t, m)
	})
}

// liveThrough takes a deal through one event of every kind.
func liveThrough(t *testing.T, m *dealstate.Machine) {
	t.Helper()
	a := m.Agreement()
	deal := m.NewDeal(dealstate.Reported)
	at := time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, kind := range dealstate.Kinds() {
		at = at.AddDate(0, 0, 20)
		e := dealstate.Event{ID: kind.String(), Deal: a.ID, Kind: kind, Party: a.Parties[0].ID, Role: dealstate.Instrument, At: at, Ref: "submit"}
		if e.ID == e.Ref {
			e.Ref = ""
		}
		if kind == dealstate.Extend {
			e.Until = at.AddDate(1, 0, 0)
		}
		if kind == dealstate.Perform || kind == dealstate.Breach {
			if len(a.Commitments) == 0 {
				continue
			}
			e.Party, e.Commitment = a.Commitments[0].Party, a.Commitments[0].ID
		}
		d, err := deal.Record(e)
		require.NoError(t, err)
		roundTrip(t, d)
	}
	roundTrip(t, deal.At(dealstate.View{AsOf: at.AddDate(50, 0, 0)}))
	require.NotEmpty(t, deal.Explain())
}

func FuzzReadEvents(f *testing.F) {
	f.Add([]byte(noteText("a") + "\r\n\n" + fullEvent))
	f.Add([]byte("\ufeff" + noteText("a") + "\nx\n\x00"))
	f.Add([]byte("\n\n{}\n[]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var good []dealstate.Event
		before := 0
		for e, err := range dealstate.ReadEvents(bytes.NewReader(data)) {
			if err == nil {
				good = append(good, e)
				continue
			}
			var line *dealstate.LineError
			require.ErrorAs(t, err, &line)
			require.Greater(t, line.Line, before)
			before = line.Line
		}
		require.LessOrEqual(t, before, bytes.Count(data, []byte("\n"))+1)
		require.Equal(t, good, rewritten(t, good))
	})
}

// rewritten writes events as a log and reads them back, through a reader that
// fails at the end: what came before must not be lost.
func rewritten(t *testing.T, events []dealstate.Event) (back []dealstate.Event) {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, dealstate.WriteEvents(&out, func(yield func(dealstate.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}))
	for e, err := range dealstate.ReadEvents(io.MultiReader(&out, failing{})) {
		if err == nil {
			back = append(back, e)
		}
	}
	return back
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("lost") }

func FuzzConditionJSON(f *testing.F) {
	for _, text := range []string{`{"approved":"a"}`, `{"all":[]}`, `{"any":[{"not":{"performed":"c"}},{"count":{"min":"2/3","group":"g"}}]}`,
		`{"share":{"min":"55.5%","total":9223372036854775807}}`, `{"due":"term"}`, `{"act_of":"a"}`, `{"approval":"lost"}`,
		`{"any":[{"signed":"a"},{"reached":"2025-07-01T00:00:00Z"},{"count":{"min":2,"of":"signed"}}]}`, `{"not":{"reached":"2025-07-01T00:00:00Z"}}`,
		`{"applied":"a"}`, `{"suspended":"a"}`, `{"bound":""}`, `{"concerns":"part"}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, ok := steady[condition.Condition](t, data)
		if !ok {
			return
		}
		require.NotEmpty(t, c.String())
		a := eventfulPair()
		a.Parties[0].Groups, a.Parties[0].Weight, a.Parties[1].Weight = []string{"g"}, 1<<62, 1<<62-1
		a.Approval = c
		if m, err := dealstate.Compile(a); err == nil {
			liveThrough(t, m)
		}
	})
}
