package journal_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func ExampleMemory() {
	ctx := journal.WithRecorder(context.Background(), "desk")
	var j journal.Memory
	at := time.Date(2025, 6, 26, 9, 0, 0, 0, time.UTC)
	approved := dealstate.Event{ID: "trump-0625", Deal: "london", Kind: dealstate.Approve, Party: "us", By: "Trump", Role: dealstate.Approver, At: at.AddDate(0, 0, -1)}
	entry := journal.Entry{Accepted: at, By: journal.Recorder(ctx), Event: approved}

	for range 2 { // the same again is kept once
		positions, err := j.Append(ctx, []journal.Entry{entry})
		fmt.Println(positions, err)
	}
	entry.Event.ID = "trump-0626"
	_, err := j.Append(ctx, []journal.Entry{entry}, journal.Version{Deal: "london", Position: 0})
	fmt.Println(err)
	for e, err := range j.ReadDeal(ctx, "london", 0) {
		fmt.Println(e.Position, e.By, e.Event.ID, err)
	}
	// Output:
	// [1] <nil>
	// [1] <nil>
	// journal: deal "london" is at position 1, not at 0: it has moved on; read it again
	// 1 desk trump-0625 <nil>
}

func ExampleFile() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "journal")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	j, err := journal.Open(ctx, dir, journal.Options{})
	if err != nil {
		log.Fatal(err)
	}
	london, at := uschina.London(), time.Date(2025, 6, 26, 9, 0, 0, 0, time.UTC)
	approved := dealstate.Event{ID: "trump-0625", Deal: "london", Kind: dealstate.Approve, Party: "us", By: "Trump", Role: dealstate.Approver, At: at.AddDate(0, 0, -1)}
	if _, err := j.Append(ctx, []journal.Entry{{Accepted: at, By: "desk", Agreement: &london}, {Accepted: at, By: "desk", Event: approved}}); err != nil {
		log.Fatal(err) // nothing of it was acknowledged
	}
	head := j.Head() // to be kept elsewhere, or signed
	if err := j.Close(); err != nil {
		log.Fatal(err)
	}

	text, err := os.ReadFile(filepath.Join(dir, "0000000001.jsonl"))
	fmt.Print(string(text))
	end, err := journal.Verify(ctx, dir, head, journal.Options{})
	fmt.Println(end.Position, end == head, err)

	// Somebody cuts the journal off at its beginning, and cleanly.
	empty, err := os.MkdirTemp("", "journal")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(empty)
	_, err = journal.Verify(ctx, empty, head, journal.Options{})
	fmt.Println(err)
	// Output:
	// {"id":"trump-0625","deal":"london","kind":"approve","party":"us","by":"Trump","role":"approver","at":"2025-06-25T09:00:00Z"}
	// 2 true <nil>
	// journal: it ends at position 0, and the head is of position 2: entries were cut off
}
