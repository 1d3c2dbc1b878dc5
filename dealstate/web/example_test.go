package web_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
	"github.com/fe115bb3/dealtracker/dealstate/web"
)

// A board over one deal, mounted under a path of a server that serves other things too.
// A service keeps a journal.File instead of a journal.Memory, and leaves the clock out.
func ExampleNew() {
	ctx := context.Background()
	clock := tracker.NewManual(time.Date(2025, 6, 20, 12, 0, 0, 0, time.UTC))
	deals, err := tracker.Open(ctx, &journal.Memory{}, tracker.Options{Clock: clock})
	if err != nil {
		log.Fatal(err)
	}
	defer deals.Close()
	truce := dealstate.Agreement{ID: "truce", Title: "A truce", Parties: []dealstate.Party{{ID: "north", Approver: "Smith"}, {ID: "south", Approver: "Lee"}}}
	if _, err := deals.Add(ctx, truce); err != nil {
		log.Fatal(err)
	}
	board, err := web.New(deals, web.Options{Prefix: "/deals-desk", Authorize: func(r *http.Request, _ web.Action) (string, error) {
		who, _, _ := r.BasicAuth() // everybody may do everything: check the password, and the action, in yours
		return who, nil
	}})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/deals-desk/", board)
	server := httptest.NewServer(mux) // yours: web.Serve(ctx, listener, mux)
	defer server.Close()

	report := `{"id":"r1","deal":"truce","kind":"approve","party":"north","by":"Smith","role":"approver","at":"2025-06-20"}`
	answer, err := http.Post(server.URL+"/deals-desk/api/events", "application/x-ndjson", strings.NewReader(report))
	if err != nil {
		log.Fatal(err)
	}
	answer.Body.Close()
	fmt.Println("recorded:", answer.Status)

	get := func(path string) string {
		answer, err := http.Get(server.URL + "/deals-desk" + path)
		if err != nil {
			log.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			log.Fatal(err)
		}
		return string(text)
	}
	fmt.Println(regexp.MustCompile(`<p class="lead">(.*?)</p>`).FindStringSubmatch(get("/"))[1])
	fmt.Println(get("/api/deals/truce/explanation"))
	// Output:
	// recorded: 200 OK
	// 1 deal; 1 awaiting lee approval.
	// A truce (truce)
	// As of 20 June 2025 12:00:00 UTC, with all that is on record, policy strict, revision 1 of the text.
	// State: awaiting_lee_approval since 20 June 2025 (r1).
	// Approval: 1 of 2 parties (pending).
	//   north: approved on 20 June 2025, by Smith (approver)
	//   Approval by Lee (south): none that strict counts
}
