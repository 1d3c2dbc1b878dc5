// Package web shows the deals of a tracker in a browser, and takes and gives
// them over HTTP: one http.Handler, for the caller's own server.
//
//	handler, err := web.New(deals, web.Options{Authorize: web.ReadOnly})
//	listener, err := net.Listen("tcp", "localhost:8080")
//	err = web.Serve(ctx, listener, handler)
//
// For people there are the board (search, filter, sort), a page for each deal
// under any policy, as of any instant and as known by any other, the changes
// since a date, a form to record a report, which first says what the report
// would do, and a calendar of what falls due. They need no script; with the
// little there is the board follows the deals as they change.
//
// For programs there is a JSON API, which GET /api/openapi.json describes
// (OpenAPI 3.1): events in and out as lines of JSON, agreements, states,
// decisions, what falls due, and a stream of changes as server-sent events that
// goes on where it broke off. Errors are problems as of RFC 9457, which name
// the field and the line.
//
// # Who gets in
//
// Options.Authorize is asked about every request, and without one every
// request is refused. [ReadOnly] lets everybody read and nobody record. Who
// Authorize says is at it is kept beside each event.
//
// The handler refuses forms from other sites (net/http.CrossOriginProtection),
// bodies that are too long, and bodies that come too slowly. It cannot refuse
// a slow request head: [NewServer], and so [Serve], sets the server's own timeouts
// for that.
//
// # Answers
//
// A deal's pages and JSON carry an ETag, and If-None-Match is answered with
// 304. Every text that a stranger wrote is escaped, and the
// Content-Security-Policy lets nothing run but the one script, by its hash. A
// deal whose id is "." or ".." has no page of its own, since browsers read
// such a path as another one.
//
// A query that has a name twice, or on /api/ one that the address does not know, is
// refused with 400; a method that an address does not take, with 405.
package web
