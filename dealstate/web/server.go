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
// it ends all streams, gives other requests ten seconds to end, cuts off those that have
// not, and returns nil.
func Serve(ctx context.Context, on net.Listener, handler http.Handler) error {
	server := NewServer(handler)
	lasting := context.WithoutCancel(ctx)
	server.BaseContext = func(net.Listener) context.Context { return context.WithValue(lasting, closingKey{}, ctx) }
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		closing, cancel := context.WithTimeout(lasting, closingTime)
		defer cancel()
		_ = server.Shutdown(closing) // who has not ended by then is cut off
		_ = server.Close()
		close(closed)
	})
	if err := server.Serve(on); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return err
	}
	<-closed
	return nil
}

// closingKey is the key under which a request's context has the context of Serve, which
// ends streams before it ends other requests.
type closingKey struct{}

// untilClosing gives a context that also ends when Serve does.
func untilClosing(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if server, ok := ctx.Value(closingKey{}).(context.Context); ok {
		stop := context.AfterFunc(server, cancel)
		return ctx, func() { stop(); cancel() }
	}
	return ctx, cancel
}
