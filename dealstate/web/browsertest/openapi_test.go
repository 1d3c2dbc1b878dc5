package browsertest

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/stretchr/testify/require"
)

// The description is a valid one of OpenAPI 3.1, and what the handlers answer is what it
// says, by the word of a library that knows nothing of them.
func TestTheDescriptionIsValidAndTheAnswersAreAsItSays(t *testing.T) {
	server := newDesk(t)
	text, err := io.ReadAll(get(t, server.URL+"/api/openapi.json").Body)
	require.NoError(t, err)
	document, err := libopenapi.NewDocument(text)
	require.NoError(t, err)
	v, errs := validator.NewValidator(document)
	require.Empty(t, errs)
	valid, problems := v.ValidateDocument()
	require.True(t, valid, "%v", problems)

	note := `{"id":"n1","deal":"` + london + `","kind":"note","at":"2025-06-28"}`
	agreement := `{"id":"ab","parties":[{"id":"a","approver":"Ada"},{"id":"b","approver":"Ben"}]}`
	for _, asked := range []struct{ method, path, kind, body string }{
		{"GET", "/api/deals?sort=next&limit=2", "", ""},
		{"GET", "/api/deals?limit=x", "", ""},
		{"GET", "/api/deals/" + london, "", ""},
		{"GET", "/api/deals/nothing", "", ""},
		{"GET", "/api/deals/" + london + "/state?policy=official&as_of=2025-06-27", "", ""},
		{"GET", "/api/due?from=2025-06-28&to=2026-01-01", "", ""},
		{"POST", "/api/events?dry_run=true", "application/x-ndjson", note},
		{"POST", "/api/events", "application/x-ndjson", note},
		{"POST", "/api/events", "application/x-ndjson", "{}"},
		{"POST", "/api/agreements", "application/json", agreement},
	} {
		r, err := http.NewRequest(asked.method, server.URL+asked.path, strings.NewReader(asked.body))
		require.NoError(t, err)
		if asked.kind != "" {
			r.Header.Set("Content-Type", asked.kind)
		}
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		answer.Body.Close()
		answer.Body = io.NopCloser(bytes.NewReader(body))
		ok, problems := v.ValidateHttpResponse(r, answer)
		for _, p := range problems {
			t.Log(p.Message, p.Reason, p.SchemaValidationErrors)
		}
		require.True(t, ok, "%s %s: %s", asked.method, asked.path, body)
	}
}

func get(t *testing.T, address string) *http.Response {
	t.Helper()
	answer, err := http.Get(address)
	require.NoError(t, err)
	t.Cleanup(func() { answer.Body.Close() })
	require.Equal(t, http.StatusOK, answer.StatusCode)
	return answer
}
