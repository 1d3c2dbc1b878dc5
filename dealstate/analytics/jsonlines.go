package analytics

import (
	"bufio"
	"encoding/json"
	"io"
	"iter"
)

// WriteJSONLines writes one JSON object a row and line, with the columns as
// keys. Numbers are numbers, instants are RFC 3339 in UTC, and what does not apply
// is left out. Rows are not kept. The error is the writer's, or of a row that JSON
// cannot hold.
func WriteJSONLines[R Row](w io.Writer, rows iter.Seq[R]) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	for row := range rows {
		if err := enc.Encode(row); err != nil {
			return err
		}
	}
	return out.Flush()
}
