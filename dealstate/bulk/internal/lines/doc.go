// Package lines reads JSON lines of the event format without allocating, some ten times
// as fast as encoding/json, and rows of CSV somewhat faster than encoding/csv cuts them.
//
//	for block, ok := r.Next(nil); ok; block, ok = r.Next(block.Buf) {
//		for at := 0; at < block.Text; at = next {
//			next = s.Scan(block.Buf, at, &line)
//			statement, known := s.Find(&line)
//		}
//	}
//
// Two things make it fast. A writer puts its keys in the same order and its spaces in
// the same places time and again, so what separates two values is guessed from the lines
// before and compared sixteen bytes at once. And what an event says (its kind, party,
// speaker, role and so on) is not parsed: a [Scanner] knows it by its pattern, the bytes that it
// once stood in, which the caller teaches it with Learn.
//
// A Scanner takes only lines of which it is sure that [dealstate.Event.UnmarshalJSON]
// would take them, for the same event. Any other is a surprise, and the caller asks
// UnmarshalJSON.
//
// A [RowScanner] does the same with rows of CSV. A Reader cuts a stream into blocks of either,
// and a block of CSV ends where a row ends, which in quotes may be lines later.
package lines
