package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/tracker"
	"github.com/fe115bb3/dealtracker/dealstate/web"
)

func TestAWebhookIsDeliveredByNoAnswerBut2xx(t *testing.T) {
	t.Parallel()
	var got []string
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, r.Method+" "+r.URL.Path+" "+r.Header.Get("Content-Type")+" "+string(body))
		switch r.URL.Path {
		case "/busy":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/moved":
			http.Redirect(w, r, "/taken", http.StatusFound)
		case "/taken":
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	defer receiver.Close()
	change := tracker.Change{Place: tracker.Place{Position: 7}, Deal: "london", From: "negotiated", To: "approved"}
	sent := ` application/json {"place":"7","deal":"london","from":"negotiated","to":"approved"}`

	require.NoError(t, web.Webhook(receiver.URL+"/taken", nil)(t.Context(), change))
	require.EqualError(t, web.Webhook(receiver.URL+"/busy", receiver.Client())(t.Context(), change), "web: the webhook answered 503 Service Unavailable")
	require.EqualError(t, web.Webhook(receiver.URL+"/moved", nil)(t.Context(), change), "web: the webhook answered 302 Found")
	require.Equal(t, []string{"POST /taken" + sent, "POST /busy" + sent, "POST /moved" + sent}, got)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, web.Webhook(receiver.URL+"/taken", nil)(ended, change), context.Canceled)
	require.Error(t, web.Webhook("localhost", nil)(t.Context(), change))
	require.Len(t, got, 3)
}
