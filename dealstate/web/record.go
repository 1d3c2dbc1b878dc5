package web

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// recordPage is the form for a report.
type recordPage struct {
	head
	Deal, Path, ID string
	Inputs         []input
	Wrong          string  // what is wrong with the report
	Would          []would // what it would do; none: it has not been tried
}

// input is one field of the form. Its name is that of the event's field.
type input struct {
	Name, Label, Hint, Value string
	Choices                  []choice
	Whole                    bool // a text of several lines
}

// would is what a report would do under a policy.
type would struct{ Policy, Text string }

// recordForm shows the empty form.
func (s *site) recordForm(w http.ResponseWriter, r *http.Request) error {
	deal, err := s.deals.Deal(r.Context(), r.PathValue("deal"))
	if err != nil {
		return err
	}
	values := url.Values{"id": {"web-" + strings.ToLower(rand.Text())}, "at": {s.deals.Now().UTC().Truncate(time.Second).Format(time.RFC3339)}}
	s.showForm(w, r, http.StatusOK, newRecordPage(s, deal, values))
	return nil
}

// recordPosted tries the report, or records it, and then shows the deal.
func (s *site) recordPosted(w http.ResponseWriter, r *http.Request) error {
	deal, err := s.deals.Deal(r.Context(), r.PathValue("deal"))
	if err != nil {
		return err
	}
	if err := r.ParseForm(); errors.As(err, new(*http.MaxBytesError)) {
		return err
	} else if err != nil {
		return &requestError{http.StatusBadRequest, "the form cannot be read"}
	}
	page := newRecordPage(s, deal, r.PostForm)
	e, err := eventOf(r.PostForm, page.Deal, s.deals.Now())
	if err == nil && r.PostForm.Get("step") == "record" {
		if _, err = s.deals.Record(r.Context(), e); err == nil {
			http.Redirect(w, r, page.Path, http.StatusSeeOther)
			return nil
		}
	}
	if err == nil {
		page.Would, err = s.wouldDo(deal, e)
	}
	if err != nil {
		if problemOf(err).Status >= http.StatusInternalServerError {
			return err
		}
		page.Wrong = render.Inert(err.Error())
		s.showForm(w, r, http.StatusUnprocessableEntity, page)
		return nil
	}
	s.showForm(w, r, http.StatusOK, page)
	return nil
}

func (s *site) showForm(w http.ResponseWriter, r *http.Request, status int, page recordPage) {
	w.Header().Set("Cache-Control", "no-store")
	s.page(w, r, status, "record", page)
}

// wouldDo says what the event would do under each standard policy; the tracker's own
// comes first.
func (s *site) wouldDo(deal *dealstate.Deal, e dealstate.Event) ([]would, error) {
	policies := []dealstate.Policy{deal.Policy()}
	for _, p := range dealstate.Policies() {
		if p.Name != deal.Policy().Name {
			policies = append(policies, p)
		}
	}
	var all []would
	for _, p := range policies {
		under, err := deal.Machine().Load(p, eventsOf(deal))
		if err != nil {
			return nil, err
		}
		did, err := doneBy(under, e, s.deals.Now())
		if err != nil {
			return nil, err
		}
		all = append(all, would{Policy: p.Name, Text: effect(did)})
	}
	return all, nil
}

// doneBy records the event in a copy of a deal. Of the decisions that it revises, those are left
// out that time alone makes.
func doneBy(deal *dealstate.Deal, e dealstate.Event, now time.Time) (dealstate.Decision, error) {
	for _, t := range []time.Time{e.At, e.Recorded} {
		if t.After(now) {
			now = t
		}
	}
	view := dealstate.View{Policy: deal.Policy(), AsOf: now}
	_, before := deal.Replay(view)
	did, err := deal.Record(e)
	_, after := deal.Replay(view)
	did.Revised = slices.DeleteFunc(dealstate.CompareDecisions(before, after), func(r dealstate.Revision) bool { return r.Now.Event == e.ID })
	return did, err
}

func eventsOf(deal *dealstate.Deal) func(func(dealstate.Event, error) bool) {
	return func(yield func(dealstate.Event, error) bool) {
		for e := range deal.Events() {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// effect says in a sentence what an event would do.
func effect(d dealstate.Decision) string {
	var text string
	switch d.Outcome {
	case dealstate.Applied:
		text = "this would be applied, and leave the deal " + render.Inert(words(d.To)) + "."
		if d.From != d.To {
			text = "this would move it from " + render.Inert(words(d.From)) + " to " + render.Inert(words(d.To)) + "."
		}
	case dealstate.Duplicate:
		text = "this is on record already."
	default:
		text = "this would only be kept as evidence (" + d.Outcome.String() + ")."
	}
	for _, reason := range d.Reasons {
		text += " " + render.Inert(reason.String()) + "."
	}
	if n := len(d.Revised); n > 0 {
		text += " Earlier decisions that it would change: " + strconv.Itoa(n) + "."
	}
	return text
}

func words(s dealstate.State) string { return strings.ReplaceAll(string(s), "_", " ") }

// newRecordPage fills the form with what was given.
func newRecordPage(s *site, deal *dealstate.Deal, given url.Values) recordPage {
	a := deal.Machine().Agreement()
	page := recordPage{head: s.head("Record a report"), Deal: a.ID, Path: s.dealPath(a.ID), ID: given.Get("id")}
	for _, in := range formInputs {
		in.Value = given.Get(in.Name)
		if words := in.words(a); words != nil {
			in.Choices = choices("–", in.Value, words)
		}
		page.Inputs = append(page.Inputs, in)
	}
	return page
}

// formInputs are the fields of the form, in the order in which people know them.
var formInputs = []input{
	{Name: "kind", Label: "What was done"},
	{Name: "party", Label: "Whose act it is", Hint: "None: all sides jointly."},
	{Name: "by", Label: "Who says so"},
	{Name: "role", Label: "In what role"},
	{Name: "modality", Label: "How it was said"},
	{Name: "at", Label: "When it happened", Hint: "A date, or an instant such as 2025-06-27T12:00:00Z."},
	{Name: "recorded", Label: "When we learned of it", Hint: "None: now."},
	{Name: "revision", Label: "Revision of the text", Hint: "None: the current one."},
	{Name: "commitment", Label: "About which commitment"},
	{Name: "ref", Label: "About which earlier event"},
	{Name: "until", Label: "Until when", Hint: "Of an extension or a withdrawal."},
	{Name: "source.publisher", Label: "Publisher"},
	{Name: "source.url", Label: "Address of the report"},
	{Name: "source.published", Label: "Published on"},
	{Name: "note", Label: "Note", Whole: true},
}

// words are what there is to choose from in a field; nil: anything may be written.
func (in input) words(a dealstate.Agreement) []string {
	var words []string
	switch in.Name {
	case "kind":
		for _, k := range dealstate.Kinds() {
			words = append(words, k.String())
		}
	case "role":
		words = wordsOf[dealstate.Role]()
	case "modality":
		words = wordsOf[dealstate.Modality]()
	case "party":
		for _, p := range a.Parties {
			words = append(words, p.ID)
		}
	case "commitment":
		for _, c := range a.Commitments {
			words = append(words, c.ID)
		}
	}
	return words
}

// eventOf reads the event of the form, as a line of the public format would be read. It was
// learned now, unless the form says otherwise.
func eventOf(given url.Values, deal string, now time.Time) (dealstate.Event, error) {
	line := map[string]any{"id": given.Get("id"), "deal": deal}
	source := map[string]any{}
	for _, in := range formInputs {
		if len(given[in.Name]) > 1 {
			return dealstate.Event{}, field.Errorf(in.Name, "given twice")
		}
		value := strings.TrimSpace(given.Get(in.Name))
		if value == "" {
			continue
		}
		if name, ok := strings.CutPrefix(in.Name, "source."); ok {
			source[name] = value
			continue
		}
		line[in.Name] = value
	}
	if len(source) > 0 {
		line["source"] = source
	}
	if text, ok := line["revision"].(string); ok {
		n, err := strconv.Atoi(text)
		if err != nil {
			return dealstate.Event{}, field.Errorf("revision", "%q is no number", field.Clip(text))
		}
		line["revision"] = n
	}
	if line["recorded"] == nil {
		line["recorded"] = now
	}
	text, err := json.Marshal(line)
	if err != nil {
		return dealstate.Event{}, err
	}
	var e dealstate.Event
	err = json.Unmarshal(text, &e)
	return e, err
}

// wordsOf lists the words of an enum, whose numbers count from 1.
func wordsOf[E interface {
	~uint8
	String() string
}]() []string {
	var words []string
	for e := E(1); e.String() != ""; e++ {
		words = append(words, e.String())
	}
	return words
}
