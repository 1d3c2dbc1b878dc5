package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// misplaced gives the first syntax error of a JSON text together with its place
// in the text, as an editor counts it. A decoder's own error is returned as it
// is where the text only ends too early.
func misplaced(data []byte, err error) error {
	var raw json.RawMessage
	var syntax *json.SyntaxError
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return err // it ends where it ends
	}
	if !errors.As(json.Unmarshal(data, &raw), &syntax) {
		return err
	}
	return fmt.Errorf("%s: %w", position(data, int(syntax.Offset)-1), syntax)
}

// position names the line and column of a byte, counted from 1, columns in
// characters. A text of one line, as an event is, has a column only.
func position(data []byte, at int) string {
	before := data[:min(max(at, 0), len(data))]
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	if bytes.IndexByte(data, '\n') < 0 {
		return fmt.Sprintf("at column %d", column)
	}
	return fmt.Sprintf("at line %d, column %d", bytes.Count(before, []byte("\n"))+1, column)
}
