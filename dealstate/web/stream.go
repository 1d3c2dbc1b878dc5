package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

const (
	heartbeat = 15 * time.Second // between two signs of life on a stream without changes
	stuckTime = 30 * time.Second // how long a watcher may keep one write waiting
)

// changes streams what changes, as server-sent events. The id of each is its place:
// who comes back with it as Last-Event-ID goes on behind it, and misses nothing.
// Without a place the stream begins now.
func (s *site) changes(w http.ResponseWriter, r *http.Request) error {
	filter, err := s.filterOf(r)
	if err != nil {
		return err
	}
	if filter.Deal != "" {
		if _, err := s.deals.At(r.Context(), filter.Deal, dealstate.View{}); err != nil {
			return err
		}
	}
	if err := s.deals.Reach(r.Context(), filter.From); err != nil {
		return err // a browser then stops asking; told within the stream, it would come back for ever
	}
	if r.Method == http.MethodHead {
		streamHead(w)
		return nil
	}
	select {
	case s.watchers <- struct{}{}:
		defer func() { <-s.watchers }()
	default:
		return &requestError{http.StatusServiceUnavailable, "too many are watching; try again later"}
	}
	ctx, cancel := untilClosing(r.Context())
	defer cancel()
	out := &eventStream{w: w, control: http.NewResponseController(w)}
	if out.begin(filter.From) == nil {
		out.follow(ctx, s.deals, filter)
	}
	return nil // the head is written: there is nobody to tell of an error
}

// filterOf reads which changes are wanted, and from where on.
func (s *site) filterOf(r *http.Request) (tracker.Filter, error) {
	q := r.URL.Query()
	f := tracker.Filter{From: s.deals.Place(), Deal: q.Get("deal")}
	var err error
	if name := q.Get("policy"); name != "" {
		if f.Policy, err = dealstate.ParsePolicy(name); err != nil {
			return f, err
		}
	}
	from := r.Header.Get("Last-Event-ID")
	if from == "" {
		from = q.Get("from")
	}
	if from != "" {
		f.From, err = tracker.ParsePlace(from)
	}
	return f, err
}

// eventStream writes server-sent events.
type eventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// streamHead writes the head of a stream.
func streamHead(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx then passes each event on at once
	w.WriteHeader(http.StatusOK)
}

// begin tells the watcher where he stands, so that he can come back to it before
// anything has changed.
func (e *eventStream) begin(from tracker.Place) error {
	streamHead(e.w)
	return e.write(fmt.Sprintf("retry: 1000\nid: %s\nevent: place\ndata: %q\n\n", from, from))
}

// follow writes every change, and a sign of life where there is none, until the
// watcher is gone. An error of the journal ends the stream: the watcher comes back.
func (e *eventStream) follow(ctx context.Context, deals *tracker.Tracker, f tracker.Filter) {
	ctx, cancel := context.WithCancel(ctx)
	found := make(chan tracker.Change)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(found)
		for c, err := range deals.Watch(ctx, f) {
			if err != nil {
				return
			}
			select {
			case found <- c:
			case <-ctx.Done():
				return
			}
		}
	}()
	defer func() { cancel(); <-done }()
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		var err error
		select {
		case c, ok := <-found:
			if !ok {
				return
			}
			err = e.change(c)
		case <-tick.C:
			err = e.write(": alive\n\n")
		}
		if err != nil {
			return
		}
	}
}

func (e *eventStream) change(c tracker.Change) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return e.write(fmt.Sprintf("id: %s\nevent: change\ndata: %s\n\n", c.Place, data))
}

// write writes one event at once. A server that cannot set deadlines (a test's
// recorder) goes without.
func (e *eventStream) write(text string) error {
	_ = e.control.SetWriteDeadline(time.Now().Add(stuckTime))
	if _, err := e.w.Write([]byte(text)); err != nil {
		return err
	}
	return e.control.Flush()
}
