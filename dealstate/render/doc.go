// Package render draws where a deal stands: state diagrams, timelines, charts
// and web pages, without any other program.
//
//	replay := render.ReplayOf(deal, dealstate.View{Policy: dealstate.Official})
//	err := replay.Diagram().SVG(w)                                   // or Mermaid(w), DOT(w)
//	err = render.Timeline{Replays: []render.Replay{replay}}.SVG(w)   // or Text(w, render.Plain)
//	err = render.DealPage{Replays: []render.Replay{replay}}.HTML(w)  // one file, no script
//
// A [Replay] is one deal in one view. Several replays of one deal, under several
// policies, show where the policies differ; replays of several deals share one
// axis of time. [Chart] draws survival curves and fans from plain points. [Inert],
// [Pad] and [Columns] are for a program's own lines of text about deals.
//
// # Promises
//
// Equal inputs give equal bytes. No clock is read and nothing is fetched, neither
// here nor by what is drawn. Titles, names and notes are treated as written by
// strangers: in every output they are inert, and cut where they would not fit.
// Pictures follow the reader's light or dark setting, are light in print and in
// viewers that know neither, use the palette of Okabe and Ito, say nothing by
// colour alone, and tell screen readers what they show. All instants are shown in
// UTC.
//
// Values are plain and safe for concurrent use as long as nobody changes them.
// Every picture is made in memory before it is written: an error is the
// writer's own, except where a method says otherwise.
package render
