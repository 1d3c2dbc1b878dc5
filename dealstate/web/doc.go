// Package web shows the deals of a tracker in a browser, and takes and gives
// them over HTTP: one http.Handler, for the caller's own server.
//
//	listener, err := net.Listen("tcp", "localhost:8080")
//	handler, err := web.New(deals, web.Options{Authorize: web.ReadOnly, Hosts: web.LocalHosts(listener.Addr())})
//	err = web.Serve(ctx, listener, handler)
//
// For people there are the board (search, filter, sort), a page for each deal
// under any policy, as of any instant and as known by any other, the changes
// since a date, a form to record a report, which first says what the report
// would do, and a calendar of what falls due. They work without script; a small
// script shows changes as they come.
//
// For programs there is a JSON API, which GET /api/openapi.json describes
// (OpenAPI 3.1): events in and out as lines of JSON, agreements, states,
// decisions, what falls due, and a stream of changes as server-sent events that
// goes on where it broke off. Errors are problems as of RFC 9457, which name
// the field and the line.
//
// RECIPES.md, in the directory above, shows a whole service in forty lines, and its test.
//
// # Addresses
//
//	GET  /                             the board
//	GET  /deals/{deal}                 a deal's page
//	GET  /deals/{deal}/record          the form to record a report; it posts to the same address
//	GET  /changes                      what changed since a date
//	GET  /calendar.ics                 the calendar
//	POST /api/agreements               add a deal: one agreement
//	POST /api/events                   record events: one JSON object a line
//	GET  /api/deals                    where each deal stands; as on the board, q, state, awaiting and sort choose
//	GET  /api/deals/{deal}             its agreement
//	GET  /api/deals/{deal}/state       where it stands; policy, as_of and known_by choose the view
//	GET  /api/deals/{deal}/explanation the same in plain English
//	GET  /api/deals/{deal}/decisions   what each event and each clock did
//	GET  /api/deals/{deal}/events      its events
//	GET  /api/due                      which clocks fire within a span
//	GET  /api/changes                  the stream of changes
//	GET  /api/openapi.json             all of /api in full
//
// With an Options.Prefix, all of them begin with it: mount the handler there as it is, without
// http.StripPrefix. [Webhook] sends changes the other way, to an address of your own.
//
// # Who gets in
//
// Options.Authorize is asked about every request, and without one every
// request is refused with 403. [ReadOnly] lets everybody read and nobody record.
// The name that Authorize gives is kept beside each event and each agreement. With a
// [*SignInError] the answer is 401, and a browser asks who it is.
//
// Options.Hosts are the names that the handler answers for; what was sent to another one is
// refused with 421 before anything else is looked at. A server on one's own machine needs
// them, as [LocalHosts] gives them: else any page that somebody there looks at can have its
// own name lead to that server, and read and record in his name (DNS rebinding).
//
// The handler refuses forms from other sites (net/http.CrossOriginProtection),
// bodies that are too long, and bodies that come too slowly: see [Options]. It
// cannot refuse a slow request head: use [Serve] or [NewServer], which set the
// server's own timeouts for that.
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
