package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// webhookTime is how long a receiver may take to answer a webhook.
const webhookTime = 30 * time.Second

// Webhook gives what posts a change to a URL, for [tracker.Tracker.Deliver]. The body is
// the JSON of the change, as in the stream of changes. Any answer but 2xx is an error, a
// redirect too, for it may turn a POST into a GET; so is no answer within 30 seconds.
// The client may carry credentials; nil: [http.DefaultTransport] alone.
//
// A change may come twice, with the same place: the receiver is to note the place of the
// last one that it took.
func Webhook(url string, client *http.Client) func(context.Context, tracker.Change) error {
	var own http.Client
	if client != nil {
		own = *client
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return func(ctx context.Context, c tracker.Change) error {
		ctx, cancel := context.WithTimeout(ctx, webhookTime)
		defer cancel()
		return post(ctx, &own, url, c)
	}
}

func post(ctx context.Context, client *http.Client, url string, c tracker.Change) error {
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, 4<<10) // what is read whole, the connection outlives
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("web: the webhook answered %s", answer.Status)
	}
	return nil
}
