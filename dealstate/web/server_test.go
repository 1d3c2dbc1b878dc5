package web_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/web"
)

func TestServeEndsWithItsContextThoughSomebodyWatches(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	on, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- web.Serve(ctx, on, d.handler) }()
	answer, err := http.Get("http://" + on.Addr().String() + "/api/changes")
	require.NoError(t, err)
	defer answer.Body.Close()
	cancel()
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(time.Minute):
		t.Fatal("it still serves")
	}
}

// A request that is under way when the context ends is answered as if nothing had been.
func TestServeLetsARequestThatIsUnderWayEnd(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	on, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	begun, goOn := make(chan struct{}), make(chan struct{})
	ended := make(chan error)
	go func() {
		ended <- web.Serve(ctx, on, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(begun)
			<-goOn
			d.handler.ServeHTTP(w, r)
		}))
	}()
	status := make(chan int, 1)
	go func() {
		line := `{"id":"n1","deal":"` + london + `","kind":"note","at":"2025-07-01"}`
		answer, err := http.Post("http://"+on.Addr().String()+"/api/events", "application/x-ndjson", strings.NewReader(line))
		if err != nil {
			status <- 0
			return
		}
		answer.Body.Close()
		status <- answer.StatusCode
	}()
	<-begun
	cancel()
	close(goOn)
	require.Equal(t, http.StatusOK, <-status)
	require.NoError(t, <-ended)
}

func TestServeGivesTheErrorOfItsListener(t *testing.T) {
	t.Parallel()
	on, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	require.NoError(t, on.Close())
	require.Error(t, web.Serve(t.Context(), on, http.NotFoundHandler()))
}
