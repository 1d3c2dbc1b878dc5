package web

import (
	_ "embed"
	"io"
	"net/http"
)

//go:embed openapi.json
var openAPIText string

// openAPI gives the description of the addresses that are for programs.
func (s *site) openAPI(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = io.WriteString(w, openAPIText)
	return nil
}
