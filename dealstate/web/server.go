package web

import (
	"net/http"
	"time"
)

// NewServer gives a server that does not wait for slow clients: ten seconds for
// the head of a request, two minutes for a connection at rest, and 64 KiB for
// all headers. The handler itself bounds how long bodies and answers may take,
// so that a stream of changes may last. Start it with ListenAndServe or
// ListenAndServeTLS.
func NewServer(address string, handler http.Handler) *http.Server {
	return &http.Server{
		Addr:              address,
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}
