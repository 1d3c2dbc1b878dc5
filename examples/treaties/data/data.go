// Package data holds real treaties and deals as files: of each an agreement and a log in
// the library's own format, and what is expected of all.
//
//	expected.json, deals.json   a row each: title, rule, dates and sources; "opened" is the
//	                            day on which the text was opened for signature or signed,
//	                            from which its parties' waits count, and "open_to_all" says
//	                            that any state may join, not only those listed
//	ID.json, ID.jsonl           the agreement, and its log
//	expected_views.json         what law and history say of the deals on certain days
package data

import "embed"

// Files are all of them, by their bare names.
//
//go:embed *.json *.jsonl
var Files embed.FS
