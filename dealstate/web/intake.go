package web

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"iter"
	"mime"
	"net/http"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// readEvents reads the events of a body: lines of JSON, or CSV where the request says that it
// is text/csv. What does not say when it was learned was learned now.
func (s *site) readEvents(r *http.Request) ([]dealstate.Event, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	read, dated := dealstate.ReadEvents, datedLines
	if form, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); form == "text/csv" {
		read, dated = dealstate.ReadEventsCSV, datedRows
	}
	var events []dealstate.Event
	for e, err := range read(bytes.NewReader(body)) {
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	if len(events) == 0 {
		return nil, &requestError{http.StatusBadRequest, "the body holds no event; want lines of JSON, one event each, or rows of CSV below a header"}
	}
	i := 0
	for says := range dated(bytes.TrimPrefix(body, []byte("\uFEFF"))) { // a mark of the byte order is passed over
		if i < len(events) && !says {
			events[i].Recorded = time.Time{} // the tracker stamps it
		}
		i++
	}
	return events, nil
}

// datedLines says of each event of a body that was read whether its line says when it was
// recorded.
func datedLines(body []byte) iter.Seq[bool] {
	return func(yield func(bool) bool) {
		for line := range bytes.Lines(body) {
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			var given struct {
				Recorded json.RawMessage `json:"recorded"`
			}
			left := json.Unmarshal(line, &given) == nil && (given.Recorded == nil || string(given.Recorded) == "null")
			if !yield(!left) {
				return
			}
		}
	}
}

// datedRows says it of each row of a table.
func datedRows(body []byte) iter.Seq[bool] {
	return func(yield func(bool) bool) {
		rows := csv.NewReader(bytes.NewReader(body))
		header, _ := rows.Read()
		at := slices.Index(header, "recorded")
		for {
			row, err := rows.Read()
			if err != nil || !yield(at >= 0 && row[at] != "") {
				return
			}
		}
	}
}
