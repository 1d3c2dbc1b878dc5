package journal

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// requireReadAlike holds the quick reader to UnmarshalJSON.
func requireReadAlike(t testing.TB, line []byte) {
	t.Helper()
	var want, have dealstate.Event
	require.NoError(t, want.UnmarshalJSON(line), "%s", line)
	have, err := readEvent(line)
	require.NoError(t, err)
	require.Equal(t, want, have, "%s", line)
	deal, id, err := namesIn(line)
	require.NoError(t, err)
	require.Equal(t, [2]string{want.Deal, want.ID}, [2]string{string(deal), string(id)}, "%s", line)
}

func TestTheQuickReaderReadsWhatUnmarshalJSONReads(t *testing.T) {
	t.Parallel()
	quick := 0
	for _, style := range dealtest.Styles() {
		for seed := range proof.Times(200, 10) {
			events, err := dealtest.Log(uschina.London(), style, uint64(seed), 60)
			require.NoError(t, err)
			for _, e := range events {
				line, err := e.MarshalJSON()
				require.NoError(t, err)
				requireReadAlike(t, line)
				p := newEventLine(line)
				if p.event(); !p.odd {
					quick++
				}
			}
		}
	}
	for e, err := range uschina.Events() {
		require.NoError(t, err)
		line, err := e.MarshalJSON()
		require.NoError(t, err)
		requireReadAlike(t, line)
	}
	require.Greater(t, quick, 1000, "most are read quickly")
}

func TestEveryFieldIsReadQuickly(t *testing.T) {
	t.Parallel()
	at := time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)
	full := dealstate.Event{ID: "e\u202e1", Deal: `d"\`, Kind: dealstate.Extend, Party: "us", By: "習\n", Role: dealstate.Approver, Modality: dealstate.Planned, At: time.Time{}.Add(1), Recorded: at,
		Revision: 7, Ref: "e0", Commitment: "c", Until: at, Source: dealstate.Source{Publisher: "p", URL: "u,}\"", Published: "2025-06-27"}, Note: "<&>\u2028\x00"}
	for drop := range 1 << 8 {
		e := full
		for i, field := range []*string{&e.Party, &e.By, &e.Ref, &e.Commitment, &e.Source.Publisher, &e.Source.URL, &e.Source.Published, &e.Note} {
			if drop>>i&1 == 1 {
				*field = ""
			}
		}
		if drop&2 == 2 {
			e.Role = dealstate.Press
		}
		line, err := e.MarshalJSON()
		require.NoError(t, err)
		p := newEventLine(line)
		require.Equal(t, e, p.event())
		require.False(t, p.odd, "%s", line)
		requireReadAlike(t, line)
	}
}

func TestLinesOfAnotherWriterAreReadBySlowMeans(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		`{ "id":"a","deal":"d","kind":"note","at":"2025-01-01T00:00:00Z"}`,
		`{"deal":"d","id":"a","kind":"note","at":"2025-01-01T00:00:00Z"}`,
		`{"id":"\u0061","deal":"d","kind":"note","at":"2025-01-01T00:00:00Z"}`,
		`{"id":"a","deal":"d","kind":"note","at":"2025-01-01"}`,
		`{"id":"a","deal":"d","kind":"note","at":"2025-01-01t00:00:00z"}`,
		`{"id":"a","deal":"d","kind":"note","at":"2025-01-01T02:00:00+02:00"}`,
		`{"id":"a","deal":"d","kind":"note","at":"2025-01-01T00:00:00Z","source":{}}`,
		`{"id":"a","deal":"d","kind":"note","at":"2025-01-01T00:00:00Z","note":null}`,
	} {
		requireReadAlike(t, []byte(line))
	}
	for _, line := range []string{``, `{}`, `{"id":"a"`, `{"id":"a","deal":"d"}`, `{"id":"a","deal":"d","kind":"none","at":"2025-01-01T00:00:00Z"}`} {
		e, err := readEvent([]byte(line))
		require.Error(t, err, line)
		require.Zero(t, e)
	}
}

func BenchmarkReadEvent(b *testing.B) {
	e := dealstate.Event{ID: "deal-0000001-4", Deal: "deal-0000001", Kind: dealstate.Approve, Party: "us", By: "Trump", Role: dealstate.Approver, At: time.Date(2025, 6, 27, 9, 0, 0, 0, time.UTC),
		Source: dealstate.Source{Publisher: "Yicai", Published: "2025-06-27"}, Note: strings.Repeat("said ", 10)}
	line, err := e.MarshalJSON()
	require.NoError(b, err)
	for name, read := range map[string]func() error{"quick": func() error { _, err := readEvent(line); return err }, "UnmarshalJSON": func() error { return e.UnmarshalJSON(line) }} {
		b.Run(fmt.Sprint(name), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				if err := read(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
