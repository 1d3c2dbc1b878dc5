package web

import (
	_ "embed"
	"html/template"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

//go:embed page.html.tmpl
var pageText string

//go:embed style.css
var ownStyle string

var pages = template.Must(template.New("web").Funcs(template.FuncMap{"inert": render.Inert, "moment": moment}).Parse(pageText))

// head is what every page begins with.
type head struct {
	Site, Title, Prefix string
	Script              template.JS
	Changes             string // the address of the changes that the page follows; "": it follows none
}

func (s *site) head(title string) head {
	return head{Site: s.Title, Title: render.Inert(title), Prefix: s.Prefix, Script: template.JS(liveScript)}
}

// page writes a page. It is made whole before any of it is written.
func (s *site) page(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	var b strings.Builder
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		s.log.ErrorContext(r.Context(), "web: a page could not be made", "page", name, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "no-cache")
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, b.String())
}

// drawn is a part of a page that render writes, and escapes.
func drawn(write func(io.Writer) error) (template.HTML, error) {
	var b strings.Builder
	err := write(&b)
	return template.HTML(b.String()), err
}

// style gives the style sheet of all pages.
func (s *site) style(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, err := io.WriteString(w, render.StyleSheet+ownStyle)
	return err
}

// moment is an instant as pages show it.
func moment(t time.Time) string {
	switch t = t.UTC(); {
	case t.IsZero():
		return ""
	case t.Equal(t.Truncate(24 * time.Hour)):
		return t.Format(time.DateOnly)
	default:
		return t.Format("2006-01-02 15:04 UTC")
	}
}

// choice is an entry of a list to choose from.
type choice struct {
	Value, Text string
	Chosen      bool
}

// choices lists words, each its own text. The first one stands for none of them.
func choices(none, chosen string, words []string) []choice {
	list := []choice{{Text: none, Chosen: chosen == ""}}
	for _, w := range words {
		list = append(list, choice{w, render.Inert(strings.ReplaceAll(w, "_", " ")), w == chosen})
	}
	return list
}

// policyWords are the names of the standard policies.
func policyWords() []string {
	var words []string
	for _, p := range dealstate.Policies() {
		words = append(words, p.Name)
	}
	return words
}
