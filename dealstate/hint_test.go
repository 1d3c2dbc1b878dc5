package dealstate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

func TestWhatIsMisspeltIsToldTheNearestKnownWord(t *testing.T) {
	t.Parallel()
	const event = `{"id":"1","deal":"a","kind":"approve","party":"us","role":"approver","at":"2025-01-01T00:00:00Z"}`
	for _, c := range [][3]string{
		{`"party"`, `"pary"`, `pary: unknown field; did you mean "party"?`},
		{`"party"`, `"Party"`, `Party: unknown field; did you mean "party"?`},
		{`"party"`, `"country"`, "country: unknown field; want one of id, deal, kind, "},
		{`"id":"1"`, `"id":"1","source":{"ulr":"x"}`, `source.ulr: unknown field; did you mean "url"?`},
		{`"approve"`, `"aprove"`, `terminate, retract, note; did you mean "approve"?`},
		{`"approver"`, `"aprover"`, `; did you mean "approver"?`},
		{`"id":"1"`, `"id":"1","modality":"aserted"`, `; did you mean "asserted"?`},
	} {
		var e dealstate.Event
		err := e.UnmarshalJSON([]byte(strings.Replace(event, c[0], c[1], 1)))
		require.ErrorContains(t, err, c[2])
	}
}

func TestWhatTheAgreementDoesNotKnowIsToldTheNearest(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"aproval":{}`:                                `aproval: unknown field; did you mean "approval"?`,
		`"approval":{"aproved":"us"}`:                 `approval.aproved: unknown field; did you mean "approved"?`,
		`"approval":{"approved":"chian"}`:             `want one of us, china; did you mean "china"?`,
		`"approval":{"count":{"mim":1}}`:              `approval.count.mim: unknown field; did you mean "min"?`,
		`"approval":{"share":{"toatl":1,"min":1}}`:    `approval.share.toatl: unknown field; did you mean "total"?`,
		`"commitments":[{"id":"c","party":"chiina"}]`: `did you mean "china"?`,
		`"lifecycle":{"initial":"opne","states":["open","shut"],"final":["shut"],"rules":[{"id":"r","on":"approve","from":["open"],"to":"shut"}]}`: `"opne" is not among the declared states; did you mean "open"?`,
	} {
		m, err := dealstate.ReadMachine(strings.NewReader(`{"id":"a","parties":[{"id":"us"},{"id":"china"}],` + text + `}`))
		require.Nil(t, m)
		require.ErrorContains(t, err, want, text)
	}
	m, err := dealstate.Compile(dealstate.Agreement{ID: "a", Parties: []dealstate.Party{{ID: "us"}, {ID: "china"}},
		Commitments: []dealstate.Commitment{{ID: "tariff-cut", Party: "us"}}})
	require.NoError(t, err)
	e := dealstate.Event{ID: "1", Deal: "a", Kind: dealstate.Perform, Role: dealstate.Instrument, At: time.Unix(0, 0), Commitment: "tarif-cut"}
	require.ErrorContains(t, m.Admit(e), `did you mean "tariff-cut"?`)
	e.Kind, e.Commitment, e.Party = dealstate.Approve, "", "chian"
	require.ErrorContains(t, m.Admit(e), `want one of us, china; did you mean "china"?`)
	_, err = dealstate.ParsePolicy("oficial")
	require.EqualError(t, err, `policy: "oficial" is unknown; want one of strict, official, reported; did you mean "official"?`)
}

func TestAColumnIsToldTheNearest(t *testing.T) {
	t.Parallel()
	for _, err := range dealstate.ReadEventsCSV(strings.NewReader("id,deal,kind,at,source_url\n")) {
		require.ErrorContains(t, err, `did you mean "source.url"?`)
	}
}

func TestASyntaxErrorOfJSONSaysWhere(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"id":"x",}`:     `json: at column 11: invalid character '}'`,
		`{"title":"é",,}`: `json: at column 14: invalid character ','`,
		"{\n  \"id\": \"x\",\n  \"title\": nul\n}": "title: at line 3, column 15: invalid character",
		"{\"id\":\"x\"} {}":                        `json: at column 12: more text after the object; want one object`,
		"{\"id\":\"x\"}\n\n  x":                    `json: at line 3, column 3: more text after the object; want one object`,
		`{"parties":[{"id":"a" "b"}]}`:             `parties: at column 23: invalid character '"' after object key:value pair`,
		`{"id":"x"`:                                `json: the text ends too early; want a whole JSON object`,
	} {
		_, err := dealstate.ReadAgreement(strings.NewReader(text))
		require.ErrorContains(t, err, want, text)
		var field *dealstate.FieldError
		require.ErrorAs(t, err, &field)
	}
}
