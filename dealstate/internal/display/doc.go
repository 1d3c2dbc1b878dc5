// Package display prepares text that strangers wrote for whatever shows text
// line by line: a terminal, a log, a table of plain text.
//
//	fmt.Fprintf(w, "%s  %s\n", display.Pad(display.Inert(name), 12), display.Cut(display.Inert(note), 60))
//
// [Inert] takes from a text its power over the reader's screen. [Width], [Pad]
// and [Cut] measure text in columns, as terminals do, and not in bytes or
// characters: an ideograph fills two columns, and a mark set on a letter fills
// none. [Table] sets cells one below the other.
package display
