package web_test

import (
	"context"
	"net"
	"net/http"
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

func TestServeGivesTheErrorOfItsListener(t *testing.T) {
	t.Parallel()
	on, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	require.NoError(t, on.Close())
	require.Error(t, web.Serve(t.Context(), on, http.NotFoundHandler()))
}
