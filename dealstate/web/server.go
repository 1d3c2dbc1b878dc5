package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// NewServer gives a server that does not wait for slow clients: ten seconds for
// the head of a request, two minutes for a connection at rest, and 64 KiB for
// all headers. The handler itself bounds how long bodies and answers may take,
// so that a stream of changes may last.
func NewServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}

// closingTime is how long requests may take to end when a server closes.
const closingTime = 10 * time.Second

// Serve answers on the listener, by a [NewServer], until the context ends. Then
// it ends all streams, gives other requests ten seconds to end, and returns nil.
func Serve(ctx context.Context, on net.Listener, handler http.Handler) error {
	server := NewServer(handler)
	server.BaseContext = func(net.Listener) context.Context { return ctx }
	closed := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closingTime)
		defer cancel()
		closed <- server.Shutdown(closing)
	})
	if err := server.Serve(on); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return err
	}
	return <-closed
}
